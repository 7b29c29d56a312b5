"""What the measures of score cards are called, and what each counts, in words."""

from typing import NamedTuple

from api.console.marks import N_
from liftwatch.care.scorecard import MEASURES, Subject


class Says(NamedTuple):
    """A measure's name, what is counted of it, and where its facts can be looked at."""

    title: str
    counts: str
    where: str


SAYS: dict[str, Says] = {
    "arrival": Says(
        N_("Arrival at a call for help"),
        N_("Of entrapments at which a crew arrived: late is later than 30 minutes after it began."),
        "/statistics?by=unit",
    ),
    "stayed": Says(
        N_("Stayed right for 30 days"),
        N_("Of faults that were put right: the same came again on the lift within 30 days."),
        "/faults",
    ),
    "care": Says(
        N_("Maintenance in time"),
        N_(
            "Of visits that were due, one in 15 days or as filed: how often 15 days went by without"
            " one."
        ),
        "/calendar",
    ),
    "true": Says(
        N_("Records that are true"),
        N_(
            "Of visits: records that the lift's signals contradict, once supervision has decided so"
            " after hearing the unit."
        ),
        "/contradictions",
    ),
    "response": Says(
        N_("Somebody had it"),
        N_("Of entrapments that were taken up: later than 3 minutes after it began."),
        "/statistics?by=estate",
    ),
    "signed": Says(
        N_("Visits countersigned"),
        N_("Of visits that ended a week ago or longer: the property has not signed them."),
        "/visits",
    ),
    "answered": Says(
        N_("Complaints answered in time"),
        N_("Of complaints: answered later than the time of their topic, or still open after it."),
        "/complaints",
    ),
    "inspected": Says(
        N_("Inspection valid"),
        N_("Of its lifts: the statutory inspection had expired at some time."),
        "/calendar",
    ),
    "rectified": Says(
        N_("Instructions met in time"),
        N_("Of instructions whose deadline lay in the period: not reported as done by then."),
        "/instructions",
    ),
    "running": Says(
        N_("Lifts running"),
        N_(
            "Of the days on which its lifts were heard: days on which they stood still or somebody"
            " waited for help."
        ),
        "/faults",
    ),
    "heard": Says(
        N_("Data complete"),
        N_("Of the days of its lifts: days on which their terminals were not heard."),
        "/completeness",
    ),
}
assert list(SAYS) == [one.name for one in MEASURES], "a measure without words"

SUBJECT_TEXTS: dict[Subject, str] = {
    "unit": N_("Maintenance units"),
    "property": N_("Property companies"),
    "estate": N_("Estates"),
}

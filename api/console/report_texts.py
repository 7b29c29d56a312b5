"""Words of reports: sections, figures, columns, and what cannot be told; `docs/reports.md`."""

from collections.abc import Mapping

from api.console.marks import N_

SECTION_TEXTS: Mapping[str, str] = {
    "incidents": N_("Incidents"),
    "rescues": N_("Rescues"),
    "availability": N_("Availability"),
    "visits": N_("Visits of maintenance"),
    "inspections": N_("Inspections"),
    "contradictions": N_("Records that signals contradict"),
    "instructions": N_("Instructions"),
    "complaints": N_("Complaints"),
    "notices": N_("Notices to residents"),
    "hazards": N_("Hazards and the riskiest lifts"),
    "fund": N_("Income and spending of the fund"),
    "scores": N_("Score cards"),
    "completeness": N_("Completeness of data"),
}
FIGURE_TEXTS: Mapping[str, Mapping[str, str]] = {
    "incidents": {
        "raised": N_("Incidents raised"),
        "rejected": N_("Of which people said there was nothing"),
        "taken_up": N_("Answered by somebody"),
        "answer_median": N_("Time until somebody answered, median"),
        "answer_within": N_("Answered within the limit"),
    },
    "rescues": {
        "entrapments": N_("People trapped, or perhaps"),
        "persons": N_("Persons freed"),
        "injured": N_("Of which injured"),
        "without_help": N_("Ended without help"),
        "arrival_p90": N_("Arrival, nine of ten within"),
        "arrival_within": N_("Arrived within the limit"),
        "release_p90": N_("Release, nine of ten within"),
        "release_within": N_("Released within the limit"),
    },
    "availability": {
        "lifts": N_("Lifts"),
        "available": N_("Available while they were heard"),
        "stopped": N_("Hours of standing still, all lifts"),
        "not_heard": N_("Hours of not being heard, all lifts"),
    },
    "visits": {
        "finished": N_("Visits finished"),
        "late": N_("Of which late"),
        "in_time": N_("Visits in time"),
        "broken_off": N_("Visits broken off"),
        "lifts_without": N_("Lifts without a visit"),
        "overdue_now": N_("Lifts whose visit is overdue"),
    },
    "inspections": {
        "due_30": N_("Due within 30 days"),
        "expired": N_("Expired: use is forbidden"),
        "date_unknown": N_("No date is known"),
        "unassessed": N_("Design life over, not assessed"),
    },
    "contradictions": {
        "raised": N_("Contradictions raised"),
        "asked": N_("The unit has to answer"),
        "answered": N_("Waits for supervision to decide"),
        "counts": N_("Decided: counts"),
        "dropped": N_("Decided: does not count"),
    },
    "instructions": {
        "issued": N_("Instructions issued"),
        "done": N_("Verified and closed"),
        "open": N_("Open at the end"),
        "overdue": N_("Of which overdue"),
    },
    "complaints": {
        "matters": N_("Matters told"),
        "people": N_("People who told of them"),
        "answered": N_("Matters answered"),
        "answered_in_time": N_("Answered in time"),
        "rating": N_("Rating by residents, of 5"),
    },
    "notices": {
        "published": N_("Notices published"),
        "fewer": N_("After which it became less"),
    },
    "hazards": {
        "open_hazards": N_("Worn parts and unmet duties that are open"),
        "over_limit": N_("Lifts above the limit of the risk"),
    },
    "fund": {
        "income": N_("Income, yuan"),
        "spending": N_("Spending, yuan"),
        "published": N_("Publications of cases"),
        "buildings": N_("Buildings with books"),
    },
    "scores": {
        "rank_best": N_("Rank at best"),
        "rank_worst": N_("Rank at worst"),
    },
    "completeness": {
        "came": N_("Of what terminals sent has come"),
        "missing": N_("Messages missing"),
        "lift_days": N_("Days of lifts of which anything came"),
    },
}
TABLE_TEXTS: Mapping[str, str] = {
    "by_kind": N_("By kind and severity"),
    "by_cause": N_("By cause"),
    "by_topic": N_("By what people complain about"),
    "effect": N_("What came of each notice"),
    "worst": N_("The riskiest lifts"),
    "open_hazards": N_("What is open, by kind"),
    "scores_unit": N_("Maintenance units"),
    "scores_property": N_("Property companies"),
    "scores_estate": N_("Estates"),
    "score_lines": N_("The score card: shares"),
    "score_rates": N_("The score card: events a lift and year"),
    "flows": N_("What the bank accounts moved, by kind of entry"),
}
COLUMN_TEXTS: Mapping[str, str] = {
    "now": N_("This period"),
    "before": N_("Period before"),
    "answer_median": N_("Median until answered"),
    "answer_within": N_("Answered within the limit"),
    "people": N_("People"),
    "answered": N_("Matters answered"),
    "answered_in_time": N_("Answered in time"),
    "events_before": N_("Events before"),
    "events_after": N_("Events after"),
    "ratio": N_("Ratio"),
    "ratio_low": N_("Ratio at least"),
    "ratio_high": N_("Ratio at most"),
    "low": N_("At least"),
    "high": N_("At most"),
    "rank_best": N_("Rank at best"),
    "rank_worst": N_("Rank at worst"),
    "lifts": N_("Lifts"),
    "lift_years": N_("Lift-years"),
    "as_it_was": N_("As it was"),
    "believed": N_("As it is believed"),
    "score": N_("Risk, of 100"),
    "faults_year": N_("Faults of a year"),
}
ABOUT_TEXTS: Mapping[str, str] = {
    "kind": N_("Kind"),
    "severity": N_("Severity"),
    "lift": N_("Lift"),
    "topic": N_("About"),
    "notice": N_("Notice"),
    "effect": N_("What it came to"),
    "flow": N_("Entry"),
    "place": N_("Where"),
    "cause": N_("Cause"),
    "unit": N_("Which organisation"),
    "measure": N_("What is measured"),
}
EFFECT_WORDS: Mapping[str, str] = {
    "fewer": N_("It became less"),
    "more": N_("It became more"),
    "open": N_("May be chance"),
    "none": N_("Cannot be told"),
}
NOTE_TEXTS: Mapping[str, str] = {
    "answers_unknown": N_("Nobody answered in our records, so times of answer cannot be told."),
    "times_unknown": N_("Nobody noted an arrival, so times of rescue cannot be told."),
    "few": N_("Fewer than ten: shares of so few say little."),
    "no_lift_heard": N_("No lift was heard in this period, so availability cannot be told."),
    "first_visits": N_("First visits that we know of a lift are neither in time nor late."),
    "as_made": N_(
        "As things stood when the report was made; the figure before is that of the report of the"
        " period before, where there is one."
    ),
    "dates_unknown": N_("Of some lifts no date of inspection is known."),
    "only_decided": N_("A contradiction counts against a unit only when supervision decided so."),
    "nobody_keeps": N_("Nobody keeps these in this installation."),
    "nobody_rated": N_("No resident has rated an answer."),
    "effect_open": N_("Where the interval holds 1, it may be chance."),
    "risk_orders": N_("The score orders lifts for whoever looks at them; it decides nothing."),
    "fund_not_of_units": N_("The maintenance fund is not told of a maintenance unit."),
    "no_books": N_("There are no books of the fund for these buildings."),
    "no_scores": N_("Nobody reckons score cards here."),
    "no_card": N_("There is no score card of it in this period."),
    "no_rank": N_("Too little is known for a rank."),
    "score_spans": N_(
        "Few facts say little: shares are believed with bounds, and ranks are spans. The formula is"
        " public, under Score cards."
    ),
    "nothing_came": N_("Nothing came from any terminal in this period."),
    "incidents_cut": N_("There were more incidents than are counted: figures are too low."),
    "complaints_cut": N_("There were more complaints than are counted: figures are too low."),
}
BARS = N_("Bars: above this period, below the period before.")
KIND_WORDS: Mapping[str, str] = {"month": N_("Monthly report"), "quarter": N_("Quarterly report")}
SCOPE_WORDS: Mapping[str, str] = {
    "area": N_("Area"),
    "estate": N_("Estate"),
    "unit": N_("Maintenance unit"),
}

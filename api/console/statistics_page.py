"""The page of statistics: how fast help came, and how often alarms were right."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.kinds import KIND_TEXTS
from api.console.language import Language
from api.console.marks import N_
from api.console.render import language_of, render
from api.figure_shapes import SumShape, TimesShape, verdict_shapes
from api.parts import TheBooks, TheGate, ThePart
from api.principal import allow
from api.statistics import YEAR_MS, by_of, rows_of
from liftwatch.clock import now_ms
from liftwatch.incidents.moves import ENDED_BY_PEOPLE
from liftwatch.incidents.statistics import BY, By
from liftwatch.incidents.verdicts import SPAN_MS

router = APIRouter(include_in_schema=False)
BY_TEXTS: dict[By, str] = {
    "month": N_("Month"),
    "area": N_("Area"),
    "estate": N_("Estate"),
    "unit": N_("Unit"),
    "kind": N_("Kind"),
    "cause": N_("Cause"),
}
CAUSE_TEXTS: dict[str, str] = {
    "human": N_("People's behaviour"),
    "external": N_("From outside"),
    "door": N_("Doors"),
    "control": N_("Control"),
    "traction": N_("Traction"),
    "level": N_("Levelling"),
    "other": N_("Other causes"),
}
ByQuery = Annotated[str, Query(max_length=16)]


class RescueRow(NamedTuple):
    """A row as it is read."""

    group: str
    events: int
    persons: int
    arrival: str
    median: str
    p90: str
    within: str
    on_site: str
    causes: str


class VerdictRow(NamedTuple):
    """How often a kind was right, as it is read."""

    kind: str
    branch: str
    right: int
    wrong: int
    precision: str
    bounds: str
    records: bool


@router.get("/statistics", dependencies=[Depends(allow("statistics.read"))])
def page(
    *, request: Request, parts: ThePart, books: TheBooks, gate: TheGate, by: ByQuery = "month"
) -> Response:
    """Rescues of the last 366 days by month or what else is asked, verdicts of the last 90."""
    language, at_ms, asked = language_of(request), now_ms(), by_of(by)
    sums = rows_of(
        books,
        gate,
        asked,
        from_ms=at_ms - YEAR_MS,
        to_ms=at_ms,
        kinds=tuple(sorted(ENDED_BY_PEOPLE)),
        exercise=parts.exercise,
    )
    records = {one.kind for one in books.recorded()}
    judged = books.judged(at_ms - SPAN_MS, at_ms, exercise=parts.exercise)
    values = {
        "by": asked,
        "ways": [(one, language.say(BY_TEXTS[one])) for one in BY],
        "rescues": [rescue_row(one, language, asked) for one in sums],
        "verdicts": [
            VerdictRow(
                kind=kind_name(one.kind, language),
                branch=one.branch,
                right=one.right,
                wrong=one.wrong,
                precision=percent(one.precision),
                bounds=f"{percent(one.low)} – {percent(one.high)}",
                records=one.kind in records,
            )
            for one in verdict_shapes(judged)
        ],
    }
    return render(request, "statistics.html", values)


def rescue_row(one: SumShape, language: Language, by: By) -> RescueRow:
    """A row of the statistics in a reader's words."""
    causes = ", ".join(
        f"{language.say(CAUSE_TEXTS[cause])} {count}" for cause, count in one.causes.items()
    )
    return RescueRow(
        group=group_name(one, language, by),
        events=one.events,
        persons=one.persons,
        arrival=minutes(one.arrival, "mean_s"),
        median=minutes(one.arrival, "median_s"),
        p90=minutes(one.arrival, "p90_s"),
        within="–" if one.arrival.within is None else percent(one.arrival.within),
        on_site=minutes(one.on_site, "mean_s"),
        causes=causes,
    )


def group_name(one: SumShape, language: Language, by: By) -> str:
    """What a group is called."""
    if by == "cause" and one.group in CAUSE_TEXTS:
        return language.say(CAUSE_TEXTS[one.group])
    if by == "kind":
        return kind_name(one.group, language)
    return one.name or one.group


def kind_name(kind: str, language: Language) -> str:
    """What a kind is called."""
    return language.say(KIND_TEXTS[kind].name)


def minutes(times: TimesShape, which: str) -> str:
    """Minutes with one place, or a dash.

    >>> minutes(TimesShape(known=1, mean_s=754.0, median_s=1, p90_s=1, within=None), "mean_s")
    '12.6'
    """
    value: float | None = getattr(times, which)
    return "–" if value is None else f"{value / 60:.1f}"


def percent(share: float) -> str:
    """A share of a hundred, with one place.

    >>> percent(0.995)
    '99.5 %'
    """
    return f"{share * 100:.1f} %"

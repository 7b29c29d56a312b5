"""The first page of a maintenance unit: its lifts, what is open, what came again, what wears."""

from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from api.console.board import names_of
from api.console.fault_views import kind_word, part_word
from api.console.language import Language
from api.console.render import language_of, render
from api.console.views import LiftName, incident_view, lift_name
from api.fault_shapes import RateShape
from api.faults import repeats_of, spanned
from api.open_incidents import read_open, touched, worst_first
from api.parts import TheBooks, ThePart
from api.principal import allow
from api.seen import SeenBooks
from liftwatch.care.faults import FaultFilter
from liftwatch.clock import DAY_MS, now_ms, parse_ms
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import IncidentFilter, LiftRow

router = APIRouter(include_in_schema=False)
LIFTS_MAX, OPEN_MAX, ROWS_MAX, BACK_MAX = 2_000, 12, 30, 20
SINCE_MS = 90 * DAY_MS


class UnitLift(NamedTuple):
    """A lift in the list: how many incidents of it are open, and the gravest of them."""

    name: LiftName
    open: int
    severity: int


class Back(NamedTuple):
    """What was put right and came again."""

    lift: LiftName
    what: str
    part: str
    put_right: str
    after_days: str
    again: str


@router.get("/unit", dependencies=[Depends(allow("faults.read"))])
def page(*, request: Request, part: ThePart, books: TheBooks) -> Response:
    """What a maintenance unit begins its day with."""
    return render(
        request, "unit.html", unit_view(books, language_of(request), exercise=part.exercise)
    )


def unit_view(books: SeenBooks, language: Language, *, exercise: bool) -> dict[str, Any]:
    """The lifts of whoever asks, worst first; what is open, repeats of 90 days, trends."""
    at_ms = now_ms()
    lifts = {row.lift: row for row in books.lifts(limit=LIFTS_MAX + 1)}
    open_ones = worst_first(read_open(books, IncidentFilter(open_only=True)))
    names = names_of(books, language, lifts.values(), wide=open_ones)
    trends = [one for one in open_ones if BY_NAME[one.kind].group == "trend"]
    others = [one for one in open_ones if BY_NAME[one.kind].group != "trend"]

    def views(some: list[Incident]) -> list[Any]:
        return [
            incident_view(language, one, lifts.get(one.lift or ""), names=names, now_ms=at_ms)
            for one in some[:OPEN_MAX]
        ]

    repeats = repeats_of(books, spanned(FaultFilter(), back_ms=SINCE_MS), exercise=exercise)
    return {
        "lifts": unit_lifts(language, lifts, open_ones, names=names)[:ROWS_MAX],
        "lifts_count": len(lifts),
        "open_rows": views(others),
        "open_count": len(others),
        "trend_rows": views(trends),
        "trend_count": len(trends),
        "repeats": [
            Back(
                lift=lift_name(language, one.lift, lifts.get(one.lift), names=names),
                what=kind_word(language, one.kind),
                part=part_word(language, one.part),
                put_right=language.moment(parse_ms(one.resolved_at), now_ms=at_ms),
                after_days=f"{one.after_days:.1f}",
                again=one.again or "",
            )
            for one in repeats.items[:BACK_MAX]
        ],
        "repeats_count": len(repeats.items),
        "rate": rate_words(repeats.rate),
    }


def unit_lifts(
    language: Language, lifts: dict[str, LiftRow], open_ones: list[Incident], *, names: Any
) -> list[UnitLift]:
    """Lifts, those with the gravest and the most open first."""
    by_lift: dict[str, list[int]] = {}
    for one in open_ones:
        for lift in touched(one):
            by_lift.setdefault(lift, []).append(one.severity)
    found = [
        UnitLift(
            lift_name(language, name, row, names=names),
            len(by_lift.get(name, ())),
            min(by_lift.get(name, (0,))),
        )
        for name, row in lifts.items()
    ]
    return sorted(found, key=lambda one: (one.severity or 9, -one.open, one.name.lift))


def rate_words(rate: RateShape) -> dict[str, str]:
    """How often the first repair was the last, how fast help came: in minutes and per cent."""

    def minutes(seconds: float | None) -> str:
        return "–" if seconds is None else f"{seconds / 60:.0f}"

    share = "–" if rate.share is None else f"{rate.share * 100:.0f} %"
    return {
        "share": share,
        "bounds": "" if rate.share is None else f"{rate.low * 100:.0f}–{rate.high * 100:.0f} %",
        "judged": str(rate.judged),
        "fixed": str(rate.fixed),
        "arrival": minutes(rate.arrival_s),
        "repair": minutes(rate.repair_s),
    }

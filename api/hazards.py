"""`/v1/hazards`: the lifts that are riskiest, with the parts of which that is made."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.hazard_shapes import RiskList, RiskPart, RiskShape
from api.open_incidents import read_open
from api.parameters import estates
from api.parts import Parts, TheBooks, ThePart
from api.principal import allow
from api.problems import DOCUMENTED
from api.seen import SeenBooks
from api.shapes import answer, described
from api.statistics import YEAR_MS
from liftwatch.care.area import FAULTS
from liftwatch.care.risk import DUTIES, LIMIT, LOAD, TRENDS, Known, risk_of
from liftwatch.care.shrunk import Counted, shrunk
from liftwatch.clock import DAY_MS, date_of, estate_day, now_ms, rfc3339
from liftwatch.ports import IncidentFilter, LiftRow
from liftwatch.register.facts import Facts

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
READ = "hazards.read"
LIFTS_MAX, PAGE = 20_000, 500
ASSESSED_YEARS = 3
YEAR_D = 365.25
OPEN = IncidentFilter(open_only=True, kind=(*TRENDS, *DUTIES))
Most = Annotated[int, Query(ge=1, le=500, description="How many at most.")]


@router.get(
    "/v1/hazards",
    dependencies=[Depends(allow(READ))],
    responses=described(RiskList, "The riskiest first"),
)
def list_hazards(
    *,
    part: ThePart,
    books: TheBooks,
    estate: Annotated[str | None, Query(max_length=32)] = None,
    limit: Most = 50,
) -> Response:
    """Lifts by their score; unknown parts are null and count nowhere (`docs/care-instructions`)."""
    estates([estate] if estate is not None else ())
    return answer(risks_of(part, books, estate=estate, limit=limit, at_ms=now_ms()))


def risks_of(
    part: Parts, books: SeenBooks, *, estate: str | None, limit: int, at_ms: int
) -> RiskList:
    """The riskiest lifts of what somebody sees."""
    since_ms, years = at_ms - YEAR_MS, YEAR_MS / DAY_MS / YEAR_D
    rows = list(all_lifts(books, estate=estate))
    faults = counts(part, books, FAULTS, since_ms=since_ms, at_ms=at_ms)
    loads = counts(part, books, LOAD, since_ms=since_ms, at_ms=at_ms)
    believed = {
        one.name: one.rate
        for one in shrunk([Counted(row.lift, faults.get(row.lift, 0), years) for row in rows])
    }
    told = complaints(part, books, since_ms=since_ms)
    opened: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for one in read_open(books, OPEN):
        if one.lift is not None:
            worst = opened[one.lift].get(one.kind, 9)
            opened[one.lift][one.kind] = min(worst, one.severity)
    today = date_of(estate_day(at_ms))
    found = []
    for row in rows:
        known = Known(
            age_years=age_years(row.facts, today),
            design_life_years=row.facts.design_life_years,
            assessed=is_assessed(row.facts, today),
            faults=believed[row.lift],
            open_kinds=opened.get(row.lift, {}),
            complaints=None if told is None else told.get(row.lift, 0),
            loads=loads.get(row.lift, 0),
        )
        found.append(_shape(row, known, faults=faults.get(row.lift, 0)))
    found.sort(key=lambda one: (-one.score, one.lift))
    return RiskList(at=rfc3339(at_ms), limit=LIMIT, lifts=len(found), items=found[:limit])


def all_lifts(books: SeenBooks, *, estate: str | None) -> Iterator[LiftRow]:
    """All that are seen, at most LIFTS_MAX."""
    after = None
    for _ in range(LIFTS_MAX // PAGE):
        page = books.lifts(estate=estate, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].lift


def counts(
    part: Parts, books: SeenBooks, kinds: tuple[str, ...], *, since_ms: int, at_ms: int
) -> dict[str, int]:
    """How often these kinds were raised by lift."""
    found = books.area_faults(since_ms, at_ms, kinds=kinds, exercise=part.exercise)
    return {one.lift: one.count for one in found}


def complaints(part: Parts, books: SeenBooks, *, since_ms: int) -> dict[str, int] | None:
    """How many matters residents told of by lift; None where nobody keeps them."""
    if part.gate is None:
        return None
    with part.gate.people.reading() as reads:
        return reads.care.matters_by_lift(
            since_ms=since_ms, exercise=part.exercise, sight=books.sight
        )


def age_years(facts: Facts, today: date) -> float | None:
    """Years since it was renewed, else installed; None where neither is known.

    >>> age_years(Facts(installed_on=date(2020, 1, 1)), date(2026, 1, 1))
    6.0
    """
    begun = facts.renewed_on or facts.installed_on
    return None if begun is None else round((today - begun).days / YEAR_D, 1)


def is_assessed(facts: Facts, today: date) -> bool:
    """Whether its safety was assessed within three years."""
    at = facts.assessed_on
    return at is not None and (today - at).days <= ASSESSED_YEARS * YEAR_D


def _shape(row: LiftRow, known: Known, *, faults: int) -> RiskShape:
    risk = risk_of(known)
    return RiskShape(
        lift=row.lift,
        area=row.area,
        estate=row.estate,
        score=round(risk.score, 1),
        over=risk.score >= LIMIT,
        open=sorted(known.open_kinds),
        faults=faults,
        parts=[
            RiskPart(
                name=one.name,
                weight=one.weight,
                share=None if one.share is None else round(one.share, 3),
                points=None if one.points is None else round(one.points, 1),
            )
            for one in risk.parts
        ],
    )

"""`/v1/hazards`: the lifts that are riskiest, with the parts of which that is made."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.hazard_shapes import RiskList, RiskPart, RiskShape
from api.parameters import estates
from api.parts import Parts, TheBooks, ThePart
from api.principal import allow
from api.problems import DOCUMENTED
from api.seen import SeenBooks
from api.shapes import answer, described
from api.statistics import YEAR_MS
from liftwatch.care.risk import LIMIT, Risk, is_over
from liftwatch.clock import now_ms, rfc3339
from liftwatch.handlers.care_risk import Judged, judge_risks

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
READ = "hazards.read"
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
    """Lifts by their score; unknown parts are null and count nowhere (`docs/risk`)."""
    estates([estate] if estate is not None else ())
    return answer(risks_of(part, books, estate=estate, limit=limit, at_ms=now_ms()))


def risks_of(
    part: Parts, books: SeenBooks, *, estate: str | None, limit: int, at_ms: int
) -> RiskList:
    """The riskiest lifts of what somebody sees."""
    found = judged_in(part, books, estate=estate, at_ms=at_ms)
    items = [_shape(one) for one in found[:limit]]
    return RiskList(at=rfc3339(at_ms), limit=LIMIT, lifts=len(found), items=items)


def judged_in(
    part: Parts,
    books: SeenBooks,
    *,
    estate: str | None,
    at_ms: int,
    aged_on: date | None = None,
) -> list[Judged]:
    """All lifts that somebody sees, the riskiest first."""
    return judge_risks(
        books,
        complaints=complaints(part, books, since_ms=at_ms - YEAR_MS),
        exercise=part.exercise,
        at_ms=at_ms,
        estate=estate,
        aged_on=aged_on,
    )


def complaints(part: Parts, books: SeenBooks, *, since_ms: int) -> dict[str, int] | None:
    """How many matters residents told of by lift; None where nobody keeps them."""
    if part.gate is None:
        return None
    with part.gate.people.reading() as reads:
        return reads.care.matters_by_lift(
            since_ms=since_ms, exercise=part.exercise, sight=books.sight
        )


def _shape(one: Judged) -> RiskShape:
    return RiskShape(
        lift=one.row.lift,
        area=one.row.area,
        estate=one.row.estate,
        score=round(one.risk.score, 1),
        over=is_over(one.risk),
        open=sorted(one.known.open_kinds),
        faults=one.faults,
        parts=risk_parts(one.risk),
    )


def risk_parts(risk: Risk) -> list[RiskPart]:
    """The parts of a score as the API shows them."""
    return [
        RiskPart(
            name=one.name,
            weight=one.weight,
            share=None if one.share is None else round(one.share, 3),
            points=None if one.points is None else round(one.points, 1),
        )
        for one in risk.parts
    ]

"""`/v1/fund/buildings/...`: corrected areas with their effect, and a dwelling that is sold."""

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from api.fund import Part
from api.fund_seen import TheFund, fund_problems
from api.parts import ThePart
from api.principal import allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from liftwatch.fund.doors import WORDS
from liftwatch.handlers.fund_areas import Effect, area_effects, dwelling
from liftwatch.said import Said

router = APIRouter(tags=["fund"], dependencies=[Depends(allow("fund.read"))], responses=DOCUMENTED)
BUILDING = "/v1/fund/buildings/{area}/{estate}/{building}"


class AreaDifference(Struct, kw_only=True):
    """What of a household is otherwise on record; areas are units of 0.01 m2.

    `what` is `unknown`, `area`, `unsold`, `sold` or `left_out`, `why` says it in words.
    """

    household: str
    what: str
    why: str
    plan_dm2: int | None
    register_dm2: int | None


class ShareChange(Struct, kw_only=True):
    """A share by the plan, and what it would be by the areas on record."""

    household: str
    plan_fen: int
    record_fen: int


class CaseEffect(Struct, kw_only=True):
    """A running case of which the register says something else."""

    case: str
    lift: str
    stage: str
    plan: int
    differences: list[AreaDifference]
    shares: list[ShareChange]


class AreaEffects(Struct):
    """What corrected areas would change; nothing is changed by itself."""

    items: list[CaseEffect]


class OwedToCase(Struct, kw_only=True):
    """What a household owes to a case."""

    case: str
    owed_fen: int


class DwellingShape(Struct, kw_only=True):
    """What goes with a dwelling when it is sold: its balances, its debts, its running cases.

    A sale books nothing; the balance is the dwelling's.
    """

    household: str
    principal_fen: int
    interest_fen: int
    receivable_fen: int
    first_deposit_fen: int | None
    debts: list[OwedToCase]
    cases: list[str]


@router.get(
    f"{BUILDING}/areas",
    responses=described(AreaEffects, "Running cases that have other areas than the register"),
)
def list_area_effects(
    *, fund: TheFund, parts: ThePart, area: Part, estate: Part, building: Part
) -> Response:
    """What areas on record would change in each running case: a plan that was voted on stays
    what it was, until people make another version."""
    fund.check((area, estate, building))
    with fund_problems():
        found = area_effects(parts.books, (area, estate, building))
    return answer(AreaEffects([_effect(one) for one in found]))


@router.get(
    f"{BUILDING}/households/{{household}}",
    responses=described(DwellingShape, "What goes with the dwelling"),
)
def read_dwelling(
    *, fund: TheFund, parts: ThePart, area: Part, estate: Part, building: Part, household: Part
) -> Response:
    """What moves with a dwelling that is sold, as whoever buys it is told."""
    fund.check((area, estate, building))
    with fund_problems():
        found = dwelling(parts.books, (area, estate, building), household)
    if found is None:
        raise Problem("not-found", Said("there is no household %(id)s", id=shown(household)))
    return answer(
        DwellingShape(
            household=household,
            principal_fen=found.held["principal"],
            interest_fen=found.held["interest"],
            receivable_fen=found.held["receivable"],
            first_deposit_fen=found.first_deposit_fen,
            debts=[OwedToCase(case=one.case, owed_fen=one.owed_fen) for one in found.debts],
            cases=list(found.cases),
        )
    )


def _effect(effect: Effect) -> CaseEffect:
    case = effect.case
    return CaseEffect(
        case=case.id,
        lift=case.lift,
        stage=case.stage,
        plan=case.plan_version,
        differences=[
            AreaDifference(
                household=one.household,
                what=one.what,
                why=str(WORDS[one.what]),
                plan_dm2=one.plan_dm2,
                register_dm2=one.register_dm2,
            )
            for one in effect.differences
        ],
        shares=[
            ShareChange(household=one.household, plan_fen=one.plan_fen, record_fen=one.record_fen)
            for one in effect.shares
        ],
    )

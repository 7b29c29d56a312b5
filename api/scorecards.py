"""`/v1/scorecards`: how maintenance units, property companies and estates do, from facts alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.parts import Parts, TheBooks, ThePart
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.scorecard_shapes import (
    FormulaShape,
    ScorecardDetail,
    ScorecardList,
    detail_shape,
    formula_shape,
    list_shape,
    party_of,
)
from api.seen import SeenBooks
from api.shapes import answer, described
from liftwatch.care.scorecard import Card, cards
from liftwatch.care.scorecard_facts import Facts, Party, Period
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers.care_scores import facts_of
from liftwatch.said import Said

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
READ, FORMULA = "scorecards.read", "scorecards.formula"
DAYS, DAYS_MAX = 90, 366
ID_MAX = 90
PartyQuery = Annotated[str, Query(max_length=16, description="`unit`, `property` or `estate`.")]
DaysQuery = Annotated[
    int, Query(ge=7, le=DAYS_MAX, description="So many days up to now, 90 if not said.")
]
PartyPath = Annotated[str, Path(description="`unit`, `property` or `estate`.")]
IdPath = Annotated[str, Path(description="The organisation's id, or `area~estate`.")]


@router.get(
    "/v1/scorecards",
    dependencies=[Depends(allow(READ))],
    responses=described(ScorecardList, "The best rank first"),
)
def list_scorecards(
    *, part: ThePart, books: TheBooks, party: PartyQuery = "unit", days: DaysQuery = DAYS
) -> Response:
    """Cards of what is seen; facts are counted, nobody's opinion (`docs/scorecards`)."""
    wanted = party_of(party)
    if wanted is None:
        raise BadParameter("party", Said("is unit, property or estate"))
    period = period_of(days)
    found = cards(read_facts(part, books, period), wanted)
    return answer(list_shape(found, period, names_of(part, found)))


@router.get(
    "/v1/scorecards/formula",
    dependencies=[Depends(allow(FORMULA))],
    responses=described(FormulaShape, "The formula"),
)
def read_score_formula() -> Response:
    """Each measure: what is divided by what, its bound, what of it can be disputed."""
    return answer(formula_shape())


@router.get(
    "/v1/scorecards/{party}/{id}",
    dependencies=[Depends(allow(READ))],
    responses=described(ScorecardDetail, "The card with its facts"),
)
def read_scorecard(
    *, part: ThePart, books: TheBooks, party: PartyPath, id: IdPath, days: DaysQuery = DAYS
) -> Response:
    """One card, and the facts behind each of its numbers."""
    period = period_of(days)
    found = one_card(read_facts(part, books, period), party, id)
    return answer(detail_shape(found, period, names_of(part, [found])))


def period_of(days: int) -> Period:
    """So many days up to now."""
    at_ms = now_ms()
    return Period(at_ms - days * DAY_MS, at_ms, at_ms)


def read_facts(part: Parts, books: SeenBooks, period: Period) -> Facts:
    """What cards are made of, bounded by what somebody sees."""
    if part.gate is None:
        return facts_of(part.books, None, period, exercise=part.exercise, sight=books.sight)
    with part.gate.people.reading() as reads:
        return facts_of(part.books, reads, period, exercise=part.exercise, sight=books.sight)


def one_card(facts: Facts, party: str, id: str) -> Card:
    """A card; the problem `not-found` where none of what is seen is the party's."""
    wanted: Party | None = party_of(party)
    found = [] if wanted is None or len(id) > ID_MAX else cards(facts, wanted)
    one = next((card for card in found if card.id == id), None)
    if one is None:
        raise Problem("not-found", Said("there is no score card %(id)s", id=shown(id)))
    return one


def names_of(part: Parts, some: list[Card]) -> dict[str, str]:
    """What organisations are called; estates have names of their own (`/v1/places`)."""
    wanted = {one.id for one in some if one.party != "estate"}
    if part.gate is None or not wanted:
        return {}
    with part.gate.people.reading() as reads:
        found = {id: reads.organisation(id) for id in sorted(wanted)}
    return {id: one.name for id, one in found.items() if one is not None}

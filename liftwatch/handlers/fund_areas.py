"""Areas that were corrected, with their effect shown; and what goes with a dwelling that is sold.

Nothing here changes a case: a plan that was voted on stays what was voted on. Who finds another
area on record sees what each running case would come to, and makes another version of the plan.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from liftwatch.fund.accounts import Account
from liftwatch.fund.allocation import allocate
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import OVER, Case
from liftwatch.fund.debts import Debt, debts_of
from liftwatch.fund.doors import Difference, Door, corrected, differences, doors_of
from liftwatch.fund.kept import CaseFilter
from liftwatch.ports import Books
from liftwatch.register.columns import HouseholdRow

PAGE = 200
SETTLED = OVER | {"settled", "refused"}
"""Stages in which no share is to come any more."""


class Changed(NamedTuple):
    """What would fall to a household by the plan, and by the areas on record."""

    household: str
    plan_fen: int
    record_fen: int


class Effect(NamedTuple):
    """What of a running case is otherwise on record, and whose share would be another one."""

    case: Case
    differences: tuple[Difference, ...]
    shares: tuple[Changed, ...]


class Dwelling(NamedTuple):
    """What moves with a dwelling when it is sold: what it holds and owes, by kind of account, its
    first deposit where somebody told it, its debts to cases, and the cases it takes part in."""

    held: dict[str, int]
    first_deposit_fen: int | None
    debts: tuple[Debt, ...]
    cases: tuple[str, ...]


def area_effects(books: Books, place: tuple[str, str, str]) -> list[Effect]:
    """The running cases of a building of which the register says something else."""
    doors = doors_of(households_in(books, place))
    return [
        effect
        for case in _cases(books, place)
        if case.stage not in SETTLED and (effect := _effect(case, doors)).differences
    ]


def _effect(case: Case, doors: Mapping[str, Door]) -> Effect:
    plan = case.plan
    if plan is None:
        return Effect(case, (), ())
    found = differences(plan.scope, doors)
    if plan.scope.agreement is not None:
        found = tuple(one for one in found if one.what != "left_out")
    cost_fen = plan.budget_fen - plan.subsidy_fen
    before = allocate(cost_fen, plan.scope)
    after = allocate(cost_fen, corrected(plan.scope, doors))
    shares = tuple(
        Changed(one.household, one.amount_fen, other.amount_fen)
        for one, other in zip(before, after, strict=True)
        if one.amount_fen != other.amount_fen
    )
    return Effect(case, found, shares)


def dwelling(books: Books, place: tuple[str, str, str], household: str) -> Dwelling | None:
    """What goes with a dwelling; None where the fund knows none of this name."""
    area, estate, building = place
    where = AccountFilter(area=area, estate=estate, building=building, of=household)
    kinds = ("principal", "interest", "receivable")
    names = {Account(kind, *place, household).id: kind for kind in kinds}
    held = {
        names[one.account]: one.balance for one in books.fund_held(where) if one.account in names
    }
    first = books.fund_first_deposits(place).get(household)
    there = list(_cases(books, place))
    cases = tuple(
        case.id
        for case in there
        if case.stage not in SETTLED
        and case.plan is not None
        and any(one.id == household for one in case.plan.scope.households)
    )
    if not held and first is None and not cases:
        return None
    debts = debts_of(there, household)
    return Dwelling(dict.fromkeys(kinds, 0) | held, first, debts, cases)


def households_in(books: Books, place: tuple[str, str, str]) -> list[HouseholdRow]:
    """All households of a building on record."""
    area, estate, building = place
    found: list[HouseholdRow] = []
    after = None
    while page := books.households(area, estate, building=building, after=after, limit=PAGE):
        found += page
        after = (page[-1].building, page[-1].unit or "", page[-1].number)
    return found


def _cases(books: Books, place: tuple[str, str, str]) -> Iterator[Case]:
    area, estate, building = place
    where, after = CaseFilter(area=area, estate=estate, building=building), ""
    while page := books.fund_cases(where, after=after, limit=PAGE):
        yield from page
        after = page[-1].id

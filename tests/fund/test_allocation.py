"""Shares sum to the fen, whoever stands first; what is short is owed; a purse holds together."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.fund.allocation import (
    Balance,
    allocate,
    largest_remainder,
    simulate,
)
from liftwatch.fund.money import FEN_MAX
from liftwatch.fund.refusals import Untold
from liftwatch.fund.reserved import Place, adjust, receive, reserve
from liftwatch.fund.scope import Household, Scope, check_scope
from tests.fund.desk import FLATS, Books

FEN = st.integers(0, FEN_MAX)
WEIGHTS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=40).filter(any)
PLACE = Place("320583", "garden", "7", "c1", "ccb", "bond")


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Some households; some have one buyer, some are unsold; sometimes a split was agreed."""
    count = draw(st.integers(1, 12))
    households = tuple(
        Household(
            id=f"7-{n}",
            area_dm2=draw(st.integers(1, 30_000)),
            owner=draw(st.sampled_from([None, None, "k1", "k2"])),
            developer=draw(st.sampled_from([None, None, None, "Lake"])),
        )
        for n in range(count)
    )
    if draw(st.booleans()):
        return Scope(households=households)
    weights = {one.id: draw(st.integers(0, 5)) for one in households}
    weights[households[0].id] += 1
    return Scope(households=households, weights=weights, agreement="ab" * 32)


@given(FEN, WEIGHTS)
def test_parts_are_the_whole_and_none_is_a_fen_away(total: int, weights: list[int]) -> None:
    """By exact fractions: more than the exact part less one, less than it and one."""
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert weight or not part


@given(FEN, WEIGHTS)
def test_more_weight_is_never_less_money(total: int, weights: list[int]) -> None:
    """And equal weights differ by a fen at most."""
    pairs = sorted(zip(weights, largest_remainder(total, weights), strict=True))
    for (low, less), (high, more) in pairwise(pairs):
        assert less <= more if low < high else abs(less - more) <= 1


@given(FEN, WEIGHTS, st.integers(1, 1000))
def test_only_proportions_count(total: int, weights: list[int], factor: int) -> None:
    """Areas in other units split the same."""
    assert largest_remainder(total, weights) == largest_remainder(
        total, [weight * factor for weight in weights]
    )


@given(FEN, scopes(), st.randoms())
def test_the_order_of_households_decides_nothing(cost: int, scope: Scope, random: object) -> None:
    """Whoever wrote the list gains no fen by it."""
    shuffled = list(scope.households)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = structs.replace(scope, households=tuple(shuffled))
    assert allocate(cost, scope) == allocate(cost, other)
    assert scope.digest == other.digest
    assert sum(share.amount_fen for share in allocate(cost, scope)) == cost


def test_a_larger_cost_may_give_one_household_less() -> None:
    """The Alabama paradox, which is why a final cost is split anew and never scaled."""
    assert largest_remainder(10, [6, 6, 2])[2] == 2
    assert largest_remainder(11, [6, 6, 2])[2] == 1


@given(scopes(), st.integers(1, 10**9), st.data())
def test_a_simulation_is_what_would_be_reserved(
    scope: Scope, cost: int, data: st.DataObject
) -> None:
    """Household by household, from the same balances; what is left is never below nothing."""
    balances = {one.id: Balance(*data.draw(st.tuples(FEN, FEN, FEN))) for one in scope.households}
    subsidy = data.draw(st.integers(0, cost))
    rows = simulate(cost, scope, balances, subsidy_fen=subsidy)
    shares = allocate(cost - subsidy, scope)
    purse, _ = reserve(PLACE, shares, balances, subsidy_fen=subsidy)
    for row, line in zip(rows, purse.lines, strict=True):
        assert (row.household, row.taken_fen, row.owed_fen) == (
            line.household,
            line.held_fen,
            line.owed_fen,
        )
        assert row.share_fen == row.taken_fen + row.owed_fen
        assert row.left_fen == row.balance_fen - row.taken_fen >= 0
    assert sum(row.share_fen for row in rows) + subsidy == cost


def test_of_an_unsold_unit_all_is_the_developers() -> None:
    """Whatever its sub-account holds (165号令, art. 21)."""
    scope = Scope(households=(*FLATS, Household(id="7-401", area_dm2=100, developer="Lake")))
    rows = simulate(1_000_000, scope, {"7-401": Balance(principal_fen=10**9)})
    (row,) = (row for row in rows if row.household == "7-401")
    assert (row.payer, row.taken_fen, row.owed_fen) == ("developer:Lake", 0, row.share_fen)


@given(scopes(), st.integers(1, 10**6), st.data())
def test_a_purse_holds_together_whatever_comes(
    scope: Scope, budget: int, data: st.DataObject
) -> None:
    """Reserved, corrected to another cost, debts paid in any order: in the end all is the cost."""
    part = st.integers(0, budget)
    balances = {one.id: Balance(data.draw(part), data.draw(part)) for one in scope.households}
    subsidy = data.draw(st.integers(0, budget))
    books = Books({one.id: balances[one.id] for one in scope.households}, subsidy_fen=subsidy)
    purse, effects = reserve(
        PLACE, allocate(budget - subsidy, scope), balances, subsidy_fen=subsidy
    )
    cost, cash_fen = data.draw(st.integers(0, budget)), purse.cash_fen
    shares = allocate(max(0, cost - subsidy), scope)
    now = books_after(books, effects, scope)
    purse, more = adjust(PLACE, purse, shares, balances=now, cost_fen=cost)
    for effect in more:
        books.book(effect)
    assert sum(line.share_fen for line in purse.lines) + purse.subsidy_used_fen == cost
    assert purse.cash_fen >= min(cost, cash_fen)  # nobody gets back what the bill needs
    while purse.owed_fen:
        line = data.draw(st.sampled_from([line for line in purse.lines if line.owed_fen]))
        amount = data.draw(st.integers(1, line.owed_fen))
        purse, effects = receive(PLACE, purse, line.household, amount_fen=amount, cost_fen=cost)
        for effect in effects:
            books.book(effect)
        assert books.of("clearing") == purse.clearing_fen
    assert purse.cash_fen == cost == books.of("clearing")
    assert all(line.held_fen == line.share_fen for line in purse.lines)
    assert books.of("receivable") == 0


@given(scopes(), st.integers(1, 10**6), st.data())
def test_what_is_undone_leaves_no_trace(scope: Scope, budget: int, data: st.DataObject) -> None:
    """Interest is interest again, principal is principal, and nobody owes."""
    part = st.integers(0, budget)
    balances = {one.id: Balance(data.draw(part), data.draw(part)) for one in scope.households}
    subsidy = data.draw(part)
    books = Books(balances, subsidy_fen=subsidy)
    begun = {account: fen for account, fen in books.held.items() if fen}
    purse, effects = reserve(
        PLACE, allocate(budget - subsidy, scope), balances, subsidy_fen=subsidy
    )
    now = books_after(books, effects, scope)
    purse, effects = adjust(PLACE, purse, allocate(0, scope), balances=now, cost_fen=0)
    books_after(books, effects, scope)
    assert {account: fen for account, fen in books.held.items() if fen} == begun
    assert purse.cash_fen == purse.owed_fen == 0


def books_after(books: Books, effects: tuple[object, ...], scope: Scope) -> dict[str, Balance]:
    """Book them, and look again."""
    for effect in effects:
        books.book(effect)  # type: ignore[arg-type]
    return books.balances(scope.households)


@pytest.mark.parametrize("cost", [-1, 0.5, 1.0, True, "1", None, 2**53])
def test_what_is_no_amount_is_not_split(cost: object) -> None:
    """Nor simulated, nor is nothing."""
    scope = Scope(households=FLATS)
    with pytest.raises(Untold):
        allocate(cost, scope)  # type: ignore[arg-type]
    for bad in (cost, 0):
        with pytest.raises(Untold):
            simulate(bad, scope, {})  # type: ignore[arg-type]


def test_nothing_is_reckoned_with_balances_that_cannot_be() -> None:
    """None below nothing, none of half a fen; and no subsidy above the cost."""
    scope = Scope(households=FLATS)
    for bad in (Balance(-1, 5), Balance(0, -1), Balance(0.5, 5), Balance(0, 5, -1)):  # type: ignore[arg-type]
        with pytest.raises(Untold):
            simulate(100, scope, {"7-101": bad})
    for subsidy in (-1, 101, True):
        with pytest.raises(Untold, match="subsidy_fen"):
            simulate(100, scope, {}, subsidy_fen=subsidy)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"households": FLATS[:1] * 2}, "twice"),
        ({"households": (Household(id="a/b", area_dm2=5),)}, "cannot name"),
        ({"households": (Household(id="", area_dm2=5),)}, "cannot name"),
        ({"households": (Household(id="1", area_dm2=0),)}, "area_dm2 is from"),
        ({"households": (Household(id="1", area_dm2=10_000_001),)}, "area_dm2 is from"),
        ({"households": (Household(id="1", area_dm2=89.5),)}, "whole number"),  # type: ignore[arg-type]
        ({"households": (Household(id="1", area_dm2=5, owner=" "),)}, "is somebody"),
        ({"households": (Household(id="1", area_dm2=5, developer=""),)}, "is somebody"),
        ({"weights": {"7-101": 1}}, "agreement of the owners"),
        ({"weights": {"7-101": 1}, "agreement": "x"}, "hexadecimal"),
        ({"weights": {"7-101": 0}, "agreement": "ab" * 32}, "somebody"),
        ({"weights": {"7-101": -1}, "agreement": "ab" * 32}, "weight is from"),
        ({"weights": {"9-901": 1}, "agreement": "ab" * 32}, "not of this scope"),
    ],
)
def test_a_scope_that_cannot_be(change: dict[str, object], why: str) -> None:
    """No area, no name, no agreement, no one who pays."""
    scope = structs.replace(Scope(households=FLATS), **change)
    with pytest.raises(Untold, match=why):
        check_scope(scope)

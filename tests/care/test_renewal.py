"""What is proposed of lifts, what it costs, and how far the fund goes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from liftwatch.care.renewal import (
    COSTS,
    Estimate,
    Known,
    Proposal,
    Purse,
    Wanted,
    cost_fen,
    cover,
    meet,
    propose,
)
from liftwatch.care.risk import DUTIES, LIMIT, TRENDS
from liftwatch.fund.allocation import Balance
from liftwatch.fund.drafts import POINTERS, WORKS
from liftwatch.fund.scope import Household, Scope

PLACE = ("320583", "garden", "7")
HOMES = st.lists(
    st.tuples(st.integers(1, 20_000), st.integers(0, 10**7), st.integers(0, 10**5)),
    min_size=1,
    max_size=12,
)


def purse_of(homes: list[tuple[int, int, int]], reserved: int = 0) -> Purse:
    """Homes by area, principal and interest."""
    scope = Scope(
        households=tuple(Household(id=str(n), area_dm2=h[0]) for n, h in enumerate(homes))
    )
    return Purse(scope, {str(n): Balance(h[2], h[1]) for n, h in enumerate(homes)}, reserved)


def wanted(fen: int, purse: Purse | None, remedy: Any = "renewal") -> Wanted:
    """A lift of the list."""
    return Wanted("L-0001", PLACE, Proposal(remedy, (remedy,), "worn", fen, "table"), purse)


@given(HOMES, st.integers(1, 10**8), st.integers(0, 10**8))
def test_what_covers_a_cost_is_there_and_no_more(
    homes: list[tuple[int, int, int]], fen: int, reserved: int
) -> None:
    """Met and missing are the cost; nobody gives more than they have, nor more than their share."""
    found = cover(fen, purse_of(homes, reserved), {})
    assert found.covered_fen + found.gap_fen == fen
    assert found.gap_fen >= 0
    assert found.taken_fen == sum(found.takes.values()) <= found.available_fen
    areas = sum(home[0] for home in homes)
    for n, (area, principal, interest) in enumerate(homes):
        assert 0 <= found.takes[str(n)] <= principal + interest
        assert found.takes[str(n)] <= (fen - found.reserved_fen) * area / areas + 1


@given(HOMES, st.lists(st.integers(1, 10**7), min_size=1, max_size=6))
def test_money_is_given_once_down_the_list(
    homes: list[tuple[int, int, int]], costs: list[int]
) -> None:
    """The sums add up; all lifts of a building together never get more than it has."""
    purse = purse_of(homes)
    rows = meet([wanted(fen, purse) for fen in costs])
    held = sum(principal + interest for _, principal, interest in homes)
    last = rows[-1]
    assert last.cost_sum_fen == sum(costs) == last.covered_sum_fen + last.gap_sum_fen
    assert last.covered_sum_fen <= held
    first = cover(costs[0], purse, {})
    assert rows[0].covered == first


def test_what_nobody_can_tell_is_missing_and_an_assessment_is_not_the_funds() -> None:
    """An unknown purse covers nothing; an assessment stands in no sum."""
    rich = purse_of([(100, 10**6, 0)])
    rows = meet([wanted(500, None), wanted(300, rich, "assessment"), wanted(200, rich)])
    assert [one.covered is None for one in rows] == [True, True, False]
    sums = [(one.cost_sum_fen, one.covered_sum_fen, one.gap_sum_fen) for one in rows]
    assert sums == [(500, 0, 500), (500, 0, 500), (700, 200, 500)]


def test_an_unsold_home_covers_nothing() -> None:
    """Its developer owes it (165号令, art. 21)."""
    homes = (
        Household(id="1", area_dm2=100),
        Household(id="2", area_dm2=100, developer="developer"),
    )
    purse = Purse(Scope(households=homes), {"1": Balance(0, 900), "2": Balance(0, 900)})
    assert cover(1_000, purse, {}).takes == {"1": 500, "2": 0}


def test_the_rule_by_its_rows() -> None:
    """Old and risky is renewed, old and unseen assessed, worn is repaired, risky looked into."""
    over, below = LIMIT + 1, LIMIT
    rows: list[tuple[Known, Any]] = [
        (Known(score=over, age_years=15.0, assessed=True), ("renewal", "life_over_risky")),
        (Known(score=below, age_years=15.0), ("assessment", "life_over_unassessed")),
        (Known(score=below, age_years=15.0, assessed=True), None),
        (Known(score=over, age_years=14.9), ("assessment", "risky")),
        (Known(score=over, age_years=None), ("assessment", "risky")),
        (Known(score=over, age_years=9.0, life_years=8.0), ("renewal", "life_over_risky")),
        (Known(score=5.0, open_kinds={"door_wear": 4, "rope_slip": 4}), ("major_repair", "worn")),
        (Known(score=5.0, open_kinds={"ride_anomaly": 4, "inspection_due": 4}), None),
    ]
    for known, expected in rows:
        found = propose(known)
        assert (found and (found.remedy, found.why)) == expected, known
    worn = propose(Known(score=5.0, open_kinds={"door_wear": 4, "rope_slip": 4}))
    assert worn is not None
    assert set(worn.works) == {"door_machine", "ropes"}
    assert worn.cost_fen == cost_fen("door_machine", None) + cost_fen("ropes", None)


def test_a_persons_word_holds_against_rule_and_table() -> None:
    """Also where the rule proposes nothing, or something else."""
    told = Estimate(
        lift="L", area="320583", estate="garden", remedy="renewal", fen=123, why="an offer"
    )
    for known in (Known(score=1.0, estimate=told), Known(score=1.0, age_years=20.0, estimate=told)):
        found = propose(known)
        assert found is not None
        assert (found.remedy, found.cost_fen, found.by) == ("renewal", 123, "estimate")


def test_every_work_that_wear_points_to_has_a_cost() -> None:
    """And none costs less in a higher house."""
    assert {POINTERS[kind].works[0] for kind in TRENDS if kind in POINTERS} <= COSTS.keys()
    assert not set(TRENDS) & set(DUTIES)
    for code in COSTS:
        costs = [cost_fen(code, stops) for stops in range(2, 60)]
        assert costs == sorted(costs)
    assert COSTS["renewal"].low_fen > WORKS["renewal"].low_fen

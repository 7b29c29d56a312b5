"""What stands for several lifts, what befalls them by chance, and the duties of those in order."""

from itertools import pairwise

import pytest

from liftwatch.clock import DAY_MS
from simulators.estates import place_of, plan_lift
from simulators.faults import FAULTS
from simulators.fleet import Fleet, make_fleet
from simulators.people import share_per_hour
from simulators.rates import RATES, SHARE_MAX, _fits
from simulators.scenario import Scenario, fault
from tests.simulators.runs import SEED, START_MS, kind_of, play


def quiet_fleet(lifts: int, *, base_rates: bool = False, people_per_day: float = 3.0) -> Fleet:
    """Lifts that hardly anybody uses, so that months of them are soon played."""
    plans = [
        plan_lift(place_of(index, seed=SEED), seed=SEED)._replace(people_per_day=people_per_day)
        for index in range(lifts)
    ]
    return Fleet(plans, seed=SEED, start_ms=START_MS, rates=RATES if base_rates else ())


def test_a_buildings_outage_is_one_truth_with_a_child_for_each_lift() -> None:
    """All its lifts at once; the parent has no lift, but a scope and the lifts (contract, 2)."""
    _, truths = play("mains_lost_building", lifts=10)
    parent = next(truth for truth in truths if truth.lift is None)
    children = [truth for truth in truths if truth.lift is not None]
    assert parent.kind == "mains_lost"
    assert parent.lifts == tuple(sorted(child.lift or "" for child in children))
    assert len(parent.lifts) >= 2
    estate, building = parent.scope.split("/")
    assert estate == "estate-0001"
    assert building
    assert len({child.from_ms for child in children}) == 1
    line = parent.line(until_ms=START_MS + DAY_MS)
    assert line["lift"] is None
    assert line["scope"] == parent.scope


def test_one_lift_alone_is_no_buildings_outage() -> None:
    _, truths = play("mains_lost")
    assert [truth.lift is None for truth in truths] == [False]


def test_a_bug_of_a_make_is_one_truth_from_the_fifth_lift_on() -> None:
    """Within ten minutes, on lifts of one manufacturer."""
    messages, truths = play("fleet_fault", lifts=8)
    parent = next(truth for truth in truths if truth.kind == "fleet_fault")
    children = sorted(
        (truth for truth in truths if truth.kind == "position_lost"), key=lambda one: one.from_ms
    )
    assert len(children) == 6
    assert parent.from_ms == children[4].from_ms
    assert children[-1].from_ms - children[0].from_ms < 600_000
    maker = parent.scope.removeprefix("manufacturer/")
    makers = {
        sent.topic.split("/")[4]: sent.payload["manufacturer"]
        for sent in messages
        if kind_of(sent) == "register"
    }
    assert {makers[name] for name in parent.lifts} == {maker}


def test_a_fleet_too_small_for_a_bug_of_its_make_is_refused() -> None:
    with pytest.raises(ValueError, match="6 lifts wanted of manufacturer/"):
        make_fleet(seed=1, lifts=3, start_ms=0, scenario=Scenario((fault(0, "fleet_fault", 60.0),)))


def test_a_lift_in_order_is_visited_every_half_month() -> None:
    """No more than 15 days between two finished visits, nor before the first; and no truth."""
    fleet = quiet_fleet(2)
    outs: dict[str, list[int]] = {}
    for sent in fleet.run(START_MS + 45 * DAY_MS):
        if kind_of(sent) == "maintenance" and sent.payload["phase"] == "out":
            outs.setdefault(sent.payload["terminal"], []).append(sent.at_ms)
    assert len(outs) == 2
    for visits in outs.values():
        assert len(visits) >= 3
        assert all(b - a <= 15 * DAY_MS for a, b in pairwise([START_MS, *visits]))
    assert all(truth.never for truth in fleet.truth())


def test_registers_of_lifts_in_order_have_nothing_due() -> None:
    """Assessed when old, inspected in time."""
    for sent in quiet_fleet(40).run(START_MS + 10_000):
        if kind_of(sent) == "register":
            told = sent.payload
            assert told["next_inspection_on"] > "2026-05-01"
            assert told["inspected_on"] < "2026-03-02"
            assert told["installed_on"] > "2011-04-01" or told["assessed_on"] > "2024-12-01"


def test_by_the_rates_things_happen_as_often_as_the_table_says() -> None:
    """Prams in doors, the most frequent: one a lift-day, give or take four times the chance."""
    lifts, days = 10, 10
    fleet = quiet_fleet(lifts, base_rates=True)
    for _ in fleet.run(START_MS + days * DAY_MS):
        pass
    prams = sum(
        truth.never and truth.kinds[0] == "door_blocked" and "door_wear" in truth.kinds
        for truth in fleet.truth()
    )
    # Half of those held by people look the same, and every trouble takes an hour of its own.
    expected = lifts * days * (365.0 + 100.0) / 365.0
    assert 0.75 * expected - 4 * expected**0.5 <= prams <= expected + 4 * expected**0.5


def test_every_rate_names_a_fault_and_where_it_is_from() -> None:
    assert all(rate.fault in FAULTS for rate in RATES)
    assert all(rate.per_year > 0 and rate.source for rate in RATES)
    rare = {"free_fall", "uncontrolled_movement", "overspeed", "unintended_movement", "overrun"}
    assert not rare & {rate.fault for rate in RATES}
    trapped = [rate for rate in RATES if rate.trapped and rate.fault != "entrapment_suspected"]
    assert sum(rate.per_year for rate in trapped) == pytest.approx(0.09)
    assert max(share_per_hour(hour) for hour in range(24)) == SHARE_MAX


def test_lifts_by_the_rates_stay_possible() -> None:
    """A week of some lifts: every line of truth is of its time, and every lift serves on."""
    fleet = quiet_fleet(5, base_rates=True, people_per_day=40.0)
    last_ride_ms: dict[str, int] = {}
    for sent in fleet.run(START_MS + 7 * DAY_MS):
        if kind_of(sent) == "ride":
            last_ride_ms[sent.payload["terminal"]] = sent.at_ms
    truths = fleet.truth()
    assert {truth.lift for truth in truths if truth.never} == {
        lift.plan.name for lift in fleet.lifts
    }
    assert all(truth.to_ms is None or truth.to_ms >= truth.from_ms for truth in truths)
    assert len(last_ride_ms) == 5
    assert min(last_ride_ms.values()) > START_MS + 5 * DAY_MS
    assert all(any(_fits(FAULTS[rate.fault], lift.plan) for rate in RATES) for lift in fleet.lifts)

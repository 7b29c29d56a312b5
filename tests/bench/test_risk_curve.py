"""The lift curve in short: one fleet on paper, judged by the service's own code."""

from collections import Counter
from pathlib import Path

import pytest

from bench.risk_curve import (
    FOUND,
    START_MS,
    Found,
    Happened,
    World,
    area,
    at_share,
    curve,
    decile_table,
    detected,
    measured,
    orders,
    play,
    report,
)
from liftwatch.care.area import FAULTS
from liftwatch.clock import DAY_MS, HOUR_MS
from simulators.faults import kind_of_fault

DOCS = Path(__file__).parents[2] / "docs"
KNOWN = measured((DOCS / "evaluation.md").read_text())


@pytest.fixture(scope="module")
def world() -> World:
    """Six hundred lifts of a seed that is not reported."""
    return play(17, lifts=600, days=365, frail=False, known=KNOWN)


def test_lifts_it_ranks_worst_trap_people_more(world: World) -> None:
    """A tenth of the lifts has well above a tenth of next year's entrapments; ours beats age."""
    by_score, by_age = (orders(world, "trapped")[name] for name in ("score", "age alone"))
    caught = curve(by_score, world.trapped)
    assert at_share(caught, 0.1) > 0.25
    assert area(caught) > area(curve(by_age, world.trapped)) > 0.45
    assert area(curve(orders(world, "trapped")["true rate"], world.trapped)) > area(caught)


def test_every_kind_that_befalls_a_lift_was_measured() -> None:
    """Else its recall would be invented."""
    assert {kind_of_fault(rate.fault) for rate in FOUND} <= KNOWN.keys()
    assert all(0.9 <= one.recall <= 1 for one in KNOWN.values())


def test_a_year_has_the_published_rates(world: World) -> None:
    """Some four faults a lift-year, and entrapments by age and luck."""
    lifts = len(world.judged)
    assert 3.3 < sum(world.failures.values()) / lifts < 4.7
    assert 0.04 < sum(world.trapped.values()) / lifts < 0.25
    told = Counter({one.row.lift: one.faults for one in world.judged})
    assert 3.0 < sum(told.values()) / lifts < 4.7


def test_what_was_not_found_is_not_told() -> None:
    """Missed, not yet noticed, over before it would have been noticed, or open already."""
    month = START_MS + 30 * DAY_MS
    known = {"door_wear": Found(1.0, 10 * DAY_MS), "door_fault": Found(0.0, 1_000)}

    def told(*happened: tuple[str, float, float]) -> list[tuple[int, str]]:
        rows = [
            Happened("L-0001", kind, START_MS + int(a * DAY_MS), START_MS + int(b * DAY_MS))
            for kind, a, b in happened
        ]
        found = detected(rows, known, seed=1, until_ms=month)
        return [((one.raised_ms - START_MS) // DAY_MS, one.state) for one in found]

    assert told(("door_wear", 1, 60)) == [(11, "raised")]
    assert told(("door_wear", 1, 20)) == [(11, "closed")]
    assert told(("door_wear", 1, 5), ("door_wear", 25, 60), ("door_fault", 3, 3.1)) == []
    assert told(("door_wear", 1, 60), ("door_wear", 5, 70)) == [(11, "raised")]


def test_the_same_seed_is_the_same_world() -> None:
    """Twice played it is one; frailty leaves the mean of faults and the entrapments."""
    short = [play(3, lifts=40, days=60, frail=frail, known=KNOWN) for frail in (False, False, True)]
    assert short[0] == short[1]
    assert short[0].true["trapped"] == short[2].true["trapped"]
    assert short[0].true["failures"] != short[2].true["failures"]
    assert sum(len(line.split("|")) == 6 for line in decile_table(short)) == 12


def test_the_report_names_every_order_and_draws_it() -> None:
    """As docs/risk.md has it."""
    text, svg = report([1], lifts=30)
    page = (DOCS / "risk.md").read_text()
    for line in text.splitlines():
        if line.startswith(("|", "###")) and line[2:3].isalpha():
            assert line.split("|")[1] in page
    assert svg.count("<path") > 24
    assert (DOCS / "risk-curve.svg").read_text().startswith("<svg")


def test_the_clock_of_the_measured_table() -> None:
    """Seconds and days are told apart."""
    assert KNOWN["button_dead"].delay_ms < HOUR_MS < KNOWN["brake_wear"].delay_ms
    assert set(FAULTS) <= KNOWN.keys()

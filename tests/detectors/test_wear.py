"""Worn parts: found as they wear, not by noise, and measured afresh after a repair."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.contract import Claim, Detector
from detectors.rules.brake_wear import BrakeWear
from detectors.rules.door_wear import DoorWear
from detectors.rules.levelling_drift import LevellingDrift
from detectors.rules.rope_slip import RopeSlip
from detectors.rules.vibration_wear import VibrationWear
from detectors.trend import BASE_VALUES, DAYS_MAX, Series, median, theil_sen
from detectors.view import View
from liftwatch.clock import DAY_MS, HOUR_MS, parse_ms
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import Door, Item, Maintenance, Ride, Wire
from tests.detectors.conftest import as_heard

START_MS = parse_ms("2026-03-02T00:00:00Z")
ENVELOPE: dict[str, Any] = {"v": 1, "terminal": "T", "boot": "b", "seq": 0, "at": ""}
PER_DAY = 60


class Told:
    """A rule that hears one body after the other, so many a day, and what it claims."""

    def __init__(self, rule: Detector) -> None:
        self.rule, self.view, self.at_ms = rule, View(facts=Facts(rated_speed_mps=1.75)), START_MS
        self.claims: list[Claim] = []

    def hear(self, *bodies: Wire) -> "Told":
        """Some bodies, evenly through the days."""
        for body in bodies:
            self.at_ms += DAY_MS // PER_DAY
            self.claims += self.rule.hear(as_heard(body, self.at_ms), self.view)
        return self

    @property
    def edges(self) -> list[tuple[str, int | None]]:
        """What it claimed: edge and severity."""
        return [(one.edge, one.severity) for one in self.claims]


def rides(count: int, **signals: Callable[[int], float]) -> Iterator[Ride]:
    """Rides whose signals are functions of their number."""
    for k in range(count):
        yield Ride(**ENVELOPE, **{name: value(k) for name, value in signals.items()})


def doors(count: int, **signals: Callable[[int], Any]) -> Iterator[Door]:
    """Clean cycles whose signals are functions of their number."""
    for k in range(count):
        yield Door(
            **ENVELOPE, result="closed", **{name: value(k) for name, value in signals.items()}
        )


def replaced(code: str) -> Maintenance:
    """A visit that has replaced something."""
    return Maintenance(**ENVELOPE, phase="out", items=[Item(code=code, result="replaced")])


def noise(seed: int, middle: float, sigma: float) -> Callable[[int], float]:
    """The same numbers for the same seed."""
    rng = random.Random(seed)
    return lambda _: max(rng.gauss(middle, sigma), 0.1 * middle)


def growing(values: Callable[[int], float], *, after: int, by: float) -> Callable[[int], float]:
    """Values that grow by a share of themselves each time, from one on."""
    return lambda k: values(k) * (1.0 + by * max(k - after, 0))


def test_a_brake_that_wears_is_found_at_a_fifth_and_is_graver_at_two() -> None:
    """Since when, how fast and until when stand in the evidence."""
    wear = growing(noise(1, 50.0, 2.0), after=600, by=1 / 3000)
    told = Told(BrakeWear()).hear(*rides(2400, brake_stop_mm=wear))
    assert told.edges == [("raised", 4), ("raised", 2)]
    first, grave = told.claims
    share_when_found = 1.0 + ((first.at_ms - START_MS) / DAY_MS * PER_DAY - 600) / 3000
    assert 1.19 < share_when_found < 1.26
    assert first.opened_ms < first.at_ms
    assert grave.evidence["limit"] == pytest.approx(70.0, abs=1.5)
    assert first.evidence["per_day"] == pytest.approx(50.0 * PER_DAY / 3000, rel=0.3)
    assert first.evidence["usual"] == pytest.approx(50.0, abs=1.0)
    assert first.evidence["reaches_on"] > first.evidence["since"]


def test_a_brake_that_is_replaced_has_a_new_baseline() -> None:
    """The old claim ends; what was worn before is no measure for the new one."""
    told = Told(BrakeWear()).hear(*rides(200, brake_stop_mm=noise(1, 50.0, 2.0)))
    told.hear(*rides(100, brake_stop_mm=noise(2, 65.0, 2.0)))
    told.hear(replaced("A-1-05"), *rides(300, brake_stop_mm=noise(3, 80.0, 2.0)))
    assert [edge for edge, _ in told.edges] == ["raised", "cleared"]


def test_a_lamp_that_is_replaced_changes_no_baseline() -> None:
    """Items of the half-monthly list concern what they name; of others nobody knows."""
    told = Told(BrakeWear()).hear(*rides(200, brake_stop_mm=noise(1, 50.0, 2.0)))
    told.hear(replaced("A-1-19"), *rides(60, brake_stop_mm=noise(2, 65.0, 2.0)))
    assert [edge for edge, _ in told.edges] == ["raised"]
    told.hear(replaced("A-2-07"))
    assert [edge for edge, _ in told.edges] == ["raised", "cleared"]


def test_a_heavier_load_is_no_worn_brake() -> None:
    """Full cars stop later; they are compared with full cars."""
    rng = random.Random(5)

    def ride(load_pct: float) -> Ride:
        return Ride(
            **ENVELOPE, load_pct=load_pct, brake_stop_mm=40 + load_pct / 2 + rng.gauss(0, 1)
        )

    told = Told(BrakeWear())
    told.hear(*(ride(rng.choice((0.0, 0.0, 0.0, 30.0, 80.0))) for _ in range(600)))
    told.hear(*(ride(80.0) for _ in range(200)))
    assert told.claims == []


@given(st.integers(0, 2**32), st.floats(0.01, 0.15))
def test_noise_is_no_wear(seed: int, sigma: float) -> None:
    """Twenty days of a healthy lift whose brake scatters by up to 15 %.

    The limit of 20 % is then 5 deviations of what two medians of 50 differ by. At a scatter of 20 %
    it is 4, and one lift in 900 is told of within twenty days.
    """
    told = Told(BrakeWear()).hear(*rides(1200, brake_stop_mm=noise(seed, 40.0, 40.0 * sigma)))
    assert told.claims == []


def test_ropes_slip_above_half_a_percent() -> None:
    """In the median of fifty rides; the short ones tell nothing."""
    ways = (3.0, 20.0, 40.0)

    def told_of(slip: float, sigma: float) -> Told:
        slips = noise(3, slip, sigma)
        made = []
        for k in range(300):
            way = ways[k % 3]
            slip_here = slips(k) if way > 5.0 else 0.05
            made.append(Ride(**ENVELOPE, distance_m=way, sheave_distance_m=way * (1 + slip_here)))
        return Told(RopeSlip()).hear(*made)

    assert told_of(0.003, 0.001).claims == []
    assert told_of(0.006, 0.0005).edges == [("raised", 4)]


def test_fifty_rides_are_enough_for_slip() -> None:
    """Forty-nine are not."""
    slipping = rides(50, distance_m=lambda _: 20.0, sheave_distance_m=lambda _: 20.2)
    told = Told(RopeSlip()).hear(*list(slipping)[:49])
    assert told.claims == []
    told.hear(next(iter(rides(1, distance_m=lambda _: 20.0, sheave_distance_m=lambda _: 20.2))))
    assert told.edges == [("raised", 4)]


def test_a_roller_that_shakes_twice_as_much() -> None:
    """Slow rides do not count, and the part is named."""
    full = {"speed_max_mps": lambda _: 1.75, "vibration_z_mg": noise(1, 11.0, 1.0)}
    told = Told(VibrationWear()).hear(*rides(100, roller_mg=noise(2, 1.5, 0.1), **full))
    told.hear(*rides(100, speed_max_mps=lambda _: 0.9, roller_mg=lambda _: 9.0))
    assert told.claims == []
    told.hear(*rides(40, roller_mg=noise(2, 3.4, 0.1), **full))
    (claim,) = told.claims
    assert claim.evidence["part"] == "roller"
    assert "roller" in claim.evidence["means"]


def test_a_car_that_shakes_more_than_it_may() -> None:
    """20 mg up and down, 15 mg sideways, whatever is usual."""
    full = {"speed_max_mps": lambda _: 1.75}
    told = Told(VibrationWear()).hear(*rides(100, vibration_z_mg=noise(1, 19.0, 0.5), **full))
    assert told.claims == []
    told.hear(*rides(40, vibration_z_mg=noise(1, 21.5, 0.5), **full))
    assert told.edges == [("raised", 4)]
    assert told.claims[0].evidence["limit"] == pytest.approx(20.0)


def test_doors_that_become_slower_everywhere() -> None:
    """Each landing against its own; all together are found within fifty cycles."""
    usual = {1: 2.6, 2: 3.1, 3: 3.6}

    def cycle(k: int, share: float) -> Door:
        floor = 1 + k % 3
        return Door(**ENVELOPE, result="closed", floor=floor, close_s=usual[floor] * share)

    told = Told(DoorWear()).hear(*(cycle(k, 1.0) for k in range(200)))
    told.hear(*(cycle(k, 1.2) for k in range(200)))
    assert told.claims == []
    told.hear(*(cycle(k, 1.35) for k in range(45)))
    assert [one.evidence["part"] for one in told.claims] == ["closing time"]


def test_the_doors_of_one_landing() -> None:
    """The others are well: it is this landing's doors, found within fifty of its cycles."""
    told = Told(DoorWear())
    for k in range(1500):
        floor = k % 5
        slow = floor == 4 and k > 500
        told.hear(Door(**ENVELOPE, result="closed", floor=floor, close_s=4.2 if slow else 3.0))
    (claim,) = told.claims
    assert claim.evidence["part"] == "closing time at floor 4"
    assert claim.evidence["usual"] == pytest.approx(3.0, abs=0.01)


def test_a_visit_that_replaces_nothing_forgets_nothing() -> None:
    """Half of what is to be learned of a landing was heard before it, half after."""
    told = Told(DoorWear()).hear(*doors(15, floor=lambda _: 2, close_s=lambda _: 3.0))
    told.hear(Maintenance(**ENVELOPE, phase="out", work="half_month"))
    told.hear(*doors(15, floor=lambda _: 2, close_s=lambda _: 3.0))
    told.hear(*doors(50, floor=lambda _: 2, close_s=lambda _: 4.5))
    assert [one.evidence["part"] for one in told.claims] == [
        "closing time",
        "closing time at floor 2",
    ]


def test_a_pram_in_the_door_is_no_wear() -> None:
    """Cycles in which something was in the way do not count."""
    told = Told(DoorWear()).hear(*doors(100, floor=lambda _: 2, close_s=lambda _: 3.0))
    told.hear(
        *doors(100, floor=lambda _: 2, close_s=lambda _: 8.0, reopens=lambda _: 1),
        *doors(100, floor=lambda _: 2, close_s=lambda _: 8.0, obstructed_s=lambda _: 0.4),
    )
    assert told.claims == []


def test_rides_of_a_visit_do_not_count() -> None:
    """A technician tries the brake at full load."""
    told = Told(BrakeWear()).hear(*rides(100, brake_stop_mm=lambda _: 50.0))
    told.view.visit_ms = told.at_ms
    told.hear(*rides(15, brake_stop_mm=lambda _: 90.0))
    assert told.at_ms < told.view.visit_ms + 8 * HOUR_MS
    assert told.claims == []


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_median_lies_between(values: list[float]) -> None:
    """And half of the values on each side."""
    middle = median(values)
    assert sum(value < middle for value in values) <= len(values) / 2
    assert sum(value > middle for value in values) <= len(values) / 2


def test_a_line_is_found_under_outliers() -> None:
    """Theil-Sen bears a quarter of nonsense."""
    points = [(day, 2.0 + 0.5 * day) for day in range(20)]
    points[3] = (3, 90.0)
    points[11] = (11, -90.0)
    assert theil_sen(points) == pytest.approx(0.5, abs=0.02)
    assert theil_sen([(1, 2.0), (1, 3.0)]) is None


def test_days_are_thinned_and_stay_in_order() -> None:
    """A year is kept in at most so many points."""
    series = Series(base={0: 1.0})
    for day in range(400):
        for k in range(3):
            series.take(1.0 + day / 400, at_ms=START_MS + day * DAY_MS + k, kept=3)
    days = [day for day, _ in series.points()]
    assert len(days) <= DAYS_MAX
    assert days == sorted(set(days))
    rate = series.per_day()
    assert rate == pytest.approx(1 / 400, rel=0.02)


def stops(days: range, error_mm: Callable[[int], float]) -> Iterator[Ride]:
    """Stops at three landings, so many a day, each so far off as its day says."""
    for day in days:
        for k in range(PER_DAY):
            yield Ride(**ENVELOPE, to_floor=1 + k % 3, level_error_mm=error_mm(day))


def test_levels_that_drift_are_told_before_they_are_a_step() -> None:
    """Since when, how fast, and when 20 mm are reached; no step of one day, no slow lift."""
    rng = random.Random(3)
    told = Told(LevellingDrift())
    told.hear(*stops(range(30), lambda day: max(day - 10, 0) * 1.2 + rng.gauss(0, 2.5)))
    assert told.edges == [("raised", 3)]
    found = told.claims[0]
    day = (found.at_ms - START_MS) / DAY_MS
    assert 10.0 + 10.0 / 1.2 <= day < 10.0 + 20.0 / 1.2
    assert found.evidence["mm_per_day"] == pytest.approx(1.2, rel=0.2)
    told.hear(replaced("A-1-23"))
    assert told.edges[-1][0] == "cleared"


def test_levels_that_drift_slowly_are_told_two_weeks_before() -> None:
    """Beyond the accuracy they are long before: 8.4 mm are still to go when it is told."""
    told = Told(LevellingDrift())
    told.hear(*stops(range(40), lambda day: max(day - 10, 0) * 0.6))
    assert told.edges == [("raised", 3)]
    day = (told.claims[0].at_ms - START_MS) / DAY_MS
    assert 10.0 + (20.0 - 8.4) / 0.6 <= day < 10.0 + (20.0 - 8.4) / 0.6 + 2.0


def test_levels_that_drift_past_a_visit_that_adjusts_nothing() -> None:
    """What a visit silences begins anew, but not what is usual at a landing."""
    rng = random.Random(3)
    told = Told(LevellingDrift())
    for days in (range(12), range(12, 30)):
        told.hear(*stops(days, lambda day: max(day - 10, 0) * 1.2 + rng.gauss(0, 2.5)))
        told.rule.forget()
    assert told.edges == [("raised", 3)]
    assert told.claims[0].at_ms < START_MS + (10.0 + 20.0 / 1.2) * DAY_MS


@pytest.mark.parametrize(
    "error_mm",
    [
        lambda _: 15.0,
        lambda day: 0.0 if day < 10 else 15.0,
        lambda day: 12.0 if day % 2 else -12.0,
        lambda day: min(day, 9) * 1.0,
    ],
    ids=["always off", "one step", "to and fro", "within the accuracy"],
)
def test_levels_that_do_not_drift(error_mm: Callable[[int], float]) -> None:
    """What is not on its way to a step is none."""
    rng = random.Random(4)
    told = Told(LevellingDrift()).hear(
        *stops(range(40), lambda day: error_mm(day) + rng.gauss(0, 2.0))
    )
    assert told.claims == []


def of_days(*shares: float) -> Series:
    """One share a day, and one more day on which nothing is over yet."""
    series = Series(base={0: 1.0})
    for day, share in enumerate([*shares, shares[-1]]):
        series.take(share, at_ms=START_MS + day * DAY_MS, kept=1)
    return series


def test_the_sixty_fifth_day_halves_them() -> None:
    """64 are kept, then each two neighbours become one."""
    assert len(of_days(*[1.0] * 64).points()) == 64
    assert len(of_days(*[1.0] * 65).points()) == 32


def test_three_days_tell_how_fast() -> None:
    """Two do not; and from where it grows only what has grown counts, where that are three."""
    assert of_days(1.0, 1.5).per_day() is None
    assert of_days(1.0, 1.5, 2.0).per_day() == pytest.approx(0.5)
    series = of_days(1.0, 1.0, 1.0, 1.0, 1.25, 1.5)
    days = [day for day, _ in series.points()]
    assert series.per_day(days[3]) == pytest.approx(0.25)
    assert series.per_day(days[4]) == series.per_day() == pytest.approx(0.1, abs=0.03)
    assert series.since_day(1.0) == days[4]
    assert series.since_day(1.5) is None
    assert series.since_day(0.9) == days[0]


def test_a_baseline_of_nothing_judges_nothing() -> None:
    """What was zero all the time has no shares."""
    series = Series()
    told = [series.take(0.0, at_ms=START_MS, kept=1) for _ in range(BASE_VALUES)]
    told += [series.take(3.0, at_ms=START_MS, kept=1) for _ in range(5)]
    assert not any(told)
    assert (series.spread, series.shares()) == (0.0, ())


def test_the_spread_of_a_baseline() -> None:
    """As a share of it; of several classes the widest."""
    series = Series()
    for k in range(BASE_VALUES):
        series.take(10.0 + k % 2, at_ms=START_MS, kept=1)
        series.take(30.0, at_ms=START_MS, kept=1, of_class=1)
    assert series.base == {0: 10.5, 1: 30.0}
    assert series.spread == pytest.approx(1.4826 * 0.5 / 10.5)

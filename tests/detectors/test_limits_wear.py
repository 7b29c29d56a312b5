"""Worn parts and silent buttons at their figures: just below is nothing, above is a claim.

Found by `make mutate`: each test fails when the figure, or the comparison with it, is another.
"""

from datetime import datetime

import pytest

from detectors.contract import Claim
from detectors.rules.brake_wear import BRAKE, BrakeWear
from detectors.rules.button_silent import ButtonSilent, chance
from detectors.rules.door_wear import DoorWear
from detectors.rules.rope_slip import RopeSlip
from detectors.rules.vibration_wear import PARTS, VibrationWear
from detectors.trend import BASE_VALUES, Series
from detectors.view import View
from detectors.wear import _outlook
from liftwatch.clock import HOUR_MS, rfc3339
from liftwatch.telemetry.messages import Button, Door, Edge, Ride
from tests.detectors.conftest import as_heard
from tests.detectors.test_buttons_silent import START_MS
from tests.detectors.test_wear import ENVELOPE, Told

FULL_MPS = 1.75


def brakes(*shares: float, times: int = 1) -> list[Ride]:
    """Stops as shares of 64 mm."""
    return [Ride(**ENVELOPE, brake_stop_mm=64.0 * share) for _ in range(times) for share in shares]


@pytest.mark.parametrize(
    ("share", "edges"),
    [(1.19, []), (1.21, [("raised", 4)]), (1.39, [("raised", 4)]), (1.41, [("raised", 2)])],
)
def test_a_brake_by_its_share(share: float, edges: list[tuple[str, int]]) -> None:
    """20 % over its own, 40 % is graver, in the median of 50 rides: not of 49."""
    told = Told(BrakeWear()).hear(*brakes(1.0, times=BASE_VALUES), *brakes(share, times=49))
    assert told.edges == []
    assert told.hear(*brakes(share)).edges == edges


@pytest.mark.parametrize(("scatter", "found"), [(0.152, True), (0.229, False)])
def test_a_brake_that_scatters_is_worn_surely(scatter: float, found: bool) -> None:
    """A quarter over its own: sure where that is more than five standard errors.

    The error is 1.2533 times 1.4826 times the scatter, over the root of 50.
    """
    assert (5 * 1.2533 * 1.4826 * scatter / 50**0.5 < 0.25) is found
    told = Told(BrakeWear()).hear(*brakes(1.0, times=BASE_VALUES))
    told.hear(*brakes(1.25 - scatter, 1.25 + scatter, times=25))
    assert (told.edges == [("raised", 4)]) is found


def slips(slip: float, count: int) -> list[Ride]:
    """Rides of 20 m."""
    return [
        Ride(**ENVELOPE, distance_m=20.0, sheave_distance_m=20.0 * (1.0 + slip))
        for _ in range(count)
    ]


@pytest.mark.parametrize(("slip", "found"), [(0.0049, False), (0.0051, True)])
def test_slip_by_its_share(slip: float, found: bool) -> None:
    """Half a percent, in the median of 50."""
    told = Told(RopeSlip()).hear(*slips(slip, 49))
    assert told.edges == []
    assert told.hear(*slips(slip, 1)).edges == ([("raised", 4)] if found else [])


def shakes(signal: str, value_mg: float, count: int) -> list[Ride]:
    """Rides at full speed."""
    fields = {signal: value_mg, "speed_max_mps": FULL_MPS}
    return [Ride(**ENVELOPE, **fields) for _ in range(count)]


@pytest.mark.parametrize(
    ("signal", "usual_mg", "now_mg", "found"),
    [
        ("vibration_z_mg", 16.0, 20.0, False),
        ("vibration_z_mg", 16.0, 20.1, True),
        ("vibration_x_mg", 12.0, 15.0, False),
        ("vibration_x_mg", 12.0, 15.1, True),
        ("vibration_y_mg", 12.0, 15.0, False),
        ("vibration_y_mg", 12.0, 15.1, True),
        ("vibration_z_mg", 4.0, 8.0, False),
        ("vibration_z_mg", 4.0, 8.1, True),
        ("rail_mg", 4.0, 8.0, False),
        ("rail_mg", 4.0, 8.1, True),
    ],
)
def test_vibration_by_its_limits(
    signal: str, usual_mg: float, now_mg: float, *, found: bool
) -> None:
    """20 mg vertical, 15 mg horizontal, or twice its own, in the median of 20 rides."""
    told = Told(VibrationWear()).hear(*shakes(signal, usual_mg, BASE_VALUES))
    told.hear(*shakes(signal, now_mg, 19))
    assert told.edges == []
    told.hear(*shakes(signal, now_mg, 1))
    assert told.edges == ([("raised", 4)] if found else [])


def closings(close_s: float, count: int, *, floor: int = 3) -> list[Door]:
    """Clean cycles of one landing."""
    return [Door(**ENVELOPE, result="closed", floor=floor, close_s=close_s) for _ in range(count)]


def parts(told: Told) -> list[str]:
    """The parts that have been claimed."""
    return [one.evidence["part"] for one in told.claims if one.edge == "raised"]


@pytest.mark.parametrize(
    ("close_s", "count", "found"),
    [
        (5.0, 60, []),
        (5.1, 25, []),
        (5.1, 26, ["closing time", "closing time at floor 3"]),
    ],
)
def test_doors_by_their_share(close_s: float, count: int, found: list[str]) -> None:
    """More than a quarter over the usual 4 s in more than half of 50 cycles."""
    told = Told(DoorWear()).hear(*closings(4.0, 20), *closings(4.0, 50))
    assert parts(told.hear(*closings(close_s, count))) == found
    assert {one.severity for one in told.claims} <= {4, None}


def test_the_first_fifty_cycles_of_a_landing() -> None:
    """Nothing is said before there are fifty."""
    told = Told(DoorWear()).hear(*closings(4.0, 20), *closings(5.1, 49))
    assert parts(told) == []
    assert sorted(parts(told.hear(*closings(5.1, 1)))) == [
        "closing time",
        "closing time at floor 3",
    ]


def silence(hours: int, *, before: int = 240) -> list[Claim]:
    """A button pressed every other hour beside its neighbour, which then is the only one."""
    rule, view = ButtonSilent(), View()
    claims: list[Claim] = []
    for hour in range(2 * before + hours):
        floor = 2 if hour % 2 and hour < 2 * before else 3
        at_ms = START_MS + hour * HOUR_MS
        edge = Edge(
            panel="car",
            floor=floor,
            button="floor",
            edge="press",
            at=datetime.fromisoformat(rfc3339(at_ms)),
        )
        body = Button(v=1, terminal="T", boot="b", seq=0, at="", edges=[edge])
        claims += rule.hear(as_heard(body, at_ms), view)
    return claims


def test_a_silence_at_its_chance() -> None:
    """1 in 10 000 a month of 30.44 days in which each of the presses could have begun one.

    There is a press an hour, so 730.56 gaps a month; half of the first 480 presses were this
    button's, and so many fewer count as people come in families.
    """
    (claim,) = silence(200)
    limit = 1e-4 / (24 * 30.44)
    hours = next(k for k in range(200) if chance(k / 2 / 1.3, 240) <= limit)
    assert claim.opened_ms == START_MS + 479 * HOUR_MS
    assert claim.at_ms == START_MS + (479 + hours) * HOUR_MS
    assert claim.evidence["expected_presses"] == pytest.approx(hours / 2 / 1.3, abs=0.05)


@pytest.mark.parametrize(("share", "edges"), [(1.16, ["raised"]), (1.14, ["raised", "cleared"])])
def test_a_brake_that_is_well_again(share: float, edges: list[str]) -> None:
    """Three quarters of the way from usual to the limit: 1.15."""
    told = Told(BrakeWear()).hear(*brakes(1.0, times=BASE_VALUES), *brakes(1.3, times=50))
    told.hear(*brakes(share, times=50))
    assert [edge for edge, _ in told.edges] == edges


def test_well_again_is_below_and_not_at_it() -> None:
    """Of what may double: 1.75 times usual."""
    told = Told(VibrationWear()).hear(*shakes("rail_mg", 4.0, BASE_VALUES))
    told.hear(*shakes("rail_mg", 8.1, 20), *shakes("rail_mg", 7.0, 20))
    assert [edge for edge, _ in told.edges] == ["raised"]
    told.hear(*shakes("rail_mg", 6.9, 20))
    assert [edge for edge, _ in told.edges] == ["raised", "cleared"]


def at_share(share: float) -> Series:
    """A series whose last values are all at a share."""
    series = Series(base={0: 1.0}, day=20_000)
    for k in range(50):
        series.take(share, at_ms=START_MS + k, kept=50)
    return series


@pytest.mark.parametrize(
    ("share", "rate", "told"),
    [
        (1.25, (1.40 - 1.25) / 400, True),
        (1.25, (1.40 - 1.25) / 401, False),
        (1.25, 0.0, False),
        (1.25, -0.01, False),
        (1.5, 0.01, False),
    ],
)
def test_an_outlook_of_400_days(share: float, rate: float, *, told: bool) -> None:
    """To the gravest limit; who is beyond it, or does not move, has none."""
    outlook = _outlook(at_share(share), BRAKE, rate)
    assert bool(outlook) is told
    if told:
        assert outlook["reaches"] == 1.4


def test_no_outlook_at_the_limit_itself() -> None:
    """It has been reached."""
    assert _outlook(at_share(2.0), PARTS["rail_mg"], 0.01) == {}
    assert _outlook(at_share(1.5), PARTS["rail_mg"], 0.01)["reaches"] == 2.0

"""Falls inside bursts: what adjoins is one signal, and what the burst itself says against a fall."""

from typing import Any

import numpy as np
import pytest

from detectors.falling import Falling
from liftwatch.clock import parse_ms
from liftwatch.telemetry.messages import Burst
from tests.detectors.test_judges import parse_moment

START_MS = parse_ms("2026-03-02T08:00:00Z")
REST, LOW = 9.8, 1.0
ENVELOPE: dict[str, Any] = {"v": 1, "terminal": "T", "boot": "b", "seq": 0, "at": ""}


def burst(z: list[float], *, after_ms: int = 0, **fields: Any) -> Burst:
    """Samples at 100 Hz."""
    started_at = parse_moment(START_MS + after_ms)
    told = {"started_at": started_at, "rate_hz": 100.0, "z_mps2": z} | fields
    return Burst(**ENVELOPE, **told)


def falls(*bursts: Burst, pressure_ok: bool = True) -> list[tuple[int, int]]:
    """Begin and certainty of each fall found, in ms after the start."""
    falling, found = Falling(), []
    for one in bursts:
        falling, fall = falling.after(one, pressure_ok=pressure_ok)
        if fall is not None:
            found.append((fall.began_ms - START_MS, fall.certain_ms - START_MS))
    return found


FIRST = [REST] * 10 + [LOW] * 10  # its last sample lies at 190 ms, 90 ms after the beginning


@pytest.mark.parametrize(
    ("after_ms", "found"),
    [
        (200, [(100, 250)]),
        (210, [(100, 250)]),  # a gap of two periods, no more
        (211, []),
        (0, []),  # no later than the one before: another signal
        (150, [(100, 250)]),  # what overlaps counts once
        (190, [(100, 250)]),
    ],
)
def test_bursts_that_adjoin(after_ms: int, found: list[tuple[int, int]]) -> None:
    """90 ms in one and 130 ms in the next are a fall only together."""
    assert falls(burst(FIRST)) == []
    assert falls(burst(FIRST), burst([LOW] * 14 + [REST] * 9, after_ms=after_ms)) == found


def test_a_stretch_that_ended_is_not_carried_on() -> None:
    """Rest at the end of the first, or at the beginning of the second."""
    rest_at_end = [REST] * 9 + [LOW] * 10 + [REST]
    assert falls(burst(rest_at_end), burst([LOW] * 10 + [REST] * 5, after_ms=200)) == []
    assert falls(burst(FIRST), burst([REST] + [LOW] * 10, after_ms=200)) == []


def test_a_fall_is_told_once_however_often_it_is_cut() -> None:
    """Also the one that goes on; one after a bounce is told again."""
    parts = [FIRST, [LOW] * 20, [LOW] * 20, [LOW] * 10 + [REST] * 10, [LOW] * 20]
    told = [burst(part, after_ms=200 * k) for k, part in enumerate(parts)]
    assert falls(*told) == [(100, 250), (800, 950)]


def test_a_burst_told_twice_is_one() -> None:
    """It begins no later, and has nothing that is new."""
    whole = [REST] * 10 + [LOW] * 20
    assert falls(burst(whole), burst([LOW] * 5, after_ms=200)) == [(100, 250)]
    falling, _ = Falling().after(burst(whole))
    assert falling.after(burst([LOW] * 5, after_ms=200)) == (falling, None)


@pytest.mark.parametrize(
    "gone", [{"started_at": None}, {"rate_hz": None}, {"z_mps2": None}, {"z_mps2": []}]
)
def test_what_is_not_told_is_no_signal(gone: dict[str, Any]) -> None:
    """When, how often and how much must be known."""
    assert falls(burst([LOW] * 30, **gone)) == []
    assert falls(burst([LOW] * 30)) == [(0, 150)]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"x_mps2": [2.0] * 30, "y_mps2": [2.0] * 30}, [(0, 150)]),  # 3.0 in all is above
        ({"x_mps2": [2.0] * 30, "y_mps2": [2.1] * 30}, []),
        ({"x_mps2": [9.0] * 30}, []),
        ({"x_mps2": [], "y_mps2": None}, [(0, 150)]),
        ({"x_mps2": [0.0] * 10}, []),  # no longer than the shortest axis
    ],
)
def test_all_axes_together(fields: dict[str, Any], found: list[tuple[int, int]]) -> None:
    """Whichever way the sensor lies."""
    low = 0.5 if "y_mps2" in fields else LOW
    assert falls(burst([low] * 30, **fields)) == found


def of_a_fall(
    *, low_s: float = 0.4, share: float = 1.0, speed: float = 0.0, lag_s: float = 0.0, **told: Any
) -> Burst:
    """A fall of so long whose own heights drop by a share of g t²/2, so much later."""
    kind, rate, before = told.get("kind", "position_m"), told.get("rate", 20), told.get("before", 1)
    z = [REST] * int(before * 200) + [LOW] * int(low_s * 200) + [REST] * 200
    t = np.arange(int((before + low_s + 1) * rate) + 1) / rate
    drop = 0.5 * 9.80665 * np.clip(t - before - lag_s, 0, low_s) ** 2
    heights = 12 + speed * t - share * drop
    values = heights if kind == "position_m" else 1000 - 0.118 * heights
    fields: dict[str, Any] = {kind: [float(value) for value in values], "slow_rate_hz": rate}
    return burst(z, **(fields | {"rate_hz": 200.0}))


@pytest.mark.parametrize("kind", ["position_m", "pressure_hpa"])
@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"share": 0.46}, False),
        ({"share": 0.52}, True),
        ({"share": 0.46, "speed": 1.0}, False),
        ({"share": 0.52, "speed": 1.0}, True),
        ({"share": 0.52, "speed": -1.0}, True),
        # a slow sensor: of a car that stood half a second more is looked at, else a tenth
        ({"lag_s": 0.30}, True),
        ({"lag_s": 0.33}, False),
        ({"lag_s": 0.108, "speed": 1.0, "rate": 40}, True),
        ({"lag_s": 0.12, "speed": 1.0}, False),
        # above 0.1 m/s a car rides
        ({"lag_s": 0.15, "speed": 0.095}, True),
        ({"lag_s": 0.15, "speed": -0.095}, True),
        ({"lag_s": 0.15, "speed": 0.105}, False),
        ({"lag_s": 0.15, "speed": -0.105}, False),
    ],
)
def test_heights_that_drop_too_little(kind: str, told: dict[str, Any], *, found: bool) -> None:
    """Less than half of g t²/2 below the line on which the car was is no fall."""
    assert bool(falls(of_a_fall(kind=kind, **told))) is found


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"kind": "position_m", "share": 0.43}, False),
        ({"kind": "position_m", "share": 0.45}, True),
        ({"kind": "pressure_hpa", "share": 0.31, "low_s": 0.6}, False),
        ({"kind": "pressure_hpa", "share": 0.33, "low_s": 0.6}, True),
    ],
)
def test_few_heights_are_as_noisy_as_their_sensor(told: dict[str, Any], *, found: bool) -> None:
    """Three of them make no line: 0.02 m of a position, 0.15 m of a pressure are their doubt."""
    assert bool(falls(of_a_fall(rate=4, before=0.5, **told))) is found


def test_four_heights_make_a_line() -> None:
    """Of a car that rises: what it should be at now is known."""
    assert falls(of_a_fall(rate=4, before=0.75, low_s=0.6, speed=1.0))
    assert not falls(of_a_fall(rate=4, before=0.75, low_s=0.6, speed=1.0, share=0.4))


def test_a_second_fall_of_one_burst_after_one_that_was_told() -> None:
    """What has been told is the stretch under way, not the next."""
    both = burst([LOW] * 10 + [REST] * 10 + [LOW] * 20, after_ms=300)
    assert falls(burst([REST] * 10 + [LOW] * 20), both) == [(100, 250), (500, 650)]


def test_heights_from_after_the_beginning_say_nothing() -> None:
    """The burst before had none: nobody knows on which line the car was."""
    later = burst([LOW] * 20, after_ms=200, slow_rate_hz=20.0, position_m=[12.0] * 5)
    assert falls(burst(FIRST), later) == [(100, 250)]


def test_heights_that_can_say_nothing() -> None:
    """None from before the fall, none within it, no rate, or a sensor that is faulty."""
    still = of_a_fall(share=0.0)
    assert falls(still) == []
    for gone in ({"slow_rate_hz": None}, {"position_m": None}, {"slow_rate_hz": 0.1}):
        told = {name: getattr(still, name) for name in ("position_m", "slow_rate_hz")} | gone
        assert falls(burst(still.z_mps2 or [], rate_hz=200.0, **told))
    low_at_once = burst([LOW] * 40, slow_rate_hz=20.0, position_m=[12.0] * 40)
    assert falls(low_at_once) == []  # its first height is of that very moment
    air = of_a_fall(share=0.0, kind="pressure_hpa")
    assert falls(air) == []
    assert falls(air, pressure_ok=False)


def test_one_witness_is_enough() -> None:
    """A position that stands, though the pressure drops; and the other way round."""
    stands, drops = of_a_fall(share=0.0), of_a_fall(kind="pressure_hpa")
    both = {"position_m": stands.position_m, "pressure_hpa": drops.pressure_hpa}
    z = stands.z_mps2 or []
    assert falls(burst(z, rate_hz=200.0, slow_rate_hz=20.0, **both)) == []
    stands, drops = of_a_fall(share=0.0, kind="pressure_hpa"), of_a_fall()
    both = {"position_m": drops.position_m, "pressure_hpa": stands.pressure_hpa}
    assert falls(burst(z, rate_hz=200.0, slow_rate_hz=20.0, **both)) == []

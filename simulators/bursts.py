"""What a sensor in the car records around a trigger: specific force, height and pressure."""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from liftwatch.clock import rfc3339
from simulators.physics import GRAVITY_MPS2, Motion

SEA_LEVEL_HPA = 1013.25
HPA_PER_M = 0.118
PRESSURE_NOISE_HPA = 0.01  # a MEMS barometer resolves about 0.01 hPa (domain 3.1)
BURST_HZ = 200
SLOW_EVERY = 8  # samples of the fast channels to one of the slow


class Sensor(NamedTuple):
    """One accelerometer: its offsets in m/s² on x, y and z, and its noise."""

    bias_mps2: tuple[float, float, float]
    noise_mps2: float

    @classmethod
    def some(cls, rng: Random) -> "Sensor":
        """A cheap sensor: some hundredths of g off."""
        x, y, z = (rng.uniform(-0.15, 0.15) for _ in range(3))
        return cls((x, y, z), rng.uniform(0.02, 0.05))


class Span(NamedTuple):
    """From when to when of a motion to record, in seconds of the motion."""

    begin_s: float
    end_s: float


def no_extra(seconds: float) -> float:
    """Nothing but the motion shakes the sensor."""
    del seconds
    return 0.0


def record(
    motion: Motion,
    span: Span,
    *,
    rate_hz: int,
    rng: Random,
    extra_mps2: Callable[[float], float] = no_extra,
) -> dict[str, Any]:
    """The sampled channels of a burst: what the car does, and `extra_mps2` on top of it on z.

    >>> from simulators.physics import Point
    >>> rest = record(Motion(Point(9.0)), Span(0, 1), rate_hz=100, rng=Random(1))
    >>> len(rest["z_mps2"]), 9.5 < sum(rest["z_mps2"]) / 100 < 10.1, rest["position_m"][0]
    (100, True, 9.0)
    """
    sensor = Sensor.some(rng)
    count = round((span.end_s - span.begin_s) * rate_hz)
    times = [span.begin_s + k / rate_hz for k in range(count)]
    points = [motion.at(time) for time in times]

    def noisy(axis: int, value: float) -> float:
        return round(value + sensor.bias_mps2[axis] + rng.gauss(0.0, sensor.noise_mps2), 3)

    slow = points[::SLOW_EVERY]
    return {
        "rate_hz": rate_hz,
        "z_mps2": [
            noisy(2, GRAVITY_MPS2 + point.accel_mps2 + extra_mps2(time))
            for time, point in zip(times, points, strict=True)
        ],
        "x_mps2": [noisy(0, 0.0) for _ in times],
        "y_mps2": [noisy(1, 0.0) for _ in times],
        "slow_rate_hz": rate_hz / SLOW_EVERY,
        "position_m": [round(point.position_m, 3) for point in slow],
        "speed_mps": [round(point.speed_mps, 3) for point in slow],
        "pressure_hpa": [_pressure(point.position_m, rng) for point in slow],
    }


def body_of(channels: dict[str, Any], *, trigger: str, at_ms: int) -> dict[str, Any]:
    """The body of a `burst` message whose last sample lies at a moment."""
    before_ms = round(1000 * (len(channels["z_mps2"]) - 1) / channels["rate_hz"])
    return {"trigger": trigger, "started_at": rfc3339(at_ms - before_ms), **channels}


def _pressure(height_m: float, rng: Random) -> float:
    return round(SEA_LEVEL_HPA - HPA_PER_M * height_m + rng.gauss(0.0, PRESSURE_NOISE_HPA), 4)


def jump(at_s: float, rng: Random) -> Callable[[float], float]:
    """Somebody jumps: the car on its ropes is pushed down, springs back, is struck on landing.

    Low for 0.12 to 0.25 s between two high pulses, and the car stays where it is.
    """
    low_s = rng.uniform(0.12, 0.25)
    pulses = (
        (at_s - 0.15, at_s, 6.0),
        (at_s, at_s + low_s, -(GRAVITY_MPS2 - 1.8)),
        (at_s + low_s, at_s + low_s + 0.12, 9.0),
    )

    def extra(seconds: float) -> float:
        return sum(force for begin, end, force in pulses if begin <= seconds < end)

    return extra

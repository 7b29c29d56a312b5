"""What a sensor in the car records around a trigger: specific force, height and pressure."""

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from simulators.physics import GRAVITY_MPS2, Motion

SEA_LEVEL_HPA = 1013.25
HPA_PER_M = 0.118
PRESSURE_NOISE_HPA = 0.01  # a MEMS barometer resolves about 0.01 hPa (domain 3.1)
HPA_DRIFT_PER_S = 0.002  # weather and a door that opens: slow against a ride
RATES_HZ = (100, 200, 400)
SLOW_EVERY = 8  # samples of the fast channels to one of the slow


class Sensor(NamedTuple):
    """Accelerometer and barometer of one terminal: offsets in m/s² on x, y and z and how they
    drift by the hour, noise, the range that cuts off what is more, samples a second."""

    bias_mps2: tuple[float, float, float]
    noise_mps2: float
    drift_mps2: float = 0.0
    range_g: float = 4.0
    rate_hz: int = 200
    bias_hpa: float = 0.0

    @classmethod
    def some(cls, rng: Random) -> "Sensor":
        """A cheap sensor: some hundredths of g off, a barometer some hPa."""
        x, y, z = (rng.uniform(-0.15, 0.15) for _ in range(3))
        return cls(
            (x, y, z),
            rng.uniform(0.02, 0.05),
            drift_mps2=rng.uniform(0.0, 0.03),
            range_g=rng.choice((2.0, 4.0)),
            rate_hz=rng.choice(RATES_HZ),
            bias_hpa=rng.uniform(-2.0, 2.0),
        )

    def reads(self, value_mps2: float, *, axis: int, hour: float, rng: Random) -> float:
        """What it makes of a specific force: off, noisy, and never more than its range.

        >>> Sensor((0.1, 0.0, 0.0), 0.0, range_g=2.0).reads(50.0, axis=2, hour=0, rng=Random(1))
        19.613
        """
        drift = self.drift_mps2 * math.sin(2 * math.pi * hour / 24 + axis)
        told = value_mps2 + self.bias_mps2[axis] + drift + rng.gauss(0.0, self.noise_mps2)
        limit = self.range_g * GRAVITY_MPS2
        return round(min(max(told, -limit), limit), 3)


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
    sensor: Sensor,
    rng: Random,
    hour: float = 0.0,
    extra_mps2: Callable[[float], float] = no_extra,
) -> dict[str, Any]:
    """The sampled channels of a burst: what the car does, and `extra_mps2` on top of it on z.

    >>> from simulators.physics import Point
    >>> sensor = Sensor.some(Random(1))._replace(rate_hz=100)
    >>> rest = record(Motion(Point(9.0)), Span(0, 1), sensor=sensor, rng=Random(1))
    >>> len(rest["z_mps2"]), 9.5 < sum(rest["z_mps2"]) / 100 < 10.1, rest["position_m"][0]
    (100, True, 9.0)
    """
    rate_hz = sensor.rate_hz
    count = round((span.end_s - span.begin_s) * rate_hz)
    times = [span.begin_s + k / rate_hz for k in range(count)]
    points = [motion.at(time) for time in times]

    def noisy(axis: int, value: float) -> float:
        return sensor.reads(value, axis=axis, hour=hour, rng=rng)

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
        "pressure_hpa": [
            _pressure(
                point.position_m, sensor.bias_hpa + HPA_DRIFT_PER_S * k * SLOW_EVERY / rate_hz, rng
            )
            for k, point in enumerate(slow)
        ],
    }


def lasting_ms(channels: Mapping[str, Any]) -> int:
    """From the first sample to the last."""
    count, rate_hz = len(channels["z_mps2"]), float(channels["rate_hz"])
    return round(1000 * (count - 1) / rate_hz)


def _pressure(height_m: float, off_hpa: float, rng: Random) -> float:
    told = SEA_LEVEL_HPA + off_hpa - HPA_PER_M * height_m
    return round(told + rng.gauss(0.0, PRESSURE_NOISE_HPA), 4)


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

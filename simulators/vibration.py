"""What guide rails, rollers, sheave and motor do to a car: lines of a spectrum, bound to the way.

Each part turns or passes with the car, so its line is so many periods a metre (domain 3.2).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from simulators.condition import PARTS, Condition, Part
from simulators.physics import GRAVITY_MPS2, Motion

RAIL_M, BRACKET_M = 5.0, 2.5
ROLLER_M = math.pi * 0.125
SHEAVE_M = math.pi * 0.4
POLE_PAIRS = 10
SPEED_POWER = 1.5  # amplitude over speed [our choice: between 1 for noise and 2 for imbalance]

A95_OF_RMS = 4.9
"""Peak to peak that 95 % of the swings of a narrow band stay below: 2·sqrt(-2·ln 0.05) RMS."""

SHARE: dict[Part, tuple[float, float, float]] = {
    "rail": (0.8, 0.6, 0.5),
    "roller": (0.6, 0.7, 0.8),
    "sheave": (0.2, 0.2, 1.1),
    "motor": (0.2, 0.2, 0.9),
}
"""Which share of a part's vibration comes through on x, y and z."""

FLOOR_MG = (0.7, 0.6, 1.2)
"""What shakes besides: air, ropes, people."""


class Line(NamedTuple):
    """One line of the spectrum: how many metres of way a period takes, and its RMS."""

    part: Part
    period_m: float
    rms_mg: float

    def hz(self, speed_mps: float) -> float:
        """Its frequency at a speed.

        >>> round(Line("roller", ROLLER_M, 1.0).hz(1.75), 1)
        4.5
        """
        return abs(speed_mps) / self.period_m


def band_mg(condition: Condition, part: Part, *, share_of_speed: float) -> float:
    """RMS in the band of a part at a share of the rated speed."""
    healthy = condition.amplitude_mg[part] * math.pow(share_of_speed, SPEED_POWER)
    return healthy * condition.wear[part]


def lines(condition: Condition, *, roping: int, share_of_speed: float = 1.0) -> tuple[Line, ...]:
    """The spectrum: joints and brackets of the rails, rollers, sheave, ripple of the motor."""
    rms = {part: band_mg(condition, part, share_of_speed=share_of_speed) for part in PARTS}
    sheave_m = SHEAVE_M / roping
    return (
        Line("rail", RAIL_M, 0.8 * rms["rail"]),
        Line("rail", BRACKET_M, 0.6 * rms["rail"]),
        Line("roller", ROLLER_M, rms["roller"]),
        Line("sheave", sheave_m, rms["sheave"]),
        Line("motor", sheave_m / (6 * POLE_PAIRS), rms["motor"]),
    )


def a95_mg(bands: dict[Part, float], axis: int) -> float:
    """A95 peak to peak on x (0), y (1) or z (2) of what the parts do together.

    >>> from simulators.condition import USUAL_MG
    >>> [round(a95_mg(USUAL_MG, axis), 1) for axis in (0, 1, 2)]
    [9.7, 8.5, 12.1]
    """
    power = FLOOR_MG[axis] ** 2 + sum((SHARE[part][axis] * bands[part]) ** 2 for part in PARTS)
    return A95_OF_RMS * math.sqrt(power)


def shaking(
    motion: Motion, condition: Condition, *, roping: int, rated_mps: float
) -> Callable[[float], float]:
    """The same as an acceleration on z at each second of a motion, for a burst."""
    origin_m = motion.origin.position_m

    def extra_mps2(seconds: float) -> float:
        point = motion.at(seconds)
        share = min(abs(point.speed_mps) / rated_mps, 1.5)
        if share < 0.01:
            return 0.0
        way_m = point.position_m - origin_m
        swing_mg = sum(
            SHARE[line.part][2]
            * math.sqrt(2)
            * line.rms_mg
            * math.sin(2 * math.pi * way_m / line.period_m)
            for line in lines(condition, roping=roping, share_of_speed=share)
        )
        return swing_mg / 1000 * GRAVITY_MPS2

    return extra_mps2

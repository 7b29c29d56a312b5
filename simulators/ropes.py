"""The car on its ropes: how far a load draws it down, how exactly it stops, how its brake bites."""

from random import Random

from simulators.condition import Condition
from simulators.physics import GRAVITY_MPS2
from simulators.plan import Plan

STIFFNESS_N = 15.8e6  # E·A of five 10 mm ropes: 70 GPa, 45 mm² of metal each, for 1 000 kg
HEADROOM_M = 4.0  # from the highest landing to the sheave


def sag_m(plan: Plan, load_kg: float, *, position_m: float, stretch: float) -> float:
    """How far a load draws the car down, by Hooke: longer ropes give more; 2:1 roping half.

    >>> from simulators.estates import BLOCKS, Place, plan_lift
    >>> plan = plan_lift(Place(0, "garden", "1", "1", BLOCKS[3]), seed=1)
    >>> 0.01 < sag_m(plan, 1_000, position_m=0.0, stretch=1.0) < 0.05
    True
    """
    rope_m = plan.highest.height_m + HEADROOM_M - position_m
    roping = int(plan.register.get("roping", 1))
    stiffness_n = STIFFNESS_N * plan.rated_load_kg / 1000
    return stretch * load_kg * GRAVITY_MPS2 * rope_m / (roping * stiffness_n)


def brake_stop_mm(condition: Condition, *, load_pct: float, up: bool, rng: Random) -> float:
    """The way from the brake's fall to rest: longer with a worn lining, and with the heavier side.

    About ±5 % by the load, ±3 % from stop to stop [our choice].
    """
    downhill = (load_pct - 45.0) / 100 * (-1 if up else 1)
    way = condition.brake_mm * condition.lining * (1 + 0.08 * downhill)
    return max(way * rng.gauss(1.0, 0.03), 0.1)


def sheave_way_m(condition: Condition, way_m: float, *, load_pct: float, rng: Random) -> float:
    """The way of the sheave's rim for a way of the car: creep grows with the imbalance of masses,
    slip with a worn groove comes on top."""
    imbalance = abs(load_pct - 45.0) / 100
    creep = condition.creep * (0.8 + 0.6 * imbalance) * rng.gauss(1.0, 0.05)
    return way_m * (1 + creep + condition.slip * rng.gauss(1.0, 0.08))


def stop_error_mm(condition: Condition, rng: Random) -> float:
    """How far off a stop the drive meant to make ends, before the doors open."""
    return rng.gauss(0.0, condition.level_spread_mm)

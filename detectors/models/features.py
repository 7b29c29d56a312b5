"""What is compared of a ride and of a door cycle: one table of features, and how they are read.

A feature that depends on how far the ride went or how the car was loaded is compared with what
the same lift does at that distance or load (`against`).
"""

from typing import Literal, NamedTuple

from detectors.cycles import is_clean
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import Door, Ride

Part = Literal["ride", "door"]
PARTS: tuple[Part, ...] = ("ride", "door")
Against = Literal["", "distance", "load", "work"]

BALANCE_PCT = 45.0  # half way between 0.40 and 0.50 of the rated load (domain 2.3)
SPEED_MPS = 1.75  # where the register is silent: the commonest in flats (domain 4.3)
ACCEL_MPS2, JERK_MPS3 = 0.6, 0.8
"""The gentlest drive there is (A95 at least 0.5, domain 2.3): a ride that is long for it reaches
full speed with any."""


class Feature(NamedTuple):
    """One row. `least` is the difference, in the unit, below which nobody cares: finer than what
    terminals measure, or than what a person notices [our choice]."""

    name: str
    words: str
    unit: str
    least: float
    sensor: str = ""
    against: Against = ""


RIDE: tuple[Feature, ...] = (
    Feature("duration_s", "time of the ride", "s", 0.1, against="distance"),
    Feature("speed_max_mps", "highest speed", "m/s", 0.02, against="distance"),
    Feature("accel_max_mps2", "acceleration", "m/s²", 0.03, "accelerometer"),
    Feature("decel_max_mps2", "deceleration", "m/s²", 0.03, "accelerometer"),
    Feature("jerk_max_mps3", "jerk", "m/s³", 0.05, "accelerometer"),
    Feature("relevels", "re-levellings", "", 1.0),
    Feature("slip_pct", "slip of the ropes", "%", 0.05),
    Feature("brake_stop_mm", "stopping way of the brake", "mm", 0.5),
    Feature("motor_current_a", "motor current at this load", "A", 0.2, "current", "load"),
    Feature("energy_wh", "energy at this load and distance", "Wh", 0.5, "load", "work"),
    Feature("vibration_x_mg", "sideways vibration", "mg", 0.5, "accelerometer"),
    Feature("vibration_y_mg", "vibration from front to back", "mg", 0.5, "accelerometer"),
    Feature("vibration_z_mg", "vertical vibration", "mg", 0.5, "accelerometer"),
    Feature("noise_dba", "noise", "dB(A)", 0.5),
    Feature("rail_mg", "vibration of the rails", "mg", 0.1, "accelerometer"),
    Feature("roller_mg", "vibration of the rollers", "mg", 0.1, "accelerometer"),
    Feature("sheave_mg", "vibration of the sheave", "mg", 0.1, "accelerometer"),
    Feature("motor_mg", "vibration of the motor", "mg", 0.1, "accelerometer"),
)
DOOR: tuple[Feature, ...] = (
    Feature("open_s", "door opening time", "s", 0.05, "door"),
    Feature("close_s", "door closing time", "s", 0.05, "door"),
    Feature("current_rms_a", "door motor current", "A", 0.02, "current"),
    Feature("current_peak_a", "highest door motor current", "A", 0.05, "current"),
    Feature("closing_force_n", "closing force of the door", "N", 2.0),
)
FEATURES: dict[Part, tuple[Feature, ...]] = {"ride": RIDE, "door": DOOR}
LINE_LEAST = {"distance": 0.3, "load": 0.02, "work": 1.0}
"""Differences of what is compared against, below which they explain nothing: metres, share of the
rated load, metres times that share [our choice]."""


class Values(NamedTuple):
    """What one message tells of each feature, and of what each is compared against."""

    said: tuple[float | None, ...]
    against: tuple[float | None, ...]


def long_m(facts: Facts) -> float:
    """From which distance on every ride of this lift reaches its full speed, in metres.

    >>> round(long_m(Facts(rated_speed_mps=1.0)), 2), round(long_m(Facts(rated_speed_mps=2.5)), 2)
    (2.42, 12.29)
    """
    speed = facts.rated_speed_mps or SPEED_MPS
    return speed * (speed / ACCEL_MPS2 + ACCEL_MPS2 / JERK_MPS3)


def course_of(ride: Ride, facts: Facts) -> str | None:
    """Which rides this one is compared with: those up or down, long or short; None: unknown.

    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> ride = Ride(**said, from_floor=7, to_floor=1, distance_m=18.0)
    >>> course_of(ride, Facts()), course_of(Ride(**said), Facts())
    ('down long', None)
    """
    start, end, way_m = ride.from_floor, ride.to_floor, ride.distance_m
    if start is None or end is None or way_m is None or start == end:
        return None
    return f"{'up' if end > start else 'down'} {'long' if way_m >= long_m(facts) else 'short'}"


def ride_values(ride: Ride, faulty: tuple[str, ...]) -> Values:
    """The features of a ride; None is unknown, as is what a faulty sensor says."""
    way_m, load_pct = ride.distance_m, ride.load_pct
    load = None if load_pct is None or "load" in faulty else abs(load_pct - BALANCE_PCT) / 100
    work = None if load is None or way_m is None else load * way_m
    said = [_said(ride, row, faulty) for row in RIDE]
    lines = {"": None, "distance": way_m, "load": load, "work": work}
    return Values(tuple(said), tuple(lines[row.against] for row in RIDE))


def door_values(door: Door, faulty: tuple[str, ...]) -> Values | None:
    """The features of a door cycle; None for one that people or a fault have disturbed."""
    if not is_clean(door):
        return None
    return Values(tuple(_said(door, row, faulty) for row in DOOR), (None,) * len(DOOR))


def _said(body: Ride | Door, row: Feature, faulty: tuple[str, ...]) -> float | None:
    if row.sensor in faulty:
        return None
    if row.name == "slip_pct":
        return slip_pct(body)
    value: float | None = getattr(body, row.name)
    return value


def slip_pct(body: Ride | Door) -> float | None:
    """How much further the sheave turned than the car went, in per cent of the way.

    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> round(slip_pct(Ride(**said, distance_m=20.0, sheave_distance_m=20.04)), 3)
    0.2
    """
    if not isinstance(body, Ride) or body.sheave_distance_m is None or not body.distance_m:
        return None
    return 100 * (body.sheave_distance_m / body.distance_m - 1)

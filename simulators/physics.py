"""How a car moves: pieces of constant jerk, rides bounded in speed, acceleration and jerk.

Position in metres upwards, time in seconds from the motion's begin; what a motion means (a ride,
a fall, a gear that grips) is said by who builds it.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

GRAVITY_MPS2 = 9.80665


class Point(NamedTuple):
    """Where the car is, how fast, and how that changes."""

    position_m: float
    speed_mps: float = 0.0
    accel_mps2: float = 0.0

    def after(self, seconds: float, jerk_mps3: float = 0.0) -> "Point":
        """The point some seconds on, under constant jerk."""
        t = seconds
        accel = self.accel_mps2 + jerk_mps3 * t
        speed = self.speed_mps + self.accel_mps2 * t + jerk_mps3 * t**2 / 2
        way = self.speed_mps * t + self.accel_mps2 * t**2 / 2 + jerk_mps3 * t**3 / 6
        return Point(self.position_m + way, speed, accel)


class Limits(NamedTuple):
    """What a drive keeps to: m/s, m/s² and m/s³."""

    speed_mps: float
    accel_mps2: float
    jerk_mps3: float


class Piece(NamedTuple):
    """A stretch of constant jerk that begins at `start`."""

    start: Point
    duration_s: float
    jerk_mps3: float

    def at(self, seconds: float) -> Point:
        """The point within the piece."""
        return self.start.after(seconds, self.jerk_mps3)


class Motion(NamedTuple):
    """Pieces one after the other; before the first and after the last the car keeps its place."""

    origin: Point
    pieces: tuple[Piece, ...] = ()

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return sum(piece.duration_s for piece in self.pieces)

    @property
    def end(self) -> Point:
        """Its last point."""
        return self.pieces[-1].at(self.pieces[-1].duration_s) if self.pieces else self.origin

    @property
    def corners(self) -> Iterator[Point]:
        """Begin and end of every piece: where speed and acceleration take their extremes."""
        for piece in self.pieces:
            yield piece.start
            yield piece.at(piece.duration_s)

    def at(self, seconds: float) -> Point:
        """The point at a time; at rest outside the motion.

        >>> Motion(Point(0.0)).then(2.0, accel_mps2=1.0).at(1.0)
        Point(position_m=0.5, speed_mps=1.0, accel_mps2=1.0)
        """
        if seconds < 0:
            return Point(self.origin.position_m)
        for piece in self.pieces:
            if seconds < piece.duration_s:
                return piece.at(seconds)
            seconds -= piece.duration_s
        return Point(self.end.position_m, self.end.speed_mps)

    def then(
        self, duration_s: float, *, accel_mps2: float | None = None, jerk_mps3: float = 0.0
    ) -> "Motion":
        """This motion and one more piece; a new acceleration is a step, None goes on as it was."""
        start = self.end
        if accel_mps2 is not None:
            start = start._replace(accel_mps2=accel_mps2)
        return Motion(self.origin, (*self.pieces, Piece(start, duration_s, jerk_mps3)))

    def until(self, seconds: float) -> "Motion":
        """The first seconds of it."""
        kept: list[Piece] = []
        for piece in self.pieces:
            if seconds <= 0:
                break
            kept.append(piece._replace(duration_s=min(piece.duration_s, seconds)))
            seconds -= piece.duration_s
        return Motion(self.origin, tuple(kept))

    def stop(self, decel_mps2: float) -> "Motion":
        """This motion, then brought to rest at a constant deceleration.

        >>> round(Motion(Point(0.0, 2.0)).stop(4.0).end.position_m, 3)
        0.5
        """
        speed = self.end.speed_mps
        return self.then(abs(speed) / decel_mps2, accel_mps2=-math.copysign(decel_mps2, speed))


class Figures(NamedTuple):
    """The greatest speed, acceleration, deceleration and jerk of a motion, all positive."""

    speed_mps: float
    accel_mps2: float
    decel_mps2: float
    jerk_mps3: float


def figures(motion: Motion) -> Figures:
    """What a ride's record tells of its motion."""
    sign = math.copysign(1.0, motion.end.position_m - motion.origin.position_m)
    accels = [corner.accel_mps2 * sign for corner in motion.corners]
    return Figures(
        max((abs(corner.speed_mps) for corner in motion.corners), default=0.0),
        max(accels, default=0.0),
        -min(accels, default=0.0),
        max((abs(piece.jerk_mps3) for piece in motion.pieces), default=0.0),
    )


def ride_motion(from_m: float, to_m: float, limits: Limits) -> Motion:
    """From rest to rest in seven pieces; short rides reach neither full speed nor acceleration.

    >>> ride = ride_motion(0.0, 30.0, Limits(1.75, 0.8, 1.0))
    >>> tuple(round(value, 2) for value in (ride.duration_s, *ride.end, *figures(ride)))
    (20.13, 30.0, 0.0, 0.0, 1.75, 0.8, 0.8, 1.0)
    """
    way = abs(to_m - from_m)
    sign = math.copysign(1.0, to_m - from_m)
    speed = _top_speed(way, limits)
    if speed <= 0:
        return Motion(Point(from_m))
    accel = min(limits.accel_mps2, math.sqrt(speed * limits.jerk_mps3))
    jerk = limits.jerk_mps3
    jerking_s, steady_s = accel / jerk, max(speed / accel - accel / jerk, 0.0)
    cruise_s = max(way / speed - (2 * jerking_s + steady_s), 0.0)
    plan = (
        (jerking_s, jerk),
        (steady_s, 0.0),
        (jerking_s, -jerk),
        (cruise_s, 0.0),
        (jerking_s, -jerk),
        (steady_s, 0.0),
        (jerking_s, jerk),
    )
    motion = Motion(Point(from_m))
    for duration_s, jerk_mps3 in plan:
        motion = motion.then(duration_s, jerk_mps3=sign * jerk_mps3)
    return motion


def _top_speed(way_m: float, limits: Limits) -> float:
    """The speed a ride of this length reaches; speeding up and slowing down are half of it each."""
    a, j = limits.accel_mps2, limits.jerk_mps3
    without_steady = math.cbrt(way_m**2 * j / 4)
    if without_steady <= a**2 / j:
        return min(without_steady, limits.speed_mps)
    with_steady = a / 2 * (-a / j + math.sqrt(a**2 / j**2 + 4 * way_m / a))
    return min(with_steady, limits.speed_mps)


def full_speed_s(motion: Motion) -> float:
    """When a ride has done speeding up: the end of its third piece."""
    return sum(piece.duration_s for piece in motion.pieces[:3])


def unbalanced_mps2(
    *, car_kg: float, load_kg: float, counterweight_kg: float, turning_kg: float = 600.0
) -> float:
    """Acceleration, upwards positive, of a car nothing holds (domain 3.1).

    >>> round(unbalanced_mps2(car_kg=1100, load_kg=0, counterweight_kg=1550), 2)
    1.36
    """
    masses = car_kg + load_kg + counterweight_kg
    return (counterweight_kg - car_kg - load_kg) * GRAVITY_MPS2 / (masses + turning_kg)

"""The car: where it is, what moves it, what its controller says of it."""

from typing import Literal

from simulators.condition import Condition
from simulators.people import Person
from simulators.physics import Motion, Point
from simulators.plan import Plan
from simulators.ropes import sag_m

Mode = Literal["normal", "inspection", "out_of_service", "fire_return", "firefighter"]


class Car:
    """One car. `move` lays a motion over its position until `rest` ends it.

    At rest it hangs on its ropes: whoever gets in draws it down by some millimetres.
    """

    def __init__(self, plan: Plan, floor: int, condition: Condition) -> None:
        self.plan = plan
        self.condition = condition
        self.cargo_kg = 0.0
        self._held_kg = 0.0  # what it carried when it came to rest
        self.people: list[Person] = []
        self.mode: Mode = "normal"
        self.run_command = False
        self.brake: Literal["lifted", "applied"] = "applied"
        self.chain_ok = True
        self.mains_ok = True
        self.heading = 1
        self._motion = Motion(Point(plan.height_m(floor)))
        self._begin_ms = 0
        self.moving = False

    def move(self, motion: Motion, at_ms: int) -> None:
        """Begin a motion from where the car stands."""
        self._motion, self._begin_ms, self.moving = motion, at_ms, True

    def rest(self) -> None:
        """The motion is over: stand at its end."""
        self._motion, self.moving = Motion(Point(self._motion.end.position_m)), False
        self._held_kg = self.load_kg

    def point(self, at_ms: int) -> Point:
        """Position and speed at a moment of the motion, or where the car stands."""
        if not self.moving:
            return Point(self.position_m)
        return self._motion.at((at_ms - self._begin_ms) / 1000)

    @property
    def position_m(self) -> float:
        """Where it stands, or will."""
        end_m = self._motion.end.position_m
        if self.moving or not (added_kg := self.load_kg - self._held_kg):
            return end_m
        stretch = self.condition.stretch
        return end_m - sag_m(self.plan, added_kg, position_m=end_m, stretch=stretch)

    def drive(self) -> None:
        """The controller wants to move: command given, brake lifted."""
        self.run_command, self.brake = True, "lifted"

    def halt(self) -> None:
        """No command, brake applied."""
        self.run_command, self.brake = False, "applied"

    @property
    def load_kg(self) -> float:
        """Mass of the people inside and of what they have brought."""
        return self.cargo_kg + sum(person.mass_kg for person in self.people)

    @property
    def load_pct(self) -> float:
        """The same, of the rated load."""
        return 100 * self.load_kg / self.plan.rated_load_kg

"""What a simulated lift is: building, machine, doors, people per day, sensors of its terminal."""

from bisect import bisect_left
from operator import attrgetter
from typing import Any, NamedTuple

from simulators.physics import Limits

SENSORS = frozenset(
    {"level", "door", "presence", "load", "accelerometer", "pressure", "button", "current"}
)
BLIND = SENSORS - {"presence", "load", "button"}
"""A terminal added later, beside the controller: it sees car and door, no people, no buttons."""
DOOR_ZONE_MM = 200.0
PERSON_KG = 68.0


class Landing(NamedTuple):
    """One landing of a lift."""

    floor: int
    label: str
    height_m: float


_HEIGHT = attrgetter("height_m")


class DoorTimes(NamedTuple):
    """How long the doors of one lift take, without disturbance (domain 4.3)."""

    open_s: float = 2.3
    close_s: float = 3.0
    dwell_s: float = 4.0


class Plan(NamedTuple):
    """One lift. `entrance` is the floor people come from and go to."""

    name: str
    area: str
    estate: str
    terminal: str
    landings: tuple[Landing, ...]
    limits: Limits
    rated_load_kg: float
    doors: DoorTimes
    people_per_day: float
    entrance: int
    register: dict[str, Any]
    sensors: frozenset[str] = SENSORS

    def height_m(self, floor: int) -> float:
        """Height of a landing's sill."""
        return self.landings[floor - self.landings[0].floor].height_m

    def nearest(self, position_m: float) -> Landing:
        """The landing next to a position."""
        rows = self.landings
        above = bisect_left(rows, position_m, key=_HEIGHT)
        if above == 0:
            return rows[0]
        if above == len(rows):
            return rows[-1]
        lower, upper = rows[above - 1], rows[above]
        return lower if position_m - lower.height_m <= upper.height_m - position_m else upper

    def counted(self, landing: Landing, off: int) -> Landing:
        """The landing a controller believes in that has lost count by so many floors."""
        index = self.landings.index(landing) + off
        return self.landings[min(max(index, 0), len(self.landings) - 1)]

    def off_level_m(self, position_m: float) -> float:
        """How far a position is above the nearest landing."""
        return position_m - self.nearest(position_m).height_m

    def in_door_zone(self, position_m: float) -> bool:
        """Whether the doors may be unlocked there."""
        return abs(self.off_level_m(position_m)) * 1000 <= DOOR_ZONE_MM

    @property
    def lowest(self) -> Landing:
        """The first landing from below."""
        return self.landings[0]

    @property
    def highest(self) -> Landing:
        """The last landing from below."""
        return self.landings[-1]

    @property
    def persons_max(self) -> int:
        """How many fit: GB/T 7588 counts 75 kg a person."""
        return max(int(self.rated_load_kg / 75), 1)

    @property
    def car_kg(self) -> float:
        """Mass of the empty car, about the rated load and a little more (domain 3.1)."""
        return 1.1 * self.rated_load_kg

    @property
    def counterweight_kg(self) -> float:
        """Car and 45 % of the rated load."""
        return self.car_kg + 0.45 * self.rated_load_kg


def landings(floors: int, *, storey_m: float = 2.9, basement: bool = False) -> tuple[Landing, ...]:
    """The landings of a block of flats; a high entrance hall, perhaps a basement below it.

    >>> [tuple(landing) for landing in landings(2, basement=True)]
    [(0, 'B1', -3.9), (1, '1', 0.0), (2, '2', 3.6)]
    """
    below = (Landing(0, "B1", -3.9),) if basement else ()
    above = tuple(
        Landing(index, str(index), round(3.6 + (index - 2) * storey_m, 3) if index > 1 else 0.0)
        for index in range(1, floors + 1)
    )
    return below + above


def register_of(plan: Plan) -> dict[str, Any]:
    """The body of the lift's `register` message."""
    rows = [
        {"index": row.floor, "label": row.label, "height_m": row.height_m} for row in plan.landings
    ]
    return {
        "equipment_code": plan.name,
        "floors": rows,
        "rated_speed_mps": plan.limits.speed_mps,
        "rated_load_kg": plan.rated_load_kg,
        "door_zone_mm": DOOR_ZONE_MM,
        **plan.register,
    }

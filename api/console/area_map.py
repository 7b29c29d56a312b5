"""A map of an area without tiles: estates where they stand to each other, as circles."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from liftwatch.register.places import Place, in_datum

WIDTH, HEIGHT, EDGE = 720.0, 380.0, 46.0
RADIUS_MIN, RADIUS_MAX = 9.0, 30.0


class Spot(NamedTuple):
    """An estate as it is drawn: its name, place, and what it says."""

    name: str
    title: str
    place: Place
    lifts: int
    severity: int
    mark: str
    says: str


class Circle(NamedTuple):
    """The same on the map; `anchor` is the side on which its name stands."""

    spot: Spot
    x: float
    y: float
    radius: float
    label_x: float
    anchor: str


class Map(NamedTuple):
    """Circles, the large ones first so that small ones lie on top; the metres of a scale bar."""

    circles: list[Circle]
    scale_m: int
    scale_px: float

    @property
    def scale(self) -> str:
        """What stands at the bar."""
        return f"{self.scale_m // 1000} km" if self.scale_m >= 1000 else f"{self.scale_m} m"


def drawn(spots: Sequence[Spot]) -> Map | None:
    """The map of some estates; None for none. North is up, a degree is as long as it is there.

    >>> here = [Spot(n, n, Place(31.38 + d, 120.98, "wgs84"), 4, 0, "", "") for n, d in
    ...     (("south", 0.0), ("north", 0.01))]
    >>> made = drawn(here)
    >>> [(one.spot.name, round(one.x), round(one.y)) for one in made.circles], made.scale_m
    ([('south', 360, 334), ('north', 360, 46)], 200)
    """
    if not spots:
        return None
    places = [in_datum(one.place, "wgs84") for one in spots]
    middle = math.cos(math.radians(sum(one.latitude for one in places) / len(places)))
    east = [one.longitude * middle for one in places]
    north = [one.latitude for one in places]
    wide, high = max(east) - min(east), max(north) - min(north)
    room_x, room_y = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    per = min(room_x / wide if wide else math.inf, room_y / high if high else math.inf)
    per = per if math.isfinite(per) else 1_000.0
    most = max(one.lifts for one in spots)
    circles = []
    for spot, x, y in zip(spots, east, north, strict=True):
        at_x = WIDTH / 2 + (x - (min(east) + max(east)) / 2) * per
        at_y = HEIGHT / 2 - (y - (min(north) + max(north)) / 2) * per
        radius = max(RADIUS_MIN, RADIUS_MAX * math.sqrt(spot.lifts / most))
        right = at_x <= WIDTH * 0.66
        label = at_x + radius + 5 if right else at_x - radius - 5
        circles.append(Circle(spot, at_x, at_y, radius, label, "start" if right else "end"))
    circles.sort(key=lambda one: -one.radius)
    metres = _round_m(WIDTH / 8 / per * 111_195)
    return Map(circles, metres, metres / 111_195 * per)


def _round_m(metres: float) -> int:
    """1, 2 or 5 with zeros, at most that.

    >>> _round_m(347.0), _round_m(0.2)
    (200, 1)
    """
    if metres < 1:
        return 1
    power = 10 ** math.floor(math.log10(metres))
    return int(max(step for step in (1, 2, 5) if step * power <= metres) * power)

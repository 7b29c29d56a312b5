"""Where lifts stand: coordinates with their datum, converted and measured.

Maps published in China are shifted against WGS 84 by up to about a kilometre (GCJ-02): a pair of
numbers without its datum may be the next estate. So they travel together, as a `Place`.
"""

import math
from typing import Literal, get_args

from msgspec import Struct

from liftwatch.register.doubts import Doubt, Unusual, Wrong
from liftwatch.said import Said

Datum = Literal["wgs84", "gcj02"]
DATUMS: tuple[str, ...] = get_args(Datum)

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

# Constants of the shift as everybody computes it. The formula was never published by its makers;
# it was found out, and agrees with the maps to some metres.
_AXIS_M = 6_378_245.0  # of the ellipsoid of Krasovsky, 1940
_FLAT = 0.006693421622965943  # its eccentricity squared
_CENTRE = (35.0, 105.0)
_SOUTH, _NORTH = 0.8293, 55.8271
_WEST, _EAST = 72.004, 137.8347

_CLOSE_DEG = 1e-10
"""The inverse goes on until a step is below this: some hundredths of a millimetre."""
_STEPS_MAX = 12
"""A step divides what is left by a hundred or more; six do in practice."""


class Place(Struct, frozen=True):
    """A point on the ground, in degrees, north and east positive, in a datum."""

    latitude: float
    longitude: float
    datum: Datum


def judge_place(latitude: float | None, longitude: float | None, datum: str | None) -> Doubt | None:
    """Look at a coordinate as it comes in: all three parts or none, and not in the ocean.

    >>> judge_place(31.385, 120.981, "wgs84"), judge_place(None, None, None)
    (None, None)
    >>> judge_place(31.385, 120.981, None).text
    'a coordinate needs its datum: wgs84 or gcj02'
    >>> judge_place(120.981, 31.385, "wgs84").text
    'latitude and longitude look exchanged'
    """
    if latitude is None and longitude is None:
        return None if datum is None else Wrong(Said("a datum without a coordinate"))
    if latitude is None or longitude is None:
        return Wrong(Said("latitude and longitude come together"))
    if datum not in DATUMS:
        return Wrong(Said("a coordinate needs its datum: wgs84 or gcj02"))
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return Wrong(Said("a coordinate is a finite number of degrees"))
    if not is_in_china(latitude, longitude) and is_in_china(longitude, latitude):
        return Wrong(Said("latitude and longitude look exchanged"))
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return Wrong(Said("a latitude is from -90 to 90 degrees, a longitude from -180 to 180"))
    if not is_in_china(latitude, longitude):
        return Unusual(Said("the coordinate lies far from China"))
    return None


def is_in_china(latitude: float, longitude: float) -> bool:
    """Whether the shift applies: in the rectangle round China that maps take for it.

    >>> is_in_china(31.385, 120.981), is_in_china(48.2, 16.4)
    (True, False)
    """
    return _SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST


def in_datum(place: Place, datum: Datum) -> Place:
    """The same point in a datum.

    Out of China it keeps its numbers. To GCJ-02 the formula is exact; back to WGS 84 it is undone
    to far below 1e-7 degrees, except within a kilometre of the rectangle's edge, where the shift
    begins at once and two points come to lie on one.

    >>> shown = in_datum(Place(39.908692, 116.397477, "wgs84"), "gcj02")
    >>> round(shown.latitude, 5), round(shown.longitude, 5), shown.datum
    (39.9101, 116.40372, 'gcj02')
    >>> back = in_datum(shown, "wgs84")
    >>> round(back.latitude, 9), round(back.longitude, 9)
    (39.908692, 116.397477)
    """
    if place.datum == datum:
        return place
    if not is_in_china(place.latitude, place.longitude):
        return Place(place.latitude, place.longitude, datum)
    if datum == "gcj02":
        north, east = _shift(place.latitude, place.longitude)
        return Place(place.latitude + north, place.longitude + east, datum)
    return _unshifted(place)


def distance_m(one: Place, other: Place) -> float:
    """Metres between two points over a round Earth (good to 0.6 %), whatever their datums.

    >>> round(distance_m(Place(31.0, 121.0, "wgs84"), Place(31.001, 121.0, "wgs84")), 1)
    111.2
    """
    a, b = in_datum(one, "wgs84"), in_datum(other, "wgs84")
    north = math.radians(b.latitude - a.latitude)
    east = math.radians(b.longitude - a.longitude)
    narrow = math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude))
    half = math.sin(north / 2) ** 2 + narrow * math.sin(east / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(half, 1.0)))


def _unshifted(place: Place) -> Place:
    """Guess where it came from, see where that would go, and correct the guess by the miss."""
    latitude, longitude = place.latitude, place.longitude
    for _ in range(_STEPS_MAX):
        north, east = _shift(latitude, longitude)
        before = (latitude, longitude)
        latitude, longitude = place.latitude - north, place.longitude - east
        if max(abs(latitude - before[0]), abs(longitude - before[1])) < _CLOSE_DEG:
            break
    return Place(latitude, longitude, "wgs84")


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to the north and to the east by which GCJ-02 lies off WGS 84 at a point."""
    y, x = latitude - _CENTRE[0], longitude - _CENTRE[1]
    both = 20 * _wave(x, 6) + 20 * _wave(x, 2)
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north_m += (both + 20 * _wave(y, 1) + 40 * _wave(y, 1 / 3)) * 2 / 3
    north_m += (160 * _wave(y, 1 / 12) + 320 * _wave(y, 1 / 30)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east_m += (both + 20 * _wave(x, 1) + 40 * _wave(x, 1 / 3)) * 2 / 3
    east_m += (150 * _wave(x, 1 / 12) + 300 * _wave(x, 1 / 30)) * 2 / 3
    bend = 1 - _FLAT * math.sin(math.radians(latitude)) ** 2
    meridian_m = _AXIS_M * (1 - _FLAT) / bend**1.5
    parallel_m = _AXIS_M / math.sqrt(bend) * math.cos(math.radians(latitude))
    return math.degrees(north_m / meridian_m), math.degrees(east_m / parallel_m)


def _wave(degrees: float, turns: float) -> float:
    return math.sin(degrees * turns * math.pi)

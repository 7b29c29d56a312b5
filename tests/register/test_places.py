"""Coordinates: both datums, there and back, and what is asked about."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from liftwatch.register.doubts import Unusual, Wrong
from liftwatch.register.places import (
    Datum,
    Place,
    distance_m,
    in_datum,
    is_in_china,
    judge_place,
)

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
INLAND = st.builds(
    Place, st.floats(0.85, 55.80), st.floats(72.03, 137.81), st.sampled_from(["wgs84", "gcj02"])
)
"""In the rectangle and more than a kilometre from its edge."""


def other(place: Place) -> Datum:
    return "gcj02" if place.datum == "wgs84" else "wgs84"


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # vectors that public libraries test themselves with
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_the_shift_is_the_one_everybody_computes(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    """To the last digits a float holds."""
    shown = in_datum(Place(*wgs84, "wgs84"), "gcj02")
    assert (shown.latitude, shown.longitude) == pytest.approx(gcj02, abs=1e-11)


@given(INLAND)
def test_there_and_back_again(place: Place) -> None:
    """Whichever datum it begins in; far below 1e-7 degrees, a centimetre."""
    back = in_datum(in_datum(place, other(place)), place.datum)
    assert back.datum == place.datum
    assert abs(back.latitude - place.latitude) < 1e-9
    assert abs(back.longitude - place.longitude) < 1e-9


@given(INLAND)
def test_the_shift_is_never_above_a_kilometre(place: Place) -> None:
    """Measured between the bare numbers, as one who forgets the datum would."""
    moved = in_datum(place, other(place))
    bare = Place(moved.latitude, moved.longitude, "wgs84")
    assert distance_m(Place(place.latitude, place.longitude, "wgs84"), bare) < 1_000


@given(st.floats(30.5, 32), st.floats(120, 122))
def test_round_kunshan_the_shift_is_hundreds_of_metres(latitude: float, longitude: float) -> None:
    """So it always matters."""
    moved = in_datum(Place(latitude, longitude, "wgs84"), "gcj02")
    bare = Place(moved.latitude, moved.longitude, "wgs84")
    assert 100 < distance_m(Place(latitude, longitude, "wgs84"), bare) < 1_000


@given(LATITUDES, LONGITUDES, st.sampled_from(["wgs84", "gcj02"]))
def test_outside_china_only_the_name_of_the_datum_changes(
    latitude: float, longitude: float, datum: Datum
) -> None:
    """Both ways."""
    assume(not is_in_china(latitude, longitude))
    place = Place(latitude, longitude, datum)
    moved = in_datum(place, other(place))
    assert moved == Place(latitude, longitude, other(place))


@given(LATITUDES, LONGITUDES, st.sampled_from(["wgs84", "gcj02"]))
def test_every_point_has_numbers_in_both_datums(
    latitude: float, longitude: float, datum: Datum
) -> None:
    """Also on the edges, and where the formula has a root of nothing."""
    place = Place(latitude, longitude, datum)
    moved = in_datum(place, other(place))
    assert math.isfinite(moved.latitude)
    assert math.isfinite(moved.longitude)
    assert in_datum(place, datum) is place


@given(INLAND, INLAND)
def test_a_distance_does_not_depend_on_the_datum(one: Place, two: Place) -> None:
    """The same two points, however they are written."""
    written = distance_m(in_datum(one, other(one)), two)
    assert written == pytest.approx(distance_m(one, two), abs=0.01)
    assert distance_m(two, one) == pytest.approx(distance_m(one, two), abs=0.01)


@pytest.mark.parametrize(
    ("one", "two", "metres"),
    [
        ((31.0, 121.0), (31.0, 121.0), 0),
        ((0.0, 0.0), (0.0, 180.0), math.pi * 6_371_008.8),
        ((-90.0, 0.0), (90.0, 17.0), math.pi * 6_371_008.8),
        ((-37.1, -41.6), (37.1, 138.4), math.pi * 6_371_008.8),  # rounds to beyond half way
        ((0.0, 179.5), (0.0, -179.5), 111_195),
    ],
)
def test_distances_over_the_earth(
    one: tuple[float, float], two: tuple[float, float], metres: float
) -> None:
    """Nothing, half way round, from pole to pole, and over the line of dates."""
    found = distance_m(Place(*one, "wgs84"), Place(*two, "wgs84"))
    assert found == pytest.approx(metres, abs=1)


@pytest.mark.parametrize(
    ("latitude", "longitude", "datum", "kind"),
    [
        (31.385, 120.981, "gcj02", None),
        (None, None, None, None),
        (None, None, "wgs84", Wrong),
        (31.385, None, "wgs84", Wrong),
        (None, 120.981, "wgs84", Wrong),
        (31.385, 120.981, None, Wrong),
        (31.385, 120.981, "bd09", Wrong),
        (120.981, 31.385, "wgs84", Wrong),
        (math.nan, 120.981, "wgs84", Wrong),
        (31.385, math.inf, "wgs84", Wrong),
        (91.0, 120.981, "wgs84", Wrong),
        (31.385, 181.0, "wgs84", Wrong),
        (0.0, 0.0, "wgs84", Unusual),
        (48.2, 16.4, "wgs84", Unusual),
    ],
)
def test_a_coordinate_that_comes_in(
    latitude: float | None,
    longitude: float | None,
    datum: str | None,
    kind: type[Wrong | Unusual] | None,
) -> None:
    """All of it or none, with its datum."""
    assert type(judge_place(latitude, longitude, datum)) is (kind or type(None))

"""What terminals say and people set: nobody's word is lost, and a person's holds."""

import math
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.register.cells import Given
from liftwatch.register.changes import (
    FIELDS,
    PLACE,
    Known,
    Origin,
    differences,
    enter,
    facts_of,
    learn,
    place_of,
)
from liftwatch.register.columns import LIFTS
from liftwatch.register.doubts import Wrong
from liftwatch.register.facts import Facts, merge
from liftwatch.register.places import Place, in_datum
from liftwatch.telemetry.messages import FloorOfLift, Register

TEXTS = st.sampled_from(["1", "2", "A", "东"])
DATES = st.dates(date(2010, 1, 1), date(2026, 1, 1))
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "building": TEXTS,
    "unit": TEXTS,
    "rated_speed_mps": st.sampled_from([1.0, 1.75, 2.5]),
    "rated_load_kg": st.sampled_from([800.0, 1000.0]),
    "roping": st.integers(1, 2),
    "installed_on": DATES,
    "inspected_on": DATES,
    "households": st.integers(0, 200),
    "only_lift_of_unit": st.booleans(),
}
"""Fields in which every value differs from every other in meaning."""
VALUES = st.fixed_dictionaries({}, optional=FACTS)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["terminal", "person"]),
        VALUES,
        st.sets(st.sampled_from(sorted(FACTS)), max_size=3),
    ),
    max_size=8,
)


def message(terminal: str = "T-1", **fields: Any) -> Register:
    return Register(v=1, terminal=terminal, boot="b", seq=0, at="", **fields)


def told(known: Known) -> list[tuple[str, Any, Any]]:
    """Field, ours, theirs."""
    return [(one.field, one.ours, one.theirs) for one in differences(known)]


@given(STEPS)
def test_a_persons_word_holds_and_a_terminals_is_kept(
    steps: list[tuple[str, dict[str, Any], set[str]]],
) -> None:
    """In whatever order they speak; what detectors merge is the terminals' side, always."""
    known, said, entered = Known(), Facts(), dict[str, Any]()
    since: dict[str, int] = {}
    for moment, (who, values, withdrawn) in enumerate(steps):
        if who == "terminal":
            said, before = merge(said, message(**values)), said
            fresh = [name for name in values if getattr(said, name) != getattr(before, name)]
            since |= dict.fromkeys(fresh, moment)
            known = learn(known, message(**values), at_ms=moment)
        else:
            values = values | dict.fromkeys(withdrawn)
            known = enter(known, values, who="li", at_ms=moment)
            entered = {k: v for k, v in (entered | values).items() if v is not None}
    assert known.said == said
    assert facts_of(known) == msgspec.structs.replace(said, **entered)
    assert set(known.entered_by) == set(entered)
    assert {name: origin.at_ms for name, origin in known.said_by.items()} == since
    expected = [
        (name, entered[name], getattr(said, name))
        for name in FIELDS
        if name in entered and getattr(said, name) not in (None, entered[name])
    ]
    assert told(known) == expected


def test_a_difference_tells_who_and_since_when() -> None:
    """A value said again keeps its first moment; a new one begins anew."""
    known = enter(Known(), {"unit": "1"}, who="li", at_ms=10)
    for moment, unit in [(5, "1"), (20, "2"), (30, "2")]:
        known = learn(known, message(unit=unit), at_ms=moment)
    (found,) = differences(known)
    assert (found.ours_by, found.theirs_by) == (Origin("li", 10), Origin("T-1", 20))
    assert found.since_ms == 20
    known = learn(known, message("T-2", unit="3"), at_ms=40)
    assert differences(known)[0].theirs_by == Origin("T-2", 40)
    known = enter(known, {"unit": "9"}, who="wang", at_ms=50)
    assert differences(known)[0].since_ms == 50
    known = learn(known, message(unit="9"), at_ms=60)
    assert differences(known) == ()


def test_what_a_person_withdraws_is_the_terminals_again() -> None:
    """With what it said meanwhile."""
    known = enter(Known(), {"unit": "1", "building": "7"}, who="li", at_ms=1)
    known = learn(known, message(unit="2"), at_ms=2)
    known = enter(known, {"unit": None}, who="li", at_ms=3)
    assert facts_of(known) == Facts(unit="2", building="7")
    assert differences(known) == ()


@pytest.mark.parametrize(
    ("field", "ours", "theirs", "alike"),
    [
        ("address", "花园路1号", "花园路１号", True),
        ("manufacturer", "Sujiang", "SUJIANG ", True),
        ("manufacturer", "Sujiang", "Huadong", False),
        ("rated_speed_mps", 1.75, 1.7500000001, True),
        ("rated_speed_mps", 1.75, 1.76, False),
        ("households", 72, 73, False),
    ],
)
def test_ways_of_writing_are_no_difference(field: str, ours: Any, theirs: Any, alike: bool) -> None:
    """What is meant counts; ours is kept as it was written."""
    known = learn(
        enter(Known(), {field: ours}, who="li", at_ms=1), message(**{field: theirs}), at_ms=2
    )
    assert getattr(facts_of(known), field) == ours
    assert bool(differences(known)) != alike


# A coordinate

GATE = Place(31.385, 120.981, "wgs84")


def fields_of(place: Place) -> dict[str, Any]:
    return dict(zip(PLACE, (place.latitude, place.longitude, place.datum), strict=True))


def test_a_coordinate_is_all_of_one_side() -> None:
    """A terminal's numbers never meet a person's datum."""
    known = learn(Known(), message(**fields_of(GATE)), at_ms=1)
    assert place_of(facts_of(known)) == GATE
    ours = Place(31.39, 120.99, "gcj02")
    known = enter(known, fields_of(ours), who="li", at_ms=2)
    known = learn(known, message(latitude=31.5), at_ms=3)
    assert place_of(facts_of(known)) == ours
    (found,) = differences(known)
    assert (found.field, found.ours, found.theirs) == (
        "place",
        ours,
        Place(31.5, 120.981, "wgs84"),
    )
    assert (found.ours_by.at_ms, found.theirs_by.at_ms) == (2, 3)


def test_the_same_place_in_another_datum_is_no_difference() -> None:
    """Nor within some metres; but the same numbers are."""
    known = enter(Known(), fields_of(in_datum(GATE, "gcj02")), who="li", at_ms=1)
    near = Place(GATE.latitude + 0.0004, GATE.longitude, "wgs84")
    assert differences(learn(known, message(**fields_of(GATE)), at_ms=2)) == ()
    assert differences(learn(known, message(**fields_of(near)), at_ms=2)) == ()
    bare = {**fields_of(in_datum(GATE, "gcj02")), "datum": "wgs84"}
    assert [one.field for one in differences(learn(known, message(**bare), at_ms=2))] == ["place"]


def test_a_coordinate_without_a_datum_is_no_place() -> None:
    """It contradicts nobody."""
    said = message(latitude=31.5, longitude=121.0)
    known = learn(enter(Known(), fields_of(GATE), who="li", at_ms=1), said, at_ms=2)
    assert differences(known) == ()
    assert place_of(facts_of(learn(Known(), said, at_ms=1))) is None


# Landings


def rows(*found: tuple[int, str | None, float | None]) -> list[FloorOfLift]:
    return [FloorOfLift(index=i, label=label, height_m=height) for i, label, height in found]


def floors(ours: list[FloorOfLift], theirs: list[FloorOfLift]) -> tuple[Any, bool]:
    """The landings that hold, and whether there is a difference."""
    known = enter(Known(), {"floors": ours}, who="li", at_ms=1)
    known = learn(known, message(floors=theirs), at_ms=2)
    return facts_of(known).floors, bool(differences(known))


@pytest.mark.parametrize(
    ("ours", "theirs", "held", "differ"),
    [
        (  # a person names them, a terminal knows their heights
            rows((1, "1", None), (2, "2", None)),
            rows((2, "2", 3.0), (1, None, 0.0)),
            rows((1, "1", 0.0), (2, "2", 3.0)),
            False,
        ),
        (
            rows((1, "1", 0.0), (2, "2", 3.0)),
            rows((1, "1", 0.005), (2, "2", None)),
            rows((1, "1", 0.0), (2, "2", 3.0)),
            False,
        ),
        (
            rows((1, "1", 0.0), (2, "2", 3.0)),
            rows((1, "1", 0.0), (2, "2", 3.1)),
            rows((1, "1", 0.0), (2, "2", 3.0)),
            True,
        ),
        (
            rows((1, "G", None), (2, "2", None)),
            rows((1, "1", 0.0), (2, "2", 3.0)),
            rows((1, "G", None), (2, "2", None)),
            True,
        ),
        (
            rows((1, "1", None), (2, "2", None)),
            rows((1, "1", 0.0), (2, "2", 3.0), (3, "3", 6.0)),
            rows((1, "1", None), (2, "2", None)),
            True,
        ),
        (
            rows((1, None, 0.0), (2, None, 3.0)),
            rows((0, None, -3.0), (1, None, 0.0)),
            rows((1, None, 0.0), (2, None, 3.0)),
            True,
        ),
        (  # a landing told twice
            rows((1, "1", 0.0), (2, "2", 3.0)),
            rows((1, "1", 0.0), (2, "2", 3.0), (2, "2", 3.0)),
            rows((1, "1", 0.0), (2, "2", 3.0)),
            True,
        ),
        (
            rows((1, "G", 0.0), (2, "2", 3.0)),
            rows((1, "1", 0.0), (2, "2", 3.0)),
            rows((1, "G", 0.0), (2, "2", 3.0)),
            True,
        ),
        (
            rows((1, "1", None), (2, "2", None)),
            rows((0, "1", 0.0), (1, "2", 3.0)),
            rows((1, "1", None), (2, "2", None)),
            True,
        ),
    ],
)
def test_landings_are_filled_in_but_not_changed(
    ours: list[FloorOfLift],
    theirs: list[FloorOfLift],
    held: list[FloorOfLift],
    differ: bool,
) -> None:
    """Where they contradict each other, a person's are held whole."""
    assert floors(ours, theirs) == (held, differ)


# What a person cannot set


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"colour": "red"}, "colour is no fact of a lift"),
        ({"rated_speed_mps": 17.5}, "rated_speed_mps: "),
        ({"rated_speed_mps": math.nan}, "rated_speed_mps: nan is no number"),
        ({"rescue_code": "12"}, "rescue_code: "),
        ({"households": -1}, "households: "),
        ({"unit": 7}, "unit: "),
        ({"datum": "bd09"}, "datum: "),
        ({"latitude": 31.4, "longitude": 121.0}, "a coordinate needs its datum"),
        ({"latitude": 121.0}, "latitude: "),
        ({"datum": "wgs84"}, "a datum without a coordinate"),
        ({"floors": [{"index": 400}]}, "floors"),
    ],
)
def test_what_a_person_cannot_set(values: dict[str, Any], says: str) -> None:
    """One line says why."""
    with pytest.raises(ValueError, match=says):
        enter(Known(), values, who="li", at_ms=1)


def test_a_coordinate_is_withdrawn_whole() -> None:
    """A part of it cannot be."""
    known = enter(Known(), fields_of(GATE), who="li", at_ms=1)
    with pytest.raises(ValueError, match="a coordinate needs its datum"):
        enter(known, {"datum": None}, who="li", at_ms=2)
    known = enter(known, dict.fromkeys(PLACE), who="li", at_ms=2)
    assert known == Known()


@pytest.mark.parametrize(
    ("column", "low", "high", "above"),
    [
        ("rated_speed_mps", "0.1", "10", "10.01"),
        ("rated_load_kg", "50", "5000", "5000.5"),
        ("door_zone_mm", "0", "1000", "1001"),
        ("design_life_years", "0", "100", "101"),
        ("households", "0", "100000", "100001"),
        ("address", "x", "x" * 256, "x" * 257),
        ("rescue_code", "000001", "999999", "1000000"),
        ("floors", "1,2", "-10-150", "-10-151"),
    ],
)
def test_what_a_sheet_gives_can_be_set(column: str, low: str, high: str, above: str) -> None:
    """The limits of the sheet are those of the contract."""
    reads = {one.name: one.read for one in LIFTS.columns}[column]
    for cell in (low, high):
        value, _ = reads(cell, Given(year=2026))
        assert (
            getattr(facts_of(enter(Known(), {column: value}, who="li", at_ms=1)), column) == value
        )
    assert isinstance(reads(above, Given(year=2026))[1], Wrong)


def test_what_is_known_goes_through_json() -> None:
    """As it will be stored."""
    known = enter(Known(), {**fields_of(GATE), "installed_on": date(2018, 8, 1)}, who="li", at_ms=1)
    known = learn(known, message(floors=rows((1, "1", 0.0), (2, "2", 3.0))), at_ms=2)
    assert msgspec.json.decode(msgspec.json.encode(known), type=Known) == known

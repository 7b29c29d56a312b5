"""What people type of a lift: a form sent back as it was shown changes nothing."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.register.changes import enter
from liftwatch.register.record import Record, change
from liftwatch.register.typed import TYPED, entered, read_typed, shown
from liftwatch.telemetry.messages import FloorOfLift

BLANK = Record(lift="L-0001", area="320583", estate="garden")
WORDS = st.text("ab花 0", min_size=1, max_size=5).filter(lambda text: text.strip() == text)
LANDINGS = st.lists(
    st.builds(
        FloorOfLift,
        index=st.integers(-9, 150),
        label=st.one_of(st.none(), st.sampled_from(["B1", "1", "GF"])),
        height_m=st.one_of(st.none(), st.floats(-50, 700)),
    ),
    min_size=1,
    max_size=4,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "machine_room": WORDS,
    "access": WORDS,
    "unit": WORDS,
    "address": WORDS,
    "floors": LANDINGS,
    "rated_speed_mps": st.floats(0.1, 10),
    "rated_load_kg": st.floats(50, 5000),
    "roping": st.sampled_from([1, 2]),
    "installed_on": st.dates(date(1970, 1, 1), date(2090, 1, 1)),
    "design_life_years": st.integers(1, 100).map(float),
    "households": st.integers(0, 1000),
    "only_lift_of_unit": st.booleans(),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_a_form_that_comes_back_as_it_was_changes_nothing(values: dict[str, Any]) -> None:
    """Whatever is entered, also what the field cannot show; an empty one withdraws all."""
    record = change(BLANK, values, who="li", at_ms=5) if values else BLANK
    typed = entered(record)
    assert read_typed(record, typed, year=2026) == ({}, {}, {})
    emptied = read_typed(record, {}, year=2026)
    assert emptied == (dict.fromkeys(values), {}, {})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("rated_speed_mps", "２.５ m/s", 2.5),
        ("floors", "B1,1-3", [("B1", 0), ("1", 1), ("2", 2), ("3", 3)]),
        ("installed_on", "2018年8月1日", date(2018, 8, 1)),
        ("only_lift_of_unit", "是", True),
        ("roping", "2:1", 2),
        ("machine_room", " on  the\troof ", "on the roof"),
        ("firmware", "1.2", "1.2"),
        ("unit", "-", None),
    ],
)
def test_what_people_type_is_read_as_in_a_sheet(name: str, text: str, value: Any) -> None:
    """In their ways of writing; a dash is nothing."""
    record = change(BLANK, {"unit": "1"}, who="li", at_ms=5) if value is None else BLANK
    typed = entered(record) | {name: text}
    found = read_typed(record, typed, year=2026).changes[name]
    if name == "floors":
        found = [(row.label, row.index) for row in found]
    assert found == value


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("rated_speed_mps", "99", "not from 0.1 to 10"),
        ("rated_speed_mps", "1,75", "with a point"),
        ("households", "2.5", "not a whole number"),
        ("installed_on", "2026-02-30", "no day"),
        ("floors", "18", "two landings"),
        ("rescue_code", "12345", "six digits"),
        ("equipment_code", "x", "equipment code"),
        ("car_phone", "call", "digits"),
        ("predecessor", "?", "name"),
        ("datum", "bd09", "wgs84 or gcj02"),
        ("address", "a\u202eb", "202E"),
        ("address", "x" * 257, "above the limit"),
    ],
)
def test_what_cannot_be_stands_beside_its_field(name: str, text: str, says: str) -> None:
    """And the others are read nevertheless."""
    found = read_typed(BLANK, {name: text, "unit": "1"}, year=2026)
    assert list(found.wrong) == [name]
    assert says in found.wrong[name]
    assert found.changes == {"unit": "1"}


def test_every_value_that_is_entered_can_be_entered_again() -> None:
    """A field's own text is one that it reads, where it shows all of its value."""
    values: dict[str, Any] = {"latitude": 31.3851234, "longitude": 120.981, "datum": "gcj02"}
    values |= {"rated_speed_mps": 1.75, "households": 12, "renewed_on": date(2020, 2, 29)}
    known = enter(BLANK.known, values, who="li", at_ms=5)
    typed = {name: shown(getattr(known.entered, name)) for name in values}
    assert read_typed(BLANK, typed, year=2026).changes == values
    assert set(values) < set(TYPED)

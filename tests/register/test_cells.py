"""Cells as people write them: what they mean, and what is refused rather than guessed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.register import cells
from liftwatch.register.cells import Given, Reader
from liftwatch.register.columns import HOUSEHOLDS, KINDS, LIFTS, ORGANISATIONS
from liftwatch.register.doubts import Unusual, Wrong
from liftwatch.register.floors import floors

GIVEN = Given(year=2026, estates={"花园小区": "garden"})
COLUMNS = {
    column.name: column for sheet in (LIFTS, HOUSEHOLDS, ORGANISATIONS) for column in sheet.columns
}


def said(reader: Reader, cell: str) -> Any:
    """The value, or the type of the doubt that took it."""
    value, doubt = reader(cell, GIVEN)
    assert (value is None) == isinstance(doubt, Wrong)
    return Wrong if isinstance(doubt, Wrong) else value


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("area", "320583", "320583"),
        ("area", "３２０５８３", "320583"),
        ("area", '="320583"', "320583"),
        ("area", "32058", Wrong),
        ("area", "昆山", Wrong),
        ("estate", "garden", "garden"),
        ("estate", "花园小区", "garden"),
        ("estate", "玫瑰小区", Wrong),
        ("estate", "Garden", Wrong),
        ("lift", "31103205832018080001", "31103205832018080001"),
        ("lift", "L 7", Wrong),
        ("equipment_code", "3110 3205 8320 1808 0001", "31103205832018080001"),
        ("equipment_code", '="31103205832018080001"', "31103205832018080001"),
        ("equipment_code", "3.11032E+19", Wrong),
        ("equipment_code", "3110", Wrong),
        ("equipment_code", "30103201022005048051", "30103201022005048051"),
        ("rescue_code", "063577", "063577"),
        ("rescue_code", "63577", Wrong),
        ("credit_code", "91330100799655058b", "91330100799655058B"),
        ("credit_code", "91330100799655058C", Wrong),
        ("datum", "WGS-84", "wgs84"),
        ("datum", "GCJ02", "gcj02"),
        ("datum", "bd09", Wrong),
        ("rated_speed_mps", "1.75", 1.75),
        ("rated_speed_mps", "1.75m/s", 1.75),
        ("rated_speed_mps", "１.７５ 米/秒", 1.75),
        ("rated_speed_mps", "105 m/min", Wrong),
        ("rated_speed_mps", "1,75", Wrong),
        ("rated_speed_mps", "17.5", Wrong),
        ("rated_speed_mps", "nan", Wrong),
        ("rated_speed_mps", "1e0", Wrong),
        ("rated_load_kg", "1000KG", 1000.0),
        ("rated_load_kg", "1,000", Wrong),
        ("rated_load_kg", "1 t", Wrong),
        ("roping", "2:1", 2),
        ("roping", "4:1", Wrong),
        ("households", "72", 72),
        ("households", "72.0", 72),
        ("households", "72.5", Wrong),
        ("households", "-1", Wrong),
        ("only_lift_of_unit", "是", True),
        ("only_lift_of_unit", "No", False),
        ("only_lift_of_unit", "maybe", Wrong),
        ("installed_on", "2018-08-01", date(2018, 8, 1)),
        ("installed_on", "2018/8/1", date(2018, 8, 1)),
        ("installed_on", "2018.08.01", date(2018, 8, 1)),
        ("installed_on", "2018年8月1日", date(2018, 8, 1)),
        ("installed_on", "20180801", date(2018, 8, 1)),
        ("installed_on", "2018/8/1 0:00", date(2018, 8, 1)),
        ("installed_on", "2018-08-01 00:00:00", date(2018, 8, 1)),
        ("installed_on", "2018-8/1", Wrong),
        ("installed_on", "2018-02-30", Wrong),
        ("installed_on", "18-08-01", Wrong),
        ("installed_on", "01/08/2018", Wrong),
        ("installed_on", "43313", Wrong),
        ("installed_on", "1018-08-01", Wrong),
        ("installed_on", "2018-08", Wrong),
        ("floor_area_m2", "89", 8900),
        ("floor_area_m2", "89.5", 8950),
        ("floor_area_m2", "89.05", 8905),
        ("floor_area_m2", "89.0500", 8905),
        ("floor_area_m2", "89.05 ㎡", 8905),
        ("floor_area_m2", "89.05平方米", 8905),
        ("floor_area_m2", "89.055", Wrong),
        ("floor_area_m2", "89,05", Wrong),
        ("floor_area_m2", "0", Wrong),
        ("floor_area_m2", "0.00", Wrong),
        ("floor_area_m2", "-89", Wrong),
        ("floor_area_m2", "1000000", 100_000_000),
        ("floor_area_m2", "1000000.01", Wrong),
        ("floor_area_m2", "1e2", Wrong),
        ("developer_owned", "1", True),
        ("kind", "物业公司", "property"),
        ("kind", "Maintenance", "maintenance"),
        ("kind", "owner", Wrong),
        ("phone", "0512-57301234", "0512-57301234"),
        ("phone", "+86 512 5730 1234 ext 12", "+86 512 5730 1234 ext 12"),
        ("phone", "96333", "96333"),
        ("phone", "5.1257E+10", Wrong),
        ("phone", "call me", Wrong),
        ("address", "昆山市花园路1号", "昆山市花园路1号"),
        ("address", "x" * 256, "x" * 256),
        ("address", "x" * 257, Wrong),
    ],
)
def test_what_a_cell_means(column: str, cell: str, value: Any) -> None:
    """Ours for theirs, or refused."""
    found = said(COLUMNS[column].read, cell)
    assert found == value
    assert type(found) is type(value)


@given(st.integers(1, 100_000_000), st.sampled_from(["", "0", "00"]))
def test_a_floor_area_is_exact(hundredths: int, zeros: str) -> None:
    """To the last hundredth of a square metre, as decimals are, not floats."""
    written = f"{Decimal(hundredths) / 100:.2f}{zeros}"
    assert cells.floor_area_dm2(written, GIVEN) == (hundredths, None)


@given(st.sampled_from(sorted(COLUMNS)), st.text(min_size=1, max_size=40))
def test_no_cell_raises(column: str, cell: str) -> None:
    """A value, or a doubt that says why not."""
    value, doubt = COLUMNS[column].read(cell, GIVEN)
    assert value is not None or (isinstance(doubt, Wrong) and doubt.text)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("=1+1", True),
        ("@SUM(A1)", True),
        ("+cmd|' /C calc'!A0", True),
        ("-2+3+cmd", True),
        ("-1", False),
        ("+86 512 57301234", False),
        ("1-1", False),
        ("花园路=1", False),
    ],
)
def test_a_formula_is_kept_and_told(cell: str, told: bool) -> None:
    """Whoever exports it must know."""
    value, doubt = cells.text(cell, GIVEN)
    assert value == cell
    assert isinstance(doubt, Unusual) == told


@pytest.mark.parametrize("cell", ["1月1日", "12月31日", "1-Jan", "Jan-01"])
def test_what_a_spreadsheet_made_a_date_of_is_told(cell: str) -> None:
    """Building 1-1 and flat 12-31 are often lost like this."""
    assert isinstance(cells.door(cell, GIVEN)[1], Unusual)


@pytest.mark.parametrize("cell", ["1-1", "12-31", "A栋", "1月", "Jan"])
def test_what_only_looks_like_a_date_is_not(cell: str) -> None:
    """Nothing to tell."""
    assert cells.door(cell, GIVEN) == (cell, None)


@pytest.mark.parametrize("strange", ["\0", "\x1b", "\u200b", "\u202e", "\ufeff", "\x7f"])
def test_what_nobody_sees_is_refused(strange: str) -> None:
    """Inside a cell; with its number."""
    found = cells.visible(f"花园{strange}小区")
    assert isinstance(found, Wrong)
    assert ("NUL" if strange == "\0" else f"{ord(strange):04X}") in found.text


def test_white_space_is_tidied() -> None:
    """Also that of wide type, and line ends within quotation marks."""
    assert cells.visible("\t花园路\r\n1号　2栋\xa0") == "花园路 1号 2栋"


def test_every_role_of_an_organisation_has_words() -> None:
    """And no word has two."""
    words = [word for row in KINDS.values() for word in row]
    assert len(set(words)) == len(words)


# Landings


def labels(cell: str) -> Any:
    """Index and label of each, or Wrong."""
    rows = said(floors, cell)
    return rows if rows is Wrong else [(row.index, row.label) for row in rows]


@pytest.mark.parametrize(
    ("cell", "rows"),
    [
        ("1-3", [(1, "1"), (2, "2"), (3, "3")]),
        ("-1,1-2", [(0, "-1"), (1, "1"), (2, "2")]),
        ("-2--1、1～2", [(-1, "-2"), (0, "-1"), (1, "1"), (2, "2")]),
        ("-2-1", [(-1, "-2"), (0, "-1"), (1, "1")]),
        ("B2-1", [(-1, "B2"), (0, "B1"), (1, "1")]),
        ("b1；G，2至3", [(0, "B1"), (1, "G"), (2, "2"), (3, "3")]),
        ("0-2", [(1, "0"), (2, "1"), (3, "2")]),
        ("1, 2 , 3A,5 - 6", [(1, "1"), (2, "2"), (3, "3A"), (4, "5"), (5, "6")]),
        ("1-3,5-12,15", None),
        ("18", Wrong),
        ("18/18", Wrong),
        ("18层18站", Wrong),
        ("1 2 3", Wrong),
        ("18-1", Wrong),
        ("1-18,-1", Wrong),
        ("B1,B2,1", Wrong),
        ("1,1-3", Wrong),
        ("G,G,1-3", Wrong),
        ("01,1-3", Wrong),
        ("1,,2", Wrong),
        ("1-G", Wrong),
        ("1-999", Wrong),
        ("-11--1,1-5", Wrong),
        ("1-151", Wrong),
        ("1118,1119", Wrong),
        ("", Wrong),
    ],
)
def test_landings(cell: str, rows: Any) -> None:
    """From the lowest; a count of floors is no list of them."""
    assert rows is None or labels(cell) == rows


@given(st.integers(0, 9), st.integers(1, 150))
def test_a_range_of_landings_counts_from_the_ground(below: int, above: int) -> None:
    """Floor n has index n, the first basement index 0."""
    if below + above < 2:
        return
    written = f"-{below}-{above}" if below else f"1-{above}"
    rows = labels(written)
    assert rows == [(n, str(n) if n > 0 else str(n - 1)) for n in range(1 - below, above + 1)]

"""Whole files to import: every way of writing them, and every bad row by its line and reason."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftwatch.register import csv_files
from liftwatch.register.cells import BLANKS, Given
from liftwatch.register.columns import (
    HOUSEHOLDS,
    LIFTS,
    ORGANISATIONS,
    SHEETS,
    HouseholdRow,
    LiftRow,
    OrganisationRow,
    Sheet,
)
from liftwatch.register.facts import Facts
from liftwatch.register.record import SITE
from liftwatch.register.sheets import Reading, Row, read
from liftwatch.telemetry.messages import FloorOfLift

GIVEN = Given(year=2026, estates={"花园小区": "garden"})
CODES = [f"3110320583201808{number:04}" for number in range(1, 100)]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"]


def told(reading: Reading) -> list[tuple[int | None, str | None, str]]:
    """Line, column and reason of every error."""
    return [(one.line, one.column, one.doubt.text) for one in reading.problems if one.is_error]


def hints(reading: Reading) -> list[tuple[int | None, str | None, str]]:
    """And of what is only unusual."""
    return [(one.line, one.column, one.doubt.text) for one in reading.problems if not one.is_error]


def lifts(text: str, given_: Given = GIVEN) -> Reading:
    """A sheet of lifts in UTF-8."""
    return read(text.encode(), LIFTS, given_)


def test_a_sheet_of_lifts_in_chinese_as_spreadsheets_write_it() -> None:
    """GBK, headings with units and stars, dates with slashes, a range of landings."""
    text = (
        "行政区划*,小区,设备代码,识别码,地址,楼栋,单元,纬度,经度,坐标系,层站,额定速度（m/s）,"
        "额定载重量(kg),安装日期,下次检验日期,维保单位,使用单位(必填),曳引比,户数\r\n"
        f'320583,花园小区,{CODES[0]},063577,"昆山市花园路1号,东门",1栋,2,31.383,120.985,GCJ-02,'
        '"-1,1-3",1.75,1000,2018/8/1,2026年7月1日,/,花园物业,2:1,72\r\n'
        ",,,,,,,,,,,,,,,,,,\r\n"
    )
    reading = read(text.encode("gbk"), LIFTS, GIVEN)
    assert reading.problems == ()
    assert reading.rows == (
        Row(
            2,
            LiftRow(
                area="320583",
                estate="garden",
                lift=CODES[0],
                facts=Facts(
                    equipment_code=CODES[0],
                    rescue_code="063577",
                    address="昆山市花园路1号,东门",
                    building="1栋",
                    unit="2",
                    latitude=31.383,
                    longitude=120.985,
                    datum="gcj02",
                    floors=[
                        FloorOfLift(index=0, label="-1"),
                        FloorOfLift(index=1, label="1"),
                        FloorOfLift(index=2, label="2"),
                        FloorOfLift(index=3, label="3"),
                    ],
                    rated_speed_mps=1.75,
                    rated_load_kg=1000.0,
                    roping=2,
                    installed_on=date(2018, 8, 1),
                    next_inspection_on=date(2026, 7, 1),
                    use_unit="花园物业",
                    households=72,
                ),
            ),
        ),
    )


def test_a_bad_sheet_names_every_bad_row() -> None:
    """By line, by the heading of the file, with one reason a cell; good rows come as rows."""
    reading = lifts(
        "区划代码;小区;设备代码;额定速度;安装日期;纬度;经度;坐标系\n"
        f"320583;花园小区;{CODES[0]};1.75;2018-08-01;;;\n"
        f"32058;garden;{CODES[1]};fast;2018-08-01;;;\n"
        "\n"
        f"320583;;{CODES[2]};1.75;43313;;;\n"
        f"320583;garden;{CODES[3]};1.75;2018-08-01;31.4;;\n"
        f'320583;garden;{CODES[4]};"1.75\n";2018-08-01;31.4;121;wgs84\n'
        "320583;garden;;1.75;2018-08-01;;;\n"
        f"320583;garden;{CODES[5]};1.75\n"
        f"320583;garden;{CODES[6]};1.75;;;;;\n"
        f'320583;garden;"{CODES[7]}"x;1.75;;;;\n'
        f"320583;gar\0den;{CODES[8]};1.75;;;;\n"
    )
    assert [row.line for row in reading.rows] == [2, 7]
    assert told(reading) == [
        (3, "区划代码", "an area has six digits (GB/T 2260), as 320583 for Kunshan"),
        (3, "额定速度", "a number is written with a point and nothing else: 1.75"),
        (5, "小区", "it must not be blank"),
        (5, "安装日期", "a spreadsheet has made a number of the date: format it as a date"),
        (6, "纬度", "latitude and longitude come together"),
        (9, "lift", "a lift needs its name, or its equipment code"),
        (10, None, "4 cells below 8 headings"),
        (11, None, "9 cells below 8 headings"),
        (
            12,
            None,
            'a quotation mark is misplaced; within quotation marks it is written twice: ""',
        ),
        (13, "小区", "a NUL character"),
    ]
    assert not reading.is_clean


def test_every_line_of_a_double_is_named() -> None:
    """Also of rows that are bad otherwise; once a code, whatever else is alike."""
    reading = lifts(
        "area,estate,lift,equipment_code,rescue_code\n"
        f"320583,garden,L-01,{CODES[0]},000001\n"
        f"320583,garden,L-02,{CODES[1]},000001\n"
        f"320583,garden,L-03,{CODES[0]},\n"
        f"320583,garden,L-04,,\n"
        f"320583,garden,L-05,{CODES[0]},\n"
        f"32058,garden,L-04,{CODES[2]},\n"
    )
    same = "the same stands in line"
    assert told(reading) == [
        (2, "rescue_code", f"{same} 3"),
        (2, "equipment_code", f"{same} 4"),
        (3, "rescue_code", f"{same} 2"),
        (4, "equipment_code", f"{same} 2"),
        (5, "lift", f"{same} 7"),
        (6, "equipment_code", f"{same} 2"),
        (7, "area", "an area has six digits (GB/T 2260), as 320583 for Kunshan"),
        (7, "lift", f"{same} 5"),
    ]


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("", [(None, None, "the file is empty")]),
        ("\n , ,\n", [(None, None, "the file is empty")]),
        ("\ufeff", [(None, None, "the file is empty")]),
        ("area,estate,lift\n", [(None, None, "there is no row below the heading")]),
        ("area,estate,lift\n,,\n\n", [(None, None, "there is no row below the heading")]),
        (
            "lift,address\nL-01,x\n",
            [
                (None, None, "the column area (行政区划) is missing"),
                (None, None, "the column estate (小区) is missing"),
            ],
        ),
        ("area,estate,lift,Lift\n", [(1, "Lift", "lift (电梯编号) stands twice")]),
        (
            "area,estate,lift,额定速度(m/min)\n",
            [
                (
                    1,
                    "额定速度(m/min)",
                    "the unit is not known: m/s, mps, 米/秒, 米每秒",
                )
            ],
        ),
        (
            "area,estate,lift (" + "x" * 9_000 + ")",
            [(1, "lift (" + "x" * 74, "this column has no unit")],
        ),
        ("area,estate,li\0ft\n", [(1, "column 3", "a NUL character")]),
        ("area,estate,lift" + ",x" * 200, [(1, None, "more than 200 columns")]),
        ('area,estate,"lift\n', [(1, None, "a quotation mark is never closed")]),
        (
            'area,estate,lift,address\n320583,garden,L-01,ok\n320583,garden,L-02,"oh\n1,2,3\n',
            [(3, None, "a quotation mark is never closed")],
        ),
    ],
)
def test_a_heading_that_does_not_fit(
    text: str, errors: list[tuple[int | None, str | None, str]]
) -> None:
    """What is missing, double, or in another unit; and files that end too soon."""
    assert told(lifts(text)) == errors


def test_what_is_only_unusual_is_told_and_used() -> None:
    """Columns nobody knows, formulas, odd codes, and cells below no heading."""
    reading = lifts(
        "序号,area,estate,equipment_code,address,\n"
        "1,320583,garden,311010890201500098,=1+1,\n"
        f"2,320583,garden,{CODES[0]},x,y\n"
    )
    assert reading.is_clean
    assert hints(reading) == [
        (1, "序号", "no column is called this; it is left out"),
        (2, "equipment_code", "the code has 18 characters instead of 20"),
        (2, "address", "a spreadsheet would run this as a formula when it is exported"),
        (3, None, "cell 6 has no heading; it is left out"),
    ]
    assert [row.value.facts.address for row in reading.rows] == ["=1+1", "x"]


def test_what_the_caller_knows_fills_what_is_not_there() -> None:
    """Without the column, or where a cell is blank; a default that cannot be is the caller's."""
    given_ = Given(year=2026, defaults={"area": "320583", "estate": "garden"})
    reading = lifts("estate,lift\n,L-01\nrose,L-02\n", given_)
    assert reading.problems == ()
    assert [(row.value.area, row.value.estate) for row in reading.rows] == [
        ("320583", "garden"),
        ("320583", "rose"),
    ]
    with pytest.raises(ValueError, match="area cannot be 'Kunshan'"):
        lifts("lift\nL-01\n", Given(year=2026, defaults={"area": "Kunshan"}))


def test_dates_in_the_wrong_order() -> None:
    """Of inspections, and of a renewal."""
    reading = lifts(
        "area,estate,lift,installed_on,renewed_on,inspected_on,next_inspection_on\n"
        "320583,garden,L-01,2018-08-01,2017-08-01,2025-07-01,2025-06-30\n"
        "320583,garden,L-02,2018-08-01,2018-08-01,2025-07-01,2025-07-01\n"
    )
    assert told(reading) == [
        (2, "next_inspection_on", "the next inspection is before the last"),
        (2, "renewed_on", "it was renewed before it was installed"),
    ]
    assert [row.line for row in reading.rows] == [3]


def test_households_are_exact_and_each_once() -> None:
    """Hundredths of a square metre; the same number in another unit is another household."""
    text = (
        "行政区划,小区,楼栋,单元,房号,建筑面积(㎡),是否未售\n"
        "320583,garden,1,1,101,89.05,否\n"
        "320583,garden,1,2,101,120.1,\n"
        "320583,garden,1,,101,66,是\n"
        "320583,garden,1,2,101,89.055,\n"
    )
    reading = read(text.encode(), HOUSEHOLDS, GIVEN)
    values = [row.value for row in reading.rows]
    assert values[0] == HouseholdRow(
        area="320583",
        estate="garden",
        building="1",
        unit="1",
        number="101",
        floor_area_dm2=8905,
        developer_owned=False,
    )
    assert [(one.unit, one.floor_area_dm2, one.developer_owned) for one in values[1:]] == [
        ("2", 12010, None),
        (None, 6600, True),
    ]
    assert told(reading) == [
        (3, "房号", "the same stands in line 5"),
        (5, "建筑面积(㎡)", "a floor area has at most two decimals"),
        (5, "房号", "the same stands in line 3"),
    ]


def test_organisations_have_a_role_each() -> None:
    """One company may have two; not one twice."""
    text = (
        "单位名称\t类型\t统一社会信用代码\t联系电话\n"
        "甲公司\t物业\t91330100799655058B\t0512-57301234\n"
        "甲公司\t维保单位\t91330100799655058B\t\n"
        "乙公司\t维保\t91330100799655058B\t\n"
        "丙公司\t维保\t\t\n"
        "丁公司\t维保\t/\t\n"
    )
    reading = read(text.encode("utf-16"), ORGANISATIONS, GIVEN)
    assert reading.rows[0].value == OrganisationRow(
        name="甲公司", kind="property", credit_code="91330100799655058B", phone="0512-57301234"
    )
    assert told(reading) == [
        (3, "统一社会信用代码", "the same stands in line 4"),
        (4, "统一社会信用代码", "the same stands in line 3"),
    ]


# Every way of writing a file

TEXTS = st.text(
    st.characters(codec="gbk", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12
).filter(
    lambda text: (
        text == " ".join(text.split())
        and text not in BLANKS
        and text.isprintable()
        and text[0] not in "=@+-"
    )
)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.integers(1, 10**6)), min_size=1, max_size=8),
    st.sampled_from(ENCODINGS),
    st.sampled_from(csv_files.DELIMITERS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_however_it_is_written_the_same_is_read(
    rows: list[tuple[str, str, int]], encoding: str, delimiter: str, end: str, chinese: bool
) -> None:
    """Encoding, delimiter, ends of lines, quotation marks and language of the heading.

    Some words of GBK are words of UTF-8 too, so that a file of one or two may be either.
    """
    chinese = chinese or encoding.startswith("gb")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    by = ("area", "estate", "building", "unit", "number", "floor_area_m2")
    writer.writerow(("行政区划", "小区", "楼栋", "单元", "房号", "建筑面积") if chinese else by)
    for number, (building, unit, hundredths) in enumerate(rows):
        area_m2 = f"{hundredths // 100}.{hundredths % 100:02}"
        writer.writerow(("320583", "garden", building, unit, number + 1, area_m2))
    reading = read(out.getvalue().encode(encoding), HOUSEHOLDS, GIVEN)
    assert told(reading) == []
    values = [
        (one.value.building, one.value.unit, one.value.floor_area_dm2) for one in reading.rows
    ]
    assert values == rows
    assert [row.line for row in reading.rows] == list(range(2, len(rows) + 2))


@settings(max_examples=60)
@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 4))
def test_exactly_the_bad_rows_are_named(bad: list[bool], blank: int) -> None:
    """Wherever they stand, blank lines counted as an editor counts them."""
    lines = ["area,estate,lift,rated_speed_mps", *[""] * blank]
    expected: list[int] = []
    for number, is_bad in enumerate(bad):
        lines.append(f"320583,garden,L-{number:04},{'fast' if is_bad else '1.75'}")
        if is_bad:
            expected.append(len(lines))
    reading = lifts("\n".join(lines))
    assert [line for line, _, _ in told(reading)] == expected
    assert len(reading.rows) == bad.count(False)


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text('",;\n\r\t\0ab区', max_size=80).map(
            lambda text: f"area,estate,lift\n{text}".encode("gb18030")
        ),
    ),
    st.sampled_from(sorted(SHEETS)),
)
def test_no_bytes_raise(data: bytes, name: str) -> None:
    """Rows or problems, and never neither."""
    reading = read(data, SHEETS[name], GIVEN)
    assert reading.rows or told(reading)
    assert all(one.doubt.text for one in reading.problems)


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.name)
def test_the_tables_of_columns_are_sound(sheet: Sheet) -> None:
    """No word heads two columns, keys are columns, and lifts' columns are facts or on site."""
    words = [word for column in sheet.columns for word in (column.name, *column.headings)]
    assert len(set(words)) == len(words)
    names = {column.name for column in sheet.columns}
    assert {name for key in sheet.keys for name in key} <= names
    if sheet is LIFTS:
        own = {"area", "estate", "lift", *SITE}
        assert names - own == set(Facts.__struct_fields__) - {"firmware"}
        assert isinstance(hints(lifts("firmware\n"))[0][2], str)

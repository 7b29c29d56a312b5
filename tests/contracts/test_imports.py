"""Sheets into the register, on both databases: all of a file, or nothing of it."""

import codecs
import copy
from typing import Any

import pytest
from msgspec import structs

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers.imports import SHOWN_MAX, Judged, NotKept, judge, keep, try_out
from liftwatch.handlers.register import change_lift, take_in
from liftwatch.ports import LiftRow
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS
from liftwatch.register.csv_files import ROWS_MAX
from liftwatch.register.facts import Facts

NOW_MS = 1_772_439_240_000
BY = Origin("li", NOW_MS)
HEAD = "area,estate,lift,equipment_code,unit,predecessor\n"
CODES = [f"3110320583201808{number:04}" for number in range(1, 10)]
Told = list[tuple[int | None, str | None, str]]


@pytest.fixture
def store(shared_books: SqlBooks) -> SqlPeople:
    """People and the register over an empty database."""
    return SqlPeople(shared_books, Seal(b"a secret of thirty-two bytes, or more"))


def judged(text: str | bytes, sheet: str = "lifts", **defaults: str) -> Judged:
    """A file that was read."""
    data = text.encode() if isinstance(text, str) else text
    return judge(data, SHEETS[sheet], now_ms=NOW_MS, defaults=defaults)


def told(found: Judged) -> Told:
    """Its errors."""
    return [(p.line, p.column, p.doubt.text) for p in found.findings.first if p.is_error]


def put(store: SqlPeople, found: Judged, by: Origin = BY) -> Told:
    """Keep a file; its errors, none when it was kept. A dry run before it says the same."""
    tried = structs.replace(found, findings=copy.deepcopy(found.findings))
    try_out(store, tried, by=by)
    try:
        with store.begin() as work:
            keep(work, found, by=by)
    except NotKept:
        assert told(found)
    assert told(found) == told(tried)
    return told(found)


def row(lift: str, code: str = "", unit: str = "", *, before: str = "") -> str:
    """A row of a sheet of lifts."""
    return f"320583,garden,{lift},{code},{unit},{before}\n"


def test_lifts_come_in_and_a_second_sheet_adds_to_them(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """A blank cell changes nothing; what stays the same keeps its origin and its version."""
    assert put(store, judged(HEAD + row("L-0001", CODES[0], "1") + row("L-0002"))) == []
    again = HEAD + row("L-0001", "", "2") + row("L-0002")
    assert put(store, judged(again), by=Origin("wu", NOW_MS + 5)) == []
    one, two = shared_books.record_of("L-0001"), shared_books.record_of("L-0002")
    assert one is not None
    assert two is not None
    assert one.known.entered == Facts(equipment_code=CODES[0], unit="2")
    by = {"equipment_code": BY, "unit": Origin("wu", NOW_MS + 5)}
    assert (one.known.entered_by, one.version, two.version) == (by, 2, 0)
    found = shared_books.lift("L-0001")
    assert found is not None
    assert (found.facts.unit, found.heard_ms) == ("2", None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_files_as_offices_write_them(
    store: SqlPeople, shared_books: SqlBooks, encoding: str
) -> None:
    """With a mark, in GBK, in UTF-16."""
    text = "行政区划,小区,电梯编号,地址\n320583,garden,L-0001,昆山市花园路1号\n"
    data = text.encode(encoding)
    assert data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16)) == (encoding != "gb18030")
    assert put(store, judged(data)) == []
    found = shared_books.lift("L-0001")
    assert found is not None
    assert found.facts.address == "昆山市花园路1号"


def test_of_a_half_bad_file_nothing_is_kept(store: SqlPeople, shared_books: SqlBooks) -> None:
    """Whether its rows are bad of themselves, or beside what is there."""
    for bad in (
        HEAD + row("L-0001") + row("L-?"),
        HEAD + row("L-0001", CODES[0]) + row("L-0002", CODES[0]),
        HEAD + row("L-0001") + row("L-0002", before="L-0009"),
        HEAD + row("L-0001", before="L-0002") + row("L-0002", before="L-0001"),
    ):
        assert put(store, judged(bad))
        assert shared_books.lifts() == []
        with store.begin() as work:
            assert work.register.holders(equipment_codes=CODES) == []


def test_what_is_there_already_is_named_by_its_line(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """A code of another lift; a lift whose terminal says that it is elsewhere."""
    put(store, judged(HEAD + row("L-0001", CODES[0])))
    with shared_books.begin() as work:
        heard = LiftRow(lift="L-0003", area="320583", estate="lake", heard_ms=NOW_MS)
        take_in(work, [heard], said={})
    sheet = HEAD + row("L-0002", CODES[0]) + row("L-0003", CODES[2])
    assert put(store, judged(sheet)) == [
        (2, "equipment_code", "it is that of L-0001"),
        (3, None, "its terminal says it is in 320583/lake"),
    ]
    both = HEAD + row("L-?") + row("L-0002", CODES[0])
    assert [line for line, _, _ in put(store, judged(both))] == [2, 3]
    held = HEAD + row("L-0001", unit="1") + row("L-0002", CODES[0])
    assert put(store, judged(held)) == [(3, "equipment_code", "it is that of L-0001")]


def test_codes_that_were_mixed_up_are_put_right(store: SqlPeople, shared_books: SqlBooks) -> None:
    """Two lifts exchange theirs in one sheet."""
    put(store, judged(HEAD + row("L-0001", CODES[0]) + row("L-0002", CODES[1])))
    assert put(store, judged(HEAD + row("L-0001", CODES[1]) + row("L-0002", CODES[0]))) == []
    codes = [one.facts.equipment_code for one in shared_books.lifts()]
    assert codes == [CODES[1], CODES[0]]


def test_a_lift_comes_in_with_the_one_it_replaced(store: SqlPeople, shared_books: SqlBooks) -> None:
    """In one sheet, whichever row is first."""
    sheet = HEAD + row("L-0002", before="L-0001") + row("L-0001")
    assert put(store, judged(sheet)) == []
    assert shared_books.successor_of("L-0001") == "L-0002"


def test_a_dry_run_keeps_nothing(store: SqlPeople, shared_books: SqlBooks) -> None:
    """Not even the line that would have been locked."""
    found = judged(HEAD + row("L-0001", CODES[0]))
    try_out(store, found, by=BY)
    assert found.is_clean
    assert shared_books.lifts() == []
    with pytest.raises(Exception, match="there is no lift"), store.begin() as work:
        change_lift(work.register, "L-0001", {}, version=0, by=BY)


ORGANISATIONS = "名称,类型,统一社会信用代码,电话\n"
CREDIT = "91320583M000100Y4J"


def test_organisations_are_known_by_code_or_by_kind_and_name(store: SqlPeople) -> None:
    """A second sheet changes them; another kind under one code is a mistake."""
    first = f"花园物业,物业,{CREDIT},0512-55550101\n花园物业,维保,,\n"
    assert put(store, judged(ORGANISATIONS + first, "organisations")) == []
    then = f"新花园物业,物业,{CREDIT},0512-55550102\n花园物业,维保,,0512-55550103\n"
    for _ in range(2):
        assert put(store, judged(ORGANISATIONS + then, "organisations")) == []
    with store.reading() as reads:
        found = sorted((one.name, one.kind, one.version) for one in reads.organisations())
    assert found == [("新花园物业", "property", 2), ("花园物业", "maintenance", 2)]
    wrong = f"新花园物业,维保,{CREDIT},\n"
    ((line, _, why),) = put(store, judged(ORGANISATIONS + wrong, "organisations"))
    assert (line, "in the register as property" in why) == (2, True)


def test_a_hundred_thousand_households(store: SqlPeople, shared_books: SqlBooks) -> None:
    """The largest file comes in whole; one row more is too many, and one bad row keeps all out."""
    head = "楼栋,房号,建筑面积\n"
    doors = (f"{n // 1000 + 1},{n % 1000 + 101},{80 + n % 40}.5\n" for n in range(ROWS_MAX))
    text = head + "".join(doors)
    place = {"area": "320583", "estate": "garden"}
    bad = judged(text.replace("\n", ",x\n", 1), "households", **place)
    assert bad.findings.errors > SHOWN_MAX
    assert len(bad.findings.first) == SHOWN_MAX
    assert bad.findings.more == bad.findings.errors + bad.findings.remarks - SHOWN_MAX
    good = judged(text, "households", **place)
    with store.begin() as work:
        keep(work, good, by=BY)
    assert len(good.rows) == ROWS_MAX
    rows = shared_books.households("320583", "garden", building="100", limit=2 * SHOWN_MAX)
    assert len(rows) == 1_000
    assert {one.number: one.floor_area_dm2 for one in rows}["1100"] == 11_950
    assert not judged(text + "1,1,1\n", "households", **place).is_clean


def test_a_default_that_cannot_be_is_no_fault_of_the_file() -> None:
    """Whoever asked is told."""
    values: dict[str, Any] = {"area": "1"}
    with pytest.raises(ValueError, match="area cannot be"):
        judged(HEAD, **values)

"""A bank's statement against the books: what differs is shown, and nothing is booked."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.__main__ import main
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import open_books
from liftwatch.clock import day_text
from liftwatch.fund.money import FEN_MAX, parse_yuan, yuan
from liftwatch.fund.statement import (
    StatementError,
    booked_on,
    first_source,
    next_source,
    parse_statement,
    reconcile,
)
from liftwatch.handlers.fund_book import take_back
from tests.contracts.ledger import DAY, MONDAY_MS, booked, deposit, draft

HEAD = "交易日期,贷方金额,借方金额,余额,流水号,摘要\n"
THREE = (
    HEAD
    + '2026-03-01,"1,000.00",,1000.00,A1,1201 维修资金\n'
    + "20260302,5.50,,1005.50,A2,利息\n"
    + "2026/3/2 09:30:00,,100.05,905.45,A3,付款 c1\n"
)


def lines_of(text: str, coding: str = "utf-8") -> list[tuple[str, int, int, int | None]]:
    """What a file says, in short."""
    found = parse_statement(text.encode(coding), account="ccb")
    return [(line.source, line.day - DAY, line.fen, line.balance) for line in found]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
def test_banks_write_it_in_many_ways(coding: str) -> None:
    """Dates with and without dashes, thousands, in and out in columns of their own."""
    assert lines_of(THREE, coding) == [
        ("ccb A1", -1, 100_000, 100_000),
        ("ccb A2", 0, 550, 100_550),
        ("ccb A3", 0, -10_005, 90_545),
    ]
    signed = "date,amount,reference\n2026-03-02,-3,X\n\n2026-03-02,+0.01,Y\n"
    assert lines_of(signed) == [("ccb X", 0, -300, None), ("ccb Y", 0, 1, None)]


def test_lines_without_a_number_are_known_again() -> None:
    """Two alike of one day are two, in this file and in the next."""
    text = "date,amount,text\n2026-03-02,5,a\n2026-03-02,5,a\n2026-03-02,5,b\n"
    first = [line[0] for line in lines_of(text)]
    assert len(set(first)) == 3
    assert first == [line[0] for line in lines_of(text + "2026-03-03,5,a\n")][:3]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("when,how much\n", "line 1: the first line names no column of dates"),
        ("date,text\n", "or none of amounts"),
        ("date,amount\n2026-02-30,5\n", "line 2: '2026-02-30' is no date"),
        ("date,amount\nsoon,5\n", "'soon' is no date"),
        ("date,amount\n,5\n", "'' is no date"),
        ("date,amount\n2026-03-02,0.005\n", "'0.005' is no amount in yuan"),
        ("date,amount\n2026-03-02,1e3\n", "'1e3' is no amount"),
        ("date,amount\n2026-03-02,１２\n", "no amount"),
        ("date,amount\n2026-03-02,99999999999999\n", "no amount"),
        ("date,amount\n2026-03-02,0\n", "a line moves an amount"),
        ("date,amount\n2026-03-02\n", "too few columns"),
        ('date,amount\n2026-03-02,"5\n', "line"),
        ("date,amount,reference\n2026-03-02,5,A\n2026-03-02,6,A\n", "ccb A stands there twice"),
        ("date,amount,reference\n2026-03-02,5," + "x" * 200 + "\n", "longer than can be kept"),
        ("date,amount,reference\n2026-03-02,5,a\x00b\n", "longer than can be kept"),
    ],
)
def test_what_is_no_statement_is_told(text: str, why: str) -> None:
    """With the line; nothing of it is used."""
    with pytest.raises(StatementError, match=why):
        lines_of(text)


def test_bytes_that_are_no_text_are_told() -> None:
    """A spreadsheet's own format, say."""
    with pytest.raises(StatementError, match="neither UTF-8 nor GB 18030"):
        parse_statement(b"PK\x03\x04\xff\xff", account="ccb")


@given(st.integers(-FEN_MAX, FEN_MAX))
def test_yuan_are_read_as_they_are_written(fen: int) -> None:
    """To the fen, however large."""
    assert parse_yuan(yuan(fen)) == fen


def test_differences_are_shown_and_nothing_else() -> None:
    """One line each way: booked, other amount, alike, not booked, not at the bank."""
    books = MemoryBooks()
    booked(
        books,
        deposit("1", 100_000, source="ccb A1", day=DAY - 1),
        draft("interest", "2", bank=550, interest_1201=-550),
        deposit("3", 7, "1202"),
        deposit("4", 8, "1203", source="ccb B9"),
        deposit("5", 9, "1203", source="ccb A0", day=DAY - 9),
    )
    found = reconcile(
        parse_statement(THREE.encode(), account="ccb"), booked_on(books.fund_journal(9), "ccb")
    )
    assert [(line.source, one.n) for line, one in found.booked] == [("ccb A1", 1)]
    assert [(line.source, one.n) for line, one in found.alike] == [("ccb A2", 2)]
    assert [line.source for line in found.unbooked] == ["ccb A3"]
    assert [one.n for one in found.unknown] == [3, 4]
    assert found.wrong == found.breaks == []
    assert (found.bank_fen, found.books_fen) == (90_545, 100_574)
    assert not found.agrees
    assert books.fund_head().n == 5


def test_a_line_with_another_amount_is_shown() -> None:
    """It has its entry, and that is wrong."""
    books = MemoryBooks()
    booked(books, deposit("1", 99_999, source="ccb A1", day=DAY - 1))
    lines = parse_statement(THREE.encode(), account="ccb")[:1]
    found = reconcile(lines, booked_on(books.fund_journal(9), "ccb"))
    assert [(line.fen, one.fen) for line, one in found.wrong] == [(100_000, 99_999)]
    assert not found.agrees


def test_what_was_taken_back_is_not_booked() -> None:
    """Its line may be booked again, and is known under its first name."""
    books = MemoryBooks()
    booked(books, deposit("1", 100_000, source="ccb A1", day=DAY - 1))
    with books.begin() as work:
        take_back(work, 1, key="taken-back", day=DAY, at_ms=MONDAY_MS, person="p-li")
    lines = parse_statement(THREE.encode(), account="ccb")[:1]
    assert booked_on(books.fund_journal(9), "ccb") == []
    booked(books, deposit("2", 100_000, "1202", source="ccb A1", day=DAY - 1))
    found = reconcile(lines, booked_on(books.fund_journal(9), "ccb"))
    assert [one.n for _, one in found.booked] == [3]
    assert found.agrees
    assert first_source(next_source("ccb A1 @7", 9)) == "ccb A1"


def test_a_missing_line_breaks_the_balance() -> None:
    """Whoever cut one out of the file."""
    text = THREE.replace("20260302,5.50,,1005.50,A2,利息\n", "")
    found = reconcile(parse_statement(text.encode(), account="ccb"), [])
    assert [line.source for line in found.breaks] == ["ccb A3"]


def test_the_command_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 1 where they differ, 0 where they agree, 2 for what is no statement."""
    monkeypatch.chdir(tmp_path)
    for setting in ("FUND_KEY", "DATABASE_URL"):
        monkeypatch.setenv(f"LIFTWATCH_{setting}", "")
    books = open_books(f"sqlite:///{tmp_path}/data/liftwatch.sqlite")
    booked(
        books,
        deposit("1", 100_000, source="ccb A1", day=DAY - 1),
        draft("interest", "2", bank=550, interest_1201=-550, source="ccb A2"),
    )
    Path("march.csv").write_text(THREE, encoding="utf-8")
    assert run(capsys, "march.csv") == (
        1,
        [
            f"not booked: {day_text(DAY)} -100.05 ccb A3 付款 c1",
            "differ: 2 lines booked; bank 905.45 yuan, books 1005.50 yuan",
        ],
    )
    booked(
        books,
        draft("reserve", "3", principal_1201=10_005, clearing_c1=-10_005, case="c1"),
        draft("pay", "4", clearing_c1=10_005, bank=-10_005, case="c1", source="ccb A3"),
    )
    assert run(capsys, "march.csv") == (
        0,
        ["agree: 3 lines booked; bank 905.45 yuan, books 905.45 yuan"],
    )
    Path("bad.csv").write_text("nonsense")
    assert run(capsys, "bad.csv") == (2, [])
    assert run(capsys, "nowhere.csv") == (2, [])
    books.close()


def run(capsys: pytest.CaptureFixture[str], file: str) -> tuple[int, list[str]]:
    """Exit status and lines."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "fund", "statement", file, "--account", "ccb"])
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code, capsys.readouterr().out.splitlines()

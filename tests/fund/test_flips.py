"""`make fund-flips` in short: a flipped byte is found and named, or the books are unchanged."""

import sqlite3
from pathlib import Path

import pytest

from bench.fund_books import KEYS
from bench.fund_flips import made, rows_of, run
from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.check import verify_books


@pytest.mark.parametrize("seed", [11, 12])
def test_no_flipped_byte_is_missed(seed: int, tmp_path: Path) -> None:
    """Of forty, half of them in the fund's pages, some change the content."""
    found = run(made(tmp_path, 60), tmp_path, flips=40, seed=seed)
    assert [one for one in found if one.detail] == []
    assert any("found" in one.word for one in found)


def test_an_index_that_lies_is_told(tmp_path: Path) -> None:
    """All rows are right, and the next balance that is looked up would be another account's."""
    original = made(tmp_path, 20)
    file = tmp_path / "books.sqlite"
    with sqlite3.connect(file) as connection:
        query = "SELECT pageno, pgsize FROM dbstat WHERE name = 'fund_posting_by_account'"
        pages = connection.execute(query).fetchall()
    connection.close()
    data = bytearray(original.data)
    number, size = pages[-1]
    page = data[(number - 1) * size : number * size]
    data[(number - 1) * size + page.rindex(b"/320583/garden/") + 1] ^= 1
    file.write_bytes(data)
    assert rows_of(file) == original.rows
    books = SqlBooks(f"sqlite:///{file}", fund_keys=KEYS)
    verdict = verify_books(books, original.anchors, keys=KEYS)
    books.close()
    assert verdict.wrong is None
    assert any("fund_posting_by_account" in line for line in verdict.damage)

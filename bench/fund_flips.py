"""`make fund-flips`: bytes of a database file flipped at random, one at a time, and verify tried.

Half the flips are in pages of the fund's tables and indexes, half anywhere in the file. Each must
be found, or the books' content be unchanged; where the content can still be read, the entry that
verify names must be the first that differs. FLIPS (1000), SEED (1), FLIP_ENTRIES (200).
"""

import os
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.fund_books import BEGIN_MS, KEYS, fill
from liftwatch.adapters.sql import BooksError, SqlBooks, open_books
from liftwatch.fund.anchors import Anchor
from liftwatch.fund.check import Verdict, verify_books
from liftwatch.handlers.fund_sources import close_year
from liftwatch.ports import StoreUnavailable

TABLES = {"fund_entry": 0, "fund_posting": 0, "fund_account": 7, "fund_year": 2}
"""In which column of each the number of the entry stands."""
Rows = dict[str, list[tuple[object, ...]]]


class Flipped(NamedTuple):
    """What became of a flip, in a word, and in full where it is bad."""

    word: str
    detail: str = ""


class Original(NamedTuple):
    """A database file, its rows, its anchors, and where the fund's pages lie."""

    data: bytes
    rows: Rows
    anchors: list[Anchor]
    pages: list[range]


def main() -> int:
    """Print the count of each outcome; 1 when a change was missed or misnamed."""
    flips, seed = int(os.environ.get("FLIPS", "1000")), int(os.environ.get("SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="liftwatch-flips-") as folder:
        original = made(Path(folder), int(os.environ.get("FLIP_ENTRIES", "200")))
        found = run(original, Path(folder), flips=flips, seed=seed)
    for one, count in sorted(Counter(flip.word for flip in found).items()):
        print(f"{count:>6} {one}")
    bad = [flip for flip in found if flip.detail]
    for flip in bad:
        print(f"BAD: {flip.word}: {flip.detail}")
    return 1 if bad else 0


def made(folder: Path, entries: int) -> Original:
    """A database with so many entries, an anchor at every tenth and at the last, a closed year."""
    file = folder / "books.sqlite"
    books = open_books(f"sqlite:///{file}", fund_keys=KEYS)
    fill(books, entries)
    with books.begin() as work:
        close_year(work, 2025, person="p-li", second="p-wang", now_ms=BEGIN_MS)
    anchors = [
        Anchor(at_ms=one.at_ms, n=one.n, hash=one.hash)
        for one in books.fund_journal(entries)
        if one.n % 10 == 0 or one.n == entries
    ]
    books.close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    rows = rows_of(file)
    assert rows is not None
    return Original(file.read_bytes(), rows, anchors, pages_of(file))


def run(original: Original, folder: Path, *, flips: int, seed: int) -> list[Flipped]:
    """Flip one byte after another, each in a fresh copy."""
    dice = random.Random(seed)
    found = []
    for k in range(flips):
        anywhere = k % 2 == 1
        where = range(len(original.data)) if anywhere else dice.choice(original.pages)
        place, mask = dice.choice(where), dice.randrange(1, 256)
        data = bytearray(original.data)
        data[place] ^= mask
        file = folder / "flipped.sqlite"
        file.write_bytes(data)
        flip = outcome(original, file)
        detail = flip.detail and f"byte {place} with {mask:#04x}: {flip.detail}"
        found.append(Flipped(f"{'file' if anywhere else 'fund'}: {flip.word}", detail))
        for rest in folder.glob("flipped.sqlite*"):
            rest.unlink()
    return found


def outcome(original: Original, file: Path) -> Flipped:
    """Whether verify says so, and names what differs."""
    rows = rows_of(file)
    try:
        books = SqlBooks(f"sqlite:///{file}", fund_keys=KEYS)
        try:
            verdict = verify_books(books, original.anchors, keys=KEYS)
        finally:
            books.close()
    except (BooksError, StoreUnavailable):
        return Flipped("found: the database cannot be used")
    same = rows == original.rows
    if verdict.good:
        return Flipped("content unchanged") if same else Flipped("MISSED", "content differs")
    if verdict.wrong is None:
        differs = "cannot be read" if rows is None else "unchanged" if same else "differs"
        return Flipped(f"found: damage told, rows {differs}")
    return named(original.rows, rows, verdict)


def named(before: Rows, after: Rows | None, verdict: Verdict) -> Flipped:
    """Whether the entry that is named is the first that differs, as far as rows can be read."""
    assert verdict.wrong is not None
    if after is None:
        return Flipped("found: entry named, rows cannot be read")
    first = first_difference(before, after)
    if first is None:  # an index, the head, or what one statement reads and another does not
        return Flipped("found: entry named, rows unchanged")
    if verdict.wrong.n == first:
        return Flipped("found: the first entry that differs is named")
    if verdict.wrong.n > first and verdict.wrong.fault != "account":
        why = f"first different: {first}, named: {verdict.wrong}"
        return Flipped("found: a later entry is named", why)
    return Flipped("found: an earlier entry is named")


def first_difference(before: Rows, after: Rows) -> int | None:
    """The lowest entry that has lost a row; None where none has.

    Rows that came with it are not counted: a page that is taken for another one brings many.
    """
    lost = (
        row[place]
        for table, place in TABLES.items()
        for row in set(before[table]) - set(after[table])
    )
    return min((n for n in lost if isinstance(n, int)), default=None)


def rows_of(file: Path) -> Rows | None:
    """All rows of the fund, read through no index; None where they cannot be read."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table} NOT INDEXED"), key=repr)
            for table in TABLES
        }
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        connection.close()


def pages_of(file: Path) -> list[range]:
    """The bytes of each page that belongs to a table or an index of the fund."""
    connection = sqlite3.connect(file)
    query = "SELECT pageno, pgsize FROM dbstat WHERE name LIKE 'fund~_%' ESCAPE '~' OR name LIKE ?"
    pages: Sequence[tuple[int, int]] = connection.execute(query, ("sqlite_autoindex_fund%",))
    found = [range((number - 1) * size, number * size) for number, size in pages]
    connection.close()
    return found


if __name__ == "__main__":
    sys.exit(main())

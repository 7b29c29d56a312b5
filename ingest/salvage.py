"""A journal that the disk has damaged: what is whole is kept, what is not is declared exactly.

Three kinds of damage: bytes inside a batch (each publication has a checksum of its own), pages of
the database (every row that can still be read is copied to a new file, the old one is kept
beside it), and an end that is gone (a small file beside the journal remembers how far it had come).
"""

import os
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import msgspec
import structlog

from ingest.decode import Publication
from liftwatch import clock

log = structlog.get_logger()

HEADER_BYTES = 5  # of a msgpack array whose length takes four bytes
COLUMNS = "id, received_ms, count, crc, body, marks, total"
DROPPED = "dropped"  # noted in the journal: the last batch forgotten on purpose, and its total
_ENCODER = msgspec.msgpack.Encoder()
_RECORD = msgspec.msgpack.Decoder(tuple[str, bytes, int])
_RECORDS = msgspec.msgpack.Decoder(list[tuple[str, bytes, int]])
_HEAD_BYTES = 96


class Damage(NamedTuple):
    """What is missing of a journal: how many publications, if that is known, and what remains."""

    publications: int | None
    detail: str
    body: bytes = b""


class Head(NamedTuple):
    """How far a journal had come: its newest batch, and publications ever written."""

    journal: str = ""
    id: int = 0
    total: int = 0


class HeadFile:
    """One line of fixed length, written over and over; not synced: a crash of the machine may
    leave it behind the journal, which then knows better."""

    def __init__(self, path: Path, journal: str) -> None:
        self._path, self._journal = path, journal
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def read(self) -> Head:
        """What it says of this journal; nothing if it is another's or no head."""
        head = read_head(self._path)
        return head if head.journal == self._journal else Head()

    def write(self, id: int, total: int) -> None:
        """Note how far the journal has come."""
        line = f"{self._journal} {id} {total}".ljust(_HEAD_BYTES - 1) + "\n"
        os.pwrite(self._file, line.encode(), 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def read_head(path: Path) -> Head:
    """What a head file says; nothing if there is none or it is not whole."""
    try:
        journal, id, total = path.read_text().split()
        return Head(journal, int(id), int(total))
    except (OSError, ValueError):
        return Head()


class Row(NamedTuple):
    """One batch as it lies in the file: `held` publications, `total` of them up to its end."""

    id: int
    received_ms: int
    held: int
    crc: int
    body: bytes
    marks: bytes | None
    total: int

    def is_whole(self) -> bool:
        """Whether nothing of it has changed since it was written."""
        try:
            return self.crc == _crc(self)
        except TypeError:  # a damaged page shows values of any type
            return False

    def before(self) -> int:
        """Publications written before this batch."""
        return self.total - self.held


def _crc(row: Row) -> int:
    if row.marks is None:  # of a journal of before
        return crc32(row.body)
    numbers = f"{row.received_ms} {row.held} {row.total}".encode()
    return crc32(row.body, crc32(row.marks, crc32(numbers)))


def make_row(publications: Sequence[Publication], *, id: int = 0, total: int) -> Row:
    """A batch to be written: records one after another, with the end and checksum of each."""
    records = [_ENCODER.encode((p.topic, p.payload, p.received_ms)) for p in publications]
    count = len(records)
    body = b"\xdd" + count.to_bytes(4) + b"".join(records)  # an array of that many records
    marks = array("I", accumulate(map(len, records)))
    marks.extend(map(crc32, records))
    row = Row(id, publications[-1].received_ms, count, 0, body, marks.tobytes(), total)
    return row._replace(crc=_crc(row))


def publications_of(row: Row) -> tuple[list[Publication], Damage | None]:
    """What is whole of a row, and what is missing."""
    if row.is_whole():
        return [Publication(*said) for said in _RECORDS.decode(row.body)], None
    whole = whole_publications(row.body, row.marks)
    sure = isinstance(row.marks, bytes) and len(row.marks) == 8 * row.held
    missing = row.held - len(whole) if sure else None
    return whole, Damage(missing, f"batch {row.id} is not whole", row.body)


def whole_publications(body: bytes, marks: bytes | None) -> list[Publication]:
    """The publications of a damaged batch whose own checksum is right."""
    if not isinstance(marks, bytes) or not isinstance(body, bytes) or len(marks) % 8:
        return []
    numbers = array("I")
    numbers.frombytes(marks)
    half = len(numbers) // 2
    whole, start = [], HEADER_BYTES
    for end, crc in zip(numbers[:half], numbers[half:], strict=True):
        record = body[start : HEADER_BYTES + end]
        if record and crc32(record) == crc:
            whole.append(Publication(*_RECORD.decode(record)))
        start = HEADER_BYTES + end
    return whole


def declared(
    db: sqlite3.Connection, after: int, *, through: int | None
) -> Iterator[tuple[int, Damage]]:
    """Damage that was declared after an id, up to another: its last batch, and what is missing."""
    query = "SELECT id, publications, detail FROM damaged WHERE id > ? AND id <= ? ORDER BY id"
    for id, publications, detail in db.execute(query, (after, through or 2**62)).fetchall():
        yield id, Damage(publications, detail)


def mend_file(path: Path, schema: str) -> None:
    """Put a journal that can be read and written in the place of one that cannot."""
    if not path.exists() or is_sound(path):
        return
    mended = path.with_suffix(".mended")
    mended.unlink(missing_ok=True)
    with closing(sqlite3.connect(mended, isolation_level=None)) as new:
        new.execute("PRAGMA auto_vacuum=INCREMENTAL")
        new.executescript(schema)
        with closing(sqlite3.connect(path, isolation_level=None)) as old:
            new.execute("BEGIN")
            _copy(old, new, read_head(path.with_suffix(".head")))
            new.execute("COMMIT")
    aside = path.with_name(f"{path.name}.damaged-{clock.now_ms()}")
    for end in ("", "-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(aside.with_name(aside.name + end))
    mended.rename(path)
    log.error("the journal was damaged; what is whole is kept", kept_beside=aside.name)


def is_sound(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with a file."""
    try:
        with closing(sqlite3.connect(path)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.OperationalError:
        raise  # locked, or no right to read it: not damage
    except sqlite3.DatabaseError:
        return False


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, head: Head) -> None:
    """Every row that is whole, what is whole of the others, and what is missing between them."""
    for table, marks in (("about", "?, ?"), ("damaged", "?, ?, ?")):
        for values in _readable(old, f"SELECT * FROM {table}"):
            new.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)
    if head.journal:
        new.execute("INSERT OR IGNORE INTO about VALUES ('id', ?)", (head.journal,))
    last, total = dropped(new)
    saved = 0  # publications of rows that are not whole, since the last that is
    for row in _batches(old, head.id):
        if row.is_whole():
            new.execute(f"INSERT INTO batch ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            if row.id > last + 1:
                _declare(new, last + 1, row.id - 1, publications=row.before() - total - saved)
            last, total, saved = row.id, row.total, 0
        elif whole := whole_publications(row.body, row.marks):
            saved += len(whole)
            new.execute(
                f"INSERT INTO batch ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                make_row(whole, id=row.id, total=total + saved),
            )
    if head.id > last:
        _declare(new, last + 1, head.id, publications=head.total - total - saved)
        new.execute("DELETE FROM sqlite_sequence WHERE name = 'batch'")
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('batch', ?)", (head.id,))


def _declare(db: sqlite3.Connection, first: int, last: int, *, publications: int) -> None:
    detail = f"batches {first} to {last} are not whole"
    db.execute("INSERT OR REPLACE INTO damaged VALUES (?, ?, ?)", (last, publications, detail))


def dropped(db: sqlite3.Connection) -> tuple[int, int]:
    """The last batch that was forgotten on purpose, and publications written until then."""
    row = db.execute("SELECT value FROM about WHERE name = ?", (DROPPED,)).fetchone()
    id, total = row[0].split() if row else (0, 0)
    return int(id), int(total)


def _batches(old: sqlite3.Connection, head: int) -> Iterator[Row]:
    """Rows in order of their ids: from the front as far as it goes, then one by one.

    A damaged page can show any number as an id: none is believed that does not follow the last,
    or that lies beyond what the head file knows.
    """
    last = 0
    for values in _readable(old, f"SELECT {COLUMNS} FROM batch ORDER BY id"):
        row = Row(*values)
        if last < row.id <= head:
            last = row.id
            yield row
    for id in range(last + 1, head + 1):
        for values in _readable(old, f"SELECT {COLUMNS} FROM batch WHERE id = {id}"):
            yield Row(*values)


def _readable(db: sqlite3.Connection, query: str) -> Iterator[Sequence[Any]]:
    """Rows until the first that cannot be read."""
    try:
        yield from db.execute(query)
    except sqlite3.DatabaseError:
        return

"""An append-only log on disk between the broker and everything behind it.

One row a batch, synced before anything is acknowledged. Each reader keeps a cursor of its own;
rows that every cursor has passed may be dropped. One writer; readers in any thread or process.

It is bounded: at its limit of bytes it refuses, and nothing is acknowledged, rather than losing.
What a disk has damaged is told exactly (`Batch.damage`), and the rest is read on.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from ingest.decode import Decoded, Publication, decode
from ingest.salvage import (
    COLUMNS,
    DROPPED,
    Damage,
    HeadFile,
    Row,
    declared,
    dropped,
    make_row,
    mend_file,
    publications_of,
)
from liftwatch.ids import new_id

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    body BLOB NOT NULL,
    marks BLOB,
    total INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS damaged (
    id INTEGER PRIMARY KEY, publications INTEGER, detail TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_INSERT = (
    "INSERT INTO batch (received_ms, count, crc, body, marks, total) VALUES (?, ?, ?, ?, ?, ?)"
)
_ROWS = f"SELECT {COLUMNS} FROM batch WHERE id > ? ORDER BY id LIMIT ?"
BYTES_MAX = 4 * 2**30
"""Fourteen million messages of 300 bytes: days of an estate, an hour at 4 000 a second."""
READ_BATCHES, READ_PUBLICATIONS, READ_BYTES = 64, 5_000, 2 * 2**20
KEPT_PUBLICATIONS, KEPT_BYTES = 20_000, 8 * 2**20
"""In memory, for readers that keep up; decoded, a batched reading takes five times its bytes."""


class JournalError(Exception):
    """The journal cannot be opened, written or read; one line says why."""


class Batch:
    """What was received together and synced together; decoded once for all its readers."""

    def __init__(
        self,
        id: int,
        publications: list[Publication],
        *,
        damage: Damage | None = None,
        decoder: Callable[[Publication], Decoded] = decode,
    ) -> None:
        self.id, self.publications, self.damage = id, publications, damage
        self.bytes = sum(len(one.payload) for one in publications)
        self._decoder = decoder
        self._decoded: list[Decoded] | None = None
        self._turn = threading.Lock()

    def decoded(self) -> list[Decoded]:
        """What each publication says."""
        with self._turn:
            if self._decoded is None:
                self._decoded = [self._decoder(one) for one in self.publications]
            return self._decoded


class Kept:
    """Batches in memory, the oldest forgotten first."""

    def __init__(self) -> None:
        self._batches: dict[int, Batch] = {}
        self._count = self._bytes = 0
        self._turn = threading.Lock()

    def put(self, batch: Batch) -> None:
        """Keep a batch while there is room."""
        with self._turn:
            if batch.id in self._batches:
                return
            self._batches[batch.id] = batch
            self._weigh(batch, 1)
            while self._count > KEPT_PUBLICATIONS or self._bytes > KEPT_BYTES:
                oldest = next(iter(self._batches))
                self._weigh(self._batches.pop(oldest), -1)

    def _weigh(self, batch: Batch, sign: int) -> None:
        self._count += sign * len(batch.publications)
        self._bytes += sign * batch.bytes

    def get(self, id: int) -> Batch | None:
        """A batch, if it is kept."""
        return self._batches.get(id)


class Journal:
    """The log in one SQLite file, and beside it the number it has come to."""

    def __init__(
        self,
        path: Path,
        *,
        bytes_max: int = BYTES_MAX,
        decoder: Callable[[Publication], Decoded] = decode,
    ) -> None:
        self.path, self.bytes_max, self._decoder = path, bytes_max, decoder
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._grown = threading.Condition()
        self._appended, self._read = Kept(), Kept()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            mend_file(path, _SCHEMA)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"journal {path}: {error}") from error

    def _prepare(self) -> None:
        db = self._db
        db.executescript(_SCHEMA)
        columns = {row[1] for row in db.execute("PRAGMA table_info(batch)")}
        for name, type_ in (("marks", "BLOB"), ("total", "INTEGER NOT NULL DEFAULT 0")):
            if name not in columns:  # a journal of before
                db.execute(f"ALTER TABLE batch ADD COLUMN {name} {type_}")
        self.id = self.about("id") or new_id()
        self.note("id", self.id)
        self._head = self._read_head()
        (size,) = db.execute("SELECT total(length(body)) FROM batch").fetchone()
        self.size_bytes = int(size)
        newest = db.execute("SELECT total FROM batch ORDER BY id DESC LIMIT 1").fetchone()
        self._file = HeadFile(self.path.with_suffix(".head"), self.id)
        said = self._file.read()
        self._total = int(newest[0]) if newest else dropped(db)[1]
        if said.id > self._head:
            self._lose_tail(said.id, said.total - self._total)
        elif said.id == self._head:
            self._total = max(self._total, said.total)

    def _lose_tail(self, through: int, missing: int | None) -> None:
        """Declare that batches up to an id were written and are not there any more."""
        detail = f"batches {self._head + 1} to {through} are not in the file any more"
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "INSERT OR REPLACE INTO damaged VALUES (?, ?, ?)", (through, missing, detail)
        )
        self._db.execute("DELETE FROM sqlite_sequence WHERE name = 'batch'")
        self._db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('batch', ?)", (through,))
        self._db.execute("COMMIT")
        self._head, self._total = through, self._total + (missing or 0)

    def continue_after(self, batch: int) -> None:
        """Never give a new batch a number that a reader has already passed."""
        if batch > self._head:
            self._lose_tail(batch, None)

    @property
    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._connections.append(db)
            self._local.db = db
            db.execute(
                "PRAGMA auto_vacuum=INCREMENTAL"
            )  # of a new file: to give back after a flood
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")  # an acknowledgement promises it is on disk
            db.execute("PRAGMA busy_timeout=5000")
        return db

    def about(self, name: str) -> str | None:
        """Something noted of this journal."""
        with self._translated():
            row = self._db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def note(self, name: str, value: str) -> None:
        """Note something of this journal."""
        with self._translated():
            self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def append(self, publications: Sequence[Publication]) -> int:
        """Write and sync one batch; its id. Raises JournalError, having written nothing."""
        if self.size_bytes >= self.bytes_max:
            text = f"journal {self.path}: its limit of {self.bytes_max // 2**20} MiB is reached"
            raise JournalError(text)
        row = make_row(publications, total=self._total + len(publications))
        with self._translated():
            id = self._db.execute(_INSERT, row[1:]).lastrowid or 0
        self.size_bytes += len(row.body)
        self._total = row.total
        self._appended.put(Batch(id, list(publications), decoder=self._decoder))
        self._file.write(id, row.total)
        with self._grown:
            self._head = id
            self._grown.notify_all()
        return id

    def read(self, after: int, *, batches: int = READ_BATCHES) -> Iterator[Batch]:
        """Batches after an id, oldest first, some thousand publications of them.

        What is not whole is told by `damage`. Raises JournalError when nothing can be read.
        """
        count = size = 0
        for _ in range(batches):
            if after >= self._head or count >= READ_PUBLICATIONS or size >= READ_BYTES:
                return
            batch = self._appended.get(after + 1) or self._read.get(after + 1)
            if batch is None:
                batch = self._load(after)
                if batch is None:
                    return
            yield batch
            count += len(batch.publications)
            size += batch.bytes
            after = batch.id

    def _load(self, after: int) -> Batch | None:
        """The first batch after an id, from disk, with some more for the next call."""
        count = size = 0
        loaded: list[Batch] = []
        with self._translated(), closing(self._db.execute(_ROWS, (after, READ_BATCHES))) as rows:
            for values in rows:
                row = Row(*values)
                publications, damage = publications_of(row)
                loaded.append(Batch(row.id, publications, damage=damage, decoder=self._decoder))
                count += len(publications)
                size += loaded[-1].bytes
                if count >= READ_PUBLICATIONS or size >= READ_BYTES:
                    break
        self._add_declared(loaded, after)
        for batch in loaded:
            self._read.put(batch)
        return loaded[0] if loaded else None

    def _add_declared(self, loaded: list[Batch], after: int) -> None:
        """Damage declared before, at its place among the batches that were loaded."""
        with self._translated():
            through = loaded[-1].id if loaded else None
            told = dict(declared(self._db, after, through=through))
        for batch in loaded:
            batch.damage = told.pop(batch.id, batch.damage)
        loaded += [Batch(id, [], damage=damage) for id, damage in told.items()]
        loaded.sort(key=lambda batch: batch.id)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path}: {error}") from error

    def wait(self, after: int, timeout_s: float) -> None:
        """Return when there may be a batch after an id, or when the time is over."""
        with self._grown:
            if self._head <= after:
                self._grown.wait(timeout_s)

    def wake(self) -> None:
        """Let every waiting reader look again."""
        with self._grown:
            self._grown.notify_all()

    def head(self) -> int:
        """The newest id, 0 when nothing was ever written."""
        return self._head

    def _read_head(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name='batch'").fetchone()
        return int(row[0]) if row else 0

    def newest_ms(self) -> int:
        """When the newest batch was received; 0 when there is none."""
        query = "SELECT received_ms FROM batch ORDER BY id DESC LIMIT 1"
        with self._translated():
            row = self._db.execute(query).fetchone()
        return int(row[0]) if row else 0

    def depth(self, after: int) -> int:
        """How many publications lie after an id."""
        query = "SELECT total - count FROM batch WHERE id > ? ORDER BY id LIMIT 1"
        with self._translated():
            row = self._db.execute(query, (after,)).fetchone()
        return self._total - int(row[0]) if row else 0

    def drop(self, through: int, *, before_ms: int) -> None:
        """Forget what every cursor has passed, up to and including an id, and is older than that.

        Above half of its limit it forgets all that was passed, however young. Raises JournalError
        when the file does not take it now.
        """
        if self.size_bytes > self.bytes_max // 2:
            before_ms = 2**62
        where = "WHERE id <= ? AND received_ms < ?"
        with self._translated():
            query = f"SELECT total(length(body)), max(id), max(total) FROM batch {where}"
            size, last, total = self._db.execute(query, (through, before_ms)).fetchone()
            if not size:
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.execute(f"DELETE FROM batch {where}", (through, before_ms))
                self._db.execute("DELETE FROM damaged WHERE id <= ?", (last,))
                self.note(DROPPED, f"{last} {total}")
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self.size_bytes -= int(size)
            self._db.execute("PRAGMA incremental_vacuum(2000)").fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; nobody may use the journal any more."""
        for db in self._connections:
            db.close()
        self._connections.clear()
        self._local = threading.local()
        self._file.close()

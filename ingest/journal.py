"""An append-only log on disk between the broker and everything behind it.

One row a batch, synced before anything is acknowledged. Each reader keeps a cursor of its own;
rows that every cursor has passed may be dropped. One writer; readers in any thread or process.
"""

import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ingest.decode import Publication
from liftwatch.ids import new_id

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
READ_BATCHES = 64
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[tuple[str, bytes, int]])


class JournalError(Exception):
    """The journal cannot be opened, written or read; one line says why."""


class Batch(NamedTuple):
    """What was received together and synced together."""

    id: int
    publications: list[Publication]


class Journal:
    """The log in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._grown = threading.Condition()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('id', ?)", (new_id(),))
            self.id: str = self._db.execute("SELECT value FROM about WHERE name='id'").fetchone()[0]
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"journal {path}: {error}") from error

    @property
    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._connections.append(db)
            self._local.db = db
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")  # an acknowledgement promises it is on disk
            db.execute("PRAGMA busy_timeout=5000")
        return db

    def append(self, publications: Sequence[Publication]) -> int:
        """Write and sync one batch; its id. Raises JournalError, having written nothing."""
        body = _ENCODER.encode([(p.topic, p.payload, p.received_ms) for p in publications])
        row = (publications[-1].received_ms, len(publications), zlib.crc32(body), body)
        try:
            cursor = self._db.execute(
                "INSERT INTO batch (received_ms, count, crc, body) VALUES (?, ?, ?, ?)", row
            )
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path}: {error}") from error
        with self._grown:
            self._grown.notify_all()
        return cursor.lastrowid or 0

    def read(self, after: int, *, batches: int = READ_BATCHES) -> Iterator[Batch]:
        """Batches after an id, oldest first. Raises JournalError for one that is not whole."""
        query = "SELECT id, crc, body FROM batch WHERE id > ? ORDER BY id LIMIT ?"
        try:
            rows = self._db.execute(query, (after, batches)).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path}: {error}") from error
        for id, crc, body in rows:
            if zlib.crc32(body) != crc:
                raise JournalError(f"journal {self.path}: batch {id} is not whole")
            yield Batch(id, [Publication(*said) for said in _DECODER.decode(body)])

    def wait(self, after: int, timeout_s: float) -> None:
        """Return when there may be a batch after an id, or when the time is over."""
        with self._grown:
            if self.head() <= after:
                self._grown.wait(timeout_s)

    def wake(self) -> None:
        """Let every waiting reader look again."""
        with self._grown:
            self._grown.notify_all()

    def head(self) -> int:
        """The newest id, 0 when nothing was ever written."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name='batch'").fetchone()
        return int(row[0]) if row else 0

    def depth(self, after: int) -> int:
        """How many publications lie after an id."""
        row = self._db.execute("SELECT sum(count) FROM batch WHERE id > ?", (after,)).fetchone()
        return int(row[0] or 0)

    def drop(self, through: int, *, before_ms: int) -> None:
        """Forget what every cursor has passed, up to and including an id, and is older than that.

        Raises JournalError when the file does not take it now.
        """
        try:
            self._db.execute(
                "DELETE FROM batch WHERE id <= ? AND received_ms < ?", (through, before_ms)
            )
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path}: {error}") from error

    def topics(self) -> list[str]:
        """The filters that the session of this journal may have at the broker."""
        row = self._db.execute("SELECT value FROM about WHERE name = 'topics'").fetchone()
        return msgspec.json.decode(row[0], type=list[str]) if row else []

    def note_topics(self, topics: Sequence[str]) -> None:
        """Remember them. Raises JournalError when the file does not take it now."""
        value = msgspec.json.encode(list(topics)).decode()
        try:
            self._db.execute("INSERT OR REPLACE INTO about VALUES ('topics', ?)", (value,))
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path}: {error}") from error

    def close(self) -> None:
        """Close all connections; nobody may use the journal any more."""
        for db in self._connections:
            db.close()
        self._connections.clear()
        self._local = threading.local()

"""How far each reader of the journal has come, and the detectors' state as of then.

A loss of this file costs a re-reading of the journal, never a message: what reads again writes
the same points and makes the same claims.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from detectors.order import Saved

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, batch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bank (lift TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS fleet (name TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tick (n INTEGER PRIMARY KEY, batch INTEGER NOT NULL, at_ms INTEGER);
CREATE TABLE IF NOT EXISTS unclocked (
    terminal TEXT, boot TEXT, seq INTEGER, received_ms INTEGER NOT NULL,
    PRIMARY KEY (terminal, boot, seq)
) WITHOUT ROWID;
"""
RELAY, DETECTION = "relay", "detection"


class Progress:
    """One SQLite file beside the journal it belongs to; another journal's progress is dropped."""

    def __init__(self, path: Path, journal_id: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._lock = threading.RLock()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        with self._lock, self._db:
            known = self._fleet("journal")
            if known is not None and known != journal_id.encode():
                for table in ("cursor", "tick"):
                    self._db.execute(f"DELETE FROM {table}")
                self._put_fleet("position", b"0")
            self._put_fleet("journal", journal_id.encode())

    def cursor(self, name: str) -> int:
        """The last batch this reader is done with."""
        with self._lock:
            row = self._db.execute("SELECT batch FROM cursor WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def set_cursor(self, name: str, batch: int) -> None:
        """Note how far a reader is."""
        with self._lock, self._db:
            self._put_cursor(name, batch)

    def first_received_ms(self, identity: tuple[str, str, int], received_ms: int) -> int:
        """When a message without a usable clock was first received: that is the time of its point,
        however often a broker hands it out again."""
        with self._lock, self._db:
            self._db.execute(
                "INSERT OR IGNORE INTO unclocked VALUES (?, ?, ?, ?)", (*identity, received_ms)
            )
            row = self._db.execute(
                "SELECT received_ms FROM unclocked WHERE terminal = ? AND boot = ? AND seq = ?",
                identity,
            ).fetchone()
        return int(row[0])

    def note_tick(self, batch: int, at_ms: int) -> None:
        """Note, before its consequences, that time was told after a batch while nothing came."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO tick (batch, at_ms) VALUES (?, ?)", (batch, at_ms))

    def ticks(self, batch: int) -> list[int]:
        """The times told after a batch, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT at_ms FROM tick WHERE batch = ? ORDER BY n", (batch,)
            ).fetchall()
        return [int(row[0]) for row in rows]

    def checkpoint(
        self,
        *,
        batch: int,
        position: int,
        clock_ms: int,
        banks: Iterable[tuple[str, list[bytes]]],
        streams: dict[str, Saved],
    ) -> None:
        """Keep the detectors' state as of `position`, in one transaction.

        They are to go on reading after `batch`, which lies before it while messages wait.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR REPLACE INTO bank VALUES (?, ?)",
                ((lift, msgspec.msgpack.encode(parts)) for lift, parts in banks),
            )
            self._put_fleet("streams", msgspec.msgpack.encode(streams))
            self._put_fleet("clock_ms", str(clock_ms).encode())
            self._put_fleet("position", str(position).encode())
            self._put_cursor(DETECTION, batch)
            self._db.execute("DELETE FROM tick WHERE batch < ?", (position,))

    def clock_ms(self) -> int:
        """The detectors' time as of the checkpoint."""
        with self._lock:
            return int(self._fleet("clock_ms") or b"0")

    def position(self) -> int:
        """The last batch whose content is in the checkpoint."""
        with self._lock:
            return int(self._fleet("position") or b"0")

    def streams(self) -> dict[str, Saved]:
        """The order of messages as of the checkpoint."""
        with self._lock:
            body = self._fleet("streams")
        return msgspec.msgpack.decode(body, type=dict[str, Saved]) if body else {}

    def banks(self) -> Iterator[bytes]:
        """The detectors' states as of the checkpoint."""
        with self._lock:
            rows = self._db.execute("SELECT body FROM bank ORDER BY lift").fetchall()
        for (body,) in rows:
            yield from msgspec.msgpack.decode(body, type=list[bytes])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _fleet(self, name: str) -> bytes | None:
        row = self._db.execute("SELECT body FROM fleet WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    def _put_fleet(self, name: str, body: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO fleet VALUES (?, ?)", (name, body))

    def _put_cursor(self, name: str, batch: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (name, batch))

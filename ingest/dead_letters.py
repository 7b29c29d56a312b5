"""What could not be used, kept with its reason, and what was set aside, counted by field."""

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from liftwatch.telemetry.messages import Message, Rejection

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letter (
    batch INTEGER NOT NULL,
    place INTEGER NOT NULL,
    element INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    topic TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (batch, place, element, reason)
);
CREATE TABLE IF NOT EXISTS set_aside (
    lift TEXT NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (lift, kind, field)
);
"""
KEPT_BYTES_MAX = 64 * 1024
"""Of a payload above the size limit only the beginning is kept: the rest tells nobody more."""


class DeadLetter(NamedTuple):
    """A rejection and where in the journal it came from."""

    batch: int
    place: int
    rejection: Rejection


class DeadLetters:
    """One SQLite file; written by the readers of the journal, read by people."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._lock = threading.Lock()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)

    def keep(self, letters: Iterable[DeadLetter]) -> None:
        """Store letters; one kept before (after a restart) is kept once."""
        rows = [
            (
                letter.batch,
                letter.place,
                -1 if letter.rejection.element is None else letter.rejection.element,
                letter.rejection.reason,
                letter.rejection.detail,
                letter.rejection.topic,
                letter.rejection.received_ms,
                kept_payload(letter.rejection),
            )
            for letter in letters
        ]
        with self._lock, self._db:
            self._db.executemany(
                "INSERT OR IGNORE INTO dead_letter VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )

    def count_set_aside(self, messages: Iterable[Message]) -> None:
        """Count what was set aside of usable messages, by lift, kind and field."""
        rows = [
            (message.lift, message.kind, field, reason, message.received_ms)
            for message in messages
            for field, reason in message.set_aside
        ]
        with self._lock, self._db:
            self._db.executemany(
                "INSERT INTO set_aside VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (lift, kind, field)"
                " DO UPDATE SET count = count + 1, reason = excluded.reason,"
                " last_ms = excluded.last_ms",
                rows,
            )

    def newest(self, limit: int = 50) -> list[Rejection]:
        """The last letters, newest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT reason, detail, topic, payload, received_ms, element FROM dead_letter"
                " ORDER BY batch DESC, place DESC, element DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            Rejection(
                reason=reason,
                detail=detail,
                topic=topic,
                payload=payload,
                received_ms=received_ms,
                element=None if element < 0 else element,
            )
            for reason, detail, topic, payload, received_ms, element in rows
        ]

    def count(self) -> int:
        """How many are kept."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM dead_letter").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def kept_payload(rejection: Rejection) -> bytes:
    """The payload as it is kept: whole, unless its very size is what is wrong with it."""
    if rejection.reason == "too_large":
        return rejection.payload[:KEPT_BYTES_MAX]
    return rejection.payload

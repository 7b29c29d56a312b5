"""What could not be used, kept with its reason, and what was set aside, counted by field."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ingest.sqlite_file import open_file, told
from liftwatch.telemetry.messages import Message, Rejection
from liftwatch.telemetry.topics import BATCH, parse_topic

_SCHEMA = """
CREATE TABLE IF NOT EXISTS letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL,
    place INTEGER NOT NULL,
    element INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    topic TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    payload BLOB NOT NULL,
    asked_ms INTEGER,
    retried_ms INTEGER,
    UNIQUE (batch, place, element, reason)
);
CREATE INDEX IF NOT EXISTS letter_asked ON letter (id)
    WHERE asked_ms IS NOT NULL AND retried_ms IS NULL;
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


NOT_TO_RETRY = {
    "too_large": "only its beginning is kept",
    "journal_damaged": "it never was a message",
}
FILE = "file of dead letters"


class DeadLetter(NamedTuple):
    """A rejection and where in the journal it came from."""

    batch: int
    place: int
    rejection: Rejection


class Letter(NamedTuple):
    """A dead letter as it is kept; `asked_ms` and `retried_ms` are of its last retry, or None."""

    id: int
    rejection: Rejection
    asked_ms: int | None
    retried_ms: int | None


class LetterFilter(NamedTuple):
    """Which letters; None is no condition. `waiting` leaves out those that were retried."""

    ids: tuple[int, ...] | None = None
    reason: str | None = None
    topic: str | None = None
    since_ms: int | None = None
    waiting: bool = True

    def where(self) -> tuple[str, list[Any]]:
        """The condition in SQL, and its values."""
        parts: list[str] = ["1"]
        values: list[Any] = []
        if self.ids is not None:
            parts.append(f"id IN ({', '.join('?' * len(self.ids))})")
            values += self.ids
        for part, value in (
            ("reason = ?", self.reason),
            ("instr(topic, ?) > 0", self.topic),
            ("received_ms >= ?", self.since_ms),
        ):
            if value is not None:
                parts.append(part)
                values.append(value)
        if self.waiting:
            parts.append("retried_ms IS NULL")
        return " AND ".join(parts), values


class DeadLetters:
    """One SQLite file; written by the readers of the journal, read by people.

    What writes may raise StoreUnavailable: there is no room now.
    """

    def __init__(self, path: Path) -> None:
        self._db = open_file(path, _SCHEMA)
        self._lock = threading.Lock()
        self._take_over()

    def _take_over(self) -> None:
        """Letters of a file of before, which had no numbers."""
        with self._writing():
            query = "SELECT 1 FROM sqlite_master WHERE name = 'dead_letter'"
            if self._db.execute(query).fetchone() is None:
                return
            names = "batch, place, element, reason, detail, topic, received_ms, payload"
            self._db.execute(
                f"INSERT OR IGNORE INTO letter ({names}) SELECT {names} FROM dead_letter"
                " ORDER BY batch, place, element"
            )
            self._db.execute("DROP TABLE dead_letter")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, told(FILE), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

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
        with self._writing():
            self._db.executemany(
                "INSERT OR IGNORE INTO letter (batch, place, element, reason, detail, topic,"
                " received_ms, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def ask(self, which: LetterFilter, now_ms: int) -> int:
        """Ask for another try of letters that can be tried: how many."""
        where, values = which.where()
        never = ", ".join("?" * len(NOT_TO_RETRY))
        with self._writing():
            done = self._db.execute(
                f"UPDATE letter SET asked_ms = ?, retried_ms = NULL WHERE {where}"
                f" AND reason NOT IN ({never})",
                [now_ms, *values, *NOT_TO_RETRY],
            )
        return done.rowcount

    def asked(self) -> list[tuple[int, int]]:
        """Letters that wait for another try: their numbers, and when it was asked for."""
        query = "SELECT id, asked_ms FROM letter WHERE asked_ms IS NOT NULL AND retried_ms IS NULL"
        with self._lock:
            return self._db.execute(query).fetchall()

    def note_retried(self, id: int, at_ms: int) -> None:
        """The journal has it once more, and it was read there."""
        with self._writing():
            self._db.execute("UPDATE letter SET retried_ms = ? WHERE id = ?", (at_ms, id))

    def letters(self, which: LetterFilter, *, limit: int = 50) -> list[Letter]:
        """Letters, newest first."""
        where, values = which.where()
        return self._read(f"{where} ORDER BY id DESC LIMIT ?", [*values, limit])

    def _read(self, where: str, values: Sequence[Any]) -> list[Letter]:
        query = (
            "SELECT id, reason, detail, topic, payload, received_ms, element, asked_ms, retried_ms"
            f" FROM letter WHERE {where}"
        )
        with self._lock:
            rows = self._db.execute(query, values).fetchall()
        return [
            Letter(
                id,
                Rejection(
                    reason=reason,
                    detail=detail,
                    topic=topic,
                    payload=payload,
                    received_ms=received_ms,
                    element=None if element < 0 else element,
                ),
                *moments,
            )
            for id, reason, detail, topic, payload, received_ms, element, *moments in rows
        ]

    def count_set_aside(self, messages: Iterable[Message]) -> None:
        """Count what was set aside of usable messages, by lift, kind and field."""
        rows = [
            (message.lift, message.kind, field, reason, message.received_ms)
            for message in messages
            for field, reason in message.set_aside
        ]
        with self._writing():
            self._db.executemany(
                "INSERT INTO set_aside VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (lift, kind, field)"
                " DO UPDATE SET count = count + 1, reason = excluded.reason,"
                " last_ms = excluded.last_ms",
                rows,
            )

    def newest(self, limit: int = 50) -> list[Rejection]:
        """The last letters, newest first, those that were retried among them."""
        return [one.rejection for one in self.letters(LetterFilter(waiting=False), limit=limit)]

    def count(self) -> int:
        """How many are kept."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM letter").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def kept_payload(rejection: Rejection) -> bytes:
    """The payload as it is kept: whole, unless its very size is what is wrong with it."""
    if rejection.reason == "too_large":
        return rejection.payload[:KEPT_BYTES_MAX]
    return rejection.payload


def payload_again(rejection: Rejection) -> bytes:
    """What is to be decoded once more: an element of a batch by itself is no batch."""
    topic = parse_topic(rejection.topic)
    if topic is not None and topic.kind == BATCH and rejection.element is not None:
        return b"[" + rejection.payload + b"]"
    return rejection.payload

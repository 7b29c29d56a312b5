"""How far each reader of the journal has come, and the detectors' state as of then.

A loss of this file costs a re-reading of the journal, never a message: what reads again writes
the same points and makes the same claims.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from detectors.order import Saved
from ingest.account import Name, Row, Saving, Terminal
from ingest.sqlite_file import open_file, told
from liftwatch.clock import DAY_MS

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, batch INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bank (lift TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS fleet (name TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tick (n INTEGER PRIMARY KEY, batch INTEGER NOT NULL, at_ms INTEGER);
CREATE TABLE IF NOT EXISTS unclocked (
    terminal TEXT, boot TEXT, seq INTEGER, received_ms INTEGER NOT NULL,
    PRIMARY KEY (terminal, boot, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account_row (
    day INTEGER, area TEXT, estate TEXT, terminal TEXT, lift TEXT, body BLOB NOT NULL,
    PRIMARY KEY (day, area, estate, terminal, lift)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account_terminal (
    area TEXT, estate TEXT, terminal TEXT, body BLOB NOT NULL,
    PRIMARY KEY (area, estate, terminal)
) WITHOUT ROWID;
"""
UNCLOCKED_MS = 90 * DAY_MS
"""As long as states are kept (issue 4): what comes again later is a point by itself."""
UNCLOCKED_ROUND = 50_000  # messages between two looks for what is too old

NOTHING = Saving()

Identity = tuple[str, str, int]
"""Of a message: terminal, boot, seq."""

RELAY, DETECTION = "relay", "detection"
FILE = "file of the readers' progress"


class Progress:
    """One SQLite file beside the journal it belongs to; another journal's progress is dropped."""

    def __init__(self, path: Path, journal_id: str) -> None:
        self._db = open_file(path, _SCHEMA)
        self._lock = threading.RLock()
        self._unclocked = 0
        with self._lock, told(FILE), self._db:
            known = self._fleet("journal")
            if known is not None and known != journal_id.encode():
                for table in ("cursor", "tick", "account_row", "account_terminal"):
                    self._db.execute(f"DELETE FROM {table}")
                self._put_fleet("position", b"0")
            self._put_fleet("journal", journal_id.encode())

    def cursor(self, name: str) -> int:
        """The last batch this reader is done with."""
        with self._lock:
            row = self._db.execute("SELECT batch FROM cursor WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def furthest(self) -> int:
        """The last batch that any reader has seen."""
        with self._lock:
            row = self._db.execute("SELECT max(batch) FROM cursor").fetchone()
        return max(int(row[0] or 0), self.position())

    def set_cursor(self, name: str, batch: int) -> None:
        """Note how far a reader is. This and all that writes may raise StoreUnavailable."""
        with self._lock, told(FILE), self._db:
            self._put_cursor(name, batch)

    def first_received_ms(self, said: Sequence[tuple[Identity, int]]) -> list[int]:
        """When messages without a usable clock were first received, of each as (identity, now).

        That is the time of their points, however often a broker hands them out again.
        """
        with self._lock, told(FILE), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR IGNORE INTO unclocked VALUES (?, ?, ?, ?)",
                ((*identity, received_ms) for identity, received_ms in said),
            )
            query = "SELECT received_ms FROM unclocked WHERE (terminal, boot, seq) = (?, ?, ?)"
            found = [self._db.execute(query, identity).fetchone()[0] for identity, _ in said]
            self._unclocked += len(said)
            if self._unclocked > UNCLOCKED_ROUND:
                self._unclocked = 0
                oldest_ms = max(received_ms for _, received_ms in said) - UNCLOCKED_MS
                self._db.execute("DELETE FROM unclocked WHERE received_ms < ?", (oldest_ms,))
        return [int(ms) for ms in found]

    def note_tick(self, batch: int, at_ms: int) -> None:
        """Note, before its consequences, that time was told after a batch while nothing came."""
        with self._lock, told(FILE), self._db:
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
        fleet: bytes,
        account: Saving = NOTHING,
    ) -> None:
        """Keep the detectors' state as of `position`, in one transaction.

        They are to go on reading after `batch`, which lies before it while messages wait.
        """
        with self._lock, told(FILE), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR REPLACE INTO bank VALUES (?, ?)",
                ((lift, msgspec.msgpack.encode(parts)) for lift, parts in banks),
            )
            self._put_fleet("streams", msgspec.msgpack.encode(streams))
            self._put_fleet("whole", fleet)
            self._put_fleet("clock_ms", str(clock_ms).encode())
            self._put_fleet("position", str(position).encode())
            self._put_account(account)
            self._put_cursor(DETECTION, batch)
            self._db.execute("DELETE FROM tick WHERE batch < ?", (position,))

    def whole(self) -> bytes | None:
        """What belongs to no lift, as of the checkpoint; None before the first."""
        with self._lock:
            return self._fleet("whole")

    def told_ms(self) -> int:
        """The last time that anybody was told, 0 when nobody was."""
        with self._lock:
            row = self._db.execute("SELECT max(at_ms) FROM tick").fetchone()
        return max(int(row[0] or 0), self.clock_ms())

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

    def account_rows(self) -> Iterator[Row]:
        """The figures of the account as of the checkpoint."""
        with self._lock:
            rows = self._db.execute("SELECT body FROM account_row").fetchall()
        return (msgspec.msgpack.decode(body, type=Row) for (body,) in rows)

    def account_terminals(self) -> Iterator[tuple[Name, Terminal]]:
        """What the account knows of each terminal's counts, as of the checkpoint."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM account_terminal").fetchall()
        for area, estate, terminal, body in rows:
            yield (area, estate, terminal), msgspec.msgpack.decode(body, type=Terminal)

    def _put_account(self, account: Saving) -> None:
        encode = msgspec.msgpack.Encoder().encode
        self._db.executemany(
            "INSERT OR REPLACE INTO account_row VALUES (?, ?, ?, ?, ?, ?)",
            ((r.day, r.area, r.estate, r.terminal, r.lift, encode(r)) for r in account.rows),
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO account_terminal VALUES (?, ?, ?, ?)",
            ((*name, encode(terminal)) for name, terminal in account.terminals),
        )
        self._db.execute("DELETE FROM account_row WHERE day < ?", (account.first_day,))

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

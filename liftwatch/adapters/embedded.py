"""The embedded telemetry store: one SQLite file, for a demo and for small installations.

A message is a row, keyed by series, time and identity, so that writing it again replaces it. Where
its points lie apart (edges, samples) it has a row for each minute they touch: whoever reads from
a moment on need look no further back than a minute. Sums of old quarters of an hour lie beside.
"""

import sqlite3
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from heapq import heappush, heapreplace
from itertools import groupby
from pathlib import Path

import msgspec

from liftwatch.adapters.reading import (
    Sum,
    is_asked,
    joined,
    quarters,
    read_lightly,
    row_of,
    summed_up,
    wanted,
    whole_quarters,
)
from liftwatch.clock import HOUR_MS, MINUTE_MS, now_ms
from liftwatch.ports import StoreUnavailable, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.points import Point, points_of
from liftwatch.telemetry.retention import SUMMED, SUMS, kept_ms

BUSY_MS = 5_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, lift TEXT NOT NULL,
    area TEXT NOT NULL, estate TEXT NOT NULL, source TEXT NOT NULL,
    UNIQUE (lift, kind, area, estate, source)
);
CREATE TABLE IF NOT EXISTS point (
    series INTEGER NOT NULL REFERENCES series, at_ms INTEGER NOT NULL, identity INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (series, at_ms, identity)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarter (
    series INTEGER NOT NULL REFERENCES series, at_ms INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (series, at_ms)
) WITHOUT ROWID;
"""
_SERIES = "INSERT OR IGNORE INTO series (kind, lift, area, estate, source) VALUES (?, ?, ?, ?, ?)"
_SERIES_ID = "SELECT id FROM series WHERE (kind, lift, area, estate, source) = (?, ?, ?, ?, ?)"
_PUT = "INSERT OR REPLACE INTO point (series, at_ms, identity, value) VALUES (?, ?, ?, ?)"
_READ = """
SELECT at_ms, value FROM point WHERE series IN (SELECT id FROM series WHERE lift = ? AND kind = ?)
    AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC
"""
_ALL_SERIES = "SELECT id, kind FROM series ORDER BY id"
_READ_SERIES = "SELECT value FROM point WHERE series = ? AND at_ms >= ? AND at_ms < ?"
_PUT_SUMS = "INSERT OR REPLACE INTO quarter (series, at_ms, value) VALUES (?, ?, ?)"
_READ_SUMS = """
SELECT at_ms, value FROM quarter WHERE series IN (SELECT id FROM series WHERE lift = ? AND kind = ?)
    AND at_ms >= ? AND at_ms < ?
"""
_PRUNE = """
DELETE FROM {table} WHERE series = ? AND at_ms IN
    (SELECT at_ms FROM {table} WHERE series = ? AND at_ms < ? ORDER BY at_ms LIMIT 5000)
"""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Point])
_SUMS = msgspec.msgpack.Decoder(dict[str, Sum])

_Key = tuple[str, str, str, str, str]
_Row = tuple[int, int, int, bytes]


class EmbeddedStore:
    """Fulfils `liftwatch.ports.KeptStore`; any number of threads may read while one writes."""

    def __init__(self, path: Path | str) -> None:
        """Raises OSError when the file cannot be made or is no telemetry store."""
        self._path = Path(path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._turn = threading.Lock()
        self._series: dict[_Key, int] = {}
        self._idle: list[sqlite3.Connection] = []
        try:
            self._writer = self._connect()
        except sqlite3.Error as error:
            raise OSError(f"telemetry store {self._path}: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def write(self, messages: Sequence[Message]) -> None:
        """Store all points, in one transaction that is synced to the disk."""
        with self._transaction() as writer:
            rows = [row for message in messages for row in self._rows(message)]
            writer.executemany(_PUT, rows)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._turn, _translated():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                self._series.clear()  # some of them may not have been stored
                if self._writer.in_transaction:  # a full disk has ended it already
                    self._writer.execute("ROLLBACK")
                raise

    def _rows(self, message: Message) -> Iterator[_Row]:
        series, identity = self._series_of(message), _identity(message)
        points = points_of(message)
        if len(points) == 1:
            yield series, message.stored_ms, identity, _ENCODER.encode(points)
            return
        for _, group in groupby(sorted(points, key=_time_ns), key=_minute):
            near = list(group)
            yield series, near[0].time_ns // 1_000_000, identity, _ENCODER.encode(near)

    def _series_of(self, message: Message) -> int:
        key = (message.kind, message.lift, message.area, message.estate, message.source)
        known = self._series.get(key)
        if known is None:
            self._writer.execute(_SERIES, key)
            (known,) = self._writer.execute(_SERIES_ID, key).fetchone()
            self._series[key] = known
        return known

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Rows in order of time, oldest first, at most `limit` (the newest of them)."""
        if query.limit < 1 or not wanted(query):
            return []
        return read_lightly(query, now_ms=now_ms(), raw=self._read_raw, sums=self._read_sums)

    def _read_sums(self, query: TelemetryQuery) -> list[TelemetryRow]:
        bounds = (query.lift, query.kind, query.from_ms, query.to_ms)
        with self._reader() as connection:
            rows = connection.execute(_READ_SUMS, bounds).fetchall()
        return joined(((at_ms, _SUMS.decode(value)) for at_ms, value in rows), query)

    def _read_raw(self, query: TelemetryQuery) -> list[TelemetryRow]:
        if query.step_ms is None:
            return self._newest(query)
        points = sorted((point for _, point in self._points(query)), key=_time_ns)
        return summed_up(points, query)[-query.limit :]

    def _newest(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """The newest rows; ends as soon as no row still to come can be newer than the kept."""
        fields = wanted(query)
        heap: list[tuple[int, int, TelemetryRow]] = []
        with closing(self._points(query)) as points:
            for number, (at_ms, point) in enumerate(points):
                full = len(heap) == query.limit
                if full and heap[0][0] >= (at_ms + MINUTE_MS) * 1_000_000:
                    break
                row = row_of(point, fields)
                if row is None:
                    continue
                if not full:
                    heappush(heap, (point.time_ns, number, row))
                elif point.time_ns > heap[0][0]:
                    heapreplace(heap, (point.time_ns, number, row))
        return [row for _, _, row in sorted(heap, key=lambda kept: kept[:2])]

    def _points(self, query: TelemetryQuery) -> Generator[tuple[int, Point], None, None]:
        """The points asked for, each with the time of its row; rows come newest first."""
        from_ns, to_ns = query.from_ms * 1_000_000, query.to_ms * 1_000_000
        bounds = (query.lift, query.kind, query.from_ms - MINUTE_MS, query.to_ms)
        with self._reader() as connection, closing(connection.execute(_READ, bounds)) as rows:
            for at_ms, value in rows:
                for point in _DECODER.decode(value):
                    if from_ns <= point.time_ns < to_ns and is_asked(point, query):
                        yield at_ms, point

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with _translated():
            try:
                connection = self._idle.pop()
            except IndexError:  # all are in use by other threads
                connection = self._connect()
            try:
                yield connection
            finally:
                self._idle.append(connection)

    def aggregate(self, from_ms: int, to_ms: int) -> int:
        """Sum up the whole quarters of an hour in between; twice is once. How many points."""
        start_ms, end_ms = whole_quarters(from_ms, to_ms)
        with self._reader() as connection:
            series = connection.execute(_ALL_SERIES).fetchall()
        return sum(
            self._aggregate(number, kind, (at_ms, min(at_ms + HOUR_MS, end_ms)))
            for number, kind in series
            if kind in SUMMED
            for at_ms in range(max(start_ms, _whole_from_ms(kind)), end_ms, HOUR_MS)
        )

    def _aggregate(self, series: int, kind: str, bounds: tuple[int, int]) -> int:
        with self._reader() as connection:
            said = connection.execute(_READ_SERIES, (series, *bounds)).fetchall()
        if not said:
            return 0
        points = (point for (value,) in said for point in _DECODER.decode(value))
        found = quarters(points, kind)
        with self._transaction() as writer:
            rows = [(series, at_ms, _ENCODER.encode(sums)) for at_ms, sums in found.items()]
            writer.executemany(_PUT_SUMS, rows)
        return len(found)

    def prune(self, now_ms: int) -> int:
        """Give up what its class no longer keeps, in small pieces; how many messages and sums."""
        with self._reader() as connection:
            series = connection.execute(_ALL_SERIES).fetchall()
        return sum(
            self._prune("point", number, now_ms - kept_ms(kind))
            + self._prune("quarter", number, now_ms - SUMS.ms)
            for number, kind in series
        )

    def _prune(self, table: str, series: int, before_ms: int) -> int:
        statement, gone = _PRUNE.format(table=table), 0
        with self._reader() as connection:
            (old,) = connection.execute(
                f"SELECT EXISTS (SELECT 1 FROM {table} WHERE series = ? AND at_ms < ?)",
                (series, before_ms),
            ).fetchone()
        while old:
            with self._transaction() as writer:
                count = writer.execute(statement, (series, series, before_ms)).rowcount
            gone, old = gone + count, count > 0
        return gone

    def is_ready(self) -> bool:
        """Whether the file can be read."""
        try:
            with self._reader() as connection:
                connection.execute("SELECT 1 FROM point LIMIT 1").fetchall()
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._writer.close()
            while self._idle:
                self._idle.pop().close()


@contextmanager
def _translated() -> Iterator[None]:
    """Locked, full, damaged: whoever mends it loses nothing, since the same call then succeeds."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise  # a defect of ours
    except sqlite3.DatabaseError as error:
        raise StoreUnavailable(f"telemetry store: {error}") from error


def _identity(message: Message) -> int:
    """A signed 64-bit number of (terminal, boot, seq), as SQLite's integers are."""
    text = f"{message.terminal}\0{message.boot}\0{message.seq}".encode(errors="replace")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), signed=True)


def _whole_from_ms(kind: str) -> int:
    """The first quarter of an hour whose raw data are whole: sums of a rest would be wrong."""
    return whole_quarters(now_ms() - kept_ms(kind), 0)[0]


def _time_ns(point: Point) -> int:
    return point.time_ns


def _minute(point: Point) -> int:
    return point.time_ns // (MINUTE_MS * 1_000_000)

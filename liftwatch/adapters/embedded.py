"""The embedded telemetry store: one SQLite file, for a demo and for small installations.

A message is a row, keyed by series, time and identity, so that writing it again replaces it. Where
its points lie apart (edges, samples) it has a row for each minute they touch: whoever reads from
a moment on need look no further back than a minute.
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

from liftwatch.adapters.reading import row_of, summed_up, wanted
from liftwatch.clock import MINUTE_MS
from liftwatch.ports import StoreUnavailable, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.points import Point, points_of

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
"""
_SERIES = "INSERT OR IGNORE INTO series (kind, lift, area, estate, source) VALUES (?, ?, ?, ?, ?)"
_SERIES_ID = "SELECT id FROM series WHERE (kind, lift, area, estate, source) = (?, ?, ?, ?, ?)"
_PUT = "INSERT OR REPLACE INTO point (series, at_ms, identity, value) VALUES (?, ?, ?, ?)"
_READ = """
SELECT at_ms, value FROM point WHERE series IN (SELECT id FROM series WHERE lift = ? AND kind = ?)
    AND at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC
"""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Point])

_Key = tuple[str, str, str, str, str]
_Row = tuple[int, int, int, bytes]


class EmbeddedStore:
    """Fulfils `liftwatch.ports.TelemetryStore`; any number of threads may read while one writes."""

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
        with self._turn, _translated():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                rows = [row for message in messages for row in self._rows(message)]
                self._writer.executemany(_PUT, rows)
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
                    if from_ns <= point.time_ns < to_ns:
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


def _time_ns(point: Point) -> int:
    return point.time_ns


def _minute(point: Point) -> int:
    return point.time_ns // (MINUTE_MS * 1_000_000)

"""The telemetry store on InfluxDB 1.x, 2.x and 3 Core: writes in batches, bisects a refusal, reads.

A request that is refused has stored all of its good lines, some, or none, as versions differ:
so its halves are written again, which changes nothing for what is there, until each
refusal is one message's.

Where `liftwatch setup-store` has made them, what is kept for long is written to its own place as
well, and what has gone is answered from sums. Without them everything lies in the default place.
"""

from collections.abc import Sequence
from typing import Any

from liftwatch.adapters.influx_answers import LinesRefused, TooLarge, TooSlow
from liftwatch.adapters.influx_asked import statement as asked_text
from liftwatch.adapters.influx_asked import tables
from liftwatch.adapters.influx_server import InfluxServer, Version
from liftwatch.adapters.influx_sums import InfluxSums
from liftwatch.adapters.influxql import statement
from liftwatch.adapters.line_protocol import lines_of
from liftwatch.adapters.reading import is_numeric, read_by_age, wanted
from liftwatch.clock import now_ms
from liftwatch.ports import (
    StoreRefused,
    StoreUnavailable,
    Summary,
    TelemetryQuery,
    TelemetryRow,
)
from liftwatch.telemetry.asked import Asked, Condition, Table
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.retention import CLASS_OF, LONG, RAW, SUMS

LINES_MAX = (
    20_000  # of 2 000 lifts it takes 61 000/s so and 29 000/s by 5 000; of 20 lifts the same
)
LINES_MIN = 100  # of a server that is too slow for more
BYTES_MAX = 8 * 2**20  # 1.x refuses 28 MiB

_LONG_KINDS = frozenset(kind for kind, class_ in CLASS_OF.items() if class_ is LONG)


class InfluxStore:
    """Fulfils `liftwatch.ports.KeptStore`; any number of threads may use it."""

    def __init__(
        self, url: str, *, token: str, org: str, bucket: str, version: Version = "auto"
    ) -> None:
        self._server = InfluxServer(url, token=token, org=org, bucket=bucket, version=version)
        self._sums = InfluxSums(self._server)
        self._lines_max = LINES_MAX

    def write(self, messages: Sequence[Message]) -> None:
        """Store all points; raises StoreUnavailable, or StoreRefused when all others are stored."""
        long = LONG.place in self._server.places()
        oldest_ms = now_ms() - RAW.ms
        refused: dict[int, str] = {}
        batch, kept = _Batch(""), _Batch(LONG.place)
        for owner, message in enumerate(messages):
            lines = lines_of(message)
            if long and message.kind in _LONG_KINDS:
                kept.add(owner, lines)
                if message.stored_ms < oldest_ms:
                    continue  # the default place would refuse it
            batch.add(owner, lines)
            if len(batch.lines) >= self._lines_max:
                batch = self._put_all(batch, refused)
        self._put_all(batch, refused)
        self._put_all(kept, refused)
        self._lines_max = min(LINES_MAX, self._lines_max + self._lines_max // 8)
        if refused:
            raise StoreRefused(next(iter(refused.values())), sorted(refused))

    def _put_all(self, batch: "_Batch", refused: dict[int, str]) -> "_Batch":
        """Write a batch; an empty one to go on with. A server that is too slow is given less.

        Then more again with each call that comes through, not within one: it shall come through.
        """
        if batch.lines:
            try:
                self._put(batch, refused, start=0, stop=len(batch.owners))
            except TooSlow:
                self._lines_max = max(LINES_MIN, min(self._lines_max, len(batch.lines)) // 2)
                raise
        return _Batch(batch.place)

    def _put(self, batch: "_Batch", refused: dict[int, str], *, start: int, stop: int) -> None:
        """Write some messages, or their halves when refused; `refused` gathers the reasons."""
        lines = batch.lines_between(start, stop)
        try:
            if stop - start > 1 and sum(map(len, lines)) + len(lines) > BYTES_MAX:
                raise TooLarge
            self._server.write(b"\n".join(lines), place=batch.place)
        except LinesRefused as error:
            if stop - start == 1 or error.dropped >= len(lines):
                refused.update(
                    (owner, str(error))
                    for owner in batch.owners[start:stop]
                    if owner not in refused
                )
                return
        except TooLarge:
            if stop - start == 1:
                self._put_pieces(lines, batch.place)
                return
        else:
            return
        middle = (start + stop) // 2
        self._put(batch, refused, start=start, stop=middle)
        self._put(batch, refused, start=middle, stop=stop)

    def _put_pieces(self, lines: Sequence[bytes], place: str) -> None:
        """Write one message that is too large for one request, in halves of its lines."""
        if len(lines) == 1:
            text = f"InfluxDB, or what stands before it, takes no {len(lines[0])} bytes"
            raise StoreUnavailable(text)
        for half in (lines[: len(lines) // 2], lines[len(lines) // 2 :]):
            try:
                self._server.write(b"\n".join(half), place=place)
            except TooLarge:
                self._put_pieces(half, place)

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Rows in order of time, oldest first, at most `limit` (the newest of them)."""
        if query.limit < 1 or not wanted(query):
            return []
        sums = self._sums.read if SUMS.place in self._server.places() else None
        return read_by_age(query, now_ms=now_ms(), raw=self._read_raw, sums=sums)

    def _read_raw(self, query: TelemetryQuery) -> list[TelemetryRow]:
        found = self._server.query(statement(query), place=self._place_of(query))
        rows = (_row(values, query) for series in found for values in series.values)
        return [row for row in rows if row.values][::-1]

    def ask(self, asked: Asked, rows: Condition) -> list[Table]:
        """What somebody else's panel asks, of these rows alone. Raises StoreUnavailable."""
        place = self._place_of(asked)
        return tables(self._server.query(asked_text(asked, rows), place=place, long=True))

    def _place_of(self, query: TelemetryQuery | Asked) -> str:
        """Where to read: what is older than the default place keeps lies in the long one too."""
        if query.kind not in _LONG_KINDS or query.from_ms >= now_ms() - RAW.ms:
            return ""
        return LONG.place if LONG.place in self._server.places() else ""

    def aggregate(self, from_ms: int, to_ms: int) -> int:
        """Sum up the whole quarters of an hour in between; twice is once. How many points."""
        if SUMS.place not in self._server.places():
            return 0
        return self._sums.write(from_ms, to_ms)

    def prune(self, now_ms: int) -> int:  # noqa: ARG002 - of the port
        """Nothing: the retention of its places is the server's own."""
        return 0

    def is_ready(self) -> bool:
        """Whether it answers now."""
        return self._server.is_ready()

    def close(self) -> None:
        """Close all connections."""
        self._server.close()


class _Batch:
    """Lines of some messages on their way to one place; message k ends before line `ends[k]`."""

    __slots__ = ("ends", "lines", "owners", "place")

    def __init__(self, place: str) -> None:
        self.place = place
        self.lines: list[bytes] = []
        self.owners: list[int] = []
        self.ends: list[int] = []

    def add(self, owner: int, lines: list[bytes]) -> None:
        """The lines of one more message."""
        self.lines += lines
        self.owners.append(owner)
        self.ends.append(len(self.lines))

    def lines_between(self, start: int, stop: int) -> list[bytes]:
        """The lines of some of the messages."""
        return self.lines[self.ends[start - 1] if start else 0 : self.ends[stop - 1]]


def _row(values: Sequence[Any], query: TelemetryQuery) -> TelemetryRow:
    """A row of an answer: the time in nanoseconds, then what `influxql.columns` selected."""
    said: dict[str, Any] = {}
    rest = iter(values[1:])
    for name, type_ in wanted(query).items():
        first = next(rest)
        if query.step_ms is None or not is_numeric(type_):
            value = _typed(first, type_)
        else:
            low, high, mean = first, next(rest), next(rest)
            value = None if low is None else Summary(float(low), float(high), float(mean))
        if value is not None:
            said[name] = value
    return TelemetryRow(values[0] // 1_000_000, said)


def _typed(value: Any, type_: str) -> Any:
    """A value in its field's type: JSON writes the float 4.0 as 4."""
    return float(value) if type_ == "float" and isinstance(value, int) else value

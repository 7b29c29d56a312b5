"""The telemetry store on InfluxDB 1.x, 2.x and 3 Core: writes in batches, bisects a refusal, reads.

A request that is refused has stored all of its good lines, some, or none, as versions differ:
so its halves are written again, which changes nothing for what is there, until each
refusal is one message's.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from liftwatch.adapters.influx_server import InfluxServer, LinesRefused, TooLarge
from liftwatch.adapters.influxql import statement
from liftwatch.adapters.line_protocol import lines_of
from liftwatch.adapters.reading import is_numeric, wanted
from liftwatch.ports import (
    StoreRefused,
    StoreUnavailable,
    Summary,
    TelemetryQuery,
    TelemetryRow,
)
from liftwatch.telemetry.messages import Message

LINES_MAX = 5_000  # beyond it InfluxDB gains nothing (libraries, InfluxDB)
BYTES_MAX = 8 * 2**20  # 1.x refuses 28 MiB

Line = tuple[int, bytes]
"""The place of a message in what is to be written, and one of its lines."""


class InfluxStore:
    """Fulfils `liftwatch.ports.TelemetryStore`; any number of threads may use it."""

    def __init__(self, url: str, *, token: str, org: str, bucket: str) -> None:
        self._server = InfluxServer(url, token=token, org=org, bucket=bucket)

    def write(self, messages: Sequence[Message]) -> None:
        """Store all points; raises StoreUnavailable, or StoreRefused when all others are stored."""
        refused: dict[int, str] = {}
        lines = ((place, line) for place, one in enumerate(messages) for line in lines_of(one))
        for batch in batches(lines):
            self._put(batch, refused)
        if refused:
            raise StoreRefused(next(iter(refused.values())), sorted(refused))

    def _put(self, batch: Sequence[Line], refused: dict[int, str]) -> None:
        """Write a batch, or its halves when it is refused; `refused` gathers the reasons."""
        try:
            self._server.write(b"\n".join(line for _, line in batch))
        except LinesRefused as error:
            middle = _boundary(batch)
            if middle is None:
                refused.setdefault(batch[0][0], str(error))
                return
        except TooLarge as error:
            middle = len(batch) // 2
            if middle == 0:
                text = f"InfluxDB, or what stands before it, takes no {len(batch[0][1])} bytes"
                raise StoreUnavailable(text) from error
        else:
            return
        self._put(batch[:middle], refused)
        self._put(batch[middle:], refused)

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Rows in order of time, oldest first, at most `limit` (the newest of them)."""
        if query.limit < 1 or not wanted(query):
            return []
        found = self._server.query(statement(query))
        rows = (_row(values, query) for series in found for values in series.values)
        return [row for row in rows if row.values][::-1]

    def is_ready(self) -> bool:
        """Whether it answers now."""
        return self._server.is_ready()

    def close(self) -> None:
        """Close all connections."""
        self._server.close()


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines in batches of at most LINES_MAX lines and BYTES_MAX bytes (or one line)."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        length = len(line[1]) + 1
        if batch and (len(batch) >= LINES_MAX or size + length > BYTES_MAX):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += length
    if batch:
        yield batch


def _boundary(batch: Sequence[Line]) -> int | None:
    """Where a batch is cut between two messages, as near its middle as can be; None for one.

    >>> [_boundary([(place, b"") for place in places]) for places in ([7], [7, 7, 8], [7, 8, 8, 8])]
    [None, 2, 1]
    """
    middle = len(batch) // 2
    ahead = next((k for k in range(middle, len(batch)) if k and _differs(batch, k)), None)
    behind = next((k for k in range(middle, 0, -1) if _differs(batch, k)), None)
    if ahead is None or behind is None:
        return ahead or behind
    return ahead if ahead - middle < middle - behind else behind


def _differs(batch: Sequence[Line], k: int) -> bool:
    return batch[k][0] != batch[k - 1][0]


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

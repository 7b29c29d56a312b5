"""15-minute sums in InfluxDB: written from what InfluxQL sums up, and read back for old ranges.

1.x does the same by continuous queries (`liftwatch setup-store`); writing a sum again replaces it.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from liftwatch.adapters.influx_answers import LinesRefused, Series, TooLarge
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.influxql import SUM_PARTS, summing, sums_of, sums_statement
from liftwatch.adapters.line_text import fields_text, head_text
from liftwatch.adapters.line_writers import TAGS
from liftwatch.adapters.reading import Sum, joined, wanted, whole_quarters
from liftwatch.clock import HOUR_MS, now_ms
from liftwatch.ports import TelemetryQuery, TelemetryRow
from liftwatch.telemetry.points import Value, field_types
from liftwatch.telemetry.retention import (
    CLASS_OF,
    LONG,
    RAW,
    SUMMED,
    SUMS,
    kept_ms,
    summed_signals,
)

CHUNK_MS = HOUR_MS  # 10 000 lifts an hour are four rows each: some 10 MB of an answer
LINES_MAX = 5_000


class InfluxSums:
    """The sums of one server, in a place of their own."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Rows of the steps of a query, from the sums stored; of whole quarters of an hour."""
        names = [name for name in wanted(query) if name in summed_signals(query.kind)]
        if not names:
            return []
        found = self._server.query(sums_statement(query, names), place=SUMS.place)
        rows = ((row[0] // 1_000_000, _said(row[1:], names)) for s in found for row in s.values)
        return joined(rows, query)

    def write(self, from_ms: int, to_ms: int) -> int:
        """Sum up what lies between and is still kept raw; how many points were written."""
        start_ms, end_ms = whole_quarters(from_ms, to_ms)
        return sum(
            self._write_chunk(kind, at_ms, min(at_ms + CHUNK_MS, end_ms))
            for kind in SUMMED
            for at_ms in range(max(start_ms, self._whole_from_ms(kind)), end_ms, CHUNK_MS)
        )

    def _whole_from_ms(self, kind: str) -> int:
        """The first quarter whose raw data are whole: sums of what is left would be wrong."""
        return whole_quarters(now_ms() - kept_ms(kind), 0)[0]

    def _write_chunk(self, kind: str, from_ms: int, to_ms: int) -> int:
        old = from_ms < now_ms() - RAW.ms
        place = LONG.place if old and CLASS_OF[kind] is LONG else ""
        found = self._server.query(summing(kind, from_ms=from_ms, to_ms=to_ms), place=place)
        lines, written = _lines(kind, found), 0
        while batch := list(islice(lines, LINES_MAX)):
            try:
                self._server.write(b"\n".join(batch), place=SUMS.place)
            except (LinesRefused, TooLarge) as error:
                raise self._server.lost(f"does not take sums of {kind}: {error}") from error
            written += len(batch)
        return written


def _said(values: list[float | None], names: list[str]) -> Mapping[str, Sum]:
    """The sums of a row, four columns each; a signal that was silent has none."""
    parts = zip(*[iter(values)] * len(SUM_PARTS), strict=True)
    return {
        name: Sum(float(low), float(high), float(mean), int(count))
        for name, (low, high, mean, count) in zip(names, parts, strict=True)
        if low is not None and high is not None and mean is not None and count
    }


def _lines(kind: str, found: list[Series]) -> Iterator[bytes]:
    types, names = field_types(kind), summed_signals(kind)
    for series in found:
        head = head_text(sums_of(kind), [(name, series.tags.get(name, "")) for name in TAGS])
        for row in series.values:
            fields = _fields(_said(row[1:], list(names)), types)
            if fields:
                yield f"{head}{fields_text(fields)} {row[0]}".encode(errors="replace")


def _fields(said: Mapping[str, Sum], types: Mapping[str, str]) -> dict[str, Value]:
    """Fields in the types that a continuous query gives them."""
    fields: dict[str, Value] = {}
    for name, sum_ in said.items():
        whole = types[name] == "int"
        fields[f"{name}_min"] = int(sum_.low) if whole else sum_.low
        fields[f"{name}_max"] = int(sum_.high) if whole else sum_.high
        fields[f"{name}_mean"] = sum_.mean
        fields[f"{name}_count"] = sum_.number
    return fields

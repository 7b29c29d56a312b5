"""Copies what is to be kept for long from the default place of InfluxDB to its own.

Needed once, for what was written before `liftwatch setup-store`; a day whose points are all there
is not copied again, so it may be stopped at any time and repeated.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from liftwatch.adapters.influx_answers import LinesRefused, Series, TooLarge
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.influxql import identifier
from liftwatch.adapters.line_text import fields_text, head_text
from liftwatch.adapters.line_writers import TAGS
from liftwatch.clock import DAY_MS, HOUR_MS, now_ms
from liftwatch.telemetry.points import Value, field_types
from liftwatch.telemetry.retention import CLASS_OF, LONG

LINES_MAX = 5_000
_TAGS = ", ".join(identifier(name) for name in TAGS)


def copied(server: InfluxServer) -> Iterator[str]:
    """Copy every kind of the long class; a line for each kind of which something was missing."""
    for kind in (name for name, class_ in CLASS_OF.items() if class_ is LONG):
        count = _copy(server, kind)
        if count:
            yield f"copied {count} points of {kind} to {server.bucket}/{LONG.place}"


def oldest_ms(server: InfluxServer, kind: str) -> int | None:
    """When the first message of a kind in the default place was said."""
    found = server.query(f'SELECT first("seq") FROM {identifier(f"lift_{kind}")}')
    times = [row[0] // 1_000_000 for series in found for row in series.values]
    return min(times, default=None)


def _copy(server: InfluxServer, kind: str) -> int:
    from_ms = now_ms() - LONG.ms + DAY_MS  # what goes within a day is left where it is
    there = _per_day(server, kind, place=LONG.place, from_ms=from_ms)
    return sum(
        _copy_day(server, kind, max(day_ms, from_ms))
        for day_ms, count in sorted(_per_day(server, kind, place="", from_ms=from_ms).items())
        if there.get(day_ms, 0) < count
    )


def _per_day(server: InfluxServer, kind: str, *, place: str, from_ms: int) -> dict[int, int]:
    statement = (
        f'SELECT count("seq") FROM {identifier(f"lift_{kind}")} '
        f"WHERE time >= {from_ms * 1_000_000} AND time < {(now_ms() + DAY_MS) * 1_000_000} "
        "GROUP BY time(1d) fill(none)"
    )
    found = server.query(statement, place=place)
    return {row[0] // 1_000_000: int(row[1]) for series in found for row in series.values}


def _copy_day(server: InfluxServer, kind: str, from_ms: int) -> int:
    end_ms, count = from_ms // DAY_MS * DAY_MS + DAY_MS, 0
    for start_ms in range(from_ms, end_ms, HOUR_MS):
        statement = (
            f"SELECT * FROM {identifier(f'lift_{kind}')} WHERE time >= {start_ms * 1_000_000} "
            f"AND time < {min(start_ms + HOUR_MS, end_ms) * 1_000_000} GROUP BY {_TAGS}"
        )
        lines = _lines(kind, server.query(statement))
        while batch := list(islice(lines, LINES_MAX)):
            try:
                server.write(b"\n".join(batch), place=LONG.place)
            except (LinesRefused, TooLarge) as error:
                raise server.lost(f"does not take a copy of {kind}: {error}") from error
            count += len(batch)
    return count


def _lines(kind: str, found: list[Series]) -> Iterator[bytes]:
    types = field_types(kind)
    for series in found:
        head = head_text(f"lift_{kind}", [(name, series.tags.get(name, "")) for name in TAGS])
        for row in series.values:
            fields = _fields(dict(zip(series.columns, row, strict=True)), types)
            if fields:
                yield f"{head}{fields_text(fields)} {row[0]}".encode(errors="replace")


def _fields(row: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Value]:
    """The fields of a row that are ours, in their types: JSON writes the float 4.0 as 4."""
    return {
        name: float(value) if types[name] == "float" else value
        for name, value in row.items()
        if value is not None and name in types
    }

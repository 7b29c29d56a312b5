"""What a telemetry query asks for and how its values are shaped, the same for every store.

Only fields of the kind's table are ever read: a name from outside reaches no database. Without
`signals` all signals of the kind are meant; `terminal boot seq exercise clock_ok` can be asked for.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from liftwatch.ports import Summary, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import KINDS
from liftwatch.telemetry.points import FLAGS, IDENTITY, Point, field_types

_NUMERIC = ("int", "float")


@lru_cache(maxsize=64)
def _types(kind: str) -> dict[str, str]:
    return field_types(kind) if kind in KINDS else {}


def wanted(query: TelemetryQuery) -> dict[str, str]:
    """The fields to read with their types; what the kind does not know is left out.

    >>> wanted(TelemetryQuery(lift="L-01", kind="online", from_ms=0, to_ms=1, signals=("x", "seq")))
    {'seq': 'int'}
    """
    types = _types(query.kind)
    if query.signals:
        return {name: types[name] for name in query.signals if name in types}
    return {n: t for n, t in types.items() if n not in IDENTITY and n not in FLAGS}


def is_numeric(type_: str) -> bool:
    """Whether a field is summed up per step; others give their last value."""
    return type_ in _NUMERIC


def row_of(point: Point, fields: dict[str, str]) -> TelemetryRow | None:
    """A point as a row, None when it says nothing of what is wanted."""
    said = point.fields
    values = {name: said[name] for name in fields if name in said}
    return TelemetryRow(point.time_ns // 1_000_000, values) if values else None


def summed_up(points: Iterable[Point], query: TelemetryQuery) -> list[TelemetryRow]:
    """Rows of the steps that say something, oldest first, from points in order of time."""
    fields, step_ms = wanted(query), query.step_ms or 1
    steps: dict[int, dict[str, Any]] = {}
    for point in points:
        start_ms = point.time_ns // 1_000_000 // step_ms * step_ms
        row = row_of(point, fields)
        if row is not None:
            _add(steps.setdefault(start_ms, {}), row.values, fields)
    return [
        TelemetryRow(start_ms, {name: _told(kept[name]) for name in fields if name in kept})
        for start_ms, kept in sorted(steps.items())
    ]


class _Numbers:
    """The numbers of one signal in one step."""

    __slots__ = ("count", "high", "low", "total")

    def __init__(self, first: float) -> None:
        self.low = self.high = self.total = first
        self.count = 1

    def add(self, value: float) -> None:
        """One more."""
        self.low, self.high = min(self.low, value), max(self.high, value)
        self.total += value
        self.count += 1


def _add(kept: dict[str, Any], values: dict[str, Any], fields: dict[str, str]) -> None:
    for name, value in values.items():
        if not is_numeric(fields[name]):
            kept[name] = value
        elif name in kept:
            kept[name].add(float(value))
        else:
            kept[name] = _Numbers(float(value))


def _told(kept: Any) -> Any:
    if isinstance(kept, _Numbers):
        return Summary(kept.low, kept.high, kept.total / kept.count)
    return kept

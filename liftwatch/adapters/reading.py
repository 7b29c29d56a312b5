"""What a telemetry query asks for and how its values are shaped, the same for every store.

Only fields of the kind's table are ever read: a name from outside reaches no database. Without
`signals` all signals of the kind are meant; `terminal boot seq exercise clock_ok` can be asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import structs

from liftwatch.clock import DAY_MS
from liftwatch.ports import Summary, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import KINDS
from liftwatch.telemetry.points import FLAGS, IDENTITY, Point, field_types
from liftwatch.telemetry.retention import QUARTER_MS, kept_ms, summed_signals

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


FLOOR_OF = {"door": "floor", "ride": "to_floor"}
"""The field that says at which landing it was."""


def is_asked(point: Point, query: TelemetryQuery) -> bool:
    """Whether a point is of the landing that is asked for."""
    if query.floor is None:
        return True
    return point.fields.get(FLOOR_OF.get(query.kind, "floor")) == query.floor


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


class Sum(NamedTuple):
    """What is left of one signal in a quarter of an hour."""

    low: float
    high: float
    mean: float
    number: int


class _Numbers:
    """The numbers of one signal in one step."""

    __slots__ = ("count", "high", "low", "total")

    def __init__(self, first: Sum) -> None:
        self.low, self.high = first.low, first.high
        self.total, self.count = first.mean * first.number, first.number

    def join(self, said: Sum) -> None:
        """As many more."""
        self.low, self.high = min(self.low, said.low), max(self.high, said.high)
        self.total += said.mean * said.number
        self.count += said.number

    def sum(self) -> Sum:
        """All of them."""
        return Sum(self.low, self.high, self.total / self.count, self.count)


def _gather(kept: dict[str, Any], name: str, said: Sum) -> None:
    if name in kept:
        kept[name].join(said)
    else:
        kept[name] = _Numbers(said)


def _one(value: float) -> Sum:
    return Sum(value, value, value, 1)


def quarters(points: Iterable[Point], kind: str) -> dict[int, dict[str, Sum]]:
    """The sums of a kind's numeric signals, by the start of each quarter of an hour in ms."""
    names = summed_signals(kind)
    found: dict[int, dict[str, _Numbers]] = {}
    for time_ns, fields in points:
        start_ms = time_ns // 1_000_000 // QUARTER_MS * QUARTER_MS
        for name in names:
            if name in fields:
                _gather(found.setdefault(start_ms, {}), name, _one(float(fields[name])))
    return {
        start_ms: {name: numbers.sum() for name, numbers in kept.items()}
        for start_ms, kept in found.items()
    }


def whole_quarters(from_ms: int, to_ms: int) -> tuple[int, int]:
    """The bounds of the quarters of an hour that lie between two moments.

    >>> whole_quarters(1, 3 * QUARTER_MS - 1) == (QUARTER_MS, 2 * QUARTER_MS)
    True
    """
    return -(-from_ms // QUARTER_MS) * QUARTER_MS, to_ms // QUARTER_MS * QUARTER_MS


def joined(
    sums: Iterable[tuple[int, Mapping[str, Sum]]], query: TelemetryQuery
) -> list[TelemetryRow]:
    """Rows of the steps of a query from sums of quarters of an hour, oldest first."""
    step_ms = query.step_ms or QUARTER_MS
    names = [name for name in wanted(query) if name in summed_signals(query.kind)]
    steps: dict[int, dict[str, Any]] = {}
    for start_ms, said in sums:
        for name in names:
            if name in said:
                kept = steps.setdefault(start_ms // step_ms * step_ms, {})
                _gather(kept, name, said[name])
    return [
        TelemetryRow(at_ms, {name: _told(kept[name]) for name in names if name in kept})
        for at_ms, kept in sorted(steps.items())
    ]


Reader = Callable[[TelemetryQuery], list[TelemetryRow]]


def read_by_age(
    query: TelemetryQuery, *, now_ms: int, raw: Reader, sums: Reader | None
) -> list[TelemetryRow]:
    """What a query asks for: raw, and from sums what no longer is as it was.

    Sums answer whole quarters of an hour, so the step must be a multiple of one, and they know
    numbers only. For steps that began before the class of the kind keeps raw data a sum counts,
    since of the raw data a part may have gone; where there is none, what raw data there is.
    """
    edge_ms = now_ms - kept_ms(query.kind)
    step_ms = query.step_ms
    rows = raw(query)
    if sums is None or step_ms is None or step_ms % QUARTER_MS or query.from_ms >= edge_ms:
        return rows
    if query.floor is not None:  # sums know no landings
        return rows
    cut_ms = -(-edge_ms // step_ms) * step_ms
    from_ms, to_ms = whole_quarters(query.from_ms, min(query.to_ms, cut_ms))
    if from_ms >= to_ms:
        return rows
    steps = {row.at_ms: row.values for row in rows}
    for row in sums(structs.replace(query, from_ms=from_ms, to_ms=to_ms)):
        steps[row.at_ms] = steps.get(row.at_ms, {}) | row.values
    return [TelemetryRow(at_ms, steps[at_ms]) for at_ms in sorted(steps)[-query.limit :]]


SETTLED_MS = 2 * DAY_MS
"""What is older has its sums: they are made by the hour, and once more for what comes late."""


def read_lightly(
    query: TelemetryQuery, *, now_ms: int, raw: Reader, sums: Reader
) -> list[TelemetryRow]:
    """The same for months at once: sums wherever there are any, raw what is before and after.

    There may be raw data before sums begin and after they end, since a store got its place for
    them late, or nobody has made any. The first and the last step of sums are read raw, too: they
    may be of a part of it.
    """
    step_ms = query.step_ms
    if not query.light or step_ms is None or step_ms % QUARTER_MS or query.floor is not None:
        return read_by_age(query, now_ms=now_ms, raw=raw, sums=sums)
    cut_ms = (now_ms - SETTLED_MS) // step_ms * step_ms
    from_ms, to_ms = whole_quarters(query.from_ms, min(query.to_ms, cut_ms))
    found = sums(structs.replace(query, from_ms=from_ms, to_ms=to_ms)) if from_ms < to_ms else []
    if not found:
        return read_by_age(query, now_ms=now_ms, raw=raw, sums=sums)
    begin_ms, end_ms = found[0].at_ms + step_ms, max(found[-1].at_ms, found[0].at_ms + step_ms)
    before = structs.replace(query, to_ms=min(begin_ms, query.to_ms))
    rows = read_by_age(before, now_ms=now_ms, raw=raw, sums=sums)
    rows += [row for row in found if begin_ms <= row.at_ms < end_ms]
    if end_ms < query.to_ms:
        rows += raw(structs.replace(query, from_ms=end_ms))
    return rows[-query.limit :]


def _add(kept: dict[str, Any], values: dict[str, Any], fields: dict[str, str]) -> None:
    for name, value in values.items():
        if is_numeric(fields[name]):
            _gather(kept, name, _one(float(value)))
        else:
            kept[name] = value


def _told(kept: Any) -> Any:
    return Summary(*kept.sum()[:3]) if isinstance(kept, _Numbers) else kept

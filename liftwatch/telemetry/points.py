"""A message as the points of a telemetry store: when, and which fields (contract, section 3).

A message gives one main point with its scalars, always with `terminal boot seq`, and one point
for each element of a list. A time is the message's millisecond, with the nanoseconds below it made
from (terminal, boot, seq) and the element's place: a message written twice is the same points, two
messages of one millisecond are two. The `STRIDE` between messages is above the longest list.

Samples of a burst keep their microsecond, and only what lies below it is filled: at 2 000 Hz they
lie 500 µs apart and stay distinct, and a burst that begins in the same microsecond as another
falls on other nanoseconds (as 498 bursts of a boot in a row do).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from math import isfinite
from operator import attrgetter
from typing import Any, NamedTuple, cast, get_type_hints

from msgspec import Struct

from liftwatch.clock import DAY_MS, rfc3339, to_ms
from liftwatch.telemetry.messages import KINDS, Burst, Button, Health, Message
from liftwatch.telemetry.signals import Signal, signals_of

Value = bool | int | float | str

STRIDE = 521
IDENTITY = {"terminal": "str", "boot": "str", "seq": "int"}
FLAGS = {"exercise": "bool", "clock_ok": "bool"}
"""Present only where they say something: `exercise` when true, `clock_ok` when false."""

APART_MS_MAX = DAY_MS
"""A time inside that lies further from the message's own is none: a year 9999 fits no database
(InfluxDB ends in 2262), and a slow channel at 1e-9 Hz would not end either."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LISTS = {"register": "floors", "button": "edges", "maintenance": "items"}
_FAST, _SLOW = ("x_mps2", "y_mps2", "z_mps2"), ("position_m", "pressure_hpa", "speed_mps")


class Point(NamedTuple):
    """One point: nanoseconds since 1970, and fields in the order of the contract."""

    time_ns: int
    fields: dict[str, Value]


def field_types(kind: str) -> dict[str, str]:
    """Every field a point of the kind may have, with its one type: bool, int, float or str.

    >>> field_types("online")
    {'status': 'str', 'terminal': 'str', 'boot': 'str', 'seq': 'int', 'exercise': 'bool', \
'clock_ok': 'bool'}
    """
    stored = {"time": "str", "date": "str", "samples": "float"}
    said = {row.name: stored.get(row.type, row.type) for row in signals_of(kind)}
    return said | IDENTITY | FLAGS


def one_point_fields(kind: str) -> tuple[Signal, ...]:
    """The signals of a kind whose message is one point, in the order of its fields.

    Empty for the kinds whose messages may be several points, or nest.

    >>> [row.name for row in one_point_fields("online")], one_point_fields("button")
    (['status'], ())
    """
    names = set(KINDS[kind].__struct_fields__)
    rows = signals_of(kind)
    if any(row.name not in names or row.type in ("samples", "list") for row in rows):
        return ()
    order = ("float", "time", "date")
    last = {type_: place for place, type_ in enumerate(order, 1)}
    return tuple(sorted(rows, key=lambda row: last.get(row.type, 0)))


class _Getter:
    """Reads some fields of a struct at once, and leaves out the unknown ones."""

    def __init__(self, rows: Iterable[Signal]) -> None:
        by_type: dict[str, list[str]] = {"float": [], "time": [], "date": [], "plain": []}
        for row in rows:
            if row.type not in ("samples", "list"):
                by_type[row.type if row.type in by_type else "plain"].append(row.name)
        self._plain, self._read_plain = by_type["plain"], _reader(by_type["plain"])
        self._floats, self._read_floats = by_type["float"], _reader(by_type["float"])
        self._times, self._dates = by_type["time"], by_type["date"]

    def read(self, struct: Struct, shift: timedelta | None) -> dict[str, Value]:
        """What is known; moments are moved by `shift`."""
        said: dict[str, Value] = {
            name: value
            for name, value in zip(self._plain, self._read_plain(struct))  # noqa: B905 - hot, equal
            if value is not None
        }
        for name, value in zip(self._floats, self._read_floats(struct)):  # noqa: B905 - hot, equal
            if value is not None and isfinite(value):
                said[name] = float(value)
        for name in self._times:
            moment: datetime | None = getattr(struct, name)
            if moment is not None:
                said[name] = moment_text(_shifted(moment, shift))
        for name in self._dates:
            day: date | None = getattr(struct, name)
            if day is not None:
                said[name] = day.isoformat()
        return said


def moment_text(moment: datetime) -> str:
    """RFC 3339 of a moment, UTC, milliseconds: as `rfc3339(to_ms(...))`, in a sixth of its time.

    >>> moment_text(datetime(2026, 3, 2, 8, 14, 7, 420_999, tzinfo=UTC))
    '2026-03-02T08:14:07.420Z'
    """
    if moment.tzinfo is UTC and moment.year >= 1_000:
        return f"{moment.isoformat(timespec='milliseconds')[:-6]}Z"
    return rfc3339(to_ms(moment))


def _reader(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that gives several attributes as a tuple."""
    if len(names) > 1:
        return cast(Callable[[Any], tuple[Any, ...]], attrgetter(*names))
    return lambda struct: tuple(getattr(struct, name) for name in names)


def _main_getter(kind: str) -> _Getter:
    fields = set(KINDS[kind].__struct_fields__)
    if kind in _LISTS:
        fields -= set(_element_type(kind).__struct_fields__)
    return _Getter(row for row in signals_of(kind) if row.name in fields)


def _element_type(kind: str) -> type[Struct]:
    """The struct of which the list of a kind is made."""
    hint = get_type_hints(KINDS[kind])[_LISTS[kind]]
    ((element,),) = (part.__args__ for part in hint.__args__ if part is not type(None))
    return cast(type[Struct], element)


def _element_getter(kind: str) -> _Getter:
    fields = _element_type(kind).__struct_fields__
    return _Getter(row for row in signals_of(kind) if row.name in fields)


_MAIN = {kind: _main_getter(kind) for kind in KINDS}
_ELEMENT = {kind: _element_getter(kind) for kind in _LISTS}


@lru_cache(maxsize=65_536)
def below_of(terminal: str, boot: str) -> int:
    """A number of the sender and its boot, from which the nanoseconds are made."""
    digest = blake2b(f"{terminal}\0{boot}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest)


def points_of(message: Message) -> list[Point]:
    """All points of a message, the main one first.

    >>> from liftwatch.telemetry.messages import Online
    >>> said = Online(v=1, terminal="T", boot="b", seq=7, at="...", status="online")
    >>> (point,) = points_of(
    ...     Message(area="320583", estate="garden", lift="L-01", kind="online", source="terminal",
    ...             at_ms=5, stored_ms=5, received_ms=9, clock_ok=True, late=False,
    ...             exercise=False, body=said)
    ... )
    >>> point.time_ns // 1_000_000, point.fields
    (5, {'status': 'online', 'terminal': 'T', 'boot': 'b', 'seq': 7})
    """
    body, kind, shift = message.body, message.kind, None
    if not message.clock_ok and message.stored_ms != message.received_ms:
        # the times inside were moved to this reception; the points belong to the first one
        shift = timedelta(milliseconds=message.stored_ms - message.received_ms)
    last: dict[str, Value] = {"terminal": body.terminal, "boot": body.boot, "seq": body.seq}
    if message.exercise:
        last["exercise"] = True
    if not message.clock_ok:
        last["clock_ok"] = False
    below = below_of(body.terminal, body.boot) + body.seq * STRIDE
    fields = _MAIN[kind].read(body, shift)
    if type(body) is Health and body.sensors is not None:
        fields |= _sensors(body)
    points = [Point(message.stored_ms * 1_000_000 + below % 1_000_000, fields | last)]
    if kind in _LISTS:
        points += _elements(message, below, shift=shift, last=last)
    elif type(body) is Burst:
        points += _samples(message, body, shift=shift, last=last)
    return points


def _sensors(body: Health) -> dict[str, Value]:
    said = body.sensors
    if said is None:
        return {}
    values = ((name, getattr(said, name)) for name in said.__struct_fields__)
    return {f"sensors_{name}": value for name, value in values if value is not None}


def _elements(
    message: Message, below: int, *, shift: timedelta | None, last: dict[str, Value]
) -> Iterator[Point]:
    """A point for each element: an edge at its own moment, anything else at the message's."""
    getter = _ELEMENT[message.kind]
    own_time = type(message.body) is Button
    for place, element in enumerate(getattr(message.body, _LISTS[message.kind]) or (), 1):
        at_ms = message.stored_ms
        if own_time and element.at is not None:
            own_ms = to_ms(_shifted(element.at, shift))
            at_ms = own_ms if abs(own_ms - at_ms) <= APART_MS_MAX else at_ms
        time_ns = at_ms * 1_000_000 + (below + place) % 1_000_000
        yield Point(time_ns, getter.read(element, shift) | last)


def _samples(
    message: Message, burst: Burst, *, shift: timedelta | None, last: dict[str, Value]
) -> Iterator[Point]:
    """The samples of all axes, then those of the slow channels, sample k at its own moment.

    Where the burst does not tell both beginning and rate, the one follows from the other and from
    `at`, the time of the last sample; without either a sample has no time and gives no point.
    """
    below = (below_of(burst.terminal, burst.boot) + 2 * burst.seq) % 997
    end_us, begin_us = message.stored_ms * 1_000, None
    if burst.started_at is not None:
        begin_us = (_shifted(burst.started_at, shift) - _EPOCH) // _MICROSECOND
        if abs(end_us - begin_us) > APART_MS_MAX * 1_000:
            begin_us = None
    for group, names, rate_hz in ((0, _FAST, burst.rate_hz), (1, _SLOW, burst.slow_rate_hz)):
        channels = [(name, values) for name in names if (values := getattr(burst, name))]
        count = max((len(values) for _, values in channels), default=0)
        placed = _placed(count, begin_us=begin_us, end_us=end_us, rate_hz=rate_hz)
        for k, at_us in enumerate(placed):
            said: dict[str, Value] = {
                name: float(values[k])
                for name, values in channels
                if k < len(values) and isfinite(values[k])
            }
            yield Point(at_us * 1_000 + below + group, said | last)


def _placed(
    count: int, *, begin_us: int | None, end_us: int, rate_hz: float | None
) -> Iterable[int]:
    """The microsecond of every sample; none where it cannot be known."""
    if rate_hz is None:
        if begin_us is None or count < 2 or end_us - begin_us < count:
            return ()
        rate_hz = (count - 1) * 1e6 / (end_us - begin_us)
    step_us = 1e6 / rate_hz
    count = min(count, int(APART_MS_MAX * 1_000 / step_us) + 1)
    start_us = end_us - int((count - 1) * step_us) if begin_us is None else begin_us
    return (start_us + int(k * step_us) for k in range(count))


def _shifted(moment: datetime, shift: timedelta | None) -> datetime:
    if shift is None:
        return moment
    try:
        return moment + shift
    except OverflowError:
        return moment  # year 0 or 10 000: a clock as wrong as that tells nothing either way

"""One table of everything a lift can say: kind, name, type, unit, range, sensor.

The rows are read off the types in `messages`, so that a signal is written down once; decoder,
store, documentation and dashboards read this table.
"""

import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, to_builtins

from liftwatch.telemetry.messages import KINDS, Wire

UNITS = {
    "mps3": "m/s³",
    "mps2": "m/s²",
    "mps": "m/s",
    "mm": "mm",
    "m": "m",
    "s": "s",
    "ms": "ms",
    "h": "h",
    "c": "°C",
    "pct": "%",
    "kg": "kg",
    "a": "A",
    "n": "N",
    "mg": "mg",
    "wh": "Wh",
    "kwh": "kWh",
    "dba": "dB(A)",
    "dbm": "dBm",
    "hpa": "hPa",
    "hz": "Hz",
    "years": "a",
}
"""The unit is the end of a signal's name (contract, Envelope)."""

SENSOR_OF = {
    "in_door_zone": "level",
    "level_error_mm": "level",
    "car_door": "door",
    "doors_closed": "door",
    "doors_locked": "door",
    "occupied": "presence",
    "people": "presence",
    "load_pct": "load",
    "overload": "load",
    "x_mps2": "accelerometer",
    "y_mps2": "accelerometer",
    "z_mps2": "accelerometer",
    "pressure_hpa": "pressure",
    "edges": "button",
    "motor_current_a": "current",
    "current_rms_a": "current",
    "current_peak_a": "current",
}
"""The sensor of `health.sensors` whose fault makes a signal unknown."""


class Signal(NamedTuple):
    """One row. `low` and `high` bound numbers, `choices` lists the words of an enumeration."""

    kind: str
    name: str
    type: Literal["bool", "int", "float", "str", "time", "date", "samples", "list"]
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    sensor: str


ENVELOPE = tuple(Wire.__struct_fields__)


def state_data(state: Wire) -> dict[str, object]:
    """A state without its envelope, as plain data."""
    data: dict[str, object] = to_builtins(state)
    return {name: value for name, value in data.items() if name not in ENVELOPE}


def unit_of(name: str) -> str:
    """The unit a signal's name ends in, or nothing.

    >>> unit_of("speed_max_mps"), unit_of("machine_room_c"), unit_of("people")
    ('m/s', '°C', '')
    """
    return UNITS.get(name.rsplit("_", 1)[-1], "") if "_" in name else ""


def _bare(hint: Any) -> tuple[Any, Meta | None]:
    """The type inside `X | None` and Annotated, with its bounds."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        meta = next((note for note in notes if isinstance(note, Meta)), None)
        if get_origin(inner) is Annotated:
            inner = get_args(inner)[0]
        return inner, meta
    return hint, None


_TYPES: dict[Any, Literal["bool", "int", "float", "str", "time", "date"]] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    datetime: "time",
    date: "date",
}


def _row(kind: str, name: str, hint: Any) -> Signal:
    bare, meta = _bare(hint)
    low = high = None
    if meta is not None:
        low = meta.ge if meta.ge is not None else meta.gt
        high = meta.le if meta.le is not None else meta.lt
    choices = get_args(bare) if get_origin(bare) is Literal else ()
    if choices:
        type_: Any = "str"
    elif get_origin(bare) is list:
        element, _ = _bare(get_args(bare)[0])
        type_ = "samples" if element is float else "list"
    else:
        type_ = _TYPES.get(bare, "list")
    return Signal(kind, name, type_, unit_of(name), low, high, choices, SENSOR_OF.get(name, ""))


def _rows(kind: str, struct: type[Struct]) -> Iterator[Signal]:
    hints = get_type_hints(struct, include_extras=True)
    for name in struct.__struct_fields__:
        if name in ENVELOPE and issubclass(struct, Wire):
            continue
        bare, _ = _bare(hints[name])
        if get_origin(bare) is list:
            element, _ = _bare(get_args(bare)[0])
            if isinstance(element, type) and issubclass(element, Struct):
                yield from _rows(kind, element)
                continue
        if isinstance(bare, type) and issubclass(bare, Struct):
            for row in _rows(kind, bare):
                yield row._replace(name=f"{name}_{row.name}")
            continue
        yield _row(kind, name, hints[name])


SIGNALS: tuple[Signal, ...] = tuple(
    row for kind, type_ in KINDS.items() for row in _rows(kind, type_)
)


def signals_of(kind: str) -> tuple[Signal, ...]:
    """The rows of one kind, in the order of the contract.

    >>> [row.name for row in signals_of("online")]
    ['status']
    """
    return tuple(row for row in SIGNALS if row.kind == kind)

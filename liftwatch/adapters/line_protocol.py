"""InfluxDB's line protocol, five times as fast as influxdb-client's `Point` and of equal meaning.

Text that tests compare with `Point.to_line_protocol()`: tags in the order given (by name), fields
as they come, floats as Python prints them, integers with `i`, strings quoted.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite

from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.points import Value, points_of

TAGS = ("area", "estate", "lift", "source")  # nothing that changes is a tag
_MEASUREMENT = str.maketrans({",": r"\,", " ": r"\ ", "\n": r"\n", "\t": r"\t", "\r": r"\r"})
_KEY = _MEASUREMENT | str.maketrans({"=": r"\="})


def key_text(text: str) -> str:
    """A tag's or a field's name as it stands in a line."""
    return text.translate(_KEY)


def tag_text(value: str) -> str:
    """A tag's value as it stands in a line; a backslash at its end would swallow what follows."""
    escaped = value.translate(_KEY)
    return f"{escaped} " if escaped.endswith("\\") else escaped


def head_text(measurement: str, tags: Iterable[tuple[str, str]]) -> str:
    """What stands before the fields; a tag without a value is left out.

    >>> head_text("lift_state", [("area", "320583"), ("lift", "L 1")])
    'lift_state,area=320583,lift=L\\\\ 1 '
    """
    said = (f",{key_text(name)}={tag_text(value)}" for name, value in tags if value)
    return f"{measurement.translate(_MEASUREMENT)}{''.join(said)} "


def fields_text(fields: Mapping[str, Value]) -> str:
    r"""The fields; a number that is not finite is left out, since no database takes it.

    >>> fields_text({"floor": 3, "speed_mps": 0.5, "occupied": True, "floor_label": 'B"1'})
    'floor=3i,speed_mps=0.5,occupied=true,floor_label="B\\"1"'
    """
    parts = []
    for name, value in fields.items():
        kind = type(value)
        if kind is float:
            if isfinite(value):  # type: ignore[arg-type]  # a float, as the line above knows
                parts.append(f"{name}={value!r}")
        elif kind is int:
            parts.append(f"{name}={value}i")
        else:
            parts.append(_word(name, value))
    return ",".join(parts)


@lru_cache(maxsize=32_768)  # most are words of an enumeration
def _word(name: str, value: str | bool) -> str:
    if value is True or value is False:
        return f"{name}=true" if value else f"{name}=false"
    return f'{name}="{string_text(value)}"'


def string_text(value: str) -> str:
    """A string as it stands between quotes."""
    return value.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=262_144)  # 10 000 lifts of twelve kinds, twice
def _head(kind: str, tags: tuple[str, str, str, str]) -> str:
    return head_text(f"lift_{kind}", zip(TAGS, tags, strict=True))


def lines_of(message: Message) -> list[bytes]:
    """The lines of all points of a message, without line ends."""
    tags = (message.area, message.estate, message.lift, message.source)
    head = _head(message.kind, tags)
    return [
        f"{head}{fields_text(fields)} {time_ns}".encode(errors="replace")
        for time_ns, fields in points_of(message)
    ]

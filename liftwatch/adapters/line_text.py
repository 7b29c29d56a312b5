"""The words of InfluxDB's line protocol: names, tags, fields, escaped as influxdb-client does.

Tests compare it with `Point.to_line_protocol()`: tags in the order given (by name), fields as they
come, floats as Python prints them, integers with `i`, strings quoted.
"""

from collections.abc import Iterable, Mapping
from math import isfinite

from liftwatch.telemetry.points import Value

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
    return ",".join(
        field_text(name, value)
        for name, value in fields.items()
        if type(value) is not float or isfinite(value)
    )


def field_text(name: str, value: Value) -> str:
    """One field; a number must be finite.

    >>> field_text("floor", 3), field_text("speed_mps", 1e-7), field_text("occupied", False)
    ('floor=3i', 'speed_mps=1e-07', 'occupied=false')
    """
    kind = type(value)
    if kind is float:
        return f"{name}={value!r}"
    if kind is int:
        return f"{name}={value}i"
    if kind is bool:
        return f"{name}=true" if value else f"{name}=false"
    return f'{name}="{string_text(str(value))}"'


def string_text(value: str) -> str:
    """A string as it stands between quotes."""
    return value.replace("\\", "\\\\").replace('"', '\\"')

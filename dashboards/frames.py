"""Answers of data sources as Grafana's tables of fields: what a panel draws from.

A field is a column with a name and a type (time in ms, number, text, boolean); a series over time
is a table of two fields.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

Type = Literal["time", "number", "string", "boolean"]
_LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TAG = re.compile(r"\$tag_(\w+)")


class Field(NamedTuple):
    """One column."""

    name: str
    type: Type
    values: list[Any]


class Table(NamedTuple):
    """What one of InfluxDB's series says."""

    name: str
    tags: Mapping[str, str]
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]


def plain(value: Any) -> Any:
    """A value of PostgreSQL as JSON has it: moments in ms, exact numbers as floats.

    >>> plain(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)), plain(Decimal("0.5")), plain("x")
    (1000, 0.5, 'x')
    """
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, date):
        return round(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)
    return float(value) if isinstance(value, Decimal) else value


def type_of(values: Iterable[Any]) -> Type:
    """The type of a column by its first value that is one."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, date):
        return "time"
    if isinstance(first, bool):
        return "boolean"
    return "number" if isinstance(first, int | float | Decimal) else "string"


def of_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Field]:
    """A table of PostgreSQL as fields."""
    told = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return [
        Field(name, type_of(values), [plain(value) for value in values])
        for name, values in zip(columns, told, strict=True)
    ]


def over_time(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[list[Field]]:
    """Rows over time as series: of each number one, and where there is a text `metric`, by it.

    >>> over_time(["time", "metric", "n"], [[1, "a", 2], [1, "b", 3]])[1]
    [Field(name='time', type='time', values=[1]), Field(name='b', type='number', values=[3])]
    """
    at = columns.index("time")
    named = columns.index("metric") if "metric" in columns else None
    found: dict[str, tuple[list[Any], list[Any]]] = {}
    for row in rows:
        for k, name in enumerate(columns):
            if k not in (at, named):
                series = found.setdefault(name if named is None else row[named], ([], []))
                series[0].append(plain(row[at]))
                series[1].append(plain(row[k]))
    return [
        [Field("time", "time", times), Field(name, "number", values)]
        for name, (times, values) in found.items()
    ]


def of_series(tables: Sequence[Table], *, alias: str) -> list[list[Field]]:
    """Series of InfluxDB over time, called by `alias`: `$tag_estate` is the tag's value."""
    found = []
    for table in tables:
        told = list(zip(*table.values, strict=True))
        for name, values in zip(table.columns[1:], told[1:], strict=True):
            called = _called(alias, _TAG, table.tags) or name
            time = Field("time", "time", list(told[0]))
            found.append([time, Field(called, type_of(values), list(values))])
    return found


def as_table(tables: Sequence[Table]) -> list[Field]:
    """Series of InfluxDB as one table: time, tags, columns."""
    if not tables:
        return []
    tags = list(tables[0].tags)
    names = ["Time", *tags, *tables[0].columns[1:]]
    rows = [
        [row[0], *(table.tags[tag] for tag in tags), *row[1:]]
        for table in tables
        for row in table.values
    ]
    fields = of_rows(names, rows)
    return [fields[0]._replace(type="time"), *fields[1:]]


def of_metrics(result: Sequence[Mapping[str, Any]], *, legend: str) -> list[list[Field]]:
    """Series of Prometheus (`query_range`), called by `legend`: `{{reason}}` is a label's value.

    >>> of_metrics([{"metric": {"a": "x"}, "values": [[1.5, "2"]]}], legend="{{a}}")[0][1]
    Field(name='x', type='number', values=[2.0])
    """
    found = []
    for one in result:
        called = _called(legend, _LEGEND, one["metric"])
        times = [round(at_s * 1000) for at_s, _ in one["values"]]
        values = [float(value) for _, value in one["values"]]
        found.append([Field("time", "time", times), Field(called, "number", values)])
    return found


def _called(text: str, pattern: re.Pattern[str], values: Mapping[str, str]) -> str:
    return pattern.sub(lambda found: values.get(found[1], ""), text)

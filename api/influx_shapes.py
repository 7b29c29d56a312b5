"""What InfluxDB 1 answers to a query, as `/v1/influx/query` does."""

from typing import Any

import msgspec


class InfluxTable(msgspec.Struct, omit_defaults=True):
    """One series: times first, then what was asked for."""

    name: str
    columns: list[str]
    values: list[list[Any]]
    tags: dict[str, str] = {}


class InfluxResult(msgspec.Struct, omit_defaults=True):
    """The answer to the one statement; without rows it has no series."""

    statement_id: int
    series: list[InfluxTable] = []


class InfluxAnswer(msgspec.Struct):
    """What InfluxDB 1 answers to a query."""

    results: list[InfluxResult]


DESCRIBED_INFLUX = (InfluxAnswer, InfluxResult, InfluxTable)

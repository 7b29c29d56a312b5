"""Queries of panels as Grafana's data sources take them; the SDK has no class for these."""

from collections.abc import Mapping
from typing import Any, Literal

from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.builder import Builder

from dashboards.sources import METRICS, SQL, TELEMETRY, Source

Format = Literal["table", "time_series"]


class Query(variants.Dataquery, Builder[variants.Dataquery]):
    """One query; it is its own builder."""

    def __init__(self, source: Source, fields: Mapping[str, Any]) -> None:
        self.source, self.fields = source, dict(fields)

    def build(self) -> "Query":
        """Itself."""
        return self

    def named(self, ref: str) -> "Query":
        """The same under another letter."""
        return Query(self.source, self.fields | {"refId": ref})

    def to_json(self) -> dict[str, Any]:
        """What stands in a panel's `targets`."""
        return {
            "datasource": {"type": self.source.type, "uid": self.source.uid},
            "refId": "A",
            **self.fields,
        }


def sql(text: str, *, as_: Format = "table") -> Query:
    """A query of the views of PostgreSQL."""
    one = " ".join(text.split())
    return Query(SQL, {"rawSql": one, "format": as_, "rawQuery": True, "editorMode": "code"})


def influx(text: str, *, alias: str = "", as_: Format = "time_series") -> Query:
    """A query of telemetry; `alias` names the series."""
    fields = {"query": " ".join(text.split()), "rawQuery": True, "resultFormat": as_}
    return Query(TELEMETRY, fields | ({"alias": alias} if alias else {}))


def metric(expression: str, *, legend: str) -> Query:
    """A query of the services' own figures, by Prometheus."""
    return Query(METRICS, {"expr": expression, "legendFormat": legend, "range": True})

"""Asks the data sources of an organisation of Grafana as Grafana does: same address, same secret.

What they are stands in `dashboards.provisioning`; the variables are those of Grafana's environment.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from dashboards.frames import Table
from dashboards.provisioning import sources
from dashboards.push import PushError, filled
from dashboards.sources import METRICS, SQL, TELEMETRY

TIMEOUT_S = 30.0
REASON_MAX = 300
Rows = tuple[list[str], list[Sequence[Any]]]


class NotAnswered(Exception):
    """A data source did not answer, in one line."""


class Answers(Protocol):
    """The data sources of a role."""

    def sql(self, text: str) -> Rows:
        """Columns and rows of PostgreSQL."""

    def influx(self, text: str) -> list[Table]:
        """Series of InfluxDB, times in ms."""

    def metrics(self, text: str, *, from_ms: int, to_ms: int, step_ms: int) -> list[Any]:
        """Series of Prometheus."""


class Sources:
    """The real ones, by the variables of an environment (`LIFT_PG_HOST` and so on).

    Every call raises NotAnswered; what is not set is a source that does not answer.
    """

    def __init__(self, role: str, environment: Mapping[str, str]) -> None:
        self._made = {one["uid"]: one for one in sources(role, organisation=1)}
        self._environment = environment

    def _source(self, uid: str) -> dict[str, Any]:
        found = self._made.get(uid)
        if found is None:
            raise NotAnswered(f"this role has no {uid}")
        try:
            told: dict[str, Any] = filled(found, self._environment)
        except PushError as error:  # a variable is not set
            raise NotAnswered(_brief(error)) from error
        return told

    def sql(self, text: str) -> Rows:
        """Columns and rows of PostgreSQL, as the reader of the role."""
        import psycopg

        source = self._source(SQL.uid)
        host, _, port = source["url"].partition(":")
        try:
            with psycopg.connect(
                host=host,
                port=port or None,
                dbname=source["jsonData"]["database"],
                sslmode=source["jsonData"]["sslmode"],
                user=source["user"],
                password=source["secureJsonData"]["password"],
                connect_timeout=int(TIMEOUT_S),
            ) as connection:
                answer = connection.execute(text.encode())
                columns = [column.name for column in answer.description or ()]
                return columns, [tuple(row) for row in answer.fetchall()]
        except psycopg.Error as error:
            raise NotAnswered(f"PostgreSQL: {_brief(error)}") from error

    def influx(self, text: str) -> list[Table]:
        """Series of InfluxDB or of our API, times in ms."""
        source = self._source(TELEMETRY.uid)
        found = _get(
            f"{source['url']}/query",
            {"db": source["jsonData"]["dbName"], "q": text, "epoch": "ms"},
            headers={"Authorization": source["secureJsonData"]["httpHeaderValue1"]},
        )
        result = found["results"][0]
        if "error" in result:
            raise NotAnswered(f"InfluxDB: {result['error']}"[:REASON_MAX])
        return [
            Table(one["name"], one.get("tags", {}), one["columns"], one["values"])
            for one in result.get("series", ())
        ]

    def metrics(self, text: str, *, from_ms: int, to_ms: int, step_ms: int) -> list[Any]:
        """Series of Prometheus."""
        asked = {"query": text, "start": from_ms / 1000, "end": to_ms / 1000}
        url = f"{self._source(METRICS.uid)['url']}/api/v1/query_range"
        found: list[Any] = _get(url, asked | {"step": step_ms / 1000})["data"]["result"]
        return found


def _get(url: str, query: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Any:
    asked = Request(f"{url}?{urlencode(query)}", headers=dict(headers or {}))
    try:
        with urlopen(asked, timeout=TIMEOUT_S) as answer:
            return json.load(answer)
    except HTTPError as error:
        told = error.read(4 * REASON_MAX).decode(errors="replace")
        raise NotAnswered(f"answers {error.code}: {told}"[:REASON_MAX]) from error
    except (OSError, ValueError) as error:
        raise NotAnswered(f"does not answer: {_brief(error)}") from error


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:REASON_MAX] or type(error).__name__

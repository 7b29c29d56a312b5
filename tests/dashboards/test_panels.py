"""Every panel's query, on a real InfluxDB and a real PostgreSQL that the simulator has filled.

Each is asked as Grafana asks it: its variables and macros filled in, as the reader of its role, and
telemetry through our own grammar. It must return rows of the type that the panel draws; `-s`
prints the table.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from numbers import Number
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.rows import dict_row

from api.influx import rows_of
from api.seen import SeenBooks
from dashboards.asked import Span, influx_text, sql_text
from dashboards.build import HERE
from dashboards.provisioning import DASHBOARDS_OF, DIRECT
from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.grafana import drop_reader, known_readers
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.telemetry.asked_grammar import read
from tests.conftest import Influx
from tests.dashboards.conftest import DSN, own_database
from tests.dashboards.world import World, fill, opened

AREA = Sight(places=(Place("320583"),))


class Panel(NamedTuple):
    """One query of a panel, as a role asks it."""

    role: str
    board: str
    title: str
    type: str
    target: dict[str, Any]
    raw: dict[str, Any]


def panels() -> list[Panel]:
    """All queries of all panels, for each role that has the dashboard."""
    found = []
    for role, names in DASHBOARDS_OF.items():
        for name in names:
            path = HERE / "json" / "en" / f"liftwatch-{name}-en.json"
            for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
                found += [
                    Panel(role, name, panel["title"], panel["type"], target, panel)
                    for target in panel["targets"]
                ]
    return found


@pytest.fixture(scope="module")
def world(postgres: Any, influx: Influx) -> Iterator[World]:
    """The data, for all panels."""
    with own_database(postgres) as url, opened(influx.url) as store:
        with closing(open_books(url)) as books:
            yield fill(books, store, url)
        for name in known_readers(url):
            drop_reader(url, name)


def chosen(world: World) -> dict[str, list[str]]:
    """All estates, and the lift with everything."""
    estates = {message.estate for message in world.messages} | {"yushan-garden"}
    return {"estate": sorted(estates), "lift": [busiest(world)]}


def as_sql(text: str, world: World) -> str:
    """What Grafana makes of a query of PostgreSQL."""
    span = Span(world.now_ms - 30 * DAY_MS, world.now_ms + 60_000)
    return sql_text(text, span, chosen(world))


def busiest(world: World) -> str:
    """The lift whose entrapment people worked on: of it there is everything."""
    with world.books.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT lift FROM incident WHERE kind = 'vibration_wear'"
        )
        return str(found.scalar_one())


def as_influx(text: str, world: World) -> str:
    """What Grafana makes of a query of InfluxDB."""
    span = Span(world.now_ms - 6 * HOUR_MS, world.now_ms)
    text = influx_text(text, span, chosen(world), step_ms=MINUTE_MS)
    assert "$" not in text.replace("$/", ""), text
    return text


def rows_of_sql(panel: Panel, world: World) -> list[dict[str, Any]]:
    """What the panel's reader is told by PostgreSQL."""
    reader = world.readers[panel.role]
    text = as_sql(panel.target["rawSql"], world)
    assert "$" not in text, text
    with psycopg.connect(DSN.format(**reader._asdict()), row_factory=dict_row) as connection:
        return connection.execute(text.encode()).fetchall()


def rows_of_influx(panel: Panel, world: World) -> list[dict[str, Any]]:
    """What it is told of telemetry, through the grammar, within its rows."""
    asked = read(as_influx(panel.target["query"], world), now_ms=world.now_ms)
    sight = EVERYTHING if panel.role in DIRECT else AREA
    rows = rows_of(SeenBooks(world.books, sight), asked.where)
    return [
        dict(zip(table.columns, values, strict=True)) | table.tags
        for table in world.store.ask(asked, rows)
        for values in table.values
    ]


def fits(panel: Panel, rows: list[dict[str, Any]]) -> str:
    """Why rows are not of the type that the panel draws; nothing when they are."""
    if not rows:
        return "no rows"
    first = rows[0]
    numbers = [n for n, v in first.items() if isinstance(v, Number) and n != "time"]
    if panel.type in ("stat", "bargauge") and not numbers:
        return f"no number among {first}"
    if panel.type == "bargauge" and len(first) > 2:
        return "a bar has a name and a number"
    if panel.type in ("timeseries", "statetimeline") and "time" not in first:
        return "no time"
    if panel.type == "timeseries" and not any(
        isinstance(v, Number) for row in rows for n, v in row.items() if n != "time"
    ):
        return "no number over time"
    if panel.type == "statetimeline" and not any(
        isinstance(v, str) for row in rows for n, v in row.items()
    ):
        return "no words over time"
    if panel.type == "table":
        overridden = [
            override["matcher"]["options"]
            for override in panel.raw["fieldConfig"]["overrides"]
            if override["matcher"]["id"] == "byName"
        ]
        told = set(first) | ({"Time"} if "time" in first else set())
        return ", ".join(f"no column {name}" for name in overridden if name not in told)
    return ""


def test_every_panel_draws_something(world: World) -> None:
    """By role: the rows come, and are of the panel's type."""
    print()
    wrong, counted = [], 0
    for panel in panels():
        if "expr" in panel.target:
            continue
        rows = (
            rows_of_sql(panel, world) if "rawSql" in panel.target else rows_of_influx(panel, world)
        )
        source = "PostgreSQL" if "rawSql" in panel.target else "InfluxDB"
        print(
            f"{panel.role:12} {panel.board:12} {panel.type:14} {source:10} {len(rows):5}"
            f"  {panel.title}"
        )
        reason = fits(panel, rows)
        if reason:
            wrong.append((panel.role, panel.board, panel.title, reason))
        counted += 1
    assert wrong == []
    assert counted > 100


def test_what_wore_and_was_mended_is_not_listed(world: World) -> None:
    """A trend that is over is history: the table of a lift lists those that last."""
    shown = [one for one in panels() if one.title == "Worn parts: limit and forecast"]
    assert shown
    wear = "UPDATE incident SET state = '{}' WHERE kind = 'vibration_wear'"
    try:
        with world.books.engine.begin() as connection:
            connection.exec_driver_sql(wear.format("closed"))
        assert all(rows_of_sql(one, world) == [] for one in shown)
    finally:
        with world.books.engine.begin() as connection:
            connection.exec_driver_sql(wear.format("raised"))
    assert all(rows_of_sql(one, world) for one in shown)


def test_variables_and_marks_are_answered(world: World) -> None:
    """The lists to choose from, and the incidents on a lift's charts."""
    for role, names in DASHBOARDS_OF.items():
        for name in names:
            path = HERE / "json" / "zh" / f"liftwatch-{name}-zh.json"
            found = json.loads(path.read_text(encoding="utf-8"))
            with psycopg.connect(
                DSN.format(**world.readers[role]._asdict()), row_factory=dict_row
            ) as connection:
                for variable in found["templating"]["list"]:
                    if variable["type"] == "query":
                        rows = connection.execute(variable["query"].encode()).fetchall()
                        assert rows
                        assert set(rows[0]) == {"__value", "__text"}
                for mark in found["annotations"].get("list", []):
                    text = as_sql(mark["target"]["rawSql"], world)
                    rows = connection.execute(text.encode()).fetchall()
                    assert rows
                    assert set(rows[0]) == {"time", "timeEnd", "text", "tags"}


def test_alert_rules_are_answered(world: World) -> None:
    """Each rule's query, as the reader of its role: a label or two, and one number."""
    from dashboards.alerts import groups

    fired = set()
    for role in ("property", "maintenance", "supervision"):
        reader = world.readers[role]
        with psycopg.connect(DSN.format(**reader._asdict()), row_factory=dict_row) as connection:
            for rule in (r for group in groups(role, organisation=1) for r in group["rules"]):
                text = rule["data"][0]["model"]["rawSql"]
                for row in connection.execute(text.encode()).fetchall():
                    assert set(row) == {"lift", "estate", "number"}
                    assert row["number"] >= 1
                    fired.add(rule["labels"]["kind"])
    assert {"entrapment", "vibration_wear", "maintenance_overdue"} <= fired


def test_a_panel_that_draws_nothing_would_be_found(world: World) -> None:
    """No rows, a wrong column, a number that is none."""
    (one,) = [
        panel
        for panel in panels()
        if (panel.role, panel.title) == ("property", "Open incidents, worst first")
    ]
    rows = rows_of_sql(one, world)
    assert fits(one, rows) == ""
    assert fits(one, []) == "no rows"
    assert fits(one, [{"id": "x"}]).startswith("no column severity")
    assert fits(one._replace(type="stat"), [{"lift": "x"}]).startswith("no number")


def test_figures_of_the_services_are_figures_there_are() -> None:
    """Names in PromQL are those that the services count under; Prometheus itself is not run."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("ingest", "liftwatch", "api")
        for path in (HERE.parent / folder).rglob("*.py")
    )
    counted = set(re.findall(r'"(liftwatch_[a-z_]+)"', source))
    asked = {
        name
        for panel in panels()
        for name in re.findall(r"liftwatch_[a-z_]+", panel.target.get("expr", ""))
    }
    assert len(asked) >= 4
    assert {name.removesuffix("_total") for name in asked} <= counted

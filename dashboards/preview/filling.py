"""A dashboard with the answers to all its queries, as the page of a preview draws it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dashboards.answers import Answers, NotAnswered
from dashboards.asked import Span, influx_text, metric_text, span_of, sql_text, step_ms
from dashboards.frames import Field, as_table, of_metrics, of_rows, of_series, over_time, plain


class Variable(NamedTuple):
    """What is chosen at the top of a dashboard."""

    label: str
    values: tuple[str, ...]
    text: str


def filled_board(
    board: Mapping[str, Any], answers: Answers, *, now_ms: int, lift: str | None = None
) -> dict[str, Any]:
    """A dashboard's JSON as its page takes it: panels with `frames`, or with `error` in words.

    Of a variable that takes many all are chosen, of another the one named, or else the first.
    """
    span = span_of(board["time"]["from"], now_ms=now_ms)
    trouble: list[str] = []
    variables = _variables(board, answers, trouble, lift=lift)
    chosen = {name: one.values for name, one in variables.items()}
    return {
        "uid": board["uid"],
        "title": board["title"],
        "from": span.from_ms,
        "to": span.to_ms,
        "console": chosen["console"][0],
        "variables": [one._asdict() for name, one in variables.items() if one.label],
        "trouble": trouble,
        "marks": _marks(board, answers, trouble, span=span, chosen=chosen),
        "panels": [_panel(one, answers, span=span, chosen=chosen) for one in board["panels"]],
    }


def _variables(
    board: Mapping[str, Any], answers: Answers, trouble: list[str], *, lift: str | None
) -> dict[str, Variable]:
    found = {}
    for one in board["templating"]["list"]:
        if one["type"] == "constant":
            found[one["name"]] = Variable("", (one["query"],), "")
            continue
        try:
            columns, rows = answers.sql(one["query"])
        except NotAnswered as error:
            trouble.append(f"{one['label']}: {error}")
            columns, rows = ["__value", "__text"], []
        value, text = columns.index("__value"), columns.index("__text")
        if one.get("multi"):
            kept = list(rows)
        else:
            kept = [row for row in rows if row[value] == lift] or list(rows[:1])
        texts = ", ".join(str(row[text]) for row in kept)
        found[one["name"]] = Variable(one["label"], tuple(row[value] for row in kept), texts)
    return found


def _marks(
    board: Mapping[str, Any], answers: Answers, trouble: list[str], *, span: Span, chosen: Any
) -> list[dict[str, Any]]:
    """Annotations: from, to, text, colour."""
    found = []
    for one in board["annotations"].get("list", ()):
        try:
            columns, rows = answers.sql(sql_text(one["target"]["rawSql"], span, chosen))
        except NotAnswered as error:
            trouble.append(f"{one['name']}: {error}")
            continue
        for row in rows:
            told = dict(zip(columns, row, strict=True))
            found.append(
                {
                    "from": plain(told["time"]),
                    "to": plain(told["timeEnd"]),
                    "text": told["text"],
                    "colour": one["iconColor"],
                }
            )
    return found


def _panel(
    panel: Mapping[str, Any], answers: Answers, *, span: Span, chosen: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    own = panel.get("timeFrom")
    span = span_of(own, now_ms=span.to_ms) if own else span
    told: dict[str, Any] = {
        name: panel.get(name)
        for name in ("id", "title", "description", "type", "gridPos", "options", "fieldConfig")
    }
    told |= {"from": span.from_ms, "to": span.to_ms, "frames": [], "error": ""}
    step = step_ms(span, columns=panel["gridPos"]["w"])
    try:
        for target in panel["targets"]:
            frames = _frames(target, answers, span=span, chosen=chosen, step=step)
            told["frames"] += [[field._asdict() for field in frame] for frame in frames]
    except NotAnswered as error:
        told["error"] = str(error)
    return told


def _frames(
    target: Mapping[str, Any], answers: Answers, *, span: Span, chosen: Any, step: int
) -> list[list[Field]]:
    if "rawSql" in target:
        columns, rows = answers.sql(sql_text(target["rawSql"], span, chosen))
        if target["format"] == "time_series":
            return over_time(columns, rows)
        return [of_rows(columns, rows)]
    if "expr" in target:
        text = metric_text(target["expr"], step_ms=step)
        found = answers.metrics(text, from_ms=span.from_ms, to_ms=span.to_ms, step_ms=step)
        return of_metrics(found, legend=target["legendFormat"])
    tables = answers.influx(influx_text(target["query"], span, chosen, step_ms=step))
    if target["resultFormat"] == "table":
        return [as_table(tables)] if tables else []
    return of_series(tables, alias=target.get("alias", ""))

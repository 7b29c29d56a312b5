"""The sorts of panels, each made one way: figure, table, chart, bars, states."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

from dashboards.board import Board, reference, steps
from dashboards.queries import Query
from dashboards.values import mappings
from dashboards.words import Words


class Column(NamedTuple):
    """A column of a table: what it is called, its unit, words for its values, where it leads; a
    number may be a bar. One `by_language` is two of the query's, NAME_zh and NAME_en."""

    name: str
    title: Words
    unit: str = ""
    words: str = ""
    link: str = ""
    width: int = 0
    limits: Sequence[tuple[float, str]] = ()
    bar: bool = False
    by_language: bool = False


TO_INCIDENT = "${console}/incidents/${__data.fields.id}"
TO_LIFT = "/d/liftwatch-lift-${lang}?var-lift=${__value.raw}"


def figure(
    board: Board, query: Query, *, unit: str = "none", limits: Sequence[tuple[float, str]] = ()
) -> stat.Panel:
    """One number, coloured by its limits."""
    return (
        stat.Panel()
        .datasource(reference(query.source))
        .with_target(query)
        .unit(unit)
        .thresholds(steps(*limits))
        .graph_mode(shapes.BigValueGraphMode.NONE)
        .color_mode(shapes.BigValueColorMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .no_value(board.say(Words("no data", "无数据")))
    )


def rows(
    board: Board, query: Query, columns: Sequence[Column], *, oldest: Words | None = None
) -> table.Panel:
    """A table; columns that are not named here are hidden, as an id that only links need. `oldest`
    is the title of the column by which it is sorted, where the query cannot."""
    columns = [
        one._replace(name=f"{one.name}_{board.language}") if one.by_language else one
        for one in columns
    ]
    made = (
        table.Panel()
        .datasource(reference(query.source))
        .with_target(query)
        .cell_height(shapes.TableCellHeight.SM)
        .no_value(board.say(Words("nothing", "无")))
    )
    for column in columns:
        made = made.override_by_name(column.name, _properties(board, column))
    if oldest is not None:
        by = common.TableSortByFieldState().display_name(board.say(oldest)).desc(False)
        made = made.sort_by([by])
    shown = "|".join(column.name for column in columns)
    hidden = [
        models.DynamicConfigValue(
            id_val="custom.hideFrom", value={"viz": True, "legend": False, "tooltip": False}
        ),
        models.DynamicConfigValue(id_val="custom.hidden", value=True),  # of Grafana before 12.2
    ]
    return made.override_by_regexp(f"/^(?!({shown})$).*$/", hidden)


def _properties(board: Board, column: Column) -> list[models.DynamicConfigValue]:
    told: dict[str, Any] = {"displayName": board.say(column.title)}
    if column.unit:
        told["unit"] = column.unit
    if column.width:
        told["custom.width"] = column.width
    if column.words:
        told["mappings"] = mappings(column.words, board.language)
        told["custom.cellOptions"] = {"type": "color-text"}
    if column.limits:
        told["thresholds"] = steps(*column.limits).build()
        told["custom.cellOptions"] = {"type": "color-text"}
    if column.bar:
        told["custom.cellOptions"] = {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
        told["min"] = 0
    if column.link:
        url = column.link.replace("${lang}", board.language)
        title = board.say(Words("Open", "打开"))
        told["links"] = [{"title": title, "url": url, "targetBlank": "${console}" in url}]
    return [models.DynamicConfigValue(id_val=name, value=value) for name, value in told.items()]


def chart(
    board: Board,
    queries: Sequence[Query],
    *,
    unit: str = "short",
    bars: bool = False,
    stacked: bool = False,
    limits: Sequence[tuple[float, str]] = (),
    least: float | None = None,
) -> timeseries.Panel:
    """Values over time, as lines or bars, with limits as lines. Bars of parts are `stacked`: else
    they would stand before one another."""
    style = shapes.GraphDrawStyle.BARS if bars else shapes.GraphDrawStyle.LINE
    made = (
        timeseries.Panel()
        .datasource(reference(queries[0].source))
        .targets(lettered(queries))
        .unit(unit)
        .draw_style(style)
        .fill_opacity(60 if bars else 8)
        .show_points(shapes.VisibilityMode.AUTO)
        .span_nulls(False)
        .thresholds(steps(*limits, below="transparent" if limits else "green"))
        .thresholds_style(
            common.GraphThresholdsStyleConfig().mode(
                shapes.GraphThresholdsStyleMode.LINE
                if limits
                else shapes.GraphThresholdsStyleMode.OFF
            )
        )
        .legend(
            common.VizLegendOptions().show_legend(True).placement(shapes.LegendPlacement.BOTTOM)
        )
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
        .no_value(board.say(Words("no data", "无数据")))
    )
    if stacked:
        made = made.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL).group("A"))
    return made if least is None else made.min(least)


def lettered(queries: Sequence[Query]) -> list[Builder[Dataquery]]:
    """Queries of one panel, as A, B and so on."""
    return [query.named(chr(65 + n)) for n, query in enumerate(queries)]


def named(panel: timeseries.Panel, board: Board, titles: dict[str, Words]) -> timeseries.Panel:
    """Give the series of a chart that come from columns their names."""
    for name, title in titles.items():
        panel = panel.override_by_name(
            name, [models.DynamicConfigValue(id_val="displayName", value=board.say(title))]
        )
    return panel


def bars(
    board: Board,
    query: Query,
    *,
    unit: str = "none",
    limits: Sequence[tuple[float, str]] = (),
) -> bargauge.Panel:
    """A bar for every row: a text column names it, as it is, and a number makes it. What needs
    other words than the column's own is a table with a `bar`."""
    return (
        bargauge.Panel()
        .datasource(reference(query.source))
        .with_target(query)
        .unit(unit)
        .min(0)
        .thresholds(steps(*limits, below="blue"))
        .orientation(shapes.VizOrientation.HORIZONTAL)
        .display_mode(shapes.BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().values(True).limit(20))
        .no_value(board.say(Words("nothing", "无")))
    )


def states(board: Board, query: Query, *, words: str) -> statetimeline.Panel:
    """What was said when: a strip whose colour is the value."""
    return (
        statetimeline.Panel()
        .datasource(reference(query.source))
        .with_target(query)
        .mappings(mappings(words, board.language))
        .merge_values(True)
        .show_value(shapes.VisibilityMode.AUTO)
        .no_value(board.say(Words("no data", "无数据")))
    )

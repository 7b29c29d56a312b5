"""One lift: how it stands, its rides, doors, levels and vibration, what wears and until when.

Limits that are drawn are those of the detectors' own tables.
"""

from typing import Any, NamedTuple

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import LIFT, Board
from dashboards.panels import Column, chart, figure, rows, states
from dashboards.queries import Query, influx, sql
from dashboards.words import Language, Words
from detectors.rules.door_fault import SLOW_S
from detectors.rules.levelling_error import STEP_MM, STEP_MM_ONCE
from detectors.rules.machine_room_hot import LIMIT_C
from detectors.rules.vibration_wear import PARTS

IT = "lift = ${lift:sqlstring}"
THIS = "\"lift\" = '${lift}' AND $timeFilter"


def vibration_limits(signal: str) -> list[tuple[float, str]]:
    """Limits in a vibration's own unit.

    >>> vibration_limits("vibration_z_mg")
    [(20.0, 'orange')]
    """
    return [(limit.value, "orange") for limit in PARTS[signal].limits if limit.value is not None]


class Curve(NamedTuple):
    """A signal over time: its kind, its field, how a step is summed up, what it is called."""

    kind: str
    field: str
    of_step: str
    title: Words


def _queries(board: Board, *curves: Curve) -> list[Query]:
    return [
        influx(
            f'SELECT {one.of_step}("{one.field}") FROM "lift_{one.kind}" WHERE {THIS}'
            " GROUP BY time($__interval) fill(none)",
            alias=board.say(one.title),
        )
        for one in curves
    ]


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("lift", Words("One lift", "单台电梯"), language, hours=24)
    board.choose(
        "lift",
        LIFT,
        "SELECT lift AS __value, lift || COALESCE(' ' || estate_name, '') AS __text"
        " FROM grafana.lift ORDER BY 1",
    )
    board.annotate(
        Words("Incidents", "事件"),
        sql(
            'SELECT raised_at AS time, COALESCE(cleared_at, now()) AS "timeEnd",'
            f" kind AS text, 'severity ' || severity AS tags FROM grafana.incident WHERE {IT}"
            " AND $__timeFilter(raised_at) ORDER BY 1"
        ),
        colour="red",
    )
    _now(board)
    _movement(board)
    _wear(board)
    _incidents(board)
    return board.build()


def _now(board: Board) -> None:
    facts = sql(
        f"SELECT {c.estates('l')}, building, unit, rescue_code, rated_speed_mps, online,"
        f" service_mode, floor, heard_at, next_inspection_on FROM grafana.lift AS l WHERE {IT}"
    )
    shown = (
        *(c.ESTATE, c.BUILDING, Column("unit", Words("Unit", "单元"))),
        Column("rescue_code", Words("96333 code", "96333 识别码")),
        Column("rated_speed_mps", Words("Rated speed", "额定速度"), unit="velocityms"),
        *(c.ONLINE, c.MODE, Column("floor", Words("Floor", "楼层")), c.HEARD),
        Column("next_inspection_on", Words("Next inspection", "下次检验")),
    )
    board.add(rows(board, facts, shown), Words("How it stands", "当前状态"), w=24, h=4)
    mode = influx(
        f'SELECT last("service_mode") FROM "lift_state" WHERE {THIS}'
        " GROUP BY time($__interval) fill(none)",
        alias=board.say(Words("Mode", "服务模式")),
    )
    board.add(states(board, mode, words="mode"), Words("Service mode", "服务模式"), w=24, h=4)


def _movement(board: Board) -> None:
    def drawn(title: Words, unit: str, *curves: Curve, **more: Any) -> None:
        panel = chart(board, _queries(board, *curves), unit=unit, **more)
        board.add(panel, title, w=12, h=8)

    drawn(
        Words("Rides", "运行次数"),
        "none",
        Curve("ride", "distance_m", "count", Words("rides", "运行次数")),
        bars=True,
        least=0,
    )
    drawn(
        Words("Speed of rides", "运行速度"),
        "velocityms",
        Curve("ride", "speed_max_mps", "max", Words("greatest", "最大")),
        Curve("ride", "speed_max_mps", "mean", Words("mean", "平均")),
    )
    drawn(
        Words("Doors", "开关门时间"),
        "s",
        Curve("door", "open_s", "mean", Words("opening", "开门")),
        Curve("door", "close_s", "mean", Words("closing", "关门")),
        limits=((SLOW_S, "red"),),
    )
    drawn(
        Words("Levelling error at stops", "平层误差"),
        "lengthmm",
        Curve("ride", "level_error_mm", "max", Words("highest", "最高")),
        Curve("ride", "level_error_mm", "min", Words("lowest", "最低")),
        limits=((STEP_MM, "orange"), (STEP_MM_ONCE, "red")),
    )
    drawn(
        Words("Vertical vibration", "垂直振动"),
        "suffix: mg",
        Curve("ride", "vibration_z_mg", "mean", Words("A95 peak to peak", "A95 峰峰值")),
        limits=vibration_limits("vibration_z_mg"),
    )
    drawn(
        Words("Horizontal vibration", "水平振动"),
        "suffix: mg",
        Curve("ride", "vibration_x_mg", "mean", Words("sideways", "左右")),
        Curve("ride", "vibration_y_mg", "mean", Words("front to back", "前后")),
        limits=vibration_limits("vibration_x_mg"),
    )
    drawn(
        Words("Stopping distance of the brake", "制动距离"),
        "lengthmm",
        Curve("ride", "brake_stop_mm", "mean", Words("mean", "平均")),
    )
    drawn(
        Words("Machine room", "机房温度"),
        "celsius",
        Curve("state", "machine_room_c", "max", Words("greatest", "最高")),
        limits=((LIMIT_C, "red"),),
    )


def _wear(board: Board) -> None:
    query = sql(f"""
        SELECT id, kind, part, now, usual, "limit", unit, since, per_day, reaches_on
        FROM grafana.wear WHERE {IT} AND is_open ORDER BY raised_at DESC LIMIT 50
    """)
    shown = (
        c.KIND,
        Column("part", Words("Part", "部件"), words="part"),
        Column("now", Words("Now", "当前值")),
        Column("usual", Words("Usual", "基准值")),
        Column("limit", Words("Limit", "限值")),
        Column("unit", Words("Unit", "单位"), words="unit"),
        Column("since", Words("Growing since", "开始变化")),
        Column("per_day", Words("A day", "每日变化")),
        Column("reaches_on", Words("Gravest limit on", "预计达到最高限值")),
    )
    board.add(
        rows(board, query, shown),
        Words("Worn parts: limit and forecast", "磨损：限值与预测"),
        w=24,
        h=6,
        why=Words(
            "Trends that last; the forecast goes on as it went, without a trend there is none.",
            "仅列仍在持续的趋势；预测按现有趋势外推，无趋势则无预测。",
        ),
    )


def _incidents(board: Board) -> None:
    query = sql(f"""
        SELECT id, severity, kind, state, opened_at, raised_at, cleared_at
        FROM grafana.incident WHERE {IT} AND $__timeFilter(raised_at)
        ORDER BY raised_at DESC LIMIT 200
    """)
    cleared = Column("cleared_at", Words("Cleared", "解除时间"), unit="dateTimeAsLocal", width=165)
    shown = (c.SEVERITY, c.KIND, c.STATE, c.OPENED, c.RAISED, cleared)
    board.add(rows(board, query, shown), Words("Incidents", "事件"), w=18, h=8)
    number = sql(
        "SELECT count(*) AS number FROM grafana.incident WHERE"
        f" {IT} AND raised_at > now() - interval '30 days' AND NOT exercise"
    )
    board.add(
        figure(board, number, limits=((3, "orange"), (10, "red"))),
        Words("Incidents in 30 days", "30 日事件数"),
        w=6,
        h=8,
    )

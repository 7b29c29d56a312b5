"""The overview of a property manager: how many lifts run, what is open, what the estates do."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import Board
from dashboards.panels import Column, chart, figure, named, rows
from dashboards.queries import influx, sql
from dashboards.words import Language, Words

MINE = "estate IN (${estate:sqlstring})"
COMPLETE = ((0.0, "red"), (0.99, "orange"), (0.999, "green"))


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("estate", Words("Estate overview", "小区总览"), language, hours=24)
    board.choose_estates()
    _figures(board)
    _open(board)
    _lifts(board)
    _over_time(board)
    return board.build()


def _figures(board: Board) -> None:
    board.add(
        figure(board, sql(f"SELECT count(*) AS lifts FROM grafana.lift WHERE {MINE}")),
        Words("Lifts", "电梯数"),
        w=4,
        h=4,
    )
    running = sql(
        f"SELECT avg((service_mode = 'normal')::integer) AS running FROM grafana.lift WHERE {MINE}"
    )
    board.add(
        figure(
            board, running, unit="percentunit", limits=((0.0, "red"), (0.9, "orange"), (1, "green"))
        ),
        Words("In normal service", "正常运行"),
        w=5,
        h=4,
    )
    grave = sql(
        f"SELECT count(*) AS open FROM grafana.incident WHERE is_open AND severity <= 2 AND {MINE}"
    )
    board.add(
        figure(board, grave, limits=((1, "red"),)),
        Words("Open, severity 1 and 2", "未结 1、2 级"),
        w=5,
        h=4,
    )
    silent = sql(f"SELECT count(*) AS n FROM grafana.lift WHERE online = 'offline' AND {MINE}")
    board.add(
        figure(board, silent, limits=((1, "orange"),)),
        Words("Terminals offline", "终端离线"),
        w=5,
        h=4,
        why=Words("Of these lifts we are blind.", "这些电梯当前无法监测。"),
    )
    complete = sql(f"""
        SELECT sum(received)::double precision / nullif(sum(received + missing), 0) AS complete
        FROM grafana.completeness WHERE day >= now() - interval '7 days' AND {MINE}
    """)
    board.add(
        figure(board, complete, unit="percentunit", limits=COMPLETE),
        Words("Messages that came, 7 days", "7 日数据完整率"),
        w=5,
        h=4,
    )


def _open(board: Board) -> None:
    query = sql(f"""
        SELECT i.id, i.severity, i.kind, i.lift, l.building, {c.estates("i")}, i.state, i.opened_at
        FROM grafana.incident AS i LEFT JOIN grafana.lift AS l ON l.lift = i.lift
        WHERE i.is_open AND i.estate IN (${{estate:sqlstring}})
        ORDER BY i.severity, i.opened_at LIMIT 200
    """)
    shown = (c.SEVERITY, c.KIND, c.LIFT, c.BUILDING, c.ESTATE, c.STATE, c.OPENED)
    board.add(
        rows(board, query, shown),
        Words("Open incidents, worst first", "未结事件（按严重程度）"),
        w=24,
        h=9,
    )


def _lifts(board: Board) -> None:
    query = sql(f"""
        SELECT l.lift, {c.estates("l")}, l.building, l.online, l.service_mode, l.floor, l.heard_at,
            (SELECT count(*) FROM grafana.incident AS i WHERE i.lift = l.lift AND i.is_open)
                AS number
        FROM grafana.lift AS l WHERE {MINE} ORDER BY number DESC, l.lift LIMIT 500
    """)
    shown = (
        *(c.LIFT, c.ESTATE, c.BUILDING, c.ONLINE, c.MODE),
        Column("floor", Words("Floor", "楼层"), width=80),
        c.HEARD,
        c.NUMBER._replace(title=Words("Open", "未结"), limits=((1, "red"),)),
    )
    board.add(rows(board, query, shown), Words("Lifts", "电梯"), w=24, h=9)


def _over_time(board: Board) -> None:
    raised = sql(
        f"""
        SELECT date_trunc('hour', raised_at) AS time, 'severity ' || severity AS metric,
            count(*) AS number
        FROM grafana.incident
        WHERE $__timeFilter(raised_at) AND NOT exercise AND {MINE}
        GROUP BY 1, 2 ORDER BY 1
        """,
        as_="time_series",
    )
    titles = {f"severity {n}": Words(f"Severity {n}", f"{n} 级") for n in (1, 2, 3, 4)}
    board.add(
        named(chart(board, [raised], bars=True, stacked=True, least=0), board, titles),
        Words("Incidents an hour", "每小时事件数"),
        w=12,
        h=8,
    )
    rides = influx(
        'SELECT count("distance_m") FROM "lift_ride" WHERE $timeFilter'
        ' AND "estate" =~ /^${estate:regex}$/ GROUP BY time(1h), "estate" fill(0)',
        alias="$tag_estate",
    )
    board.add(
        chart(board, [rides], bars=True, stacked=True, least=0),
        Words("Rides an hour", "每小时运行次数"),
        w=12,
        h=8,
    )

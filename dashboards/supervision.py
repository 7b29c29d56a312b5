"""Market regulation of an area: entrapments, arrival, duties overdue, worst lifts and units."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import Board
from dashboards.panels import Column, bars, chart, figure, named, rows
from dashboards.queries import influx, sql
from dashboards.words import Language, Words
from liftwatch.incidents.clock_rules import ARRIVE_FAR_MS, ARRIVE_MS

ARRIVE_MIN, ARRIVE_FAR_MIN = ARRIVE_MS / 60_000, ARRIVE_FAR_MS / 60_000
USUAL_A_MONTH = 0.55
"""Entrapments a month for 100 lifts (Jiangsu 2020, domain 0.1)."""
REAL = "kind = 'entrapment' AND NOT exercise AND state <> 'rejected'"


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("supervision", Words("Supervision", "监管总览"), language, hours=720)
    _figures(board)
    _entrapments(board)
    _duties(board)
    _worst(board)
    return board.build()


def _figures(board: Board) -> None:
    rate = sql(f"""
        SELECT 100.0 * (SELECT count(*) FROM grafana.incident WHERE {REAL}
            AND raised_at > now() - interval '30 days')
            / nullif((SELECT count(*) FROM grafana.lift), 0) AS rate
    """)
    board.add(
        figure(board, rate, limits=((USUAL_A_MONTH, "orange"), (2 * USUAL_A_MONTH, "red"))),
        Words("Entrapments per 100 lifts, 30 days", "百台电梯 30 日困人"),
        w=6,
        h=4,
        why=Words(
            "Jiangsu 2020: 0.55 a month for 100 lifts.", "江苏 2020 年：每百台每月 0.55 起。"
        ),
    )
    timely = sql(f"""
        SELECT avg((arrival_min <= {ARRIVE_MIN:g})::integer) AS timely FROM grafana.incident
        WHERE {REAL} AND arrival_min IS NOT NULL AND $__timeFilter(raised_at)
    """)
    board.add(
        figure(
            board, timely, unit="percentunit", limits=((0, "red"), (0.9, "orange"), (1, "green"))
        ),
        Words("There within 30 minutes", "30 分钟内到场"),
        w=6,
        h=4,
    )
    silent = sql("SELECT count(*) AS n FROM grafana.lift WHERE online = 'offline'")
    board.add(
        figure(board, silent, limits=((1, "orange"),)),
        Words("Terminals offline", "终端离线"),
        w=6,
        h=4,
    )
    overdue = sql("""
        SELECT count(*) AS n FROM grafana.incident WHERE is_open
        AND kind IN ('maintenance_overdue', 'inspection_due', 'ageing', 'maintenance_contradicted')
    """)
    board.add(
        figure(board, overdue, limits=((1, "orange"),)),
        Words("Duties overdue", "超期事项"),
        w=6,
        h=4,
    )


def _entrapments(board: Board) -> None:
    a_day = sql(
        f"""
        SELECT date_trunc('day', raised_at, 'Asia/Shanghai') AS time,
            100.0 * count(*) / (SELECT count(*) FROM grafana.lift) AS rate
        FROM grafana.incident WHERE {REAL} AND $__timeFilter(raised_at) GROUP BY 1 ORDER BY 1
        """,
        as_="time_series",
    )
    titles = {"rate": Words("per 100 lifts", "每百台")}
    board.add(
        named(chart(board, [a_day], bars=True, least=0), board, titles),
        Words("Entrapments a day per 100 lifts", "每日百台困人"),
        w=12,
        h=8,
    )
    arrival = sql(
        f"""
        SELECT date_trunc('day', raised_at, 'Asia/Shanghai') AS time,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY arrival_min) AS middle,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY arrival_min) AS slow
        FROM grafana.incident
        WHERE {REAL} AND arrival_min IS NOT NULL AND $__timeFilter(raised_at)
        GROUP BY 1 ORDER BY 1
        """,
        as_="time_series",
    )
    titles = {"middle": Words("half within", "半数"), "slow": Words("9 of 10 within", "九成")}
    limits = ((ARRIVE_MIN, "orange"), (ARRIVE_FAR_MIN, "red"))
    board.add(
        named(chart(board, [arrival], unit="m", limits=limits, least=0), board, titles),
        Words("Minutes until rescuers are there", "救援到场时间"),
        w=12,
        h=8,
        why=Words(
            "30 minutes in built-up areas, 60 elsewhere (TSG T5002).",
            "城区 30 分钟，其他地区 60 分钟（TSG T5002）。",
        ),
    )


def _duties(board: Board) -> None:
    overdue = sql(f"""
        SELECT i.id, i.severity, i.kind, i.lift, {c.estates("i")},
            k.organisation_name AS unit_name, i.opened_at
        FROM grafana.incident AS i LEFT JOIN grafana.lift AS l ON l.lift = i.lift
        LEFT JOIN grafana.contract AS k ON k.lift = i.lift AND k.holds
        WHERE i.is_open AND i.kind IN
            ('maintenance_overdue', 'inspection_due', 'ageing', 'maintenance_contradicted')
        ORDER BY i.severity, i.opened_at LIMIT 200
    """)
    unit = Column("unit_name", Words("Maintenance unit", "维保单位"))
    shown = (c.SEVERITY, c.KIND, c.LIFT, c.ESTATE, unit, c.OPENED)
    board.add(rows(board, overdue, shown), Words("Duties overdue", "超期事项"), w=14, h=9)
    silent = sql(f"""
        SELECT lift, {c.estates("l")}, heard_at, online FROM grafana.lift AS l
        WHERE online IS DISTINCT FROM 'online' ORDER BY heard_at NULLS FIRST LIMIT 200
    """)
    board.add(
        rows(board, silent, (c.LIFT, c.ESTATE, c.ONLINE, c.HEARD)),
        Words("Terminals offline", "终端离线"),
        w=10,
        h=9,
    )


def _worst(board: Board) -> None:
    lifts = sql("""
        SELECT lift, count(*) AS number FROM grafana.incident
        WHERE $__timeFilter(raised_at) AND severity <= 2 AND NOT exercise AND lift IS NOT NULL
        GROUP BY lift ORDER BY number DESC LIMIT 20
    """)
    board.add(
        bars(board, lifts, limits=((5, "orange"), (10, "red"))),
        Words("Worst lifts: incidents of severity 1 and 2", "故障最多的电梯（1、2 级）"),
        w=12,
        h=10,
    )
    units = sql("""
        SELECT k.organisation_name AS unit_name,
            1.0 * count(i.id) / count(DISTINCT k.lift) AS a_lift
        FROM grafana.contract AS k
        LEFT JOIN grafana.incident AS i ON i.lift = k.lift AND i.severity <= 2
            AND NOT i.exercise AND $__timeFilter(i.raised_at)
        WHERE k.holds GROUP BY 1 ORDER BY 2 DESC LIMIT 20
    """)
    board.add(
        bars(board, units, limits=((1, "orange"), (3, "red"))),
        Words("Worst units: incidents a lift", "各维保单位单台故障数"),
        w=12,
        h=10,
    )
    rides = influx(
        'SELECT count("distance_m") FROM "lift_ride" WHERE $timeFilter'
        " GROUP BY time(1d), \"area\" fill(0) tz('Asia/Shanghai')",
        alias="$tag_area",
    )
    board.add(
        chart(board, [rides], bars=True, stacked=True, least=0),
        Words("Rides a day", "每日运行次数"),
        w=24,
        h=7,
    )

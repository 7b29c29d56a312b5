"""A maintenance unit: its lifts, what has been wrong with them, what comes back, visits due."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import Board
from dashboards.panels import Column, chart, figure, named, rows
from dashboards.queries import influx, sql
from dashboards.words import Language, Words

REPEATED = 3
"""As often in 30 days makes a fault one that comes back [our choice]."""


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("maintenance", Words("Maintenance unit", "维保单位"), language, hours=720)
    _figures(board)
    _visits(board)
    _faults(board)
    _wear(board)
    return board.build()


def _figures(board: Board) -> None:
    for title, text, limits in (
        (Words("Lifts", "电梯数"), "SELECT count(*) AS n FROM grafana.lift", ()),
        (
            Words("Open faults", "未结故障"),
            "SELECT count(*) AS n FROM grafana.incident WHERE is_open",
            ((1, "orange"), (10, "red")),
        ),
        (
            Words("Visits overdue", "维保超期"),
            "SELECT count(*) AS n FROM grafana.incident"
            " WHERE is_open AND kind = 'maintenance_overdue'",
            ((1, "red"),),
        ),
        (
            Words("Inspections due", "检验到期"),
            "SELECT count(*) AS n FROM grafana.incident WHERE is_open AND kind = 'inspection_due'",
            ((1, "orange"),),
        ),
    ):
        board.add(figure(board, sql(text), limits=limits), title, w=6, h=4)


def _visits(board: Board) -> None:
    last = influx(
        'SELECT last("work") AS "work" FROM "lift_maintenance" WHERE $timeFilter'
        ' AND "phase" = \'out\' GROUP BY "lift"',
        as_="table",
    )
    at = Column("Time", Words("Last visit", "最近维保"), unit="dateTimeAsLocal", width=165)
    shown = (at, c.LIFT, Column("work", Words("Work", "类别"), words="work"))
    board.add(
        rows(board, last, shown, oldest=at.title),
        Words("Last visits, longest ago first", "最近维保（最久者在前）"),
        w=12,
        h=9,
        why=Words(
            "At least every 15 days (Regulation on Special Equipment, art. 31).",
            "至少每 15 日一次（特种设备安全监察条例第三十一条）。",
        ),
    )
    due = sql(f"""
        SELECT i.id, i.severity, i.kind, i.lift, {c.estates("i")}, i.opened_at,
            extract(epoch FROM now() - i.opened_at) / 86400 AS days
        FROM grafana.incident AS i LEFT JOIN grafana.lift AS l ON l.lift = i.lift
        WHERE i.is_open AND i.kind IN ('maintenance_overdue', 'inspection_due',
            'emergency_call_untested', 'maintenance_contradicted')
        ORDER BY i.severity, i.opened_at LIMIT 200
    """)
    days = Column("days", Words("Since", "已过"), unit="d", limits=((5.0, "red"),), width=90)
    board.add(
        rows(board, due, (c.SEVERITY, c.KIND, c.LIFT, c.ESTATE, days)),
        Words("Duties due", "到期事项"),
        w=12,
        h=9,
    )


def _faults(board: Board) -> None:
    history = sql(f"""
        SELECT i.id, i.severity, i.kind, i.lift, {c.estates("i")}, i.state, i.cause, i.raised_at,
            extract(epoch FROM i.cleared_at - i.raised_at) AS lasted_s
        FROM grafana.incident AS i LEFT JOIN grafana.lift AS l ON l.lift = i.lift
        WHERE $__timeFilter(i.raised_at)
        ORDER BY i.raised_at DESC LIMIT 500
    """)
    shown = (
        *(c.SEVERITY, c.KIND, c.LIFT, c.ESTATE, c.STATE),
        Column("cause", Words("Cause", "原因"), words="cause"),
        c.RAISED,
        Column("lasted_s", Words("Lasted", "持续"), unit="s", width=110),
    )
    board.add(rows(board, history, shown), Words("Fault history", "故障历史"), w=24, h=10)
    again = sql(f"""
        SELECT lift, kind, count(*) AS number, max(raised_at) AS raised_at
        FROM grafana.incident
        WHERE $__timeFilter(raised_at) AND severity < 4 AND NOT exercise
        GROUP BY lift, kind HAVING count(*) >= {REPEATED}
        ORDER BY number DESC LIMIT 50
    """)
    kind = c.KIND._replace(link="")
    number = c.NUMBER._replace(limits=((REPEATED, "orange"), (2 * REPEATED, "red")))
    board.add(
        rows(board, again, (c.LIFT, kind, number, c.RAISED)),
        Words("Faults that come back", "重复故障"),
        w=12,
        h=9,
    )
    by_kind = sql("""
        SELECT kind, count(*) AS number FROM grafana.incident
        WHERE $__timeFilter(raised_at) AND NOT exercise
        GROUP BY kind ORDER BY number DESC LIMIT 20
    """)
    board.add(
        rows(board, by_kind, (kind, c.NUMBER._replace(bar=True, width=0))),
        Words("Faults by kind", "按类别统计"),
        w=12,
        h=9,
    )
    a_day = sql(
        """
        SELECT date_trunc('day', raised_at, 'Asia/Shanghai') AS time, count(*) AS number
        FROM grafana.incident WHERE $__timeFilter(raised_at) AND NOT exercise
        GROUP BY 1 ORDER BY 1
        """,
        as_="time_series",
    )
    panel = named(
        chart(board, [a_day], bars=True, least=0), board, {"number": Words("faults", "故障")}
    )
    board.add(panel, Words("Faults a day", "每日故障数"), w=24, h=7)


def _wear(board: Board) -> None:
    query = sql("""
        SELECT id, lift, kind, part, now, "limit", unit, reaches_on FROM grafana.wear
        WHERE is_open ORDER BY reaches_on NULLS LAST, raised_at LIMIT 100
    """)
    shown = (
        *(c.LIFT, c.KIND, Column("part", Words("Part", "部件"), words="part")),
        Column("now", Words("Now", "当前值")),
        Column("limit", Words("Limit", "限值")),
        Column("unit", Words("Unit", "单位"), words="unit"),
        Column("reaches_on", Words("Gravest limit on", "预计达到最高限值")),
    )
    board.add(rows(board, query, shown), Words("Worn parts", "磨损部件"), w=24, h=7)

"""The duty room: what is open, which clocks run and how long they still have."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import Board
from dashboards.panels import Column, chart, figure, named, rows
from dashboards.queries import sql
from dashboards.words import Language, Words

LEFT = ((-1e12, "red"), (0.0, "orange"), (300.0, "green"))
"""Red is missed, orange less than five minutes [our choice]."""


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("room", Words("Duty room", "值班室"), language, hours=12, refresh="10s")
    board.choose_estates()
    _figures(board)
    _clocks(board)
    _open(board)
    _flow(board)
    return board.build()


def _figures(board: Board) -> None:
    for title, condition, limits in (
        (Words("People trapped", "困人"), "kind = 'entrapment' AND alarm = 'raised'", (1, "red")),
        (Words("Emergency calls", "紧急呼叫"), "kind = 'emergency_call'", (1, "red")),
        (Words("Nobody has taken", "无人响应"), "state = 'raised'", (1, "orange")),
        (Words("Open in all", "未结合计"), "true", (10, "orange")),
    ):
        query = sql(
            "SELECT count(*) AS number FROM grafana.incident WHERE is_open AND estate IN"
            f" (${{estate:sqlstring}}) AND {condition}"
        )
        board.add(figure(board, query, limits=(limits,)), title, w=6, h=4)


def _clocks(board: Board) -> None:
    query = sql(f"""
        SELECT k.incident AS id, k.severity, k.kind, k.lift, {c.estates("k")}, k.name, k.due_at,
            k.left_s
        FROM grafana.incident_clock AS k LEFT JOIN grafana.lift AS l ON l.lift = k.lift
        WHERE k.runs AND k.estate IN (${{estate:sqlstring}})
        ORDER BY left_s LIMIT 100
    """)
    shown = (
        *(c.SEVERITY, c.KIND, c.LIFT, c.ESTATE),
        Column("name", Words("Has to happen", "须完成"), words="clock"),
        Column("due_at", Words("By", "截止"), unit="dateTimeAsLocal", width=165),
        Column("left_s", Words("Time left", "剩余时间"), unit="s", limits=LEFT, width=130),
    )
    board.add(
        rows(board, query, shown),
        Words("Clocks that run", "计时中"),
        w=24,
        h=9,
        why=Words("Below zero: missed.", "负值表示已超时。"),
    )


def _open(board: Board) -> None:
    query = sql(f"""
        SELECT i.id, i.severity, i.kind, i.lift, l.building, {c.estates("i")}, l.rescue_code,
            i.state, i.alarm, i.opened_at
        FROM grafana.incident AS i LEFT JOIN grafana.lift AS l ON l.lift = i.lift
        WHERE i.is_open AND i.estate IN (${{estate:sqlstring}})
        ORDER BY i.severity, i.opened_at LIMIT 200
    """)
    code = Column("rescue_code", Words("96333 code", "96333 识别码"), width=120)
    shown = (c.SEVERITY, c.KIND, c.LIFT, c.BUILDING, c.ESTATE, code, c.STATE, c.OPENED)
    board.add(rows(board, query, shown), Words("Open incidents", "未结事件"), w=24, h=10)


def _flow(board: Board) -> None:
    raised = sql(
        """
        SELECT date_trunc('hour', raised_at) AS time, count(*) AS raised,
            count(acknowledged_at) AS taken
        FROM grafana.incident
        WHERE $__timeFilter(raised_at) AND estate IN (${estate:sqlstring})
        GROUP BY 1 ORDER BY 1
        """,
        as_="time_series",
    )
    titles = {"raised": Words("raised", "报警"), "taken": Words("taken", "响应")}
    board.add(
        named(chart(board, [raised], bars=True, least=0), board, titles),
        Words("Raised and taken, an hour", "每小时报警与响应"),
        w=24,
        h=7,
    )

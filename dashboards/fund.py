"""The fund's custodian: what buildings hold, where cases stand, who waits, what is to be disclosed.

The books count whole fen; yuan are made of them here, for reading only.
"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import Board
from dashboards.panels import Column, figure, rows
from dashboards.queries import sql
from dashboards.words import Language, Words

YUAN = "currencyCNY"
OWED = "CASE WHEN kind IN ('bank', 'receivable') THEN fen ELSE -fen END"
"""What is somebody's stands with a minus in the books; who reads a balance wants it without."""
WAITING = ((7.0, "orange"), (30.0, "red"))
"""Days without a move [our choice]."""
LEFT = ((-1e12, "red"), (0.0, "orange"), (7.0, "green"))
OVER = "('disclosed', 'refused', 'expired', 'withdrawn')"


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("fund", Words("Maintenance fund", "维修资金"), language, hours=8760, refresh="5m")
    _figures(board)
    _balances(board)
    _cases(board)
    _disclosure(board)
    return board.build()


def _figures(board: Board) -> None:
    for title, kind in (
        (Words("In special accounts", "专户余额"), "bank"),
        (Words("Paid in by owners", "业主本金"), "principal"),
        (Words("Reserved for cases", "已预留"), "clearing"),
        (Words("Still to be paid", "应收"), "receivable"),
    ):
        query = sql(
            f"SELECT COALESCE(sum({OWED}), 0) / 100.0 AS yuan FROM grafana.fund_balance"
            f" WHERE kind = '{kind}'"
        )
        board.add(figure(board, query, unit=YUAN), title, w=6, h=4)


def _balances(board: Board) -> None:
    held = sql(f"""
        SELECT area, estate, building,
            sum(fen) FILTER (WHERE kind = 'bank') / 100.0 AS bank,
            sum({OWED}) FILTER (WHERE kind IN ('principal', 'interest')) / 100.0 AS own,
            sum({OWED}) FILTER (WHERE kind = 'clearing') / 100.0 AS reserved,
            sum({OWED}) FILTER (WHERE kind = 'subsidy') / 100.0 AS subsidy
        FROM grafana.fund_balance GROUP BY 1, 2, 3 ORDER BY 4 DESC NULLS LAST LIMIT 500
    """)
    shown = (
        Column("area", Words("Area", "区划"), width=90),
        *(c.CODE, c.BUILDING),
        Column("bank", Words("Special account", "专户"), unit=YUAN),
        Column("own", Words("Of owners", "业主"), unit=YUAN),
        Column("reserved", Words("Reserved", "已预留"), unit=YUAN),
        Column("subsidy", Words("Subsidy", "补助"), unit=YUAN),
    )
    board.add(rows(board, held, shown), Words("What buildings hold", "各楼栋余额"), w=16, h=10)
    by_kind = sql(f"""
        SELECT kind, sum({OWED}) / 100.0 AS yuan FROM grafana.fund_balance
        GROUP BY kind ORDER BY 2 DESC
    """)
    kinds = (
        Column("kind", Words("Account", "科目"), words="account"),
        Column("yuan", Words("Yuan", "元"), unit=YUAN, bar=True),
    )
    board.add(rows(board, by_kind, kinds), Words("By account", "按科目"), w=8, h=10)


def _cases(board: Board) -> None:
    stages = sql("""
        SELECT stage, count(*) AS number FROM grafana.fund_case GROUP BY stage ORDER BY 2 DESC
    """)
    steps = (
        Column("stage", Words("Step", "阶段"), words="stage"),
        c.NUMBER._replace(title=Words("Cases", "案件数"), bar=True, width=0),
    )
    board.add(rows(board, stages, steps), Words("Cases by step", "各阶段案件数"), w=8, h=10)
    waiting = sql(f"""
        SELECT id AS case_id, path, stage, estate, building, lift, waiting_days, expires_at
        FROM grafana.fund_case WHERE stage NOT IN {OVER} ORDER BY waiting_days DESC LIMIT 200
    """)
    shown = (
        c.CASE,
        Column("path", Words("Path", "途径"), words="path", width=120),
        Column("stage", Words("Step", "阶段"), words="stage", width=110),
        *(c.CODE, c.BUILDING),
        Column("waiting_days", Words("Waiting", "已等待"), unit="d", limits=WAITING, width=100),
        Column("expires_at", Words("Expires", "到期"), unit="dateTimeAsLocal", width=165),
    )
    board.add(rows(board, waiting, shown), Words("Who waits", "等待中的案件"), w=16, h=10)


def _disclosure(board: Board) -> None:
    due = sql("""
        SELECT id AS case_id, estate, building, stage, disclosure_due_at,
            extract(epoch FROM disclosure_due_at - now()) / 86400 AS left_days
        FROM grafana.fund_case
        WHERE stage = 'settled' OR (disclosure_due_at IS NOT NULL AND stage <> 'disclosed')
        ORDER BY disclosure_due_at NULLS LAST, id LIMIT 100
    """)
    shown = (
        c.CASE,
        *(c.CODE, c.BUILDING, Column("stage", Words("Step", "阶段"), words="stage")),
        Column("disclosure_due_at", Words("By", "截止"), unit="dateTimeAsLocal", width=165),
        Column("left_days", Words("Left", "剩余"), unit="d", limits=LEFT, width=90),
    )
    board.add(
        rows(board, due, shown),
        Words("To be disclosed", "待公开"),
        w=12,
        h=8,
        why=Words(
            "An emergency: total and allocation within a month after payment (Taizhou, art. 18).",
            "应急维修：付款后一个月内公开总额与分摊（泰州第十八条）。",
        ),
    )
    published = sql("""
        SELECT case_id, estate, building, what, at FROM grafana.fund_publication
        ORDER BY at DESC LIMIT 100
    """)
    hung = (
        c.CASE,
        *(c.CODE, c.BUILDING, Column("what", Words("What", "内容"), words="what")),
        Column("at", Words("Published", "公开时间"), unit="dateTimeAsLocal", width=165),
    )
    board.add(rows(board, published, hung), Words("Published", "已公开"), w=12, h=8)

"""Whoever runs the installation: does all come through, how fast, and what is left behind?"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import columns as c
from dashboards.board import Board
from dashboards.panels import Column, chart, figure, named, rows
from dashboards.queries import influx, metric, sql
from dashboards.words import Language, Words


def dashboard(language: Language) -> Dashboard:
    """The dashboard in one language."""
    board = Board("operations", Words("Operations", "运行维护"), language, hours=6, refresh="30s")
    _canary(board)
    _flow(board)
    _completeness(board)
    _outbox(board)
    return board.build()


def _canary(board: Board) -> None:
    silent = sql("SELECT max(silent_s) AS silent_s FROM grafana.canary")
    board.add(
        figure(board, silent, unit="s", limits=((30, "orange"), (60, "red"))),
        Words("Last canary came through", "最近探针到达"),
        w=6,
        h=5,
        why=Words(
            "It goes the whole way every few seconds; after 60 s somebody is told.",
            "探针每数秒走完全程；超过 60 秒将告警。",
        ),
    )
    table = sql("SELECT name, through_at, took_s, deaf_at, stuck FROM grafana.canary ORDER BY name")
    shown = (
        Column("name", Words("Process", "进程")),
        Column("through_at", Words("Through", "到达"), unit="dateTimeAsLocal"),
        Column("took_s", Words("Took", "用时"), unit="s", limits=((1, "orange"), (10, "red"))),
        Column("deaf_at", Words("Deaf since", "失联自"), unit="dateTimeAsLocal"),
        Column("stuck", Words("Stuck at", "停滞于")),
    )
    board.add(rows(board, table, shown), Words("Canaries", "探针"), w=18, h=5)


def _flow(board: Board) -> None:
    def drawn(title: Words, unit: str, *queries: tuple[str, Words]) -> None:
        made = [metric(text, legend=board.say(words)) for text, words in queries]
        board.add(chart(board, made, unit=unit, least=0), title, w=12, h=8)

    drawn(
        Words("Drain rate", "处理速率"),
        "ops",
        (
            "sum(rate(liftwatch_publications_journaled_total[$__rate_interval]))",
            Words("journaled", "已入日志"),
        ),
        (
            "sum(rate(liftwatch_messages_stored_total[$__rate_interval]))",
            Words("stored", "已入库"),
        ),
    )
    drawn(
        Words("Depth of the journal", "日志积压"),
        "none",
        ("sum(liftwatch_journal_behind_detection)", Words("before detection", "待检测")),
        ("sum(liftwatch_journal_behind_relay)", Words("before the store", "待入库")),
    )
    drawn(
        Words("Dead letters", "死信"),
        "none",
        (
            "sum by (reason) (increase(liftwatch_dead_letters_total[$__rate_interval]))",
            Words("{{reason}}", "{{reason}}"),
        ),
    )
    stored = influx(
        'SELECT count("seq") FROM "lift_state" WHERE $timeFilter GROUP BY time(1m) fill(0)',
        alias=board.say(Words("states a minute", "每分钟状态数")),
    )
    board.add(
        chart(board, [stored], unit="none", least=0),
        Words("What the store holds", "入库情况"),
        w=12,
        h=8,
    )


def _completeness(board: Board) -> None:
    a_day = sql(
        """
        SELECT day AS time,
            sum(received)::double precision / nullif(sum(received + missing), 0) AS complete
        FROM grafana.completeness WHERE day > now() - interval '30 days' GROUP BY 1 ORDER BY 1
        """,
        as_="time_series",
    )
    panel = chart(board, [a_day], unit="percentunit", limits=((0.99, "orange"),)).time_from("30d")
    board.add(
        named(panel, board, {"complete": Words("came", "到达")}),
        Words("Completeness a day", "每日完整率"),
        w=12,
        h=8,
    )
    worst = sql("""
        SELECT max(lift) AS lift, terminal, sum(missing) AS missing, sum(received) AS received,
            sum(late) AS late, sum(duplicates) AS twice
        FROM grafana.completeness WHERE day > now() - interval '7 days'
        GROUP BY terminal ORDER BY 3 DESC LIMIT 50
    """)
    shown = (
        *(c.LIFT, Column("terminal", Words("Terminal", "终端"))),
        Column("missing", Words("Missing", "缺失"), limits=((1, "orange"), (100, "red"))),
        Column("received", Words("Came", "收到")),
        Column("late", Words("Late", "迟到")),
        Column("twice", Words("Twice", "重复")),
    )
    board.add(rows(board, worst, shown), Words("Who loses most, 7 days", "丢失最多"), w=12, h=8)


def _outbox(board: Board) -> None:
    waiting = sql("""
        SELECT channel, count(*) AS number, min(made_at) AS made_at, max(attempts) AS attempts
        FROM grafana.outbox WHERE waits GROUP BY channel ORDER BY 2 DESC
    """)
    shown = (
        Column("channel", Words("Channel", "渠道")),
        c.NUMBER._replace(title=Words("Waiting", "待发送"), limits=((10, "orange"),)),
        Column("made_at", Words("Oldest", "最早"), unit="dateTimeAsLocal"),
        Column("attempts", Words("Tries", "重试"), limits=((3, "orange"),)),
    )
    board.add(rows(board, waiting, shown), Words("What has not left yet", "待发出"), w=24, h=6)

"""One's own household in a building's disclosure: what it holds, how it moved, what cases cost."""

from typing import NamedTuple

from babel.dates import format_date

from api.console.fund_owner_views import Table, called, grouped, money, titles_of, verdict
from api.console.fund_texts import ENTRIES, STAGES
from api.console.language import Language
from liftwatch.clock import date_of, day_of, estate_day
from liftwatch.fund.allocation import TOP_UP_PCT
from liftwatch.fund.disclosure import Allocated
from liftwatch.fund.disclosure_report import HomeRow, Report
from liftwatch.fund.disclosure_year import Moved
from liftwatch.fund.years import last_day_of

BOX_WIDTH, BOX_HEIGHT = 1_000, 100
ROOM, FLOOR = 0.9, 0.95
"""Of the height of the box what the greatest balance takes, from which floor: a line at the rim is
not seen."""


class Tick(NamedTuple):
    """A month on the axis: per cent of the width, and its name."""

    x: float
    text: str


class Chart(NamedTuple):
    """The balance over the year as a line of steps in a box of 1000 by 100.

    `limit` is where 30 % of the first deposit lies, in per cent from the top; None: nobody knows.
    """

    path: str
    limit: float | None
    limit_told: str
    low: str
    high: str
    ticks: tuple[Tick, ...]
    told: str


class Home(NamedTuple):
    """A household as its owner reads it."""

    household: str
    owner: str
    figures: tuple[tuple[str, str], ...]
    grave: str
    moves: Table
    costs: Table
    chart: Chart | None


def homes_of(report: Report, language: Language) -> list[Home]:
    """All that are the reader's own."""
    return [_home(report, one, language) for one in report.homes if one.own]


def _home(report: Report, one: HomeRow, language: Language) -> Home:
    say = language.say
    figures = [
        (say("Balance"), money(one.after_fen, language)),
        (say("Before the year"), money(one.before_fen, language)),
        (say("Came"), money(one.came_fen, language)),
        (say("Went"), money(one.went_fen, language)),
    ]
    if one.first_deposit_fen is not None:
        figures.append((say("First deposit"), money(one.first_deposit_fen, language)))
    if one.owed_fen:
        figures.append((say("Owes"), money(one.owed_fen, language)))
    grave = say("The account lies below 30 % of the first deposit: it must be topped up")
    moves = report.moves.get(one.household, ())
    return Home(
        household=one.household,
        owner=one.owner,
        figures=tuple(figures),
        grave=grave if one.must_top_up else "",
        moves=moves_table(report, moves, language),
        costs=costs_table(report, one.household, language),
        chart=chart(report, one, moves, language=language) if moves or one.before_fen else None,
    )


def moves_table(report: Report, moves: tuple[Moved, ...], language: Language) -> Table:
    """How it moved in the year, entry by entry."""
    say, titles = language.say, titles_of(report, language)
    head = (
        *(say("Day"), say("Kind of entry"), say("Case")),
        *(say("Came or went (yuan)"), say("Balance (yuan)"), say("Owes (yuan)")),
    )
    rows = tuple(
        (
            language.day(one.day),
            language.word(ENTRIES[one.kind]),
            called(one.case, titles) if one.case else "",
            signed(one.principal_fen + one.interest_fen),
            grouped(one.balance_fen),
            grouped(one.owed_fen) if one.owed_fen else "",
        )
        for one in moves
    )
    return Table(head=head, rows=rows, figures=3)


def signed(fen: int) -> str:
    """What came with a plus, what went with a minus, nothing without either.

    >>> signed(500), signed(-500), signed(0)
    ('+5.00', '-5.00', '0.00')
    """
    return f"+{grouped(fen)}" if fen > 0 else grouped(fen)


def costs_table(report: Report, household: str, language: Language) -> Table:
    """What each case costs the household, planned ones too."""
    say, titles = language.say, titles_of(report, language)
    rows = [
        (
            called(one.spent.case, titles),
            language.word(STAGES[one.stage]),
            *_cost(row),
            verdict(one.after, language),
        )
        for one in report.finished
        for row in one.rows
        if row.household == household
    ]
    for going in report.going:
        for own in going.own:
            if own.household == household:
                step = language.word(STAGES[going.stage])
                state = say("planned (%(step)s)", step=step) if own.planned else step
                share = (grouped(own.share_fen), "", "", grouped(own.owed_fen))
                note = verdict(going.after, language)
                rows.append((called(going.case, titles), state, *share, note))
    head = (
        *(say("Case"), say("Step"), say("Share (yuan)"), say("Of interest"), say("Of principal")),
        *(say("Owes (yuan)"), say("What became of it")),
    )
    return Table(head=head, rows=tuple(rows), figures=0)


def _cost(row: Allocated) -> tuple[str, ...]:
    return (
        grouped(row.share_fen),
        grouped(row.interest_fen or 0),
        grouped(row.principal_fen or 0),
        grouped(row.owed_fen),
    )


def chart(report: Report, one: HomeRow, moves: tuple[Moved, ...], *, language: Language) -> Chart:
    """The balance from the first day of the year to its end, or to now."""
    first, last = last_day_of(report.year - 1) + 1, last_day_of(report.year)
    end = max(first, min(last, estate_day(report.as_of_ms)))
    end = max([end, *(move.day for move in moves)])
    limit_fen = (one.first_deposit_fen or 0) * TOP_UP_PCT // 100
    most = max([1, one.before_fen, limit_fen, *(move.balance_fen for move in moves)])

    def x(day: int) -> float:
        return round(BOX_WIDTH * (day - first) / (last - first), 1)

    def y(fen: int) -> float:
        return round(BOX_HEIGHT * (FLOOR - ROOM * fen / most), 1)

    steps = "".join(f"H{x(move.day)}V{y(move.balance_fen)}" for move in moves)
    held = [one.before_fen, *(move.balance_fen for move in moves)]
    return Chart(
        path=f"M0 {y(one.before_fen)}{steps}H{x(end)}",
        limit=y(limit_fen) if limit_fen else None,
        limit_told=language.say("30 % of the first deposit"),
        low=grouped(min(held)),
        high=grouped(max(held)),
        ticks=tuple(_ticks(report.year, language)),
        told=language.say(
            "Balance over the year: from %(before)s to %(after)s yuan",
            before=grouped(one.before_fen),
            after=grouped(one.after_fen),
        ),
    )


def _ticks(year: int, language: Language) -> list[Tick]:
    first, last = last_day_of(year - 1) + 1, last_day_of(year)
    days = [day_of(f"{year}-{month:02d}-01") for month in (1, 4, 7, 10)]
    return [
        Tick(
            x=round(100 * (day - first) / (last - first), 2),
            text=format_date(date_of(day), "MMM", locale=language.code),
        )
        for day in days
    ]

"""Reports as they are kept, whatever lies beneath; what the clock owes, and that it pays once."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from liftwatch.access.sight import NOTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.care.report import PERIODS, Report, ReportFilter, Scope, over, period_of
from liftwatch.clock import DAY_MS, begin_ms
from liftwatch.engine.reports import make_due
from liftwatch.handlers.care_report_reads import Source
from liftwatch.handlers.care_reports import (
    By,
    ReportChanged,
    content_of,
    draw_up_report,
    dues,
    keep_report,
)
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Books, Conflict, LiftRow

AREA, GARDEN = Scope("area", "320583"), Scope("estate", "320583", "garden")
NOVEMBER = period_of("2026-11")
LATER = begin_ms(date(2026, 12, 9))


class Desk:
    """An office in which nobody keeps complaints."""

    care = None

    def reading(self) -> Any:
        """Reads of nothing."""
        return nullcontext(self)


def lifts(books: Books) -> None:
    """A lift in each of two estates."""
    with books.begin() as work:
        work.put_lifts(
            [
                LiftRow(lift="L-0001", area="320583", estate="garden"),
                LiftRow(lift="L-0002", area="320583", estate="lake"),
            ]
        )


def kept(books: Books, scope: Scope = AREA, *, at_ms: int = LATER, by: By = By()) -> Report:  # noqa: B008 - nobody
    """A report of November, made and kept."""
    made = draw_up_report(Source(books, None, False), scope, NOVEMBER, by=by, now_ms=at_ms)
    with books.begin() as work:
        return keep_report(work, made)


def test_a_report_made_anew_is_another_version(books: Books) -> None:
    """Both are kept as they were; the same version again is a conflict."""
    lifts(books)
    one, other = kept(books), kept(books, at_ms=LATER + 5, by=By("li", "office"))
    assert (one.version, other.version) == (1, 2)
    assert books.report(one.id) == one
    assert books.report(other.id) == other
    assert books.newest_report(AREA, "2026-11") == other
    assert books.newest_report(GARDEN, "2026-11") is None
    content = content_of(one)
    assert (content.made_from.lifts, content.made_from.whole) == (2, True)
    with pytest.raises(Conflict), books.begin() as work:
        work.add_report(structs.replace(other, id="third"))
    with pytest.raises(ReportChanged, match="was changed"):
        content_of(structs.replace(one, content=one.content.replace("320583", "320584")))


def test_lists_of_reports(books: Books) -> None:
    """The newest first, page by page, without their content; by what is asked for."""
    lifts(books)
    made = [kept(books, scope, at_ms=LATER + n) for n, scope in enumerate((AREA, GARDEN, AREA))]
    heads = [structs.replace(one, content="") for one in reversed(made)]
    assert books.reports(ReportFilter()) == heads
    assert books.reports(ReportFilter(), limit=2) == heads[:2]
    assert books.reports(ReportFilter(), after=(heads[1].made_ms, heads[1].id)) == heads[2:]
    assert books.reports(ReportFilter(scope_kind="estate")) == [heads[1]]
    assert books.reports(ReportFilter(kind="quarter")) == []
    assert books.reports(ReportFilter(scope="320583", period="2026-11")) == [heads[0], heads[2]]


def test_what_may_be_seen_of_reports(books: Books) -> None:
    """As `Scope.is_seen` has it, in lists and one by one."""
    lifts(books)
    unit = Scope("unit", unit="u1")
    made = {scope: kept(books, scope) for scope in (AREA, GARDEN, unit)}
    for sight in (
        NOTHING,
        Sight(places=(Place("320583"),)),
        Sight(places=(Place("320583", "garden"),)),
        Sight(places=(Place("320583", "garden", "7"),)),
        Sight(places=(Place("320583", "lake"), Place("320584"))),
        Sight(contracts_of=("u1",)),
        Sight(contracts_of=("u2",)),
    ):
        wanted = {one.id for scope, one in made.items() if scope.is_seen(sight)}
        assert {one.id for one in books.reports(ReportFilter(), sight=sight)} == wanted
        assert {x.id for x in made.values() if books.report(x.id, sight=sight)} == wanted


def test_nothing_changes_a_report(shared_books: SqlBooks) -> None:
    """The database itself refuses."""
    lifts(shared_books)
    kept(shared_books)
    for said in ("UPDATE report SET sha256 = ''", "DELETE FROM report"):
        with pytest.raises(DBAPIError, match="is not changed"), shared_books.engine.begin() as one:
            one.execute(text(said))


def test_a_missed_time_is_made_up_for_once(books: Books) -> None:
    """Four months without an engine: each month once, the quarter once, and then nothing more."""
    lifts(books)
    desk: Any = Desk()
    first = make_due(books, desk, exercise=False, now_ms=LATER)
    assert first == 3 * len(PERIODS), "an area, two estates"
    assert make_due(books, desk, exercise=False, now_ms=LATER + DAY_MS) == 0
    away = begin_ms(date(2027, 4, 9))
    owed = [(one.scope.id, one.period.text) for one in dues(books, now_ms=away)]
    assert [text for id, text in owed if id == "320583"] == [
        *("2026-12", "2027-01", "2027-02", "2027-03"),
        *("2026-Q4", "2027-Q1"),
    ]
    assert make_due(books, desk, exercise=False, now_ms=away) == len(owed) == 18
    assert make_due(books, desk, exercise=False, now_ms=away) == 0
    versions = {one.version for one in books.reports(ReportFilter(), limit=100)}
    assert versions == {1}


def test_one_made_too_early_does_not_pay_for_the_clock(books: Books) -> None:
    """Whoever had it made before its period had settled has a version; the clock makes the next."""
    lifts(books)
    early = kept(books, at_ms=begin_ms(date(2026, 11, 20)))
    assert not content_of(early).made_from.whole
    assert make_due(books, Desk(), exercise=False, now_ms=LATER) == 6  # type: ignore[arg-type]  # a desk
    newest = books.newest_report(AREA, "2026-11")
    assert newest is not None
    assert (newest.version, newest.person) == (2, None)
    assert next(over("month", LATER)).text == "2026-11"


def test_what_has_not_begun_has_no_report(books: Books) -> None:
    """It is said by whoever asks for it."""
    lifts(books)
    with pytest.raises(Untold, match="has not begun"):
        kept(books, at_ms=begin_ms(date(2026, 10, 31)))

"""A year is closed by two people: one asks for it, another has looked at it."""

from liftwatch.fund.books import FundWork
from liftwatch.fund.closing import CLOSED, WITHDRAWN, Closing, check_confirming, decided
from liftwatch.fund.journal import CannotBook
from liftwatch.fund.years import Closed, check_closing, last_day_of
from liftwatch.handlers.fund_sources import close_year
from liftwatch.said import Said


def propose_closing(work: FundWork, year: int, *, id: str, person: str, now_ms: int) -> Closing:
    """Let a year that is over wait for a second person.

    Raises CannotBook where it is not over, closed already, or waits.
    """
    work.fund_lock()
    check_closing(year, work.fund_closed(), now_ms=now_ms)
    if any(one.year == year for one in work.fund_closings_waiting()):
        raise CannotBook(Said("the year %(year)s waits for a second person already", year=year))
    newest = work.fund_newest(last_day_of(year))
    made = Closing(id=id, year=year, n=newest.n, hash=newest.hash, person=person, at_ms=now_ms)
    work.fund_put_closing(made)
    return made


def confirm_closing(
    work: FundWork, id: str, *, second: str, digest: str, now_ms: int
) -> tuple[Closing, Closed]:
    """Close what waits, as another person than who asked. Raises CannotBook, SealError."""
    work.fund_lock()
    found = _found(work, id)
    newest = work.fund_newest(last_day_of(found.year))
    check_confirming(found, second=second, digest=digest, newest=newest)
    closed = close_year(work, found.year, person=found.person, second=second, now_ms=now_ms)
    done = decided(found, state=CLOSED, by=second, now_ms=now_ms)
    work.fund_put_closing(done)
    return done, closed


def withdraw_closing(work: FundWork, id: str, *, person: str, now_ms: int) -> Closing:
    """Let it wait no more: who asked for it may, and whoever could have confirmed it."""
    work.fund_lock()
    done = decided(_found(work, id), state=WITHDRAWN, by=person, now_ms=now_ms)
    work.fund_put_closing(done)
    return done


def _found(work: FundWork, id: str) -> Closing:
    found = work.fund_closing(id)
    if found is None:
        raise CannotBook(Said("nothing waits under this name"))
    return found

"""What the fund needs by the clock: an anchor outside the database, reservations that lapse.

A job that fails says so by itself: books that end before the newest anchor are told to people,
and no new anchor hides it.
"""

from liftwatch.clock import MINUTE_MS, SECOND_MS
from liftwatch.engine.clockwork import Job
from liftwatch.fund.anchors import AnchorError, AnchorPlace, contradiction, next_anchor
from liftwatch.fund.journal import CannotBook
from liftwatch.handlers.fund_cases import expire
from liftwatch.ports import Books

ANCHOR = "anchor-fund"
ANCHOR_MS = 30 * SECOND_MS
"""Twice a minute, so that one a minute is there whatever else the engine does."""
LAPSE, LAPSE_MS = "lapse-fund-cases", 10 * MINUTE_MS
"""A case whose time is over pays nothing, whether or not this has been; so minutes will do."""
LAPSES_MAX = 100


def anchor_job(books: Books, place: AnchorPlace) -> Job:
    """The job; it does nothing where nothing was booked since."""
    return Job(ANCHOR, ANCHOR_MS, lambda now_ms, _: anchor(books, place, now_ms=now_ms))


def anchor(books: Books, place: AnchorPlace, *, now_ms: int) -> bool:
    """Remember where the books stand; there is never more at once.

    Raises AnchorError where it cannot be kept, or where the books end before what is remembered.
    """
    head, newest = books.fund_head(), place.newest()
    why = contradiction(newest, head)
    if why is not None:
        raise AnchorError(f"the fund's books are not whole: {why}")
    due = next_anchor(newest, head, now_ms)
    if due is not None:
        place.add(due)
    return False


def lapse_job(books: Books) -> Job:
    """The job that lets cases expire whose reservation is over."""
    return Job(LAPSE, LAPSE_MS, lambda now_ms, _: lapse(books, now_ms=now_ms))


def lapse(books: Books, *, now_ms: int) -> bool:
    """Each in its own transaction; whether there may be more.

    One that the books refuse keeps no other from it; then it raises CannotBook.
    """
    refused: CannotBook | None = None
    found = books.fund_lapsed(now_ms, limit=LAPSES_MAX)
    for id in found:
        try:
            with books.begin() as work:
                expire(work, id, now_ms=now_ms)
        except CannotBook as error:
            refused = error
    if refused is not None:
        raise refused
    return len(found) == LAPSES_MAX

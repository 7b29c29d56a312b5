"""What the fund's books need by the clock: an anchor outside the database.

A job that fails says so by itself: books that end before the newest anchor are told to people,
and no new anchor hides it.
"""

from liftwatch.clock import SECOND_MS
from liftwatch.engine.clockwork import Job
from liftwatch.fund.anchors import AnchorError, AnchorPlace, contradiction, next_anchor
from liftwatch.ports import Books

ANCHOR = "anchor-fund"
ANCHOR_MS = 30 * SECOND_MS
"""Twice a minute, so that one a minute is there whatever else the engine does."""


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

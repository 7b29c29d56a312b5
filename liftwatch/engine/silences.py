"""Looks at what a silence hid when it is over, in its time or ended by a person.

Each incident is one transaction: that the silence hides it no more, the line of its story, and
that people are told. An engine that dies in between leaves the rest to the next, and none of it
is told twice.
"""

from functools import partial

import structlog

from liftwatch.engine.clockwork import Job, Ran
from liftwatch.handlers.silences import tell_after_all
from liftwatch.handlers.together import SILENCES
from liftwatch.ports import Books, Deadline, Work

log = structlog.get_logger()

SLICE = 100
"""So many of what a silence hid are looked at in one run, well within its lease."""


def silences_job(books: Books) -> Job:
    """The row of the table of jobs."""
    return Job(SILENCES, None, lambda now_ms, due: end_due(books, due, now_ms))


def end_due(books: Books, due: Deadline, now_ms: int) -> Ran:
    """Tell of what a silence hid and still stands, when it is over; when to look again.

    Raises StoreUnavailable; what was told by then is, and is not repeated.
    """
    id, told = str(due.data["silence"]), 0
    found = books.silence(id)
    if found is not None and not found.holds(now_ms):
        with books.begin() as work:
            rows = work.still_hidden(id, limit=SLICE)
        for row in rows:
            with books.begin() as work:
                told += tell_after_all(work, row, now_ms=now_ms)
    if told:
        log.info("a silence is over: what stands is told", silence=id, incidents=told)
    return Ran(due=partial(next_due, id, now_ms))


def next_due(silence: str, now_ms: int, work: Work) -> int | None:
    """When a silence is looked at next; it holds its row, so that nobody is hidden meanwhile."""
    found = work.locked_silence(silence)
    if found is None:
        return None
    if found.holds(now_ms):
        return found.end_ms
    return now_ms if work.still_hidden(silence, limit=1) else None

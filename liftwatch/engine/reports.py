"""What the clock does with reports: makes those of a month or a quarter that is over and settled.

What is kept says what is owed, so that a missed time is made up for once, and none is made twice.
"""

from itertools import islice

from liftwatch.clock import HOUR_MS, MINUTE_MS
from liftwatch.engine.clockwork import Job
from liftwatch.handlers.care_report_reads import ScoreReads, Source
from liftwatch.handlers.care_reports import By, draw_up_report, dues, keep_report
from liftwatch.office import Office
from liftwatch.ports import Books

REPORTS, EVERY_MS, SLICE = "make-reports", HOUR_MS, 20


def reports_job(
    books: Books, office: Office, *, exercise: bool, scores: ScoreReads | None = None
) -> Job:
    """The job, once an hour; it reads months, and so runs where nothing waits for it."""
    return Job(
        REPORTS,
        EVERY_MS,
        lambda now_ms, _: (
            make_due(books, office, exercise=exercise, scores=scores, now_ms=now_ms) == SLICE
        ),
        lane="long",
        lease_ms=30 * MINUTE_MS,
    )


def make_due(
    books: Books,
    office: Office,
    *,
    exercise: bool,
    now_ms: int,
    scores: ScoreReads | None = None,
) -> int:
    """Make some of what is owed, each kept by itself; how many. Raises Conflict where another
    engine made the same one meanwhile."""
    count = 0
    for due in islice(dues(books, now_ms=now_ms), SLICE):
        with office.reading() as reads:
            source = Source(books, reads.care, exercise, scores)
            made = draw_up_report(source, due.scope, due.period, by=By(), now_ms=now_ms)
        with books.begin() as work:
            keep_report(work, made)
        count += 1
    return count

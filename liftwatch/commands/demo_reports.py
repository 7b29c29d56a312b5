"""The demo's reports: of the last quarter and months, as the clock would have made them by now.

They hold what the demo's people did. Its lifts were not heard before it began: the reports say so.
"""

from liftwatch.care.report import running
from liftwatch.handlers.care_report_reads import Source
from liftwatch.handlers.care_reports import By, draw_up_report, keep_report, scopes
from liftwatch.handlers.care_scores import score_reads
from liftwatch.office import Office
from liftwatch.ports import Books


def furnish_reports(books: Books, store: Office, *, now_ms: int) -> None:
    """Those of the last two months and the last quarter, of each area, estate and unit."""
    scores = score_reads(books, store, exercise=True)
    month, quarter = running("month", now_ms).before, running("quarter", now_ms).before
    for period in (quarter, month.before, month):
        for scope in list(scopes(books, period)):
            with store.reading() as reads:
                source = Source(books, reads.care, True, scores)
                made = draw_up_report(source, scope, period, by=By(), now_ms=now_ms)
            with books.begin() as work:
                keep_report(work, made)

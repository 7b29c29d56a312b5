"""The score cards that stand in reports, read as their pages read them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from api.scorecards_seen import Period as Span
from api.scorecards_seen import scored
from liftwatch.care.report import Period
from liftwatch.care.scorecard import Card, Subject
from liftwatch.clock import now_ms
from liftwatch.handlers.care_report_reads import ScoreReads
from liftwatch.office import Office
from liftwatch.ports import Books


class _Here(NamedTuple):
    books: Books
    people: Office
    exercise: bool


def score_reads(books: Books, people: Office, *, exercise: bool) -> ScoreReads:
    """How a report reads the cards of some areas in a period, as far as that has gone."""

    here = _Here(books, people, exercise)

    def read(areas: Sequence[str], period: Period) -> Mapping[Subject, Sequence[Card]]:
        span = Span(period.text, period.from_ms, min(period.to_ms, now_ms()))
        return scored(here, here, areas, period=span).cards

    return read

"""What the clock does with risk: scores all lifts, and keeps what detectors are to hear of it."""

from liftwatch.care.risk import LIMIT, Score, to_tell
from liftwatch.clock import HOUR_MS, MINUTE_MS
from liftwatch.engine.clockwork import Job
from liftwatch.handlers.care_risk import YEAR_MS, judge_risks
from liftwatch.office import Office
from liftwatch.ports import Books

EVERY_MS = 6 * HOUR_MS
"""A score is of a year: four times a day is often enough [our choice]."""


def risk_job(books: Books, office: Office, *, exercise: bool) -> Job:
    """The job; it reads every lift, and so runs where nothing waits for it."""
    return Job(
        "score-risks",
        EVERY_MS,
        lambda now_ms, _: score_all(books, office, exercise=exercise, now_ms=now_ms) < 0,
        lane="long",
        lease_ms=10 * MINUTE_MS,
    )


def score_all(books: Books, office: Office, *, exercise: bool, now_ms: int) -> int:
    """Score all lifts and keep what has moved enough; of how many. Raises Conflict where another
    engine did the same meanwhile."""
    with office.reading() as reads:
        told = reads.care.matters_by_lift(since_ms=now_ms - YEAR_MS, exercise=exercise)
    judged = judge_risks(books, complaints=told, exercise=exercise, at_ms=now_ms)
    before = books.scores()
    new = []
    for one in judged:
        known, score = before.get(one.row.lift), round(one.risk.score, 1)
        if to_tell(known, score):
            n = 1 if known is None else known.n + 1
            row = one.row
            new.append(Score(row.lift, n, row.area, row.estate, score, LIMIT, now_ms))
    if new:
        with books.begin() as work:
            for score_of_lift in new:
                work.put_score(score_of_lift)
    return len(new)

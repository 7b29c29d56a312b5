"""Follows open recalls: takes in lifts that meet their criterion later, and instructs for those of
whom there was nobody to instruct before.

What a lift is asked and that it is in the recall are one transaction under the recall's row: an
engine that dies at any point, or another beside it, instructs nobody twice and leaves out none.
"""

import structlog

from liftwatch.access.sight import Sight
from liftwatch.audit.entry import ENGINE, Act
from liftwatch.care.recalls import Recall
from liftwatch.clock import MINUTE_MS
from liftwatch.engine.clockwork import Job
from liftwatch.handlers.care_recalls import Joined, join, matching, whom
from liftwatch.office import Office
from liftwatch.ports import Books

log = structlog.get_logger()

KEEP = "keep-recalls"
PERIOD_MS = 10 * MINUTE_MS
"""Within so long a lift that is registered later is instructed [our choice]."""
OPEN_MAX = 500


def recalls_job(books: Books, office: Office) -> Job:
    """The row of the table of jobs."""
    return Job(
        KEEP,
        PERIOD_MS,
        lambda now_ms, _: keep(books, office, now_ms),
        lane="slow",
        lease_ms=5 * MINUTE_MS,
    )


def keep(books: Books, office: Office, now_ms: int) -> bool:
    """Follow every open recall; whether there is more to do at once.

    Raises StoreUnavailable; what was done by then is, and is not done again.
    """
    done = [
        follow(books, office, one, now_ms=now_ms)
        for one in books.recalls(open_only=True, limit=OPEN_MAX)
    ]
    return any(one.more for one in done)


def follow(books: Books, office: Office, one: Recall, *, now_ms: int) -> Joined:
    """Take in and instruct what is missing in one recall."""
    sight = Sight(places=one.places)
    lifts = matching(books, one.criterion, sight=sight, exercise=one.exercise, now_ms=now_ms)
    hits = books.recall_hits([one.id])
    known = {hit.row.lift for hit in hits}
    fresh = [row for row in lifts if row.lift not in known]
    waiting = [hit.row for hit in hits if hit.standing == "nobody"]
    if not fresh and not waiting:
        return Joined()
    places = [(row.lift, row.area, row.estate) for row in fresh]
    places += [(row.lift, row.area, row.estate) for row in waiting]
    with office.reading() as reads:
        parties = whom(reads, places, issuer=one.issuer, at_ms=now_ms)
    if not fresh and not parties:
        return Joined()
    with office.begin() as work:
        done = join(work.books, one.id, fresh, parties=parties, now_ms=now_ms)
        if done.joined or done.instructed:
            work.audit(_act(one, done, now_ms))
    if done.joined or done.instructed:
        log.info("a recall goes on", recall=one.id, joined=done.joined, instructed=done.instructed)
    return done


def _act(one: Recall, done: Joined, now_ms: int) -> Act:
    return Act(
        at_ms=now_ms,
        person=ENGINE,
        action="recalls.join",
        target_kind="recall",
        target=one.id,
        channel="engine",
        detail={"joined": done.joined, "instructed": done.instructed},
    )

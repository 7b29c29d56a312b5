"""What is forgotten of sign-ins by the clock: secrets that are long over, answers nobody awaits."""

from liftwatch.access.store import PeopleStore
from liftwatch.clock import DAY_MS
from liftwatch.engine.clockwork import Job

ANSWERS_KEPT_MS = 7 * DAY_MS
"""Whoever asks again under the same key does so within minutes, or after a long weekend."""
CREDENTIALS_KEPT_MS = 90 * DAY_MS
"""Of what is over: so long one can still see what it was [our choice]."""


def prune_job(people: PeopleStore) -> Job:
    """The job, once a day."""
    return Job("prune-sign-ins", DAY_MS, lambda now_ms, _: prune(people, now_ms), lane="slow")


def prune(people: PeopleStore, now_ms: int) -> bool:
    """Forget what nobody will ask for; there is nothing more at once."""
    with people.begin() as work:
        work.prune_answers(now_ms - ANSWERS_KEPT_MS)
        work.prune_credentials(now_ms - CREDENTIALS_KEPT_MS)
        work.prune_attempts(now_ms)
    return False

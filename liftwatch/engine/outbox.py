"""What was promised leaves by its channel: in order, tried until it is delivered or refused.

The try stands in the database with what came of it. An engine that dies between the two sends
once more, under the same id, by which the other side knows it.
"""

import structlog

from liftwatch.clock import DAY_MS, HOUR_MS, SECOND_MS
from liftwatch.ports import Attempt, Books, Channel, Promise, Sent

log = structlog.get_logger()

LEASE_MS = 20 * SECOND_MS
"""Above one try of a channel; so long an engine that dies in it holds up the next."""
PAUSE_MS_MIN, PAUSE_MS_MAX = 5 * SECOND_MS, HOUR_MS
GIVEN_UP_MS = 3 * DAY_MS
"""A message about the past that nobody has taken for so long warns nobody any more [our choice]."""


def send_due(
    books: Books, channel: Channel, *, name: str, now_ms: int, pause_ms_max: int = PAUSE_MS_MAX
) -> bool:
    """Send the oldest of a channel if it is due; whether another may be sent at once.

    One that must wait holds up the others. Raises StoreUnavailable, and Conflict when another
    engine has sent it meanwhile.
    """
    promise = books.next_promise(name)
    if promise is None or 0 < promise.due_ms - now_ms <= PAUSE_MS_MAX:
        return False  # further away than the longest pause is only a clock that was set back
    sent = _given_up(promise, channel.send(promise, now_ms=now_ms), now_ms)
    n = promise.attempts + 1
    tried = Attempt(promise=promise.id, n=n, at_ms=now_ms, verdict=sent.verdict, detail=sent.detail)
    with books.begin() as work:
        work.note_attempt(tried, due_ms=now_ms + min(pause_ms(n), pause_ms_max))
    say(promise, sent, n)
    return sent.verdict != "retry"


def pause_ms(attempts: int) -> int:
    """How long to wait after so many tries.

    >>> [pause_ms(n) // 1000 for n in (1, 2, 5, 40)]
    [5, 10, 80, 3600]
    """
    return min(PAUSE_MS_MIN << min(attempts - 1, 30), PAUSE_MS_MAX)


def _given_up(promise: Promise, sent: Sent, now_ms: int) -> Sent:
    if sent.verdict == "retry" and now_ms - promise.made_ms > GIVEN_UP_MS:
        return Sent("refused", f"given up after {GIVEN_UP_MS // DAY_MS} days: {sent.detail}"[:300])
    return sent


def say(promise: Promise, sent: Sent, n: int) -> None:
    """The first try that fails, and how it ended."""
    facts = {"channel": promise.channel, "id": promise.id, "detail": sent.detail}
    if sent.verdict == "refused":
        log.error("a message to the outside is refused", **facts)
    elif sent.verdict == "retry" and n == 1:
        log.warning("a message to the outside waits", **facts)
    elif sent.verdict == "delivered" and n > 1:
        log.info("a message to the outside is delivered", attempts=n, **facts)

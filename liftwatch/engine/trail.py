"""What the trail needs by the clock: an anchor a day, and giving up what is too old.

Each step is one transaction, and doing it twice is doing it once.
"""

from typing import NamedTuple

import structlog

from liftwatch.audit.anchors import next_mark
from liftwatch.audit.chain import Anchor
from liftwatch.audit.check import PRUNE
from liftwatch.audit.entry import ENGINE, Act
from liftwatch.clock import begin_ms, date_of, day_text, estate_day
from liftwatch.ports import Books

log = structlog.get_logger()

KEEP = "keep-trail"
RESEAL = "audit.seal"
"""The action of an entry whose only purpose is its seal: from it on a new key holds."""


class Kept(NamedTuple):
    """How many days the trail is kept at least, and the name of the key in use ("": none)."""

    days: int
    seal: str = ""


def keep(books: Books, kept: Kept, now_ms: int) -> bool:
    """Do what is due of the trail; whether there is more to do at once."""
    reseal(books, kept.seal, now_ms=now_ms)
    anchor_yesterday(books, now_ms)
    return give_up(books, kept.days, now_ms=now_ms) > 0


def reseal(books: Books, seal: str, *, now_ms: int) -> bool:
    """Add an entry where the newest is sealed with another key, so that it can be verified.

    Until then what somebody without the new key has sealed anew would look the same.
    """
    head = books.audit_head()
    if head.n == 0 or head.seal == seal:
        return False
    with books.begin() as work:
        work.audit(_act(RESEAL, now_ms, seal=seal or None))
    log.info("the trail is sealed with another key", before=head.seal, now=seal)
    return True


def anchor_yesterday(books: Books, now_ms: int) -> Anchor | None:
    """Remember where the trail stood when yesterday (UTC+8) ended; None where that is known.

    A day without an entry has its anchor, too: it says that the day has been lived through.
    """
    today = estate_day(now_ms)
    last = books.audit_before(begin_ms(date_of(today)))
    if last is None:
        return None
    anchor = Anchor(day=today - 1, n=last.n, hash=last.hash)
    with books.begin() as work:
        made = work.put_anchor(anchor)
    return anchor if made else None


def give_up(books: Books, keep_days: int, *, now_ms: int) -> int:
    """Give up whole days that are older than that, and delete some of it: how many entries."""
    head, anchors = books.audit_head(), books.audit_anchors()
    mark = next_mark(head, anchors, keep_days=keep_days, today=estate_day(now_ms))
    with books.begin() as work:
        if mark is not None and work.give_up_audit(mark):
            work.audit(
                _act(PRUNE, now_ms, until=mark.n, day=day_text(mark.day), keep_days=keep_days)
            )
            log.info("the trail was shortened", until=mark.n, day=day_text(mark.day))
        return work.sweep_audit()


def _act(action: str, now_ms: int, **detail: str | int | None) -> Act:
    """What the engine does to the trail itself."""
    return Act(
        at_ms=now_ms,
        person=ENGINE,
        action=action,
        target_kind="audit",
        channel="engine",
        detail=detail,
    )

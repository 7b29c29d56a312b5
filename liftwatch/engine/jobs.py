"""The table of jobs. A new one is a row: name, period, function, lane, lease."""

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.engine import evidence, outbox, sums, trail, verdicts
from liftwatch.engine.clocks import clocks_job
from liftwatch.engine.clockwork import Job, Ran
from liftwatch.engine.silences import silences_job
from liftwatch.engine.watch import ALARM, SEND, WATCH, Watch
from liftwatch.ports import LEASE_MS_MAX, Books, Channel, Deadline, KeptStore

WATCH_MS_MAX = 5 * SECOND_MS
LOOKS_MIN = 5
"""Looks at the canaries within the time after which one is late."""
SUMS_MS = 5 * MINUTE_MS
EVIDENCE_MS = 5 * SECOND_MS
EVIDENCE_LEASE_MS = 5 * MINUTE_MS
"""Above some twenty reads of a store that answers just within its time."""
STREAM_KEPT = 100_000
TOLD_SLICE = 1_000
"""So many rows of a table go in one transaction, which holds up others for a blink."""
STREAM_KEPT_MS = 30 * DAY_MS
OUTBOX_KEPT_MS = 90 * DAY_MS
"""Who was away for a month reads anew; what was sent can be looked up for a quarter [our choice].
"""


def make_jobs(
    books: Books,
    store: KeptStore,
    *,
    late_ms: int,
    alarm: Channel | None,
    exercise: bool,
    kept: trail.Kept,
    floor: float = 0.0,
    told_days: int = 400,
) -> tuple[Job, ...]:
    """Every job over these parts; without `alarm` nothing leaves and nothing is promised.

    `kept` says how long the trail is, and what seals it; `floor` below which share of right ones
    a kind pages nobody; `told_days` for how many days what was told of incidents is kept.
    """
    watch = Watch(books, late_ms=late_ms, alarm=alarm is not None, exercise=exercise)
    watch_ms = min(WATCH_MS_MAX, late_ms // LOOKS_MIN)
    rows = [
        Job(WATCH, watch_ms, lambda now_ms, _: watch.look(now_ms)),
        clocks_job(books),
        silences_job(books),
        *_pruning(books, told_days),
        Job(
            "keep-telemetry",
            SUMS_MS,
            lambda now_ms, due: keep_telemetry(store, due, now_ms),
            lane="long",
            lease_ms=LEASE_MS_MAX // 2,
        ),
        Job(
            trail.KEEP,
            HOUR_MS,
            lambda now_ms, _: trail.keep(books, kept, now_ms),
            lane="slow",
            lease_ms=MINUTE_MS,
        ),
        Job(
            verdicts.JUDGE,
            HOUR_MS,
            lambda now_ms, _: verdicts.judge(books, floor=floor, now_ms=now_ms),
            lane="slow",
            lease_ms=MINUTE_MS,
        ),
        Job(
            evidence.KEEP,
            EVIDENCE_MS,
            lambda now_ms, _: evidence.keep_due(books, store, now_ms),
            lane="long",
            lease_ms=EVIDENCE_LEASE_MS,
            pause_ms_max=EVIDENCE_LEASE_MS,
        ),
    ]
    if alarm is not None:
        rows.append(
            Job(
                SEND,
                outbox.PAUSE_MS_MIN,
                lambda now_ms, _: outbox.send_due(books, alarm, name=ALARM, now_ms=now_ms),
                lane="slow",
                lease_ms=outbox.LEASE_MS,
            )
        )
    return tuple(rows)


def _pruning(books: Books, told_days: int) -> tuple[Job, ...]:
    """What gives up what is old."""
    return (
        Job(
            "prune-stream",
            HOUR_MS,
            lambda now_ms, _: prune_stream(books, now_ms),
            lane="slow",
            lease_ms=MINUTE_MS,
        ),
        Job(
            "prune-told",
            DAY_MS,
            lambda now_ms, _: prune_told(books, now_ms - told_days * DAY_MS),
            lane="slow",
            lease_ms=MINUTE_MS,
        ),
        Job("prune-outbox", DAY_MS, lambda now_ms, _: prune_outbox(books, now_ms), lane="slow"),
    )


def keep_telemetry(store: KeptStore, due: Deadline, now_ms: int) -> Ran:
    """Sum up at most one more day, and take away what is too old; where that stands then."""
    upto_ms = sums.keep(store, upto_ms=due.data.get("upto_ms"), now_ms=now_ms)
    return Ran(bool(sums.due(upto_ms, now_ms).spans), {"upto_ms": upto_ms})


def prune_stream(books: Books, now_ms: int) -> bool:
    """Forget some changes of incidents that nobody will resume from; whether there were any."""
    return books.prune_stream(STREAM_KEPT, before_ms=now_ms - STREAM_KEPT_MS) > 0


def prune_told(books: Books, before_ms: int) -> bool:
    """Forget some of what was told of incidents before a moment; whether there was any."""
    with books.begin() as work:
        return work.give_up_told(before_ms, limit=TOLD_SLICE) > 0


def prune_outbox(books: Books, now_ms: int) -> bool:
    """Forget what left long ago."""
    with books.begin() as work:
        work.prune_outbox(now_ms - OUTBOX_KEPT_MS)
    return False

"""Sums of telemetry, and what is too old for it: when each is due, given where the job stood.

It keeps no state of its own: `kept_ms`, the end of what is summed up, comes in and goes out, and a
job that is repeated writes the same sums. What arrives late (up to seven days, contract section 1)
is added when the day it belongs to is summed up once more.
"""

from typing import NamedTuple

from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.ports import KeptStore
from liftwatch.telemetry.retention import QUARTER_MS, RAW

SETTLE_MS = 2 * MINUTE_MS
"""A quarter of an hour is summed up when so much of the next has passed: the relay is behind."""

LATE_MS = 8 * DAY_MS
"""Of each day a second time so much later: nothing late is accepted any more by then."""


class Due(NamedTuple):
    """What a job has to do: spans to sum up in order, whether to prune, where it then stands."""

    spans: tuple[tuple[int, int], ...]
    prune: bool
    upto_ms: int


def due(upto_ms: int | None, now_ms: int) -> Due:
    """What is due, where everything before `upto_ms` is summed up; None: nothing ever was.

    What lies further back than states are kept is there no more.

    At most a day at once, so that a job that begins with 90 days behind it ends soon each time.

    >>> due(0, QUARTER_MS + SETTLE_MS), due(QUARTER_MS, QUARTER_MS + SETTLE_MS).spans
    (Due(spans=((0, 900000),), prune=False, upto_ms=900000), ())
    """
    end_ms = (now_ms - SETTLE_MS) // QUARTER_MS * QUARTER_MS
    start_ms = end_ms - RAW.ms if upto_ms is None else max(upto_ms, end_ms - RAW.ms)
    end_ms = min(end_ms, start_ms + DAY_MS)
    if end_ms <= start_ms:
        return Due((), False, start_ms)
    day = end_ms // DAY_MS
    if day == start_ms // DAY_MS:
        return Due(((start_ms, end_ms),), False, end_ms)
    late_ms = day * DAY_MS - LATE_MS
    return Due(((start_ms, end_ms), (late_ms, late_ms + DAY_MS)), True, end_ms)


def keep(store: KeptStore, *, upto_ms: int | None, now_ms: int) -> int:
    """Do what is due; where it stands then. Raises StoreUnavailable, and is then to be repeated."""
    job = due(upto_ms, now_ms)
    for from_ms, to_ms in job.spans:
        store.aggregate(from_ms, to_ms)
    if job.prune:
        store.prune(now_ms)
    return job.upto_ms

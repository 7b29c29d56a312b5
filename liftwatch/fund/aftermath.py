"""Before and after: did the fault come back within 90 days of the work (issue 8, part 6)."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from liftwatch.clock import DAY_MS
from liftwatch.fund.drafts import POINTERS, Fault

SPAN_MS = 90 * DAY_MS
BLIND_PCT_MAX = 10
"""A lift that was not heard for more than this part of the time proves nothing [our choice]."""

Verdict = Literal["came_back", "stayed_away", "too_early", "cannot_tell"]


class Aftermath(Struct, frozen=True, kw_only=True):
    """What a repair did to its fault: how often it came in 90 days before and since, the first
    time since, and what follows."""

    verdict: Verdict
    before: int
    after: int
    first_ms: int | None
    until_ms: int


def aftermath(
    faults: Iterable[Fault],
    *,
    lift: str,
    kinds: frozenset[str],
    done_ms: int,
    now_ms: int,
    blind_ms: int = 0,
) -> Aftermath:
    """Judge a repair by the faults of a lift: `done_ms` is its acceptance, that moment included.

    `blind_ms` is for how long nothing was heard of the lift since. A fault that came back is one,
    however little was heard; that it stayed away takes 90 days and ears.

    >>> day = 86_400_000
    >>> faults = [
    ...     Fault(id=str(n), kind="brake_wear", lift="L", raised_ms=n * day) for n in (5, 130)
    ... ]
    >>> kinds = frozenset({"brake_wear"})
    >>> seen = aftermath(faults, lift="L", kinds=kinds, done_ms=50 * day, now_ms=200 * day)
    >>> seen.verdict, seen.before, seen.after
    ('came_back', 1, 1)
    >>> aftermath([], lift="L", kinds=kinds, done_ms=50 * day, now_ms=60 * day).verdict
    'too_early'
    """
    until_ms = done_ms + SPAN_MS
    moments = sorted(one.raised_ms for one in faults if one.lift == lift and one.kind in kinds)
    before = [ms for ms in moments if done_ms - SPAN_MS <= ms < done_ms]
    after = [ms for ms in moments if done_ms <= ms < min(until_ms, now_ms + 1)]
    heard_ms = min(now_ms, until_ms) - done_ms
    verdict: Verdict = "stayed_away"
    if after:
        verdict = "came_back"
    elif now_ms < until_ms:
        verdict = "too_early"
    elif blind_ms * 100 > heard_ms * BLIND_PCT_MAX:
        verdict = "cannot_tell"
    return Aftermath(
        verdict=verdict,
        before=len(before),
        after=len(after),
        first_ms=after[0] if after else None,
        until_ms=until_ms,
    )


def kinds_of(works: Iterable[str]) -> frozenset[str]:
    """The kinds of incident that point to any of these works: what ought to stay away.

    >>> sorted(kinds_of(["ropes"]))
    ['free_fall', 'rope_slip']
    """
    wanted = set(works)
    return frozenset(kind for kind, row in POINTERS.items() if wanted & set(row.works))

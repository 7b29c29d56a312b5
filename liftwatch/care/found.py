"""What our records say about a complaint: incidents of the same, and what the signals said then."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from liftwatch.care.complaints import TOPICS, Complaint
from liftwatch.clock import DAY_MS
from liftwatch.incidents.incident import Incident

BEFORE_MS, AFTER_MS = 7 * DAY_MS, DAY_MS
"""Incidents that began so long before or after are set beside a complaint [our choice]."""
SIGNALS_MS = DAY_MS
"""Signals of the day before it are looked at [our choice]."""
POINTS_MAX = 10_000
WORDS_MAX = 4


class Heard(NamedTuple):
    """What a signal said in a span: numbers by their ends, words by how often each was said.

    `state` is `away` where the store does not answer, `silent` where nothing was said.
    """

    kind: str
    signal: str
    state: Literal["heard", "silent", "away"]
    readings: int = 0
    low: float | None = None
    high: float | None = None
    words: tuple[tuple[str, int], ...] = ()


def asked_kinds(one: Complaint) -> dict[str, tuple[str, ...]]:
    """Which signals of which kinds of messages are looked at for a complaint."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, signal in TOPICS[one.topic].signals:
        found[kind] = (*found.get(kind, ()), signal)
    return found


def heard(kind: str, signal: str, values: Sequence[Any]) -> Heard:
    """What some readings of a signal come to; None is no reading.

    >>> heard("ride", "level_error_mm", [3.0, None, -22.0])[2:]
    ('heard', 2, -22.0, 3.0, ())
    >>> heard("door", "reopens", []).state
    'silent'
    """
    known = [value for value in values if value is not None]
    if not known:
        return Heard(kind, signal, "silent")
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in known):
        return Heard(kind, signal, "heard", len(known), float(min(known)), float(max(known)))
    counted = Counter(str(one) for one in known).most_common(WORDS_MAX)
    return Heard(kind, signal, "heard", len(known), words=tuple(counted))


def nearest(incidents: Sequence[Incident], told_ms: int, *, limit: int = 10) -> list[Incident]:
    """Those nearest in time to a complaint, what was rejected left out."""
    real = [one for one in incidents if one.state != "rejected"]
    return sorted(real, key=lambda one: abs(one.opened_ms - told_ms))[:limit]

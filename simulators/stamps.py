"""Moments as text, fast: the minute has just been written, the rest of it is looked up."""

from functools import lru_cache

from liftwatch.clock import MINUTE_MS, rfc3339

_WITHIN = tuple(f"{ms // 1000:02d}.{ms % 1000:03d}Z" for ms in range(MINUTE_MS))


def stamp(ms: int) -> str:
    """RFC 3339, UTC, milliseconds: as the clock writes it, and several times as fast.

    >>> stamp(1772439247420)
    '2026-03-02T08:14:07.420Z'
    """
    return _minute(ms // MINUTE_MS) + _WITHIN[ms % MINUTE_MS]


@lru_cache(maxsize=4_096)
def _minute(minute: int) -> str:
    return rfc3339(minute * MINUTE_MS)[:17]

"""The only place that asks the time, and the conversions between its three forms.

Inside, a moment is an integer of milliseconds since 1970 in UTC (`..._ms`); on the wire it is
RFC 3339 with `Z` and milliseconds; the database holds the integer.
"""

import time
from datetime import UTC, datetime

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def now_ms() -> int:
    """Milliseconds since 1970, by this machine's clock."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Seconds of a clock that never steps; only differences mean anything."""
    return time.monotonic()


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime, rounded down.

    >>> to_ms(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC))
    1000
    """
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 1000 + moment.microsecond // 1000


def parse_ms(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 text with an offset; ValueError when it is none.

    >>> parse_ms("2026-03-02T08:14:07.420Z")
    1772439247420
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return to_ms(moment)


def rfc3339(ms: int) -> str:
    """RFC 3339 text, UTC, milliseconds.

    >>> rfc3339(1772439247420)
    '2026-03-02T08:14:07.420Z'
    """
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"

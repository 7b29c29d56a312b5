"""The only place that asks the time, and the conversions between its three forms.

Inside, a moment is an integer of milliseconds since 1970 in UTC (`..._ms`); on the wire it is
RFC 3339 with `Z` and milliseconds; the database holds the integer.
"""

import re
import time
from datetime import date, datetime
from functools import lru_cache

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
ESTATE_MS = 8 * HOUR_MS  # the estates' clock is UTC+8 all year

WIRE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z\Z"
_WIRE = re.compile(WIRE_PATTERN)


def now_ms() -> int:
    """Milliseconds since 1970, by this machine's clock."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Seconds of a clock that never steps; only differences mean anything."""
    return time.monotonic()


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime, rounded down.

    >>> to_ms(datetime.fromisoformat("1970-01-01T00:00:01.000999Z"))
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


def wire_ms(text: str) -> int:
    """Milliseconds since 1970 of a moment as terminals write it: RFC 3339 with `Z`.

    Raises ValueError for anything else. The usual form, with three digits of a second, is ten
    times as fast as `parse_ms`: of most messages the second has just been seen.

    >>> wire_ms("2026-03-02T08:14:07.420Z"), wire_ms("2026-03-02T08:14:07Z")
    (1772439247420, 1772439247000)
    """
    within_ms = _THOUSANDTHS.get(text[19:])
    if within_ms is not None:
        return _second_ms(text[:19]) + within_ms
    if not _WIRE.match(text):
        raise ValueError(f"{text!r} is not RFC 3339 in UTC")
    return parse_ms(text)


_THOUSANDTHS = {f".{ms:03d}Z": ms for ms in range(1_000)}


@lru_cache(maxsize=16_384)
def _second_ms(text: str) -> int:
    """Of `2026-03-02T08:14:07`."""
    return wire_ms(f"{text}Z")


def estate_day(ms: int) -> int:
    """The estates' day of a moment, counted from 1970-01-01.

    >>> estate_day(parse_ms("1970-01-01T16:00:00Z"))
    1
    """
    return (ms + ESTATE_MS) // DAY_MS


def day_text(day: int) -> str:
    """A day as `YYYY-MM-DD`.

    >>> day_text(estate_day(parse_ms("2026-03-02T16:14:07Z")))
    '2026-03-03'
    """
    return date_of(day).isoformat()


def date_of(day: int) -> date:
    """The date of a day.

    >>> date_of(1)
    datetime.date(1970, 1, 2)
    """
    return date.fromordinal(_EPOCH + day)


def begin_ms(day: date) -> int:
    """The moment at which a date begins in the estates.

    >>> begin_ms(date(1970, 1, 2))
    57600000
    """
    return (day.toordinal() - _EPOCH) * DAY_MS - ESTATE_MS


def day_of(text: str) -> int:
    """The day of a `YYYY-MM-DD`; ValueError when it is none.

    >>> day_of("1970-01-02")
    1
    """
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is not YYYY-MM-DD")
    return date.fromisoformat(text).toordinal() - _EPOCH


_EPOCH = date(1970, 1, 1).toordinal()
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def rfc3339(ms: int) -> str:
    """RFC 3339 text, UTC, milliseconds.

    >>> rfc3339(1772439247420)
    '2026-03-02T08:14:07.420Z'
    """
    seconds, thousandths = divmod(ms, SECOND_MS)
    day, second = divmod(seconds, 86_400)
    clock = (second // 3_600, second // 60 % 60, second % 60, thousandths)
    return "%sT%02d:%02d:%02d.%03dZ" % (_date_text(day), *clock)  # noqa: UP031 - twice as fast


@lru_cache(maxsize=4_096)
def _date_text(day: int) -> str:
    try:
        return date_of(day).isoformat()
    except OverflowError as error:
        raise ValueError(f"day {day} is out of range") from error

"""Reading query parameters: word lists, moments, spans; what cannot be used is named."""

import re
from collections.abc import Collection, Iterable
from typing import Annotated

from fastapi import Path, Query

from api.problems import BadParameter, Problem, shown
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, day_of, parse_ms
from liftwatch.telemetry.topics import is_lift

WORDS_MAX = 100
DAY_MIN, DAY_MAX = 0, 100_000  # 1970 to 2243: days around one of them can be written

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_STEP = re.compile(r"([0-9]{1,9})([smhd]?)")
_UNIT_MS = {"": SECOND_MS, "s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_ESTATE = re.compile(r"[a-z0-9-]{1,32}")


def _no_words() -> list[str]:
    return []  # `list` itself has a signature that takes long to read, at every request


Words = Annotated[
    list[str],
    Query(default_factory=_no_words, max_length=WORDS_MAX, description="Repeated, or with commas."),
]
Moment = Annotated[
    str | None,
    Query(description="RFC 3339 with an offset.", json_schema_extra={"format": "date-time"}),
]
Day = Annotated[
    str | None,
    Query(description="A day of the estates' clock (UTC+8).", json_schema_extra={"format": "date"}),
]
LiftPath = Annotated[
    str,
    Path(
        description="The lift's name, as its topic has it.",
        json_schema_extra={"pattern": "^[0-9A-Za-z-]{4,32}$"},
    ),
]
LiftQuery = Annotated[
    str | None,
    Query(description="Only this lift.", json_schema_extra={"pattern": "^[0-9A-Za-z-]{4,32}$"}),
]


def words(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """The words of a parameter that may be repeated and may hold commas.

    >>> words("state", ["raised,closed", "raised"])
    ('raised', 'closed')
    """
    found = dict.fromkeys(word for value in values for word in value.split(","))
    if len(found) > WORDS_MAX:
        raise BadParameter(name, f"more than {WORDS_MAX} values")
    return tuple(found)


def known_words(name: str, values: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The same, each of which must be one of the known."""
    found = words(name, values)
    for word in found:
        if word not in known:
            raise BadParameter(name, f"{shown(word)} is none of {', '.join(known)}")
    return found


def estates(values: Iterable[str]) -> tuple[str, ...]:
    """Names of estates, as topics form them."""
    found = words("estate", values)
    for word in found:
        if not _ESTATE.fullmatch(word):
            raise BadParameter("estate", f"{shown(word)} has not the form of an estate's name")
    return found


def lift_filter(text: str | None) -> str | None:
    """A lift's name as a filter."""
    if text is not None and not is_lift(text):
        raise BadParameter("lift", f"{shown(text)} has not the form of a lift's name")
    return text


def lift_path(text: str) -> str:
    """A lift's name in a path; what cannot be one is simply not there."""
    if not is_lift(text):
        raise no_lift(text)
    return text


def no_lift(name: str) -> Problem:
    """The problem of a lift we have never heard of."""
    return Problem("not-found", f"there is no lift {shown(name)}")


def moment_ms(name: str, text: str | None) -> int | None:
    """Milliseconds of an RFC 3339 text with an offset.

    >>> moment_ms("from", "2026-03-02T16:14:07+08:00")
    1772439247000
    """
    if text is None:
        return None
    if _MOMENT.fullmatch(text):
        try:
            return parse_ms(text.upper())
        except (ValueError, OverflowError):
            pass  # the form is right, the date is not: no 30th of February
    hint = "; a + in an address is written %2B" if re.search(r" \d\d:\d\d$", text) else ""
    raise BadParameter(name, f"{shown(text)} is not RFC 3339 with an offset{hint}")


def day_number(name: str, text: str | None) -> int | None:
    """Days since 1970 of a `YYYY-MM-DD`.

    >>> day_number("day", "1970-01-02")
    1
    """
    if text is None:
        return None
    try:
        day = day_of(text)
    except ValueError:
        raise BadParameter(name, f"{shown(text)} is no day like 2026-03-02") from None
    if not DAY_MIN <= day <= DAY_MAX:
        raise BadParameter(name, f"{shown(text)} is too far away")
    return day


def step_ms(text: str | None) -> int | None:
    """Milliseconds of `60`, `60s`, `5m`, `1h` or `1d`, from a second to a day.

    >>> step_ms("5m"), step_ms("60"), step_ms(None)
    (300000, 60000, None)
    """
    if text is None:
        return None
    match = _STEP.fullmatch(text)
    span = int(match[1]) * _UNIT_MS[match[2]] if match else 0
    if not SECOND_MS <= span <= DAY_MS:
        raise BadParameter("step", f"{shown(text)} is not like 60s, 5m or 1h, from 1s to 1d")
    return span

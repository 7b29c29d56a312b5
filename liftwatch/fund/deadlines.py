"""The clocks of a case: what is due by when, whether it was met, and whose rule it is."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from liftwatch.clock import DAY_MS, HOUR_MS, begin_ms, date_of, estate_day
from liftwatch.fund.case import Case
from liftwatch.fund.documents import EMERGENCY, INSURANCE

COMMITTEE_DAYS = 7
PUBLICATION_MONTHS = 1
INSPECTOR_HOURS = 24


class Due(NamedTuple):
    """A clock: what is due before `due_ms`, when it was met, and the rule."""

    name: str
    due_ms: int
    met_ms: int | None
    rule: str

    def is_missed(self, *, now_ms: int) -> bool:
        """Whether it was not met in time, or is not and its time is over."""
        return (now_ms if self.met_ms is None else self.met_ms) >= self.due_ms


class Clock(NamedTuple):
    """A row: from when it runs and until when, given a case; None: it does not run."""

    name: str
    due: Callable[[Case], int | None]
    met: Callable[[Case], int | None]
    rule: str


def months_after(ms: int, months: int) -> int:
    """The end of the day so many months after a moment, in the estates; exclusive.

    The day of the same number ends it, in a shorter month the last (Civil Code, art. 202); the
    day on which it began does not count (art. 201). Holidays put it off in law (art. 203): here
    not, for the careful side.

    >>> from liftwatch.clock import day_text, parse_ms
    >>> begun = parse_ms("2026-01-31T08:00:00+08:00")
    >>> end = months_after(begun, 1)
    >>> day_text(estate_day(end - 1)), day_text(estate_day(end))
    ('2026-02-28', '2026-03-01')
    """
    begun = date_of(estate_day(ms))
    years, month = divmod(begun.month - 1 + months, 12)
    year, month = begun.year + years, month + 1
    last = date(year, month, min(begun.day, monthrange(year, month)[1]))
    return begin_ms(last) + DAY_MS


def days_after(ms: int, days: int) -> int:
    """The end of the day so many days after a moment, in the estates; exclusive.

    >>> from liftwatch.clock import parse_ms
    >>> days_after(parse_ms("2026-03-02T23:59:00+08:00"), 7) - parse_ms("2026-03-10T00:00:00+08:00")
    0
    """
    return begin_ms(date_of(estate_day(ms))) + (days + 1) * DAY_MS


def made(case: Case, *names: str) -> int | None:
    """When the newest of these moves was made under the present plan; None: not yet."""
    found = [one.at_ms for one in case.done if one.move in names and one.plan == case.plan_version]
    return found[-1] if found else None


def _decision(case: Case) -> int | None:
    applied_ms = made(case, "apply")
    if case.path != EMERGENCY or case.custody != "committee" or applied_ms is None:
        return None
    return days_after(applied_ms, COMMITTEE_DAYS)


def _publication(case: Case) -> int | None:
    if case.path != EMERGENCY or case.paid_ms is None:
        return None
    return months_after(case.paid_ms, PUBLICATION_MONTHS)


def _inspector(case: Case) -> int | None:
    return case.opened_ms + INSPECTOR_HOURS * HOUR_MS if case.path == INSURANCE else None


def _reported(case: Case) -> int | None:
    days = [one.dated for one in case.documents if one.kind == "insurer_report"]
    return begin_ms(date_of(min(days))) if days else None


CLOCKS: tuple[Clock, ...] = (
    Clock(
        "decision",
        _decision,
        lambda case: made(case, "approve", "refuse"),
        "Shanghai, art. 73: the committee decides in 7 days, else the bureau may",
    ),
    Clock(
        "publication",
        _publication,
        lambda case: case.disclosed_ms,
        "Taizhou, art. 18: total and allocation within a month after payment",
    ),
    Clock(
        "inspector",
        _inspector,
        _reported,
        "Huai'an: the insurer's inspector comes within 24 hours",
    ),
    Clock(
        "reservation",
        lambda case: case.expires_ms,
        lambda case: made(case, "settle"),
        "",
    ),
)


def deadlines(case: Case) -> tuple[Due, ...]:
    """The clocks that run or ran for a case, those due first in front."""
    found = [
        Due(row.name, due_ms, row.met(case), row.rule)
        for row in CLOCKS
        if (due_ms := row.due(case)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.due_ms, one.name)))

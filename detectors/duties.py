"""What the calendar asks of those who keep a lift: one table of duties.

A duty says from when a lift is in default, and in which steps that grows graver; or None, when
nobody can tell or nothing is owed. It reads what is known of the lift and never the time.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from detectors.view import View
from liftwatch.clock import DAY_MS, HOUR_MS, begin_ms, rfc3339

CARE_MS = 15 * DAY_MS  # at least every 15 days (national regulation art. 31, domain 0.1 and 5.2)
CARE_GRAVE_MS = 20 * DAY_MS  # contract, section 2
TEST_MS = 72 * HOUR_MS  # EN 81-28: a test call at least every 3 days (domain 2.1)
INSPECTION_NOTICE_DAYS = 30  # a month before expiry (Special Equipment Safety Law art. 40)
DESIGN_LIFE_YEARS = 15.0  # contract, section 1: default of `design_life_years`
ASSESSED_FOR_YEARS = 3  # contract, section 2: `ageing`
YEAR_DAYS = 365.25


class Step(NamedTuple):
    """From when on the default has this severity."""

    at_ms: int
    severity: int


class Term(NamedTuple):
    """A duty of one lift: since when its time runs, its steps in order, what to say of it."""

    since_ms: int
    steps: tuple[Step, ...]
    evidence: dict[str, Any]


class Duty(NamedTuple):
    """One row: the kind in default, whose rule it is, and how to read it off a lift."""

    kind: str
    source: str
    term: Callable[[View], Term | None]


def care_term(view: View) -> Term | None:
    """Routine care within 15 days of the last visit, or of the first thing heard."""
    since_ms = view.first_ms if view.cared_ms is None else view.cared_ms
    if since_ms is None:
        return None
    evidence: dict[str, Any] = {"limit_days": CARE_MS // DAY_MS}
    if view.cared_ms is not None:
        evidence["last_visit_at"] = rfc3339(view.cared_ms)
    steps = (Step(since_ms + CARE_MS, 4), Step(since_ms + CARE_GRAVE_MS, 3))
    return Term(since_ms, steps, evidence)


def call_test_term(view: View) -> Term | None:
    """A successful test of the emergency call within 72 h of the last, or of the first thing."""
    since_ms = view.first_ms if view.tested_ms is None else view.tested_ms
    if since_ms is None:
        return None
    evidence: dict[str, Any] = {"limit_h": TEST_MS // HOUR_MS}
    if view.tested_ms is not None:
        evidence["last_test_at"] = rfc3339(view.tested_ms)
    return Term(since_ms, (Step(since_ms + TEST_MS, 3),), evidence)


def inspection_term(view: View) -> Term | None:
    """The statutory inspection: noticed 30 days before its date, in default from the date on."""
    due_on = view.facts.next_inspection_on
    if due_on is None:
        return None
    due_ms = begin_ms(due_on)
    notice_ms = due_ms - INSPECTION_NOTICE_DAYS * DAY_MS
    evidence = {"next_inspection_on": due_on.isoformat(), "notice_days": INSPECTION_NOTICE_DAYS}
    return Term(notice_ms, (Step(notice_ms, 4), Step(due_ms, 2)), evidence)


def ageing_term(view: View) -> Term | None:
    """Design life over without an assessment of the last three years, or hazard above its limit."""
    terms = (_hazard_term(view), _life_term(view))
    return min(
        (one for one in terms if one is not None), key=lambda one: one.steps[0], default=None
    )


def _hazard_term(view: View) -> Term | None:
    hazard = view.hazard
    if hazard is None or hazard.score <= hazard.limit:
        return None
    since_ms = (view.first_ms or 0) if hazard.at_ms is None else hazard.at_ms
    evidence = {"hazard_score": hazard.score, "limit": hazard.limit}
    return Term(since_ms, (Step(since_ms, 4),), evidence)


def _life_term(view: View) -> Term | None:
    facts = view.facts
    begun_on = facts.renewed_on or facts.installed_on
    if begun_on is None:
        return None
    years = DESIGN_LIFE_YEARS if facts.design_life_years is None else facts.design_life_years
    over_ms = begin_ms(begun_on) + _years_ms(begun_on, years)
    evidence: dict[str, Any] = {"begun_on": begun_on.isoformat(), "design_life_years": years}
    if facts.assessed_on is not None:
        evidence["assessed_on"] = facts.assessed_on.isoformat()
        assessed = facts.assessed_on
        over_ms = max(over_ms, begin_ms(assessed) + _years_ms(assessed, ASSESSED_FOR_YEARS))
    return Term(over_ms, (Step(over_ms, 4),), evidence)


def _years_ms(begin: date, years: float) -> int:
    """So many years on: whole ones by their date, the rest by days.

    >>> _years_ms(date(2024, 2, 29), 1) // DAY_MS, _years_ms(date(2023, 3, 1), 1.5) // DAY_MS
    (366, 549)
    """
    whole = int(years)
    year = min(begin.year + whole, date.max.year - 1)
    try:
        anniversary = begin.replace(year=year)
    except ValueError:  # 29 February
        anniversary = date(year, 3, 1)
    days = (anniversary - begin).days + round((years - whole) * YEAR_DAYS)
    return days * DAY_MS


DUTIES: tuple[Duty, ...] = (
    Duty("ageing", "Special Equipment Safety Law art. 48; contract, section 2", ageing_term),
    Duty("maintenance_overdue", "Regulation on special equipment art. 31", care_term),
    Duty("inspection_due", "Special Equipment Safety Law art. 40", inspection_term),
    Duty("emergency_call_untested", "EN 81-28, GB/T 24475: every 72 h", call_test_term),
)

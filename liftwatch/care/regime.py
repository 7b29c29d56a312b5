"""How a lift is kept: every 15 days, or on demand under conditions; and what is due when.

Every 15 days is the law (regulation on special equipment art. 31, domain 5.2). On demand needs what
domain 5.3 lists (国市监特设〔2020〕56号 and what followed): whoever lacks one of it is kept by the
ordinary rule, whatever was filed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.care.checklist import CARES, Work, includes
from liftwatch.care.visit import CannotVisit
from liftwatch.clock import DAY_MS
from liftwatch.said import Said

RegimeKind = Literal["routine_15d", "on_demand"]
INTERVAL_DAYS = 15
ON_DEMAND_DAYS_MAX = 90
"""Longest interval somebody may file: the quarter's list is due by then [our choice]."""
ONLINE_RATIO_MIN = 0.95
"""Share of what the lift's terminals sent that has come, over 30 days [our choice]."""
CLASSES_FIT = frozenset({"A", "B"})
"""Classes of supervision a unit may have: not C or worse (domain 5.3, S20)."""
TEXT_MAX = 64


class Regime(Struct, frozen=True, kw_only=True):
    """How one lift is kept, as its use unit filed it."""

    lift: str
    kind: RegimeKind = "routine_15d"
    interval_days: int = INTERVAL_DAYS
    filing_no: str = ""
    insurance_policy: str = ""
    insured_until: date | None = None
    unit_class: str = ""
    declared: bool = False
    person: str | None = None
    at_ms: int = 0
    version: int = 0


class Known(NamedTuple):
    """What is known of the lift: who uses it, its next inspection, how well it is heard."""

    use_unit: str | None
    next_inspection_on: date | None
    online_ratio: float | None


class Condition(NamedTuple):
    """A condition of maintenance on demand, whether it is met, and why (not)."""

    name: str
    met: bool
    why: Said


def check_regime(regime: Regime) -> Regime:
    """The regime as it may be filed; raises CannotVisit.

    >>> check_regime(Regime(lift="L-0001", interval_days=20))
    Traceback (most recent call last):
    ...
    liftwatch.care.visit.CannotVisit: routine care is at least every 15 days
    """
    most = INTERVAL_DAYS if regime.kind == "routine_15d" else ON_DEMAND_DAYS_MAX
    if not 1 <= regime.interval_days <= most:
        if regime.kind == "routine_15d":
            raise CannotVisit(Said("routine care is at least every 15 days"))
        raise CannotVisit(Said("the interval is 1 to %(most)s days", most=most))
    if regime.kind == "on_demand" and not regime.filing_no.strip():
        raise CannotVisit(Said("maintenance on demand has a filing number"))
    texts = (regime.filing_no, regime.insurance_policy, regime.unit_class)
    if any(len(text) > TEXT_MAX for text in texts):
        raise CannotVisit(Said("at most %(most)s characters", most=TEXT_MAX))
    return regime


def conditions(regime: Regime, known: Known, *, today: date) -> list[Condition]:
    """The conditions of domain 5.3 one by one; none of them for routine care."""
    if regime.kind != "on_demand":
        return []
    insured, due, ratio = regime.insured_until, known.next_inspection_on, known.online_ratio
    percent = None if ratio is None else round(ratio * 100, 1)
    needed = round(ONLINE_RATIO_MIN * 100)
    return [
        _condition("filing", bool(regime.filing_no), Said("it is filed"), Said("it is not filed")),
        _condition(
            "insurance",
            bool(regime.insurance_policy) and insured is not None and insured >= today,
            Said("liability is insured"),
            Said("no liability insurance that runs today"),
        ),
        _condition(
            "unit",
            regime.unit_class.upper() in CLASSES_FIT,
            Said("the unit is in class A or B"),
            Said("the unit's class is not known, or C or worse"),
        ),
        _condition(
            "declared",
            regime.declared,
            Said("items, cycle and goals are declared in public"),
            Said("items, cycle and goals are not declared in public"),
        ),
        _condition(
            "use_unit",
            bool(known.use_unit),
            Said("the use unit is known"),
            Said("no use unit is on record"),
        ),
        _condition(
            "inspected",
            due is not None and due > today,
            Said("it is within its inspection"),
            Said("its inspection is over, or its date is not known"),
        ),
        _condition(
            "monitored",
            ratio is not None and ratio >= ONLINE_RATIO_MIN,
            Said("of 100 messages it sent, %(percent)s have come", percent=percent),
            Said("nothing is known of what it sent")
            if ratio is None
            else Said(
                "of 100 messages it sent, %(percent)s have come, less than %(needed)s",
                percent=percent,
                needed=needed,
            ),
        ),
    ]


def _condition(name: str, met: bool, *told: Said) -> Condition:
    yes, no = told
    return Condition(name, met, yes if met else no)


def interval_days(regime: Regime, found: list[Condition]) -> int:
    """Every how many days care is due: what was filed, as long as every condition is met."""
    if regime.kind == "on_demand" and not all(one.met for one in found):
        return INTERVAL_DAYS
    return regime.interval_days


class Due(NamedTuple):
    """A list that is due: until when, when it was last done (None: never seen), since when late."""

    work: Work
    due_ms: int
    last_ms: int | None


def plan(last: Mapping[str, int], *, since_ms: int, interval: int) -> list[Due]:
    """What is due when, the shortest list first, from when each was last done.

    A longer list does what the shorter ones ask. What was never seen counts from `since_ms`, when
    we began to know the lift: of the years before we know nothing.

    >>> done = {"quarter": 100 * DAY_MS}
    >>> [(one.work, one.due_ms // DAY_MS) for one in plan(done, since_ms=0, interval=15)]
    [('half_month', 115), ('quarter', 190), ('half_year', 180), ('year', 365)]
    """
    found = []
    for care in CARES:
        times = [ms for work, ms in last.items() if includes(work, care.work)]
        last_ms = max(times, default=None)
        days = interval if care.work == "half_month" else care.days
        begun_ms = since_ms if last_ms is None else last_ms
        found.append(Due(care.work, begun_ms + days * DAY_MS, last_ms))
    return found


def next_visit(dues: list[Due]) -> Due:
    """The next visit: when the shortest list is due, with the longest that is due by then.

    >>> done = {"year": 0, "half_month": 80 * DAY_MS}
    >>> one = next_visit(plan(done, since_ms=0, interval=15))
    >>> one.work, one.due_ms // DAY_MS
    ('quarter', 90)
    """
    first_ms = min(one.due_ms for one in dues)
    then_ms = max(first_ms, min(dues[0].due_ms, first_ms + DAY_MS))
    work = [one for one in dues if one.due_ms <= then_ms][-1]
    return work._replace(due_ms=first_ms)


def is_overdue(due: Due, *, now_ms: int) -> bool:
    """Whether its day is over."""
    return now_ms >= due.due_ms

"""How lifts are kept and what is due of them, read together: regime, plan, inspection."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from liftwatch.care.checklist import Work
from liftwatch.care.inspection import (
    NOTICE_DAYS,
    Inspection,
    Standing,
    anniversary,
    needs_assessment,
    standing,
)
from liftwatch.care.regime import (
    Condition,
    Due,
    Known,
    Regime,
    conditions,
    interval_days,
    next_visit,
    plan,
)
from liftwatch.clock import DAY_MS, begin_ms, date_of, estate_day
from liftwatch.ports import Books, LiftRow

RATIO_DAYS = 30
What = Literal["visit", "inspection", "assessment", "governor"]


class Planned(NamedTuple):
    """A lift with how it is kept: `unit` is whose contract runs now, None: nobody's.

    `dues` are empty where nobody owes anything yet: no contract, and never a visit.
    """

    row: LiftRow
    unit: str | None
    regime: Regime
    conditions: list[Condition]
    interval: int
    dues: list[Due]
    standing: Standing
    certificate: Inspection | None

    @property
    def next(self) -> Due | None:
        """The next visit."""
        return next_visit(self.dues) if self.dues else None


class Row(NamedTuple):
    """One day of the calendar of one lift; `over` where the day has passed."""

    day: date
    lift: str
    area: str
    estate: str
    what: What
    work: Work | None
    over: bool
    by: str


def plans(books: Books, rows: Sequence[LiftRow], *, now_ms: int) -> list[Planned]:
    """How some lifts stand, in their order."""
    lifts = [row.lift for row in rows]
    today = date_of(estate_day(now_ms))
    cared, regimes = books.last_cared(lifts), books.regimes(lifts)
    papers, contracts = books.newest_inspections(lifts), books.contracts_now(lifts, now_ms)
    found = []
    for row in rows:
        regime = regimes.get(row.lift) or Regime(lift=row.lift)
        facts, unit = row.facts, contracts.get(row.lift)
        ratio = online_ratio(books, row.lift, now_ms) if regime.kind == "on_demand" else None
        known = Known(facts.use_unit, facts.next_inspection_on, ratio)
        held = conditions(regime, known, today=today)
        interval = interval_days(regime, held)
        last = cared.get(row.lift, {})
        since_ms = unit[1] if unit is not None else max(last.values(), default=None)
        found.append(
            Planned(
                row=row,
                unit=None if unit is None else unit[0],
                regime=regime,
                conditions=held,
                interval=interval,
                dues=[] if since_ms is None else plan(last, since_ms=since_ms, interval=interval),
                standing=standing(facts, papers.get(row.lift), today=today),
                certificate=papers.get(row.lift),
            )
        )
    return found


def online_ratio(books: Books, lift: str, now_ms: int) -> float | None:
    """How much of what a lift's terminals sent has come in the last 30 days; None: unheard."""
    today = estate_day(now_ms)
    days = books.completeness_of(lift, today - RATIO_DAYS, today)
    heard, missing = sum(one.heard for one in days), sum(one.missing for one in days)
    return heard / (heard + missing) if heard else None


def calendar(found: Sequence[Planned], *, now_ms: int) -> list[Row]:
    """What is due of lifts, in the order of days."""
    today = date_of(estate_day(now_ms))
    rows = [row for one in found for row in _rows(one, now_ms=now_ms, today=today)]
    return sorted(rows, key=lambda row: (row.day, row.lift, row.what))


def _rows(one: Planned, *, now_ms: int, today: date) -> list[Row]:
    made: list[tuple[date, What, Work | None, bool, str]] = []
    if (due := one.next) is not None:
        over = now_ms >= due.due_ms
        made.append((date_of(estate_day(due.due_ms)), "visit", due.work, over, one.regime.kind))
    stands = one.standing
    if stands.due_on is not None:
        made.append((stands.due_on, "inspection", None, stands.due_on <= today, stands.by or ""))
    if stands.life_ends_on is not None:
        day = max(stands.life_ends_on, stands.assessed_until or stands.life_ends_on)
        made.append((day, "assessment", None, needs_assessment(stands, today=today), "age"))
    if (checked := governor_day(one)) is not None:
        made.append((checked, "governor", None, checked <= today, "age"))
    place = (one.row.lift, one.row.area, one.row.estate)
    return [Row(day, *place, what, work, over, by) for day, what, work, over, by in made]


def governor_day(one: Planned) -> date | None:
    """When the governor is due to be checked: every 2 years, every year above 15 years of age.

    It counts from the last visit with the year's list, in which it stands (domain 5.1, A-4); of a
    lift that never had one nobody can tell.
    """
    every = one.standing.governor_every_years
    yearly = next((due for due in one.dues if due.work == "year"), None)
    if every is None or yearly is None or yearly.last_ms is None:
        return None
    return anniversary(date_of(estate_day(yearly.last_ms)), every)


def is_notified(one: Standing, *, today: date) -> bool:
    """Whether its inspection is to be asked for by now: 30 days before (contract, section 2)."""
    if one.due_on is None:
        return False
    return begin_ms(today) >= begin_ms(one.due_on) - NOTICE_DAYS * DAY_MS

"""What a lift in order has behind and before it: assessment, inspection, half-monthly visits."""

from random import Random
from typing import Any

from liftwatch.clock import DAY_MS, ESTATE_MS, HOUR_MS, day_of, day_text, estate_day
from simulators.agenda import Process
from simulators.faults.scene import Scene
from simulators.faults.service import visit
from simulators.lift import Lift, Script
from simulators.plan import Plan

ASSESSED_FROM_YEARS = 14.0  # before the design life of 15 years is over
INSPECTED_EVERY_DAYS = 365
INSPECTED_BEFORE_DAYS = 45  # a month before it is due the use unit must have asked (domain 5.2)
FIRST_VISIT_DAYS = (1.0, 13.0)
VISIT_DAYS = (12, 14)  # at least every 15 (domain 5.2)
VISIT_HOURS = (9.0, 16.5)
VISIT_S = (1_500.0, 2_400.0)


def dated(plan: Plan, *, seed: int, start_ms: int) -> Plan:
    """The lift with the dates of one that is looked after, where its register has none."""
    rng = Random(f"{seed}/dates/{plan.name}")
    today = estate_day(start_ms)
    due = today + rng.randint(120, INSPECTED_EVERY_DAYS - 20)
    dates: dict[str, Any] = {
        "inspected_on": day_text(due - INSPECTED_EVERY_DAYS),
        "next_inspection_on": day_text(due),
    }
    installed_on = plan.register.get("installed_on")
    assessed = today - rng.randint(30, 400)
    if installed_on and (today - day_of(installed_on)) / 365.25 >= ASSESSED_FROM_YEARS:
        dates["assessed_on"] = day_text(assessed)
    return plan._replace(register={**dates, **plan.register})


def half_monthly(lift: Lift, *, seed: int) -> Process:
    """Somebody maintains the lift twice a month, in working hours, as long as it is maintained."""
    rng = Random(f"{seed}/visits/{lift.plan.name}")
    days = rng.uniform(*FIRST_VISIT_DAYS)
    day = estate_day(lift.now_ms) + max(int(days), 1)
    while True:
        begin_ms = day * DAY_MS - ESTATE_MS + round(rng.uniform(*VISIT_HOURS) * HOUR_MS)
        yield max(begin_ms, lift.now_ms)
        if lift.maintained:
            lift.play(_visit_for(rng.uniform(*VISIT_S)))
        day = estate_day(lift.now_ms) + rng.randint(*VISIT_DAYS)


def _visit_for(seconds: float) -> Script:
    def script(lift: Lift) -> Process:
        return visit(lift, Scene(lift.now_ms, seconds, {}))

    return script


def inspections(lift: Lift) -> Process:
    """The inspector comes in time, every year."""
    while True:
        due = day_of(lift.plan.register["next_inspection_on"])
        yield max((due - INSPECTED_BEFORE_DAYS) * DAY_MS - ESTATE_MS, lift.now_ms)
        today = estate_day(lift.now_ms)
        dates = {
            "inspected_on": day_text(today),
            "next_inspection_on": day_text(today + INSPECTED_EVERY_DAYS),
        }
        lift.plan = lift.plan._replace(register={**lift.plan.register, **dates})

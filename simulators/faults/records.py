"""What calendar and records say: age, inspections, maintenance that is late or only written.

Dates are of the estates' clock; a service learns them from the register and from the visits.
"""

from collections.abc import Mapping
from typing import Any

from liftwatch.clock import DAY_MS, ESTATE_MS, HOUR_MS, date_of, day_text, estate_day
from simulators import report
from simulators.agenda import Process
from simulators.faults.rescue import check_in, check_out
from simulators.faults.scene import (
    Scene,
    end_all,
    note,
    settle,
    wait_until,
)
from simulators.faults.service import (
    PRESSES_MIN,
    items_of,
    press_from_afar,
    some_landing_button,
    try_out,
)
from simulators.lift import Lift
from simulators.people import someone, wait_for_lift
from simulators.plan import Plan

OVERDUE_MS = 15 * DAY_MS  # at least every 15 days (domain 5.2)
NOTICE_DAYS = 30  # contract, section 2: inspection_due
PASSENGERS, NOON = 8, 12
"""Beside those who come by themselves: one or two could be the technician and a colleague."""
CALENDAR_S = 86_400.0 + 7_200.0
"""A day and two hours: whether a date counts from its begin or its end is left open."""


def _midnight_ms(at_ms: int) -> int:
    return estate_day(at_ms) * DAY_MS - ESTATE_MS


def years_before(at_ms: int, years: int) -> str:
    """The date so many years before a moment; of 29 February the 28th.

    >>> years_before(1_772_409_600_000, 15)
    '2011-03-02'
    """
    day = date_of(estate_day(at_ms))
    return day.replace(year=day.year - years, day=min(day.day, 28)).isoformat()


def fit_ageing(plan: Plan, at_ms: int, options: Mapping[str, float]) -> Plan:
    """Installed so that its design life ends on the day of the scene, and never assessed."""
    years = int(options["life_years"])
    register = {
        **plan.register,
        "installed_on": years_before(at_ms, years),
        "design_life_years": years,
    }
    for name in ("assessed_on", "renewed_on"):
        register.pop(name, None)
    return plan._replace(register=register)


def fit_inspection(plan: Plan, at_ms: int, options: Mapping[str, float]) -> Plan:
    """Inspected nearly a year ago; the next inspection is `days` after the scene's day."""
    due = estate_day(at_ms) + int(options["days"])
    dates = {"inspected_on": day_text(due - 365), "next_inspection_on": day_text(due)}
    return plan._replace(register={**plan.register, **dates})


def ageing(lift: Lift, scene: Scene) -> Process:
    """Design life is over; when the scene is over too an assessor has been there."""
    yield from wait_until(lift, _midnight_ms(scene.at_ms))
    truth = note(lift, "ageing", within_s=CALENDAR_S)
    yield from wait_until(lift, scene.end_ms)
    _register_anew(lift, {"assessed_on": day_text(estate_day(lift.now_ms))})
    truth.to_ms = lift.now_ms


def inspection_due(lift: Lift, scene: Scene) -> Process:
    """The statutory inspection comes near, or is missed, until the inspector has come."""
    days = int(scene.options["days"])
    from_ms = _midnight_ms(scene.at_ms) + (days - NOTICE_DAYS) * DAY_MS
    yield from wait_until(lift, from_ms)
    truth = note(lift, "inspection_due", within_s=CALENDAR_S)
    yield from wait_until(lift, scene.end_ms)
    today = estate_day(lift.now_ms)
    dates = {"inspected_on": day_text(today), "next_inspection_on": day_text(today + 365)}
    _register_anew(lift, dates)
    truth.to_ms = lift.now_ms


def _register_anew(lift: Lift, dates: Mapping[str, Any]) -> None:
    lift.plan = lift.plan._replace(register={**lift.plan.register, **dates})
    report.tell_register(lift)


def maintenance_overdue(lift: Lift, scene: Scene) -> Process:
    """Nobody comes any more; at last somebody does."""
    lift.maintained = False
    since_ms = lift.started_ms if lift.visited_ms is None else lift.visited_ms
    yield from wait_until(lift, since_ms + OVERDUE_MS)
    truths = [note(lift, "maintenance_overdue", within_s=2 * HOUR_MS / 1000)]
    truths[0].from_ms = since_ms + OVERDUE_MS
    yield from wait_until(lift, scene.end_ms)

    def visit(lift: Lift) -> Process:
        yield from _short_visit(lift, minutes=25.0)
        end_all(lift, truths)
        lift.maintained = True

    lift.play(visit)


def contradicted_by_rides(lift: Lift, scene: Scene) -> Process:
    """A record is opened in the morning and closed later; passengers ride all the while."""
    yield from wait_until(lift, scene.at_ms)
    who = check_in(lift, "half_month")
    truth = note(lift, "maintenance_contradicted", within_s=scene.for_s + 60.0)
    for _ in range(PASSENGERS):
        yield lift.after(scene.for_s / (PASSENGERS + 2))
        lift.agenda.start(wait_for_lift(lift, someone(lift.plan, lift.rng, hour=NOON)))
    yield scene.end_ms
    truth.expect_within_s = (lift.now_ms - truth.from_ms) / 1000 + 60.0
    check_out(lift, who, items_of(lift))
    truth.to_ms = lift.after(3600.0)


def contradicted_by_silence(lift: Lift, scene: Scene) -> Process:
    """The technician checks in and out; no inspection mode, no door, nothing in between."""
    lift.busy, busy = 0.0, lift.busy
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    yield lift.after(1.0)
    lift.panel.cancel()
    lift.waiting.clear()
    lift.stalled = True
    who = check_in(lift, "half_month")
    yield lift.after(scene.for_s)
    check_out(lift, who, items_of(lift))
    note(lift, "maintenance_contradicted", within_s=60.0).to_ms = lift.after(3600.0)
    lift.busy, lift.stalled = busy, False


def contradicted_by_haste(lift: Lift, scene: Scene) -> Process:
    """Half a month's 31 items within some minutes."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    yield from _short_visit(lift, minutes=scene.for_s / 60)
    note(lift, "maintenance_contradicted", within_s=60.0).to_ms = lift.after(3600.0)


def _short_visit(lift: Lift, *, minutes: float) -> Process:
    """Inspection mode, and the doors tried: as long as it is said to take."""
    yield from settle(lift)
    lift.panel.cancel()
    who = check_in(lift, "half_month")
    lift.car.mode = "inspection"
    lift.tell_state()
    for _ in range(3):
        yield from lift.doors.open()
        yield from lift.doors.stay(10.0)
        yield from lift.doors.close()
        yield lift.after(max(minutes * 60 / 3 - 20.0, 1.0))
    lift.car.mode = "normal"
    lift.tell_state()
    check_out(lift, who, items_of(lift))


def contradicted_by_button(lift: Lift, scene: Scene) -> Process:
    """A landing button is dead; the record says `A-1-24` is in order; it is dead still."""
    yield from wait_until(lift, scene.at_ms)
    button = some_landing_button(lift)
    lift.panel.dead.add(button)
    dead = note(lift, "button_dead", within_s=600.0)
    yield from _press_in_vain(lift, button)
    dead.expect_within_s = (lift.now_ms - dead.from_ms) / 1000 + 15.0
    done: list[int] = []

    def visit(lift: Lift) -> Process:
        yield from settle(lift)
        who = check_in(lift, "half_month")
        lift.car.mode = "inspection"
        lift.tell_state()
        yield lift.after(1_200.0)
        lift.car.mode = "normal"
        lift.tell_state()
        ok = [{**item, "result": "ok"} for item in items_of(lift)]
        check_out(lift, who, ok)
        done.append(lift.now_ms)

    lift.play(visit)
    while not done:
        yield lift.after(5.0)
    truth = note(lift, "maintenance_contradicted", within_s=DAY_MS / 1000, also=("button_dead",))
    truth.from_ms = done[0]
    yield lift.after(30.0)
    yield from _press_in_vain(lift, button)
    truth.expect_within_s = (lift.now_ms - truth.from_ms) / 1000 + 60.0
    yield from wait_until(lift, scene.end_ms)
    lift.panel.dead.discard(button)
    end_all(lift, [dead, truth])
    yield from try_out(lift, button)


def _press_in_vain(lift: Lift, button: Any) -> Process:
    presses = 0
    while presses < PRESSES_MIN:
        presses += press_from_afar(lift, button)
        yield lift.after(lift.rng.uniform(4.0, 8.0))

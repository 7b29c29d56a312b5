"""Doors at a landing: those that will not open, those that strike, people shut in behind them."""

from simulators.agenda import Process
from simulators.faults.rescue import TRIED, check_in, check_out, mend, part
from simulators.faults.scene import (
    Scene,
    board,
    call_for_help,
    call_here,
    end_all,
    far_end,
    known_empty,
    note,
    send_to,
    settle,
    wait_until,
)
from simulators.lift import Lift
from simulators.panel import Button
from simulators.truth import Truth

BESIDE = (
    "emergency_call",
    "door_fault",
    "entrapment_suspected",
    "out_of_service",
    "button_dead",
)
RETRY_S = 3.0


def door_fault_opening(lift: Lift, scene: Scene) -> Process:
    """The doors are asked to open again and again, for somebody at the landing, and do not."""
    yield from settle(lift)
    yield from known_empty(lift)
    yield from wait_until(lift, scene.before_ms(1.0))
    yield from call_here(lift, 1, to_floor=far_end(lift))
    try_s, end_ms = scene.options["try_s"], lift.after(scene.for_s)
    within_s = 3 * (try_s + RETRY_S) + 5.0
    truth = note(lift, "door_fault", within_s=within_s, also=("out_of_service", "button_dead"))
    lift.stalled = True
    while lift.now_ms < end_ms:
        yield from lift.doors.fail_to_open(try_s)
        yield lift.after(RETRY_S)
    lift.stalled = False
    yield from mend(lift, lambda: None, items=part("A-1-22"), truths=[truth], tried=TRIED)


def entrapment_at_landing(lift: Lift, scene: Scene) -> Process:
    """The car has arrived and its doors do not open: people inside, at a landing."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(40.0))
    floor = far_end(lift)
    yield from board(lift, int(scene.options["people"]), to_floor=floor)
    yield from lift.ride_to(floor)
    lift.stalled = True
    lift.panel.cancel(floor)
    try_s = scene.options["try_s"]
    truths = [note(lift, "entrapment", within_s=75.0, also=BESIDE)]
    if scene.for_s > 3 * (try_s + RETRY_S):
        within_s = 3 * (try_s + RETRY_S) + 5.0
        truths.append(note(lift, "door_fault", within_s=within_s, also=("entrapment", *BESIDE)))
    lift.agenda.start(call_for_help(lift, after_s=scene.options["call_after_s"], answered_s=30.0))
    end_ms = lift.after(scene.for_s)
    while lift.now_ms < end_ms:
        lift.panel.press(Button("car", "open"))
        yield from lift.doors.fail_to_open(try_s)
        yield lift.after(RETRY_S)
    yield from _free_by_hand(lift, truths, items=part("A-1-22"))


def entrapment_closed(lift: Lift, scene: Scene) -> Process:
    """The controller hangs: people stand in a closed car at a landing, and nothing happens."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(20.0))
    yield from board(lift, int(scene.options["people"]), to_floor=far_end(lift))
    lift.stalled = True
    lift.panel.cancel()
    truths = [note(lift, "entrapment", within_s=200.0, also=BESIDE)]
    lift.agenda.start(call_for_help(lift, after_s=scene.options["call_after_s"], answered_s=30.0))
    end_ms = lift.after(scene.for_s)
    while lift.now_ms < end_ms:
        if lift.car.people:
            lift.panel.press(Button("car", floor=lift.car.people[0].to_floor))
        yield lift.after(lift.rng.uniform(15.0, 30.0))
    yield from _free_by_hand(lift, truths, items=part("A-1-22", "adjusted"))


def _free_by_hand(lift: Lift, truths: list[Truth], *, items: list[dict[str, str]]) -> Process:
    """A technician opens the doors where the car stands, lets people out, and tries the doors."""
    who = check_in(lift, "rescue")
    lift.car.mode = "inspection"
    lift.tell_state()
    yield lift.after(20.0)
    yield from lift.doors.open()
    end_all(lift, truths)
    lift.help.end()
    yield from lift.let_people_out(everybody=True)
    yield from lift.doors.close()
    for _ in range(TRIED):
        yield lift.after(1.0)
        yield from lift.doors.open()
        yield from lift.doors.stay(2.0)
        yield from lift.doors.close()
    lift.panel.cancel()
    lift.car.mode, lift.stalled = "normal", False
    lift.tell_state()
    check_out(lift, who, items)


def door_impact(lift: Lift, scene: Scene) -> Process:
    """Doors close on somebody: too hard, or for too long, and neither curtain nor edge acts."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(12.0))
    yield from call_here(lift, 1, to_floor=far_end(lift))
    yield from lift.doors.open()
    yield from lift.let_people_pass()
    force_n, obstructed_s = scene.options["force_n"], scene.options["obstructed_s"]
    truth = note(lift, "door_impact", within_s=15.0)
    yield from lift.doors.pinch(force_n=force_n, obstructed_s=obstructed_s)
    yield from wait_until(lift, scene.end_ms)
    yield from settle(lift)
    yield from mend(lift, lambda: None, items=part("A-1-20"), truths=[truth], tried=TRIED)


def door_reopening(lift: Lift, scene: Scene) -> Process:
    """Rubbish in the sill: the doors reverse at one stop again and again, until it is swept out."""
    yield from settle(lift)
    yield from send_to(lift, lift.plan.entrance)
    yield from wait_until(lift, scene.at_ms)
    truth = note(lift, "door_blocked", within_s=scene.for_s, also=("door_fault",))
    yield from lift.doors.open()
    yield lift.after(3.0)
    count = int(scene.options["times"])
    for _ in range(count):
        yield from lift.doors.reverse()
    yield from lift.doors.close()
    truth.expect_within_s = (lift.now_ms - truth.from_ms) / 1000 + 5.0
    truth.to_ms = lift.now_ms
    yield from wait_until(lift, scene.end_ms)

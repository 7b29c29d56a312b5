"""Cars that move as they must not: too fast, without suspension, untold, or with a door open."""

import math
from typing import Literal

from simulators.agenda import Process
from simulators.bursts import Span
from simulators.faults.rescue import rescue
from simulators.faults.scene import (
    Scene,
    board,
    call_for_help,
    call_here,
    emergency_stop,
    far_end,
    is_between,
    measure,
    near_end,
    note,
    send_burst,
    send_to,
    settle,
    slow_down,
    wait_until,
    walk_in,
)
from simulators.lift import Change, Lift
from simulators.physics import (
    GRAVITY_MPS2,
    Motion,
    Point,
    full_speed_s,
    unbalanced_mps2,
)
from simulators.truth import Truth

AFTERWARDS = (
    "entrapment",
    "entrapment_suspected",
    "emergency_call",
    "safety_chain_open",
    "stopped_outside_zone",
)
STUCK = ("entrapment", "entrapment_suspected", "emergency_call")
FOUND_S = 10.0

Trigger = Literal["free_fall", "shock", "overspeed", "movement", "stop", "manual"]


def overspeed(lift: Lift, scene: Scene) -> Process:
    """The drive runs away on a ride until the safety gear catches the car."""
    yield from _passenger_for_a_long_ride(lift, scene, ready_s=22.0)
    ride = lift.ride_plan(far_end(lift))
    runaway_s = full_speed_s(ride)
    motion, gear_s = _runaway(lift, ride.until(runaway_s), scene.options["ratio"])
    truths: list[Truth] = []

    def run_away() -> None:
        truths.append(note(lift, "overspeed", within_s=FOUND_S, also=AFTERWARDS))

    changes = [Change(runaway_s, run_away), Change(gear_s, lambda: emergency_stop(lift))]
    yield from _crash(lift, motion, changes)
    yield from _measured(lift, motion, trigger="overspeed")
    yield from _aftermath(lift, scene, truths)


def _measured(lift: Lift, motion: Motion, *, trigger: Trigger) -> Process:
    """The burst of the seconds in which the safety gear caught the car."""
    yield lift.after(1.0)
    span = Span(max(motion.duration_s - 3.0, 0.0), motion.duration_s + 1.0)
    send_burst(lift, measure(lift, motion, span, trigger=trigger))


def _runaway(lift: Lift, start: Motion, ratio: float) -> tuple[Motion, float]:
    """Some per cent a second faster and faster; the gear acts where it leaves the car between."""
    rated = lift.plan.limits.speed_mps
    accel = math.copysign(0.07 * rated, start.end.speed_mps)
    motion, grown_s = start, 0.0
    for k in range(40):
        grown_s = (ratio - 1) / 0.07 + 0.02 * k
        motion = start.then(grown_s, accel_mps2=accel).stop(5.0)
        if is_between(lift, motion.end.position_m):
            break
    return motion, start.duration_s + grown_s


def free_fall(lift: Lift, scene: Scene) -> Process:
    """The suspension is lost: the car falls until the safety gear grips; a burst records it."""
    yield from settle(lift)
    yield from send_to(lift, lift.plan.highest.floor)
    yield from wait_until(lift, scene.before_ms(18.0))
    yield from board(lift, 1, to_floor=lift.plan.lowest.floor)
    ride = lift.ride_plan(lift.plan.lowest.floor)
    begin_s = full_speed_s(ride) + 1.0 if ride.duration_s > 14.0 else 1.5
    motion, gear_s = _fall(lift, ride, begin_s, fall_s=scene.options["fall_s"])
    truths: list[Truth] = []

    def lose_suspension() -> None:
        also = ("overspeed", "unintended_movement", *AFTERWARDS)
        truths.append(note(lift, "free_fall", within_s=FOUND_S, also=also))

    changes = [Change(begin_s, lose_suspension), Change(gear_s, lambda: emergency_stop(lift))]
    yield from _crash(lift, motion, changes)
    yield lift.after(1.0)
    span = Span(begin_s - 1.5, motion.duration_s + 1.0)
    send_burst(lift, measure(lift, motion, span, trigger="free_fall"))
    yield from _aftermath(lift, scene, truths)


def _fall(lift: Lift, ride: Motion, begin_s: float, *, fall_s: float) -> tuple[Motion, float]:
    """Friction of the guides leaves 0.05 to 0.1 g; the gear brakes with somewhat less than 1 g."""
    residual = lift.rng.uniform(0.05, 0.09) * GRAVITY_MPS2
    motion, seconds = ride, fall_s
    for k in range(20):
        seconds = fall_s + 0.005 * k
        falling = ride.until(begin_s).then(seconds, accel_mps2=residual - GRAVITY_MPS2)
        motion = falling.stop(8.5)
        if is_between(lift, motion.end.position_m):
            break
    return motion, begin_s + seconds


def uncontrolled_movement(lift: Lift, scene: Scene) -> Process:
    """The brake does not hold: the counterweight pulls the empty car up until the gear grips."""
    yield from settle(lift)
    yield from send_to(lift, lift.plan.lowest.floor)
    yield from wait_until(lift, scene.at_ms)
    motion, gear_s = _pulled_up(lift)
    also = ("unintended_movement", "overspeed", "overrun", *AFTERWARDS)
    truths = [note(lift, "free_fall", within_s=FOUND_S, also=also)]
    yield from lift.move(motion, [Change(gear_s, lambda: emergency_stop(lift))])
    lift.tell_state()
    yield from _measured(lift, motion, trigger="movement")
    yield from _aftermath(lift, scene, truths)


def _pulled_up(lift: Lift) -> tuple[Motion, float]:
    """By the balance of masses; a dragging brake makes it last 1.7 s to the governor's speed."""
    plan = lift.plan
    balance = unbalanced_mps2(
        car_kg=plan.car_kg, load_kg=0.0, counterweight_kg=plan.counterweight_kg
    )
    trip_mps = 1.2 * plan.limits.speed_mps
    accel = min(balance, trip_mps / 1.7)
    motion, gear_s = Motion(Point(lift.car.position_m)), 0.0
    for k in range(40):
        gear_s = trip_mps / accel + 0.02 * k
        motion = Motion(Point(lift.car.position_m)).then(gear_s, accel_mps2=accel).stop(6.0)
        if is_between(lift, motion.end.position_m):
            break
    return motion, gear_s


def moving_with_open_door(lift: Lift, scene: Scene) -> Process:
    """A door is lost at full speed; the chain, bridged somewhere, opens only seconds later."""
    yield from _passenger_for_a_long_ride(lift, scene, ready_s=24.0)
    ride = lift.ride_plan(far_end(lift))
    lost_s = full_speed_s(ride) + 0.5
    motion, stop_s = slow_down(lift, ride, lost_s + scene.options["open_s"], decel_mps2=2.5)
    truths: list[Truth] = []

    def lose_door() -> None:
        lift.doors.set("open", tell=False)
        also = ("unintended_movement", *AFTERWARDS)
        truths.append(note(lift, "moving_with_open_door", within_s=FOUND_S, also=also))

    changes = [Change(lost_s, lose_door), Change(stop_s, lambda: emergency_stop(lift))]
    yield from _crash(lift, motion, changes)
    yield from _aftermath(lift, scene, truths)


def unintended_movement(lift: Lift, scene: Scene) -> Process:
    """Doors open at a landing, somebody just inside, and the car creeps away until it is held."""
    yield from settle(lift)
    if lift.floor == lift.plan.highest.floor:
        yield from send_to(lift, lift.plan.entrance)
    yield from wait_until(lift, scene.before_ms(6.0))
    yield from call_here(lift, 1, to_floor=lift.plan.highest.floor)
    yield from lift.doors.open()
    yield from walk_in(lift)
    accel, way_m = lift.rng.uniform(0.15, 0.3), scene.options["way_m"]
    creep_s = math.sqrt(2 * way_m / accel)
    motion = Motion(Point(lift.car.position_m)).then(creep_s, accel_mps2=accel).stop(2.5)
    also = ("moving_with_open_door", "door_blocked", *AFTERWARDS)
    truths = [note(lift, "unintended_movement", within_s=FOUND_S, also=also)]
    yield from lift.move(motion, [Change(creep_s, lambda: emergency_stop(lift))])
    lift.tell_state()
    yield from _aftermath(lift, scene, truths)


def _passenger_for_a_long_ride(lift: Lift, scene: Scene, *, ready_s: float) -> Process:
    """Stand at an end of the shaft with somebody inside who wants to go to the other."""
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from wait_until(lift, scene.before_ms(ready_s))
    yield from board(lift, 1, to_floor=far_end(lift))


def _crash(lift: Lift, motion: Motion, changes: list[Change]) -> Process:
    """A commanded ride that ends as it should not."""
    yield lift.after(0.6)
    lift.car.drive()
    yield from lift.move(motion, changes)
    lift.tell_state()


def _aftermath(lift: Lift, scene: Scene, truths: list[Truth]) -> Process:
    """Whoever is inside calls for help; a technician comes when the scene is over."""
    if lift.car.people and scene.for_s > 90.0:
        lift.agenda.start(call_for_help(lift, after_s=40.0, answered_s=30.0))
        if lift.doors.closed:
            truths.append(_stuck(lift))
    yield from rescue(lift, after_s=scene.for_s, truths=truths)


def _stuck(lift: Lift) -> Truth:
    also = ("safety_chain_open", "stopped_outside_zone", *STUCK)
    seen = "presence" in lift.plan.sensors
    kind = "entrapment" if seen else "entrapment_suspected"
    return note(lift, kind, within_s=60.0, also=also)

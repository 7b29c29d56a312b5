"""Cars that stop where they must not, do not arrive, or do not know where they are."""

import math

from simulators.agenda import Process
from simulators.bursts import Span
from simulators.faults.moving import AFTERWARDS, FOUND_S
from simulators.faults.rescue import mend, part, rescue
from simulators.faults.scene import (
    Scene,
    board,
    call_for_help,
    emergency_stop,
    far_end,
    known_empty,
    measure,
    near_end,
    note,
    send_burst,
    send_to,
    settle,
    slow_down,
    wait_until,
)
from simulators.lift import Change, Lift
from simulators.physics import Motion, full_speed_s
from simulators.truth import Truth

EMERGENCY_STOP_MPS2 = 2.0  # domain 3.1: 1.5 to 5
OVERRUN_M = 0.05  # contract, section 2: past the last landing
BUFFER_MPS2 = 9.0  # mean deceleration of a buffer, below 1 g (domain 2.2)
CALLED = ("out_of_service", "button_dead")  # people go on calling a lift that hears nobody


def overrun(lift: Lift, scene: Scene) -> Process:
    """The car brakes too late and passes the last landing; below it the buffer is struck."""
    low, high = lift.plan.lowest, lift.plan.highest
    last = low if scene.options["bottom"] else high
    yield from settle(lift)
    yield from send_to(lift, high.floor if scene.options["bottom"] else low.floor)
    yield from wait_until(lift, scene.before_ms(30.0))
    if scene.options["people"]:
        yield from board(lift, int(scene.options["people"]), to_floor=last.floor)
    else:
        yield from known_empty(lift)
    motion, passed_s, limit_s = _too_far(lift, last.floor, past_m=scene.options["past_m"])
    truths: list[Truth] = []

    def pass_by() -> None:
        truths.append(note(lift, "overrun", within_s=FOUND_S, also=(*AFTERWARDS, *CALLED)))

    yield lift.after(0.6)
    lift.car.drive()
    changes = [Change(passed_s, pass_by), Change(limit_s, lambda: emergency_stop(lift))]
    yield from lift.move(motion, changes)
    lift.tell_state()
    yield lift.after(1.0)
    span = Span(max(motion.duration_s - 3.0, 0.0), motion.duration_s + 1.0)
    send_burst(lift, measure(lift, motion, span, trigger="stop"))
    yield from _stranded(lift, scene, truths, items=part("A-1-07", "adjusted"))


def _too_far(lift: Lift, floor: int, *, past_m: float) -> tuple[Motion, float, float]:
    """Slowing down ends early: on at that speed, over the limit switch, then stopped hard.

    Returns the motion, when it passes the landing, and when the limit switch opens the chain.
    """
    decel = BUFFER_MPS2 if floor == lift.plan.lowest.floor else 2.5
    speed = math.sqrt(2 * decel * max(past_m - OVERRUN_M, 0.01))
    ride = lift.ride_plan(floor)
    slow_s = next(
        (
            ride.duration_s - 0.02 * k
            for k in range(1, int(ride.duration_s / 0.02))
            if abs(ride.at(ride.duration_s - 0.02 * k).speed_mps) >= speed
        ),
        ride.duration_s / 2,
    )
    late = ride.until(slow_s)
    speed = abs(late.end.speed_mps)
    left_m = abs(lift.plan.height_m(floor) - late.end.position_m)
    limit_s = slow_s + (left_m + OVERRUN_M) / speed
    motion = late.then(limit_s - slow_s, accel_mps2=0.0).stop(decel)
    return motion, slow_s + left_m / speed, limit_s


def safety_chain_open(lift: Lift, scene: Scene) -> Process:
    """The chain opens on an empty ride: the car stands between two landings."""
    yield from _stop_empty(lift, scene, chain=True)
    truths = [note(lift, "safety_chain_open", within_s=75.0, also=CALLED)]
    yield from rescue(lift, after_s=scene.for_s, truths=truths, items=part("A-1-21"))


def stopped_outside_zone(lift: Lift, scene: Scene) -> Process:
    """The drive trips on an empty ride, the chain stays closed."""
    yield from _stop_empty(lift, scene, chain=False)
    truths = [note(lift, "stopped_outside_zone", within_s=75.0, also=CALLED)]
    yield from rescue(lift, after_s=scene.for_s, truths=truths, items=part("A-1-07"))


def _stop_empty(lift: Lift, scene: Scene, *, chain: bool) -> Process:
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from known_empty(lift)
    yield from wait_until(lift, scene.before_ms(8.0))
    ride = lift.ride_plan(far_end(lift))
    motion, cut_s = slow_down(lift, ride, full_speed_s(ride) + 0.5, decel_mps2=EMERGENCY_STOP_MPS2)

    def stop() -> None:
        emergency_stop(lift)
        lift.car.chain_ok = not chain

    lift.stalled = True
    lift.car.drive()
    yield from lift.move(motion, [Change(cut_s, stop)])
    lift.tell_state()


def run_time_limit(lift: Lift, scene: Scene) -> Process:
    """The drive turns and the ropes slip: the car stands, or creeps, until the limiter acts."""
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from wait_until(lift, scene.before_ms(16.0))
    if scene.options["people"]:
        yield from board(lift, int(scene.options["people"]), to_floor=far_end(lift))
    else:
        yield from known_empty(lift)
    ride = lift.ride_plan(far_end(lift))
    slowed, _ = slow_down(lift, ride, full_speed_s(ride), decel_mps2=1.2)
    turns_s, creep = scene.options["turns_s"], scene.options["creep_mps"]
    creeping = math.copysign(creep, ride.end.position_m - ride.origin.position_m)
    motion = slowed.then(0.5, accel_mps2=creeping / 0.5).then(turns_s, accel_mps2=0.0).stop(0.5)
    truths: list[Truth] = []

    def slip() -> None:
        also = ("stopped_outside_zone", "rope_slip", *CALLED, *AFTERWARDS)
        truths.append(note(lift, "run_time_limit", within_s=60.0, also=also))

    lift.stalled = True
    lift.car.drive()
    changes = [
        Change(slowed.duration_s, slip),
        Change(motion.duration_s - 0.1, lift.car.halt),
    ]
    yield from lift.move(motion, changes)
    lift.tell_state()
    yield from _stranded(lift, scene, truths, items=part("A-4-04"))


def _stranded(
    lift: Lift, scene: Scene, truths: list[Truth], *, items: list[dict[str, str]]
) -> Process:
    """Whoever is inside calls and is freed; nobody else is heard meanwhile."""
    lift.stalled = True
    if lift.car.people and scene.for_s > 90.0:
        also = ("emergency_call", "stopped_outside_zone", "safety_chain_open")
        if not lift.plan.in_door_zone(lift.car.position_m):
            seen = "presence" in lift.plan.sensors
            kind = "entrapment" if seen else "entrapment_suspected"
            truths.append(note(lift, kind, within_s=75.0, also=(*also, "entrapment_suspected")))
        lift.agenda.start(call_for_help(lift, after_s=40.0, answered_s=30.0))
    yield from rescue(lift, after_s=scene.for_s, truths=truths, items=items)


def position_lost(lift: Lift, scene: Scene) -> Process:
    """The encoder fails while the car stands; later a technician replaces it."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    lift.condition.position_known, lift.stalled = False, True
    lift.tell_state()
    truths = [note(lift, "position_lost", within_s=20.0, also=CALLED)]
    yield lift.after(scene.for_s)
    yield from mend(lift, lambda: _find(lift), items=part("A-1-07"), truths=truths)


def position_miscounted(lift: Lift, scene: Scene) -> Process:
    """The controller counts two floors too many: what it shows is not where the car is."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    top, here = lift.plan.highest.floor, lift.floor
    lift.condition.miscount = 2 if here + 2 < top else -2
    truths = [note(lift, "position_lost", within_s=scene.for_s)]
    stops = lift.totals.rides
    while lift.now_ms < scene.end_ms or lift.totals.rides < stops + 3:
        for floor in _middle(lift):
            yield from send_to(lift, floor)
            yield from lift.exchange()
            yield lift.after(5.0)
        if lift.totals.rides >= stops + 3:
            truths[0].expect_within_s = (lift.now_ms - truths[0].from_ms) / 1000
            break
    yield from wait_until(lift, scene.end_ms)
    yield from mend(lift, lambda: _find(lift), items=part("A-1-07"), truths=truths)


def _middle(lift: Lift) -> list[int]:
    """Floors at which a miscount of two shows on either side."""
    floors = [landing.floor for landing in lift.plan.landings]
    return floors[2:5:2] if lift.condition.miscount > 0 else floors[-3:-6:-2]


def _find(lift: Lift) -> None:
    lift.condition.position_known, lift.condition.miscount = True, 0
    lift.stalled = False


def levelling_step(lift: Lift, scene: Scene) -> Process:
    """One stop far off the landing, where somebody may trip; the mark there has slipped."""
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from wait_until(lift, scene.before_ms(30.0))
    floor = far_end(lift)
    lift.condition.level_mm[floor] = -scene.options["step_mm"]
    yield from send_to(lift, floor)
    truths = [note(lift, "levelling_error", within_s=FOUND_S, also=("overrun",))]
    truths[0].from_ms = lift.told_ms  # the car has come to rest, and its state has said so
    yield from lift.exchange()
    yield from wait_until(lift, scene.end_ms)

    def adjust() -> None:
        lift.condition.level_mm.pop(floor, None)

    yield from mend(lift, adjust, items=part("A-1-23", "adjusted"), truths=truths)
    yield from _stop_there_often(lift, floor)


def _stop_there_often(lift: Lift, floor: int) -> Process:
    """The technician watches a dozen stops at the floor that was adjusted."""
    elsewhere = near_end(lift) if near_end(lift) != floor else far_end(lift)
    for _ in range(10):
        yield from send_to(lift, elsewhere)
        yield from send_to(lift, floor)
        yield from lift.exchange()

"""What every script is made of: its scene, the truth it notes, steps that many share."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulators.agenda import Process
from simulators.bursts import Span, lasting_ms, no_extra, record
from simulators.lift import Lift
from simulators.panel import Button
from simulators.people import Person, get_in, local_hour, wait_for_lift
from simulators.physics import Motion, ride_motion
from simulators.truth import Truth
from simulators.vibration import shaking

CLEAR_OF_ZONE_M = 0.05
PRESS_COUNTS_S = 185.0  # a press in the car counts as somebody for 3 min (contract, section 2)


class Scene(NamedTuple):
    """When a fault begins, how long it lasts, and its options."""

    at_ms: int
    for_s: float
    options: Mapping[str, float]

    @property
    def end_ms(self) -> int:
        """When it is over."""
        return self.at_ms + round(self.for_s * 1000)

    def before_ms(self, seconds: float) -> int:
        """The moment some seconds before its begin: for what takes that long to prepare."""
        return self.at_ms - round(seconds * 1000)


RECORDED = frozenset(
    {"button_dead", "button_stuck", "door_fault", "door_impact", "levelling_error"}
)
"""Kinds that an item of a maintenance record speaks of (contract, section 2)."""


def note(lift: Lift, kind: str, *, within_s: float, also: tuple[str, ...] = ()) -> Truth:
    """Note that a condition holds from now on.

    What a record of the last day says is well, and is not, contradicts that record as well.
    """
    if kind in RECORDED:
        also = (*also, "maintenance_contradicted")
    truth = Truth(
        lift=lift.plan.name, kind=kind, from_ms=lift.now_ms, expect_within_s=within_s, also=also
    )
    lift.truths.append(truth)
    return truth


def note_quiet(lift: Lift, *, from_ms: int, to_ms: int, kinds: tuple[str, ...]) -> None:
    """Note a window in which something looked like a fault and was none."""
    quiet = Truth(lift=lift.plan.name, from_ms=from_ms, to_ms=to_ms, never=True, kinds=kinds)
    lift.truths.append(quiet)


def end_all(lift: Lift, truths: list[Truth]) -> None:
    """What these truths tell is over."""
    for truth in truths:
        truth.to_ms = lift.now_ms


def wait_until(lift: Lift, at_ms: int) -> Process:
    """Wait for a moment; when it has passed go on."""
    if at_ms > lift.now_ms:
        yield at_ms


def settle(lift: Lift) -> Process:
    """Take everybody inside where they want to go, and nobody new."""
    while lift.car.people:
        floors = [person.to_floor for person in lift.car.people]
        yield from send_to(lift, min(floors, key=lambda floor: abs(floor - lift.floor)))
        yield from lift.doors.open()
        yield from lift.let_people_out()
        yield from lift.doors.close()


def known_empty(lift: Lift) -> Process:
    """Wait until nobody has pressed in the car for so long that it is known to be empty."""
    yield from wait_until(lift, lift.panel.car_pressed_ms + round(PRESS_COUNTS_S * 1000))


def send_to(lift: Lift, floor: int) -> Process:
    """A ride to where the scene plays, unless the car is there."""
    if lift.floor != floor:
        yield from lift.ride_to(floor)


def far_end(lift: Lift) -> int:
    """The end of the shaft that is farther away."""
    low, high = lift.plan.lowest, lift.plan.highest
    here_m = lift.car.position_m
    return high.floor if high.height_m - here_m >= here_m - low.height_m else low.floor


def near_end(lift: Lift) -> int:
    """The other end."""
    low, high = lift.plan.lowest, lift.plan.highest
    return low.floor if far_end(lift) == high.floor else high.floor


def board(lift: Lift, count: int, *, to_floor: int) -> Process:
    """So many people call the lift here and get in; it stands with closed doors then."""
    yield from call_here(lift, count, to_floor=to_floor)
    yield from lift.exchange()


def call_here(lift: Lift, count: int, *, to_floor: int) -> Process:
    """So many people come to the landing where the car stands, and press."""
    for _ in range(count):
        person = Person(lift.floor, to_floor, lift.rng.uniform(50.0, 85.0))
        lift.agenda.start(wait_for_lift(lift, person))
    yield lift.after(0.5)


def walk_in(lift: Lift) -> Process:
    """Whoever waits enters through the open doors."""
    yield lift.after(1.0)
    if get_in(lift):
        lift.tell_state()
    yield lift.after(1.0)


def slow_down(
    lift: Lift, motion: Motion, begin_s: float, *, decel_mps2: float
) -> tuple[Motion, float]:
    """Cut a motion as soon after `begin_s` as the car then comes to rest well off every door zone.

    Returns the motion and when the stop begins in it.
    """
    for k in range(200):
        cut_s = begin_s + 0.02 * k
        if cut_s >= motion.duration_s:
            break
        stopped = motion.until(cut_s).stop(decel_mps2)
        if is_between(lift, stopped.end.position_m):
            return stopped, cut_s
    return motion.until(begin_s).stop(decel_mps2), begin_s


def is_between(lift: Lift, position_m: float) -> bool:
    """Whether a position is clearly between two landings."""
    off_m = abs(lift.plan.off_level_m(position_m))
    inside = lift.plan.lowest.height_m < position_m < lift.plan.highest.height_m
    return inside and not lift.plan.in_door_zone(position_m) and off_m > 0.2 + CLEAR_OF_ZONE_M


def emergency_stop(lift: Lift) -> None:
    """The safety chain opens: the drive loses its command, the brake falls in."""
    lift.car.chain_ok = False
    lift.car.halt()


def call_for_help(lift: Lift, *, after_s: float, answered_s: float) -> Process:
    """Somebody inside presses the alarm button for three seconds, and is spoken to later."""
    yield lift.after(after_s)
    if not lift.car.people:
        return
    lift.panel.press(Button("car", "alarm"))
    yield lift.after(3.0)
    lift.help.begin()
    truth = note(lift, "emergency_call", within_s=5.0, also=("entrapment", "entrapment_suspected"))
    yield lift.after(answered_s)
    lift.help.answer()
    truth.to_ms = lift.now_ms


def measure(
    lift: Lift,
    motion: Motion,
    span: Span,
    *,
    trigger: str,
    extra_mps2: Callable[[float], float] = no_extra,
) -> dict[str, object]:
    """What the sensors make of a stretch of a motion, as the body of a `burst` sent at its end."""
    shakes = shaking(
        motion,
        lift.condition,
        roping=int(lift.plan.register.get("roping", 1)),
        rated_mps=lift.plan.limits.speed_mps,
    )
    channels = record(
        motion,
        span,
        sensor=lift.sensor,
        rng=lift.rng,
        hour=local_hour(lift.now_ms),
        extra_mps2=lambda seconds: shakes(seconds) + extra_mps2(seconds),
    )
    return {"trigger": trigger, **channels}


def send_burst(lift: Lift, body: dict[str, object]) -> None:
    """Send what was measured; its last sample is of now."""
    begin_ms = lift.now_ms - lasting_ms(body)
    lift.terminal.send("burst", {**body, "started_at": lift.terminal.stamp(begin_ms)})


def slow_ride(lift: Lift, floor: int, *, speed_mps: float) -> Process:
    """A technician takes the car to a landing."""
    limits = lift.plan.limits._replace(speed_mps=speed_mps, accel_mps2=0.3)
    lift.car.drive()
    yield from lift.move(ride_motion(lift.car.position_m, lift.plan.height_m(floor), limits))
    lift.car.halt()
    lift.tell_state()

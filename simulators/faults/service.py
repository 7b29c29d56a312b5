"""Doors and buttons that fail, lifts out of service, and what only looks like danger."""

from simulators.agenda import Process
from simulators.bursts import Span, jump
from simulators.faults.rescue import TRIED, check_in, check_out, mend, part
from simulators.faults.scene import (
    Scene,
    board,
    end_all,
    far_end,
    measure,
    note,
    note_quiet,
    send_burst,
    settle,
    slow_ride,
    wait_until,
)
from simulators.lift import Lift
from simulators.panel import Button
from simulators.people import Person, wait_for_lift
from simulators.physics import full_speed_s
from simulators.truth import Truth

DANGERS = ("moving_with_open_door", "unintended_movement", "free_fall", "overspeed", "entrapment")
PRESSES_MIN = 5  # before that nobody can tell a dead button from a careless finger
INSPECTION_MPS = 0.5
AT_ONCE_S = 1.0  # the technician has stood beside while the doors failed
HALF_MONTH = ("A-1-18", "A-1-19", "A-1-22", "A-1-23", "A-1-24")


def door_fault(lift: Lift, scene: Scene) -> Process:
    """The doors try to close again and again, and give up every time."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(6.0))
    yield from lift.doors.open()
    yield from lift.let_people_pass()
    try_s, end_ms = scene.options["try_s"], lift.after(scene.for_s)
    truth = note(lift, "door_fault", within_s=3 * (try_s + 8.0), also=("door_blocked",))
    while lift.now_ms < end_ms:
        yield from lift.doors.fail_to_close(try_s)
        yield from lift.let_people_out(everybody=True)
    truth.to_ms = lift.now_ms
    yield from lift.doors.close()
    yield from mend(
        lift, lambda: None, items=part("A-1-22"), truths=[], tried=TRIED, takes_s=AT_ONCE_S
    )


def door_blocked(lift: Lift, scene: Scene) -> Process:
    """Somebody has put a bin between the doors."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    also = ("out_of_service",)  # called for 15 minutes it is, too (contract, section 2)
    truth = note(lift, "door_blocked", within_s=315.0, also=also)
    yield from lift.doors.open()
    yield from lift.doors.stay(scene.for_s)
    truth.to_ms = lift.now_ms
    yield from lift.let_people_pass()
    yield from lift.doors.close()


def out_of_service(lift: Lift, scene: Scene) -> Process:
    """Nobody can use the lift, and nobody has said so."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    lift.panel.cancel()
    lift.car.mode = "out_of_service"
    lift.tell_state()
    truth = note(lift, "out_of_service", within_s=615.0)
    yield lift.after(scene.for_s)
    lift.car.mode = "normal"
    lift.tell_state()
    truth.to_ms = lift.now_ms


def button_dead(lift: Lift, scene: Scene) -> Process:
    """A landing button no longer registers, whoever presses it; later it does again.

    Plays beside the controller: the lift goes on serving everybody else.
    """
    button = some_landing_button(lift)
    lift.panel.dead.add(button)
    begin_ms, presses, truths = lift.now_ms, 0, list[Truth]()
    while lift.now_ms < scene.end_ms or presses < PRESSES_MIN:
        presses += press_from_afar(lift, button)
        if presses >= PRESSES_MIN and not truths:
            truths.append(note(lift, "button_dead", within_s=15.0))
            truths[0].from_ms = begin_ms
            truths[0].expect_within_s += (lift.now_ms - begin_ms) / 1000
        yield lift.after(lift.rng.uniform(4.0, 8.0))
    lift.panel.dead.discard(button)
    end_all(lift, truths)
    lift.play(lambda lift: mend(lift, lambda: None, items=part("A-1-24"), truths=[]))
    yield from try_out(lift, button)


def try_out(lift: Lift, button: Button) -> Process:
    """Somebody repairs it; people use it again, each taking the car away from it."""
    for _ in range(5):
        yield lift.after(75.0)
        person = Person(button.floor or lift.plan.entrance, lift.plan.entrance)
        lift.agenda.start(wait_for_lift(lift, person))


def some_landing_button(lift: Lift) -> Button:
    """The way down of a floor where the car is not, and whose lamp is dark."""
    floors = [landing.floor for landing in lift.plan.landings if landing.floor > lift.plan.entrance]
    buttons = [Button("landing", floor=floor, direction="down") for floor in floors]
    wanted = lift.panel.floors() | {lift.floor}
    dark = [button for button in buttons if button.floor not in wanted]
    return lift.rng.choice(dark or buttons)


def press_from_afar(lift: Lift, button: Button) -> bool:
    """Press while the car is elsewhere: where it stands a press only opens its doors."""
    if lift.floor == button.floor and not lift.waiting:
        entrance = lift.plan.entrance
        lift.agenda.start(wait_for_lift(lift, Person(entrance, _another_floor(lift, button))))
    if lift.floor == button.floor or button in lift.panel.lit:
        return False
    lift.panel.press(button)
    return True


def _another_floor(lift: Lift, button: Button) -> int:
    floors = [landing.floor for landing in lift.plan.landings]
    others = [floor for floor in floors if floor not in (button.floor, lift.plan.entrance)]
    return others[0] if others else floors[-1]


def visit(lift: Lift, scene: Scene) -> Process:
    """Maintenance: inspection mode, slow rides with an open door, doors tried; nothing is wrong."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    lift.panel.cancel()
    who = check_in(lift, "half_month")
    lift.car.mode = "inspection"
    lift.tell_state()
    yield lift.after(60.0)
    while lift.now_ms < scene.end_ms:
        yield from _inspect(lift)
    lift.car.mode = "normal"
    lift.tell_state()
    yield lift.after(10.0)
    check_out(lift, who, items_of(lift))
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=DANGERS)


def items_of(lift: Lift) -> list[dict[str, str]]:
    """The record of an honest technician: what is not in order is told as a defect."""
    panel, condition = lift.panel, lift.condition
    faulty = panel.dead | set(panel.deaf) | set(panel.sticking)
    at = {panel: any(button.panel == panel for button in faulty) for panel in ("car", "landing")}
    bad = {
        "A-1-18": not (lift.help.works and lift.help.battery_ok),
        "A-1-19": at["car"],
        "A-1-22": max([condition.drag_everywhere, *condition.drag.values()]) > 1.2,
        "A-1-23": any(abs(off) > 10.0 for off in condition.level_mm.values()),
        "A-1-24": at["landing"],
    }
    return [{"code": code, "result": "defect" if bad[code] else "ok"} for code in HALF_MONTH]


def _inspect(lift: Lift) -> Process:
    """Try the doors, then ride a storey on the car's roof with the door's contact bridged."""
    yield from lift.doors.open()
    yield from lift.doors.stay(20.0)
    yield from lift.doors.close()
    here = lift.floor
    storey = 1 if here < lift.plan.highest.floor else -1
    lift.doors.set("open")
    yield lift.after(5.0)
    yield from slow_ride(lift, here + storey, speed_mps=INSPECTION_MPS)
    yield lift.after(15.0)
    lift.doors.set("closed", locked=True)
    yield lift.after(30.0)


def jumping(lift: Lift, scene: Scene) -> Process:
    """Children jump in a riding car: the sensor reads next to nothing, and nothing falls."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(18.0))
    to_floor = far_end(lift)
    yield from board(lift, 2, to_floor=to_floor)
    yield lift.after(0.6)
    ride = lift.ride_plan(to_floor)
    middle_s = full_speed_s(ride) + 1.0
    extra = jump(middle_s, lift.rng)
    span = Span(middle_s - 1.5, middle_s + 1.5)
    body = measure(lift, ride, span, trigger="shock", extra_mps2=extra)
    lift.agenda.start(_send_burst(lift, body), at_ms=lift.after(span.end_s))
    note_quiet(lift, from_ms=lift.now_ms, to_ms=lift.after(60.0), kinds=("free_fall",))
    lift.car.drive()
    yield from lift.move(ride)
    lift.car.halt()
    lift.tell_state()
    yield from lift.exchange()


def _send_burst(lift: Lift, body: dict[str, object]) -> Process:
    send_burst(lift, body)
    yield lift.now_ms

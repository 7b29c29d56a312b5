"""What looks like a fault of car, doors or use and is none: each notes a window of quiet."""

from simulators.agenda import Process
from simulators.faults.rescue import check_in, check_out
from simulators.faults.scene import (
    Scene,
    board,
    call_here,
    far_end,
    near_end,
    note_quiet,
    send_to,
    settle,
    wait_until,
)
from simulators.faults.service import items_of, some_landing_button
from simulators.lift import Lift
from simulators.panel import Button

DOORS = ("door_blocked", "door_fault", "door_impact", "door_wear")
STANDING = (
    "entrapment",
    "entrapment_suspected",
    "out_of_service",
    "stopped_outside_zone",
    "safety_chain_open",
    "run_time_limit",
    "terminal_offline",
)
BUTTONS = ("button_dead", "button_stuck")
MOTION = (
    "unintended_movement",
    "moving_with_open_door",
    "overspeed",
    "free_fall",
    "overrun",
    "position_lost",
)
EVERYTHING = (
    *MOTION,
    *STANDING,
    *DOORS,
    *BUTTONS,
    "emergency_call",
    "emergency_call_untested",
    "levelling_error",
    "mains_lost",
    "machine_room_hot",
    "battery_low",
    "overload",
    "heavy_haulage",
    "ride_anomaly",
    "vibration_wear",
    "brake_wear",
    "rope_slip",
    "ageing",
    "maintenance_overdue",
    "maintenance_contradicted",
    "inspection_due",
    "fleet_fault",
)


def ordinary(lift: Lift, scene: Scene) -> Process:
    """Nothing happens: whatever is raised in this window is wrong."""
    yield from wait_until(lift, scene.end_ms)
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=EVERYTHING)


def pram_in_door(lift: Lift, scene: Scene) -> Process:
    """A pram stands in the door: some reopenings, then a hand holds it for a while."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    yield from lift.doors.open()
    for _ in range(int(scene.options["times"])):
        yield lift.after(lift.rng.uniform(2.0, 4.0))
        yield from lift.doors.reverse()
    yield from lift.doors.stay(scene.for_s)
    yield from lift.let_people_pass()
    yield from lift.doors.close()
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=DOORS)


def held_by_people(lift: Lift, scene: Scene) -> Process:
    """Neighbours talk in the door, for two minutes and more."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(8.0))
    begin_ms = lift.now_ms
    yield from call_here(lift, 1, to_floor=far_end(lift))
    yield from lift.doors.open()
    yield from lift.let_people_pass()
    yield from lift.doors.stay(scene.for_s)
    yield from lift.doors.close()
    kinds = (*DOORS, "entrapment", "out_of_service")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)


def long_dwell(lift: Lift, scene: Scene) -> Process:
    """The caretaker has set the doors to stay open long, for wheelchairs."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    plan, begin_ms = lift.plan, lift.now_ms
    lift.plan = plan._replace(doors=plan.doors._replace(dwell_s=scene.options["dwell_s"]))
    while lift.now_ms < scene.end_ms:
        for floor in (near_end(lift), far_end(lift)):
            yield from send_to(lift, floor)
            yield from lift.exchange()
    lift.plan = lift.plan._replace(doors=plan.doors)
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=(*DOORS, *STANDING))


def nobody_comes(lift: Lift, scene: Scene) -> Process:
    """A quiet night, or a holiday: hardly anybody, for hours or days (option `busy`: the share)."""
    yield from wait_until(lift, scene.at_ms)
    lift.busy, busy = scene.options["busy"], lift.busy
    yield scene.end_ms
    lift.busy = busy
    kinds = (*STANDING, *BUTTONS, "maintenance_contradicted", "emergency_call_untested")
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=kinds)


def waits_closed(lift: Lift, scene: Scene) -> Process:
    """The car waits at a landing with its doors closed and nobody inside."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    lift.busy, busy = 0.0, lift.busy
    begin_ms = lift.now_ms
    while lift.now_ms < scene.end_ms:
        if lift.panel.floors():
            yield from lift.serve()
            continue
        yield min(lift.after(5.0), scene.end_ms)
    lift.busy = busy
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=STANDING)


def planned_outage(lift: Lift, scene: Scene) -> Process:
    """A technician checks in, takes the lift out of service for an hour's work, checks out."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    lift.panel.cancel()
    who = check_in(lift, "repair")
    yield lift.after(20.0)
    lift.car.mode = "out_of_service"
    lift.tell_state()
    yield lift.after(60.0)
    yield from lift.doors.open()
    yield from lift.doors.stay(30.0)
    yield from lift.doors.close()
    yield from wait_until(lift, scene.end_ms)
    lift.car.mode = "normal"
    lift.tell_state()
    yield lift.after(10.0)
    check_out(lift, who, items_of(lift))
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=(*STANDING, *DOORS, *BUTTONS))


def firefighter_drill(lift: Lift, scene: Scene) -> Process:
    """Fire return to the entrance, doors open; then a firefighter rides; then normal service."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    lift.panel.cancel()
    lift.car.mode = "fire_return"
    lift.tell_state()
    yield from send_to(lift, lift.plan.entrance)
    yield from lift.doors.open()
    yield from lift.doors.stay(scene.for_s / 2)
    lift.car.mode = "firefighter"
    lift.tell_state()
    yield from lift.doors.close()
    yield from send_to(lift, lift.plan.highest.floor)
    yield from lift.doors.open()
    yield from lift.doors.stay(scene.for_s / 2)
    yield from lift.doors.close()
    yield from send_to(lift, lift.plan.entrance)
    lift.car.mode = "normal"
    lift.tell_state()
    kinds = (*DOORS, *BUTTONS, "moving_with_open_door", "out_of_service", "entrapment")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)


def level_15_mm(lift: Lift, scene: Scene) -> Process:
    """One floor's mark is 15 mm off, which is within what levelling may be."""
    yield from wait_until(lift, scene.at_ms)
    floor, spread = lift.plan.entrance, lift.condition.level_spread_mm
    lift.condition.level_mm[floor] = -scene.options["off_mm"]
    lift.condition.level_spread_mm = 1.0
    yield scene.end_ms
    lift.condition.level_spread_mm = spread
    lift.condition.level_mm.pop(floor, None)
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=("levelling_error",))


def relevelling(lift: Lift, scene: Scene) -> Process:
    """A heavy trolley is rolled in: the car sinks and follows its ropes, doors open, at a creep.

    `stretch`: how soft the suspension is, thin ropes and springs under the car, over usual ropes.
    """
    yield from settle(lift)
    yield from send_to(lift, lift.plan.lowest.floor)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    yield from lift.doors.open()
    lift.car.cargo_kg = 0.9 * lift.plan.rated_load_kg
    lift.condition.stretch, stretch = scene.options["stretch"], lift.condition.stretch
    lift.tell_state()
    yield lift.after(1.5)
    yield from lift.relevel()
    yield lift.after(20.0)
    lift.car.cargo_kg = 0.0
    lift.tell_state()
    yield lift.after(1.5)
    yield from lift.relevel()
    lift.condition.stretch = stretch
    yield from lift.doors.close()
    kinds = (*MOTION, "levelling_error", "heavy_haulage", "overload", "fleet_fault")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)


def child_at_buttons(lift: Lift, scene: Scene) -> Process:
    """A child hammers one lit landing button while the car is away. Plays beside."""
    yield from wait_until(lift, scene.at_ms)
    button = some_landing_button(lift)
    for _ in range(int(scene.options["times"])):
        lift.panel.press(button)
        yield lift.after(lift.rng.uniform(0.5, 1.2))
    yield from wait_until(lift, scene.end_ms)
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=BUTTONS)


def calls_again(lift: Lift, scene: Scene) -> Process:
    """Others press where the car has just answered, some seconds later, again and again."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    floor = lift.plan.entrance
    button = Button("landing", floor=floor, direction="up")
    for _ in range(int(scene.options["times"])):
        yield from send_to(lift, floor)
        yield from lift.exchange()
        yield lift.after(lift.rng.uniform(2.0, 5.0))
        lift.panel.press(button)
        yield lift.after(1.0)
    yield from lift.exchange()
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=BUTTONS)


def alarm_by_mistake(lift: Lift, scene: Scene) -> Process:
    """A child leans on the alarm button while the car stands at a landing with its doors open."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(10.0))
    yield from call_here(lift, 1, to_floor=far_end(lift))
    begin_ms = lift.now_ms
    yield from lift.doors.open()
    yield from lift.let_people_out()
    lift.panel.press(Button("car", "alarm"))
    yield lift.after(1.0)
    lift.help.begin()
    yield from lift.doors.stay(15.0)
    lift.help.answer()
    lift.help.end()
    yield from lift.let_people_pass()
    yield from lift.doors.close()
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=("emergency_call", "entrapment"))


def full_car(lift: Lift, scene: Scene) -> Process:
    """A full car rides the whole way: heavier than usual, and all of it in order."""
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    to_floor = far_end(lift)
    yield from board(lift, max(lift.plan.persons_max - 2, 1), to_floor=to_floor)
    yield from settle(lift)
    kinds = ("overload", "brake_wear", "rope_slip", "vibration_wear", "ride_anomaly", *MOTION)
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.after(60.0), kinds=kinds)

"""Cars that carry too much, or what they are not for."""

from simulators.agenda import Process
from simulators.faults.scene import Scene, end_all, note, note_quiet, send_to, settle, wait_until
from simulators.lift import Lift
from simulators.people import Person
from simulators.truth import Truth

OVERLOAD_PCT = 110.0  # detected at the latest at 110 % (domain 2.2)
WORKER_KG = 72.0


def overload(lift: Lift, scene: Scene) -> Process:
    """Too many want to ride at once, again and again; each time some get out again."""
    yield from settle(lift)
    truths: list[Truth] = []
    times = int(scene.options["times"])
    low, high = lift.plan.lowest.floor, lift.plan.highest.floor
    for k in range(times):
        yield from send_to(lift, lift.plan.entrance)
        yield from wait_until(lift, scene.at_ms)
        yield from lift.doors.open()
        yield from _crowd_in(lift, high if lift.floor != high else low)
        if not truths:
            also = ("heavy_haulage",)  # the same people ride as heavily between the same floors
            truths.append(note(lift, "overload", within_s=scene.for_s, also=also))
        if k == 2:
            truths[0].expect_within_s = (lift.now_ms - truths[0].from_ms) / 1000 + 5.0
        yield lift.after(scene.options["over_s"])
        _step_out(lift)
        yield lift.after(2.0)
        yield from lift.doors.close()
        yield from settle(lift)
        yield lift.after(lift.rng.uniform(5.0, 60.0))
    end_all(lift, truths)
    if times < 3:
        lift.truths.remove(truths[0])
        begin_ms, end_ms = truths[0].from_ms, lift.now_ms
        note_quiet(lift, from_ms=begin_ms, to_ms=end_ms, kinds=("overload", "heavy_haulage"))


def _crowd_in(lift: Lift, to_floor: int) -> Process:
    """More and more get in until the car says it is too much."""
    while lift.car.load_pct <= OVERLOAD_PCT + 4.0:
        mass_kg = lift.rng.uniform(60.0, 85.0)
        lift.car.people.append(Person(lift.floor, to_floor, mass_kg))
        yield lift.after(0.8)
        lift.tell_state()
    lift.totals.overloads += 1


def _step_out(lift: Lift) -> None:
    """The last to come leave, until the car may ride."""
    while lift.car.load_pct > 100.0:
        lift.car.people.pop()
    lift.tell_state()


def heavy_haulage(lift: Lift, scene: Scene) -> Process:
    """Builders take bags of cement up and come down empty, again and again."""
    yield from settle(lift)
    yield from send_to(lift, lift.plan.entrance)
    yield from wait_until(lift, scene.at_ms)
    times, to_floor = int(scene.options["times"]), lift.plan.highest.floor
    share_pct = scene.options["load_pct"]
    truths: list[Truth] = []
    begin_ms = lift.now_ms
    for k in range(1, times + 1):
        yield from _haul(lift, to_floor, share_pct=share_pct)
        if k == 1:
            truths.append(note(lift, "heavy_haulage", within_s=scene.for_s))
            truths[0].from_ms = begin_ms
        if k == 5:
            truths[0].expect_within_s = (lift.now_ms - begin_ms) / 1000 + 5.0
        yield from _come_back(lift)
    end_all(lift, truths)
    if times < 5:
        lift.truths.remove(truths[0])
        kinds = ("heavy_haulage", "overload", "door_blocked")
        note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)


def _haul(lift: Lift, to_floor: int, *, share_pct: float) -> Process:
    """Load at the entrance, ride up with a worker; told when the ride has ended."""
    yield from lift.doors.open()
    lift.car.people.append(Person(lift.floor, to_floor, WORKER_KG))
    load_kg = share_pct / 100 * lift.plan.rated_load_kg - WORKER_KG
    for _ in range(4):
        lift.car.cargo_kg += load_kg / 4
        lift.tell_state()
        yield lift.after(4.0)
    yield from lift.relevel()
    yield from lift.doors.close()
    yield from lift.ride_to(to_floor)


def _come_back(lift: Lift) -> Process:
    yield from lift.doors.open()
    for _ in range(4):
        lift.car.cargo_kg *= 0.5
        lift.tell_state()
        yield lift.after(4.0)
    lift.car.cargo_kg = 0.0
    lift.tell_state()
    yield from lift.relevel()
    yield from lift.doors.close()
    yield from lift.ride_to(lift.plan.entrance)
    yield from lift.doors.open()
    lift.car.people.clear()
    lift.tell_state()
    yield lift.after(1.0)
    yield from lift.doors.close()

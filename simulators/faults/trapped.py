"""People in a car that has stopped between two landings, and people who call for help."""

from simulators.agenda import Process
from simulators.faults.rescue import rescue
from simulators.faults.scene import (
    Scene,
    board,
    call_for_help,
    emergency_stop,
    far_end,
    note,
    settle,
    slow_down,
    wait_until,
)
from simulators.lift import Change, Lift
from simulators.physics import full_speed_s
from simulators.truth import Truth

BESIDE = ("emergency_call", "safety_chain_open", "stopped_outside_zone", "mains_lost")
EMERGENCY_STOP_MPS2 = 2.0  # domain 3.1: 1.5 to 5


def entrapment(lift: Lift, scene: Scene) -> Process:
    """A stop between landings with people inside, whom the terminal sees."""
    yield from stop_with_people(lift, scene)
    truths = [note(lift, "entrapment", within_s=60.0, also=BESIDE)]
    yield from wait_for_rescue(lift, scene, truths)


def entrapment_suspected(lift: Lift, scene: Scene) -> Process:
    """The same in a lift whose terminal sees nobody: suspected, and certain without word."""
    yield from stop_with_people(lift, scene)
    truths = [note(lift, "entrapment_suspected", within_s=60.0, also=("entrapment", *BESIDE))]
    if scene.for_s >= 250.0:
        also = ("entrapment_suspected", *BESIDE)
        truths.append(note(lift, "entrapment", within_s=250.0, also=also))
    yield from wait_for_rescue(lift, scene, truths)


def stop_with_people(lift: Lift, scene: Scene) -> Process:
    """Somebody rides, and the safety chain opens, or the mains fail, between two landings."""
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(18.0))
    to_floor = far_end(lift)
    yield from board(lift, int(scene.options["people"]), to_floor=to_floor)
    ride = lift.ride_plan(to_floor)
    motion, cut_s = slow_down(lift, ride, full_speed_s(ride) + 0.5, decel_mps2=EMERGENCY_STOP_MPS2)
    yield lift.after(0.6)
    lift.car.drive()

    def fail() -> None:
        emergency_stop(lift)
        if scene.options["mains"]:
            lift.car.chain_ok, lift.car.mains_ok = True, False

    yield from lift.move(motion, [Change(cut_s, fail)])
    lift.tell_state()
    if scene.options["mains"]:
        lift.agenda.start(_note_mains(lift, cut_s=motion.duration_s - cut_s))


def _note_mains(lift: Lift, *, cut_s: float) -> Process:
    """The mains went before the car had come to rest; they are back when it is rescued."""
    truth = note(lift, "mains_lost", within_s=10.0, also=("entrapment", *BESIDE))
    truth.from_ms -= round(cut_s * 1000)
    while not lift.car.mains_ok:
        yield lift.after(1.0)
    truth.to_ms = lift.now_ms


def wait_for_rescue(lift: Lift, scene: Scene, truths: list[Truth]) -> Process:
    """Those inside call; a technician frees them when the scene is over."""
    call = call_for_help(lift, after_s=scene.options["call_after_s"], answered_s=30.0)
    lift.agenda.start(call)
    yield from rescue(lift, after_s=scene.for_s, truths=truths)


def emergency_call(lift: Lift, scene: Scene) -> Process:
    """Somebody feels ill on the way and presses the alarm button; the lift itself is well.

    At the next landing others hold the door until somebody has come to help.
    """
    yield from settle(lift)
    yield from wait_until(lift, scene.before_ms(18.0))
    to_floor = far_end(lift)
    yield from board(lift, 1, to_floor=to_floor)
    call = call_for_help(lift, after_s=2.0, answered_s=scene.options["answered_s"])
    lift.agenda.start(call)
    yield from lift.ride_to(to_floor)
    yield from lift.doors.open()
    yield from lift.doors.stay(scene.for_s)
    lift.help.end()
    yield from lift.let_people_pass()
    yield from lift.doors.close()

"""How it ends: somebody comes, brings the car to a landing, frees people, repairs, and leaves."""

from simulators.agenda import Process
from simulators.faults.scene import end_all, slow_ride
from simulators.lift import Lift
from simulators.truth import Truth

BY_HAND_MPS = 0.25


def check_in(lift: Lift, work: str) -> dict[str, str]:
    """A technician reports at the lift; returns who, for the way out."""
    who = {"technician": f"tech-{lift.rng.randrange(100, 400):04d}", "method": "qr", "work": work}
    lift.terminal.send("maintenance", {"phase": "in", **who})
    return who


def check_out(lift: Lift, who: dict[str, str], items: list[dict[str, str]] | None = None) -> None:
    """The technician leaves."""
    lift.terminal.send("maintenance", {"phase": "out", **who, "items": items})


def rescue(lift: Lift, *, after_s: float, truths: list[Truth]) -> Process:
    """After a while a technician frees whoever is inside and puts the lift back to service."""
    yield lift.after(after_s)
    who = check_in(lift, "rescue" if lift.car.people else "repair")
    lift.car.mode = "inspection"
    lift.tell_state()
    yield lift.after(15.0)
    if not lift.doors.closed:
        lift.doors.record("aborted")
        lift.doors.set("closed", locked=True)
    lift.car.chain_ok = lift.car.mains_ok = True
    lift.tell_state()
    yield lift.after(3.0)
    yield from slow_ride(lift, lift.floor, speed_mps=BY_HAND_MPS)
    yield from lift.doors.open()
    end_all(lift, truths)
    lift.help.end()
    yield from lift.let_people_out(everybody=True)
    yield lift.after(10.0)
    yield from lift.doors.close()
    lift.panel.cancel()
    lift.car.mode = "normal"
    lift.tell_state()
    yield lift.after(5.0)
    check_out(lift, who)

"""How it ends: somebody comes, brings the car to a landing, frees people, repairs, and leaves."""

from collections.abc import Callable

from simulators.agenda import Process
from simulators.faults.scene import end_all, settle, slow_ride
from simulators.lift import Lift
from simulators.truth import Truth

BY_HAND_MPS = 0.25
REPAIR_S = 240.0
ROUTINE = ("half_month", "quarter", "half_year", "year")
TRIED = 12  # cycles of the doors after a repair: ten good ones and two more


def check_in(lift: Lift, work: str) -> dict[str, str]:
    """A technician reports at the lift; returns who, for the way out."""
    who = {"technician": f"tech-{lift.rng.randrange(100, 400):04d}", "method": "qr", "work": work}
    lift.terminal.send("maintenance", {"phase": "in", **who})
    return who


def check_out(lift: Lift, who: dict[str, str], items: list[dict[str, str]] | None = None) -> None:
    """The technician leaves."""
    lift.terminal.send("maintenance", {"phase": "out", **who, "items": items})
    if who["work"] in ROUTINE:
        lift.visited_ms = lift.now_ms


def part(code: str, result: str = "replaced") -> list[dict[str, str]]:
    """One item of a record: an item of TSG T5002 (domain 5.1) and what was done."""
    return [{"code": code, "result": result}]


def rescue(
    lift: Lift, *, after_s: float, truths: list[Truth], items: list[dict[str, str]] | None = None
) -> Process:
    """After a while a technician frees whoever is inside and puts the lift back to service."""
    yield lift.after(after_s)
    who = check_in(lift, "rescue" if lift.car.people else "repair")
    lift.car.mode = "inspection"
    lift.stalled = False
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
    check_out(lift, who, items)


def mend(
    lift: Lift,
    fix: Callable[[], None],
    *,
    items: list[dict[str, str]],
    truths: list[Truth],
    tried: int = 3,
    takes_s: float = REPAIR_S,
) -> Process:
    """A technician comes to a lift nobody is in, changes or adjusts a part, tries it, leaves."""
    yield from settle(lift)
    lift.panel.cancel()
    who = check_in(lift, "repair")
    lift.car.mode = "inspection"
    lift.tell_state()
    yield lift.after(takes_s)
    fix()
    end_all(lift, truths)
    for _ in range(tried):
        yield lift.after(1.0)
        yield from lift.doors.open()
        yield from lift.doors.stay(2.0)
        yield from lift.doors.close()
    lift.car.mode = "normal"
    lift.tell_state()
    check_out(lift, who, items)

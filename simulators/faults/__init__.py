"""The faults a scenario may name, in one table: what happens, for how long, with which options."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulators.agenda import Process
from simulators.faults import moving, service, trapped
from simulators.faults.scene import Scene
from simulators.lift import Lift
from simulators.plan import SENSORS, Plan


class Row(NamedTuple):
    """One fault. `needs` are sensors the terminal must have, `without` those it must not have;
    `beside` plays while the controller goes on, the others take its place."""

    script: Callable[[Lift, Scene], Process]
    for_s: float
    options: Mapping[str, float] = {}
    needs: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    beside: bool = False


_PEOPLE = {"people": 2.0, "call_after_s": 25.0, "mains": 0.0}
_UNSEEN = {**_PEOPLE, "call_after_s": 270.0}

FAULTS: dict[str, Row] = {
    "free_fall": Row(moving.free_fall, 240.0, {"fall_s": 0.45}, frozenset({"accelerometer"})),
    "uncontrolled_movement": Row(moving.uncontrolled_movement, 240.0),
    "overspeed": Row(moving.overspeed, 240.0, {"ratio": 1.26}),
    "moving_with_open_door": Row(moving.moving_with_open_door, 180.0, {"open_s": 2.5}),
    "unintended_movement": Row(moving.unintended_movement, 180.0, {"way_m": 0.6}),
    "entrapment": Row(trapped.entrapment, 300.0, _PEOPLE, frozenset({"presence"})),
    "entrapment_suspected": Row(
        trapped.entrapment_suspected,
        330.0,
        _UNSEEN,
        without=frozenset({"presence", "load", "button"}),
    ),
    "emergency_call": Row(trapped.emergency_call, 90.0, {"answered_s": 25.0}),
    "door_fault": Row(service.door_fault, 80.0, {"try_s": 16.0}),
    "door_blocked": Row(service.door_blocked, 360.0),
    "button_dead": Row(service.button_dead, 90.0, needs=frozenset({"button"}), beside=True),
    "out_of_service": Row(service.out_of_service, 900.0),
    "visit": Row(service.visit, 1_200.0),
    "jumping": Row(service.jumping, 60.0, needs=frozenset({"accelerometer"})),
}

PREPARE_MS = 60_000
"""So long before a fault begins its script takes over, to have car and passengers in place."""


def fitted(plan: Plan, names: set[str]) -> Plan:
    """The lift with the sensors its faults ask for; ValueError where they contradict each other."""
    rows = [FAULTS[name] for name in sorted(names)]
    needs = frozenset().union(*(row.needs for row in rows))
    without = frozenset().union(*(row.without for row in rows))
    if needs & without:
        clash = ", ".join(sorted(needs & without))
        raise ValueError(f"lift {plan.name}: its faults need and exclude the same sensor: {clash}")
    assert needs | without <= SENSORS
    return plan._replace(sensors=(plan.sensors | needs) - without)


def schedule(lift: Lift, name: str, scene: Scene) -> None:
    """Let a fault happen at its moment."""
    row = FAULTS[name]
    if row.beside:
        lift.agenda.start(row.script(lift, scene), at_ms=scene.at_ms)
    else:
        lift.agenda.start(_take_over(lift, row, scene), at_ms=scene.at_ms - PREPARE_MS)


def _take_over(lift: Lift, row: Row, scene: Scene) -> Process:
    lift.play(lambda lift: row.script(lift, scene))
    yield lift.now_ms

"""The faults a scenario may name, in one table: what happens, for how long, with which options."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulators.agenda import Process
from simulators.faults import (
    blind,
    buttons,
    harmless,
    landing,
    loads,
    moving,
    records,
    sensors,
    service,
    stops,
    supply,
    trapped,
    wear,
)
from simulators.faults.scene import Scene
from simulators.lift import Lift
from simulators.plan import SENSORS, Plan

DAY_S = 86_400.0
Fit = Callable[[Plan, int, Mapping[str, float]], Plan]


class Row(NamedTuple):
    """One fault. `kind` is what it truly is: None its own name, "" nothing that is to be found.

    `needs` are sensors the terminal must have, `without` those it must not have; `beside` plays
    while the controller goes on, the others take its place; `fit` makes the lift what the fault
    needs it to be from the start, and its script begins with the lift; `group` says who shares it;
    so long as `prepare_s` before its moment a script takes over, to have car and people in place.
    """

    script: Callable[[Lift, Scene], Process]
    for_s: float
    options: Mapping[str, float] = {}
    needs: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    beside: bool = False
    kind: str | None = None
    fit: Fit | None = None
    group: str = ""
    prepare_s: float = 60.0


_PEOPLE = {"people": 2.0, "call_after_s": 25.0, "mains": 0.0}
_UNSEEN = {**_PEOPLE, "call_after_s": 270.0}
_INSIDE = {"people": 2.0, "call_after_s": 30.0}
_NO_PEOPLE = frozenset({"presence", "load", "button"})
_SHAKES = frozenset({"accelerometer"})
_SEES = frozenset({"presence"})
_BUTTON = frozenset({"button"})
_LOAD = frozenset({"load"})
_LEVEL = frozenset({"level"})
_TO_BE_EMPTY = 260.0
_LINK = {"will": 1.0, "stores": 1.0, "shuffled": 0.0}
_NETWORK = {"twice": 0.05, "disorder": 0.1, "lost": 0.0}

DANGERS: dict[str, Row] = {
    "free_fall": Row(moving.free_fall, 240.0, {"fall_s": 0.45}, _SHAKES),
    "uncontrolled_movement": Row(moving.uncontrolled_movement, 240.0, kind="free_fall"),
    "overspeed": Row(moving.overspeed, 240.0, {"ratio": 1.26}),
    "moving_with_open_door": Row(moving.moving_with_open_door, 180.0, {"open_s": 2.5}),
    "unintended_movement": Row(moving.unintended_movement, 180.0, {"way_m": 0.6}),
    "overrun": Row(
        stops.overrun,
        240.0,
        {"bottom": 0.0, "past_m": 0.25, "people": 0.0},
        _SEES,
        prepare_s=_TO_BE_EMPTY,
    ),
    "entrapment": Row(trapped.entrapment, 300.0, _PEOPLE, _SEES),
    "entrapment_suspected": Row(trapped.entrapment_suspected, 330.0, _UNSEEN, without=_NO_PEOPLE),
    "entrapment_at_landing": Row(
        landing.entrapment_at_landing, 240.0, {**_INSIDE, "try_s": 16.0}, _SEES, kind="entrapment"
    ),
    "entrapment_closed": Row(landing.entrapment_closed, 420.0, _INSIDE, _SEES, kind="entrapment"),
    "emergency_call": Row(trapped.emergency_call, 90.0, {"answered_s": 25.0}),
}
"""People in danger, or who may be."""

STOPPED: dict[str, Row] = {
    "safety_chain_open": Row(stops.safety_chain_open, 300.0, needs=_SEES, prepare_s=_TO_BE_EMPTY),
    "stopped_outside_zone": Row(
        stops.stopped_outside_zone, 300.0, needs=_SEES, prepare_s=_TO_BE_EMPTY
    ),
    "run_time_limit": Row(
        stops.run_time_limit,
        300.0,
        {"turns_s": 62.0, "creep_mps": 0.002, "people": 0.0},
        _SEES,
        prepare_s=_TO_BE_EMPTY,
    ),
    "position_lost": Row(stops.position_lost, 180.0),
    "position_miscounted": Row(stops.position_miscounted, 240.0, kind="position_lost"),
    "levelling_step": Row(
        stops.levelling_step, 120.0, {"step_mm": 42.0}, _LEVEL, kind="levelling_error"
    ),
    "out_of_service": Row(service.out_of_service, 900.0),
    "door_fault": Row(service.door_fault, 80.0, {"try_s": 16.0}),
    "door_fault_opening": Row(
        landing.door_fault_opening,
        80.0,
        {"try_s": 16.0},
        _SEES,
        kind="door_fault",
        prepare_s=_TO_BE_EMPTY,
    ),
    "door_impact": Row(landing.door_impact, 60.0, {"force_n": 178.0, "obstructed_s": 0.7}),
    "door_blocked": Row(service.door_blocked, 360.0),
    "door_reopening": Row(landing.door_reopening, 240.0, {"times": 24.0}, kind="door_blocked"),
    "button_dead": Row(service.button_dead, 90.0, needs=_BUTTON, beside=True),
    "button_silent": Row(
        buttons.button_silent, 21 * DAY_S, needs=_BUTTON, beside=True, kind="button_dead"
    ),
    "button_stuck": Row(buttons.button_stuck, 300.0, {"held": 1.0}, _BUTTON, beside=True),
}
"""Lifts, doors and buttons that do not serve."""

SURROUNDINGS: dict[str, Row] = {
    "mains_lost": Row(supply.mains_lost, 240.0, {**_PEOPLE, "people": 0.0}),
    "mains_lost_building": Row(
        supply.mains_lost, 240.0, {**_PEOPLE, "people": 0.0}, group="building", kind="mains_lost"
    ),
    "machine_room_hot": Row(supply.machine_room_hot, 2_700.0, {"to_c": 46.0}, beside=True),
    "battery_low": Row(supply.battery_low, 7_200.0, {"loses_pct": 2.0}, beside=True),
    "call_battery_low": Row(supply.call_battery_low, 600.0, beside=True, kind="battery_low"),
    "emergency_call_untested": Row(supply.emergency_call_untested, 4 * DAY_S, beside=True),
    "overload": Row(loads.overload, 1_500.0, {"times": 4.0, "over_s": 8.0}, _LOAD),
    "heavy_haulage": Row(loads.heavy_haulage, 2_400.0, {"times": 7.0, "load_pct": 92.0}, _LOAD),
    "terminal_offline": Row(blind.terminal_offline, 1_200.0, _LINK, beside=True),
    "fleet_fault": Row(
        stops.position_lost, 240.0, {"count": 6.0}, group="manufacturer", kind="position_lost"
    ),
}
"""What comes from outside the lift, or from its users."""

TRENDS: dict[str, Row] = {
    "ride_anomaly": Row(
        wear.ride_anomaly,
        7_200.0,
        {"jerk": 2.5, "hunting": 0.15, "noise_db": 9.0},
        beside=True,
    ),
    "vibration_wear": Row(
        wear.vibration_wear, 21 * DAY_S, {"part": 1.0, "grown": 3.4}, beside=True
    ),
    "door_wear": Row(
        wear.door_wear,
        21 * DAY_S,
        {"everywhere": 0.0, "grown": 1.7},
        frozenset({"current"}),
        beside=True,
    ),
    "brake_wear": Row(wear.brake_wear, 21 * DAY_S, {"grown": 1.5}, beside=True),
    "rope_slip": Row(wear.rope_slip, 21 * DAY_S, {"slip_pct": 1.2}, beside=True),
    "levelling_drift": Row(
        wear.levelling_drift,
        14 * DAY_S,
        {"step_mm": 30.0},
        _LEVEL,
        beside=True,
        kind="levelling_error",
    ),
}
"""Parts that wear; all for weeks, and all as fast as `for_s` asks."""

DUTIES: dict[str, Row] = {
    "ageing": Row(
        records.ageing, 3 * DAY_S, {"life_years": 15.0}, beside=True, fit=records.fit_ageing
    ),
    "inspection_due": Row(
        records.inspection_due, 3 * DAY_S, {"days": 30.0}, beside=True, fit=records.fit_inspection
    ),
    "maintenance_overdue": Row(records.maintenance_overdue, 18 * DAY_S, beside=True),
    "contradicted_by_rides": Row(
        records.contradicted_by_rides,
        1_800.0,
        needs=_SEES,
        beside=True,
        kind="maintenance_contradicted",
    ),
    "contradicted_by_silence": Row(
        records.contradicted_by_silence, 1_200.0, kind="maintenance_contradicted"
    ),
    "contradicted_by_haste": Row(
        records.contradicted_by_haste, 420.0, kind="maintenance_contradicted"
    ),
    "contradicted_by_button": Row(
        records.contradicted_by_button,
        1_800.0,
        needs=_BUTTON,
        beside=True,
        kind="maintenance_contradicted",
    ),
}
"""What a calendar or a record tells."""

HARMLESS: dict[str, Row] = {
    "visit": Row(service.visit, 1_200.0),
    "jumping": Row(service.jumping, 60.0, needs=_SHAKES),
    "ordinary": Row(harmless.ordinary, 1_800.0, beside=True),
    "pram_in_door": Row(harmless.pram_in_door, 70.0, {"times": 4.0}),
    "held_by_people": Row(harmless.held_by_people, 125.0),
    "long_dwell": Row(harmless.long_dwell, 900.0, {"dwell_s": 25.0}),
    "nobody_comes": Row(harmless.nobody_comes, 6 * 3_600.0, {"busy": 0.0}, beside=True),
    "holiday": Row(harmless.nobody_comes, 5 * DAY_S, {"busy": 0.03}, beside=True),
    "waits_closed": Row(harmless.waits_closed, 1_500.0),
    "planned_outage": Row(harmless.planned_outage, 1_800.0),
    "firefighter_drill": Row(harmless.firefighter_drill, 800.0),
    "level_15_mm": Row(harmless.level_15_mm, 3_600.0, {"off_mm": 15.0}, beside=True),
    "relevelling": Row(harmless.relevelling, 60.0, {"stretch": 3.0}),
    "child_at_buttons": Row(harmless.child_at_buttons, 60.0, {"times": 15.0}, _BUTTON, beside=True),
    "calls_again": Row(harmless.calls_again, 180.0, {"times": 8.0}, _BUTTON),
    "alarm_by_mistake": Row(harmless.alarm_by_mistake, 30.0),
    "full_car": Row(harmless.full_car, 60.0),
    "overload_once": Row(loads.overload, 120.0, {"times": 1.0, "over_s": 8.0}, _LOAD),
    "furniture": Row(loads.heavy_haulage, 300.0, {"times": 1.0, "load_pct": 90.0}, _LOAD),
    "position_frozen": Row(sensors.position_frozen, 60.0, {"told": 1.0}),
    "speed_spike": Row(sensors.speed_spike, 60.0, {"speed_mps": 9.0}),
    "miscount_once": Row(sensors.miscount_once, 60.0),
    "presence_flapping": Row(sensors.presence_flapping, 400.0, needs=_SEES),
    "door_contact_bouncing": Row(sensors.door_contact_bouncing, 600.0, {"every": 7.0}, beside=True),
    "accelerometer_off": Row(sensors.accelerometer_off, 300.0, needs=_SHAKES),
    "power_dip": Row(sensors.power_dip, 30.0, {"dip_s": 1.5}),
    "warm_room": Row(sensors.warm_room, 3_600.0, {"to_c": 38.0}, beside=True),
    "battery_dip": Row(sensors.battery_dip, 5_400.0, {"low_pct": 26.0}, beside=True),
    "short_outage": Row(blind.terminal_offline, 150.0, {**_LINK, "will": 0.0}, beside=True),
    "bad_network": Row(blind.bad_network, 1_800.0, _NETWORK, beside=True),
    "clock_drift": Row(blind.clock_drift, 3_600.0, {"s_per_day": 2.0, "fast": 1.0}, beside=True),
    "clock_wrong": Row(blind.clock_wrong, 1_800.0, {"off_s": 7_200.0}, beside=True),
    "terminal_restart": Row(blind.terminal_restart, 120.0, {"silent_s": 6.0}, beside=True),
}
"""What looks like a fault and is none: each notes a window in which some kinds are wrong."""

FAULTS: dict[str, Row] = {
    **DANGERS,
    **STOPPED,
    **SURROUNDINGS,
    **TRENDS,
    **DUTIES,
    **{name: row._replace(kind="") for name, row in HARMLESS.items()},
}


def kind_of_fault(name: str) -> str:
    """The kind of incident a fault truly is, or nothing.

    >>> kind_of_fault("uncontrolled_movement"), kind_of_fault("overspeed"), kind_of_fault("visit")
    ('free_fall', 'overspeed', '')
    """
    kind = FAULTS[name].kind
    return name if kind is None else kind


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
    if row.fit is not None:
        lift.agenda.start(row.script(lift, scene))
    elif row.beside:
        lift.agenda.start(row.script(lift, scene), at_ms=scene.at_ms)
    else:
        lift.agenda.start(_take_over(lift, row, scene), at_ms=scene.before_ms(row.prepare_s))


def _take_over(lift: Lift, row: Row, scene: Scene) -> Process:
    lift.play(lambda lift: row.script(lift, scene))
    yield lift.now_ms

"""The table of incident kinds (contract, section 2): severity, who learns at once, what group.

`group` decides what silences a kind; `latches` says that only a person, or the end of a visit,
ends the alarm.
"""

from typing import NamedTuple

PROPERTY, MAINTENANCE, RESCUE, SUPERVISION, CUSTODIAN = "P", "M", "R", "S", "F"


class Kind(NamedTuple):
    """One row. `severity` is the gravity it starts with, 1 (danger to life) to 4."""

    name: str
    severity: int
    at_once: str
    group: str
    latches: bool = False
    severity_worst: int = 0


KINDS: tuple[Kind, ...] = (
    Kind("entrapment", 1, "PMR", "people"),
    Kind("entrapment_suspected", 2, "PM", "motion"),
    Kind("emergency_call", 1, "PR", "call"),
    Kind("unintended_movement", 1, "PMS", "motion", latches=True),
    Kind("moving_with_open_door", 1, "PMS", "motion", latches=True),
    Kind("overspeed", 1, "PMS", "motion", latches=True),
    Kind("free_fall", 1, "PMS", "fall", latches=True),
    Kind("overrun", 1, "PMS", "motion", latches=True),
    Kind("safety_chain_open", 2, "PM", "motion"),
    Kind("stopped_outside_zone", 2, "PM", "motion"),
    Kind("door_fault", 2, "PM", "door"),
    Kind("door_impact", 2, "PM", "door"),
    Kind("door_blocked", 3, "P", "door"),
    Kind("button_dead", 3, "PM", "button"),
    Kind("button_stuck", 3, "PM", "button"),
    Kind("levelling_error", 3, "PM", "motion", severity_worst=2),
    Kind("position_lost", 2, "M", "motion"),
    Kind("run_time_limit", 2, "PM", "motion"),
    Kind("out_of_service", 3, "PM", "service", severity_worst=2),
    Kind("mains_lost", 3, "P", "supply"),
    Kind("machine_room_hot", 3, "PM", "supply"),
    Kind("battery_low", 3, "P", "supply"),
    Kind("overload", 3, "P", "use"),
    Kind("heavy_haulage", 3, "P", "use"),
    Kind("ride_anomaly", 4, "M", "trend"),
    Kind("vibration_wear", 4, "M", "trend"),
    Kind("door_wear", 4, "M", "trend"),
    Kind("brake_wear", 4, "M", "trend", severity_worst=2),
    Kind("rope_slip", 4, "M", "trend"),
    Kind("ageing", 4, "PSF", "duty"),
    Kind("maintenance_overdue", 4, "PM", "duty", severity_worst=3),
    Kind("maintenance_contradicted", 4, "S", "duty"),
    Kind("inspection_due", 4, "PS", "duty", severity_worst=2),
    Kind("terminal_offline", 4, "P", "duty"),
    Kind("emergency_call_untested", 3, "PM", "duty"),
    Kind("fleet_fault", 3, "PM", "fleet"),
)
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}

PLANNED_SILENCES = frozenset({"motion", "door", "button", "service"})
"""Groups that stay silent during a visit, in inspection mode and in an outage a person entered:
of motion, doors and buttons only `entrapment` and `free_fall` are raised."""

MODE_SILENCES: dict[str, frozenset[str]] = {
    "inspection": frozenset({"entrapment"}),
    "fire_return": frozenset(
        {"door_fault", "door_impact", "door_blocked", "button_dead", "button_stuck"}
        | {"moving_with_open_door"}
    ),
    "firefighter": frozenset(
        {"door_fault", "door_impact", "door_blocked", "button_dead", "button_stuck"}
        | {"moving_with_open_door"}
    ),
    "earthquake": frozenset({"out_of_service", "stopped_outside_zone"}),
    "emergency_power": frozenset({"out_of_service", "stopped_outside_zone"}),
}
"""Kinds that a service mode silences, beyond what is planned (contract, section 2)."""


def is_silenced(kind: str, *, planned: bool, mode: str | None) -> bool:
    """Tell whether an alarm of this kind must not be raised now.

    >>> is_silenced("overspeed", planned=True, mode="normal")
    True
    >>> is_silenced("entrapment", planned=True, mode="normal")
    False
    >>> is_silenced("entrapment", planned=True, mode="inspection")
    True
    >>> is_silenced("emergency_call", planned=True, mode="inspection")
    False
    """
    if planned and BY_NAME[kind].group in PLANNED_SILENCES:
        return True
    return kind in MODE_SILENCES.get(mode or "", ())

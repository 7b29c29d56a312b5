"""The rows of the clocks: what has to happen by when for each kind, who is told else, and why.

Times count from `opened_ms`. Sources are sections of the domain report; "our choice" has no
authority behind it. Parties stand by their letters (`kinds`); H is the head of those told.
"""

from collections.abc import Mapping
from typing import NamedTuple

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.incidents.kinds import BY_NAME

ARRIVE_MS, ARRIVE_FAR_MS = 30 * MINUTE_MS, 60 * MINUTE_MS
"""Within a city and elsewhere (TSG T5002; domain 4.1)."""
ACCIDENT_MS = 2 * HOUR_MS
"""So long in a car makes it an accident in law (Regulation on Special Equipment, art. 64)."""
TELL_RESCUE = "tell-rescue"
"""The clock by which the rescue platform learns of a suspicion that stands, whoever has it."""
MET_BY: Mapping[str, frozenset[str]] = {
    "acknowledged": frozenset(
        {"acknowledged", "dispatched", "arrived", "released", "resolved", "closed", "rejected"}
    ),
    "dispatched": frozenset(
        {"dispatched", "arrived", "released", "resolved", "closed", "rejected"}
    ),
    "arrived": frozenset({"arrived", "released", "resolved", "closed", "rejected"}),
    "released": frozenset({"released", "resolved", "closed", "rejected"}),
    "resolved": frozenset({"resolved", "closed", "rejected"}),
}
"""States by which what a clock waits for has happened."""


class Rule(NamedTuple):
    """A row: how long after the beginning, what meets it, who is told when it is missed.

    `tells` are parties by their letter (`kinds`), "H" is the head of the property and of the unit;
    `level` is how high a call for rescue goes when it is missed; `cleared` says that the end of the
    alarm meets it too; `law` that it may only be made shorter.
    """

    name: str
    after_ms: int
    by: str
    tells: str
    source: str
    level: int = 0
    cleared: bool = False
    law: bool = False


_ACKNOWLEDGE = Rule(
    "acknowledge", 3 * MINUTE_MS, "acknowledged", "PMR", "domain 4.1: within three minutes", level=2
)
_ARRIVE = Rule("arrive", ARRIVE_MS, "arrived", "PMRH", "TSG T5002: 30 or 60 minutes", law=True)
_TRAPPED: tuple[Rule, ...] = (
    Rule("voice", MINUTE_MS, "acknowledged", "P", "domain 10: a voice within a minute"),
    _ACKNOWLEDGE,
    Rule(
        "dispatch",
        5 * MINUTE_MS,
        "dispatched",
        "PMR",
        "domain 4.1: three levels decided in five minutes",
        level=3,
    ),
    _ARRIVE,
    Rule("release", HOUR_MS, "released", "PMRSH", "domain 10: after 60 minutes the heads"),
    Rule(
        "accident-near",
        105 * MINUTE_MS,
        "released",
        "PMRSH",
        "domain 10: 15 minutes before it is an accident",
    ),
    Rule(
        "accident",
        ACCIDENT_MS,
        "released",
        "PMRSH",
        "Regulation on Special Equipment, art. 64: two hours",
        law=True,
    ),
    Rule(
        "report",
        ACCIDENT_MS + HOUR_MS,
        "reported",
        "PSH",
        "SAMR order 50/2022: reported within an hour",
        law=True,
    ),
)
_STOPPED_BY_DANGER = (
    _ACKNOWLEDGE._replace(tells="PMS", level=0),
    _ARRIVE._replace(tells="PMSH"),
)


def _on_site(after_ms: int, tells: str = "PM", source: str = "domain 10") -> tuple[Rule, ...]:
    return (
        Rule("acknowledge", 15 * MINUTE_MS, "acknowledged", tells, "our choice", cleared=True),
        Rule("arrive", after_ms, "arrived", tells, source, cleared=True),
    )


def _done(after_ms: int, tells: str = "PM", source: str = "domain 10") -> tuple[Rule, ...]:
    return (Rule("resolve", after_ms, "resolved", tells, source, cleared=True),)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "entrapment": _TRAPPED,
    "entrapment_suspected": (
        Rule(
            TELL_RESCUE,
            60 * SECOND_MS,
            "arrived",
            "R",
            "contract 2: R after 60 s",
            cleared=True,
        ),
        _ACKNOWLEDGE._replace(cleared=True),
    ),
    "emergency_call": (
        Rule("voice", 30 * SECOND_MS, "acknowledged", "P", "domain 10: 30 s", cleared=True),
        _ACKNOWLEDGE._replace(cleared=True),
    ),
    "unintended_movement": _STOPPED_BY_DANGER,
    "moving_with_open_door": _STOPPED_BY_DANGER,
    "overspeed": _STOPPED_BY_DANGER,
    "free_fall": _STOPPED_BY_DANGER,
    "overrun": _STOPPED_BY_DANGER,
    "safety_chain_open": _on_site(HOUR_MS),
    "stopped_outside_zone": _on_site(HOUR_MS),
    "door_fault": _on_site(2 * HOUR_MS),
    "door_impact": _done(4 * HOUR_MS),
    "door_blocked": _on_site(10 * MINUTE_MS, "P"),
    "button_dead": _done(DAY_MS),
    "button_stuck": _done(DAY_MS),
    "levelling_error": _done(7 * DAY_MS),
    "position_lost": _on_site(2 * HOUR_MS, "M"),
    "run_time_limit": _on_site(2 * HOUR_MS),
    "out_of_service": (
        Rule("notice", 30 * MINUTE_MS, "acknowledged", "P", "domain 10: a notice", cleared=True),
        Rule("back", DAY_MS, "resolved", "PMS", "domain 10: 24 h", cleared=True),
        Rule("fund", 3 * DAY_MS, "resolved", "PF", "domain 10: 72 h, a case", cleared=True),
    ),
    "mains_lost": _on_site(HOUR_MS, "P", "our choice"),
    "machine_room_hot": _done(DAY_MS, source="our choice"),
    "battery_low": _done(DAY_MS, source="our choice"),
    "overload": _done(DAY_MS, "P", "domain 10: the same day"),
    "heavy_haulage": _done(DAY_MS, "P", "domain 10: the same day"),
    "ride_anomaly": _done(15 * DAY_MS, "M"),
    "vibration_wear": _done(15 * DAY_MS, "M"),
    "door_wear": _done(15 * DAY_MS, "M"),
    "brake_wear": _done(15 * DAY_MS, "M"),
    "rope_slip": _done(15 * DAY_MS, "M"),
    "ageing": _done(30 * DAY_MS, "PSF"),
    "maintenance_overdue": _done(5 * DAY_MS, "PMS", "contract 2: 3 after 20 days"),
    "maintenance_contradicted": _done(7 * DAY_MS, "PS"),
    "inspection_due": _done(30 * DAY_MS, "PS"),
    "terminal_offline": _done(DAY_MS, "P"),
    "emergency_call_untested": _done(4 * HOUR_MS),
    "fleet_fault": _done(DAY_MS, source="our choice"),
}
"""By kind; where severity 2 is graver than the kind's own, `GRAVE` stands in their place."""
GRAVE: Mapping[str, tuple[Rule, ...]] = {
    "levelling_error": _done(DAY_MS),
    "brake_wear": _done(DAY_MS),
    "out_of_service": (*_on_site(HOUR_MS, source="our choice"), *RULES["out_of_service"]),
    "inspection_due": _done(DAY_MS, "PS", "Special Equipment Safety Law, art. 40: out of use"),
}
assert RULES.keys() == BY_NAME.keys(), "a kind without its clocks"

"""Parts of a lift, and what concerns which: kinds of incidents, told codes, lines of check lists.

The part of a kind is where one looks first; what it was, people say when they have put it right. A
code may be narrower than its kind. Which line of a check list is of which part follows TSG
T5002-2017, annex A, all of whose lines are here (`checklist`); of any other the part is not known.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

UNKNOWN = "unknown"
"""The part of what may come of anything: people trapped, a stop between landings."""


def N_(text: str) -> str:
    """Marks a text that is translated where it is shown."""
    return text


class Part(NamedTuple):
    """One row: its name, its words, the kinds that concern it, the lines of check lists."""

    name: str
    words: str
    kinds: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


PARTS: tuple[Part, ...] = (
    Part(
        "door_operator",
        N_("Door operator and doors"),
        ("door_fault", "door_wear"),
        ("A-1-22", "A-1-25", "A-1-26", "A-2-09", "A-2-10", "A-3-11", "A-4-13"),
    ),
    Part("door_protection", N_("Door protection"), ("door_impact", "door_blocked"), ("A-1-20",)),
    Part(
        "door_lock",
        N_("Door locks and their contacts"),
        ("moving_with_open_door",),
        ("A-1-21", "A-1-27", "A-1-28", "A-1-29", "A-2-08", "A-3-12"),
    ),
    Part(
        "safety_chain",
        N_("Safety chain"),
        ("safety_chain_open",),
        ("A-1-09", "A-1-12", "A-1-17", "A-1-31"),
    ),
    Part(
        "brake",
        N_("Brake"),
        (
            "brake_wear",
            "unintended_movement",
            "free_fall",
        ),
        ("A-1-04", "A-1-05", "A-1-06", "A-2-02", "A-3-04", "A-4-03", "A-4-04", "A-4-08"),
    ),
    Part(
        "ropes",
        N_("Ropes and traction"),
        ("rope_slip",),
        ("A-2-05", "A-3-02", "A-3-03", "A-3-07", "A-3-08", "A-3-09", "A-3-14"),
    ),
    Part(
        "drive",
        N_("Drive and machine"),
        ("run_time_limit", "ride_anomaly"),
        ("A-1-02", "A-1-03", "A-2-01", "A-3-01", "A-4-01"),
    ),
    Part(
        "governor",
        N_("Governor and safety gear"),
        ("overspeed",),
        ("A-1-08", "A-2-06", "A-2-13", "A-3-10", "A-4-06", "A-4-07", "A-4-15"),
    ),
    Part(
        "position",
        N_("Position and levelling"),
        (
            "position_lost",
            "levelling_error",
            "overrun",
        ),
        ("A-1-07", "A-1-23", "A-2-03", "A-2-04", "A-3-15"),
    ),
    Part(
        "controller",
        N_("Controller"),
        ("out_of_service",),
        ("A-1-10", "A-2-11", "A-3-05", "A-3-06", "A-4-02", "A-4-05", "A-4-12"),
    ),
    Part(
        "buttons", N_("Buttons and displays"), ("button_dead", "button_stuck"), ("A-1-19", "A-1-24")
    ),
    Part(
        "guides",
        N_("Guide shoes and rails"),
        ("vibration_wear",),
        ("A-1-13", "A-2-07", "A-4-10", "A-4-11"),
    ),
    Part(
        "load",
        N_("Load measurement"),
        (),
        ("A-4-14",),
    ),
    Part(
        "call",
        N_("Emergency call"),
        ("battery_low", "emergency_call_untested"),
        ("A-1-18",),
    ),
    Part("supply", N_("Power supply"), ("mains_lost",)),
    Part("machine_room", N_("Machine room"), ("machine_room_hot",), ("A-1-01",)),
    Part("car", N_("Car: its frame, light and fan"), (), ("A-1-11", "A-1-16", "A-4-09", "A-4-16")),
    Part(
        "shaft",
        N_("Shaft, counterweight, pit and buffers"),
        (),
        ("A-1-14", "A-1-15", "A-1-30", "A-2-12", "A-3-13", "A-4-17"),
    ),
    Part("terminal", N_("Terminal and sensors"), ("terminal_offline",)),
    Part("use", N_("How it is used"), ("overload", "heavy_haulage")),
    Part(
        "records",
        N_("Records and dates"),
        ("ageing", "maintenance_overdue", "maintenance_contradicted", "inspection_due"),
    ),
    Part(
        UNKNOWN,
        N_("Not told by what"),
        (
            *("entrapment", "entrapment_suspected", "emergency_call"),
            *("stopped_outside_zone", "fleet_fault"),
        ),
    ),
)
BY_NAME: Mapping[str, Part] = {part.name: part for part in PARTS}
OF_KIND: Mapping[str, str] = {kind: part.name for part in PARTS for kind in part.kinds}
OF_ITEM: Mapping[str, str] = {item: part.name for part in PARTS for item in part.items}
OF_CODE: Mapping[tuple[str, str], str] = {
    ("bacnet", "1"): "drive",
    ("bacnet", "2"): "governor",
    ("bacnet", "3"): "position",
    ("bacnet", "10"): "controller",
    ("bacnet", "11"): "controller",
    ("bacnet", "12"): "controller",
    ("bacnet", "15"): "drive",
    ("bacnet", "16"): "load",
    ("maixin", "13"): "door_lock",
    ("maixin", "15"): "drive",
    ("maixin", "16"): "brake",
    ("maixin", "18"): "terminal",
    ("maixin", "22"): "terminal",
    ("maixin", "37"): "use",
    ("maixin", "39"): "use",
    ("app4", "0314"): "controller",
    ("app4", "0317"): "use",
    ("jtc340", "3001"): "terminal",
    ("jtc340", "3002"): "terminal",
    ("jtc340", "3003"): "terminal",
    ("jtc340", "3004"): "terminal",
}
"""Codes whose meaning names a part that their kind does not, or that have no kind (domain 1.4)."""
_ITEM = re.compile(r"\s*([A-Z])-(\d{1,2})-(\d{1,2})\s*", re.ASCII)


def part_of(kind: str | None, *, dialect: str | None = None, code: str | None = None) -> str:
    """The part that a kind, or a code that was told, concerns.

    >>> part_of("door_fault"), part_of("safety_chain_open", dialect="maixin", code="13")
    ('door_operator', 'door_lock')
    >>> part_of(None, dialect="bacnet", code="16"), part_of(None, dialect="x", code="1")
    ('load', 'unknown')
    """
    found = OF_CODE.get((dialect or "", code or ""))
    return found or OF_KIND.get(kind or "", UNKNOWN)


def part_of_item(item: str) -> str:
    """The part that a line of a check list concerns.

    >>> part_of_item("A-1-5"), part_of_item("A-1-22"), part_of_item("our own 7")
    ('brake', 'door_operator', 'unknown')
    """
    return OF_ITEM.get(normal_item(item), UNKNOWN)


def normal_item(item: str) -> str:
    """The code of a line of a check list, its numbers with two digits as in our messages.

    >>> normal_item("A-1-5"), normal_item(" A-01-22 "), normal_item("our own 7")
    ('A-1-05', 'A-1-22', 'our own 7')
    """
    found = _ITEM.fullmatch(item)
    return f"{found[1]}-{int(found[2])}-{int(found[3]):02d}" if found else item.strip()


def kinds_of(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that concern some parts, in order of the table.

    >>> kinds_of(("buttons", "ropes"))
    ('rope_slip', 'button_dead', 'button_stuck')
    """
    return tuple(kind for part in PARTS if part.name in parts for kind in part.kinds)

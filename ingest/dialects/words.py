"""Words of other terminals for the state of a lift, as tables: their value, our value.

A value in none of the tables is unknown, never a default.
"""

from collections.abc import Mapping
from typing import Any

Words = Mapping[int, Any]

YES: Words = {0: False, 1: True}
NO: Words = {0: True, 1: False}
YES_OR_2: Words = {0: False, 1: True, 2: False}
"""As the exchange schema has it too: there 1 is yes and 2 is no, and nobody has 2 for yes."""

SERVICE_MODE: Words = {
    0: "out_of_service",
    1: "normal",
    2: "inspection",
    3: "fire_return",
    4: "firefighter",
    5: "emergency_power",
    6: "earthquake",
    7: "unknown",
}
"""GB/T 24476."""

BOX_MODE: Words = {
    0: "normal",
    1: "inspection",
    2: "out_of_service",
    3: "fire_return",
    4: "firefighter",
    5: "emergency_power",
    7: "earthquake",
}
"""The vendor box; 6 is not defined."""

CAR: Words = {0: "stopped", 1: "moving"}
DIRECTION: Words = {0: "none", 1: "up", 2: "down", 3: "down"}
"""3 for down is one client's; nobody else uses 3."""

CAR_DOOR: Words = {0: "unknown", 1: "closing", 2: "closed", 3: "opening", 4: "open", 6: "held"}
"""The extended status; 5, locked, says more than a door's position: closed."""

CAR_DOOR_OR_LOCKED: Words = {**CAR_DOOR, 5: "closed"}
SIMPLE_DOOR: Words = {0: "closed", 1: "open", 2: "closing", 3: "opening"}
BRAKE: Words = {0: "unknown", 1: "lifted", 2: "applied"}
"""Drive status 0 is idle: nothing is said of the brake."""

POWER: Words = {0: True, 1: False, 2: None}
"""0 mains, 1 battery, 2 other."""


def whole(value: Any) -> int | None:
    """A whole number, as others write it: 1, 1.0, "1", true; None when it is none.

    >>> whole("2"), whole(True), whole(1.0), whole(1.5), whole("x"), whole([])
    (2, 1, 1, None, None, None)
    """
    number = decimal(value)
    if number is None or number != int(number):
        return None
    return int(number)


def text(value: Any) -> str:
    """A name or a code, as others write it: text, or a number of no great length; else nothing.

    >>> text(" 7 "), text(7), text(True), text(10**5000), text([])
    ('7', '7', '', '', '')
    """
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 64:
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def decimal(value: Any) -> float | None:
    """A finite number, as others write it; None when it is none.

    >>> decimal("88.1"), decimal(3), decimal("nan"), decimal("1e999"), decimal(None)
    (88.1, 3.0, None, None, None)
    """
    if not isinstance(value, int | float | str) or (isinstance(value, str) and len(value) > 40):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 2**53 else None  # NaN is below nothing

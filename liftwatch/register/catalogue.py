"""What the first four characters of an equipment code mean: the catalogue of special equipment.

There are two, and a code says not which it was made from. The present one is that of 2014 (notice
114 of the quality administration, in force since 2014-10-30); before it lifts were sorted by their
use, so that `3130` on an old plate is a passenger lift without machine room and on a new one a
goods lift with a drum. Nothing but words hangs on it. Both tables as inspection offices use them
in published programs; the notices themselves were not at hand.
"""

from typing import Literal, NamedTuple

from liftwatch.said import Said

Use = Literal["people", "goods", "service", "stairs"]
"""Who rides: `service` is a dumb waiter, `stairs` an escalator or a moving walk."""

PRESENT, FORMER = 2014, 2004
LIFTS = "3"
"""How a lift's code begins."""

EQUIPMENT: dict[str, Said] = {
    "1": Said("a boiler"),
    "2": Said("a pressure vessel"),
    "3": Said("a lift"),
    "4": Said("a crane"),
    "5": Said("a works vehicle"),
    "6": Said("an amusement ride"),
    "7": Said("a part of pressure pipes"),
    "8": Said("pressure pipes"),
    "9": Said("a passenger ropeway"),
}
"""The first character of a code: the kind of equipment."""

GROUPS: dict[str, str] = {
    "31": "traction and positive drive lifts",
    "32": "hydraulic lifts",
    "33": "escalators and moving walks",
    "34": "other lifts",
}
"""The first two characters, in the present catalogue."""


class Variety(NamedTuple):
    """One row of a catalogue."""

    code: str
    since: int
    name: str
    chinese: str
    use: Use = "people"


VARIETIES: tuple[Variety, ...] = (
    Variety("3110", PRESENT, "traction passenger lift", "曳引驱动乘客电梯"),
    Variety("3120", PRESENT, "traction goods lift", "曳引驱动载货电梯", "goods"),
    Variety("3130", PRESENT, "positive drive goods lift", "强制驱动载货电梯", "goods"),
    Variety("3210", PRESENT, "hydraulic passenger lift", "液压乘客电梯"),
    Variety("3220", PRESENT, "hydraulic goods lift", "液压载货电梯", "goods"),
    Variety("3310", PRESENT, "escalator", "自动扶梯", "stairs"),
    Variety("3320", PRESENT, "moving walk", "自动人行道", "stairs"),
    Variety("3410", PRESENT, "explosion-proof lift", "防爆电梯"),
    Variety("3420", PRESENT, "firefighters lift", "消防员电梯"),
    Variety("3430", PRESENT, "dumb waiter", "杂物电梯", "service"),
    Variety("3110", FORMER, "traction passenger lift", "曳引式客梯"),
    Variety("3120", FORMER, "positive drive passenger lift", "强制式客梯"),
    Variety("3130", FORMER, "passenger lift without machine room", "无机房客梯"),
    Variety("3140", FORMER, "firefighters lift", "消防电梯"),
    Variety("3150", FORMER, "panoramic lift", "观光电梯"),
    Variety("3160", FORMER, "explosion-proof passenger lift", "防爆客梯"),
    Variety("3170", FORMER, "bed lift", "病床电梯"),
    Variety("3210", FORMER, "traction goods lift", "曳引式货梯", "goods"),
    Variety("3220", FORMER, "positive drive goods lift", "强制式货梯", "goods"),
    Variety("3230", FORMER, "goods lift without machine room", "无机房货梯", "goods"),
    Variety("3240", FORMER, "car lift", "汽车电梯", "goods"),
    Variety("3250", FORMER, "explosion-proof goods lift", "防爆货梯", "goods"),
    Variety("3310", FORMER, "hydraulic passenger lift", "液压客梯"),
    Variety("3320", FORMER, "explosion-proof hydraulic passenger lift", "防爆液压客梯"),
    Variety("3330", FORMER, "hydraulic goods lift", "液压货梯", "goods"),
    Variety("3340", FORMER, "explosion-proof hydraulic goods lift", "防爆液压货梯", "goods"),
    Variety("3400", FORMER, "dumb waiter", "杂物电梯", "service"),
    Variety("3500", FORMER, "escalator", "自动扶梯", "stairs"),
    Variety("3600", FORMER, "moving walk", "自动人行道", "stairs"),
)

PROVINCES: frozenset[str] = frozenset(
    str(number)
    for part in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55))
    for number in part
) | {"61", "62", "63", "64", "65", "71", "81", "82"}
"""The first two digits of an area (GB/T 2260)."""

NATIONAL = "10"
"""In the place of a province: licensed, or registered, by an authority of the whole country."""


def varieties_of(code: str, *, year: int | None = None) -> tuple[Variety, ...]:
    """What an equipment code calls its lift: the likely meaning first, none when it is unknown.

    What was made before 2014 is likely sorted by the former catalogue, what was made after it by
    the present one; in 2014 itself, or without a `year`, the present one comes first.

    >>> [row.name for row in varieties_of("31303101092006040257", year=2006)]
    ['passenger lift without machine room', 'positive drive goods lift']
    >>> [row.name for row in varieties_of("31303205832018080001", year=2018)][0]
    'positive drive goods lift'
    """
    found = [row for row in VARIETIES if row.code == code[:4]]
    former_first = year is not None and year < PRESENT
    return tuple(sorted(found, key=lambda row: row.since, reverse=not former_first))

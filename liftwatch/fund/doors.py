"""The households of a plan against those of the register: who there is, and with what area.

A plan names households by what names their accounts; the register has doors. Whoever is listed is
on record with this area, and a unit is listed whole: who is left out of it has agreed to that
(Civil Code, art. 278 and 283; area by land register, else survey, else contract: SPC
interpretation of condominium ownership, art. 8).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from msgspec import structs

from liftwatch.fund.refusals import Untold
from liftwatch.fund.scope import Scope
from liftwatch.register.columns import HouseholdRow
from liftwatch.said import Said

_PARTS = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")
NAME_MAX = 32

What = Literal["unknown", "area", "unsold", "sold", "left_out"]

WORDS: Mapping[What, Said] = {
    "unknown": Said("it is not on record"),
    "area": Said("it has another area on record"),
    "unsold": Said("it is the developer's on record"),
    "sold": Said("it is no more the developer's on record"),
    "left_out": Said("it is of the same unit, and left out without an agreement"),
}


class Door(NamedTuple):
    """A household on record: its area in units of 0.01 m2, its unit ("" for none), and whether it
    is the developer's, None where nobody told."""

    area_dm2: int
    unit: str
    developer: bool | None


class Difference(NamedTuple):
    """What is otherwise of one household; an area is None where it is not there."""

    household: str
    what: What
    plan_dm2: int | None
    register_dm2: int | None


def household_name(unit: str | None, number: str) -> str:
    """What names the accounts of a door: its unit and its number, as far as a name can hold them.

    >>> household_name(None, "1203"), household_name("2", "1203 室"), household_name("A", "1/2")
    ('1203', '2-1203-室', 'A-1-2')
    """
    return "-".join(_PARTS.findall(f"{unit or ''}-{number}"))[:NAME_MAX].rstrip("-")


def doors_of(rows: Iterable[HouseholdRow]) -> dict[str, Door]:
    """The doors of a building by the names of their accounts; of two with one name the area is 0,
    which no household has."""
    found: dict[str, Door] = {}
    for row in rows:
        name = household_name(row.unit, row.number)
        area_dm2 = 0 if name in found else row.floor_area_dm2
        found[name] = Door(area_dm2, row.unit or "", row.developer_owned)
    return found


def differences(scope: Scope, doors: Mapping[str, Door]) -> tuple[Difference, ...]:
    """What is otherwise on record, in order of the households.

    >>> from liftwatch.fund.scope import Household
    >>> scope = Scope(households=(Household(id="101", area_dm2=9000),))
    >>> [(one.household, one.what) for one in differences(scope, {
    ...     "101": Door(9100, "", None), "102": Door(9000, "", None), "2-101": Door(9000, "2", None)
    ... })]
    [('101', 'area'), ('102', 'left_out')]
    """
    found = []
    for one in scope.households:
        door = doors.get(one.id)
        if door is None:
            found.append(Difference(one.id, "unknown", one.area_dm2, None))
            continue
        if door.area_dm2 != one.area_dm2:
            found.append(Difference(one.id, "area", one.area_dm2, door.area_dm2))
        if door.developer is not None and door.developer != (one.developer is not None):
            what: What = "unsold" if door.developer else "sold"
            found.append(Difference(one.id, what, one.area_dm2, door.area_dm2))
    listed = {one.id for one in scope.households}
    units = {doors[id].unit for id in listed & doors.keys()}
    found += [
        Difference(id, "left_out", None, door.area_dm2)
        for id, door in doors.items()
        if door.unit in units and id not in listed
    ]
    return tuple(sorted(found))


def check_doors(scope: Scope, doors: Mapping[str, Door]) -> None:
    """Households that may be asked, and charged; raises Untold, naming the first difference.

    Whoever is left out needs an agreement; whoever is listed is on record as they are listed.
    """
    for one in differences(scope, doors):
        if one.what != "left_out" or scope.agreement is None:
            raise Untold(
                Said("household %(id)s: %(why)s", id=one.household, why=WORDS[one.what]),
                rule="Civil Code, art. 283; SPC, art. 8",
            )


def corrected(scope: Scope, doors: Mapping[str, Door]) -> Scope:
    """The scope with the areas on record; who is not on record keeps theirs."""
    return structs.replace(
        scope,
        households=tuple(
            structs.replace(one, area_dm2=doors[one.id].area_dm2 or one.area_dm2)
            if one.id in doors
            else one
            for one in scope.households
        ),
    )

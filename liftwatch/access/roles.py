"""The roles of the contract (section 4), and by what each is bound to rows."""

from typing import Literal, NamedTuple

Reach = Literal["everything", "places", "contracts", "nothing"]
"""By what a role's rows are found: all, the places or the contracts of its organisation, none."""


class Role(NamedTuple):
    """One row: its name, who has it, and by what their rows are found."""

    name: str
    who: str
    reach: Reach


ROLES: dict[str, Role] = {
    row.name: row
    for row in (
        Role("property", "property manager of an estate", "places"),
        Role("maintenance", "maintenance unit, for the lifts of its contracts", "contracts"),
        Role("supervision", "market regulation of an area", "places"),
        Role("rescue", "unified rescue platform of an area", "places"),
        Role("custodian", "custodian of the maintenance fund", "places"),
        Role("committee", "owners' committee of an estate", "places"),
        Role("bureau", "housing bureau of an area", "places"),
        Role("street", "sub-district", "places"),
        Role("inspector", "inspection institute", "places"),
        Role("auditor", "auditor of costs, for the cases given to it", "nothing"),
        Role("owner", "owner, for the disclosure of their building", "places"),
        Role("admin", "administrator of this installation", "everything"),
    )
}
ANYBODY = "anonymous"
"""Stands in the table of rights for whoever has not signed in."""

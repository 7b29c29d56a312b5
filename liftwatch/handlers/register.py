"""What is done with the register: each is one change, in the caller's transaction.

What cannot be is an AccessError with one line that says why; somebody else first is Stale.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from liftwatch.access.people import AccessError
from liftwatch.ports import LiftRow, Stale, Work
from liftwatch.records import RegisterWork
from liftwatch.register import record as records
from liftwatch.register.changes import Known, Origin, hear
from liftwatch.register.record import CHAIN_MAX, Record


class NoSuchLift(AccessError):
    """Nobody has heard of this lift, and nobody has entered it."""


def take_in(work: Work, rows: Sequence[LiftRow], *, said: Mapping[str, Origin]) -> None:
    """Put lifts as they stand, and note for those in `said` which terminal told it and when.

    What people entered is not touched.
    """
    before = work.records([row.lift for row in rows if row.lift in said])
    for row in rows:
        if row.lift in said:
            found = before.get(row.lift)
            known = found.known if found else Known()
            work.note_said(row.lift, hear(known, row.facts, by=said[row.lift]).said_by)
    work.put_lifts(rows)


def change_lift(
    work: RegisterWork, lift: str, values: Mapping[str, Any], *, version: int, by: Origin
) -> Record:
    """Set fields of a lift, or withdraw those that are None, against a known version.

    Raises NoSuchLift, Stale, and AccessError for what cannot be.
    """
    found = work.records([lift]).get(lift)
    if found is None:
        raise NoSuchLift(f"there is no lift {lift}")
    if found.version != version:
        raise Stale("somebody else has changed it")
    try:
        made = records.change(found, values, who=by.who, at_ms=by.at_ms)
    except ValueError as error:
        raise AccessError(str(error)) from None
    if made is found:
        return found
    if (before := made.site.predecessor) != found.site.predecessor and before is not None:
        _check_chain(work, made, before)
    for field, other in taken(work, [made]).get(lift, {}).items():
        raise AccessError(f"{field}: it is that of {other}")
    work.put_records([made])
    return made


def taken(work: RegisterWork, made: Sequence[Record]) -> dict[str, dict[str, str]]:
    """Of lifts that are to be kept: fields in which another, not among them, is first."""
    mine = {one.lift for one in made}
    facts = [one.known.entered for one in made]
    holders = work.holders(
        equipment_codes={f.equipment_code for f in facts if f.equipment_code},
        rescue_codes={f.rescue_code for f in facts if f.rescue_code},
        predecessors={one.site.predecessor for one in made if one.site.predecessor},
    )
    others = [one for one in holders if one.lift not in mine]
    codes = {one.equipment_code: one.lift for one in others}
    rescue = {(one.area, one.rescue_code): one.lift for one in others}
    shafts = {one.predecessor: one.lift for one in others}
    found: dict[str, dict[str, str]] = {}
    for one, entered in zip(made, facts, strict=True):
        held = {
            "equipment_code": entered.equipment_code and codes.get(entered.equipment_code),
            "rescue_code": entered.rescue_code and rescue.get((one.area, entered.rescue_code)),
            "predecessor": one.site.predecessor and shafts.get(one.site.predecessor),
        }
        if fields := {name: other for name, other in held.items() if other}:
            found[one.lift] = fields
    return found


def _check_chain(work: RegisterWork, made: Record, before: str) -> None:
    """A lift comes after one that is there, and at no remove after itself."""
    name: str | None = before
    for _ in range(CHAIN_MAX):
        found = work.records([name]).get(name) if name else None
        if found is None:
            if name == before:
                raise AccessError(f"predecessor: there is no lift {before}")
            return
        name = found.site.predecessor
        if name == made.lift:
            break
    raise AccessError(f"predecessor: {before} came after {made.lift}, or its chain never ends")

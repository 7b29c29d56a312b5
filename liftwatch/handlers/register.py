"""What is done with the register: each is one change, in the caller's transaction.

What cannot be is an AccessError with one line that says why; somebody else first is Stale.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from liftwatch.access.people import AccessError
from liftwatch.ports import LiftRow, Stale, Work
from liftwatch.records import Holder, RegisterWork
from liftwatch.register import record as records
from liftwatch.register.changes import Known, Origin, hear
from liftwatch.register.localities import Key, Locality, change_locality, check_key
from liftwatch.register.record import CHAIN_MAX, Record
from liftwatch.said import Said, of_field, said_by

CODES = ("equipment_code", "rescue_code", "predecessor")
"""Fields in which no two lifts are alike."""


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
            said_by = hear(known, row.facts, by=said[row.lift]).said_by
            if said_by != known.said_by:
                work.note_said(row.lift, said_by)
    work.put_lifts(rows)


def change_lift(
    work: RegisterWork, lift: str, values: Mapping[str, Any], *, version: int, by: Origin
) -> Record:
    """Set fields of a lift, or withdraw those that are None, against a known version.

    Raises NoSuchLift, Stale, and AccessError for what cannot be.
    """
    found = work.records([lift]).get(lift)
    if found is None:
        raise NoSuchLift(Said("there is no lift %(lift)s", lift=lift))
    if found.version != version:
        raise Stale(Said("somebody else has changed it"))
    try:
        made = records.change(found, values, who=by.who, at_ms=by.at_ms)
    except ValueError as error:
        raise AccessError(said_by(error)) from None
    if made is found:
        return found
    if (before := made.site.predecessor) != found.site.predecessor and before is not None:
        check_chain(work, lift, before)
    for field, other in taken(work, [made]).get(lift, {}).items():
        raise AccessError(of_field(field, Said("it is that of %(other)s", other=other)))
    work.put_records([made])
    work.note_entries({lift: records.notes(found, made, by=by)})
    return made


def change_place(
    work: RegisterWork, key: Key, values: Mapping[str, Any], *, version: int
) -> Locality:
    """Say how a place is called and where it is, or withdraw what is None, against its version.

    Raises Stale, and AccessError for what cannot be.
    """
    try:
        area, estate, building = check_key(*key)
        blank = Locality(area=area, estate=estate, building=building)
        found = work.known_localities([blank.key]).get(blank.key, blank)
        if found.version != version:
            raise Stale(Said("somebody else has changed it"))
        made = change_locality(found, values)
    except ValueError as error:
        raise AccessError(said_by(error)) from None
    if made is not found:
        work.put_localities([made])
    return made


def taken(work: RegisterWork, made: Sequence[Record]) -> dict[str, dict[str, str]]:
    """Of lifts that are to be kept: fields in which another is first, and which that is."""
    mine = {one.lift for one in made}
    facts = [one.known.entered for one in made]
    holders = work.holders(
        equipment_codes={f.equipment_code for f in facts if f.equipment_code},
        rescue_codes={f.rescue_code for f in facts if f.rescue_code},
        predecessors={one.site.predecessor for one in made if one.site.predecessor},
    )
    after = [
        *(one for one in holders if one.lift not in mine),
        *(
            Holder(one.lift, one.area, f.equipment_code, f.rescue_code, one.site.predecessor)
            for one, f in zip(made, facts, strict=True)
        ),
    ]
    first: dict[tuple[str | None, ...], str] = {}
    found: dict[str, dict[str, str]] = {}
    for one in after:
        for name in CODES:
            value = getattr(one, name)
            area = one.area if name == "rescue_code" else None  # each city numbers its own
            other = first.setdefault((name, area, value), one.lift) if value else one.lift
            if other != one.lift:
                found.setdefault(one.lift, {})[name] = other
    return found


def check_chain(work: RegisterWork, lift: str, before: str) -> None:
    """A lift comes after one that is there, and at no remove after itself. Raises AccessError."""
    name: str | None = before
    for _ in range(CHAIN_MAX):
        found = work.records([name]).get(name) if name else None
        if found is None:
            if name == before:
                raise AccessError(
                    of_field("predecessor", Said("there is no lift %(lift)s", lift=before))
                )
            return
        name = found.site.predecessor
        if name == lift:
            break
    why = Said("%(before)s came after %(lift)s, or its chain never ends", before=before, lift=lift)
    raise AccessError(of_field("predecessor", why))

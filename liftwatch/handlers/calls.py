"""Whom to call for a lift, and how organisations are reached: asked, and changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from liftwatch.access.contacts import Calls, Contacts, Known, Part, check_contacts, in_order
from liftwatch.access.people import AccessError, Organisation
from liftwatch.access.sight import Place as Reach
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.handlers.rotas import on_duty
from liftwatch.ports import Stale
from liftwatch.register.changes import facts_of, place_of
from liftwatch.register.places import Place
from liftwatch.register.record import Record
from liftwatch.said import Said

_BY_KIND: dict[str, Part] = {"property": "property", "rescue": "rescue", "fire": "fire"}


def who_to_call(
    reads: PeopleReads, record: Record, at_ms: int, *, estate: Place | None = None
) -> Calls:
    """Whom to call for a lift at a moment, in order: the maintenance unit of its contract, the
    property manager of its estate with who is on duty, rescue stations, the centre, the fire
    service; each with its number round the clock where one is on record.

    Stations are measured from the lift, or from its `estate` where nobody knows where it stands.
    """
    facts = facts_of(record.known)
    found = {
        (part, one.id): one for part, one in _parts(reads, record, facts.building, at_ms=at_ms)
    }
    known = [
        Known(part, one, reads.contacts(one.id), tuple(on_duty(reads, one.id, at_ms)))
        for (part, _), one in found.items()
    ]
    place = place_of(facts) or estate
    return in_order(record.lift, known, place=place, car_phone=record.site.car_phone)


def _parts(
    reads: PeopleReads, record: Record, building: str | None, *, at_ms: int
) -> Iterator[tuple[Part, Organisation]]:
    for held in reads.contracts(lift=record.lift):
        if held.from_ms <= at_ms and (held.until_ms is None or at_ms < held.until_ms):
            unit = reads.organisation(held.organisation)
            if unit is not None and unit.closed_ms is None:
                yield "maintenance", unit
    here = Reach(record.area, record.estate, building or "")
    for one in reads.organisations_at(record.area, record.estate):
        if not any(place.covers(here) for place in one.places):
            continue
        part = _BY_KIND.get(one.kind or _kind_by_people(reads, one, at_ms))
        if part is not None:
            yield part, one
        if reads.contacts(one.id).station:
            yield "station", one


def organisations_of(
    reads: PeopleReads, record: Record, kind: str, *, at_ms: int
) -> list[Organisation]:
    """Organisations of a kind (the name of a role) that reach a lift, in order of their id."""
    here = Reach(record.area, record.estate, facts_of(record.known).building or "")
    return [
        one
        for one in reads.organisations_at(record.area, record.estate)
        if any(place.covers(here) for place in one.places)
        if (one.kind or _kind_by_people(reads, one, at_ms, kinds=(kind,))) == kind
    ]


def _kind_by_people(
    reads: PeopleReads, one: Organisation, at_ms: int, *, kinds: Iterable[str] = tuple(_BY_KIND)
) -> str:
    """Of an organisation of which nobody said what it is: what its people are."""
    roles = {
        held.role
        for held in reads.members(one.id)
        if held.from_ms <= at_ms and (held.until_ms is None or at_ms < held.until_ms)
    }
    return next((role for role in kinds if role in roles), "")


def change_contacts(
    work: PeopleWork, organisation: str, *, version: int, **changes: Any
) -> Contacts:
    """Another `phone`, `email`, `station`, or place (`latitude`, `longitude`, `datum`).

    Raises AccessError for what cannot be, Stale when somebody else was there first.
    """
    if work.organisation(organisation) is None:
        raise AccessError(Said("there is no such organisation"))
    found = work.contacts(organisation)
    if found.version != version:
        raise Stale(Said("somebody else has changed it"))
    told = {n: v.strip() or None if isinstance(v, str) else v for n, v in changes.items()}
    made = check_contacts(replace(found, **told, version=version + 1))
    work.put_contacts(made)
    return made

"""How organisations are reached at any hour, and whom to call for a lift."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.contact_shapes import (
    CallsShape,
    ContactsChange,
    ContactsShape,
    calls_shape,
    contacts_shape,
)
from api.once import Done, TheVersion, body_of, change, takes
from api.own import led_organisation, own_organisation
from api.parameters import LiftPath, lift_path, no_lift
from api.parts import TheBooks, TheGate
from api.people_shapes import told
from api.principal import Principal, allow
from api.problems import DOCUMENTED
from api.seen import SeenBooks
from api.shapes import answer, described
from liftwatch.access.store import PeopleWork
from liftwatch.clock import now_ms
from liftwatch.handlers import calls
from liftwatch.register.places import Place
from liftwatch.register.record import Record

router = APIRouter(tags=["contacts"], responses=DOCUMENTED)
READ, WRITE = "contacts.read", "contacts.write"
IdPath = Annotated[str, Path(max_length=64)]
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]


@router.get(
    "/v1/organisations/{id}/contacts",
    responses=described(ContactsShape, "How it is reached"),
)
def read_contacts(gate: TheGate, principal: Reader, id: IdPath) -> Response:
    """Of one's own organisation; version 0 is before anybody said anything."""
    with gate.people.reading() as reads:
        own_organisation(reads, principal, READ, id=id)
        return answer(contacts_shape(reads.contacts(id)))


@router.patch(
    "/v1/organisations/{id}/contacts",
    responses=described(ContactsShape, "How it is reached now"),
    openapi_extra=takes(ContactsChange),
)
def change_contacts(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    version: TheVersion,
    body: Annotated[ContactsChange, Depends(body_of(ContactsChange))],
) -> Response:
    """By who leads it; null is unknown again."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        led_organisation(work, principal, WRITE, id=id)
        made = calls.change_contacts(work, id, version=version, **told(body))
        return Done(contacts_shape(made), "change", ("organisation", id))

    return change(gate, principal, WRITE, act=act)


@router.get(
    "/v1/lifts/{lift}/calls",
    dependencies=[Depends(allow("calls.read"))],
    responses=described(CallsShape, "Whom to call, in order"),
)
def read_calls(gate: TheGate, books: TheBooks, lift: LiftPath) -> Response:
    """Of a lift's contract and estate, with who is on duty now."""
    record = books.record(lift_path(lift))
    if record is None:
        raise no_lift(lift)
    estate = estate_place(books, record)
    with gate.people.reading() as reads:
        return answer(calls_shape(calls.who_to_call(reads, record, now_ms(), estate=estate)))


def estate_place(books: SeenBooks, record: Record) -> Place | None:
    """Where the estate of a lift is, when that is on record."""
    key = (record.area, record.estate, "")
    found = books.localities([key]).get(key)
    return None if found is None else found.place

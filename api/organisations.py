"""`/v1/organisations`: companies, offices and committees, what they reach, and their contracts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.once import Done, TheOnce, TheVersion, act_once, body_of, change, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parts import TheGate
from api.people_shapes import (
    ContractChange,
    ContractList,
    ContractShape,
    NewContract,
    NewOrganisation,
    OrganisationChange,
    OrganisationList,
    OrganisationShape,
    contract_shape,
    organisation_shape,
    told,
)
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.shapes import answer, described
from liftwatch.access.people import Contract, Organisation
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import begin_ms, date_of, day_of, rfc3339
from liftwatch.handlers import people

router = APIRouter(tags=["organisations"], responses=DOCUMENTED)
LIST = "organisations"
IdPath = Annotated[str, Path(max_length=64)]
Reader = Depends(allow("organisations.read"))
WRITE = "organisations.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]


@router.get(
    "/v1/organisations",
    dependencies=[Reader],
    responses=described(OrganisationList, "Organisations in order of their id"),
)
def list_organisations(
    gate: TheGate, limit: Limit = LIMIT_DEFAULT, cursor: Cursor = None
) -> Response:
    """All of them, closed ones too."""
    after = read_cursor(cursor, LIST, str) if cursor else ""
    with gate.people.reading() as reads:
        rows = reads.organisations(after=after, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    following = write_cursor(LIST, page[-1].id) if more else None
    return answer(OrganisationList([organisation_shape(one) for one in page], following))


@router.post(
    "/v1/organisations",
    status_code=201,
    responses=described(OrganisationShape, "The organisation", status=201),
    openapi_extra=takes(NewOrganisation),
)
def make_organisation(
    *,
    gate: TheGate,
    principal: Writer,
    once: TheOnce,
    body: Annotated[NewOrganisation, Depends(body_of(NewOrganisation))],
) -> Response:
    """A new one."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        made = people.make_organisation(work, now_ms=at_ms, **told(body))
        return Done(organisation_shape(made), "make", ("organisation", made.id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.get(
    "/v1/organisations/{id}",
    dependencies=[Reader],
    responses=described(OrganisationShape, "The organisation"),
)
def read_organisation(gate: TheGate, id: IdPath) -> Response:
    """One of them."""
    with gate.people.reading() as reads:
        return answer(organisation_shape(_found(reads, id)))


@router.patch(
    "/v1/organisations/{id}",
    responses=described(OrganisationShape, "The organisation as it is now"),
    openapi_extra=takes(OrganisationChange),
)
def change_organisation(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    version: TheVersion,
    body: Annotated[OrganisationChange, Depends(body_of(OrganisationChange))],
) -> Response:
    """Another name, number, code or reach; a closed one gives nobody any right."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, id)
        changes = told(body)
        made = people.change_organisation(work, id, version=version, now_ms=at_ms, **changes)
        return Done(organisation_shape(made), "change", ("organisation", id))

    return change(gate, principal, WRITE, act=act)


@router.get(
    "/v1/organisations/{id}/contracts",
    dependencies=[Reader],
    responses=described(ContractList, "Its contracts, the newest first"),
)
def list_contracts(gate: TheGate, id: IdPath) -> Response:
    """Which lifts it maintains or has maintained, and when."""
    with gate.people.reading() as reads:
        _found(reads, id)
        return answer(ContractList([contract_shape(o) for o in reads.contracts(organisation=id)]))


@router.post(
    "/v1/organisations/{id}/contracts",
    status_code=201,
    responses=described(ContractShape, "The contract", status=201),
    openapi_extra=takes(NewContract),
)
def make_contract(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    once: TheOnce,
    body: Annotated[NewContract, Depends(body_of(NewContract))],
) -> Response:
    """Maintenance of a lift; a lift has one contract at a time."""
    from_ms = _day_ms("first_day", body.first_day)
    until_ms = None if body.last_day is None else _day_ms("last_day", body.last_day, days=1)

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        _found(work, id)
        made = people.make_contract(
            work, lift=body.lift, organisation=id, from_ms=from_ms, until_ms=until_ms
        )
        return Done(contract_shape(made), "contract", ("organisation", id), facts=days_of(made))

    return act_once(gate, principal, WRITE, once=once, act=act)


ContractPath = Annotated[str, Path(max_length=64)]


@router.patch(
    "/v1/organisations/{id}/contracts/{contract}",
    responses=described(ContractShape, "The contract as it is now"),
    openapi_extra=takes(ContractChange),
)
def end_contract(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    contract: ContractPath,
    version: TheVersion,
    body: Annotated[ContractChange, Depends(body_of(ContractChange))],
) -> Response:
    """Another last day, or none: it goes on until it is ended."""
    until_ms = None if body.last_day is None else _day_ms("last_day", body.last_day, days=1)

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        found = contract_of(work, id, contract)
        made = people.end_contract(work, found, version=version, until_ms=until_ms)
        about = ("organisation", id)
        return Done(contract_shape(made), "end_contract", about, facts=days_of(made))

    return change(gate, principal, WRITE, act=act)


@router.post(
    "/v1/organisations/{id}/contracts/{contract}/withdraw",
    responses=described(ContractList, "The contracts that are left"),
)
def withdraw_contract(
    *, gate: TheGate, principal: Writer, id: IdPath, contract: ContractPath, once: TheOnce
) -> Response:
    """Entered by mistake: as if it had never been, with what could be seen by it."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        found = contract_of(work, id, contract)
        work.delete_contract(found.id)
        left = ContractList([contract_shape(one) for one in work.contracts(organisation=id)])
        about = ("organisation", id)
        return Done(left, "withdraw_contract", about, 200, days_of(found))

    return act_once(gate, principal, WRITE, once=once, act=act)


def days_of(one: Contract) -> dict[str, str]:
    """A contract as the trail tells it: the lift, the first moment, the first one after it."""
    until = None if one.until_ms is None else rfc3339(one.until_ms)
    return {"lift": one.lift, "from": rfc3339(one.from_ms)} | ({"until": until} if until else {})


def contract_of(reads: PeopleReads, organisation: str, id: str) -> Contract:
    """A contract of an organisation; the problem `not-found` when it has no such."""
    found = (one for one in reads.contracts(organisation=organisation) if one.id == id)
    contract = next(found, None)
    if contract is None:
        raise Problem("not-found", f"there is no contract {shown(id)} of this organisation")
    return contract


def _day_ms(name: str, text: str, *, days: int = 0) -> int:
    """The beginning of a day of the estates' clock, or of one some days later."""
    try:
        return begin_ms(date_of(day_of(text) + days))
    except (ValueError, OverflowError) as error:
        raise BadParameter(name, f"{shown(text)} is no day") from error


def _found(reads: PeopleReads, id: str) -> Organisation:
    found = reads.organisation(id)
    if found is None:
        raise Problem("not-found", f"there is no organisation {shown(id)}")
    return found

"""`/v1/organisations/{id}/rotas`: who is on duty, by whom it is planned, and who is there now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Struct

from api.once import Done, TheOnce, TheVersion, act_once, body_of, change, takes
from api.own import led_organisation, own_organisation
from api.parameters import Moment, moment_ms
from api.parts import TheGate
from api.people_shapes import Nothing, told
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.rota_shapes import (
    NewRota,
    OnDutyList,
    RotaChange,
    RotaList,
    RotaShape,
    on_call_shape,
    plan_after,
    plan_of,
    rota_shape,
    warning_shape,
)
from api.shapes import answer, described
from liftwatch.access.duty import AT_MAX, AT_MIN, DutyRota
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import now_ms, rfc3339
from liftwatch.handlers import rotas
from liftwatch.said import Said

router = APIRouter(tags=["rotas"], responses=DOCUMENTED)
READ, WRITE, TAKE = "rotas.read", "rotas.write", "rotas.take"
IdPath = Annotated[str, Path(max_length=64)]
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Taker = Annotated[Principal, Depends(allow(TAKE))]
Body = Annotated[NewRota, Depends(body_of(NewRota))]


@router.get(
    "/v1/organisations/{id}/rotas",
    responses=described(RotaList, "Its rotas that are in force"),
)
def list_rotas(gate: TheGate, principal: Reader, id: IdPath) -> Response:
    """Of one's own organisation."""
    with gate.people.reading() as reads:
        own_organisation(reads, principal, READ, id=id)
        return answer(RotaList([rota_shape(one) for one in reads.rotas(id)]))


@router.post(
    "/v1/organisations/{id}/rotas",
    status_code=201,
    responses=described(RotaShape, "The rota", status=201),
    openapi_extra=takes(NewRota),
)
def make_rota(
    *, gate: TheGate, principal: Writer, id: IdPath, once: TheOnce, body: Body
) -> Response:
    """A new one, in force from now on."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        led_organisation(work, principal, WRITE, id=id)
        made = rotas.make_rota(work, id, plan_of(body), now_ms=at_ms)
        return Done(rota_shape(made), "make", ("rota", made.id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.get(
    "/v1/organisations/{id}/rotas/{rota}",
    responses=described(RotaShape, "The rota"),
)
def read_rota(*, gate: TheGate, principal: Reader, id: IdPath, rota: IdPath) -> Response:
    """One of them, also when it has ended."""
    with gate.people.reading() as reads:
        own_organisation(reads, principal, READ, id=id)
        return answer(rota_shape(found_rota(reads, id, rota)))


@router.patch(
    "/v1/organisations/{id}/rotas/{rota}",
    responses=described(RotaShape, "The rota as it is now"),
    openapi_extra=takes(RotaChange),
)
def change_rota(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    rota: IdPath,
    version: TheVersion,
    body: Annotated[Struct, Depends(body_of(RotaChange))],
) -> Response:
    """Another plan from now on; what is not named stays."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        led_organisation(work, principal, WRITE, id=id)
        found = found_rota(work, id, rota)
        plan = plan_after(found, told(body))
        made = rotas.change_rota(work, found, plan, version=version, now_ms=at_ms)
        return Done(rota_shape(made), "change", ("rota", rota))

    return change(gate, principal, WRITE, act=act)


@router.post(
    "/v1/organisations/{id}/rotas/{rota}/end",
    responses=described(RotaShape, "The rota, which has ended"),
)
def end_rota(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    rota: IdPath,
    version: TheVersion,
    once: TheOnce,
) -> Response:
    """From now on nobody is on duty by it."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        led_organisation(work, principal, WRITE, id=id)
        found = found_rota(work, id, rota)
        made = rotas.end_rota(work, found, version=version, now_ms=at_ms)
        return Done(rota_shape(made), "end", ("rota", rota), 200)

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/organisations/{id}/rotas/{rota}/take-over",
    responses=described(Nothing, "Noted"),
)
def take_over(
    *, gate: TheGate, principal: Taker, id: IdPath, rota: IdPath, once: TheOnce
) -> Response:
    """One says oneself that one has taken over one's duty: those before are relieved."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        own_organisation(work, principal, TAKE, id=id)
        found = found_rota(work, id, rota)
        rotas.take_over(work, found, principal.person or "", now_ms=at_ms)
        return Done(Nothing(), "take", ("rota", rota), 200)

    return act_once(gate, principal, TAKE, once=once, act=act)


@router.get(
    "/v1/organisations/{id}/on-duty",
    responses=described(OnDutyList, "Who is on duty, who is next, and what is the matter"),
)
def read_on_duty(gate: TheGate, principal: Reader, id: IdPath, *, at: Moment = None) -> Response:
    """At a moment, by default now; by the rotas as they are now."""
    asked_ms = moment_ms("at", at)
    at_ms = now_ms() if asked_ms is None else asked_ms
    if not AT_MIN <= at_ms <= AT_MAX:
        raise BadParameter("at", Said("%(at)s is too far away", at=shown(at or "")))
    with gate.people.reading() as reads:
        own_organisation(reads, principal, READ, id=id)
        found = rotas.on_duty(reads, id, at_ms)
        warnings = rotas.warnings(reads, id, at_ms)
    return answer(
        OnDutyList(
            at=rfc3339(at_ms),
            rotas=[on_call_shape(one) for one in found],
            warnings=[warning_shape(one) for one in warnings],
        )
    )


def found_rota(reads: PeopleReads, organisation: str, rota: str) -> DutyRota:
    """A rota of an organisation; the problem `not-found` for any other."""
    found = reads.rota(rota)
    if found is None or found.organisation != organisation:
        raise Problem(
            "not-found", Said("there is no rota %(rota)s of this organisation", rota=shown(rota))
        )
    return found

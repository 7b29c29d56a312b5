"""`/v1/people/{id}/identities` and `/v1/me/identities`: sign-ins elsewhere that stand for people.

A person links one by the console, where a browser is led to the provider; here they are listed and
ended, and an administrator writes down a subject.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.gate import Gate
from api.once import Done, TheOnce, act_once, body_of, takes
from api.parts import TheGate
from api.people_shapes import IdentityList, NewIdentity, identity_list
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from api.who import person_of
from liftwatch.access.identities import Asserted, Provider
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.handlers import identities
from liftwatch.said import Said

router = APIRouter(tags=["people"], responses=DOCUMENTED)
IdPath = Annotated[str, Path(max_length=64)]
WRITE, OWN = "people.write", "self.write"
STANDING = "The sign-ins elsewhere that stand for them now"


def provider_of(gate: Gate) -> Provider:
    """The provider; the problem `not-found` without one."""
    if gate.provider is None:
        raise Problem("not-found", Said("nobody signs in by OpenID Connect here"))
    return gate.provider


@router.get(
    "/v1/people/{id}/identities",
    dependencies=[Depends(allow("people.read"))],
    responses=described(IdentityList, STANDING),
)
def list_identities(gate: TheGate, id: IdPath) -> Response:
    """Somebody's."""
    with gate.people.reading() as reads:
        _found(reads, id)
        return answer(identity_list(identities.standing(reads, id)))


@router.post(
    "/v1/people/{id}/identities",
    status_code=201,
    responses=described(IdentityList, STANDING, status=201),
    openapi_extra=takes(NewIdentity),
)
def link_identity(
    *,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(WRITE))],
    id: IdPath,
    once: TheOnce,
    body: Annotated[NewIdentity, Depends(body_of(NewIdentity))],
) -> Response:
    """Let a subject of the installation's provider stand for somebody; the same twice is once."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, id)
        asserted = Asserted(provider_of(gate).issuer, body.subject)
        identities.link(work, id, asserted, now_ms=at_ms)
        standing = identities.standing(work, id)
        return Done(identity_list(standing), "identity", ("person", id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/people/{id}/identities/{identity}/end", responses=described(IdentityList, STANDING)
)
def end_identity(
    *,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(WRITE))],
    id: IdPath,
    identity: IdPath,
    once: TheOnce,
) -> Response:
    """It stands for them no more, and sessions that came of it are over."""
    return _end(gate, principal, WRITE, once=once, whose=(id, identity))


@router.get("/v1/me/identities", responses=described(IdentityList, STANDING))
def list_own(
    gate: TheGate, principal: Annotated[Principal, Depends(allow("self.read"))]
) -> Response:
    """One's own."""
    with gate.people.reading() as reads:
        return answer(identity_list(identities.standing(reads, person_of(principal))))


@router.post("/v1/me/identities/{id}/end", responses=described(IdentityList, STANDING))
def end_own(
    *,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(OWN))],
    id: IdPath,
    once: TheOnce,
) -> Response:
    """End one of one's own."""
    return _end(gate, principal, OWN, once=once, whose=(person_of(principal), id))


def _end(
    gate: Gate, principal: Principal, action: str, *, once: TheOnce, whose: tuple[str, str]
) -> Response:
    person, identity = whose

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, person)
        if identity not in {one.id for one in identities.standing(work, person)}:
            raise Problem("not-found", Said("they have no sign-in %(id)s", id=shown(identity)))
        identities.unlink(work, person, identity, now_ms=at_ms)
        standing = identities.standing(work, person)
        return Done(identity_list(standing), "identity.end", ("person", person), 200)

    return act_once(gate, principal, action, once=once, act=act)


def _found(reads: PeopleReads, id: str) -> None:
    if reads.person(id) is None:
        raise Problem("not-found", Said("there is no person %(id)s", id=shown(id)))

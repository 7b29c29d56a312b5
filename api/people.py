"""`/v1/people` for administrators, and `/v1/me` for what everybody does for themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.once import Done, TheOnce, TheVersion, act_once, body_of, change, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parts import TheGate
from api.people_shapes import (
    CredentialList,
    CredentialShape,
    NewKey,
    NewPassword,
    NewPerson,
    NewRole,
    Nothing,
    PersonChange,
    PersonList,
    PersonShape,
    RoleShape,
    credential_shape,
    person_shape,
    role_shape,
    told,
)
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from api.who import person_of
from liftwatch.access.people import AccessError, Person, check_text
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people, sign_in
from liftwatch.handlers.sign_in import KEYS_MAX, Refused
from liftwatch.said import Said

router = APIRouter(tags=["people"], responses=DOCUMENTED)
LIST = "people"
IdPath = Annotated[str, Path(max_length=64)]
Reader = Depends(allow("people.read"))
WRITE, OWN = "people.write", "self.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]
Myself = Annotated[Principal, Depends(allow(OWN))]


@router.get(
    "/v1/people",
    dependencies=[Reader],
    responses=described(PersonList, "People in order of their login"),
)
def list_people(gate: TheGate, limit: Limit = LIMIT_DEFAULT, cursor: Cursor = None) -> Response:
    """All of them, disabled ones too, with their roles."""
    after = read_cursor(cursor, LIST, str) if cursor else ""
    with gate.people.reading() as reads:
        rows = reads.people(after=after, limit=limit + 1)
        page, more = rows[:limit], len(rows) > limit
        roles = reads.memberships([one.id for one in page])
    following = write_cursor(LIST, page[-1].login) if more else None
    return answer(PersonList([person_shape(one, roles) for one in page], following))


@router.post(
    "/v1/people",
    status_code=201,
    responses=described(PersonShape, "The person", status=201),
    openapi_extra=takes(NewPerson),
)
def make_person(
    *,
    gate: TheGate,
    principal: Writer,
    once: TheOnce,
    body: Annotated[NewPerson, Depends(body_of(NewPerson))],
) -> Response:
    """Somebody new, without a role yet."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        made = people.make_person(
            work,
            login=body.login,
            name=body.name,
            phone=body.phone,
            email=body.email,
            password=body.password,
            now_ms=at_ms,
        )
        return Done(person_shape(made, []), "make", ("person", made.id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.get(
    "/v1/people/{id}", dependencies=[Reader], responses=described(PersonShape, "The person")
)
def read_person(gate: TheGate, id: IdPath) -> Response:
    """One of them."""
    with gate.people.reading() as reads:
        return answer(_shape(reads, _found(reads, id)))


@router.patch(
    "/v1/people/{id}",
    responses=described(PersonShape, "The person as they are now"),
    openapi_extra=takes(PersonChange),
)
def change_person(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    version: TheVersion,
    body: Annotated[PersonChange, Depends(body_of(PersonChange))],
) -> Response:
    """Another name or number; disabled or welcome again."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, id)
        made = people.change_person(work, id, version=version, now_ms=at_ms, **told(body))
        return Done(_shape(work, made), "change", ("person", id))

    return change(gate, principal, WRITE, act=act)


@router.post(
    "/v1/people/{id}/roles",
    status_code=201,
    responses=described(RoleShape, "The role", status=201),
    openapi_extra=takes(NewRole),
)
def give_role(
    *,
    gate: TheGate,
    principal: Writer,
    id: IdPath,
    once: TheOnce,
    body: Annotated[NewRole, Depends(body_of(NewRole))],
) -> Response:
    """From now on; the same role twice is once."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        _found(work, id)
        made = people.grant(
            work, id, body.role, organisation=body.organisation, now_ms=at_ms, lead=body.lead
        )
        return Done(role_shape(made), f"give.{body.role}", ("person", id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/people/{id}/roles/{role}/withdraw",
    responses=described(PersonShape, "The person as they are now"),
)
def withdraw_role(
    *, gate: TheGate, principal: Writer, id: IdPath, role: IdPath, once: TheOnce
) -> Response:
    """From now on; the last administrator keeps theirs."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        person = _found(work, id)
        people.withdraw(work, id, role, now_ms=at_ms)
        return Done(_shape(work, person), "withdraw", ("person", id), 200)

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/people/{id}/link",
    status_code=201,
    responses=described(CredentialShape, "The link's secret: open /enter/SECRET", status=201),
)
def make_link(*, gate: TheGate, principal: Writer, id: IdPath, once: TheOnce) -> Response:
    """A link that signs somebody in once, within half an hour."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        person = _found(work, id)
        if person.disabled_ms is not None:
            raise AccessError(Said("who is disabled may not come in"))
        made = sign_in.issue(work, id, "link", now_ms=at_ms)
        shape = credential_shape(made.credential, secret=made.secret)
        return Done(shape, "link", ("person", id))

    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/me/password",
    responses=described(Nothing, "Done: whatever was signed in is over"),
    openapi_extra=takes(NewPassword),
)
def change_password(
    *,
    gate: TheGate,
    principal: Myself,
    once: TheOnce,
    body: Annotated[NewPassword, Depends(body_of(NewPassword))],
) -> Response:
    """Another password; every sign-in, key and session of one's own ends."""
    person = person_of(principal)
    try:
        sign_in.sign_in(gate.people, principal.name, body.password, now_ms=now_ms())
    except Refused as refused:
        raise Problem("forbidden", Said("this is not your password, or it is locked")) from refused

    def act(work: PeopleWork, at_ms: int) -> Done:
        people.set_password(work, person, body.next, now_ms=at_ms)
        return Done(Nothing(), "password", ("person", person), 200)

    return act_once(gate, principal, OWN, once=once, act=act)


@router.get("/v1/me/credentials", responses=described(CredentialList, "What stands for one now"))
def list_credentials(
    gate: TheGate, principal: Annotated[Principal, Depends(allow("self.read"))]
) -> Response:
    """One's own keys, sessions and sign-ins."""
    with gate.people.reading() as reads:
        found = reads.credentials(person_of(principal), now_ms=now_ms())
    return answer(CredentialList([credential_shape(one) for one in found]))


@router.post(
    "/v1/me/keys",
    status_code=201,
    responses=described(CredentialShape, "The key, with its secret", status=201),
    openapi_extra=takes(NewKey),
)
def make_key(
    *,
    gate: TheGate,
    principal: Myself,
    once: TheOnce,
    body: Annotated[NewKey, Depends(body_of(NewKey))],
) -> Response:
    """A key for a machine that acts for one."""
    person = person_of(principal)
    # A key has no more than its own to give: none named would be all that its person may.
    roles = body.roles or (sorted(principal.roles) if principal.by == "key" else [])

    def act(work: PeopleWork, at_ms: int) -> Done:
        wrong = [role for role in body.roles if role not in principal.roles]
        if wrong:
            raise AccessError(Said("%(wrong)s is not a role of yours", wrong=shown(wrong[0])))
        keys = [o for o in work.credentials(person, now_ms=at_ms) if o.kind == "key"]
        if len(keys) >= KEYS_MAX:
            raise AccessError(Said("%(most)s keys are the limit: end one first", most=KEYS_MAX))
        made = sign_in.issue(
            work,
            person,
            "key",
            now_ms=at_ms,
            label=check_text(Said("label"), body.label),
            roles=tuple(roles),
            lives_ms=body.days * DAY_MS,
        )
        shape = credential_shape(made.credential, secret=made.secret)
        return Done(shape, "key", ("credential", made.credential.id))

    return act_once(gate, principal, OWN, once=once, act=act)


@router.post(
    "/v1/me/credentials/{id}/end", responses=described(CredentialList, "What stands for one now")
)
def end_credential(*, gate: TheGate, principal: Myself, id: IdPath, once: TheOnce) -> Response:
    """End a key, or a session with all that came of it."""
    person = person_of(principal)

    def act(work: PeopleWork, at_ms: int) -> Done:
        mine = {one.id: one for one in work.credentials(person, now_ms=at_ms)}
        if id not in mine:
            raise Problem("not-found", Said("you have no credential %(id)s", id=shown(id)))
        work.end_credentials(now_ms=at_ms, family=mine[id].family)
        left = work.credentials(person, now_ms=at_ms)
        shape = CredentialList([credential_shape(one) for one in left])
        return Done(shape, "end", ("credential", id), 200)

    return act_once(gate, principal, OWN, once=once, act=act)


def _shape(reads: PeopleReads, person: Person) -> PersonShape:
    return person_shape(person, reads.memberships([person.id]))


def _found(reads: PeopleReads, id: str) -> Person:
    found = reads.person(id)
    if found is None:
        raise Problem("not-found", Said("there is no person %(id)s", id=shown(id)))
    return found

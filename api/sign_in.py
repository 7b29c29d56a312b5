"""`/v1/auth` and `/v1/me`: passwords and refresh tokens for bearer tokens, and who one is."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Form, Request, Response

from api.gate import Gate
from api.parts import TheGate
from api.principal import Principal, allow, unauthenticated
from api.problems import DOCUMENTED, BadParameter, Problem
from api.shapes import answer
from api.who import Where, client_of, where_of
from liftwatch.access.people import Credential, CredentialKind, Person
from liftwatch.access.rights import ACTIONS, may
from liftwatch.access.secrets import digest
from liftwatch.access.sight import sight_of
from liftwatch.access.tokens import LIVES_MS, Token, write_token
from liftwatch.audit.entry import NOBODY, Act, Outcome
from liftwatch.clock import MINUTE_MS, now_ms
from liftwatch.handlers import sign_in
from liftwatch.handlers.sign_in import Made, Refused
from liftwatch.said import Said

router = APIRouter(tags=["sign-in"], responses=DOCUMENTED)
Field = Annotated[str, Form(max_length=2_048)]
WRONG = Said("login or password is wrong, or too many wrong ones have locked the login for a while")


class Asked(NamedTuple):
    """The form of RFC 6749: a password, or a refresh token."""

    grant_type: str
    username: str
    password: str
    refresh_token: str


def asked(
    *,
    grant_type: Field = "password",
    username: Field = "",
    password: Field = "",
    refresh_token: Field = "",
) -> Asked:
    """What the form says."""
    return Asked(grant_type, username, password, refresh_token)


@router.post("/v1/auth/token", dependencies=[Depends(allow("sign.in"))])
def token(request: Request, gate: TheGate, form: Annotated[Asked, Depends(asked)]) -> Response:
    """A bearer token for 15 minutes, and a refresh token that is good once."""
    check_pace(request, gate)
    at_ms = now_ms()
    if form.grant_type == "password":
        person, made = enter(
            gate, where_of(request), "refresh", secrets=(form.username, form.password)
        )
        return answer(_tokens(gate, person, made, at_ms=at_ms))
    if form.grant_type != "refresh_token":
        raise BadParameter("grant_type", Said("is neither `password` nor `refresh_token`"))
    with gate.people.begin() as work:
        renewed = sign_in.refresh(work, form.refresh_token, now_ms=at_ms)
        found = None if renewed is None else work.person(renewed.credential.person)
        whose = None if found is None else found.id
        outcome: Outcome = "done" if found else "refused"
        work.audit(entrance_act(where_of(request), whose, "refresh", at_ms=at_ms, outcome=outcome))
    if renewed is None or found is None:
        raise unauthenticated(Said("the refresh token is over, or was used before"))
    return answer(_tokens(gate, found, renewed, at_ms=at_ms))


def enter(
    gate: Gate, where: Where, kind: CredentialKind, *, secrets: tuple[str, str]
) -> tuple[Person, Made]:
    """The person of a login and a password, and what begins their sign-in; noted either way.

    Raises the problem `unauthenticated`.
    """
    at_ms, (login, password) = now_ms(), secrets
    try:
        person = sign_in.sign_in(gate.people, login, password, now_ms=at_ms)
    except Refused as refused:
        gate.note(entrance_act(where, refused.person, refused.why, at_ms=at_ms, outcome="refused"))
        raise unauthenticated(WRONG) from refused
    with gate.people.begin() as work:
        work.audit(entrance_act(where, person.id, "password", at_ms=at_ms))
        return person, sign_in.issue(work, person.id, kind, now_ms=at_ms)


def entrance_act(
    where: Where, person: str | None, what: str, *, at_ms: int, outcome: Outcome = "done"
) -> Act:
    """Somebody came in, went, or was kept out."""
    return Act(
        at_ms=at_ms,
        person=person or NOBODY,
        action="sign.in",
        target_kind="service",
        outcome=outcome,
        channel=where.channel,
        address=where.address,
        detail={"what": what},
    )


def _tokens(gate: Gate, person: Person, made: Made, *, at_ms: int) -> dict[str, Any]:
    said = Token(
        person=person.id,
        epoch=person.epoch,
        family=made.credential.family,
        expires_ms=at_ms + LIVES_MS,
    )
    return {
        "access_token": write_token(said, secret=gate.secret),
        "token_type": "bearer",
        "expires_in": LIVES_MS // 1000,
        "refresh_token": made.secret,
    }


@router.post("/v1/auth/revoke", status_code=204, dependencies=[Depends(allow("sign.in"))])
def revoke(request: Request, gate: TheGate, token: Field) -> Response:
    """End the sign-in of a refresh token; of what is not ours nothing is said (RFC 7009)."""
    leave(gate, where_of(request), token)
    return Response(status_code=204)


def leave(gate: Gate, where: Where, secret: str) -> Credential | None:
    """End the sign-in a secret belongs to; None when it belongs to none."""
    at_ms = now_ms()
    with gate.people.begin() as work:
        held = work.credential(digest(secret))
        if sign_in.sign_out(work, secret, now_ms=at_ms) and held is not None:
            work.audit(entrance_act(where, held.person, "out", at_ms=at_ms))
            return held
    return None


@router.get("/v1/me")
def me(principal: Annotated[Principal, Depends(allow("self.read"))]) -> Response:
    """Who one is, in which roles, what one may do, and where."""
    roles = principal.roles
    sight = sight_of(principal.grants, ACTIONS["lifts.read"].roles)
    return answer(
        {
            "login": principal.name,
            "roles": [
                {"role": one.role, "organisation": one.organisation or None}
                for one in principal.grants
            ],
            "actions": [name for name, action in ACTIONS.items() if may(roles, action)],
            "sees": {
                "everything": sight.everything,
                "places": sight.places,
                "contracts_of": sight.contracts_of,
            },
        }
    )


def check_pace(request: Request, gate: Gate) -> None:
    """The problem `too-many` for an address that tries too often."""
    if not gate.may_try(client_of(request)):
        retry = {"Retry-After": str(MINUTE_MS // 1000)}
        raise Problem(
            "too-many", Said("too many tries from this address: wait a minute"), headers=retry
        )

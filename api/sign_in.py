"""`/v1/auth` and `/v1/me`: passwords and refresh tokens for bearer tokens, and who one is."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Form, Request, Response

from api.gate import Gate
from api.parts import TheGate
from api.principal import Principal, allow, unauthenticated
from api.problems import DOCUMENTED, BadParameter, Problem
from api.shapes import answer
from liftwatch.access.people import Person
from liftwatch.access.rights import ACTIONS, may
from liftwatch.access.sight import sight_of
from liftwatch.access.tokens import LIVES_MS, Token, write_token
from liftwatch.clock import MINUTE_MS, now_ms
from liftwatch.handlers import sign_in
from liftwatch.handlers.sign_in import Made, Refused

router = APIRouter(tags=["sign-in"], responses=DOCUMENTED)
Field = Annotated[str, Form(max_length=2_048)]
WRONG = "login or password is wrong, or too many wrong ones have locked the login for a while"


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
        person, made = signed_in(gate, form.username, form.password)
        return answer(_tokens(gate, person, made, at_ms=at_ms))
    if form.grant_type != "refresh_token":
        raise BadParameter("grant_type", "is neither `password` nor `refresh_token`")
    with gate.people.begin() as work:
        renewed = sign_in.refresh(work, form.refresh_token, now_ms=at_ms)
        found = None if renewed is None else work.person(renewed.credential.person)
    if renewed is None or found is None:
        raise unauthenticated("the refresh token is over, or was used before")
    return answer(_tokens(gate, found, renewed, at_ms=at_ms))


def signed_in(gate: Gate, login: str, password: str) -> tuple[Person, Made]:
    """The person of a password, and the refresh token that begins their sign-in."""
    at_ms = now_ms()
    try:
        person = sign_in.sign_in(gate.people, login, password, now_ms=at_ms)
    except Refused as refused:
        raise unauthenticated(WRONG) from refused
    with gate.people.begin() as work:
        return person, sign_in.issue(work, person.id, "refresh", now_ms=at_ms)


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
def revoke(gate: TheGate, token: Field) -> Response:
    """End the sign-in of a refresh token; of what is not ours nothing is said (RFC 7009)."""
    with gate.people.begin() as work:
        sign_in.sign_out(work, token, now_ms=now_ms())
    return Response(status_code=204)


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
    if not gate.may_try(request.client.host if request.client else ""):
        retry = {"Retry-After": str(MINUTE_MS // 1000)}
        raise Problem("too-many", "too many tries from this address: wait a minute", headers=retry)

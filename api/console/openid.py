"""Coming in by an OpenID provider: to it, and back with a code that is good once.

What binds the way back to the browser that began is a cookie of its own, which lives ten minutes.
Whatever fails leads to a page that says so in a line.
"""

from typing import Annotated, NamedTuple
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace

from api.console.entrance import with_session
from api.console.language import own_path
from api.gate import Gate
from api.given import is_encrypted, is_own_page
from api.identities import provider_of
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import Problem
from api.sign_in import check_pace, entrance_act
from api.trail import act_of
from api.who import where_of
from liftwatch.access.identities import (
    Asserted,
    Attempt,
    Provider,
    ProviderAway,
    ProviderRefused,
    Returned,
    Way,
)
from liftwatch.access.people import AccessError
from liftwatch.access.rights import ACTIONS
from liftwatch.clock import now_ms
from liftwatch.handlers import identities
from liftwatch.said import Said

log = structlog.get_logger()
router = APIRouter(include_in_schema=False)
START, BACK, OWN_PAGE = "/sign-in/openid", "/sign-in/openid/back", "/me"
COOKIE, COOKIE_OF_TLS = "lw_openid", "__Host-lw_openid"
"""With TLS a name that no neighbour of ours can set: it could have a victim finish its own way."""
Value = Annotated[str, Query(max_length=4_096)]
Whoever = Annotated[Principal, Depends(allow("sign.in"))]


class Failed(Exception):
    """The way ends here: a row of `entrance.FAILED`, and what is noted of whom."""

    def __init__(
        self, what: str, *, person: str | None = None, asserted: Asserted | None = None
    ) -> None:
        super().__init__(what)
        self.what, self.person, self.asserted = what, person, asserted


class Brought(NamedTuple):
    """What comes back in the address (RFC 6749, 4.1.2; RFC 9207)."""

    state: str
    code: str
    error: str
    issuer: str | None


def brought(
    *, state: Value = "", code: Value = "", error: Value = "", iss: Value | None = None
) -> Brought:
    """What the address says."""
    return Brought(state, code, error, iss)


@router.get(START)
def start(
    request: Request,
    gate: TheGate,
    principal: Whoever,
    *,
    next: Annotated[str, Query(max_length=2_000)] = "/",
) -> Response:
    """To the provider, from a page of ours."""
    del principal
    if not is_own_page(request):
        raise Problem("forbidden", Said("this did not come from a page of ours"))
    check_pace(request, gate)
    back = own_path(next)
    try:
        to, browser = set_out(request, gate, back=back)
    except Failed as failed:
        return _told(request, gate, failed, back=back)
    response = RedirectResponse(to, status_code=303, headers={"Cache-Control": "no-store"})
    keep_browser(request, response, browser)
    return response


def set_out(
    request: Request, gate: Gate, *, back: str, person: str | None = None
) -> tuple[str, str]:
    """The provider's address for one attempt, and what the browser keeps. Raises Failed."""
    provider = provider_of(gate)
    with gate.people.begin() as work:
        state, browser = identities.begin(work, back=back, now_ms=now_ms(), person=person)
    try:
        return provider.address(_way(request, gate, state=state, browser=browser)), browser
    except ProviderAway as away:
        raise _away(provider, away) from away


def keep_browser(request: Request, response: Response, browser: str) -> None:
    """The cookie of an attempt. A later one takes its place: of two tabs the last one comes in."""
    response.set_cookie(
        cookie_of(request),
        browser,
        max_age=identities.LIVES_MS // 1000,
        httponly=True,
        samesite="lax",  # what comes back is led here by another site
        secure=is_encrypted(request),
    )


def cookie_of(request: Request) -> str:
    """The name of the cookie of an attempt."""
    return COOKIE_OF_TLS if is_encrypted(request) else COOKIE


@router.get(BACK)
def back(
    request: Request,
    gate: TheGate,
    principal: Whoever,
    *,
    said: Annotated[Brought, Depends(brought)],
) -> Response:
    """From the provider: a session begins, or a sign-in is linked."""
    provider_of(gate)
    browser = request.cookies.get(cookie_of(request), "")
    with gate.people.begin() as work:  # over whatever comes of it
        attempt = identities.returned(work, said.state, browser, now_ms=now_ms())
    if attempt is None:
        check_pace(request, gate)  # one that was begun has been counted
    try:
        if attempt is None:
            raise Failed("state")
        way = _way(request, gate, state=said.state, browser=browser)
        asserted = _asserted(gate, said, way)
        if attempt.person is not None:
            response = _link(gate, principal, attempt, asserted=asserted)
        else:
            response = _come_in(request, gate, attempt, asserted=asserted)
    except Failed as failed:
        to_me = attempt is not None and attempt.person is not None
        here = "/" if attempt is None else attempt.back
        response = _told(request, gate, failed, back=here, page=OWN_PAGE if to_me else "/sign-in")
    encrypted = is_encrypted(request)
    response.delete_cookie(cookie_of(request), secure=encrypted, httponly=True, samesite="lax")
    return response


def _asserted(gate: Gate, said: Brought, way: Way) -> Asserted:
    """Whom the provider vouches for. Raises Failed."""
    provider = provider_of(gate)
    if said.error or not said.code:
        raise Failed("denied")
    try:
        return provider.identify(Returned(said.code, said.issuer), way, now_ms=now_ms())
    except ProviderAway as away:
        raise _away(provider, away) from away
    except ProviderRefused as refused:
        log.warning("a sign-in by OpenID is refused", provider=provider.issuer, why=str(refused))
        raise Failed("refused") from refused


def _come_in(request: Request, gate: Gate, attempt: Attempt, *, asserted: Asserted) -> Response:
    at_ms = now_ms()
    with gate.people.begin() as work:
        person, made = identities.come_in(work, asserted, now_ms=at_ms)
        if made is not None:
            work.audit(entrance_act(where_of(request), person, "openid", at_ms=at_ms))
    if made is None:
        raise Failed("unknown", person=person, asserted=asserted)
    return with_session(request, made, to=attempt.back)


def _link(gate: Gate, principal: Principal, attempt: Attempt, *, asserted: Asserted) -> Response:
    """Whoever began is still who is signed in with this browser."""
    person = attempt.person
    if person is None or principal.person != person or principal.by != "session":
        raise Failed("state", person=person)
    at_ms = now_ms()
    try:
        with gate.people.begin() as work:
            identities.link(work, person, asserted, now_ms=at_ms)
            work.audit(
                act_of(
                    principal,
                    ACTIONS["self.write"],
                    ("person", person),
                    at_ms=at_ms,
                    detail={"what": "identity"},
                )
            )
    except AccessError as error:
        raise Failed("taken", person=person) from error
    return RedirectResponse(attempt.back, status_code=303)


def _told(
    request: Request, gate: Gate, failed: Failed, *, back: str, page: str = "/sign-in"
) -> Response:
    """Noted, and said on a page without the code in its address."""
    act = entrance_act(
        where_of(request),
        failed.person,
        f"openid.{failed.what}",
        at_ms=now_ms(),
        outcome="refused",
    )
    if failed.asserted is not None:
        act = replace(act, private=failed.asserted._asdict())
    gate.note(act)
    query = {"failed": failed.what} | ({} if page == OWN_PAGE else {"next": back})
    return RedirectResponse(f"{page}?{urlencode(query)}", status_code=303)


def _way(request: Request, gate: Gate, *, state: str, browser: str) -> Way:
    url = f"{request.url.scheme}://{request.url.netloc}{BACK}"
    return identities.way_of(state, browser, secret=gate.secret, redirect_uri=url)


def _away(provider: Provider, away: ProviderAway) -> Failed:
    log.warning("the OpenID provider cannot be asked", provider=provider.issuer, why=str(away))
    return Failed("away")

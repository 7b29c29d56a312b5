"""Signing in and out with a browser: a page, a link that is good once, and the cookie."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.language import own_path
from api.console.render import render
from api.given import forget_session, is_encrypted, is_own_page, session_name, session_of
from api.parts import TheGate
from api.principal import allow
from api.problems import Problem
from api.sign_in import check_pace, enter, entrance_act, leave
from api.who import where_of
from liftwatch.audit.entry import Outcome
from liftwatch.clock import now_ms
from liftwatch.handlers import sign_in
from liftwatch.handlers.sign_in import LIVES_MS, Made

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=2_048)]


@router.get("/sign-in", dependencies=[Depends(allow("sign.in"))])
def page(request: Request, next: Annotated[str, Query(max_length=2_000)] = "/") -> Response:
    """Login and password."""
    return render(request, "sign_in.html", {"next": own_path(next), "wrong": False, "login": ""})


@router.post("/sign-in", dependencies=[Depends(allow("sign.in"))])
def come_in(
    *, request: Request, gate: TheGate, login: Text = "", password: Text = "", next: Text = "/"
) -> Response:
    """Begin a session and go on to the page that was asked for."""
    if not is_own_page(request):
        raise Problem("forbidden", "this did not come from a page of ours")
    check_pace(request, gate)
    try:
        _, made = enter(gate, where_of(request), "session", secrets=(login, password))
    except Problem:
        values = {"next": own_path(next), "wrong": True, "login": login[:64]}
        return render(request, "sign_in.html", values, status=401)
    return with_session(request, made, to=own_path(next))


@router.get("/enter/{secret}", dependencies=[Depends(allow("sign.in"))])
def follow_link(request: Request, gate: TheGate, secret: str) -> Response:
    """A link that is good once begins a session."""
    check_pace(request, gate)
    at_ms = now_ms()
    with gate.people.begin() as work:
        made = sign_in.follow_link(work, secret, now_ms=at_ms)
        whose = None if made is None else made.credential.person
        outcome: Outcome = "refused" if made is None else "done"
        work.audit(entrance_act(where_of(request), whose, "link", at_ms=at_ms, outcome=outcome))
    if made is None:
        raise Problem("not-found", "this link is over, or was used before")
    return with_session(request, made, to="/")


@router.post("/sign-out", dependencies=[Depends(allow("self.write"))])
def go(request: Request, gate: TheGate) -> Response:
    """End the session."""
    leave(gate, where_of(request), session_of(request))
    response = RedirectResponse("/sign-in", status_code=303)
    forget_session(request, response)
    return response


def with_session(request: Request, made: Made, *, to: str) -> Response:
    """Go on to a page, with the cookie of a session."""
    response = RedirectResponse(to, status_code=303)
    response.set_cookie(
        session_name(request),
        made.secret,
        max_age=LIVES_MS["session"] // 1000,
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )
    return response

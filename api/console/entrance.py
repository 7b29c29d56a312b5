"""Signing in and out with a browser: a page, a link that is good once, and the cookie."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.kept_page import kept_page, safe
from api.console.language import own_path
from api.console.marks import N_
from api.console.render import render
from api.gate import Gate
from api.given import forget_session, is_encrypted, is_own_page, session_name, session_of
from api.kept import Kept, brought_back
from api.parts import TheGate, ThePart
from api.principal import allow
from api.problems import Problem
from api.sign_in import check_pace, enter, entrance_act, leave
from api.who import where_of
from liftwatch.audit.entry import Outcome
from liftwatch.clock import now_ms
from liftwatch.handlers import sign_in
from liftwatch.handlers.identities import LABEL
from liftwatch.handlers.sign_in import LIVES_MS, Made
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=2_048)]

FAILED = {
    "state": N_("This way in was used before, is too old, or began in another browser: try again."),
    "denied": N_("%(provider)s did not let you through, or you broke it off."),
    "away": N_("%(provider)s cannot be asked at the moment. Your login and password work as ever."),
    "refused": N_("What %(provider)s said cannot be trusted, so nobody is signed in: try again."),
    "unknown": N_(
        "Nobody here knows this sign-in at %(provider)s. Sign in with your password and link it on"
        " your own page, or ask an administrator."
    ),
    "taken": N_("This sign-in at %(provider)s is somebody else's here, or one too many."),
}
"""What can go wrong by a provider, and what `/sign-in` and `/me` say of it."""


@router.get("/sign-in", dependencies=[Depends(allow("sign.in"))])
def page(
    request: Request,
    parts: ThePart,
    next: Annotated[str, Query(max_length=2_000)] = "/",
    *,
    failed: Annotated[str, Query(max_length=32)] = "",
    left: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Login and password, and the way by a provider; why that failed, or what is left to do."""
    provider = parts.gate.provider if parts.gate else None
    farewell = provider.farewell() if provider and left else None
    return _page(request, parts.gate, back=next, failed=FAILED.get(failed), farewell=farewell)


def _page(
    request: Request,
    gate: Gate | None,
    *,
    back: str,
    wrong: bool = False,
    login: str = "",
    failed: str | None = None,
    farewell: str | None = None,
    kept: Kept | None = None,
) -> Response:
    provider = gate.provider if gate else None
    values = {
        "next": own_path(back),
        "wrong": wrong,
        "login": login[:64],
        "openid": provider.label if provider else None,
        "failed": failed if provider else None,
        "farewell": farewell,
        "kept": kept and safe(kept),
    }
    return render(request, "sign_in.html", values, status=401 if wrong or kept else 200)


def sign_in_again(request: Request, gate: Gate | None, kept: Kept) -> Response:
    """The way in for somebody whose sign-in was over when their form came: it holds the form."""
    return _page(request, gate, back=kept.back, kept=kept)


@router.post("/sign-in", dependencies=[Depends(allow("sign.in"))])
def come_in(
    *,
    request: Request,
    gate: TheGate,
    kept: Annotated[Kept | None, Depends(brought_back)],
    login: Text = "",
    password: Text = "",
    next: Text = "/",
) -> Response:
    """Begin a session and go on to the page that was asked for, or to what was typed before."""
    if not is_own_page(request):
        raise Problem("forbidden", Said("this did not come from a page of ours"))
    check_pace(request, gate)
    try:
        _, made = enter(gate, where_of(request), "session", secrets=(login, password))
    except Problem:
        return _page(request, gate, back=next, wrong=True, login=login, kept=kept)
    if kept is not None:
        page = kept_page(request, gate, kept, secret=made.secret)
        return put_session(request, page, made)
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
        raise Problem("not-found", Said("this link is over, or was used before"))
    return with_session(request, made, to="/")


@router.post("/sign-out", dependencies=[Depends(allow("self.write"))])
def go(request: Request, gate: TheGate) -> Response:
    """End the session."""
    held = leave(gate, where_of(request), session_of(request))
    elsewhere = held is not None and held.label.startswith(LABEL)
    response = RedirectResponse("/sign-in?left=openid" if elsewhere else "/sign-in", 303)
    forget_session(request, response)
    return response


def with_session(request: Request, made: Made, *, to: str) -> Response:
    """Go on, with the cookie of a session that has just begun."""
    return put_session(request, RedirectResponse(to, status_code=303), made)


def put_session(request: Request, response: Response, made: Made) -> Response:
    """An answer with the cookie of a session that has just begun."""
    response.set_cookie(
        session_name(request),
        made.secret,
        max_age=LIVES_MS["session"] // 1000,
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )
    return response

"""One's own page: the sign-ins elsewhere that stand for one, to be linked and ended."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.entrance import FAILED
from api.console.forms import Sent, TheForm, done, fresh_key
from api.console.language import Language
from api.console.openid import (
    OWN_PAGE,
    Failed,
    keep_browser,
    set_out,
)
from api.console.render import language_of, render
from api.gate import Gate
from api.given import session_of
from api.identities import provider_of
from api.once import Done
from api.parts import TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.problems import BadParameter, Problem
from api.sign_in import WRONG, check_pace
from api.who import person_of
from liftwatch.access.identities import Identity
from liftwatch.access.secrets import digest
from liftwatch.access.store import PeopleWork
from liftwatch.clock import estate_day, now_ms
from liftwatch.handlers import identities, sign_in
from liftwatch.handlers.sign_in import Refused
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
OWN = "self.write"
STALE = Said(
    "you have no password, and signed in too long ago: ask an administrator for a link that signs"
    " in once"
)


@router.get(OWN_PAGE)
def page(
    request: Request,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow("self.read"))],
    *,
    failed: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Who one is here, and by what else one may sign in."""
    return _page(request, gate, principal, failed=failed)


@router.post(OWN_PAGE)
def change(
    request: Request,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(OWN))],
    *,
    form: TheForm,
) -> Response:
    """To the provider, to link a sign-in there; or the end of one."""
    if form.text("what") == "link":
        return _link(request, gate, principal, form=form)
    if form.text("what") != "end":
        raise BadParameter("what", Said("is neither link nor end"))
    person = person_of(principal)

    def end(work: PeopleWork, at_ms: int) -> Done:
        identities.unlink(work, person, form.text("identity"), now_ms=at_ms)
        return Done(Nothing(), "identity.end", ("person", person))

    wrong = done(gate, principal, OWN, form=form, act=end)
    if wrong:
        return _page(request, gate, principal, wrong=wrong)
    return RedirectResponse(OWN_PAGE, status_code=303)


def _link(request: Request, gate: Gate, principal: Principal, *, form: Sent) -> Response:
    """Show that one is still oneself, and go on to the provider.

    The page leads there by itself: a form may send to us alone, and that counts for redirects too.
    """
    provider = provider_of(gate)
    check_pace(request, gate)
    wrong = _not_oneself(request, gate, principal, password=form.text("password"))
    if wrong:
        return _page(request, gate, principal, wrong=wrong)
    try:
        to, browser = set_out(request, gate, back=OWN_PAGE, person=person_of(principal))
    except Failed as failed:
        return _page(request, gate, principal, failed=failed.what)
    response = render(request, "onward.html", {"to": to, "provider": provider.label})
    keep_browser(request, response, browser)
    return response


def _not_oneself(
    request: Request, gate: Gate, principal: Principal, *, password: str
) -> Said | None:
    """None for who has just typed their password, or has none and has just come in."""
    at_ms = now_ms()
    with gate.people.reading() as reads:
        person = reads.person(person_of(principal))
        held = reads.credential(digest(session_of(request)))
    # A session of few roles may not make a way in that has all.
    if person is None or principal.by != "session" or held is None or held.roles:
        raise Problem("forbidden", Said("only a full session of your own links a sign-in"))
    if person.password is None:
        return None if at_ms - held.made_ms <= identities.FRESH_MS else STALE
    try:
        sign_in.sign_in(gate.people, person.login, password, now_ms=at_ms)
    except Refused:
        return WRONG
    return None


def _page(
    request: Request,
    gate: Gate,
    principal: Principal,
    *,
    wrong: Said | None = None,
    failed: str = "",
) -> Response:
    language = language_of(request)
    with gate.people.reading() as reads:
        person = reads.person(person_of(principal))
        held = identities.standing(reads, person_of(principal))
    values = {
        "one": person,
        "identities": [identity_row(one, language) for one in held],
        "openid": None if gate.provider is None else gate.provider.label,
        "asks_password": person is not None and person.password is not None,
        "failed": FAILED.get(failed),
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "me.html", values, status=422 if wrong else 200)


def identity_row(one: Identity, language: Language) -> dict[str, str | None]:
    """A sign-in elsewhere as a page shows it."""
    return {
        "id": one.id,
        "issuer": one.issuer,
        "subject": one.subject,
        "since": language.day(estate_day(one.made_ms)),
        "used": None if one.used_ms is None else language.day(estate_day(one.used_ms)),
    }

"""Who is asking, and whether they may: every route declares its action of the table of rights.

As long as an installation has no administrator there is one principal, `local`: whoever is on this
machine, by address and by name, while nobody else is served. From the first administrator on
(`liftwatch admin create`) whoever asks signs in.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import anyio.to_thread
from fastapi import Request

from api.gate import Gate
from api.given import CSRF, Given, given_of, is_own_page
from api.guard import is_here
from api.kept import keep_form
from api.parts import Parts
from api.problems import Problem
from api.quick import quickly
from api.trail import is_logged, note_read
from api.who import LOCAL, NOBODY, Principal, where_of
from liftwatch.access.rights import ACTIONS, Action, may
from liftwatch.access.sight import Sight, sight_of
from liftwatch.clock import now_ms
from liftwatch.said import Said

ENTRANCE = "sign.in"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Allow:
    """A route's dependency that declares its action, and refuses whoever may not."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Principal:
        """The principal; the problem `unauthenticated` or `forbidden`.

        What they may see by this action is left in the request's state for `api.parts`.
        """
        principal = (await principal_of(request))._replace(where=where_of(request))
        request.state.principal = principal  # a page that says no, too, says to whom
        if not may(principal.roles, self.action):
            if principal.by == "nobody":
                await keep_form(request)
                raise unauthenticated(Said("sign in first"))
            raise Problem(
                "forbidden",
                Said("%(who)s may not %(what)s", who=principal.name, what=Said(self.action.what)),
            )
        if principal.by in ("session", "local") and request.method not in SAFE_METHODS:
            await check_own_page(request, principal, entering=self.action.name == ENTRANCE)
        if is_logged(principal, self.action):
            noted = partial(note_read, request, principal, self.action)
            await anyio.to_thread.run_sync(noted)
        request.state.sight = sight_of(principal.grants, self.action.roles)
        return principal


def allow(action: str) -> Callable[[Request], Awaitable[Principal]]:
    """The dependency for an action of the table; KeyError for one that is not in it."""
    return Allow(ACTIONS[action])


async def principal_of(request: Request) -> Principal:
    """The principal of a request.

    A bearer token that is of no use is refused even where nobody needs one; a session that is
    over is nobody's, so that the page to sign in can be opened.
    """
    parts: Parts = request.app.state.parts
    gate, may_be_local = parts.gate, is_here(request.scope) and not parts.hosts
    if gate is None:
        return LOCAL if may_be_local else NOBODY
    given = given_of(request)
    if given is None:
        if not may_be_local:
            return NOBODY
        open_to_all = await quickly(gate.is_open)
        return LOCAL if open_to_all else NOBODY
    found = await quickly(recognised, gate, given, now_ms())
    if found is None and given.kind == "bearer":
        raise unauthenticated(Said("the token is not one of ours, was changed, or is over"))
    return NOBODY if found is None else found


def recognised(gate: Gate, given: Given, at_ms: int) -> Principal | None:
    """Whoever a secret stands for now, or None."""
    entry = gate.recognise(given, at_ms)
    if entry is None:
        return None
    return Principal(entry.person.login, entry.grants, entry.person.id, entry.family, entry.by)


def sight_again(gate: Gate | None, principal: Principal, action: str) -> Sight | None:
    """What somebody may see by an action now, long after they came in; None when nothing more.

    They came in with some roles, perhaps by a key that has few of theirs: it does not get others.
    """
    if gate is None or principal.person is None:
        return sight_of(principal.grants, ACTIONS[action].roles)
    grants = gate.grants_again(principal.person, principal.family, now_ms())
    roles = principal.roles & ACTIONS[action].roles
    if grants is None or roles.isdisjoint(grant.role for grant in grants):
        return None
    return sight_of(grants, roles)


def unauthenticated(detail: Said) -> Problem:
    """The problem of somebody who has not signed in."""
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})


async def check_own_page(request: Request, principal: Principal, *, entering: bool = False) -> None:
    """A browser sends its cookie, and is on this machine, whoever asks it to send something: a
    change must come from a page of ours, and carry what that page was given.

    The page to sign in was given nothing, and may have stood there since before another tab did.
    """
    own = is_own_page(request)
    if own and principal.by == "session" and not entering:
        gate: Gate = request.app.state.parts.gate
        token = request.headers.get("x-csrf-token")
        if token is None:
            token = str((await request.form()).get(CSRF, ""))
        own = gate.is_csrf(request, token)
        if not own:  # of a page that another sign-in of this browser was shown
            await keep_form(request)
    if not own:
        raise Problem("forbidden", Said("this did not come from a page of ours"))


__all__ = ["ACTIONS", "LOCAL", "NOBODY", "Allow", "Principal", "allow", "may"]

"""The page of the trail, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.audit import OWN_ACTIONS, READ, audit_filter, audit_shape, logins_of
from api.console.render import language_of, render
from api.paging import INT_MAX
from api.parts import TheGate, ThePart
from api.principal import Principal, allow
from api.trail import act_of
from liftwatch.access.rights import ACTIONS
from liftwatch.clock import now_ms

router = APIRouter(include_in_schema=False)
PAGE = 100
Text = Annotated[str, Query(max_length=200)]


@router.get("/audit")
def page(
    *,
    request: Request,
    parts: ThePart,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(READ))],
    action: Text = "",
    who: Text = "",
    about: Text = "",
    target: Text = "",
    after: Annotated[int | None, Query(ge=0, le=INT_MAX)] = None,
) -> Response:
    """Who did or read what, the newest first; looking at it is an act itself."""
    language, at_ms = language_of(request), now_ms()
    gate.note(act_of(principal, ACTIONS[READ], ("list", "/audit"), at_ms=at_ms))
    known = sorted((*ACTIONS, *OWN_ACTIONS))
    with gate.people.reading() as reads:
        where = audit_filter(
            reads=reads,
            action=[action] if action in known else [],
            who=who or None,
            about=about or None,
            target=target or None,
        )
        found = parts.books.audit_page(where, after=after, limit=PAGE)
        logins = logins_of(reads, found.items)
    rows = [
        (audit_shape(line, logins), language.moment(line.entry.at_ms, now_ms=at_ms))
        for line in found.items
    ]
    values = {
        "rows": rows,
        "more": found.next,
        "actions": known,
        "asked": {"action": action, "who": who, "about": about, "target": target},
    }
    return render(request, "audit.html", values)

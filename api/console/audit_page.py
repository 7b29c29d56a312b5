"""The page of the trail, for administrators."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from api.audit import OWN_ACTIONS, READ, audit_filter, audit_shape, logins_of
from api.console.language import Language
from api.console.marks import N_, P_
from api.console.render import language_of, render
from api.paging import INT_MAX
from api.parts import TheGate, ThePart
from api.principal import Principal, allow
from api.trail import act_of
from liftwatch.access.rights import ACTIONS
from liftwatch.audit.entry import Entry
from liftwatch.clock import now_ms

router = APIRouter(include_in_schema=False)
PAGE = 100
Text = Annotated[str, Query(max_length=200)]
OWN_TEXTS = {
    "audit.export": N_("take the trail out"),
    "audit.prune": N_("let old lines of the trail go"),
    "audit.seal": N_("seal the trail"),
}
OUTCOMES = {
    "done": P_("act", "done"),
    "refused": P_("act", "refused"),
    "failed": P_("act", "failed"),
}
CHANNELS = {
    "api": P_("way of an act", "API"),
    "console": P_("way of an act", "console"),
    "cli": P_("way of an act", "command line"),
    "engine": P_("way of an act", "service itself"),
}
TARGETS = {
    "audit": P_("target", "trail"),
    "fund": P_("target", "fund"),
    "incident": P_("target", "incident"),
    "lift": P_("target", "lift"),
    "list": P_("target", "list"),
    "organisation": P_("target", "organisation"),
    "person": P_("target", "person"),
    "secret": P_("target", "key"),
    "service": P_("target", "service"),
    "sheet": P_("target", "sheet"),
    "store": P_("target", "store"),
}
"""What an act is done to; another one is shown as it is called."""


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
        (
            audit_shape(line, logins),
            language.moment(line.entry.at_ms, now_ms=at_ms),
            words_of(language, line.entry),
        )
        for line in found.items
    ]
    values = {
        "rows": rows,
        "more": found.next,
        "actions": sorted(
            ((name, what_is_done(language, name)) for name in known), key=lambda one: one[1]
        ),
        "asked": {"action": action, "who": who, "about": about, "target": target},
    }
    return render(request, "audit.html", values)


class Words(NamedTuple):
    """An entry's words."""

    act: str
    outcome: str
    kind: str
    channel: str


def what_is_done(language: Language, action: str) -> str:
    """An action in words; one that is no more is shown as it was called."""
    row = ACTIONS.get(action)
    text = row.what if row else OWN_TEXTS.get(action)
    return language.say(text) if text else action


def words_of(language: Language, entry: Entry) -> Words:
    """What is said of an entry."""
    kind = TARGETS.get(entry.target_kind)
    return Words(
        what_is_done(language, entry.action),
        language.word(OUTCOMES[entry.outcome]),
        language.word(kind) if kind else entry.target_kind,
        language.word(CHANNELS[entry.channel]),
    )

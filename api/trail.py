"""What the API notes in the trail: acts in their own transaction, reads of those who are watched.

Who asks is a person of the register, or nobody: `local` has no name but this machine's.
"""

from collections.abc import Collection, Mapping
from typing import Any

from fastapi import Request

from api.who import Principal
from liftwatch.access.rights import LOGGED, Action
from liftwatch.access.sight import Grant
from liftwatch.audit.entry import NOBODY, Act, Outcome
from liftwatch.clock import now_ms

QUERY_MAX = 500


def act_of(
    principal: Principal,
    action: Action,
    about: tuple[str, str],
    *,
    at_ms: int,
    outcome: Outcome = "done",
    detail: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> Act:
    """An act of a principal; `about` is the kind and the id of what it was done to."""
    kind, target = about
    return Act(
        at_ms=at_ms,
        person=principal.person or NOBODY,
        organisation=organisation_of(principal.grants, action.roles),
        action=action.name,
        target_kind=kind,
        target=target,
        outcome=outcome,
        channel=principal.where.channel,
        address=principal.where.address,
        detail={"by": principal.by, **(detail or {})},
        private=private or {},
    )


def organisation_of(grants: Collection[Grant], roles: Collection[str]) -> str | None:
    """The organisation for which somebody acts, where it can only be one."""
    found = {grant.organisation for grant in grants if grant.role in roles and grant.organisation}
    return found.pop() if len(found) == 1 else None


def is_logged(principal: Principal, action: Action) -> bool:
    """Whether a read is written down: of rows, by a role that is watched."""
    watched = {grant.role for grant in principal.grants} & LOGGED & action.roles
    return action.by_row and bool(watched)


def note_read(request: Request, principal: Principal, action: Action) -> None:
    """Write down a read before it is answered: what cannot be noted is not read."""
    named = request.path_params
    if "lift" in named:
        about = ("lift", str(named["lift"]))
    elif "instruction" in named:
        about = ("instruction", str(named["instruction"]))
    elif "hazard" in named:
        about = ("hazard", str(named["hazard"]))
    elif "id" in named:
        about = ("incident", str(named["id"]))
    elif "building" in named:
        place = (str(named[part]) for part in ("area", "estate", "building"))
        about = ("building", "/".join(place))
    elif "visit" in named:
        about = ("visit", str(named["visit"]))
    elif "case" in named:
        about = ("fund case", str(named["case"]))
    else:
        about = ("list", request.scope["route"].path)
    query = request.url.query[:QUERY_MAX]
    act = act_of(
        principal, action, about, at_ms=now_ms(), private={"query": query} if query else None
    )
    request.app.state.parts.gate.note(act)

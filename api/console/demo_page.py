"""The demo's switch: whoever is in looks on as each role. Only the demo has this route."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.console.entrance import with_session
from api.console.forms import TheForm
from api.console.fund_home import HOMES, home
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import BadParameter
from api.sign_in import entrance_act
from liftwatch.access.rights import ACTIONS
from liftwatch.clock import now_ms
from liftwatch.handlers import sign_in
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
LOGIN = "demo-%s"
ROLES = tuple(sorted(ACTIONS["console.read"].roles | {role for role, _ in HOMES}))
"""Roles for which there is something to look at."""


@router.post("/demo/as")
def look_as(
    request: Request,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow("self.write"))],
    *,
    form: TheForm,
) -> Response:
    """End this session and begin one of somebody with another role."""
    role, at_ms = form.text("role"), now_ms()
    with gate.people.begin() as work:
        found = work.person_of_login(LOGIN % role) if role in ROLES else None
        if found is None:
            raise BadParameter("role", Said("is none of %(roles)s", roles=", ".join(ROLES)))
        work.end_credentials(now_ms=at_ms, family=principal.family)
        made = sign_in.issue(work, found.id, "session", now_ms=at_ms)
        work.audit(entrance_act(principal.where, found.id, "demo", at_ms=at_ms))
    return with_session(request, made, to=home({role}))

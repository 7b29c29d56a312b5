"""Every route declares its action, and the table of rights decides."""

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from api import principal
from api.principal import LOCAL, Allow
from liftwatch.access.rights import ACTIONS, may
from liftwatch.access.roles import ANYBODY, ROLES
from liftwatch.access.sight import EVERYTHING, Grant, sight_of


def actions_of(dependant: Dependant) -> set[str]:
    """The actions declared by a route and whatever it depends on."""
    own = {dependant.call.action.name} if isinstance(dependant.call, Allow) else set()
    return own.union(*map(actions_of, dependant.dependencies))


def test_every_route_declares_exactly_one_action(app: FastAPI) -> None:
    """A route without an action would answer anybody."""
    seen = set()
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, APIRoute), route
        declared = actions_of(context.dependant)
        assert len(declared) == 1, (context.path, declared)
        seen |= declared
    assert seen == set(ACTIONS), "an action nobody needs"


def test_the_table_knows_only_roles_of_the_contract() -> None:
    """And whoever has not signed in may do nothing that asks for a row."""
    assert all(action.roles <= set(ROLES) | {ANYBODY} for action in ACTIONS.values())
    assert not any(action.by_row for action in ACTIONS.values() if ANYBODY in action.roles)


ACTED = {
    "credit",
    "fund",
    "hazards",
    "inspections",
    "instructions",
    "recalls",
    "renewals",
    "visits",
}
"""What a custodian, a maintenance unit, supervision, an institute do in their own name."""


def test_local_may_everything_but_act_for_others() -> None:
    """As long as there is no administrator there is one; it stands for no organisation."""
    refused = {name for name, action in ACTIONS.items() if not may(LOCAL.roles, action)}
    assert {name.partition(".")[0] for name in refused} == ACTED
    assert not any(name.endswith(".read") for name in refused)
    assert sight_of(LOCAL.grants, ACTIONS["lifts.read"].roles) == EVERYTHING


def test_who_may_not_is_told_what(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner sees no incidents, but whether the service lives."""
    owner = LOCAL._replace(name="o", grants=(Grant(role="owner", organisation="o"),))
    monkeypatch.setattr(principal, "LOCAL", owner)
    refused = client.get("/v1/incidents")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "o may not see incidents"
    assert client.get("/healthz").status_code == 200

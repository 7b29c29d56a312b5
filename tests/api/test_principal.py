"""Every route declares its action, and the table of roles decides."""

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from api import principal
from api.principal import ACTIONS, LOCAL, ROLES, Allow, may


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


def test_local_may_everything_and_stands_alone() -> None:
    """Until people can sign in there is one principal."""
    assert tuple(LOCAL) == ("local", {"admin"}, ())
    assert all(may(LOCAL, action) for action in ACTIONS.values())
    assert all(action.roles <= ROLES | {"anonymous"} for action in ACTIONS.values())


def test_who_may_not_is_told_what(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner sees no incidents, but whether the service lives."""
    monkeypatch.setattr(principal, "LOCAL", LOCAL._replace(name="o", roles=frozenset({"owner"})))
    refused = client.get("/v1/incidents")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "o may not see incidents"
    assert client.get("/healthz").status_code == 200

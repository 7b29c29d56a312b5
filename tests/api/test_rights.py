"""Every route with every role and with none, against rows of others: deny by default."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from liftwatch.access.rights import ACTIONS, may
from liftwatch.access.roles import ANYBODY, ROLES
from liftwatch.access.sight import Place
from liftwatch.account import AccountRow, StreamGaps
from liftwatch.clock import DAY_MS, estate_day, now_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers.register import change_place
from liftwatch.incidents.incident import Incident
from tests.api.conftest import AT_MS, Fleet, Town
from tests.api.test_principal import actions_of
from tests.api.test_sign_in import bearer

OURS, THEIRS = "L-OURS", "L-THEIRS"
GARDEN = Place("320583", "garden")
STREAMS = ("/v1/stream",)


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, path and action of every route."""
    return [
        (method, context.path or "", *actions_of(context.dependant))
        for context in iter_route_contexts(app.routes)
        for method in sorted(context.original_route.methods or ())  # type: ignore[attr-defined]
    ]


@pytest.fixture
def client(guest: TestClient) -> TestClient:
    """Whoever asks."""
    return guest


@pytest.fixture
def incidents(fleet: Fleet) -> dict[str, Incident]:
    """A lift here and one elsewhere, each with an incident."""
    found = {}
    for lift, estate in ((OURS, "garden"), (THEIRS, "lake")):
        fleet.lift(lift, estate=estate)
        found[lift] = fleet.alarm(lift, "door_fault", estate=estate)
        with fleet.books.begin() as work:
            change_place(work, ("320583", estate, ""), {"name": f"{estate} park"}, version=0)
    return found


@pytest.fixture
def keys(town: Town, incidents: dict[str, Incident]) -> dict[str, str]:
    """A key of somebody in each role, whose organisation reaches the garden and its lift."""
    del incidents
    found = {}
    for name in ROLES:
        places = () if name in ("admin", "maintenance") else (GARDEN,)
        person = town.person(f"some-{name}", name, *places)
        found[name] = town.secret(person, "key")
        if name == "maintenance":
            with town.store.begin() as work:
                (unit,) = {one.organisation for one in work.grants(person.id, now_ms())}
                handlers.make_contract(
                    work, lift=OURS, organisation=unit, from_ms=AT_MS - DAY_MS, until_ms=None
                )
    return found


def filled(path: str, lift: str, incident: str) -> str:
    """A path about a lift or its incident."""
    path = path.replace("{lift}", lift).replace("{id}", incident)
    return re.sub(r"\{[^}]*\}", "x", path)


def test_every_route_by_every_role(
    gated: FastAPI, client: TestClient, keys: dict[str, str], incidents: dict[str, Incident]
) -> None:
    """What the table does not allow is 403, and 401 for whoever has not signed in."""
    for method, path, name in routes(gated):
        if path in STREAMS:
            continue  # it never ends: below
        action = ACTIONS[name]
        asked = filled(path, OURS, incidents[OURS].id)
        for role, key in keys.items():
            status = client.request(method, asked, headers=bearer(key)).status_code
            assert (status == 403) == (not may({role}, action)), (method, path, role, status)
        status = client.request(method, asked).status_code
        if ANYBODY not in action.roles:
            assert status in (401, 303), (method, path, status)


def test_rows_of_others_are_not_there(
    client: TestClient, keys: dict[str, str], incidents: dict[str, Incident]
) -> None:
    """One by one 404, in lists absent, also when asked for by name."""
    paths = (
        "/v1/lifts/{lift}",
        "/v1/lifts/{lift}/telemetry?kind=state",
        "/v1/lifts/{lift}/completeness",
        "/v1/lifts/{lift}/register",
        "/v1/lifts/{lift}/calls",
        "/v1/incidents/{id}",
        "/v1/incidents/{id}/evidence",
        "/v1/incidents/{id}/cap",
        "/v1/incidents/{id}/provincial",
        "/lifts/{lift}",
        "/console/lifts/{lift}/now",
        "/console/lifts/{lift}/incidents",
        "/incidents/{id}",
        "/console/incidents/{id}",
        "/console/incidents/{id}/evidence",
    )
    lists = (
        "/v1/lifts",
        "/v1/lifts?estate=lake",
        "/v1/incidents",
        "/v1/incidents?estate=lake",
        f"/v1/incidents?lift={THEIRS}",
        "/v1/completeness",
        "/v1/terminals/T-1/gaps",
        "/v1/places",
        "/",
        "/console/fleet",
        "/console/fleet?estate=lake",
        "/console/open",
        f"/console/tiles?lift={THEIRS}&lift={OURS}",
        "/completeness",
    )
    for role, key in keys.items():
        if not may({role}, ACTIONS["lifts.read"]):
            continue
        others = 200 if role == "admin" else 404
        for path in paths:
            for lift, expected in ((OURS, 200), (THEIRS, others)):
                asked = filled(path, lift, incidents[lift].id)
                status = client.get(asked, headers=bearer(key)).status_code
                assert status == expected, (role, asked, status)
        for path in lists:
            text = client.get(path, headers=bearer(key)).text
            for private in (THEIRS, incidents[THEIRS].id, *(() if "lake" in path else ("lake",))):
                asked_for = private == THEIRS and f"lift={THEIRS}" in path
                assert private not in text or asked_for or role == "admin", (role, path, private)


def test_the_account_of_loss_is_of_what_is_seen(
    client: TestClient, keys: dict[str, str], fleet: Fleet
) -> None:
    """Of a day, and of a terminal."""
    day = estate_day(now_ms())
    with fleet.books.begin() as work:
        for lift, estate in ((OURS, "garden"), (THEIRS, "lake")):
            said = {"source": "j", "area": "320583", "estate": estate, "terminal": f"T-{estate}"}
            figures = {"received": 1, "late": 0, "duplicates": 0, "ahead_ms": 0, "jumps": 0}
            row = AccountRow(**said, lift=lift, day=day, missing=0, **figures)
            work.put_account([row, AccountRow(**said, lift="", day=day, missing=1, **figures)])
            work.put_gaps([StreamGaps(**said, boot="b", gaps=((1, 1, day),))])
    for role in ("property", "maintenance", "supervision", "rescue"):
        told = client.get(f"/v1/completeness?day={day}", headers=bearer(keys[role])).text
        assert THEIRS not in told
        for terminal, shown in (("T-garden", role != "maintenance"), ("T-lake", False)):
            path = f"/v1/terminals/{terminal}/gaps"
            gaps = client.get(path, headers=bearer(keys[role])).json()["items"]
            assert bool(gaps) == shown, (role, terminal)

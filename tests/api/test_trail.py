"""What is done at the API stands in the trail with it, and every read of supervision does."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.principal import ACTIONS, may
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.chain import SealError
from liftwatch.audit.check import verify
from liftwatch.audit.trail import AuditFilter
from tests.api.conftest import PASSWORD, Fleet, Town
from tests.api.test_people import Desk
from tests.api.test_rights import filled, routes
from tests.api.test_sign_in import bearer, tokens


@pytest.fixture
def client(guest: TestClient) -> TestClient:
    """Whoever asks."""
    return guest


def told(books: SqlBooks) -> list[tuple[Any, ...]]:
    """The trail, oldest first: action, outcome, target's kind, what."""
    page = books.audit_page(AuditFilter(), limit=500)
    rows = []
    for line in reversed(page.items):
        entry = line.entry
        rows.append((entry.action, entry.outcome, entry.target_kind, entry.detail))
    return rows


def test_sign_ins_and_acts_are_noted(client: TestClient, books: SqlBooks, town: Town) -> None:
    """Who, what, to whom, from where; no password and no name stands in it."""
    assert client.post("/v1/auth/token", data={"username": "root", "password": "x"}).is_error
    assert client.post("/v1/auth/token", data={"username": "who", "password": "x"}).is_error
    desk = Desk(client)
    li = desk.made("/v1/people", {"login": "li", "name": "李伟", "password": PASSWORD})
    desk.made(f"/v1/people/{li['id']}/roles", {"role": "admin"})
    desk.patch(f"/v1/people/{li['id']}", {"phone": "13800000000"}, version=1)
    found = told(books)
    assert [(row[0], row[1]) for row in found] == [
        ("sign.in", "refused"),
        ("sign.in", "refused"),
        ("sign.in", "done"),
        ("people.write", "done"),
        ("people.write", "done"),
        ("people.write", "done"),
    ]
    lines = books.audit_page(AuditFilter(about=li["id"])).items
    assert len(lines) == 3
    with town.store.reading() as reads:
        root = reads.person_of_login("root")
    assert root is not None
    assert {line.who for line in lines} == {root.id}
    assert {line.address for line in lines} == {"127.0.0.1"}
    text = repr(found)
    for private in (PASSWORD, "李伟", "13800000000", li["id"], "li.wei"):
        assert private not in text
    entries = books.audit_after(0)
    assert verify(entries, [], keys=(), last=len(entries)).wrong is None


def test_what_fails_is_not_noted_as_done(client: TestClient, books: SqlBooks) -> None:
    """The act and its entry are one transaction."""
    desk = Desk(client)
    before = len(told(books))
    assert desk.post("/v1/people", {"login": "root", "name": "Root"}).status_code == 422
    assert len(told(books)) == before
    desk.post("/v1/organisations", {"name": "a"}, key="the-same-key")
    desk.post("/v1/organisations", {"name": "a"}, key="the-same-key")
    assert len(told(books)) == before + 1


def test_every_read_of_supervision_is_noted(
    gated: FastAPI, client: TestClient, books: SqlBooks, town: Town, fleet: Fleet
) -> None:
    """Of rows, by every route; nobody else's is."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "door_fault")
    for role, noted in (("supervision", True), ("property", False), ("admin", False)):
        places = () if role == "admin" else (Place("320583"),)
        key = town.secret(town.person(f"a-{role}", role, *places), "key")
        for method, path, name in routes(gated):
            action = ACTIONS[name]
            if not action.by_row or not may({role}, action) or path == "/v1/stream":
                continue
            if name == "incidents.bundle" or (method, name) == ("POST", "fund.verify"):
                continue  # noted of everybody: `test_bundle`, `test_fund_verify`
            before = len(books.audit_page(AuditFilter(), limit=500).items)
            asked = filled(path, "L-0001", incident.id)
            client.request(method, f"{asked}?estate=garden", headers=bearer(key))
            lines = books.audit_page(AuditFilter(), limit=500).items
            assert len(lines) - before == noted, (role, path)
            if noted:
                assert lines[0].entry.action == name
                assert lines[0].private["query"] == "estate=garden"
                if "{lift}" in path:
                    assert lines[0].entry.target == "L-0001"


def test_what_cannot_be_noted_is_not_done(
    client: TestClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another key than the trail's this process changes nothing, supervision reads nothing."""
    desk = Desk(client)
    key = town.secret(town.person("watcher", "supervision", Place("320583")), "key")

    def broken(*_: Any) -> None:
        raise SealError("another key")

    monkeypatch.setattr("liftwatch.adapters.sql.work.SqlWork.write_audit", broken)
    assert desk.post("/v1/organisations", {"name": "a"}).status_code == 503
    assert client.get("/v1/incidents", headers=bearer(key)).status_code == 503
    monkeypatch.undo()
    assert [one["name"] for one in desk.get("/v1/organisations")["items"]] == ["watcher"]


def test_signing_out_and_refreshing_are_noted(client: TestClient, books: SqlBooks) -> None:
    """As what they were."""
    given = tokens(client)
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    again = client.post("/v1/auth/token", data=form).json()
    client.post("/v1/auth/revoke", data={"token": again["refresh_token"]})
    assert [row[3] for row in told(books)] == [
        '{"what":"password"}',
        '{"what":"refresh"}',
        '{"what":"out"}',
    ]


def test_an_administrator_reads_the_trail_and_that_is_noted(client: TestClient, town: Town) -> None:
    """By person, by act, in pages."""
    town.person("li", "property")
    tokens(client, "li")
    desk = Desk(client)
    first = desk.get("/v1/audit?limit=2")
    assert [one["action"] for one in first["items"]] == ["audit.read", "sign.in"]
    assert first["items"][0]["who"] == "root"
    second = desk.get(f"/v1/audit?limit=2&cursor={first['next']}")
    assert [one["who"] for one in second["items"]] == ["li"]
    assert [one["who"] for one in desk.get("/v1/audit?who=li")["items"]] == ["li"]
    assert desk.get("/v1/audit?who=nobody")["items"] == []
    acts = {one["action"] for one in desk.get("/v1/audit?action=sign.in")["items"]}
    assert acts == {"sign.in"}
    page = client.get("/audit?action=audit.read", headers=desk.headers | {"Accept": "text/html"})
    assert page.status_code == 200
    assert "audit.read" in page.text


def test_whoever_is_erased_is_nobody_and_the_trail_holds(
    client: TestClient, books: SqlBooks, town: Town
) -> None:
    """Only when disabled; their acts stay."""
    li = town.person("li", "property")
    tokens(client, "li")
    desk = Desk(client)
    assert desk.post(f"/v1/people/{li.id}/erase").status_code == 422
    desk.patch(f"/v1/people/{li.id}", {"disabled": True}, version=1)
    assert desk.post(f"/v1/people/{li.id}/erase").status_code == 200
    assert desk.client.get(f"/v1/people/{li.id}", headers=desk.headers).status_code == 404
    found = desk.get("/v1/audit")["items"]
    assert any(one["action"] == "sign.in" and one["who"] is None for one in found)
    assert li.id not in repr(found)
    entries = books.audit_after(0)
    assert verify(entries, [], keys=(), last=len(entries)).wrong is None

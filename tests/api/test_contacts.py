"""Contacts over HTTP and on the pages: seen by who may call, changed by who leads."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.handlers import people as handlers
from tests.api.conftest import Fleet, Town
from tests.api.test_duty_page import browser
from tests.api.test_rotas import Unit
from tests.api.test_sign_in import bearer


@pytest.fixture
def unit(gated: FastAPI, town: Town) -> Iterator[Unit]:
    """A property manager, which reaches the garden, and another that does not."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        made = Unit(client, town)
        with town.store.begin() as work:
            places = (Place("320583", "garden"),)
            handlers.change_organisation(work, made.id, version=1, now_ms=0, places=places)
        yield made


def test_numbers_are_changed_by_who_leads_and_seen_by_its_people(unit: Unit) -> None:
    """Against a version; to others they are not there."""
    path = f"/v1/organisations/{unit.id}/contacts"
    assert unit.ask("li", "GET", path).json()["version"] == 0
    body = {"phone": "0512 5555 0101", "station": True}
    assert unit.ask("li", "PATCH", path, json=body, version=0).status_code == 403
    assert unit.ask("other", "PATCH", path, json=body, version=0).status_code == 404
    assert unit.ask("boss", "PATCH", path, json=body, version=0).json()["version"] == 1
    assert unit.ask("boss", "PATCH", path, json=body, version=0).status_code == 412
    for spoilt, status in (({"phone": "x"}, 422), ({"latitude": 91}, 400), ({"colour": 1}, 400)):
        assert unit.ask("boss", "PATCH", path, json=spoilt, version=1).status_code == status
    assert unit.ask("li", "GET", path).json()["phone"] == "0512 5555 0101"
    assert unit.ask("other", "GET", path).status_code == 404
    listed = unit.ask("other", "GET", "/v1/organisations").text
    assert unit.id in listed
    assert "5555" not in listed


def test_whom_to_call_for_a_lift(unit: Unit, town: Town, fleet: Fleet) -> None:
    """With who is on duty; only for a lift that is seen, and never by an owner."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lake")
    unit.make()
    path = f"/v1/organisations/{unit.id}/contacts"
    unit.ask("boss", "PATCH", path, json={"phone": "0512 5555 0101"}, version=0)
    told = unit.ask("li", "GET", "/v1/lifts/L-0001/calls").json()
    (one,) = told["calls"]
    assert (one["part"], one["phone"], one["round_the_clock"]) == (
        "property",
        "0512 5555 0101",
        True,
    )
    assert one["rotas"][0]["now"][0]["name"] in ("li", "wu")
    assert "maintenance" in told["missing"]
    assert unit.ask("li", "GET", "/v1/lifts/L-0002/calls").status_code == 404
    owner = town.secret(town.person("owner", "owner", Place("320583", "garden")), "key")
    answer = unit.client.get("/v1/lifts/L-0001/calls", headers=bearer(owner))
    assert answer.status_code == 403


def test_on_the_pages(unit: Unit, town: Town, fleet: Fleet) -> None:
    """A form for who leads keeps what was typed; the lift's page says whom to call."""
    fleet.lift("L-0001")
    boss, path = browser(unit, town, "boss"), f"/duty/{unit.id}"
    fields = {"what": "reach", "version": "0", "phone": "0512 5555 0101", "latitude": "31.3"}
    for spoilt, says in (({}, "come together"), ({"longitude": "east"}, "no number of degrees")):
        wrong = boss.send(path, **fields | spoilt)
        assert (wrong.status_code, says in wrong.text) == (422, True)
        assert 'value="0512 5555 0101"' in wrong.text
    fields |= {"longitude": "120.98", "datum": "gcj02", "station": "yes", "email": "a@b.example"}
    assert boss.send(path, **fields).status_code == 303
    page = boss.get(path)
    assert re.search(r'name="station" value="yes" checked', page)
    assert 'value="120.98"' in page
    lift = boss.get("/lifts/L-0001")
    assert 'href="tel:051255550101"' in lift
    assert "Nobody to call is on record: Maintenance unit" in re.sub(r"\s+", " ", lift)

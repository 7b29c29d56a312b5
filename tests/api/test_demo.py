"""The demo's people: each role is there, sees its own, and is looked on as by one press."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.console.demo_page import ROLES
from api.console.fund_home import home
from api.gate import Gate
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.commands.demo_people import COLLEAGUES, PEOPLE, Site, furnish
from liftwatch.handlers import rotas
from tests.api.conftest import SECRET, Fleet
from tests.api.test_people_pages import HTML, Browser
from tests.api.test_rights import routes

SITES = (
    Site("L-0001", "320583", "garden", "1"),
    Site("L-0002", "320583", "garden", "2"),
    Site("L-0003", "320583", "lake", "1"),
)
SEEN = {"admin": 3, "property": 2, "maintenance": 2, "supervision": 3, "rescue": 3}


@pytest.fixture
def demo(books: SqlBooks, store: EmbeddedStore, people: SqlPeople) -> Iterator[TestClient]:
    """Whoever opens the demo on this machine."""
    app = create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        demo=True,
        gate=Gate(people, SECRET),
    )
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made


def test_it_is_looked_at_as_each_role(demo: TestClient, people: SqlPeople, fleet: Fleet) -> None:
    """By the link of the terminal, then by a press; each sees its own, and it is noted."""
    for site in SITES:
        fleet.lift(site.lift, estate=site.estate)
    link = furnish(people, SITES, now_ms=now_ms())
    assert demo.get("/v1/lifts").status_code == 401
    assert "terminal" in demo.get("/sign-in", headers=HTML).text
    assert demo.get(f"/enter/{link}").status_code == 303
    assert demo.get(f"/enter/{link}").status_code == 404
    browser, here = Browser(demo), "/"
    for role in ROLES:
        switched = browser.send(here, role=role, to="/demo/as")
        here = home({role})
        assert (switched.status_code, switched.headers["location"]) == (303, here)
        assert demo.get("/v1/me").json()["login"] == f"demo-{role}"
        lifts = demo.get("/v1/lifts").json()
        assert len(lifts.get("items", ())) == SEEN.get(role, 0)
        assert re.search(rf'value="{role}" selected', browser.get(here))
        first = demo.get("/", headers=HTML)
        assert first.headers.get("location", "/") == here
    assert browser.send(here, role="nobody", to="/demo/as").status_code == 400
    assert browser.send(here, role="admin", to="/demo/as").status_code == 303
    acts = demo.get("/v1/audit").json()["items"]
    assert sum(one["detail"].get("what") == "demo" for one in acts) == len(ROLES) + 1


def test_nobody_looks_on_as_somebody_elsewhere(demo: TestClient, guest: TestClient) -> None:
    """Without a session, from another page, or where it is no demo."""
    assert demo.post("/demo/as", data={"role": "admin", "once": "12345678"}).status_code == 401
    assert guest.post("/demo/as", data={"role": "admin"}).status_code == 404
    assert ("POST", "/demo/as", "self.write") in routes(demo.app)  # type: ignore[arg-type]


def test_there_is_somebody_to_call(demo: TestClient, people: SqlPeople, fleet: Fleet) -> None:
    """Round the clock, by rotas that have no gap; estates have names."""
    fleet.lift("L-0001")
    link = furnish(people, SITES, now_ms=now_ms())
    assert demo.get(f"/enter/{link}").status_code == 303
    calls = demo.get("/v1/lifts/L-0001/calls").json()
    parts = [one["part"] for one in calls["calls"]]
    assert {"maintenance", "property", "rescue"} <= set(parts)
    names = {one["estate"]: one["name"] for one in demo.get("/v1/places").json()["items"]}
    assert names["yushan-garden"] == "玉山花园"
    with people.reading() as reads:
        ids = {one.name: one.id for one in reads.organisations(limit=50)}
        for unit in (ids[one.organisation] for one in PEOPLE if one.role in COLLEAGUES):
            (called,) = rotas.on_duty(reads, unit, now_ms())
            assert called.now
            assert rotas.warnings(reads, unit, now_ms()) == []


def test_each_role_has_somebody(people: SqlPeople) -> None:
    """One person each, without a password, in an organisation of that kind."""
    furnish(people, SITES, now_ms=now_ms())
    with people.reading() as reads:
        found = reads.people(limit=50)
        kinds = {one.kind for one in reads.organisations(limit=50)}
        assert len(found) == len(PEOPLE) + sum(map(len, COLLEAGUES.values()))
        assert not any(one.password for one in found)
        assert kinds == {None, *(one.role for one in PEOPLE)} - {"admin", "owner"}

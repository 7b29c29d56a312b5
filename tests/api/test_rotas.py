"""Rotas of duty over HTTP: whose they are, against a version, once, and who is on duty."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.people import Person
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, day_text, estate_day, now_ms
from liftwatch.handlers import people as handlers
from tests.api.conftest import Town
from tests.api.test_people import keys
from tests.api.test_sign_in import bearer

TODAY = day_text(estate_day(now_ms()) - 1)


class Unit:
    """A property manager: `boss` leads it, `li` and `wu` are in it, `other` is elsewhere."""

    def __init__(self, client: TestClient, town: Town) -> None:
        self.client = client
        self.store = town.store
        self.people: dict[str, Person] = {
            "boss": town.person("boss", "property"),
            "other": town.person("other", "property"),
            **{name: town.person(name) for name in ("li", "wu")},
        }
        with town.store.begin() as work:
            (self.id,) = (o.id for o in work.organisations() if o.name == "boss")
            for name, lead in (("boss", True), ("li", False), ("wu", False)):
                handlers.grant(
                    work,
                    self.people[name].id,
                    "property",
                    organisation=self.id,
                    now_ms=now_ms() - DAY_MS,
                    lead=lead,
                )
        self.keys = {name: town.secret(one, "key") for name, one in self.people.items()}

    @property
    def path(self) -> str:
        """Where its rotas are."""
        return f"/v1/organisations/{self.id}/rotas"

    def body(self, **more: Any) -> dict[str, Any]:
        """Turns of a day since yesterday."""
        turns = {"persons": self.ids("li", "wu"), "first_day": TODAY, "hand_over": "08:00"}
        return {
            "name": "夜班",
            "turns": [turns | {"hours": 24}],
            "head": self.ids("boss")[0],
        } | more

    def ids(self, *names: str) -> list[str]:
        """Of people."""
        return [self.people[name].id for name in names]

    def ask(self, who: str, method: str, path: str, **more: Any) -> Any:
        """A request of somebody, with a key of its own unless one is given."""
        headers = bearer(self.keys[who]) | {"Idempotency-Key": more.pop("key", str(next(keys)))}
        if "version" in more:
            headers["If-Match"] = f'"{more.pop("version")}"'
        return self.client.request(method, path, headers=headers, **more)

    def make(self, who: str = "boss", **more: Any) -> dict[str, Any]:
        """A rota."""
        made = self.ask(who, "POST", self.path, json=self.body(**more))
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found


@pytest.fixture
def unit(gated: FastAPI, town: Town) -> Iterator[Unit]:
    """At work."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield Unit(client, town)


def test_from_a_rota_to_who_is_on_duty(unit: Unit) -> None:
    """Made once, changed against its version, asked by its people, ended."""
    key = str(next(keys))
    first, again = (
        unit.ask("boss", "POST", unit.path, json=unit.body(), key=key) for _ in range(2)
    )
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    made = first.json()
    one = f"{unit.path}/{made['id']}"
    told = unit.ask("li", "GET", f"/v1/organisations/{unit.id}/on-duty").json()
    (row,) = told["rotas"]
    assert {row["now"][0]["name"], row["next"][0]["name"]} == {"li", "wu"}
    assert row["head"]["name"] == "boss"
    assert {warning["kind"] for warning in told["warnings"]} == {"no_number"}
    change = {"name": "值班", "exceptions": [{"by": None, "from": f"{TODAY}T00:00:00+08:00"}]}
    change["exceptions"][0]["to"] = "2099-01-01T00:00:00+08:00"  # type: ignore[index]
    changed = unit.ask("boss", "PATCH", one, json=change, version=1)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["turns"] == made["turns"]
    assert unit.ask("boss", "PATCH", one, json={"name": "x"}, version=1).status_code == 412
    told = unit.ask("li", "GET", f"/v1/organisations/{unit.id}/on-duty").json()
    assert told["rotas"][0]["now"] == []
    assert "nobody" in {warning["kind"] for warning in told["warnings"]}
    assert unit.ask("boss", "POST", f"{one}/end", version=1).status_code == 412
    assert unit.ask("boss", "POST", f"{one}/end", version=2).json()["ended_at"] is not None
    assert unit.ask("li", "GET", unit.path).json()["items"] == []
    assert unit.ask("li", "GET", one).json()["version"] == 3


def test_whose_rotas_they_are(unit: Unit) -> None:
    """Its people see them, who leads makes them; to others they are not there."""
    made = unit.make()
    one, duty = f"{unit.path}/{made['id']}", f"/v1/organisations/{unit.id}/on-duty"
    for path in (unit.path, one, duty):
        assert unit.ask("li", "GET", path).status_code == 200
        assert unit.ask("other", "GET", path).status_code == 404
    asked = (
        ("POST", unit.path, {"json": unit.body()}),
        ("PATCH", one, {"json": {"name": "x"}, "version": 1}),
        ("POST", f"{one}/end", {"version": 1}),
    )
    for method, path, more in asked:
        assert unit.ask("li", method, path, **more).status_code == 403, path
        assert unit.ask("other", method, path, **more).status_code == 404, path
    elsewhere = unit.ask("other", "GET", f"/v1/organisations/x/rotas/{made['id']}")
    assert elsewhere.status_code == 404


def test_who_leads_no_more_changes_nothing(unit: Unit, town: Town) -> None:
    """And an administrator leads everywhere."""
    with unit.store.begin() as work:
        handlers.grant(work, unit.ids("boss")[0], "property", organisation=unit.id, now_ms=now_ms())
    assert unit.ask("boss", "POST", unit.path, json=unit.body()).status_code == 403
    with unit.store.reading() as reads:
        root = reads.person_of_login("root")
    assert root is not None
    unit.keys["root"] = town.secret(root, "key")
    unit.make("root")


def test_one_takes_over_oneself(unit: Unit) -> None:
    """Who is on duty now may say so; who is not is told."""
    made = unit.make(turns=[unit.body()["turns"][0] | {"persons": unit.ids("li")}])
    path = f"{unit.path}/{made['id']}/take-over"
    assert unit.ask("li", "POST", path).status_code == 200
    assert unit.ask("wu", "POST", path).status_code == 422
    assert unit.ask("other", "POST", path).status_code == 404


@pytest.mark.parametrize(
    ("spoilt", "status"),
    [
        ({"turns": []}, 422),
        ({"head": "nobody"}, 422),
        ({"name": "\u202e"}, 422),
        (
            {"turns": [{"persons": [], "first_day": "2026-03-02", "hand_over": "8", "hours": 1}]},
            400,
        ),
        ({"holidays": ["2026-02-30"]}, 400),
        ({"exceptions": [{"from": "yesterday", "to": "today"}]}, 400),
        ({"exceptions": [{"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T00:00:00Z"}]}, 422),
        ({"colour": "red"}, 400),
        ({"exceptions": [{"from": "2026-03-02T00:00:00Z", "to": "9999-12-31T23:59:59Z"}]}, 422),
        ({"exceptions": [{"from": "0001-01-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}]}, 422),
        ({"shifts": [{"days": [9], "from": "08:00", "to": "20:00", "persons": ["x"]}]}, 400),
        ({"shifts": [{"days": [1], "from": "08:00\n", "to": "20:00", "persons": ["x"]}]}, 422),
        ({"turns": None}, 400),
    ],
)
def test_what_cannot_be_a_rota_is_named(unit: Unit, spoilt: Any, status: int) -> None:
    """And nothing is kept."""
    answer = unit.ask("boss", "POST", unit.path, json=unit.body() | spoilt)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), answer.text
    assert unit.ask("boss", "GET", unit.path).json()["items"] == []


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2026-03-02T08:00:00Z", 200),
        ("1969-01-01T00:00:00Z", 400),
        ("2200-01-01T00:00:00Z", 400),
        ("now", 400),
    ],
)
def test_at_a_moment(unit: Unit, at: str, status: int) -> None:
    """Of our time."""
    unit.make()
    path = f"/v1/organisations/{unit.id}/on-duty"
    assert unit.ask("li", "GET", path, params={"at": at}).status_code == status


def test_what_was_done_stands_in_the_trail(unit: Unit, books: SqlBooks, people: SqlPeople) -> None:
    """Of each act one line; what was refused is none."""
    del people
    made = unit.make()
    one = f"{unit.path}/{made['id']}"
    unit.ask("boss", "PATCH", one, json={"name": "x"}, version=1)
    unit.ask("boss", "PATCH", one, json={"name": "y"}, version=1)
    unit.ask("boss", "POST", f"{one}/end", version=2)
    lines = books.audit_page(AuditFilter(), limit=500).items
    found = [one.entry for one in lines if one.entry.target_kind == "rota"]
    assert [(json.loads(e.detail)["what"], e.target) for e in reversed(found)] == [
        (what, made["id"]) for what in ("make", "change", "end")
    ]
    assert {e.organisation for e in found} <= {unit.id, None}

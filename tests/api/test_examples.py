"""The examples of `/openapi.json`, played in their order against the application.

They are what it answered: `LIFTWATCH_TEST_REWRITE=1` writes `api/examples.json` anew, and without
it each answer must be as the file has it, but for ids, moments and secrets.
"""

import json
import os
import re
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.description import EXAMPLES, operations
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.clock import now_ms
from tests.api.conftest import PASSWORD, Fleet, Town
from tests.conftest import make_message

LIFT = "31103205832018080001"
SECRETS = ("access_token", "refresh_token", "secret")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


class Step(NamedTuple):
    """One request: by whom, to which path; `about` is what stands in its places and queries."""

    who: str
    method: str
    path: str
    about: dict[str, str] = {}
    body: Any = None
    keep: dict[str, str] = {}
    """What later steps use of the answer: a name, and where it stands."""


MOVES = {
    "acknowledge": {"text": "Spoken to: two people, calm"},
    "dispatch": {"crew": "Crew 2"},
    "arrive": {},
    "comment": {"text": "Car stands between 3 and 4"},
    "release": {"trapped": 2, "injured": 0, "cause": "door", "confirmed_by": "Li Wei"},
    "resolve": {"cause": "door", "inspection": "Door lock of landing 3 adjusted, ten rides"},
}
STORY = (
    Step("", "POST", "/v1/auth/token", body={"username": "garden", "password": PASSWORD}),
    Step("garden", "GET", "/v1/me"),
    Step(
        "garden",
        "POST",
        "/v1/me/keys",
        body={"label": "our own system", "roles": ["property"], "days": 90},
    ),
    Step("garden", "GET", "/v1/lifts", {"estate": "garden"}),
    Step("garden", "GET", "/v1/lifts/{lift}", {"lift": LIFT}),
    Step(
        "garden",
        "GET",
        "/v1/lifts/{lift}/telemetry",
        {"lift": LIFT, "kind": "state", "signal": "floor"},
    ),
    Step(
        "garden",
        "GET",
        "/v1/incidents",
        {"kind": "entrapment", "open": "true"},
        keep={"id": "items.0.id", "version": "items.0.version"},
    ),
    Step("garden", "GET", "/v1/incidents/{id}", {"id": "{id}"}),
    *(
        Step("garden", "POST", f"/v1/incidents/{{id}}/{name}", {"id": "{id}"}, body)
        for name, body in MOVES.items()
    ),
    Step("garden", "POST", "/v1/incidents/{id}/close", {"id": "{id}"}, {}),
    Step("garden", "GET", "/v1/incidents/{id}/story", {"id": "{id}"}),
    Step(
        "garden",
        "POST",
        "/v1/incidents",
        body={"lift": LIFT, "kind": "entrapment", "text": "A passenger called: stuck near 5"},
        keep={"id": "id"},
    ),
    Step(
        "garden",
        "POST",
        "/v1/incidents/{id}/reject",
        {"id": "{id}"},
        {"reason": "The caller was in another building"},
    ),
    Step("centre", "GET", "/v1/rescue/events", {"after": "0", "wait_s": "0"}),
    Step("centre", "POST", "/v1/rescue/events/{n}/receipt", {"n": "1"}, {"receipt": "received"}),
    Step(
        "office",
        "POST",
        "/v1/organisations",
        body={"name": "花园物业", "kind": "property", "places": [{"area": "320583"}]},
        keep={"organisation": "id"},
    ),
    Step(
        "office", "POST", "/v1/people", body={"login": "li.wei", "name": "李伟"}, keep={"id": "id"}
    ),
    Step(
        "office",
        "POST",
        "/v1/people/{id}/roles",
        {"id": "{id}"},
        {"role": "property", "organisation": "{organisation}"},
    ),
)


class Player:
    """Plays the story, and knows what was said before."""

    def __init__(self, guest: TestClient, keys: dict[str, str]) -> None:
        self.guest, self.keys, self.kept = guest, keys, dict[str, str]()
        self.said = guest.get("/openapi.json").json()

    def play(self, n: int, step: Step) -> tuple[str, dict[str, Any]]:
        """Send it; the operation, and the example that it makes."""
        about = {name: self._filled(value) for name, value in step.about.items()}
        in_path = {name: value for name, value in about.items() if f"{{{name}}}" in step.path}
        query = {name: value for name, value in about.items() if name not in in_path}
        headers = {"Idempotency-Key": f"example-{n:04}"} if step.method == "POST" else {}
        if step.who:
            headers["Authorization"] = f"Bearer {self.keys[step.who]}"
        operation = self.said["paths"][step.path][step.method.lower()]
        named = {one["name"] for one in operation.get("parameters", ())}
        assert set(about) <= named, operation["operationId"]
        if "If-Match" in named:
            headers["If-Match"] = f'"{self._version(in_path, headers)}"'
        body = json.loads(self._filled(json.dumps(step.body, ensure_ascii=False)))
        sent = {"data": body} if step.path.endswith("/token") else {"json": body}
        answer = self.guest.request(
            step.method,
            step.path.format(**in_path),
            params=query,
            headers=headers,
            **(sent if step.body is not None else {}),
        )
        assert answer.status_code < 300, answer.text
        told = answer.json()
        for name, where in step.keep.items():
            self.kept[name] = str(_at(told, where))
        self._check(operation, answer.status_code, body=body, told=told)
        shown = {name: headers[name] for name in headers if name in named}
        made = {"parameters": about | shown, "status": answer.status_code}
        asked = {} if step.body is None else {"request": body}
        return operation["operationId"], made | asked | {"answer": veiled(told)}

    def _version(self, in_path: dict[str, str], headers: dict[str, str]) -> int:
        found = self.guest.get(f"/v1/incidents/{in_path['id']}", headers=headers)
        version: int = found.json()["version"]
        return version

    def _filled(self, text: str) -> str:
        for name, value in self.kept.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _check(self, operation: Any, status: int, *, body: Any, told: Any) -> None:
        """Request and answer are of the shapes that the description gives them."""
        answered = operation["responses"][str(status)]["content"]["application/json"]
        self._fits(answered["schema"], told)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            self._fits(content["schema"], body)

    def _fits(self, schema: Any, value: Any) -> None:
        jsonschema_rs.validator_for({**schema, "components": self.said["components"]}).validate(
            value
        )


def _at(value: Any, where: str) -> Any:
    for part in where.split("."):
        value = value[int(part) if part.isdigit() else part]
    return value


def veiled(value: Any) -> Any:
    """An answer without what may not be shown, and of long lists the beginning."""
    if isinstance(value, dict):
        shown = {k: "..." if k in SECRETS and v else veiled(v) for k, v in value.items()}
        return shown | ({"actions": value["actions"][:3]} if "actions" in value else {})
    return [veiled(one) for one in value] if isinstance(value, list) else value


def levelled(value: Any) -> Any:
    """An example without what differs each time."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return json.loads(ID.sub("id", MOMENT.sub("moment", text)))


@pytest.fixture
def player(guest: TestClient, town: Town, fleet: Fleet, store: EmbeddedStore) -> Player:
    """An estate with a lift in which two people are stuck, and those who have to do with it."""
    at_ms = now_ms() - 60_000
    fleet.lift(LIFT)
    store.write([make_message("state", {"floor": 3}, at_ms=at_ms, lift=LIFT)])
    fleet.alarm(LIFT, "entrapment", at_ms=at_ms, evidence={"people": 2, "floor": 3})
    people = {
        "garden": town.person("garden", "property", Place("320583", "garden")),
        "centre": town.person("centre", "rescue", Place("320583")),
    }
    people["office"] = town.person("office", "admin")
    return Player(guest, {name: town.secret(one, "key") for name, one in people.items()})


def test_the_examples_are_what_is_answered(player: Player) -> None:
    """Each request is taken, each answer is of its shape and as the file has it."""
    played = dict(player.play(n, step) for n, step in enumerate(STORY))
    if os.environ.get("LIFTWATCH_TEST_REWRITE"):
        EXAMPLES.write_text(json.dumps(played, indent=1, ensure_ascii=False) + "\n")
    held = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert list(held) == list(played)
    for name, example in played.items():
        assert levelled(held[name]) == levelled(example), name


def test_the_description_shows_them(gated: FastAPI) -> None:
    """Each at its operation: the request, the answer, and what stands in path, query and head."""
    held = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    found = {one["operationId"]: one for _, one in operations(gated.openapi())}
    assert len(held) >= len({step.path for step in STORY})
    for name, example in held.items():
        one = found[name]
        shown = one["responses"][str(example["status"])]["content"]["application/json"]["example"]
        assert shown == example["answer"]
        given = {p["name"]: p["example"] for p in one.get("parameters", ()) if "example" in p}
        assert given == example["parameters"]
        if "request" in example:
            contents = one["requestBody"]["content"].values()
            assert [content["example"] for content in contents] == [example["request"]]


def test_operations_have_names_of_their_own(gated: FastAPI) -> None:
    """As generators of clients make functions of them."""
    names = [one["operationId"] for _, one in operations(gated.openapi())]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z_]+", name) for name in names), names
    assert {"list_lifts_lifts", "acknowledge_incident", "confirm_years"} <= set(names)

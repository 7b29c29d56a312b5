"""Silences over HTTP: who may, until when, and what they hid."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.ids import new_id
from liftwatch.incidents.silences import Withheld
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer


def asked(**more: Any) -> dict[str, Any]:
    """A silence of the garden for a day."""
    until = rfc3339(now_ms() + DAY_MS)
    return {"area": "320583", "estate": "garden", "until": until, "why": "painters"} | more


def send(client: TestClient, path: str, body: Any, **headers: str) -> Any:
    """A POST of its own."""
    return client.post(path, json=body, headers={"Idempotency-Key": new_id(), **headers})


@pytest.fixture
def desk(gated: FastAPI) -> Iterator[TestClient]:
    """Somebody on this machine, before anybody signs in."""
    with TestClient(gated, base_url="http://127.0.0.1") as made:
        yield made


def test_from_the_silence_to_what_it_hid(desk: TestClient, fleet: Fleet) -> None:
    """Listed with who and why; ended, it hides nothing more."""
    fleet.lift("L-0001")
    made = send(desk, "/v1/silences", asked(kind="door_blocked"))
    assert made.status_code == 201, made.text
    one = fleet.alarm("L-0001", "door_blocked", at_ms=now_ms())
    fleet.alarm("L-0001", "door_fault", at_ms=now_ms())
    (hidden,) = desk.get(f"/v1/hidden?silence={made.json()['id']}").json()["items"]
    assert (hidden["incident"], hidden["by"], hidden["kind"]) == (
        one.id,
        "silence",
        "door_blocked",
    )
    (told,) = desk.get("/v1/silences").json()["items"]
    assert (told["in_force"], told["why"]) == (True, "painters")
    path = f"/v1/silences/{told['id']}/end"
    assert send(desk, path, None, **{"If-Match": '"7"'}).status_code == 412
    ended = send(desk, path, None, **{"If-Match": '"1"'})
    assert (ended.status_code, ended.json()["in_force"]) == (200, False)
    assert send(desk, path, None, **{"If-Match": '"2"'}).status_code == 409
    fleet.alarm("L-0002", "door_blocked", at_ms=now_ms())
    assert len(desk.get("/v1/hidden").json()["items"]) == 1


def test_what_a_visit_hid_is_in_the_list(desk: TestClient, fleet: Fleet) -> None:
    """Beside what was silenced; it has no incident."""
    fleet.lift("L-0001")
    send(desk, "/v1/silences", asked(kind="door_blocked"))
    at_ms = now_ms()
    fleet.alarm("L-0001", "door_blocked", at_ms=at_ms)
    hid = Withheld(
        lift="L-0001",
        kind="overspeed",
        area="320583",
        estate="garden",
        at_ms=at_ms + 1,
        by="visit",
    )
    for _ in range(2):
        with fleet.books.begin() as work:
            work.note_withheld([hid])
    items = desk.get("/v1/hidden").json()["items"]
    assert [(one["kind"], one["by"], one["incident"] is None) for one in items] == [
        ("overspeed", "visit", True),
        ("door_blocked", "silence", False),
    ]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"until": rfc3339(0)}, 422),
        ({"until": rfc3339(now_ms() + 8 * DAY_MS)}, 422),
        ({"until": "tomorrow"}, 400),
        ({"why": ""}, 400),
        ({"why": "  "}, 422),
        ({"kind": "entrapment"}, 422),
        ({"kind": "overspeed"}, 422),
        ({"kind": "door_bloked"}, 422),
        ({"estate": None, "area": None}, 422),
        ({"lift": "L-0009"}, 404),
        ({"until": None}, 400),
        ({"for": "ever"}, 400),
    ],
)
def test_what_cannot_be_silenced(desk: TestClient, more: dict[str, Any], status: int) -> None:
    """Nothing is kept."""
    answered = send(desk, "/v1/silences", asked(**more))
    assert (answered.status_code, answered.json()["status"]) == (status, status), answered.text
    assert desk.get("/v1/silences").json()["items"] == []


def test_whose_silence_it_is(guest: TestClient, books: SqlBooks, town: Town, fleet: Fleet) -> None:
    """A property manager of its estate; what others see is theirs; the trail says who."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lake")
    keys = {
        name: bearer(town.secret(town.person(name, role, place), "key"))
        for name, role, place in (
            ("mei", "property", Place("320583", "garden")),
            ("bo", "property", Place("320583", "lake")),
            ("wu", "maintenance", Place("320583", "garden")),
        )
    }
    assert send(guest, "/v1/silences", asked(), **keys["wu"]).status_code == 403
    assert send(guest, "/v1/silences", asked(), **keys["bo"]).status_code == 404
    assert send(guest, "/v1/silences", asked(lift="L-0002"), **keys["mei"]).status_code == 404
    made = send(guest, "/v1/silences", asked(lift="L-0001"), **keys["mei"])
    assert made.status_code == 201, made.text
    assert guest.get("/v1/silences", headers=keys["bo"]).json()["items"] == []
    one = fleet.alarm("L-0001", "door_blocked", at_ms=now_ms())
    fleet.alarm("L-0002", "door_blocked", at_ms=now_ms(), estate="lake")
    for name, seen in (("mei", [one.id]), ("bo", [])):
        items = guest.get("/v1/hidden", headers=keys[name]).json()["items"]
        assert [item["incident"] for item in items] == seen
    path = f"/v1/silences/{made.json()['id']}/end"
    assert send(guest, path, None, **keys["bo"], **{"If-Match": '"1"'}).status_code == 404
    assert len(guest.get("/v1/silences", headers=keys["mei"]).json()["items"]) == 1
    lines = books.audit_page(AuditFilter(), limit=500).items
    (entry,) = [one.entry for one in lines if one.entry.action == "silences.write"]
    assert (entry.target_kind, entry.target) == ("silence", made.json()["id"])

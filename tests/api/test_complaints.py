"""Complaints over HTTP: by telephone, from the hot line, who sees what, who moves what."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from api.app import create_app
from api.gate import Gate
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.webhook import sign
from liftwatch.clock import DAY_MS, HOUR_MS, SECOND_MS, now_ms, rfc3339
from liftwatch.handlers import people as handlers
from liftwatch.handlers.care_complaints import Told, receive
from liftwatch.ids import new_id
from liftwatch.register.facts import Facts
from tests.api.conftest import SECRET, Fleet, Town
from tests.api.test_sign_in import bearer
from tests.api.test_silences import send

KEY = b"k" * 24
GARDEN = Place("320583", "garden")


@pytest.fixture
def keys(town: Town, fleet: Fleet) -> dict[str, dict[str, str]]:
    """Headers of a property manager, a maintenance unit, supervision, and a manager elsewhere."""
    fleet.lift("L-0001", facts=Facts(building="3", unit="1", rescue_code="063571"))
    fleet.lift("L-0009", estate="lake")
    found = {}
    for name, role, places in (
        ("mei", "property", (GARDEN,)),
        ("bo", "property", (Place("320583", "lake"),)),
        ("wu", "maintenance", ()),
        ("sun", "supervision", (Place("320583"),)),
    ):
        person = town.person(name, role, *places)
        found[name] = bearer(town.secret(person, "key"))
        if name == "wu":
            with town.store.begin() as work:
                (unit,) = {one.organisation for one in work.grants(person.id, now_ms())}
                handlers.make_contract(
                    work, lift="L-0001", organisation=unit, from_ms=1, until_ms=None
                )
    return found


def told(people: SqlPeople, books: SqlBooks, lift: str = "L-0001", **more: Any) -> str:
    """A resident's complaint; its id."""
    row = books.lift(lift)
    assert row is not None
    asked = Told(**({"topic": "doors", "channel": "page"} | more))
    with people.begin() as work:
        return receive(work, row, asked, now_ms=now_ms()).matter.id


def test_who_sees_what_of_whom(
    guest: TestClient, people: SqlPeople, books: SqlBooks, keys: dict[str, dict[str, str]]
) -> None:
    """The manager all; the unit words without numbers; the others nothing, or no person."""
    words = "call 138 1234 5678, it jams"
    one = told(people, books, words=words, phone="13812345678", photo=b"jpeg")
    other = told(people, books, "L-0009")
    for name, whole, listed in (
        ("mei", True, {one}),
        ("wu", False, {one}),
        ("sun", False, {one, other}),
        ("bo", None, {other}),
    ):
        items = guest.get("/v1/complaints", headers=keys[name]).json()["items"]
        assert {row["id"] for row in items} == listed, name
        assert "1234" not in json.dumps(items)
        answered = guest.get(f"/v1/complaints/{one}", headers=keys[name])
        photo = guest.get(f"/v1/complaints/{one}/photo", headers=keys[name]).status_code
        page = guest.get(f"/complaints/{one}", headers=keys[name])
        if whole is None:
            assert (answered.status_code, photo, page.status_code) == (404, 404, 404)
            continue
        assert ("13812345678" in answered.text, "1234 5678" in answered.text) == (whole, whole)
        assert ("13812345678" in page.text, "1234 5678" in page.text) == (whole, whole)
        assert "it jams" in answered.text
        assert photo == (200 if whole else 403)


def test_a_matter_goes_from_hand_to_hand(
    guest: TestClient, people: SqlPeople, books: SqlBooks, keys: dict[str, dict[str, str]]
) -> None:
    """Offered, accepted, given back with what was found, answered; each against its version."""
    id = told(people, books)

    def move(who: str, name: str, version: int, *text: str) -> Any:
        body = {"text": text[0]} if text else {}
        path = f"/v1/complaints/{id}/{name}"
        return send(guest, path, body, **keys[who], **{"If-Match": f'"{version}"'})

    assert move("wu", "take", 1).status_code == 409
    assert move("sun", "take", 1).status_code == 403
    assert move("bo", "take", 1).status_code == 404
    assert move("mei", "offer", 1).status_code == 422
    assert move("mei", "offer", 1, "the edge").json()["offered"] == "maintenance"
    assert move("wu", "accept", 1).status_code == 412
    assert move("wu", "accept", 2).json()["party"] == "maintenance"
    assert move("wu", "offer", 3, "cleaned").status_code == 200
    assert move("mei", "accept", 4).json()["state"] == "assigned"
    assert move("wu", "answer", 5, "x").status_code == 409
    assert move("mei", "answer", 5, "The edge was cleaned.").json()["state"] == "answered"
    one = guest.get(f"/v1/complaints/{id}", headers=keys["mei"]).json()
    assert [line["move"] for line in one["story"]] == [
        *("received", "offer", "accept", "offer", "accept", "answer"),
    ]
    assert one["moves"] == ["close"]


def test_told_by_telephone(
    guest: TestClient, keys: dict[str, dict[str, str]], fleet: Fleet
) -> None:
    """Kept under whose hands it is entered; of a lift that is not seen nothing."""
    body = {"lift": "L-0001", "topic": "noise", "words": "it squeals"}
    made = send(guest, "/v1/complaints", body, **keys["mei"])
    assert (made.status_code, made.json()["channel"]) == (201, "phone")
    assert send(guest, "/v1/complaints", body | {"lift": "L-0009"}, **keys["mei"]).is_error
    assert send(guest, "/v1/complaints", body | {"phone": "x"}, **keys["mei"]).status_code == 422
    assert send(guest, "/v1/complaints", body, **keys["wu"]).status_code == 403
    fleet.alarm("L-0001", "ride_anomaly", at_ms=now_ms() - HOUR_MS)
    page = guest.get(f"/complaints/{made.json()['id']}", headers=keys["mei"])
    assert "/incidents/" in page.text
    assert guest.get("/complaints?show=overdue", headers=keys["mei"]).status_code == 200
    assert "it squeals" in page.text


def test_pages_of_the_list(
    guest: TestClient, people: SqlPeople, books: SqlBooks, fleet: Fleet, keys: dict[str, Any]
) -> None:
    """By cursor, each once."""
    ids = set()
    for n in range(3):
        fleet.lift(f"L-1{n:03}")
        ids.add(told(people, books, f"L-1{n:03}"))
    first = guest.get("/v1/complaints?limit=2", headers=keys["mei"]).json()
    rest = guest.get(f"/v1/complaints?limit=2&cursor={first['next']}", headers=keys["mei"]).json()
    assert {one["id"] for one in first["items"] + rest["items"]} == ids
    assert rest["next"] is None


@pytest.fixture
def city(
    books: SqlBooks, store: EmbeddedStore, people: SqlPeople, keys: dict[str, Any]
) -> TestClient:
    """The hot line, which has our key."""
    del keys
    app: FastAPI = create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
        hotline_key=KEY,
    )
    return TestClient(app, base_url="http://127.0.0.1")


def hand_on(city: TestClient, *, key: bytes = KEY, at_ms: int | None = None, **more: Any) -> Any:
    """A webhook of the hot line."""
    said = {"number": "12345-7", "lift": "L-0001", "topic": "stopped", "words": "停了"} | more
    body = json.dumps(said).encode()
    id, stamp = new_id(), str((now_ms() if at_ms is None else at_ms) // SECOND_MS)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": sign(body, id=id, timestamp=stamp, key=key),
    }
    return city.post("/v1/hotline/complaints", content=body, headers=headers)


def test_the_hot_line_counts_once(city: TestClient, people: SqlPeople) -> None:
    """By its number, with its time; the same again is answered the same, another is a conflict."""
    due = rfc3339(now_ms() + 10 * 60 * SECOND_MS)
    first = hand_on(city, due_at=due)
    assert (first.status_code, first.json()["known"]) == (200, False), first.text
    again = hand_on(city, due_at=due)
    assert again.json() == first.json() | {"known": True}
    assert hand_on(city, topic="doors").status_code == 409
    with people.reading() as reads:
        one = reads.care.complaint_of_outside("12345-7")
    assert one is not None
    assert one.due_ms is not None
    assert rfc3339(one.due_ms) == due
    assert hand_on(city, number="n-8", lift="063571").json()["known"] is False
    with people.reading() as reads:
        other = reads.care.complaint_of_outside("n-8")
    assert other is not None
    assert other.lead == one.id


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"key": b"x" * 24}, 401),
        ({"at_ms": now_ms() - DAY_MS}, 401),
        ({"lift": "L-7777"}, 422),
        ({"lift": "063572"}, 422),
        ({"topic": "weather"}, 400),
        ({"due_at": "tomorrow"}, 400),
        ({"number": "a b"}, 400),
        ({"phone": "call me"}, 422),
        ({"extra": 1}, 400),
    ],
)
def test_what_the_hot_line_cannot_send(city: TestClient, more: dict[str, Any], status: int) -> None:
    """A problem as RFC 9457 has it, and nothing is kept."""
    answered = hand_on(city, **more)
    assert answered.status_code == status, answered.text
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json()["status"] == status


def test_without_a_key_there_is_no_hot_line(guest: TestClient) -> None:
    """And nobody learns more."""
    assert hand_on(guest).status_code == 404

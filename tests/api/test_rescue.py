"""The feed of the rescue platform over HTTP: who reads it, what its receipts do, and bad input."""

import threading
import time
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.clock import now_ms
from tests.api.conftest import Fleet, Town

Headers = dict[str, str]


@pytest.fixture
def centre(town: Town) -> Headers:
    """The machine of the area's rescue platform."""
    return bearer(town, "centre", "rescue", Place("320583"))


def bearer(town: Town, login: str, role: str, *places: Place) -> Headers:
    """A key of somebody new."""
    return {"Authorization": f"Bearer {town.secret(town.person(login, role, *places), 'key')}"}


def answer(guest: TestClient, centre: Headers, n: int, *, body: Any, key: str = "") -> Any:
    """A receipt, under a key of its own."""
    headers = centre | {"Idempotency-Key": key or f"{n}-{body['receipt']}-key"}
    return guest.post(f"/v1/rescue/events/{n}/receipt", json=body, headers=headers)


def test_pulled_answered_and_pulled_again(guest: TestClient, fleet: Fleet, centre: Headers) -> None:
    """Numbers in order; a receipt moves the incident, which is the next number."""
    fleet.lift("L-0001")
    one = fleet.alarm("L-0001", "entrapment", at_ms=now_ms() - 1_000)
    got = guest.get("/v1/rescue/events", headers=centre)
    (event,) = got.json()["items"]
    assert (got.json()["next"], event["sequence"], event["id"]) == (1, "1", "320583/1")
    assert event["type"] == "cn.lift.incident.entrapment.raised.v1"
    assert event["data"]["lift"]["rescue_code"] == "063577"
    assert "owner" not in event["data"]["incident"]
    taken = answer(guest, centre, 1, body={"receipt": "accepted"})
    assert taken.status_code == 201
    assert taken.json() | {"at": "", "noted_at": ""} == {
        "feed": "320583",
        "n": 1,
        "receipt": "accepted",
        "at": "",
        "noted_at": "",
        "moved": True,
        "why": None,
        "repeated": False,
        "incident": one.id,
        "state": "acknowledged",
        "version": 2,
    }
    assert answer(guest, centre, 1, body={"receipt": "accepted"}).headers["Idempotency-Replayed"]
    assert answer(guest, centre, 1, body={"receipt": "accepted"}, key="another-key").json()[
        "repeated"
    ]
    after = guest.get("/v1/rescue/events?after=1", headers=centre).json()
    assert [one["data"]["what"] for one in after["items"]] == ["acknowledged"]
    story = guest.get(f"/v1/incidents/{one.id}/story", headers=centre).json()["items"]
    assert [(line["what"], line["channel"]) for line in story][-1] == ("acknowledge", "platform")


def test_it_waits_for_news(guest: TestClient, fleet: Fleet, centre: Headers) -> None:
    """A long poll answers as soon as there is something, and with nothing when its time is up."""
    began = time.monotonic()
    empty = guest.get("/v1/rescue/events?wait_s=0.4", headers=centre).json()
    assert empty == {"items": [], "next": None}
    assert time.monotonic() - began > 0.3
    later = threading.Timer(0.3, fleet.alarm, ("L-0001", "entrapment"))
    later.start()
    began = time.monotonic()
    assert guest.get("/v1/rescue/events?wait_s=20", headers=centre).json()["next"] == 1
    assert time.monotonic() - began < 20  # before its time is up
    later.join()


def test_who_reads_which_feed(guest: TestClient, fleet: Fleet, town: Town, centre: Headers) -> None:
    """All of one's area, or nothing: a part would have gaps. Exercises are apart."""
    fleet.alarm("L-0001", "entrapment")
    fleet.alarm("L-0002", "entrapment", exercise=True)
    assert len(guest.get("/v1/rescue/events", headers=centre).json()["items"]) == 1
    drill = guest.get("/v1/rescue/events?exercise=true", headers=centre).json()["items"]
    assert [(one["id"], one["exercise"]) for one in drill] == [("320583-exercise/1", True)]
    part = bearer(town, "part", "rescue", Place("320583", "garden"))
    assert guest.get("/v1/rescue/events?area=320583", headers=part).status_code == 403
    assert guest.get("/v1/rescue/events", headers=part).status_code == 400
    both = bearer(town, "both", "rescue", Place("320583"), Place("320506"))
    assert guest.get("/v1/rescue/events", headers=both).status_code == 400
    assert guest.get("/v1/rescue/events?area=320506", headers=both).json()["items"] == []
    other = bearer(town, "other", "rescue", Place("320506"))
    assert guest.get("/v1/rescue/events?area=320583", headers=other).status_code == 403
    assert guest.get("/v1/rescue/events").status_code == 401
    for role in ("property", "maintenance", "supervision"):
        who = bearer(town, role, role, Place("320583"))
        assert guest.get("/v1/rescue/events?area=320583", headers=who).status_code == 403
        refused = answer(guest, who, 1, body={"receipt": "received"})
        assert refused.status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("wait_s=31", 400),
        ("wait_s=-1", 400),
        ("wait_s=nan", 400),
        ("wait_s=1e99", 400),
        ("after=-1", 400),
        ("after=x", 400),
        ("after=99999999999999999999", 400),
        ("after=7", 409),
        ("area=nowhere", 400),
        ("limit=0", 400),
    ],
)
def test_questions_that_make_no_sense(
    guest: TestClient, centre: Headers, query: str, status: int
) -> None:
    """Each is a problem, at once; a number of another life of the feed is told as such."""
    assert guest.get(f"/v1/rescue/events?{query}", headers=centre).status_code == status


@pytest.mark.parametrize(
    ("n", "body", "status"),
    [
        (2, {"receipt": "received"}, 404),
        (0, {"receipt": "received"}, 404),
        (10**30, {"receipt": "received"}, 404),
        (1, {"receipt": "maybe"}, 400),
        (1, {"receipt": "dispatched"}, 422),
        (1, {"receipt": "refused"}, 422),
        (1, {"receipt": "received", "who": "me"}, 400),
        (1, {"receipt": "received", "at": "yesterday"}, 400),
    ],
)
def test_receipts_that_make_no_sense(
    guest: TestClient, fleet: Fleet, centre: Headers, n: int, body: dict[str, str], status: int
) -> None:
    """Nothing is kept of them, and the incident stays where it is."""
    one = fleet.alarm("L-0001", "entrapment")
    assert answer(guest, centre, n, body=body).status_code == status
    assert fleet.books.rescue_receipts("320583", 1) == []
    assert fleet.books.incident(one.id) == one


def test_garbage_instead_of_a_receipt(guest: TestClient, fleet: Fleet, centre: Headers) -> None:
    """Whatever it is made of, and whatever its head says."""
    fleet.alarm("L-0001", "entrapment")
    path, json = "/v1/rescue/events/1/receipt", {"Content-Type": "application/json"}
    keyed = centre | {"Idempotency-Key": "a-key-of-mine"}
    for raw in (b"", b"{", b"[]", b"\xff\xfe", b'{"receipt":' * 5_000):
        assert guest.post(path, content=raw, headers=keyed | json).status_code in (400, 413)
    assert guest.post(path, content=b"x=1", headers=keyed).status_code == 415
    assert guest.post(path, json={"receipt": "received"}, headers=centre).status_code == 400
    refused = answer(guest, centre, 1, body={"receipt": "accepted"})
    assert refused.status_code == 201
    told_otherwise = answer(guest, centre, 1, body={"receipt": "refused", "reason": "no crew"})
    assert told_otherwise.status_code == 409


def test_an_incident_as_others_have_it(app: FastAPI, client: TestClient, fleet: Fleet) -> None:
    """CAP and the provincial class, also of what the platform was never told."""
    del app
    fleet.lift("L-0001")
    one = fleet.alarm("L-0001", "entrapment")
    fault = fleet.alarm("L-0001", "door_fault")
    told = client.get(f"/v1/incidents/{one.id}/cap")
    assert told.headers["content-type"].startswith("application/cap+xml")
    assert b"<identifier>320583.1</identifier>" in told.content
    assert fault.id.encode() in client.get(f"/v1/incidents/{fault.id}/cap").content
    assert client.get("/v1/incidents/nothing/cap").status_code == 404
    said = client.get(f"/v1/incidents/{one.id}/provincial").json()
    assert (said["class"], said["typeCode"], said["rescueCode"]) == (
        "fault-entrap-info",
        "11",
        "063577",
    )

"""What is due over HTTP, what signals say of a visit, contradictions: rights by role and row."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from ingest.decode import Publication, decode
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.clock import DAY_MS, SECOND_MS, now_ms, rfc3339
from tests.api.conftest import Fleet, Town
from tests.api.test_care_visits import Person, detail, li, wu

__all__ = ["li", "wu"]
FAR = Place("320583", "lake")
PAPER = {
    "lift": "L-0001",
    "number": "TJ-1",
    "sha256": "ab" * 32,
    "verdict": "passed",
    "inspected_on": "2026-01-05",
    "next_on": "2099-01-05",
}


@pytest.fixture
def qian(guest: TestClient, town: Town) -> Person:
    """Somebody of supervision."""
    return Person(guest, town, "qian", "supervision", Place("320583"))


def tell(store: EmbeddedStore, kind: str, at_ms: int, **fields: Any) -> None:
    """The lift's terminal tells something that is in the store."""
    tell.seq += 1  # type: ignore[attr-defined]
    body = {"v": 1, "terminal": "T", "boot": "b", "seq": tell.seq, "at": rfc3339(at_ms)}  # type: ignore[attr-defined]
    topic = f"lift/v1/320583/garden/L-0001/{kind}"
    said = decode(Publication(topic, json.dumps(body | fields).encode(), at_ms))
    assert said.messages, said.rejections
    store.write(said.messages)


tell.seq = 0  # type: ignore[attr-defined]


def test_what_the_signals_say_of_a_visit(wu: Person, store: EmbeddedStore, fleet: Fleet) -> None:
    """Inspection mode and how long, doors and rides; a fault within the day is told by its item."""
    one = wu.whole()
    path = f"/v1/visits/{one['id']}/witness"
    assert wu.get(path).json()["speaks"] is False
    at_ms = now_ms()
    fleet.alarm("L-0001", "door_fault", at_ms=at_ms + 1)
    begun = wu.get(f"/v1/visits/{one['id']}").json()["in_at"]
    assert begun < rfc3339(at_ms)
    two = wu.check_in("L-0001", work="repair").json()
    path = f"/v1/visits/{two['id']}"
    in_ms = now_ms()
    for n, mode in enumerate(("normal", "inspection", "inspection", "normal")):
        tell(store, "state", in_ms + n * 100, service_mode=mode)
    tell(store, "door", in_ms + 50, floor=1, open_s=3.0, result="closed")
    tell(store, "ride", in_ms + 60, from_floor=1, to_floor=2, duration_s=9.0, occupied=True)
    tell(store, "emergency_call", in_ms + 70, id="c", phase="test_ok")
    while now_ms() < in_ms + SECOND_MS:  # what is told lies within the visit
        pass
    two = wu.send(f"{path}/out", {"remark": "rollers"}, version=two["version"]).json()
    said = wu.get(f"{path}/witness").json()
    assert {name: said[name] for name in ("speaks", "states", "doors", "rides", "tests_ok")} == {
        "speaks": True,
        "states": 4,
        "doors": 1,
        "rides": 1,
        "tests_ok": 1,
    }
    assert said["rides_with_people"] == 1
    items = wu.get(f"/v1/visits/{one['id']}/witness").json()["items"]
    assert {item["code"]: item["after"] for item in items}["A-1-22"] == "again"


def test_certificates_and_standing(
    wu: Person, li: Person, guest: TestClient, town: Town, fleet: Fleet
) -> None:
    """The register learns the date; one certificate is of one lift; a stranger sees no lift."""
    fleet.lift("L-0003")
    assert li.send("/v1/inspections", PAPER).status_code == 201
    for other in (PAPER | {"lift": "L-0003"}, PAPER | {"lift": "L-0003", "number": "TJ-2"}):
        assert detail(li.send("/v1/inspections", other)) == (
            422,
            "this certificate stands for lift L-0001 already: one certificate is of one lift",
        )
    found = wu.get("/v1/inspections?lift=L-0001").json()
    assert (found["standing"]["due_on"], found["standing"]["forbidden"]) == ("2099-01-05", False)
    assert [one["number"] for one in found["items"]] == ["TJ-1"]
    assert wu.send("/v1/inspections", PAPER).status_code == 403
    far = Person(guest, town, "far", "property", FAR)
    assert far.send("/v1/inspections", PAPER | {"number": "X"}).status_code == 404
    assert far.get("/v1/inspections?lift=L-0001").status_code == 404
    rows = li.get("/v1/calendar?from=2099-01-01&to=2099-01-31").json()["items"]
    assert ("L-0001", "inspection") in {(row["lift"], row["what"]) for row in rows}
    assert li.get("/v1/calendar?from=2099-01-01&to=2026-01-31").status_code == 400


def test_a_regime_has_versions_and_conditions(
    wu: Person, li: Person, guest: TestClient, town: Town
) -> None:
    """Filed by the use unit alone; thirty days hold only when everything is met."""
    path = "/v1/lifts/L-0001/regime"
    body = {"kind": "on_demand", "interval_days": 30, "filing_no": "KS-1"}
    assert wu.send(path, body, version=1).status_code == 403
    assert li.send(path, body).status_code == 400  # against no version
    first = {"If-Match": '"0"', "Idempotency-Key": "regime-of-lift-1"} | li.headers
    made = li.client.post(path, json=body, headers=first)
    assert (made.status_code, made.json()["version"]) == (200, 1)
    assert li.client.post(path, json=body, headers=first).json() == made.json()
    stale = first | {"Idempotency-Key": "another-regime"}
    assert li.client.post(path, json=body, headers=stale).status_code == 412
    plan = wu.get("/v1/lifts/L-0001/plan").json()
    assert (plan["filed_days"], plan["interval_days"]) == (30, 15)
    assert "insurance" in {c["name"] for c in plan["conditions"] if not c["met"]}
    far = Person(guest, town, "far", "property", FAR)
    assert far.client.post(path, json=body, headers=stale | far.headers).status_code == 404


def test_a_contradiction_over_http(
    wu: Person, li: Person, qian: Person, guest: TestClient, town: Town, fleet: Fleet
) -> None:
    """Answered by the unit whose visit it was, once; decided by supervision, not before."""
    wu.whole()
    why = ["no inspection mode and no door moved"]
    one = fleet.alarm(
        "L-0001", "maintenance_contradicted", at_ms=now_ms(), evidence={"contradicted_by": why}
    )
    path = f"/v1/contradictions/{one.id}"
    (row,) = qian.get("/v1/contradictions").json()["items"]
    assert (row["state"], row["contradicted_by"], row["version"]) == ("asked", why, 0)
    head = {"If-Match": '"0"'}

    def send(who: Person, what: str, body: Any, *, key: str) -> Any:
        headers = who.headers | head | {"Idempotency-Key": key}
        return who.client.post(f"{path}/{what}", json=body, headers=headers)

    ruling = {"counts": True, "why": "as the signals show"}
    assert "has not answered" in detail(send(qian, "decide", ruling, key="too-early"))[1]
    assert send(li, "answer", {"why": "x"}, key="not-theirs").status_code == 403
    assert send(wu, "decide", ruling, key="nor-theirs").status_code == 403
    other = Person(guest, town, "other", "maintenance")
    assert send(other, "answer", {"why": "x"}, key="a-stranger").status_code == 404
    told = send(wu, "answer", {"why": "the switch is broken"}, key="the-answer")
    assert (told.status_code, told.json()["state"]) == (200, "answered")
    assert send(wu, "answer", {"why": "more"}, key="once-more").status_code == 412
    head["If-Match"] = '"1"'
    assert send(qian, "decide", ruling, key="the-ruling").json()["state"] == "counts"
    head["If-Match"] = '"2"'
    assert "decided already" in detail(send(qian, "decide", ruling, key="again-one"))[1]
    assert li.get("/v1/contradictions").json()["items"][0]["reply"] == "the switch is broken"
    assert other.get("/v1/contradictions").json()["items"] == []


def test_what_is_over_stands_in_front_of_whatever_is_asked(
    wu: Person, li: Person, fleet: Fleet
) -> None:
    """A visit that is overdue since five days is in the calendar of two months on, too."""
    fleet.lift("L-0003")
    wu.contract("L-0003", since_ms=20 * DAY_MS)
    later = rfc3339(now_ms() + 60 * DAY_MS)[:10]
    rows = li.get(f"/v1/calendar?from={later}").json()["items"]
    assert [(row["lift"], row["over"]) for row in rows] == [("L-0003", True)]

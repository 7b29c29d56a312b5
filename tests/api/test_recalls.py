"""Recalls over HTTP and on pages: who begins one, what each sees of it, how it is followed."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, day_text, estate_day, now_ms, rfc3339
from liftwatch.ids import new_id
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.test_instructions import PROOF, Office, signed_in

KONE, OTIS = Facts(manufacturer="KONE", model="M1"), Facts(manufacturer="Otis", model="G2")


class Recalls(Office):
    """Everybody, and lifts of two makes."""

    def __init__(self, client: TestClient, town: Town, fleet: Fleet) -> None:
        super().__init__(client, town, fleet)
        fleet.lift("L-0001", facts=KONE)
        fleet.lift("L-0002", estate="lake", facts=KONE)
        for n in range(3, 9):
            fleet.lift(f"L-{n:04d}", facts=OTIS)

    def wanted(self, **more: Any) -> dict[str, Any]:
        """A recall of all of one make."""
        return {
            "criterion": {"make": "kone"},
            "origin": "maker",
            "word": "KONE 2026-03",
            "what": "door locks of 2025",
            "why": "contacts stick",
            "remedy": "replace the contacts",
            "deadline": rfc3339(now_ms() + 20 * DAY_MS),
        } | more

    def begun(self, **more: Any) -> dict[str, Any]:
        """The same, begun."""
        made = self.send("samr", "/v1/recalls", self.wanted(**more))
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def whole(self, who: str, one: dict[str, Any]) -> dict[str, Any]:
        """What somebody reads of one."""
        found: dict[str, Any] = self.get(who, f"/v1/recalls/{one['id']}").json()
        return found

    def judge(self, who: str, one: dict[str, Any], name: str, **body: Any) -> Any:
        """Except, close or withdraw, at the version it has."""
        version = self.whole("samr", one)["recall"]["version"]
        path = f"/v1/recalls/{one['id']}/{name}"
        return self.send(who, path, body, **{"If-Match": f'"{version}"'})


@pytest.fixture
def office(guest: TestClient, town: Town, fleet: Fleet) -> Recalls:
    """Everybody."""
    return Recalls(guest, town, fleet)


def test_from_the_recall_to_its_end(office: Recalls, books: SqlBooks) -> None:
    """Each lift lies with one; the last is put right, another excepted; then it is closed."""
    one = office.begun()
    assert (one["lifts"], one["left"], one["standing"]["work"]) == (2, 2, 2)
    rows = {row["lift"]: row for row in office.whole("samr", one)["lifts"]}
    assert rows["L-0001"]["responsible"] == office.units["anda"], "it holds the contract"
    assert rows["L-0002"]["responsible"] == office.units["lake"], "there is none: its manager"
    asked = office.get("anda", f"/v1/instructions/{rows['L-0001']['instruction']}").json()
    told = asked["instruction"]
    assert (told["source"], told["cause"], told["basis"]) == ("recall", one["id"], "recall")
    assert told["what"] == "door locks of 2025\nreplace the contacts"
    moved = office.moved("anda", office.moved("anda", told, "accept"), "report", **PROOF)
    assert office.judge("samr", one, "close", text="all").status_code == 409
    office.moved("samr", moved, "verify", text="seen on the spot")
    refused = office.judge("samr", one, "except", lift="L-0001", text="no")
    assert (refused.status_code, refused.json()["detail"]) == (409, "it is put right already")
    assert office.judge("garden", one, "close", text="all").status_code == 403
    gone = office.judge("samr", one, "except", lift="L-0002", text="taken out last week")
    assert (gone.status_code, gone.json()["left"]) == (200, 0)
    assert office.judge("samr", one, "except", lift="L-0009", text="no").status_code == 404
    over = office.judge("samr", one, "close", text="all of them")
    assert (over.status_code, over.json()["state"]) == (200, "closed")
    assert office.get("samr", "/v1/recalls").json()["items"] == []
    (kept,) = office.get("samr", "/v1/recalls?open=false").json()["items"]
    assert kept["ended_why"] == "all of them"
    trail = books.audit_page(AuditFilter(target_kind="recall", target=one["id"]), limit=20)
    assert {row.entry.action for row in trail.items} >= {"recalls.issue", "recalls.judge"}


def test_each_sees_their_own_lifts_in_it(office: Recalls) -> None:
    """A stranger's recall is not there; a unit's and a manager's rows are their own."""
    one = office.begun()
    for who, lifts in (
        ("samr", ["L-0001", "L-0002"]),
        ("anda", ["L-0001"]),
        ("garden", ["L-0001"]),
        ("lake", ["L-0002"]),
    ):
        whole = office.whole(who, one)
        assert [row["lift"] for row in whole["lifts"]] == lifts, who
        assert whole["recall"]["lifts"] == len(lifts)
        assert len(office.get(who, "/v1/recalls").json()["items"]) == 1
        assert office.get(who, f"/recalls/{one['id']}").status_code == 200
    for who in ("far", "kone", "old"):
        assert office.get(who, f"/v1/recalls/{one['id']}").status_code == 404
        assert office.get(who, f"/recalls/{one['id']}").status_code == 404
        assert office.get(who, "/v1/recalls").json()["items"] == []
    assert office.judge("far", one, "withdraw", text="mine").status_code == 404
    assert office.send("garden", "/v1/recalls", office.wanted()).status_code == 403
    assert office.send("far", "/v1/recalls", office.wanted()).status_code == 422, "no lift there"


def test_what_cannot_begin(office: Recalls) -> None:
    """Nothing in common, no lift, the past, a word that is none, and the same twice."""
    for wrong in (
        {"criterion": {}},
        {"criterion": {"make": "Schindler"}},
        {"criterion": {"kind": "door_fault"}},
        {"criterion": {"part": "wings", "from": rfc3339(0)}},
        {"criterion": {"make": "kone", "from": rfc3339(0)}},
        {"deadline": rfc3339(now_ms() - DAY_MS)},
        {"remedy": " "},
        {"kinds": ["no_such"]},
    ):
        made = office.send("samr", "/v1/recalls", office.wanted(**wrong))
        assert made.status_code == 422, (wrong, made.text)
    office.begun()
    again = office.send("samr", "/v1/recalls", office.wanted(criterion={"make": " KONE"}))
    assert again.status_code == 409
    assert "this very criterion" in again.json()["detail"]
    body = office.body(source="recall")
    assert office.send("samr", "/v1/instructions", body).status_code == 400, "not by hand"


def test_the_same_request_begins_one(office: Recalls) -> None:
    """Whoever did not hear the answer asks again."""
    key = {"Idempotency-Key": "recall-0001"}
    body = office.wanted()
    first = office.send("samr", "/v1/recalls", body, **key)
    second = office.send("samr", "/v1/recalls", body, **key)
    assert (first.status_code, first.json()) == (201, second.json())
    assert len(office.get("samr", "/v1/recalls").json()["items"]) == 1


def test_what_faulty_lifts_share(office: Recalls) -> None:
    """By make against the rest, of the lifts that one sees; and which meet a criterion."""
    at_ms = now_ms() - 5 * DAY_MS
    for lift in ("L-0001", "L-0003"):
        office.fleet.alarm(lift, "door_fault", at_ms=at_ms)
    path = "/v1/commonalities?kind=door_fault&by=make"
    found = office.get("samr", path).json()
    assert (found["lifts"], found["hit"]) == (8, 2)
    assert [(one["make"], one["hit"], one["lifts"]) for one in found["items"]] == [
        ("KONE", 1, 2),
        ("Otis", 1, 6),
    ]
    assert not any(one["stands_out"] for one in found["items"]), "one lift of each is chance"
    assert office.get("lake", path).json()["items"] == []
    for query, lifts in (
        ("make=kone", ["L-0001", "L-0002"]),
        ("make=kone&kind=door_fault", ["L-0001"]),
        ("model=m1&part=brake", []),
        ("firmware=9", []),
    ):
        alike = office.get("samr", f"/v1/commonalities/lifts?{query}").json()
        assert [one["lift"] for one in alike["items"]] == lifts, query
    for wrong in ("", "?make=kone", "?kind=wings", "?kind=door_fault&by=colour", "?dialect=x"):
        assert office.get("samr", f"/v1/commonalities{wrong}").status_code in (400, 422), wrong
    assert office.get("samr", "/v1/commonalities/lifts").status_code == 422


def test_by_forms(office: Recalls) -> None:
    """What it hits is shown before; what was typed is kept; then lift by lift, and the end."""
    client, origin = office.client, {"Origin": "http://127.0.0.1"}
    client.headers["Accept-Language"] = "en"
    csrf = signed_in(client, "samr")
    for lift in ("L-0001", "L-0003"):
        office.fleet.alarm(lift, "door_fault", at_ms=now_ms() - DAY_MS)
    since = day_text(estate_day(now_ms()) - 9)
    shown = client.get(f"/recalls/new?make=kone&kind=door_fault&since={since}&by=make")
    assert shown.status_code == 200
    assert "It hits 1 lift" in shown.text
    assert "1 / 6" in shown.text, "how it is spread"
    chinese = {"Accept-Language": "zh"}
    assert "1 / 6" in client.get(str(shown.url), headers=chinese).text
    typed = {"csrf": csrf, "once": new_id(), "origin": "maker", "word": "KONE <7>"}
    typed |= {
        "what": "locks",
        "why": "sticky",
        "deadline": "2020-01-01T18:00",
        "remedy": "new ones",
    }
    for more, why in (
        ({}, "without a criterion"),
        ({"make": "kone"}, "in the past"),
        ({"make": "kone", "kind": "door_fault", "since": "x"}, "since"),
        ({"make": "no such"}, "in the past"),
    ):
        wrong = client.post("/recalls/new", data=typed | more | {"once": new_id()}, headers=origin)
        assert (wrong.status_code, "KONE &lt;7&gt;" in wrong.text) == (422, True), more
        assert why in wrong.text, more
    typed |= {"make": "kone", "deadline": rfc3339(now_ms() + 9 * DAY_MS)[:16], "once": new_id()}
    look = client.post("/recalls/new", data=typed | {"do": "look"}, headers=origin)
    assert "It hits 2 lifts" in look.text
    made = client.post("/recalls/new", data=typed, headers=origin)
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    assert "locks" in client.get("/recalls").text
    form = {"csrf": csrf, "version": "1", "text": "gone <now>"}

    def act(version: int, **more: str) -> Any:
        told = form | {"once": new_id(), "version": str(version)} | more
        return client.post(path, data=told, headers=origin)

    assert act(1, what="close").status_code == 409
    assert act(1, what="burn").status_code == 422
    assert act(1, what="except", lift="L-0001").status_code == 303
    stale = act(1, what="except", lift="L-0002")
    assert (stale.status_code, "gone &lt;now&gt;" in stale.text) == (409, True)
    assert act(2, what="except", lift="L-0002").status_code == 303
    assert act(3, what="close").status_code == 303
    assert "gone &lt;now&gt;" in client.get(path).text
    assert act(4, what="close").status_code == 409

"""Instructions over HTTP and on pages, from issue to verified work, by role and row."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.handlers import people as handlers
from liftwatch.ids import new_id
from tests.api.conftest import PASSWORD, Fleet, Town
from tests.api.test_sign_in import bearer

AREA, GARDEN, LAKE = Place("320583"), Place("320583", "garden"), Place("320583", "lake")
PROOF: dict[str, Any] = {
    "text": "lock replaced",
    "documents": [{"name": "a.jpg", "sha256": "a" * 64}],
}


class Office:
    """Everybody around a lift, each with a key."""

    def __init__(self, client: TestClient, town: Town, fleet: Fleet) -> None:
        self.client, self.fleet = client, fleet
        fleet.lift("L-0001")
        fleet.lift("L-0002", estate="lake")
        self.keys, self.units = dict[str, str](), dict[str, str]()
        for login, role, place in (
            ("samr", "supervision", AREA),
            ("far", "supervision", Place("320584")),
            ("garden", "property", GARDEN),
            ("lake", "property", LAKE),
            ("anda", "maintenance", None),
            ("kone", "maintenance", None),
            ("old", "maintenance", None),
        ):
            person = town.person(login, role, *(() if place is None else (place,)))
            self.keys[login] = town.secret(person, "key")
            with town.store.begin() as work:
                (unit,) = {one.organisation for one in work.grants(person.id, now_ms())}
                self.units[login] = unit
                if login in ("anda", "old"):
                    ends, begins = now_ms() - 2 * DAY_MS, now_ms() - DAY_MS
                    handlers.make_contract(
                        work,
                        lift="L-0001",
                        organisation=unit,
                        from_ms=0 if login == "old" else begins,
                        until_ms=ends if login == "old" else None,
                    )

    def get(self, who: str, path: str) -> Any:
        """What somebody reads."""
        return self.client.get(path, headers=bearer(self.keys[who]))

    def send(self, who: str, path: str, body: Any, **more: str) -> Any:
        """A POST of somebody's."""
        headers = bearer(self.keys[who]) | {"Idempotency-Key": new_id()} | more
        return self.client.post(path, json=body, headers=headers)

    def body(self, **more: Any) -> dict[str, Any]:
        """An instruction about the lift."""
        return {
            "lift": "L-0001",
            "source": "repeated_fault",
            "kinds": ["door_fault"],
            "what": "replace the door lock",
            "basis": "after_fault",
            "deadline": rfc3339(now_ms() + 10 * DAY_MS),
            "responsible": self.units["anda"],
        } | more

    def issued(self, **more: Any) -> dict[str, Any]:
        """The same, issued."""
        made = self.send("samr", "/v1/instructions", self.body(**more))
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def move(self, who: str, one: dict[str, Any], name: str, **body: Any) -> Any:
        """A move of somebody's, at the version they have seen."""
        path = f"/v1/instructions/{one['id']}/{name}"
        return self.send(who, path, body, **{"If-Match": f'"{one["version"]}"'})

    def moved(self, who: str, one: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
        """The same, which is allowed."""
        made = self.move(who, one, name, **body)
        assert made.status_code == 200, made.text
        found: dict[str, Any] = made.json()
        return found


@pytest.fixture
def office(guest: TestClient, town: Town, fleet: Fleet) -> Iterator[Office]:
    """Everybody."""
    return Office(guest, town, fleet)


def test_from_the_instruction_to_the_signals(office: Office, books: SqlBooks) -> None:
    """Issued, accepted, reported, verified by another; each stands in the story and the trail."""
    one = office.moved("anda", office.issued(), "accept")
    one = office.moved("anda", one, "report", **PROOF)
    assert (one["state"], one["responsible"]) == ("reported", office.units["anda"])
    assert office.move("anda", one, "verify", text="fine").status_code == 403
    one = office.moved("samr", one, "verify", text="seen on the spot")
    assert one["watched_until"] is not None
    assert office.move("samr", one, "close", text="x").status_code == 409
    whole = office.get("garden", f"/v1/instructions/{one['id']}").json()
    assert [row["what"] for row in whole["story"]] == ["issue", "accept", "report", "verify"]
    acts = books.audit_page(AuditFilter(target_kind="instruction", target=one["id"])).items
    assert {row.entry.action for row in acts} >= {"instructions.move", "instructions.judge"}


def test_a_hand_over_is_taken_or_it_stays(office: Office) -> None:
    """The manager of the estate is offered it, sees it, and takes it; a stranger cannot."""
    one = office.issued()
    offer = {"to": office.units["garden"], "text": "the shaft is yours"}
    one = office.moved("anda", one, "offer", **offer)
    assert (one["responsible"], one["offered_to"]) == (
        office.units["anda"],
        office.units["garden"],
    )
    assert office.move("anda", one, "take").status_code == 409
    assert office.move("lake", one, "take").status_code == 404
    one = office.moved("garden", one, "take")
    assert (one["responsible"], one["state"]) == (office.units["garden"], "accepted")
    assert office.move("anda", one, "report", **PROOF).status_code == 409


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"deadline": rfc3339(0)}, 422),
        ({"deadline": "soon"}, 400),
        ({"responsible": "old"}, 422),
        ({"responsible": "kone"}, 422),
        ({"responsible": "lake"}, 422),
        ({"responsible": "samr"}, 422),
        ({"kinds": ["door_fold"]}, 422),
        ({"basis": "because"}, 400),
        ({"what": ""}, 400),
        ({"lift": "L-0009"}, 404),
        ({"lift": None}, 422),
        ({"lift": None, "area": "320583", "estate": "hill"}, 404),
        ({"lift": None, "area": "320584", "estate": "garden"}, 404),
        ({"cause": "nothing"}, 404),
    ],
)
def test_what_cannot_be_asked(office: Office, more: dict[str, Any], status: int) -> None:
    """A deadline that is over, a unit whose contract ended, a place that is not there, ..."""
    if more.get("responsible") in office.units:
        more = more | {"responsible": office.units[more["responsible"]]}
    made = office.send("samr", "/v1/instructions", office.body(**more))
    assert made.status_code == status, made.text
    assert office.get("samr", "/v1/instructions").json()["items"] == []


def test_rows_of_others_are_not_there(office: Office) -> None:
    """404 one by one, absent in lists; who has it sees it wherever it is."""
    one = office.issued()
    path = f"/v1/instructions/{one['id']}"
    for who, sees in (
        ("samr", True),
        ("garden", True),
        ("anda", True),
        ("far", False),
        ("lake", False),
        ("kone", False),
        ("old", False),
    ):
        assert office.get(who, path).status_code == (200 if sees else 404), who
        assert len(office.get(who, "/v1/instructions").json()["items"]) == sees
        assert office.get(who, f"/instructions/{one['id']}").status_code == (200 if sees else 404)
        if not sees and who != "far":
            assert office.move(who, one, "accept").status_code == 404
    assert office.send("garden", "/v1/instructions", office.body()).status_code == 403
    assert office.send("far", "/v1/instructions", office.body()).status_code == 404


def test_once_and_against_a_version(office: Office) -> None:
    """The same key again is the same answer; a stale version is 412, none 400."""
    one, key = office.issued(), new_id()
    path = f"/v1/instructions/{one['id']}/accept"
    for _ in range(2):
        made = office.send("anda", path, {}, **{"Idempotency-Key": key, "If-Match": '"1"'})
        assert (made.status_code, made.json()["version"]) == (200, 2)
    assert office.move("anda", one, "report", **PROOF).status_code == 412
    assert office.send("anda", path, {}).status_code == 400


def test_an_estate_and_a_unit(office: Office) -> None:
    """An estate's is its manager's or a unit's with a contract there; a unit's its own."""
    estate = {"lift": None, "area": "320583", "estate": "garden"}
    made = office.issued(**estate, responsible=office.units["garden"])
    assert (made["estate"], made["lift"]) == ("garden", None)
    unit = {"lift": None, "area": "320583", "unit": office.units["kone"]}
    made = office.issued(**unit, responsible=office.units["kone"])
    assert made["unit"] == office.units["kone"]
    assert office.get("kone", f"/v1/instructions/{made['id']}").status_code == 200
    other = office.send(
        "samr", "/v1/instructions", office.body(**unit, responsible=office.units["anda"])
    )
    assert other.status_code == 422


def test_open_ones_stand_on_top_for_all_concerned(office: Office) -> None:
    """On the fleet, the lift's page and the duty room; not for whom they do not concern."""
    office.issued()
    for path in ("/", "/room", "/lifts/L-0001"):
        for who in ("samr", "garden", "anda"):
            assert "replace the door lock" in office.get(who, path).text, (who, path)
    for path in ("/", "/room"):
        assert "replace the door lock" not in office.get("lake", path).text


def signed_in(client: TestClient, login: str) -> str:
    """Signs in by the page; the token of the session's forms."""
    answer = client.get("/sign-in")
    form = {"login": login, "password": PASSWORD, "next": "/"}
    client.post("/sign-in", data=form, headers={"Origin": "http://127.0.0.1"})
    del answer
    page = client.get("/instructions").text
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def test_by_forms(office: Office) -> None:
    """The authority issues one by a form; what was typed is kept when it cannot be."""
    client = office.client
    csrf = signed_in(client, "samr")
    assert csrf
    origin = {"Origin": "http://127.0.0.1"}
    page = client.get("/instructions/new?lift=L-0001")
    assert office.units["anda"] in page.text
    typed = {
        "csrf": csrf,
        "once": new_id(),
        "lift": "L-0001",
        "what": "mend the <lock>",
        "source": "free",
        "basis": "hazard",
        "kind-1": "door_fault",
        "deadline": "2020-01-01T18:00",
        "responsible": office.units["anda"],
    }
    wrong = client.post("/instructions/new", data=typed, headers=origin)
    assert wrong.status_code == 422
    assert "mend the &lt;lock&gt;" in wrong.text
    typed |= {"deadline": rfc3339(now_ms() + 9 * DAY_MS)[:16], "once": new_id()}
    made = client.post("/instructions/new", data=typed, headers=origin)
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    form = {"csrf": csrf, "once": new_id(), "version": "1", "text": "no more"}
    lost = client.post(f"{path}/verify", data=form, headers=origin)
    assert (lost.status_code, "no more" in lost.text) == (409, False)
    done = client.post(f"{path}/withdraw", data=form | {"once": new_id()}, headers=origin)
    assert done.status_code == 303, done.text
    assert "no more" in client.get(path).text

"""From an incident to a draft of the fund, its evidence byte for byte, and what became of it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.check import verify_books
from liftwatch.incidents.incident import Incident
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.test_fund import Desk
from tests.api.test_fund_cases import Case, approved
from tests.api.test_fund_cases import desk as full_desk

__all__ = ["full_desk"]

GARDEN = Place("320583", "garden")
PEOPLE = (
    *(("li", "property", GARDEN), ("mei", "property", Place("320583", "lake"))),
    *(("he", "committee", GARDEN), ("bo", "bureau", Place("320583"))),
    *(("ow", "owner", Place("320583", "garden", "3")), ("fix", "maintenance", GARDEN)),
)
ASKED = {"custody": "committee", "bank": "ccb"}


@pytest.fixture
def desk(gated: FastAPI, town: Town) -> Iterator[Desk]:
    """One of each role."""
    keys = {
        login: town.secret(town.person(login, role, place), "key") for login, role, place in PEOPLE
    }
    with TestClient(gated, base_url="http://127.0.0.1") as client:
        yield Desk(client, keys)


@pytest.fixture
def worn(fleet: Fleet) -> Incident:
    """A brake that wears, in building 3, for the second time this year."""
    fleet.lift("L-7")
    first = now_ms() - 40 * DAY_MS
    fleet.alarm("L-7", "brake_wear", at_ms=first)
    fleet.alarm("L-7", "brake_wear", at_ms=first + 1_000, opened_ms=first, edge="cleared")
    fleet.alarm("L-7", "door_wear", at_ms=first + 2_000)
    return fleet.alarm("L-7", "brake_wear", at_ms=now_ms() - DAY_MS)


def draft(desk: Desk, who: str, id: str, *args: int, **more: Any) -> Any:
    """Somebody asks for a draft."""
    return desk.send(who, f"/v1/incidents/{id}/fund-case", ASKED | more, *args)


def test_a_draft_has_the_evidence_of_its_lift(desk: Desk, worn: Incident, books: SqlBooks) -> None:
    """By its hash, and byte for byte; it suggests work and its price, and has no money."""
    made = draft(desk, "he", worn.id)
    case, found = made["case"], made["suggestion"]
    assert (case["stage"], case["path"], case["building"]) == ("draft", "ordinary", "3")
    assert (case["incident"], case["lift"], case["custody"]) == (worn.id, "L-7", "committee")
    assert found == {
        "works": ["brake"],
        "low_fen": 500_000,
        "high_fen": 1_200_000,
        "major": False,
        "may_be_urgent": False,
    }
    (paper,) = case["documents"]
    assert (paper["kind"], paper["sha256"]) == ("fault_history", made["evidence"])
    path = f"/v1/fund/cases/{case['id']}/documents/{made['evidence']}"
    desk.get("he", path)
    headers = {"Authorization": f"Bearer {desk.keys['bo']}"}
    data = desk.client.get(path, headers=headers).content
    assert hashlib.sha256(data).hexdigest() == made["evidence"]
    told = json.loads(data)
    assert told["counts"] == {"brake_wear": 2}
    assert told["faults"][0]["incident"] == worn.id
    assert told["incident"]["threshold"]
    assert [one["sha256"] for one in told["windows"]] == [None]  # nobody has read it yet
    assert desk.get("mei", f"/v1/fund/cases/{case['id']}", 404)["detail"]
    desk.get("mei", path, 404)
    desk.get("he", path[:-4] + "0000", 404)
    assert books.fund_held(AccountFilter()) == []
    assert verify_books(books, keys=(), cases=books).good
    assert case["moves"] == ["file", "choose", "revise", "publish", "withdraw"]


def test_one_draft_goes_on_for_an_incident(desk: Desk, worn: Incident) -> None:
    """Asked under the same key it is the same one; given up, there may be another."""
    key = {"Idempotency-Key": "key-of-monday"}
    path = f"/v1/incidents/{worn.id}/fund-case"
    one = desk.send("li", path, ASKED, **key)
    assert desk.send("li", path, ASKED, **key) == one
    told = draft(desk, "he", worn.id, 409)
    assert one["case"]["id"] in told["detail"]
    moves = f"/v1/fund/cases/{one['case']['id']}/moves"
    desk.send("li", f"{moves}/withdraw", {"text": "no need"}, 200, **{"If-Match": '"1"'})
    assert draft(desk, "he", worn.id)["case"]["id"] != one["case"]["id"]


def test_who_may_not_and_what_is_none(desk: Desk, worn: Incident, fleet: Fleet) -> None:
    """Those who repair and those who own; a blocked door, an exercise, a lift of no building."""
    for who, status in (("fix", 403), ("ow", 403), ("bo", 403), ("mei", 404)):
        draft(desk, who, worn.id, status)
    draft(desk, "li", "nothing", 404)
    blocked = fleet.alarm("L-7", "door_blocked")
    draft(desk, "li", blocked.id, 422)
    drill = fleet.alarm("L-7", "overspeed", exercise=True)
    draft(desk, "li", drill.id, 422)
    fleet.lift("L-8", facts=Facts())
    nowhere = fleet.alarm("L-8", "brake_wear")
    assert "which building" in draft(desk, "li", nowhere.id, 422)["detail"]
    draft(desk, "li", worn.id, 422, bank="c c b")
    draft(desk, "li", worn.id, 422, custody="me")
    desk.send("li", f"/v1/incidents/{worn.id}/fund-case", {"bank": "ccb"}, 400)


def test_before_and_after_over_http(
    full_desk: Desk, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing before the work; then it is too early, until the fault comes back."""
    case = Case(full_desk)
    path = f"{case.path}/aftermath"
    assert full_desk.get("ow", path) == {
        "verdict": None,
        "kinds": [],
        "done_at": None,
        "until": None,
        "before": 0,
        "after": 0,
        "first_at": None,
    }
    approved(case)
    case.do("li", "accept", "acceptance_sheet")
    case.do("ow", "accept")
    case.told = full_desk.get("he", case.path)
    done_ms = full_desk.moment[0]
    seen = full_desk.get("ow", path)
    assert (seen["verdict"], "brake_wear" in seen["kinds"]) == ("too_early", True)
    fleet.lift("L-7")
    fleet.alarm("L-7", "brake_wear", at_ms=done_ms)
    monkeypatch.setattr("api.fund_lift.now_ms", lambda: done_ms + DAY_MS)
    seen = full_desk.get("ow", path)
    assert (seen["verdict"], seen["after"], seen["before"]) == ("came_back", 1, 0)
    full_desk.get("mei", path, 404)

"""Score cards over HTTP and on pages: from facts, for everybody of an area, of nobody else."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, HOUR_MS, now_ms
from liftwatch.handlers import people as handlers
from tests.api.conftest import Fleet, Town
from tests.api.test_care_visits import Person, li, wu

__all__ = ["li", "wu"]
MINE = "/v1/scorecards"


@pytest.fixture
def qian(guest: TestClient, town: Town) -> Person:
    """Somebody of supervision."""
    return Person(guest, town, "qian", "supervision", Place("320583"))


def overdue(fleet: Fleet, lift: str, days: int, **more: Any) -> Any:
    """No visit came in time, so many days ago, for a day."""
    at_ms = now_ms() - days * DAY_MS
    found = fleet.alarm(lift, "maintenance_overdue", at_ms=at_ms, **more)
    fleet.alarm(
        *(lift, "maintenance_overdue"),
        **({"at_ms": at_ms + DAY_MS, "edge": "cleared", "opened_ms": at_ms} | more),
    )
    return found


def line(card: Any, name: str) -> Any:
    """A measure of a card."""
    return next(one for one in card["lines"] if one["measure"] == name)


def test_from_facts_to_a_card(wu: Person, qian: Person, fleet: Fleet, town: Town) -> None:
    """Each fact counts for whoever held the lift; what is disputed is said; strangers see none."""
    other = Person(wu.client, town, "zhao", "maintenance")
    fleet.lift("L-0005")
    other.contract("L-0005", since_ms=80 * DAY_MS)
    overdue(fleet, "L-0005", 20)
    overdue(fleet, "L-0005", 50)
    overdue(fleet, "L-0001", 40)  # before anybody's contract
    overdue(fleet, "L-0005", 30, exercise=True)
    one = fleet.alarm("L-0005", "maintenance_contradicted", at_ms=now_ms() - HOUR_MS)
    items = {row["id"]: row for row in qian.get(f"{MINE}/unit").json()["items"]}
    bad, good = items[other.unit], items[wu.unit]
    assert line(bad, "care")["bad"] == 2
    assert line(good, "care")["bad"] == 0
    assert line(bad, "care")["share"] == pytest.approx(1 - 2 / (80 / 15), abs=0.01)
    assert (line(bad, "true")["bad"], line(bad, "true")["disputed"]) == (0, 1)
    assert (line(bad, "true")["share"], line(bad, "true")["against"]) == (1.0, 0.0)
    assert line(good, "care")["rank_from"] <= line(bad, "care")["rank_from"]
    ruling = {"counts": True, "why": "as the signals show"}
    path = f"/v1/contradictions/{one.id}"
    head = {"If-Match": '"0"', "Idempotency-Key": "an-answer-of-theirs"}
    wu.client.post(f"{path}/answer", json={"why": "x"}, headers=other.headers | head)
    head = {"If-Match": '"1"', "Idempotency-Key": "the-ruling-on-it"}
    wu.client.post(f"{path}/decide", json=ruling, headers=qian.headers | head)
    card = wu.get(f"{MINE}/unit/{other.unit}").json()
    assert (line(card, "true")["bad"], line(card, "true")["share"]) == (1, 0.0)
    far = Person(wu.client, town, "far", "supervision", Place("320584"))
    assert far.get(f"{MINE}/unit").json()["items"] == []
    assert far.get(f"{MINE}/unit/{other.unit}").status_code == 404


def test_estates_and_property_companies(
    wu: Person, li: Person, fleet: Fleet, people: SqlPeople
) -> None:
    """A company is its estates together; time in which a lift stood counts once."""
    assert wu.unit, "who has two lifts in the garden"
    for name in ("L-0003", "L-0004"):
        fleet.lift(name)
    at_ms = now_ms() - 10 * DAY_MS
    for kind in ("out_of_service", "mains_lost"):
        fleet.alarm("L-0003", kind, at_ms=at_ms)
        fleet.alarm("L-0003", kind, at_ms=at_ms + 9 * DAY_MS, edge="cleared", opened_ms=at_ms)
    with people.begin() as work:
        company = work.organisation(li.unit)
        assert company is not None
        asked = {"version": company.version, "now_ms": now_ms(), "kind": "property"}
        handlers.change_organisation(work, li.unit, **asked)
    (garden,) = [
        one for one in li.get(f"{MINE}/estate").json()["items"] if one["id"] == "320583:garden"
    ]
    assert line(garden, "running")["facts"] == 4 * 90
    assert line(garden, "running")["bad"] == 9
    assert line(garden, "inspected")["facts"] == 4
    (company_card,) = li.get(f"{MINE}/property").json()["items"]
    assert line(company_card, "running")["bad"] == 9


def test_pages_and_what_cannot_be_asked(wu: Person, li: Person, fleet: Fleet) -> None:
    """In words, with the formula, of a quarter, too."""
    overdue(fleet, "L-0001", 3)
    html = {"Accept": "text/html", "Accept-Language": "en"}
    page = wu.client.get("/scorecards", headers=wu.headers | html)
    assert page.status_code == 200
    assert "Maintenance in time" in page.text
    assert "How it is counted" in page.text
    card = wu.client.get(f"/scorecards/unit/{wu.unit}", headers=wu.headers | html)
    assert "1 of 1" in card.text
    for path, status in (
        ("/unit?period=2026-13", 400),
        ("/unit?period=2999-Q1", 400),
        ("/unit?period=2026-01", 200),
        ("/nobody", 404),
        ("/estate/320583:nowhere", 404),
    ):
        assert li.get(MINE + path).status_code == status, path
    names = [one["name"] for one in li.get(f"{MINE}/measures").json()["items"]]
    assert {"arrival", "care", "running"} <= set(names)

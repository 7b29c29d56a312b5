"""The area: counted by estate, worst with bounds, on a map, for whoever supervises it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import Told
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer

NORTH = Facts(building="1", latitude=31.40, longitude=120.95, datum="wgs84")
SOUTH = Facts(building="1", latitude=31.38, longitude=120.99, datum="gcj02")


@pytest.fixture
def keys(town: Town, fleet: Fleet) -> dict[str, str]:
    """Two estates, what happened there, a unit, and who supervises each."""
    for n in range(6):
        fleet.lift(f"L-000{n}", facts=NORTH)
    fleet.lift("L-0006", estate="lake", facts=SOUTH)
    fleet.lift("L-0007", estate="lake")
    at_ms = now_ms() - 20 * DAY_MS
    one = fleet.alarm("L-0000", "entrapment", at_ms=at_ms)
    told = {
        "acknowledge": Told(at_ms=at_ms + 60_000),
        "arrive": Told(at_ms=at_ms + 600_000),
        "release": Told(
            at_ms=at_ms + 650_000, trapped=1, injured=0, cause="door", confirmed_by="Wang Gang"
        ),
    }
    with fleet.books.begin() as work:
        for version, (name, said) in enumerate(told.items(), one.version):
            make_move(
                work, one.id, name, told=said, by=Actor(), version=version, now_ms=at_ms + 700_000
            )
    for n in range(4):
        fleet.alarm("L-0001", "door_fault", at_ms=at_ms + n * DAY_MS)
        fleet.alarm("L-0001", "door_fault", edge="cleared", at_ms=at_ms + n * DAY_MS + 1)
    fleet.alarm("L-0006", "levelling_error", estate="lake", severity=2, at_ms=at_ms)
    fleet.alarm("L-0002", "maintenance_overdue", at_ms=at_ms)
    fleet.alarm("L-0003", "overload", at_ms=at_ms)
    found = {}
    for login, place in (
        ("samr", Place("320583")),
        ("lake", Place("320583", "lake")),
        ("far", Place("320584")),
    ):
        found[login] = town.secret(town.person(login, "supervision", place), "key")
    with town.store.begin() as work_:
        unit = handlers.make_organisation(work_, name="安达", now_ms=0)
        for lift in ("L-0000", "L-0001"):
            handlers.make_contract(
                work_,
                lift=lift,
                organisation=unit.id,
                from_ms=now_ms() - 100 * DAY_MS,
                until_ms=None,
            )
    return found


def read(client: TestClient, key: str) -> Any:
    """The area as somebody sees it."""
    answer = client.get("/v1/area", headers=bearer(key))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_how_an_area_stands(guest: TestClient, keys: dict[str, str]) -> None:
    """Counts by estate, worst lifts and units by what is believed of them."""
    found = read(guest, keys["samr"])
    garden, lake = found["estates"]
    assert (garden["estate"], garden["lifts"], garden["entrapments"]) == ("garden", 6, 1)
    assert garden["arrival"]["median_s"] == 600.0
    assert (garden["overdue_duties"], garden["open"]["4"]) == (1, 1)
    assert (lake["lifts"], lake["open"]["2"], lake["entrapments"]) == (2, 1, 0)
    assert found["whole"]["lifts"] == 8
    assert found["whole"]["per_100_lifts"] == 12.5
    assert 0 < lake["per_100_lifts"] < garden["per_100_lifts"] < 100 / 6 * 1.01
    assert lake["per_100_low"] <= lake["per_100_lifts"] <= lake["per_100_high"]
    worst = found["worst_lifts"]
    assert [(one["id"], one["faults"]) for one in worst][:1] == [("L-0001", 4)]
    assert {one["id"] for one in worst} == {
        "L-0000",
        "L-0001",
        "L-0006",
    }  # use and duty do not count
    assert worst[0]["rate"] < 4
    (unit,) = found["worst_units"]
    assert (unit["name"], unit["lifts"], unit["faults"]) == ("安达", 2, 5)
    assert 0.5 < unit["lift_years"] < 0.6


def test_everybody_sees_their_own(guest: TestClient, keys: dict[str, str]) -> None:
    """Another area, another estate: nothing of it counts."""
    lake = read(guest, keys["lake"])
    assert ([one["estate"] for one in lake["estates"]], lake["whole"]["lifts"]) == (["lake"], 2)
    assert lake["worst_units"] == []
    far = read(guest, keys["far"])
    assert (far["estates"], far["whole"]["lifts"], far["worst_lifts"]) == ([], 0, [])


def test_every_read_is_noted(guest: TestClient, keys: dict[str, str], books: SqlBooks) -> None:
    """The page and the API alike."""
    before = len(books.audit_page(AuditFilter(action=("area.read",)), limit=500).items)
    guest.get("/area", headers=bearer(keys["samr"]))
    read(guest, keys["samr"])
    assert len(books.audit_page(AuditFilter(action=("area.read",)), limit=500).items) == before + 2


def test_the_page_draws_what_it_knows(guest: TestClient, keys: dict[str, str]) -> None:
    """A circle for each estate with coordinates; without any a sentence says so; links go down."""
    page = guest.get("/area", headers=bearer(keys["samr"])).text
    assert page.count("<circle") == 2
    assert 'href="/?estate=lake"' in page
    assert 'href="/lifts/L-0001"' in page
    empty = guest.get("/area", headers=bearer(keys["far"]))
    assert (empty.status_code, "<circle" in empty.text) == (200, False)

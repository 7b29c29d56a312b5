"""The register over HTTP: origins, differences, versions, households, sheets."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import BODY_MAX
from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.trail import AuditFilter
from liftwatch.handlers.imports import SHOWN_MAX
from liftwatch.handlers.register import take_in
from liftwatch.ports import LiftRow
from liftwatch.register.changes import Origin
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.csv_files import BYTES_MAX
from liftwatch.register.facts import Facts
from tests.api.conftest import AT_MS, Fleet, Town
from tests.api.test_people import Desk
from tests.api.test_sign_in import bearer

keys = count(50_000_000)
HEAD = "area,estate,lift,unit\n"


@pytest.fixture
def desk(gated: FastAPI, people: SqlPeople) -> Iterator[Desk]:
    """An administrator at work."""
    Town(people).person("root", "admin")
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield Desk(client)


def hear(fleet: Fleet, facts: Facts, *, lift: str = "L-0001", at_ms: int = AT_MS) -> None:
    """A lift's terminal has told its register."""
    row = LiftRow(lift=lift, area="320583", estate="garden", facts=facts, heard_ms=at_ms)
    with fleet.books.begin() as work:
        take_in(work, [row], said={lift: Origin("T-1", at_ms)})


def told(desk: Desk, lift: str = "L-0001") -> dict[str, tuple[Any, str, str]]:
    """Every field with its value, its source and who."""
    found = desk.get(f"/v1/lifts/{lift}/register")
    return {one["field"]: (one["value"], one["source"], one["by"]) for one in found["entries"]}


def send(desk: Desk, text: str | bytes, *, sheet: str = "lifts", **query: Any) -> Any:
    """A sheet."""
    key = query.pop("key", None) or str(next(keys))
    media = query.pop("media", "text/csv; charset=gbk")
    headers = desk.headers | {"Idempotency-Key": key, "Content-Type": media}
    data = text.encode() if isinstance(text, str) else text
    return desk.client.post(f"/v1/register/{sheet}", content=data, headers=headers, params=query)


def test_a_register_message_after_a_persons_entry_changes_nothing_of_it(
    desk: Desk,
    fleet: Fleet,
) -> None:
    """What was entered holds everywhere; the difference is told; null gives it back."""
    hear(fleet, Facts(unit="1", address="a"))
    (root,) = desk.get("/v1/people")["items"]
    me = root["id"]
    body = {"unit": "2", "machine_room": "roof", "car_phone": "0512 5555 0101"}
    set_ = desk.patch("/v1/lifts/L-0001", body, version=0)
    assert (set_.status_code, set_.json()["version"]) == (200, 1)
    hear(fleet, Facts(unit="3", address="b"), at_ms=AT_MS + 60_000)
    assert told(desk) == {
        "unit": ("2", "person", me),
        "address": ("b", "terminal", "T-1"),
        "machine_room": ("roof", "person", me),
        "car_phone": ("0512 5555 0101", "person", me),
    }
    (difference,) = desk.get("/v1/lifts/L-0001/register")["differences"]
    assert (difference["field"], difference["person"], difference["terminal"]) == ("unit", "2", "3")
    assert desk.get("/v1/lifts/L-0001")["unit"] == "2"
    assert desk.get("/v1/lifts")["items"][0]["unit"] == "2"
    desk.patch("/v1/lifts/L-0001", {"unit": None}, version=1)
    assert desk.get("/v1/lifts/L-0001")["unit"] == "3"


def test_two_administrators_set_something_of_one_lift(desk: Desk, fleet: Fleet) -> None:
    """The second is told that it has changed meanwhile, and nothing of theirs is kept."""
    hear(fleet, Facts())
    assert desk.patch("/v1/lifts/L-0001", {"unit": "1"}, version=0).status_code == 200
    late = desk.patch("/v1/lifts/L-0001", {"unit": "2", "address": "b"}, version=0)
    assert (late.status_code, late.json()["type"]) == (412, "urn:liftwatch:problem:stale")
    hear(fleet, Facts(address="c"))
    assert desk.patch("/v1/lifts/L-0001", {"unit": "2"}, version=1).status_code == 200
    assert desk.client.patch("/v1/lifts/L-0001", json={}, headers=desk.headers).status_code == 400


def test_where_it_stands_in_both_datums(desk: Desk, fleet: Fleet) -> None:
    """A coordinate is set whole, and told in what satellites and what maps use."""
    hear(fleet, Facts())
    half = desk.patch("/v1/lifts/L-0001", {"latitude": 31.385}, version=0)
    assert half.status_code == 422
    place = {"latitude": 31.385, "longitude": 120.981, "datum": "gcj02"}
    made = desk.patch("/v1/lifts/L-0001", place, version=0).json()
    one, other = made["places"]
    assert (one["datum"], other) == ("wgs84", place)
    assert 0.001 < abs(one["longitude"] - 120.981) < 0.01


def test_a_lift_and_the_one_before(desk: Desk, fleet: Fleet) -> None:
    """Each names the other."""
    for lift in ("L-0001", "L-0002"):
        hear(fleet, Facts(), lift=lift)
    desk.patch("/v1/lifts/L-0002", {"predecessor": "L-0001"}, version=0)
    assert desk.get("/v1/lifts/L-0001/register")["successor"] == "L-0002"
    assert told(desk, "L-0002")["predecessor"][0] == "L-0001"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"unit": 1}, 400),
        ({"colour": "red"}, 400),
        ({"rescue_code": "12345"}, 400),
        ({"rated_speed_mps": 99}, 400),
        ({"installed_on": "2026-02-30"}, 400),
        ({"machine_room": ""}, 400),
        ({"machine_room": "\x00"}, 422),
        ({"car_phone": "call me"}, 422),
        ({"predecessor": "L-0001"}, 422),
        ({"predecessor": "L-0009"}, 422),
        ({"unit": "'; DROP TABLE lift; --<script>"}, 200),
    ],
)
def test_bad_entries_are_named(desk: Desk, fleet: Fleet, body: Any, status: int) -> None:
    """And text is text."""
    hear(fleet, Facts())
    assert desk.patch("/v1/lifts/L-0001", body, version=0).status_code == status
    assert bool(told(desk)) == (status == 200)
    assert desk.patch("/v1/lifts/L-0009", {"unit": "1"}, version=0).status_code == 404


def test_a_sheet_is_tried_kept_and_counts_once(desk: Desk, fleet: Fleet) -> None:
    """The dry run, which is the default, keeps nothing; the same request is answered again."""
    text = HEAD.encode() + "320583,garden,L-0001,一单元\n".encode("gbk")
    tried = send(desk, text).json()
    expected = {"sheet": "lifts", "rows": 1, "errors": 0, "remarks": 0, "problems": [], "more": 0}
    assert tried == expected | {"kept": False}
    assert fleet.books.lifts() == []
    for again in (False, True):
        kept = send(desk, text, dry_run=False, key="12345678")
        assert kept.json() == expected | {"kept": True}
        assert ("Idempotency-Replayed" in kept.headers) == again
    assert told(desk)["unit"][:2] == ("一单元", "person")
    other = send(desk, HEAD + "320583,garden,L-0002,1\n", dry_run=False, key="12345678")
    assert other.status_code == 409


def test_a_half_bad_sheet_keeps_nothing_and_names_the_first_problems(
    desk: Desk,
    fleet: Fleet,
) -> None:
    """Five hundred of them, and how many more."""
    bad = "".join(f"320583,garden,L-{n:04},1\n320583,Gärten,M-{n:04},1\n" for n in range(600))
    tried = send(desk, HEAD + bad)
    assert tried.status_code == 200
    kept = send(desk, HEAD + bad, dry_run=False)
    assert (kept.status_code, kept.json()["type"]) == (422, "urn:liftwatch:problem:unusable")
    for found in (tried.json(), kept.json()):
        assert (found["rows"], found["errors"], found["kept"]) == (600, 600, False)
        assert (len(found["problems"]), found["more"]) == (SHOWN_MAX, 100)
        assert [one["line"] for one in found["problems"]] == list(range(3, 1003, 2))
        assert found["problems"][0]["column"] == "estate"
    assert fleet.books.lifts() == []


def test_what_was_set_and_kept_stands_in_the_trail(desk: Desk, fleet: Fleet) -> None:
    """Once each; a dry run, a stale change and a bad sheet do nothing, so nothing is told."""
    hear(fleet, Facts())
    good, bad = HEAD + "320583,garden,L-0002,1\n", HEAD + "320583,garden,L-?,1\n"
    desk.patch("/v1/lifts/L-0001", {"unit": "1"}, version=0)
    desk.patch("/v1/lifts/L-0001", {"unit": "2"}, version=0)
    send(desk, good)
    send(desk, bad, dry_run=False)
    for _ in range(2):
        send(desk, good, dry_run=False, key="12345678")
    lines = fleet.books.audit_page(AuditFilter(), limit=500).items
    found = [
        (one.entry.target_kind, one.entry.target)
        for one in lines
        if one.entry.action == "register.write"
    ]
    assert sorted(found) == [("lift", "L-0001"), ("sheet", "lifts")]


def test_only_a_sheet_may_be_large(desk: Desk, fleet: Fleet) -> None:
    """Up to its own limit; every other body keeps the usual one."""
    doors = "".join(f"{n},101,80\n" for n in range(20_000))
    text = "building,number,floor_area_m2\n" + doors
    assert len(text) > 3 * BODY_MAX
    place = {"area": "320583", "estate": "garden"}
    assert send(desk, text, sheet="households", dry_run=False, **place).json()["rows"] == 20_000
    hear(fleet, Facts())
    assert desk.patch("/v1/lifts/L-0001", {"unit": "x" * BODY_MAX}, version=0).status_code == 413
    huge = desk.headers | {"Content-Type": "text/csv", "Content-Length": str(BYTES_MAX + 1)}
    answer = desk.client.post(
        "/v1/register/lifts", content=b"", headers=huge | {"Idempotency-Key": "87654321"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"sheet": "people"}, 404),
        ({"media": "application/json"}, 415),
        ({"media": "application/vnd.ms-excel"}, 415),
        ({"key": "short"}, 400),
        ({"area": "1"}, 400),
        ({"dry_run": "perhaps"}, 400),
    ],
)
def test_what_cannot_be_asked(desk: Desk, query: dict[str, Any], status: int) -> None:
    """Is named."""
    assert send(desk, HEAD, **query).status_code == status


def test_households_are_seen_by_whoever_manages_the_estate(
    desk: Desk,
    fleet: Fleet,
    people: SqlPeople,
) -> None:
    """In pages, those of its own building or estate only; a maintenance unit sees none."""
    town, garden = Town(people), Place("320583", "garden")
    rows = [
        HouseholdRow(
            area="320583", estate=estate, building=str(b), number=str(n), floor_area_dm2=8_000
        )
        for estate in ("garden", "lake")
        for b in (1, 2)
        for n in (101, 102)
    ]
    with fleet.books.begin() as work:
        work.put_households(rows)
    path, found, cursor = "/v1/households?area=320583&estate=garden&limit=3", [], ""
    while cursor is not None:
        page = desk.get(f"{path}&cursor={cursor}" if cursor else path)
        found += page["items"]
        cursor = page["next"]
    doors = [("1", "101"), ("1", "102"), ("2", "101"), ("2", "102")]
    assert [(one["building"], one["number"]) for one in found] == doors
    for name, role, place, seen in (
        ("a", "property", garden, 4),
        ("b", "property", Place("320583", "garden", "2"), 2),
        ("c", "property", Place("320583", "lake"), 0),
    ):
        key = town.secret(town.person(f"per-{name}", role, place), "key")
        answer = desk.client.get(path.replace("&limit=3", ""), headers=bearer(key))
        assert len(answer.json()["items"]) == seen
    other = town.secret(town.person("unit", "maintenance"), "key")
    assert desk.client.get(path, headers=bearer(other)).status_code == 403
    for bad in ("area=1&estate=garden", "area=320583&estate=G", "area=320583"):
        url = f"/v1/households?{bad}"
        assert desk.client.get(url, headers=desk.headers).status_code == 400


def test_without_people_nothing_can_be_set(app: FastAPI, fleet: Fleet) -> None:
    """Where nobody signs in, nobody is noted."""
    hear(fleet, Facts())
    with TestClient(app, base_url="http://127.0.0.1") as nobody:
        headers = {"If-Match": '"0"'}
        answer = nobody.patch("/v1/lifts/L-0001", json={"unit": "1"}, headers=headers)
        assert answer.status_code == 404

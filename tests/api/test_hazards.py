"""How risky lifts are: the worst first, with parts that add up, and unknown ones that count not."""

from datetime import date, timedelta
from typing import Any

from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.risk import WEIGHTS
from liftwatch.clock import DAY_MS, date_of, estate_day, now_ms
from liftwatch.handlers.care_complaints import Told, receive
from liftwatch.ids import new_id
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer


def built(years: float, **more: Any) -> Facts:
    """Facts of a lift that was installed so long ago."""
    today: date = date_of(estate_day(now_ms()))
    return Facts(building="1", installed_on=today - timedelta(days=round(365.25 * years)), **more)


def read(client: TestClient, key: str) -> dict[str, Any]:
    """By lift."""
    answer = client.get("/v1/hazards", headers=bearer(key))
    assert answer.status_code == 200, answer.text
    return {one["lift"]: one for one in answer.json()["items"]}


def test_the_worst_first_with_its_parts(guest: TestClient, town: Town, fleet: Fleet) -> None:
    """An old lift with faults and an open duty stands before a new one; the parts add up."""
    fleet.lift("L-0NEW", facts=built(1))
    fleet.lift("L-0OLD", facts=built(16))
    fleet.lift("L-SEEN", facts=built(16, assessed_on=date_of(estate_day(now_ms()))))
    fleet.lift("L-NONE", facts=Facts(building="1"))
    at_ms = now_ms() - 30 * DAY_MS
    for n in range(6):
        fleet.alarm("L-0OLD", "door_fault", at_ms=at_ms + n * DAY_MS)
        fleet.alarm("L-0OLD", "door_fault", edge="cleared", at_ms=at_ms + n * DAY_MS + 1)
    fleet.alarm("L-0OLD", "inspection_due", at_ms=at_ms, severity=2)
    fleet.alarm("L-0OLD", "ageing", at_ms=at_ms)
    key = town.secret(town.person("samr", "supervision", Place("320583")), "key")
    found = read(guest, key)
    assert next(iter(found)) == "L-0OLD"
    assert found["L-0OLD"]["open"] == ["inspection_due"]  # what the score raises is no part of it
    for one in found.values():
        points = sum(part["points"] or 0 for part in one["parts"])
        assert abs(points - one["score"]) < 0.5
        parts = {part["name"]: part for part in one["parts"]}
        assert parts.keys() == WEIGHTS.keys()
        assert parts["complaints"]["share"] == 0
        assert (parts["age"]["share"] is None) == (one["lift"] == "L-NONE")
    age = {lift: one["parts"][0]["share"] for lift, one in found.items()}
    assert (age["L-0OLD"], age["L-SEEN"], age["L-0NEW"]) == (1.0, 0.5, 0.0)
    page = guest.get("/hazards", headers=bearer(key)).text
    assert page.index("/lifts/L-0OLD/hazards") < page.index("/lifts/L-0NEW/hazards")


def test_what_residents_told_counts_once(
    guest: TestClient, town: Town, fleet: Fleet, books: SqlBooks, people: SqlPeople
) -> None:
    """A matter is one however many tell it; an exercise is none, what is older than a year none."""
    at_ms = now_ms()
    for lift in ("L-0001", "L-0002", "L-DRIL", "L-0OLD"):
        fleet.lift(lift)
    rows = [
        *(("L-0001", "doors", at_ms), ("L-0001", "doors", at_ms), ("L-0001", "noise", at_ms)),
        *(("L-DRIL", "doors", at_ms), ("L-0OLD", "doors", at_ms - 367 * DAY_MS)),
    ]
    with people.begin() as work:
        for lift, topic, told_ms in rows:
            row = books.lift(lift)
            assert row is not None
            row.exercise = lift == "L-DRIL"
            told = Told(topic=topic, channel="page")  # type: ignore[arg-type]  # one of the table
            receive(work, row, told, now_ms=told_ms)
    key = town.secret(town.person("samr", "supervision", Place("320583")), "key")
    parts = {
        lift: {part["name"]: part["share"] for part in one["parts"]}
        for lift, one in read(guest, key).items()
    }
    told_by = {lift: shares["complaints"] for lift, shares in parts.items()}
    assert told_by == {"L-0001": 0.4, "L-0002": 0, "L-DRIL": 0, "L-0OLD": 0}


def test_everybody_sees_their_own(guest: TestClient, town: Town, fleet: Fleet) -> None:
    """Another estate's lifts are not in it; a rescuer has no such list."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lake")
    garden = Place("320583", "garden")
    key = town.secret(town.person("garden", "property", garden), "key")
    assert list(read(guest, key)) == ["L-0001"]
    rescue = town.secret(town.person("rescue", "rescue", garden), "key")
    assert guest.get("/v1/hazards", headers=bearer(rescue)).status_code == 403


def send(client: TestClient, path: str, key: str, **more: Any) -> Any:
    """A POST of somebody's."""
    version = more.pop("version", None)
    headers = bearer(key) | {"Idempotency-Key": new_id()}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return client.post(path, json=more, headers=headers)


def test_a_hazard_from_the_eye_to_its_end(guest: TestClient, town: Town, fleet: Fleet) -> None:
    """Written down by the manager, accepted by the authority alone, over once."""
    fleet.lift("L-0001")
    garden = town.secret(town.person("garden", "property", Place("320583", "garden")), "key")
    lake = town.secret(town.person("lake", "property", Place("320583", "lake")), "key")
    samr = town.secret(town.person("samr", "supervision", Place("320583")), "key")
    path = "/v1/lifts/L-0001/hazards"
    made = send(guest, path, garden, what="water in the pit")
    assert made.status_code == 201, made.text
    one = made.json()
    assert send(guest, path, garden, what="").status_code == 400
    assert send(guest, path, garden, what="  ").status_code == 422
    assert send(guest, path, lake, what="x").status_code == 404
    end = f"/v1/hazards/{one['id']}"
    assert send(guest, f"{end}/accept", garden, text="x", version=1).status_code == 403
    assert send(guest, f"{end}/mend", lake, text="x", version=1).status_code == 404
    assert send(guest, f"{end}/mend", garden, text="x", version=7).status_code == 412
    done = send(guest, f"{end}/accept", samr, text="pumped daily until the spring", version=1)
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    assert send(guest, f"{end}/mend", garden, text="x", version=2).status_code == 409
    (known,) = guest.get(path, headers=bearer(samr)).json()["items"]
    assert (known["what"], known["why"]) == ("water in the pit", "pumped daily until the spring")
    page = guest.get("/lifts/L-0001/hazards", headers=bearer(garden)).text
    assert "water in the pit" in page
    assert guest.get("/lifts/L-0001/hazards", headers=bearer(lake)).status_code == 404


def test_what_detectors_and_duties_show(guest: TestClient, town: Town, fleet: Fleet) -> None:
    """A trend and a duty as long as they are open; a fault three times though each is over."""
    fleet.lift("L-0001")
    at_ms = now_ms() - 30 * DAY_MS
    for n in range(3):
        fleet.alarm("L-0001", "door_fault", at_ms=at_ms + n * DAY_MS)
        fleet.alarm("L-0001", "door_fault", edge="cleared", at_ms=at_ms + n * DAY_MS + 1)
    fleet.alarm("L-0001", "position_lost", at_ms=at_ms)
    fleet.alarm("L-0001", "brake_wear", at_ms=at_ms)
    fleet.alarm("L-0001", "maintenance_overdue", at_ms=at_ms)
    fleet.alarm("L-0001", "maintenance_overdue", edge="cleared", at_ms=at_ms + 5, opened_ms=at_ms)
    key = town.secret(town.person("samr", "supervision", Place("320583")), "key")
    items = guest.get("/v1/lifts/L-0001/hazards", headers=bearer(key)).json()["items"]
    assert {(one["kind"], one["source"]) for one in items} == {
        ("door_fault", "repeated"),
        ("brake_wear", "trend"),
    }

"""Visits over HTTP: from check-in to both signatures, who may, every refusal with its reason."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.care.checklist import items_of
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people as handlers
from liftwatch.ids import new_id
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer

GARDEN = Place("320583", "garden")
FULL = [{"code": item.code, "result": "ok"} for item in items_of("half_month")]


class Person:
    """Somebody with a token."""

    def __init__(self, client: TestClient, town: Town, login: str, *of: Any) -> None:
        role, *places = of
        self.client, self.town = client, town
        self.person = town.person(login, role, *places)
        self.headers = bearer(town.secret(self.person, "key"))
        with town.store.reading() as reads:
            (member,) = reads.memberships([self.person.id])
        self.unit = member.organisation or ""

    def get(self, path: str) -> Any:
        """What they read."""
        return self.client.get(path, headers=self.headers)

    def send(self, path: str, body: Any = None, *, version: int = 0, key: str = "") -> Any:
        """What they do."""
        more = {"Idempotency-Key": key or new_id()}
        if version:
            more["If-Match"] = f'"{version}"'
        return self.client.post(path, json=body, headers=self.headers | more)

    def contract(self, lift: str, *, since_ms: int = 10 * DAY_MS) -> None:
        """Their unit has the contract of a lift, since ten days."""
        with self.town.store.begin() as work:
            handlers.make_contract(
                work,
                organisation=self.unit,
                lift=lift,
                from_ms=now_ms() - since_ms,
                until_ms=None,
            )

    def check_in(self, tag: str = "L-0001", **more: Any) -> Any:
        """Check in."""
        body = {"tag": tag, "method": "qr", "work": "half_month"} | more
        return self.send("/v1/visits", body)

    def whole(self, tag: str = "L-0001") -> Any:
        """A visit with its whole list, left."""
        one = self.check_in(tag).json()
        path = f"/v1/visits/{one['id']}"
        one = self.send(f"{path}/items", {"items": FULL}, version=one["version"]).json()
        return self.send(f"{path}/out", {}, version=one["version"]).json()


@pytest.fixture
def wu(guest: TestClient, town: Town, fleet: Fleet) -> Person:
    """A technician whose unit has the contract of two lifts in the garden."""
    made = Person(guest, town, "wu", "maintenance")
    for lift in ("L-0001", "L-0002"):
        fleet.lift(lift)
        made.contract(lift)
    fleet.lift("L-0009", estate="lake")
    return made


@pytest.fixture
def li(guest: TestClient, town: Town) -> Person:
    """Somebody of the garden's property."""
    return Person(guest, town, "li", "property", GARDEN)


def detail(answer: Any) -> tuple[int, str]:
    """Status and reason of a refusal."""
    return answer.status_code, answer.json()["detail"]


def test_from_check_in_to_both_signatures(wu: Person, li: Person) -> None:
    """Saved in parts; what was signed is what stands, and the trail knows who did it."""
    made = wu.check_in("https://lift.example/l/L-0001?from=car", lift="L-0001")
    assert made.status_code == 201, made.text
    one = made.json()
    path = f"/v1/visits/{one['id']}"
    assert (one["lift"], one["state"], one["organisation"]) == ("L-0001", "open", wu.unit)
    one = wu.send(f"{path}/items", {"items": FULL[:10]}, version=one["version"]).json()
    early = wu.send(f"{path}/out", {}, version=one["version"])
    assert early.status_code == 422
    assert "21 items have no result" in early.json()["detail"]
    rest = [*FULL[10:-1], {"code": "A-1-31", "result": "replaced", "note": "new switch"}]
    one = wu.send(f"{path}/items", {"items": rest}, version=one["version"]).json()
    part = {"name": "stop switch", "code": "A-1-31", "life_months": 60, "cost_fen": 12_000}
    one = wu.send(f"{path}/parts", part, version=one["version"]).json()
    photo = {"sha256": "ab" * 32, "code": "A-1-06"}
    one = wu.send(f"{path}/photos", photo, version=one["version"]).json()
    assert wu.send(f"{path}/photos", photo, version=one["version"]).status_code == 422
    one = wu.send(f"{path}/out", {"remark": "all well"}, version=one["version"]).json()
    assert (one["state"], one["cared"]) == ("left", "half_month")
    late = wu.send(f"{path}/items", {"items": FULL[:1]}, version=one["version"])
    assert "stays as it is" in detail(late)[1]
    assert li.send(f"{path}/sign", {}, version=one["version"]).status_code == 422
    one = wu.send(f"{path}/sign", {}, version=one["version"]).json()
    assert wu.send(f"{path}/sign", {}, version=one["version"]).status_code == 422
    one = li.send(f"{path}/sign", {"remark": "seen"}, version=one["version"]).json()
    assert one["state"] == "agreed"
    assert [(s["role"], s["organisation"]) for s in one["signatures"]] == [
        ("maintenance", wu.unit),
        ("property", li.unit),
    ]
    assert len({s["digest"] for s in one["signatures"]}) == 1
    assert li.get(path).json() == one
    assert [m["mark"] for m in one["marks"]] == ["hasty", "short", "remark"]


def test_each_refusal_says_why(wu: Person, town: Town, guest: TestClient) -> None:
    """Another lift than planned, two at once, no contract, no such code."""
    assert detail(wu.check_in("L-0002", lift="L-0001")) == (
        422,
        "this is lift L-0002, and the visit is planned for lift L-0001",
    )
    assert "names no lift" in detail(wu.check_in("L-0009"))[1]
    assert "names no lift" in detail(wu.check_in("nonsense"))[1]
    assert "not of lift L-0001" in detail(wu.check_in("nonsense", lift="L-0001"))[1]
    assert wu.check_in("L-0001").status_code == 201
    status, why = detail(wu.check_in("L-0002"))
    assert (status, "nobody is at two lifts at once" in why, "L-0001" in why) == (422, True, True)
    assert "already" in detail(wu.check_in("L-0001"))[1]
    sun = Person(guest, town, "sun", "maintenance")
    with town.store.begin() as work:
        handlers.grant(work, sun.person.id, "maintenance", organisation=wu.unit, now_ms=0)
    assert "one visit at a time" in detail(sun.check_in("L-0001"))[1]


def test_a_contract_that_is_over_opens_no_door(guest: TestClient, town: Town, fleet: Fleet) -> None:
    """Not by the code, nor by the plan; the visits of before are still there to read."""
    fleet.lift("L-0001")
    wu = Person(guest, town, "wu", "maintenance")
    wu.contract("L-0001")
    id = wu.whole()["id"]
    with town.store.begin() as work:
        (held,) = work.contracts(lift="L-0001")
        handlers.end_contract(work, held, until_ms=now_ms() - 1, version=held.version)
    assert "has a contract now" in detail(wu.check_in("L-0001"))[1]
    assert wu.get(f"/v1/visits/{id}").status_code == 200


def test_a_strangers_visit_does_not_exist(
    wu: Person, li: Person, guest: TestClient, town: Town
) -> None:
    """Neither to read nor to change nor to sign; supervision sees its area."""
    one = wu.whole()
    path = f"/v1/visits/{one['id']}"
    far = Person(guest, town, "far", "property", Place("320583", "lake"))
    other = Person(guest, town, "other", "maintenance")
    for who in (far, other):
        assert who.get(path).status_code == 404
        assert who.get(f"{path}/witness").status_code == 404
        assert who.send(f"{path}/sign", {}, version=one["version"]).status_code == 404
        assert who.get("/v1/visits").json()["items"] == []
    assert other.send(f"{path}/items", {"items": []}, version=1).status_code == 404
    assert li.send(f"{path}/items", {"items": []}, version=1).status_code == 403
    office = Person(guest, town, "qian", "supervision", Place("320583"))
    assert office.get(path).json()["id"] == one["id"]
    assert [v["id"] for v in office.get("/v1/visits?state=left&lift=L-0001").json()["items"]] == [
        one["id"]
    ]


def test_the_same_key_counts_once_and_an_old_version_never(wu: Person) -> None:
    """As everywhere."""
    body = {"tag": "L-0001", "method": "nfc", "work": "half_month"}
    first, again = (wu.send("/v1/visits", body, key="the-same-key") for _ in range(2))
    assert first.json() == again.json()
    path = f"/v1/visits/{first.json()['id']}/items"
    assert wu.send(path, {"items": FULL[:1]}, version=1).json()["version"] == 2
    assert wu.send(path, {"items": FULL[:2]}, version=1).status_code == 412
    assert wu.send(path, {"items": FULL[:2]}).status_code == 400
    wrong = [{"code": "A-4-01", "result": "ok"}]
    assert "not on the list" in detail(wu.send(path, {"items": wrong}, version=2))[1]


def test_the_lists_are_those_of_the_annex(wu: Person) -> None:
    """31, 44, 59 and 76 items, in both languages."""
    found = wu.get("/v1/checklists").json()["items"]
    assert [(one["table"], len(one["items"])) for one in found] == [
        ("A-1", 31),
        ("A-2", 44),
        ("A-3", 59),
        ("A-4", 76),
    ]
    item = next(one for one in found[0]["items"] if one["code"] == "A-1-18")
    assert (item["judged"], item["kinds"]) == (True, ["emergency_call_untested"])


def test_who_is_due(wu: Person, li: Person, gated: FastAPI) -> None:
    """Fifteen days from the contract's first; a finished visit moves it on; paper does not."""
    del gated
    plan = wu.get("/v1/lifts/L-0001/plan").json()
    assert plan["next"]["work"] == "half_month"
    before = plan["next"]["due_at"]
    wu.whole()
    after = li.get("/v1/lifts/L-0001/plan").json()["next"]["due_at"]
    assert after > before
    rows = li.get("/v1/calendar").json()["items"]
    assert {(row["lift"], row["what"]) for row in rows} == {
        ("L-0001", "visit"),
        ("L-0002", "visit"),
    }
    assert wu.get("/v1/lifts/L-0009/plan").status_code == 404

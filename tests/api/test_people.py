"""People, organisations and contracts over HTTP: once, against a version, and nothing by halves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.adapters.sql.people import SqlPeople
from tests.api.conftest import PASSWORD, Fleet, Town
from tests.api.test_sign_in import bearer, tokens

keys = count(10_000_000)
NEXT = "staple and a lantern"


class Desk:
    """An administrator at work."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.headers = bearer(tokens(client)["access_token"])

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """A POST with a key of its own unless one is given."""
        headers = self.headers | {"Idempotency-Key": key or str(next(keys))}
        return self.client.post(path, json=body, headers=headers)

    def made(self, path: str, body: Any = None) -> dict[str, Any]:
        """What a POST made."""
        response = self.post(path, body)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    def patch(self, path: str, body: Any, *, version: int) -> Any:
        """A PATCH against a version."""
        headers = self.headers | {"If-Match": f'"{version}"'}
        return self.client.patch(path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        """What a GET answers."""
        response = self.client.get(path, headers=self.headers)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def client(gated: FastAPI, people: SqlPeople) -> Iterator[TestClient]:
    """Somebody on this machine."""
    Town(people).person("root", "admin")
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made


@pytest.fixture
def desk(client: TestClient) -> Desk:
    """The administrator."""
    return Desk(client)


def test_from_an_organisation_to_somebody_who_sees_its_estate(
    desk: Desk, client: TestClient, fleet: Fleet
) -> None:
    """And nothing after their role is withdrawn."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lake")
    garden = {"area": "320583", "estate": "garden"}
    unit = desk.made("/v1/organisations", {"name": "花园物业", "places": [garden]})
    assert unit["places"] == [garden | {"building": ""}]
    li = desk.made("/v1/people", {"login": "Li.Wei", "name": "李伟", "password": PASSWORD})
    assert (li["login"], li["roles"]) == ("li.wei", [])
    hers = bearer(tokens(client, "li.wei")["access_token"])
    assert client.get("/v1/lifts", headers=hers).status_code == 403
    role = desk.made(
        f"/v1/people/{li['id']}/roles", {"role": "property", "organisation": unit["id"]}
    )
    assert [one["lift"] for one in client.get("/v1/lifts", headers=hers).json()["items"]] == [
        "L-0001"
    ]
    response = desk.post(f"/v1/people/{li['id']}/roles/{role['id']}/withdraw")
    assert response.json()["roles"][0]["until_at"] is not None
    assert client.get("/v1/lifts", headers=hers).status_code == 403


def test_a_contract_shows_a_lift_from_its_first_day_to_its_last(
    desk: Desk, client: TestClient, people: SqlPeople, fleet: Fleet
) -> None:
    """One that is over shows nothing now."""
    fleet.lift("L-0001")
    unit = desk.made("/v1/organisations", {"name": "维保"})
    li = Town(people).person("li")
    desk.made(f"/v1/people/{li.id}/roles", {"role": "maintenance", "organisation": unit["id"]})
    hers = bearer(tokens(client, "li")["access_token"])
    path = f"/v1/organisations/{unit['id']}/contracts"
    over = {"lift": "L-0001", "first_day": "2020-01-01", "last_day": "2020-12-31"}
    assert desk.made(path, over)["until_at"] == "2020-12-31T16:00:00.000Z"
    assert client.get("/v1/lifts", headers=hers).json()["items"] == []
    overlapping = desk.post(path, {"lift": "L-0001", "first_day": "2020-12-31"})
    assert (overlapping.status_code, "already" in overlapping.json()["detail"]) == (422, True)
    assert desk.made(path, {"lift": "L-0001", "first_day": "2021-01-01"})["until_at"] is None
    assert len(client.get("/v1/lifts", headers=hers).json()["items"]) == 1
    assert len(desk.get(path)["items"]) == 2


def test_a_contract_ends_and_the_next_unit_begins(
    desk: Desk, client: TestClient, people: SqlPeople, fleet: Fleet
) -> None:
    """At once for the old unit; against a version, and never into another contract."""
    fleet.lift("L-0001")
    old, new = (desk.made("/v1/organisations", {"name": name})["id"] for name in ("旧", "新"))
    li = Town(people).person("li")
    desk.made(f"/v1/people/{li.id}/roles", {"role": "maintenance", "organisation": old})
    hers = bearer(tokens(client, "li")["access_token"])

    def lifts() -> int:
        return len(client.get("/v1/lifts", headers=hers).json()["items"])

    path = f"/v1/organisations/{old}/contracts"
    made = desk.made(path, {"lift": "L-0001", "first_day": "2021-01-01"})
    assert (lifts(), made["version"]) == (1, 1)
    one = f"{path}/{made['id']}"
    early = desk.patch(one, {"last_day": "2020-12-31"}, version=1)
    assert (early.status_code, "before it begins" in early.json()["detail"]) == (422, True)
    ended = desk.patch(one, {"last_day": "2021-06-30"}, version=1)
    assert (ended.status_code, ended.json()["until_at"]) == (200, "2021-06-30T16:00:00.000Z")
    assert lifts() == 0
    assert desk.patch(one, {"last_day": None}, version=1).status_code == 412
    follows = f"/v1/organisations/{new}/contracts"
    desk.made(follows, {"lift": "L-0001", "first_day": "2021-07-01"})
    again = desk.patch(one, {"last_day": "2021-07-01"}, version=2)
    assert (again.status_code, "already" in again.json()["detail"]) == (422, True)
    assert desk.patch(f"{follows}/{made['id']}", {"last_day": None}, version=2).status_code == 404


def test_a_contract_entered_by_mistake_is_taken_out(desk: Desk, fleet: Fleet) -> None:
    """The trail still knows of which lift it was."""
    fleet.lift("L-0001")
    unit = desk.made("/v1/organisations", {"name": "维保"})["id"]
    path = f"/v1/organisations/{unit}/contracts"
    made = desk.made(path, {"lift": "L-0001", "first_day": "2021-01-01"})
    gone = desk.post(f"{path}/{made['id']}/withdraw")
    assert (gone.status_code, gone.json()["items"]) == (200, [])
    assert desk.post(f"{path}/{made['id']}/withdraw").status_code == 404
    acts = [one["detail"] for one in desk.get("/v1/audit")["items"]]
    withdrawn = next(one for one in acts if one.get("what") == "withdraw_contract")
    assert (withdrawn["lift"], withdrawn["from"]) == ("L-0001", "2020-12-31T16:00:00.000Z")


def test_a_request_counts_once(desk: Desk) -> None:
    """The same again is answered the same; another under its key is refused; none is refused."""
    body = {"name": "花园物业"}
    first = desk.post("/v1/organisations", body, key="the-same-key")
    again = desk.post("/v1/organisations", body, key="the-same-key")
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotency-replayed" in again.headers
    other = desk.post("/v1/organisations", {"name": "其他"}, key="the-same-key")
    assert other.status_code == 409
    for headers in ({}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "x" * 65}):
        refused = desk.client.post("/v1/organisations", json=body, headers=desk.headers | headers)
        assert refused.status_code == 400
        assert "Idempotency-Key" in refused.json()["detail"]
    assert len(desk.get("/v1/organisations")["items"]) == 1


def test_the_same_request_many_times_at_once_counts_once(desk: Desk) -> None:
    """Whoever loses the race is answered as the winner, or told to ask again."""
    with ThreadPoolExecutor(6) as pool:
        found = list(
            pool.map(
                lambda _: desk.post("/v1/organisations", {"name": "物业"}, key="one-key-for-all"),
                range(12),
            )
        )
    assert {one.status_code for one in found} <= {201, 409}
    assert len({one.json()["id"] for one in found if one.status_code == 201}) == 1
    assert len(desk.get("/v1/organisations")["items"]) == 1


def test_keys_of_two_callers_are_two(desk: Desk, people: SqlPeople) -> None:
    """Nobody is answered what another asked."""
    Town(people).person("second", "admin")
    second = Desk(desk.client)
    second.headers = bearer(tokens(desk.client, "second")["access_token"])
    ours = desk.post("/v1/organisations", {"name": "a"}, key="the-same-key").json()
    theirs = second.post("/v1/organisations", {"name": "a"}, key="the-same-key").json()
    assert ours["id"] != theirs["id"]


def test_two_administrators_who_edit_one_row(desk: Desk) -> None:
    """The second is told that it has changed, and nothing of theirs is kept."""
    unit = desk.made("/v1/organisations", {"name": "a"})
    path = f"/v1/organisations/{unit['id']}"
    assert desk.patch(path, {"name": "b", "phone": "12345"}, version=1).json()["version"] == 2
    stale = desk.patch(path, {"name": "c"}, version=1)
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:liftwatch:problem:stale")
    now = desk.get(path)
    assert (now["name"], now["phone"], now["version"]) == ("b", "12345", 2)
    assert desk.patch(path, {"phone": None}, version=2).json()["phone"] is None
    for headers in ({}, {"If-Match": "x"}, {"If-Match": "*"}):
        refused = desk.client.patch(path, json={"name": "d"}, headers=desk.headers | headers)
        assert refused.status_code == 400
        assert "If-Match" in refused.json()["detail"]


def test_a_code_or_login_that_is_taken(desk: Desk) -> None:
    """Is said."""
    body = {"name": "a", "credit_code": "91330100799655058B"}
    desk.made("/v1/organisations", body)
    assert desk.post("/v1/organisations", body).status_code == 409
    desk.made("/v1/people", {"login": "li", "name": "Li"})
    assert desk.post("/v1/people", {"login": "LI", "name": "Li"}).status_code == 422


def test_whoever_is_disabled_is_out_and_may_come_again(desk: Desk, people: SqlPeople) -> None:
    """The last administrator cannot be."""
    li = Town(people).person("li", "rescue")
    token = tokens(desk.client, "li")["access_token"]
    path = f"/v1/people/{li.id}"
    assert desk.patch(path, {"disabled": True}, version=1).json()["disabled_at"] is not None
    assert desk.client.get("/v1/me", headers=bearer(token)).status_code == 401
    assert desk.patch(path, {"disabled": False}, version=2).json()["disabled_at"] is None
    assert tokens(desk.client, "li")
    root = next(one for one in desk.get("/v1/people")["items"] if one["login"] == "root")
    last = desk.patch(f"/v1/people/{root['id']}", {"disabled": True}, version=1)
    assert (last.status_code, "administrator" in last.json()["detail"]) == (422, True)


def test_a_link_lets_somebody_in_who_then_sets_a_password(desk: Desk) -> None:
    """Its secret is told once more only to who asked for it."""
    li = desk.made("/v1/people", {"login": "li", "name": "Li"})
    link = desk.made(f"/v1/people/{li['id']}/link")
    visitor = TestClient(desk.client.app, base_url="http://127.0.0.1", follow_redirects=False)
    assert visitor.get(f"/enter/{link['secret']}").status_code == 303
    assert visitor.cookies


def test_ones_own_password_and_keys(desk: Desk, people: SqlPeople) -> None:
    """A key has at most one's own roles; a new password ends all of it."""
    Town(people).person("li", "rescue")
    own = Desk(desk.client)
    own.headers = bearer(tokens(desk.client, "li")["access_token"])
    key = own.made(
        "/v1/me/keys", {"label": "the centre's machine", "roles": ["rescue"], "days": 30}
    )
    assert desk.client.get("/v1/incidents", headers=bearer(key["secret"])).status_code == 200
    assert own.post("/v1/me/keys", {"label": "x", "roles": ["admin"]}).status_code == 422
    listed = own.get("/v1/me/credentials")["items"]
    assert {one["kind"] for one in listed} == {"key", "refresh"}
    assert all(one["secret"] is None for one in listed)
    assert own.post("/v1/me/password", {"password": "x", "next": NEXT}).status_code == 403
    own.post(f"/v1/me/credentials/{key['id']}/end")
    assert desk.client.get("/v1/me", headers=bearer(key["secret"])).status_code == 401
    assert own.post(f"/v1/me/credentials/{key['id']}/end").status_code == 404
    assert own.post("/v1/me/password", {"password": PASSWORD, "next": "short"}).status_code == 422
    assert own.post("/v1/me/password", {"password": PASSWORD, "next": NEXT}).status_code == 200
    assert desk.client.get("/v1/me", headers=own.headers).status_code == 401
    assert tokens(desk.client, "li", NEXT)


def test_pages_of_people(desk: Desk, people: SqlPeople) -> None:
    """In order of login, without gap or double."""
    town = Town(people)
    for number in range(7):
        town.person(f"p{number}")
    seen: list[str] = []
    path = "/v1/people?limit=3"
    while path:
        page = desk.get(path)
        seen += [one["login"] for one in page["items"]]
        path = page["next"] and f"/v1/people?limit=3&cursor={page['next']}"
    assert seen == [*(f"p{number}" for number in range(7)), "root"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('{"name": 5}', 400),
        ('{"name": "a", "admin": true}', 400),
        ('{"name": "' + "x" * 201 + '"}', 400),
        ('{"name": "  "}', 422),
        ('{"name": "a", "places": [{"area": "1"}]}', 422),
        ('{"name": "a", "places": [{"area": "320583", "building": "3"}]}', 422),
        ('{"name": "a", "credit_code": "x"}', 400),
        ("[" * 50_000, 400),
        ('{"name": "\\ud800"}', 400),
    ],
)
def test_bad_bodies_are_named(desk: Desk, body: str, status: int) -> None:
    """And make nothing."""
    headers = desk.headers | {"Idempotency-Key": "12345678", "Content-Type": "application/json"}
    response = desk.client.post("/v1/organisations", content=body, headers=headers)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert desk.get("/v1/organisations")["items"] == []
    form = desk.client.post("/v1/organisations", data={"name": "a"}, headers=desk.headers)
    assert form.status_code in (400, 415)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'; DROP TABLE organisation;--"])
def test_text_is_text(desk: Desk, text: str) -> None:
    """Neither the database nor a page takes it for anything else."""
    made = desk.made("/v1/organisations", {"name": text})
    assert desk.get(f"/v1/organisations/{made['id']}")["name"] == text


def test_a_key_of_some_roles_makes_no_key_of_more(desk: Desk, people: SqlPeople) -> None:
    """One that names no roles has those of the key that made it, not all of the person's."""
    town = Town(people)
    li = town.person("li", "rescue")
    desk.made(f"/v1/people/{li.id}/roles", {"role": "admin"})
    few = Desk.__new__(Desk)
    few.client, few.headers = desk.client, bearer(town.secret(li, "key", "rescue"))
    made = few.made("/v1/me/keys", {"label": "another"})
    assert made["roles"] == ["rescue"]
    assert desk.client.get("/v1/people", headers=bearer(made["secret"])).status_code == 403
    assert few.post("/v1/me/keys", {"label": "x", "roles": ["admin"]}).status_code == 422

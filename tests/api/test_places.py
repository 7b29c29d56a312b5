"""Names of places over HTTP and on the pages."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from tests.api.conftest import Fleet, Town
from tests.api.test_people import Desk
from tests.api.test_people_pages import HTML, Browser
from tests.api.test_sign_in import bearer

PATH = "/v1/places?area=320583&estate=garden"


@pytest.fixture
def desk(gated: FastAPI, people: SqlPeople) -> Iterator[Desk]:
    """An administrator at work."""
    Town(people).person("root", "admin")
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield Desk(client)


def page_of(desk: Desk, people: SqlPeople) -> Browser:
    """The same, before the pages."""
    with people.reading() as reads:
        root = reads.person_of_login("root")
    assert root is not None
    client = TestClient(desk.client.app, base_url="http://127.0.0.1", follow_redirects=False)
    client.cookies.set("lw_session", Town(people).secret(root, "session"))
    return Browser(client)


def test_a_name_is_set_against_its_version(desk: Desk) -> None:
    """And listed, page by page."""
    made = desk.patch(PATH, {"name": "花园小区", "name_en": "Garden"}, version=0)
    assert (made.status_code, made.json()["version"]) == (200, 1)
    assert desk.patch(PATH, {"name": "b"}, version=0).status_code == 412
    assert desk.patch(f"{PATH}&building=3", {"name": "三号楼"}, version=0).status_code == 200
    first = desk.get("/v1/places?limit=1")
    second = desk.get(f"/v1/places?limit=1&cursor={first['next']}")
    found = [one["name"] for page in (first, second) for one in page["items"]]
    assert (found, second["next"]) == (["花园小区", "三号楼"], None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (PATH, {"colour": "red"}, 400),
        (PATH, {"name": ""}, 400),
        (PATH, {"latitude": 91}, 400),
        (PATH, {"latitude": 31}, 422),
        (PATH, {"name": "a\x00"}, 422),
        ("/v1/places?area=1", {"name": "a"}, 422),
        ("/v1/places?area=320583&building=3", {"name": "a"}, 422),
        ("/v1/places", {"name": "a"}, 400),
    ],
)
def test_what_cannot_be(desk: Desk, path: str, body: dict[str, object], status: int) -> None:
    """Is named, and nothing is kept."""
    assert desk.patch(path, body, version=0).status_code == status
    assert desk.get("/v1/places")["items"] == []


def test_names_of_others_are_not_there(desk: Desk, people: SqlPeople) -> None:
    """A property manager sees its estate's name, and its area's; an owner none."""
    for path in (PATH, "/v1/places?area=320583", "/v1/places?area=320583&estate=lake"):
        desk.patch(path, {"name": "x"}, version=0)
    town = Town(people)
    for login, role, seen in (("a", "property", 2), ("b", "maintenance", 0), ("c", "owner", None)):
        person = town.person(f"per-{login}", role, Place("320583", "garden"))
        answer = desk.client.get("/v1/places", headers=bearer(town.secret(person, "key")))
        assert answer.status_code == (403 if seen is None else 200)
        assert seen is None or len(answer.json()["items"]) == seen


def test_pages_call_places_by_their_names(desk: Desk, people: SqlPeople, fleet: Fleet) -> None:
    """The fleet, a lift, an incident, each in its language; a code without a row is a code."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "door_fault")
    browser = page_of(desk, people)
    paths = ("/", "/lifts/L-0001", f"/incidents/{incident.id}")
    for path in paths:
        text = browser.get(path)
        assert "garden" in text
        assert "Building 3, unit 1" in text
    desk.patch(PATH, {"name": "花园<小区>", "name_en": "Rose Garden"}, version=0)
    desk.patch(f"{PATH}&building=3", {"name": "桂苑"}, version=0)
    for path in paths:
        text = browser.get(path)
        assert "Rose Garden" in text
        assert "桂苑 unit 1" in text
        chinese = browser.client.get(path, headers=HTML | {"Accept-Language": "zh"}).text
        assert "花园&lt;小区&gt;" in chinese
        assert "桂苑 1 单元" in chinese


def test_the_page_of_places(desk: Desk, people: SqlPeople, fleet: Fleet) -> None:
    """Names what has none; keeps what was typed; changes against a version."""
    fleet.lift("L-0001")
    browser = page_of(desk, people)
    assert "320583/garden" in browser.get("/places")
    fields = {"area": "320583", "estate": "garden", "name": "<b>花园"}
    wrong = browser.send("/places", **fields, latitude="north")
    assert (wrong.status_code, "no number of degrees" in wrong.text) == (422, True)
    assert 'value="&lt;b&gt;花园"' in wrong.text
    assert browser.send("/places", **fields, version="0").status_code == 303
    page = browser.get("/places?area=320583&estate=garden")
    assert 'value="&lt;b&gt;花园"' in page
    assert 'name="version" value="1"' in page
    stale = browser.send("/places", **fields, version="0")
    assert "somebody else has changed it" in stale.text
    assert browser.send("/places", **fields, version="1", name_en="Garden").status_code == 303
    assert desk.get("/v1/places")["items"][0]["name_en"] == "Garden"

"""The fault history over HTTP: filters, tables, rights, past cases alike, and its pages."""

import csv
import io
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.care.faults import Heard, ToldCode
from liftwatch.care.signature import Signature, Signed
from liftwatch.clock import DAY_MS, MINUTE_MS, now_ms, rfc3339
from liftwatch.handlers import people
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Told
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer

LI = Actor(person="li", organisation="unit", channel="console")
LIFT, OTHER = "L-0001", "L-0002"


def told(n: int, *, at_ms: int, **more: Any) -> ToldCode:
    """A code that raises nothing."""
    values: dict[str, Any] = {
        "lift": LIFT,
        "area": "320583",
        "estate": "garden",
        "dialect": "alt2",
        "code": "99",
        "part": "unknown",
    }
    return ToldCode(id=f"code-{n}", raised_ms=at_ms, report=f"E-{n}", **values | more)


def put_right(fleet: Fleet, one: Incident, *, at_ms: int, text: str = "worn belt") -> None:
    """Somebody is there, and puts it right."""
    for name, what in (
        ("arrive", Told(at_ms=at_ms - MINUTE_MS)),
        ("resolve", Told(at_ms=at_ms, cause="door", inspection=text)),
    ):
        with fleet.books.begin() as work:
            one, _ = make_move(
                work, one.id, name, told=what, version=one.version, by=LI, now_ms=now_ms()
            )


@pytest.fixture
def story(fleet: Fleet) -> list[Incident]:
    """A door that was put right 40 days ago, and again 35 days ago; a code; a neighbour."""
    day = now_ms() - 40 * DAY_MS
    fleet.lift(LIFT)
    fleet.lift(OTHER, estate="lake")
    found = []
    for n, at_ms in enumerate((day, day + 5 * DAY_MS)):
        one = fleet.alarm(LIFT, "door_fault", at_ms=at_ms)
        put_right(fleet, one, at_ms=at_ms + 30 * MINUTE_MS)
        fleet.alarm(
            LIFT, "door_fault", at_ms=at_ms + 31 * MINUTE_MS, edge="cleared", opened_ms=at_ms
        )
        found.append(one)
        with fleet.books.begin() as work:
            work.put_signature(signed(one, floor=3))
            work.note_visits([visit(n, at_ms + 29 * MINUTE_MS)])
    found.append(fleet.alarm(LIFT, "door_fault", at_ms=day + 39 * DAY_MS))
    found.append(fleet.alarm(OTHER, "overload", at_ms=day, estate="lake"))
    with fleet.books.begin() as work:
        work.put_signature(signed(found[2], floor=3))
        work.note_codes([told(1, at_ms=day - DAY_MS, text="=1+1")])
    return found


def signed(one: Incident, *, floor: int) -> Signed:
    """A signature."""
    return Signed(
        incident=one.id,
        lift=one.lift or "",
        area=one.area,
        estate=one.estate,
        kind=one.kind,
        raised_ms=one.raised_ms,
        signature=Signature(kind=one.kind, floor=floor, door="closing"),
        signal="state.speed_mps",
        spark=((-1000, 0.0), (0, 1.5)),
    )


def visit(n: int, at_ms: int) -> Heard:
    """A visit in which the door's part was replaced."""
    return Heard(
        id=f"visit-{n}",
        lift=LIFT,
        area="320583",
        estate="garden",
        at_ms=at_ms,
        work="repair",
        replaced=("A-1-22",),
    )


def test_the_history(desk: TestClient, story: list[Incident]) -> None:
    """Newest first, with what was found, how often before, and where the evidence is."""
    items = desk.get(f"/v1/faults?lift={LIFT}").json()["items"]
    assert [one["id"] for one in items] == [story[2].id, story[1].id, story[0].id, "code-1"]
    newest, second, first, code = items
    assert (newest["verdict"], newest["before"]) == ("open", 2)
    assert newest["first_at"] == rfc3339(story[0].raised_ms)
    assert newest["evidence"] == {
        "href": f"/v1/incidents/{newest['id']}/evidence",
        "signal": "state.speed_mps",
        "points": [[-1000, 0.0], [0, 1.5]],
    }
    assert (first["cause"], first["inspection"]) == ("door", "worn belt")
    assert (first["back_after_days"], second["back_after_days"]) == (5.0, None)
    assert [one["part"] for one in first["replaced"]] == ["door_operator"]
    assert (code["how"], code["kind"], code["incident"]) == ("told", None, None)


def test_pages_and_filters(desk: TestClient, story: list[Incident]) -> None:
    """A cursor goes on; what cannot be is named."""
    page = desk.get("/v1/faults?limit=2").json()
    rest = desk.get(f"/v1/faults?limit=500&cursor={page['next']}").json()
    assert len(page["items"]) + len(rest["items"]) == 5
    assert rest["next"] is None
    for query, count in (
        ("part=use", 1),
        ("part=door_operator&severity=2", 3),
        ("code=99", 1),
        ("code=99&dialect=jiangsu", 0),
        ("estate=lake&kind=door_fault", 0),
        (f"from={rfc3339(story[1].raised_ms)}", 2),
        ("state=closed", 2),
    ):
        assert len(desk.get(f"/v1/faults?{query}").json()["items"]) == count, query
    for query in ("part=wing", "severity=5", "code=%00", "cursor=x", "format=xml", "from=today"):
        assert desk.get(f"/v1/faults?{query}").status_code == 400, query


@pytest.mark.parametrize(
    ("query", "headers"), [("", {"Accept": "text/csv"}), ("?format=csv", {"Accept": "*/*"})]
)
def test_the_table(
    desk: TestClient, story: list[Incident], query: str, headers: dict[str, str]
) -> None:
    """All rows, and no cell that a spreadsheet computes."""
    answer = desk.get(f"/v1/faults{query}", headers=headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeffid,raised_at,lift,")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["id"] for row in rows] == [
        one["id"] for one in desk.get("/v1/faults").json()["items"]
    ]
    code = next(row for row in rows if row["id"] == "code-1")
    assert (code["codes"], code["texts"]) == ("alt2/99", "'=1+1")
    assert {len(line) for line in csv.reader(io.StringIO(answer.text))} == {29}
    assert rows[1]["replaced"] == "A-1-22 door_operator"
    assert story


def test_a_table_ends_somewhere(
    desk: TestClient, story: list[Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much there is, page by page."""
    assert story
    monkeypatch.setattr("api.faults.CSV_ROWS_MAX", 3)
    monkeypatch.setattr("api.faults.LIMIT_MAX", 2)
    assert len(desk.get("/v1/faults?format=csv").text.splitlines()) == 4


def test_repeats_and_lives(desk: TestClient, story: list[Incident]) -> None:
    """What came again, how often the first repair was the last, how long a part lasted."""
    told = desk.get("/v1/faults/repeats").json()
    [item] = told["items"]
    assert (item["incident"], item["again"], item["after_days"]) == (story[0].id, story[1].id, 5.0)
    assert (told["rate"]["fixed"], told["rate"]["judged"], told["rate"]["stayed"]) == (2, 2, 1)
    assert (told["rate"]["arrival_s"], told["rate"]["repair_s"]) == (29 * 60.0, 60.0)
    [life] = desk.get("/v1/faults/parts").json()["items"]
    assert (life["item"], life["replaced"], life["ended"], life["median_days"]) == (
        "A-1-22",
        2,
        1,
        5.0,
    )
    assert desk.get("/v1/faults/parts?part=brake").json()["items"] == []
    assert desk.get("/v1/faults/repeats?from=2000-01-01T00:00:00Z").status_code == 400


def test_past_cases_alike(desk: TestClient, story: list[Incident]) -> None:
    """On the same lift, in words; what came later is no past."""
    told = desk.get(f"/v1/incidents/{story[1].id}/alike").json()
    mine = told["scopes"][0]
    assert (mine["scope"], mine["compared"]) == ("lift", 1)
    [case] = mine["items"]
    assert (case["fault"]["id"], case["likeness"]) == (story[0].id, 1.0)
    assert case["same"] == ["the same kind", "the door the same: closing", "the same floor: 3"]
    assert told["helped"] == [{"cause": "door", "items": ["A-1-22"], "times": 1, "came_back": 1}]
    assert desk.get("/v1/incidents/none/alike").status_code == 404


@pytest.fixture
def units(town: Town, story: list[Incident]) -> dict[str, str]:
    """The keys of two maintenance units: one until 20 days ago, the other since."""
    change_ms = now_ms() - 20 * DAY_MS
    found = {}
    for name, from_ms, until_ms in (("former", 0, change_ms), ("now", change_ms, None)):
        person = town.person(name, "maintenance")
        found[name] = town.secret(person, "key")
        with town.store.begin() as work:
            (unit,) = {one.organisation for one in work.grants(person.id, now_ms())}
            people.make_contract(
                work, lift=LIFT, organisation=unit, from_ms=from_ms, until_ms=until_ms
            )
    assert story
    return found


def test_a_unit_sees_history_and_no_words_of_the_former(
    guest: TestClient, units: dict[str, str], story: list[Incident]
) -> None:
    """Who took a lift over sees what it had, and not what was written; who lost it, its own."""
    now = guest.get("/v1/faults", headers=bearer(units["now"])).json()["items"]
    assert [one["id"] for one in now] == [story[2].id, story[1].id, story[0].id, "code-1"]
    own, old = now[0], now[2]
    assert (own["incident"], old["incident"], old["evidence"]) == (story[2].id, None, None)
    assert (old["cause"], old["inspection"], old["reason"]) == ("door", None, None)
    assert len(old["replaced"]) == 1
    assert guest.get(f"/v1/incidents/{old['id']}", headers=bearer(units["now"])).status_code == 404
    former = guest.get("/v1/faults", headers=bearer(units["former"])).json()["items"]
    assert [one["id"] for one in former] == [story[1].id, story[0].id, "code-1"]
    assert former[1]["inspection"] == "worn belt"
    repeats = guest.get("/v1/faults/repeats", headers=bearer(units["now"])).json()["items"]
    assert [(one["incident"], one["again"]) for one in repeats] == [(None, None)]
    csv_text = guest.get("/v1/faults?format=csv", headers=bearer(units["now"])).text
    assert "worn belt" not in csv_text


def test_alike_keeps_to_what_is_seen(
    guest: TestClient, units: dict[str, str], story: list[Incident]
) -> None:
    """Facts of former cases help; their words and their incidents stay away."""
    path = f"/v1/incidents/{story[2].id}/alike"
    cases = guest.get(path, headers=bearer(units["now"])).json()["scopes"][0]["items"]
    assert [one["fault"]["incident"] for one in cases] == [None, None]
    assert {one["fault"]["inspection"] for one in cases} == {None}
    assert guest.get(path, headers=bearer(units["former"])).status_code == 404


def test_a_stranger_sees_nothing(guest: TestClient, town: Town, story: list[Incident]) -> None:
    """Rows of other estates are not there."""
    key = town.secret(town.person("lake", "property", Place("320583", "lake")), "key")
    told = guest.get("/v1/faults", headers=bearer(key)).json()["items"]
    assert [one["lift"] for one in told] == [OTHER]
    assert guest.get(f"/v1/incidents/{story[0].id}/alike", headers=bearer(key)).status_code == 404
    assert guest.get("/v1/faults/parts", headers=bearer(key)).json()["items"] == []
    owner = town.secret(town.person("owner", "owner"), "key")
    assert guest.get("/v1/faults", headers=bearer(owner)).status_code == 403


def test_the_page(desk: TestClient, story: list[Incident]) -> None:
    """A table by filter, its file beside it, and what was typed stays when it cannot be."""
    page = desk.get(f"/faults?lift={LIFT}&part=door_operator")
    assert page.status_code == 200
    assert f'/incidents/{story[0].id}"' in page.text
    assert "/v1/faults?format=csv&amp;lift=L-0001&amp;part=door_operator" in page.text
    wrong = desk.get("/faults?lift=no%20lift&code=99")
    assert wrong.status_code == 422
    assert 'value="no lift"' in wrong.text
    assert "No fault fits" in desk.get("/faults?code=none", headers={"Accept-Language": "en"}).text
    days = desk.get("/faults?since=2020-01-01&until=2020-01-02")
    assert "from=2019-12-31T16%3A00%3A00.000Z&amp;to=2020-01-02T16%3A00%3A00.000Z" in days.text


def test_pages_of_an_incident_a_lift_and_a_unit(
    desk: TestClient, story: list[Incident], fleet: Fleet
) -> None:
    """Past cases stand on the incident's page, the history by part on the lift's."""
    english = {"Accept-Language": "en"}
    page = desk.get(f"/incidents/{story[1].id}", headers=english).text
    assert "Comparable past cases" in page
    assert "100 % alike: the same kind, the door the same: Closing, the same floor: 3" in page
    page = desk.get(f"/lifts/{LIFT}", headers=english).text
    assert f"/faults?lift={LIFT}&amp;part=door_operator" in page
    page = desk.get("/unit", headers=english).text
    assert "Put right, and back within 30 days" in page
    assert f'/incidents/{story[1].id}"' in page
    assert fleet

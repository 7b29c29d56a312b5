"""Statistics and verdicts over HTTP: JSON, CSV, and only what is seen."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.clock import now_ms
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import Told
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer

LI = Actor(person="li", organisation="=unit", channel="console")


@pytest.fixture
def freed(fleet: Fleet) -> Fleet:
    """One was freed an hour ago in the garden, one alarm was rejected by the lake."""
    fleet.lift("L-0001")
    at_ms = now_ms() - 3_600_000
    one = fleet.alarm("L-0001", "entrapment", at_ms=at_ms)
    told = Told(trapped=2, injured=1, cause="door", confirmed_by="Wang Gang")
    for name, after_s in (("acknowledge", 60), ("arrive", 600), ("release", 900)):
        with fleet.books.begin() as work:
            one, _ = make_move(
                work,
                one.id,
                name,
                told=told if name == "release" else Told(),
                by=LI,
                version=one.version,
                now_ms=at_ms + after_s * 1_000,
            )
    other = fleet.alarm("L-0002", "door_fault", at_ms=at_ms, estate="lake")
    with fleet.books.begin() as work:
        why = Told(reason="a cleaner in the door")
        make_move(work, other.id, "reject", told=why, by=LI, version=1, now_ms=at_ms + 1_000)
    return fleet


def test_the_monthly_table(desk: TestClient, freed: Fleet) -> None:
    """By default entrapments by month; the same as CSV."""
    del freed
    (row,) = desk.get("/v1/statistics/rescue").json()["items"]
    assert (row["events"], row["persons"], row["injured"]) == (1, 2, 1)
    assert (row["arrival"]["median_s"], row["on_site"]["mean_s"]) == (600, 300)
    told = desk.get("/v1/statistics/rescue", headers={"Accept": "text/csv"})
    assert told.headers["content-type"] == "text/csv; charset=utf-8"
    assert told.text.startswith("\ufeff")
    (line,) = csv.DictReader(io.StringIO(told.text.removeprefix("\ufeff")))
    assert (line["group"], line["arrival_median_s"], line["cause_door"]) == (
        row["group"],
        "600.0",
        "1",
    )


def test_a_name_that_spreadsheets_would_run(desk: TestClient, freed: Fleet) -> None:
    """It is text."""
    del freed
    told = desk.get("/v1/statistics/rescue?by=unit", headers={"Accept": "text/csv"})
    assert "\r\n'=unit," in told.text


@pytest.mark.parametrize(
    "query", ["by=day", "from=yesterday", "kind=fire", "from=2000-01-01T00:00:00Z"]
)
def test_what_cannot_be_asked(desk: TestClient, query: str) -> None:
    """It is named."""
    assert desk.get(f"/v1/statistics/rescue?{query}").status_code == 400


def test_what_people_said(desk: TestClient, freed: Fleet) -> None:
    """Precision with its interval, and why they rejected."""
    del freed
    told = desk.get("/v1/verdicts").json()
    (fault, people) = told["items"]
    assert (fault["kind"], fault["precision"], fault["high"]) == ("door_fault", 0.0, 0.975)
    assert (people["kind"], people["precision"], people["low"]) == ("entrapment", 1.0, 0.025)
    assert [one["reason"] for one in told["rejected"]] == ["a cleaner in the door"]
    assert told["recorded"] == []


def test_only_of_what_is_seen(guest: TestClient, town: Town, freed: Fleet) -> None:
    """The lake's manager sees no rescue in the garden; an owner sees nothing."""
    del freed
    for place, events, kinds in (("lake", 0, ["door_fault"]), ("garden", 1, ["entrapment"])):
        key = bearer(town.secret(town.person(place, "property", Place("320583", place)), "key"))
        rows = guest.get("/v1/statistics/rescue?by=estate", headers=key).json()["items"]
        assert sum(one["events"] for one in rows) == events
        told = guest.get("/v1/verdicts", headers=key).json()
        assert [one["kind"] for one in told["items"]] == kinds
    owner = bearer(town.secret(town.person("owner", "owner"), "key"))
    assert guest.get("/v1/statistics/rescue", headers=owner).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("How fast help came", "10.0", "100.0 %", "Doors 1", "How often alarms were right")),
        ("zh", ("救援时效", "10.0", "100.0 %", "门系统 1", "报警准确率", "误报")),
    ],
)
def test_the_page_in_both_languages(
    desk: TestClient, freed: Fleet, language: str, words: tuple[str, ...]
) -> None:
    """Rescues by month and by whatever else, verdicts below."""
    del freed
    headers = {"Accept": "text/html", "Accept-Language": language}
    page = desk.get("/statistics", headers=headers)
    assert page.status_code == 200
    for word in words:
        assert word in page.text
    for by in ("area", "estate", "unit", "kind", "cause"):
        assert desk.get(f"/statistics?by={by}", headers=headers).status_code == 200
    assert desk.get("/statistics?by=day", headers=headers).status_code == 400

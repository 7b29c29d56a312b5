"""Reports over HTTP and as pages: figures from what happened, rights, and the forms they have."""

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from pypdf import PdfReader
from starlette.testclient import TestClient

from api.console.language import LANGUAGES
from api.console.report_csv import report_csv
from api.console.report_views import Words
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.care.report import (
    Column,
    Content,
    MadeFrom,
    Period,
    Report,
    Row,
    Scope,
    Section,
    Table,
    running,
)
from liftwatch.care.scorecard import MEASURES
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, now_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import Told
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.test_sign_in import bearer

GARDEN = Place("320583", "garden")
EVIL = "=HYPERLINK(1)"
WHO = {
    "samr": ("supervision", Place("320583")),
    "mei": ("property", GARDEN),
    "owner": ("owner", Place("320583", "garden", "3")),
    "far": ("supervision", Place("320584")),
}


def last_month() -> Period:
    """The one that is over."""
    return running("month", now_ms()).before


@pytest.fixture
def keys(town: Town, fleet: Fleet) -> dict[str, Any]:
    """Two estates, what happened in the last month and the one before, and who looks at it."""
    period = last_month()
    for lift, estate in (("L-0001", "garden"), ("L-0002", "garden"), ("L-0003", "lake")):
        fleet.lift(lift, estate=estate, facts=Facts(building="3", unit=EVIL))
    at_ms = period.from_ms + 3 * DAY_MS
    one = fleet.alarm("L-0001", "entrapment", at_ms=at_ms)
    told = {
        "acknowledge": Told(at_ms=at_ms + MINUTE_MS),
        "arrive": Told(at_ms=at_ms + 40 * MINUTE_MS),
        "release": Told(
            at_ms=at_ms + HOUR_MS, trapped=2, injured=0, cause="door", confirmed_by="Wang Gang"
        ),
    }
    with fleet.books.begin() as work:
        for version, (name, said) in enumerate(told.items(), one.version):
            make_move(
                work, one.id, name, told=said, by=Actor(), version=version, now_ms=at_ms + DAY_MS
            )
    fleet.alarm("L-0001", "door_fault", at_ms=at_ms + HOUR_MS)
    fleet.alarm("L-0002", "door_fault", at_ms=at_ms, exercise=True)
    fleet.alarm("L-0002", "overload", at_ms=period.before.from_ms + DAY_MS)
    fleet.alarm("L-0003", "door_fault", estate="lake", at_ms=at_ms)
    found = {
        login: bearer(town.secret(town.person(login, role, place), "key"))
        for login, (role, place) in WHO.items()
    }
    with town.store.begin() as people:
        person = handlers.make_person(people, login="zhou", name="zhou", now_ms=0)
        unit = handlers.make_organisation(people, name="安达", now_ms=0)
        handlers.grant(people, person.id, "maintenance", organisation=unit.id, now_ms=0)
        begun = period.from_ms - 100 * DAY_MS
        handlers.make_contract(
            people, lift="L-0001", organisation=unit.id, from_ms=begun, until_ms=None
        )
    found["zhou"] = bearer(town.secret(person, "key"))
    return found | {"unit": unit.id}


def made(
    guest: TestClient, by: dict[str, str], kind: str, *, scope: str = "320583", key: str = ""
) -> Any:
    """A report of the last month, made now."""
    body = {"scope_kind": kind, "scope": scope, "period": last_month().text}
    headers = by | {"Idempotency-Key": key or f"make-{kind}-{scope}"}
    return guest.post("/v1/reports", json=body, headers=headers)


def figures(told: Any, section: str) -> dict[str, tuple[Any, Any]]:
    """Figures of a section by name."""
    (found,) = (one for one in told["sections"] if one["name"] == section)
    return {row["name"]: (row["value"], row["before"]) for row in found["figures"]}


def test_what_a_report_counts(guest: TestClient, keys: dict[str, Any], books: SqlBooks) -> None:
    """Of an area all of it, of an estate its own, of a unit its lifts; exercises nowhere."""
    answer = made(guest, keys["samr"], "area", scope="320583")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert figures(told, "incidents")["raised"] == (3, 1)
    assert figures(told, "incidents")["answer_median"] == (60.0, None)
    assert figures(told, "rescues")["entrapments"] == (1, 0)
    assert figures(told, "rescues")["arrival_within"] == (0.0, None)
    assert figures(made(guest, keys["mei"], "estate", scope="320583/garden").json(), "incidents")[
        "raised"
    ] == (2, 1)
    own = made(guest, keys["zhou"], "unit", scope=keys["unit"]).json()
    assert figures(own, "incidents")["raised"] == (2, 0)
    assert figures(own, "availability")["lifts"] == (1, 1)
    acts = books.audit_page(AuditFilter(target_kind="report", target=told["id"])).items
    assert [line.entry.action for line in acts] == ["reports.make"]


def test_score_cards_stand_in_reports(guest: TestClient, keys: dict[str, Any]) -> None:
    """Of an area everybody's, of an estate and a unit their own lines; what is unknown is null."""
    area = made(guest, keys["samr"], "area").json()
    (section,) = (one for one in area["sections"] if one["name"] == "scores")
    tables = {one["name"]: one for one in section["tables"]}
    assert [row["about"] for row in tables["scores_unit"]["rows"]] == [[keys["unit"]]]
    estates = [row["about"][0] for row in tables["scores_estate"]["rows"]]
    assert sorted(estates) == ["320583/garden", "320583/lake"]
    own = made(guest, keys["zhou"], "unit", scope=keys["unit"]).json()
    (section,) = (one for one in own["sections"] if one["name"] == "scores")
    lines = {row["about"][0]: row["values"] for table in section["tables"] for row in table["rows"]}
    assert set(lines) == {one.name for one in MEASURES.values() if "unit" in one.of}
    assert figures(own, "scores")["rank_best"] == (None, None)
    page = guest.get(f"/reports/{area['id']}", headers=keys["samr"] | {"Accept": "text/html"})
    assert "安达" in page.text


def test_made_anew_is_the_next_version(guest: TestClient, keys: dict[str, Any]) -> None:
    """The same key makes none; another key the next one, and both are there."""
    first = made(guest, keys["mei"], "estate", scope="320583/garden").json()
    again = made(guest, keys["mei"], "estate", scope="320583/garden")
    assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first["id"], "true")
    next_ = made(guest, keys["mei"], "estate", scope="320583/garden", key="another-key").json()
    assert (first["version"], next_["version"]) == (1, 2)
    listed = guest.get("/v1/reports", headers=keys["mei"]).json()["items"]
    assert [one["id"] for one in listed] == [next_["id"], first["id"]]
    page = guest.get("/v1/reports?limit=1", headers=keys["mei"]).json()
    rest = guest.get(f"/v1/reports?limit=1&cursor={page['next']}", headers=keys["mei"]).json()
    assert (rest["items"][0]["id"], rest["next"]) == (first["id"], None)


def test_who_reads_and_makes_what(guest: TestClient, keys: dict[str, Any]) -> None:
    """A stranger's report does not exist, and of a stranger's place none can be made."""
    ids = {
        "area": made(guest, keys["samr"], "area", scope="320583").json()["id"],
        "garden": made(guest, keys["mei"], "estate", scope="320583/garden").json()["id"],
        "lake": made(guest, keys["samr"], "estate", scope="320583/lake").json()["id"],
        "unit": made(guest, keys["zhou"], "unit", scope=keys["unit"]).json()["id"],
    }
    for who, seen in (
        ("samr", {"area", "garden", "lake"}),
        ("mei", {"garden"}),
        ("owner", {"garden"}),
        ("zhou", {"unit"}),
        ("far", set()),
    ):
        listed = guest.get("/v1/reports", headers=keys[who]).json()["items"]
        assert {one["id"] for one in listed} == {ids[name] for name in seen}, who
        for name, id in ids.items():
            status = 200 if name in seen else 404
            assert guest.get(f"/v1/reports/{id}", headers=keys[who]).status_code == status
            assert guest.get(f"/reports/{id}", headers=keys[who]).status_code == status
    assert made(guest, keys["mei"], "area", scope="320583").status_code == 404
    assert made(guest, keys["mei"], "estate", scope="320583/lake").status_code == 404
    assert made(guest, keys["samr"], "unit", scope=keys["unit"]).status_code == 404
    assert made(guest, keys["owner"], "estate", scope="320583/garden").status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"period": "2026-13"}, 422),
        ({"period": "2199-01"}, 422),
        ({"scope": "320583/nowhere"}, 422),
        ({"scope": "garden"}, 422),
        ({"scope_kind": "city"}, 400),
    ],
)
def test_what_cannot_be_made(
    guest: TestClient, keys: dict[str, Any], change: dict[str, str], status: int
) -> None:
    """No such period, one that has not begun, no such place."""
    body = {"scope_kind": "estate", "scope": "320583/garden", "period": "2026-01"} | change
    headers = keys["mei"] | {"Idempotency-Key": "bad-input-1"}
    answer = guest.post("/v1/reports", json=body, headers=headers)
    assert answer.status_code == status, answer.text


def test_a_spreadsheet_computes_nothing(guest: TestClient, keys: dict[str, Any]) -> None:
    """A unit called like a formula is told as a text; figures are plain numbers."""
    id = made(guest, keys["mei"], "estate", scope="320583/garden").json()["id"]
    answer = guest.get(f"/v1/reports/{id}?format=csv", headers=keys["mei"])
    assert answer.headers["content-type"].startswith("text/csv")
    assert f"report-320583-garden-{last_month().text}-v1.csv" in str(answer.headers)
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    raised = next(row for row in rows if (row["section"], row["name"]) == ("incidents", "raised"))
    assert (raised["value"], raised["before"], raised["unit"]) == ("2", "1", "count")
    arrived = next(row for row in rows if row["name"] == "release_p90")
    assert (arrived["value"], arrived["before"], arrived["limit"]) == ("3600", "", "7200")


def test_a_word_that_is_a_formula_is_told_as_a_text(gated: FastAPI) -> None:
    """Whatever stands in a report: a newer version, or somebody's name."""
    table = Table(
        name="by_cause",
        about=("cause",),
        columns=(Column("now"),),
        rows=(Row((EVIL,), (-1,)),),
    )
    content = Content(
        period="2026-11",
        scope=Scope("area", "320583"),
        made_from=MadeFrom(at_ms=0, stream=0, fund=0, lifts=0, whole=True),
        sections=(Section(name="rescues", tables=(table,)),),
    )
    one = Report(
        id="r",
        kind="month",
        scope_kind="area",
        scope="320583",
        area="320583",
        estate="",
        unit="",
        period="2026-11",
        version=1,
        made_ms=0,
        person=None,
        organisation=None,
        sha256="",
        content="",
    )
    text = report_csv(one, content, Words(gated.state.parts, LANGUAGES["en"], [content]))
    row = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))[-1]
    assert (row["of"], row["of_text"], row["value"]) == (f"'{EVIL}", f"'{EVIL}", "-1")


@pytest.mark.parametrize(("language", "word"), [("zh", "月度报告"), ("en", "Monthly report")])
def test_the_pdf_as_pictures(
    guest: TestClient, keys: dict[str, Any], tmp_path: Path, language: str, word: str
) -> None:
    """Its words can be read, no page is empty, and nothing runs over an edge."""
    id = made(guest, keys["samr"], "area", scope="320583").json()["id"]
    headers = keys["samr"] | {"Accept-Language": language}
    answer = guest.get(f"/v1/reports/{id}?format=pdf", headers=headers)
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert word in text
    assert last_month().text in text
    assert "〓" not in text, "a letter without a glyph"
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    (tmp_path / "report.pdf").write_bytes(answer.content)
    command = ["pdftoppm", "-r", "50", "-gray", "-png", "report.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True)
    pictures = sorted(tmp_path.glob("page*.png"))
    assert len(pictures) == len(pages)
    for path in pictures:
        with Image.open(path) as picture:
            dark = picture.point(lambda value: 255 if value < 160 else 0)
            left, top, right, low = dark.getbbox() or (0, 0, 0, 0)
            wide, high = picture.size
        assert right - left > wide / 2, path.name
        assert left >= wide * 0.05, path.name
        assert right <= wide * 0.95, path.name
        assert top >= high * 0.03, path.name
        assert low <= high * 0.98, path.name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_html_that_needs_nothing_beside_it(
    guest: TestClient, keys: dict[str, Any], language: str
) -> None:
    """No script, no address, no formula of whoever named a unit."""
    id = made(guest, keys["samr"], "area", scope="320583").json()["id"]
    headers = keys["samr"] | {"Accept-Language": language}
    answer = guest.get(f"/v1/reports/{id}?format=html", headers=headers)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert re.search(r"<script|src=|href=|http", answer.text) is None
    page = guest.get(f"/reports/{id}", headers=headers | {"Accept": "text/html"})
    assert page.status_code == 200
    listed = guest.get("/reports", headers=headers | {"Accept": "text/html"})
    assert f'href="/reports/{id}"' in listed.text
    assert listed.text.count("<option") > 18, "places, and periods of a year"


def test_a_report_made_by_the_form(guest: TestClient, keys: dict[str, Any]) -> None:
    """As by the API; what cannot be made is said above the form, and nothing typed is lost."""
    headers = keys["mei"] | {"Accept": "text/html", "Accept-Language": "en"}
    form = {"once": "a-form-of-1", "scope": "estate:320583/garden", "period": last_month().text}
    sent = guest.post("/reports", data=form, headers=headers)
    assert sent.status_code == 303, sent.text
    assert guest.get(sent.headers["location"], headers=headers).status_code == 200
    wrong = guest.post(
        "/reports", data=form | {"once": "a-form-of-2", "period": "2199-01"}, headers=headers
    )
    assert wrong.status_code == 422
    assert "2199-01 has not begun yet" in wrong.text

"""From an incident's page to a draft with its evidence, and the evidence as people read it."""

import hashlib
import re

import pytest
from fastapi import FastAPI

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.fund.kept import CaseFilter
from liftwatch.incidents.incident import Incident
from liftwatch.register.facts import Facts
from tests.api.conftest import Fleet, Town
from tests.api.fund_pages import HTML, Office, alert, filled, fund

DRAFT = "/fund/cases/draft"
ANSWERS = {"custody": "committee", "bank": "ccb"}


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


@pytest.fixture
def worn(fleet: Fleet) -> Incident:
    """A brake that wears in building 7, for the second time this year."""
    fleet.lift("L-7", facts=Facts(building="7", unit="1"))
    first = now_ms() - 40 * DAY_MS
    fleet.alarm("L-7", "brake_wear", at_ms=first)
    fleet.alarm("L-7", "brake_wear", at_ms=first + 1_000, opened_ms=first, edge="cleared")
    return fleet.alarm("L-7", "brake_wear", at_ms=now_ms() - DAY_MS)


def test_a_draft_is_opened_and_its_evidence_read(
    office: Office, worn: Incident, books: SqlBooks
) -> None:
    """By one form of two answers; the case's page leads to the history, and that to its bytes."""
    link = f"{DRAFT}?incident={worn.id}"
    assert link in office.get("li", f"/incidents/{worn.id}")
    page = office.get("li", link)
    assert "5000 to 12000 yuan" in page
    assert filled(page, DRAFT)["bank"] == "ccb"  # the only one of this building
    made = office.send("li", page, DRAFT, custody="committee")
    begun = made.headers["location"]
    assert "cause=Brake+wearing" in begun
    assert filled(office.get("li", begun), begun.partition("?")[0] + "/moves/revise")["cause_text"]
    (case,) = books.fund_cases(CaseFilter())
    assert (case.incident, case.custody, case.stage) == (worn.id, "committee", "draft")
    (paper,) = case.documents
    page = office.get("he", f"/fund/cases/{case.id}")
    (read,) = re.findall(r'href="(/fund/cases/[^"]+/documents/[^"]+)"', page)
    assert read.endswith(paper.sha256)
    shown = office.get("he", read)
    assert "bytes of the hash that stands in the case" in shown
    assert shown.count("Brake wearing") >= 3
    assert "Brake wearing <b>2</b>" in shown
    assert f'href="/incidents/{worn.id}"' not in shown  # a committee sees no incidents
    assert f'href="/incidents/{worn.id}"' in office.get("li", read)
    raw = re.findall(r'href="(/v1/fund/cases/[^"]+)"', shown)[0]
    data = office.browsers["he"].get(raw).content
    assert hashlib.sha256(data).hexdigest() == paper.sha256
    office.get("mei", read, 404)
    office.get("he", read[:-4] + "0000", 404)
    assert "生成" not in shown
    assert "电梯" in office.browsers["he"].get(read, headers={"Accept-Language": "zh"}).text


def test_evidence_that_was_changed_is_told(
    office: Office, worn: Incident, books: SqlBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page reckons the hash of what lies there, and says so where it is another one."""
    office.submit("li", f"{DRAFT}?incident={worn.id}", DRAFT, **ANSWERS)
    (case,) = books.fund_cases(CaseFilter())
    path = f"/fund/cases/{case.id}/documents/{case.documents[0].sha256}"
    kept = SqlBooks.fund_snapshot

    def other(self: SqlBooks, id: str, sha256: str) -> object:
        found = kept(self, id, sha256)
        assert found is not None
        return type(found)(
            **{n: getattr(found, n) for n in found.__struct_fields__ if n != "data"},
            data=found.data.replace("L-7", "L-8"),
        )

    monkeypatch.setattr(SqlBooks, "fund_snapshot", other)
    assert "what lies here was changed" in alert(office.get("li", path))


def test_a_draft_that_cannot_be(office: Office, worn: Incident, fleet: Fleet) -> None:
    """A second one, a lift of no building, a bank that is none, and whoever may not ask."""
    link = f"{DRAFT}?incident={worn.id}"
    page = office.get("li", link)
    for fields in ({"bank": "c c b"}, {"bank": ""}, {"custody": "me"}):
        wrong = office.send("li", page, DRAFT, 422, **ANSWERS | fields)
        assert "cannot be done" in alert(wrong.text)
        assert filled(wrong.text, DRAFT)["incident"] == worn.id
    assert filled(office.send("li", page, DRAFT, 422, bank="c c b").text, DRAFT)["bank"] == "c c b"
    office.send("li", page, DRAFT, **ANSWERS)
    told = office.submit("li", link, DRAFT, 409, **ANSWERS)
    assert "was opened for it" in alert(told.text)
    fleet.lift("L-8", facts=Facts())
    nowhere = fleet.alarm("L-8", "brake_wear")
    told_page = office.get("li", f"{DRAFT}?incident={nowhere.id}")
    assert "which building" in alert(told_page)
    assert f'action="{DRAFT}"' not in told_page
    assert f"/fund/cases/new?incident={nowhere.id}" in told_page
    for who, status in (("mei", 404), ("bo", 403), ("ow", 403), ("cui", 403)):
        office.get(who, link, status)
    office.get("li", f"{DRAFT}?incident=nothing", 404)
    form = filled(page, DRAFT) | ANSWERS | {"incident": "a\x00b"}
    assert office.browsers["li"].post(DRAFT, data=form, headers=HTML).status_code == 404

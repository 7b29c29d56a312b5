"""A building's page with the effect of corrected areas, and the page of a dwelling that is sold."""

import pytest
from fastapi import FastAPI

from liftwatch.adapters.sql import SqlBooks
from tests.api.conftest import Town
from tests.api.fund_pages import FLATS, PLAN, CasePages, Office, fund, vote
from tests.api.test_fund_desk_page import plain
from tests.api.test_fund_places import on_record

SEVEN = "/fund/custodian/320583/garden/7"


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


def approved(office: Office, yuan: str = "900") -> CasePages:
    """A case whose money is set aside."""
    case = CasePages(office)
    case.do("li", "revise", **dict(PLAN) | {"yuan-0": yuan})
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    vote(office, case)
    case.do("li", "vote", "result_notice")
    case.do("li", "contract", "contract", "contractor_licence", contractor="Swift", yuan=yuan)
    case.do("li", "apply", "application")
    case.do("bo", "approve", "approval")
    return case


def test_a_corrected_area_shows_its_effect(office: Office, books: SqlBooks) -> None:
    """What differs and what each share would be; it changes nothing, and is gone with the case."""
    case = approved(office)
    on_record(books, **{f"f{flat}": 9_000 for flat in FLATS})
    assert "something else than a plan" not in office.get("cui", SEVEN)
    on_record(books, f1203=18_000)
    page = office.get("cui", SEVEN)
    assert f'href="{case.path}"' in page
    words = plain(page).partition("something else than a plan")[2]
    assert "1203 it has another area on record 90.00 180.00" in words
    assert "1201 300.00 225.00 -75.00" in words
    assert "1203 300.00 450.00 +150.00" in words
    assert "something else than a plan" in office.get("he", SEVEN)
    case.do("li", "withdraw", text="areas were wrong")
    assert "something else than a plan" not in office.get("cui", SEVEN)


def test_an_area_that_changes_no_share(office: Office, books: SqlBooks) -> None:
    """All areas grew alike: it is told, and that no share would be another one."""
    approved(office)
    on_record(books, **{f"f{flat}": 18_000 for flat in FLATS})
    page = plain(office.get("cui", SEVEN))
    assert page.count("it has another area on record") == 3
    assert "No share would be another one." in page


def test_what_goes_with_a_dwelling(office: Office) -> None:
    """What it holds, what it owes and to whom, and the cases that go on: of no owner by name."""
    path = f"{SEVEN}/households/1202"
    assert f'href="{path}"' in office.get("cui", SEVEN)
    page = plain(office.get("cui", path))
    assert "Goes with it 1,000.00" in page
    assert "What it owes, and to whom" not in page
    case = approved(office, "6000")
    page = office.get("he", path)
    words = plain(page)
    assert "Goes with it 0.00" in words
    assert "Owed 1,000.00" in words
    owes = page.partition("What it owes, and to whom")[2]
    assert f'href="{case.path}"' in owes.partition("Cases that go on")[0]
    assert f'href="{case.path}"' in owes.partition("Cases that go on")[2]
    office.get("cui", f"{SEVEN}/households/9", 404)
    office.get("cui", f"{SEVEN}/households/a%00b", 400)
    office.get("cui", "/fund/custodian/320583/lake/7/households/1202", 404)
    for who in ("ow", "li", "au"):
        office.get(who, path, 403)

"""A case of the fund walked through the pages alone, by the right people; what pages show."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.kept import CaseFilter
from tests.api.conftest import Fleet, Town
from tests.api.fund_pages import PLAN, CasePages, Office, filled, fund, vote

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


def approved(office: Office) -> CasePages:
    """A case whose money is set aside."""
    case = CasePages(office)
    case.do("li", "revise", **PLAN)
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    vote(office, case)
    case.do("li", "vote", "result_notice")
    case.do("li", "contract", "contract", "contractor_licence", contractor="Swift", yuan="900")
    case.do("li", "apply", "application")
    case.do("bo", "approve", "approval")
    return case


def test_an_ordinary_case_by_its_pages_alone(office: Office, books: SqlBooks) -> None:
    """From an empty form to what is disclosed, each with the hand that is theirs."""
    case = approved(office)
    page = case.page("bo")
    auditor = filled(page, f"{case.path}/auditors")["organisation"]
    office.get("au", case.path, 404)
    office.send("bo", page, f"{case.path}/auditors", organisation=auditor)
    case.do("cui", "pay", "payment_voucher", yuan="300.00")
    case.do("li", "accept", "acceptance_sheet")
    signing = "/fund/sign"
    assert "new brakes" in office.get("ow", signing)
    office.submit("ow", signing, f"{case.path}/moves/accept", text="it runs")
    assert "No work waits" in office.get("ow", signing)
    case.do("au", "audit", "audit_report", yuan="800.00")
    case.do("cui", "pay", "payment_voucher", "invoice", yuan="500")
    case.do("cui", "settle", "allocation_table")
    assert "The fault has not come back yet" in case.page("wa")
    desk = office.get("cui", "/fund/custodian")
    assert "To be disclosed" in desk
    assert case.path in desk
    case.do("li", "disclose", "publication")
    held = {one.account: one.balance for one in books.fund_held(AccountFilter())}
    assert held["bank/320583/garden/7/ccb"] == 220_000
    (kept,) = books.fund_cases(CaseFilter())
    assert (kept.stage, kept.purse.paid_fen) == ("disclosed", 80_000)
    page = case.page("wa")
    story = page.partition("Its story")[2]
    order = ("The plan was published", "set aside", "It was paid", "it runs", "It was disclosed")
    assert sorted(order, key=story.index) == list(order)
    assert "266.67" in page  # 800 yuan by three
    assert "There is nothing that you can do with it now." in page


def test_what_was_typed_of_a_plan_comes_back_in_the_next_version(office: Office) -> None:
    """Buyers, developers, agreed weights, answers: all of it."""
    case = CasePages(office)
    assert "cause=worn" in case.begun
    assert "worn &lt;brake&gt;" in office.get("li", case.begun)
    lines = "1201, 90.00, k1\n1202, 80.50, k1, , 2\n1203, 70.25, , Lake Homes, 1"
    agreed = {"households": lines, "agreement": "AB" * 32, "parts_up_to": "200"}
    case.do("li", "revise", **dict(PLAN) | agreed)
    form = filled(case.page(), f"{case.path}/moves/revise")
    assert form["households"] == "1201, 90.00, k1, , 0\n1202, 80.50, k1, , 2\n" + (
        "1203, 70.25, , Lake Homes, 1"
    )
    assert (form["agreement"], form["parts_up_to"]) == ("ab" * 32, "200.00")
    assert (form["cause"], form["tortfeasor"], form["no_warranty"]) == ("wear", "no", "yes")
    page = case.page()
    assert "as was agreed" in page
    assert "Lake Homes" in page
    case.do("li", "revise", **{"yuan-0": "950.00"})
    assert "version</span>" in case.page().replace("version 2", "version</span>")


def test_what_each_household_would_pay(office: Office) -> None:
    """Of the budget, or of what somebody fears; whoever reads the case may ask."""
    case = CasePages(office)
    case.do("li", "revise", **PLAN)
    rows = re.findall(r"<th scope=\"row\">(120\d)</th><td>90.00</td><td>([\d.,]+)", case.page("he"))
    assert rows == [("1201", "300.00"), ("1202", "300.00"), ("1203", "300.00")]
    page = office.get("he", f"{case.path}?cost=6000")
    assert page.count('1,000.00</td><td class="owed">1,000.00') == 3
    assert "must top up" not in page  # nobody told of a first deposit
    for cost, why in (("abc", "no amount in yuan"), ("0.001", "no amount"), ("1e3", "no amount")):
        assert why in office.get("he", f"{case.path}?cost={cost}")


def test_a_case_begins_with_an_incident(office: Office, fleet: Fleet) -> None:
    """Its page leads to a draft, and that to a form with what is known; the case leads back."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "brake_wear")
    other = fleet.alarm("L-0001", "door_blocked")
    link = f"/fund/cases/new?incident={incident.id}"
    first = f"/fund/cases/draft?incident={incident.id}"
    assert first in office.get("li", f"/incidents/{incident.id}")
    assert link in office.get("li", first)
    assert "/fund/cases/draft" not in office.get("li", f"/incidents/{other.id}")
    assert "/fund/cases/draft" not in office.get("wa", f"/incidents/{incident.id}")
    page = office.get("li", link)
    form = filled(page, "/fund/cases/new")
    known = ("lift", "area", "estate", "building", "unit", "incident", "cause")
    told = ("L-0001", "320583", "garden", "3", "1", incident.id, "Brake wearing")
    assert tuple(form[name] for name in known) == told
    assert "5000 to 12000 yuan" in page
    assert "ccb" not in page  # no bank account of this building
    assert filled(office.get("mei", link), "/fund/cases/new")["lift"] == ""
    made = office.submit("li", link, "/fund/cases/new", building="7", bank="ccb")
    page = office.get("li", made.headers["location"])
    assert f'href="/incidents/{incident.id}"' in page
    page = office.get("he", made.headers["location"].partition("?")[0])
    assert incident.id in page
    assert "Look at the incident" not in page  # a committee sees no incidents


def test_the_list_is_asked_for_by_building_step_and_path(office: Office) -> None:
    """And says what waits for how long, and what whoever looks may do."""
    first, second = CasePages(office), CasePages(office, "emergency")
    first.do("li", "revise", **PLAN)
    office.wait(3)
    page = office.get("he", "/fund/cases")
    assert page.count("3 days") == 2
    assert "Make a plan" in page
    assert "Make a plan" not in office.get("wa", "/fund/cases")
    for query, found in (
        ("?path=emergency", [second]),
        ("?path=ordinary", [first]),
        ("?stage=published", []),
        ("?building=7&estate=garden", [first, second]),
        ("?building=8", []),
    ):
        page = office.get("he", f"/fund/cases{query}")
        assert [one.path in page for one in (first, second)] == [
            one in found for one in (first, second)
        ], query
    assert first.path not in office.get("mei", "/fund/cases")
    office.get("he", "/fund/cases?cursor=x", 400)
    office.get("he", "/fund/cases?stage=%00", 400)


def test_hostile_texts_are_only_text(office: Office) -> None:
    """Whoever typed them, wherever they stand."""
    case = CasePages(office)
    case.do("li", "revise", **dict(PLAN) | {"what-0": NASTY, "cause_text": NASTY, "text": NASTY})
    case.do("li", "file", "photo", **{"paper-3-name": NASTY})
    for who in ("li", "wa", "bo"):
        page = case.page(who)
        assert NASTY not in page
        assert "&lt;script&gt;alert" in page
    assert NASTY not in office.get("wa", "/fund/cases")


def test_where_nobody_signs_in_there_are_pages_to_read(client: TestClient) -> None:
    """Whoever is on this machine looks, and moves nothing."""
    for path in ("/fund/custodian", "/fund/cases"):
        page = client.get(path, headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert "Open a case" not in page.text
        assert "Book a line" not in page.text
    assert 'href="/fund/custodian"' in client.get("/", headers={"Accept-Language": "en"}).text

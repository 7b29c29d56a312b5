"""What the fund's pages refuse, in which words, and that nothing typed is lost by it."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from api.trail import LOGGED
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import now_ms
from liftwatch.fund.kept import CaseFilter
from liftwatch.handlers import people as handlers
from tests.api.conftest import Town
from tests.api.fund_pages import PLAN, CasePages, Office, alert, filled, fund, vote
from tests.api.test_said import told

ZH = {"Accept-Language": "zh"}
GARDEN = Place("320583", "garden")


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


def published(office: Office) -> CasePages:
    """A case whose plan hangs out."""
    case = CasePages(office)
    case.do("li", "revise", **PLAN)
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    return case


def applied(office: Office) -> CasePages:
    """A case whose money was applied for."""
    case = published(office)
    vote(office, case)
    case.do("li", "vote", "result_notice")
    case.do("li", "contract", "contract", "contractor_licence", contractor="Swift", yuan="900")
    case.do("li", "apply", "application")
    return case


def give_role(town: Town, login: str, role: str) -> None:
    """Another role in an organisation of its own."""
    with town.store.begin() as work:
        person = work.person_of_login(login)
        assert person is not None
        unit = handlers.make_organisation(work, name=f"{login}-{role}", now_ms=0, places=(GARDEN,))
        handlers.grant(work, person.id, role, organisation=unit.id, now_ms=0)


def test_four_eyes_are_told_in_plain_words(office: Office, town: Town) -> None:
    """Who has the role and another hand in the case reads why it is not for them."""
    give_role(town, "li", "bureau")
    case = applied(office)
    page = case.page("li")
    words = re.sub(r"<[^>]*>", "", page)
    assert "Not you: you did Make a plan in this case: another person does this" in words
    assert f"{case.path}/moves/approve" not in page
    zh = office.get("li", case.path, **ZH)
    assert "编制方案" in zh.partition("您不可办理")[2][:40]
    form = filled(page, f"{case.path}/moves/file") | {"text": "I would"}
    answered = office.browsers["li"].post(
        f"{case.path}/moves/approve", data=form, headers={"Accept": "text/html"}
    )
    assert answered.status_code == 403
    case.do("bo", "approve", "approval", text="go on")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"yuan-0": "9,00.00"}, "is no amount in yuan"),
        ({"yuan-0": "0"}, "amount"),
        ({"yuan-0": ""}, "amount"),
        ({"households": "1201"}, "line 1 has no floor area"),
        ({"households": "1201, 90\n1201, 90"}, "stands there twice"),
        ({"households": ""}, "a scope has 1 to 5000 households"),
        ({"households": "12 01, 90"}, "cannot name a household"),
        ({"households": "1201, 90, , , 1"}, "needs the agreement of the owners"),
        ({"agreement": "xyz"}, "64 digits of hexadecimal"),
        ({"fault_day": "soon"}, "is no day such as 2026-03-02"),
        ({"subsidy": "5"}, "a subsidy belongs to the path of a subsidy"),
        ({"act": "fly"}, "nothing a plan is voted on for"),
        ({"paper-0-name": "x"}, ""),
    ],
)
def test_a_plan_that_cannot_be(office: Office, fields: dict[str, str], why: str) -> None:
    """Why stands above the form; all that was typed still stands in it."""
    case = CasePages(office)
    typed = dict(PLAN) | {"cause_text": "squeals <since> May"} | fields
    if not why:  # a plan has no rows for papers: nothing of them is looked at
        del typed["paper-0-name"]
        case.do("li", "revise", **typed)
        return
    answered = case.do(
        "li", "revise", status=400 if "line" in why or "no " in why else 422, **typed
    )
    assert why in alert(answered.text)
    again = filled(answered.text, f"{case.path}/moves/revise")
    kept = {name: again.get(name, "") for name in typed}
    known = {name for name in typed if name != "act"}
    assert {n: kept[n] for n in known} == {n: typed[n].strip() for n in known}
    assert 'id="move-revise" open' in answered.text


def test_what_the_fund_does_not_pay_is_said_with_its_rule(office: Office) -> None:
    """When the plan is to hang out: with the article, in the reader's language too."""
    case = CasePages(office)
    case.do("li", "revise", **dict(PLAN) | {"covers": "brake"})
    answered = case.do(
        "li", "publish", "plan", "area_list", "quote", "notice", status=422, text="please"
    )
    assert "the contract of maintenance covers it (165号令, art. 25(4)" in alert(answered.text)
    form = filled(answered.text, f"{case.path}/moves/publish")
    assert (form["text"], form["paper-0-kind"], form["paper-0-name"]) == (
        "please",
        "plan",
        "plan.pdf",
    )
    assert len([one for one in form if one.endswith("-sha256") and form[one]]) == 4


def test_more_money_than_may_leave(office: Office) -> None:
    """Rules speak of fen: what they say stands there in yuan, too, as people type it."""
    case = published(office)
    vote(office, case)
    case.do("li", "vote", "result_notice")
    firm = {"contractor": "Swift", "yuan": "900.01"}
    wrong = case.do("li", "contract", "contract", "contractor_licence", status=422, **firm)
    assert "the budget is 90000 fen (= 900.00 yuan)" in alert(wrong.text)
    assert filled(wrong.text, f"{case.path}/moves/contract")["yuan"] == "900.01"


def test_papers_that_cannot_be(office: Office) -> None:
    """A hash that is none, one that is there already, a day to come, a kind nobody chose."""
    case, other = CasePages(office), CasePages(office)
    used = {"paper-3-kind": "photo", "paper-3-sha256": "cd" * 32}
    other.do("li", "file", **used)
    for fields, why in (
        ({"paper-0-kind": "photo", "paper-0-sha256": "ab"}, "64 digits"),
        ({"paper-0-kind": "photo", "paper-0-sha256": "CD " * 32}, "stands in case"),
        ({"paper-0-kind": "", "paper-0-sha256": "ef" * 32}, "what kind of paper"),
        ({"paper-0-kind": "photo", "paper-0-name": "a.jpg"}, "a.jpg has no SHA-256"),
        ({"paper-0-kind": "approval", "paper-0-sha256": "ef" * 32}, "the word of another role"),
        (
            {"paper-0-kind": "photo", "paper-0-sha256": "ef" * 32, "paper-0-dated": "2099-01-01"},
            "not dated in the future",
        ),
        ({"paper-0-kind": "photo", "paper-0-sha256": "ef" * 32, "paper-0-dated": "x"}, "no day"),
        ({}, "papers is missing"),
    ):
        page = case.page()
        action = f"{case.path}/moves/file"
        told_ = filled(page, action) | fields
        answered = office.browsers["li"].post(
            action, data=told_, headers={"Accept": "text/html", "Accept-Language": "en"}
        )
        assert answered.status_code in (400, 403, 422), fields
        assert why in alert(answered.text), fields
        again = filled(answered.text, action)
        name = fields.get("paper-0-name", "")
        assert name in again.values()
        sha = fields.get("paper-0-sha256", "")
        assert sha.strip() in again.values()


def test_somebody_else_was_there_first(office: Office, books: SqlBooks) -> None:
    """The second is told so; what they typed stands in the form of the case as it is now."""
    case = CasePages(office)
    page = case.page("li")
    case.do("he", "revise", **PLAN)
    late = office.send(
        "li", page, f"{case.path}/moves/revise", 412, **dict(PLAN) | {"what-0": "mine"}
    )
    assert "somebody else has changed it meanwhile" in alert(late.text)
    form = filled(late.text, f"{case.path}/moves/revise")
    assert (form["what-0"], form["version"]) == ("mine", "2")
    office.send("li", late.text, f"{case.path}/moves/revise", what="", **{"what-0": "mine"})
    (kept,) = books.fund_cases(CaseFilter())
    assert kept.plan is not None
    assert (kept.plan.version, kept.plan.items[0].what) == (2, "mine")


def test_a_move_that_is_over_leaves_what_was_typed(office: Office) -> None:
    """Its form is gone: what was typed is shown, to be copied."""
    case = CasePages(office)
    page = case.page("li")
    case.do("he", "withdraw", text="no need")
    late = office.send("li", page, f"{case.path}/moves/withdraw", 412, text="a long reason of mine")
    assert "The case stands elsewhere now" in late.text
    assert "a long reason of mine" in late.text


def test_a_form_sent_twice_counts_once(office: Office, books: SqlBooks) -> None:
    """Whoever presses twice makes one move; with other words it is refused, and they stay."""
    case = CasePages(office)
    page = case.page("li")
    action = f"{case.path}/moves/file"
    photo = {"paper-3-kind": "photo", "paper-3-sha256": "ab" * 32}
    for _ in range(2):
        office.send("li", page, action, **photo)
    (kept,) = books.fund_cases(CaseFilter())
    assert len(kept.done) == 1
    other = office.send("li", page, action, 409, **photo | {"text": "other words"})
    assert "another request was made" in alert(other.text)
    assert "other words" in other.text


def test_nobody_sees_or_moves_what_is_not_theirs(office: Office) -> None:
    """By roles, by place, by what was given; and nothing from another's page."""
    case = published(office)
    for who, status in (("mei", 404), ("au", 404), ("ow", 403), ("wa", 200), ("in", 200)):
        office.get(who, case.path, status)
    form = filled(case.page(), f"{case.path}/moves/withdraw") | {"text": "x"}
    for who, status in (("mei", 403), ("wa", 403)):
        sent = office.browsers[who].post(
            f"{case.path}/moves/withdraw", data=form, headers={"Accept": "text/html"}
        )
        assert sent.status_code == status, "the page's token is another's"
    for who in ("li", "he", "su", "in", "au", "ow"):
        office.get(who, "/fund/book", 403)
        office.get(who, "/fund/orders", 403)
    for who in ("li", "in", "au", "ow"):
        office.get(who, "/fund/custodian", 403)
    for who in ("bo", "su", "wa", "cui", "au"):
        office.get(who, "/fund/cases/new", 403)
    office.get("li", f"{case.path}/moves/expire", 405)
    assert "no open" not in office.get("ow", "/fund/sign")


def test_reads_of_supervision_are_noted(office: Office, books: SqlBooks) -> None:
    """With the case they were of; nobody else's are."""
    case = published(office)
    case.page("wa")
    case.page("bo")
    office.get("wa", "/fund/cases?stage=published")
    found = books.audit_page(AuditFilter(action=("fund.cases",)), limit=10).items
    noted = [(one.entry.target_kind, one.entry.target) for one in found]
    assert noted == [("list", "/fund/cases"), ("fund case", case.path.rpartition("/")[2])]
    assert frozenset({"supervision"}) == LOGGED


def test_several_roles_say_as_what_they_act(office: Office, town: Town) -> None:
    """The form asks; else it is refused and asks again."""
    give_role(town, "he", "property")
    case = CasePages(office)
    page = case.page("he")
    form = filled(page, f"{case.path}/moves/revise")
    assert form["role"] == ""
    blank = case.do("he", "revise", status=422, **PLAN)
    assert "say as what you act" in alert(blank.text)
    case.do("he", "revise", role="committee", **PLAN)
    assert "Owners&#39; committee" in case.page().partition("Its story")[2]


def test_refusals_in_chinese(office: Office) -> None:
    """Whole pages: no sentence of them stands in English."""
    case = applied(office)
    for who in ("li", "bo", "cui", "wa", "he"):
        page = office.get(who, case.path, **ZH)
        told(page.replace("new brakes", "").replace("worn &lt;brake&gt;", ""), "(.*)")
    page = office.get("bo", case.path, **ZH)
    refused: Any = office.browsers["bo"].post(
        f"{case.path}/moves/approve",
        data=filled(page, f"{case.path}/moves/approve"),
        headers={"Accept": "text/html"} | ZH,
    )
    assert refused.status_code == 422
    assert "审核意见" in alert(refused.text)
    for path in ("/fund/custodian", "/fund/book", "/fund/statement", "/fund/orders", "/fund/cases"):
        page = office.get("cui", path, **ZH)
        told(page.replace("new brakes", ""), "(.*)")
    assert now_ms()

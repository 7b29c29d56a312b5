"""The custodian's desk: what waits, what the books hold and whether they are whole; the bank."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api.app import create_app
from api.gate import Gate
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.fund_anchors import AnchorFile
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.engine.fund import anchor
from liftwatch.fund.anchors import Anchor
from liftwatch.fund.books import AccountFilter, EntryFilter
from liftwatch.handlers.fund_sources import tell_first_deposits
from tests.api.conftest import SECRET, Town
from tests.api.fund_pages import HTML, PLAN, CasePages, Office, alert, filled, fund, vote

HEAD = "交易日期,贷方金额,借方金额,余额,流水号,摘要\n"


@pytest.fixture
def gated(books: SqlBooks, store: EmbeddedStore, people: SqlPeople, tmp_path: Path) -> FastAPI:
    """The application with anchors of the fund."""
    return create_app(
        books=books,
        store=store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(people, SECRET),
        anchors=AnchorFile(tmp_path / "fund.anchors"),
    )


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


def plain(page: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def entries(books: SqlBooks) -> int:
    """How many entries there are."""
    return len(books.fund_feed(EntryFilter()))


def test_where_the_books_stand(office: Office, books: SqlBooks, tmp_path: Path) -> None:
    """Without an anchor, with one, and with one that remembers more than there is."""
    page = plain(office.get("cui", "/fund/custodian"))
    assert "Newest entry 3" in page
    assert "Newest anchor none yet" in page
    place = AnchorFile(tmp_path / "fund.anchors")
    anchor(books, place, now_ms=office.moment[0])
    page = plain(office.get("bo", "/fund/custodian"))
    assert "Newest anchor entry 3" in page
    assert "not contradicted" in page
    place.add(Anchor(at_ms=office.moment[0], n=9, hash="ab" * 32))
    page = plain(office.get("wa", "/fund/custodian"))
    assert "not contradicted" not in page
    assert "book nothing, and verify them" in page


def test_balances_by_building_and_who_must_top_up(office: Office, books: SqlBooks) -> None:
    """Household by household; what others do not see is not there."""
    with books.begin() as work:
        first = {"1201": 400_000, "1202": 100_000}
        place = ("320583", "garden", "7")
        tell_first_deposits(work, place, first, person="p", now_ms=0)
    page = plain(office.get("cui", "/fund/custodian"))
    assert "320583/garden/7 3,000.00 3,000.00" in page
    page = office.get("he", "/fund/custodian/320583/garden/7")
    assert page.count("must top up") == 1
    assert "4,000.00" in page
    assert "320583/garden/7" not in office.get("cui", "/fund/custodian?estate=lake")
    office.get("he", "/fund/custodian/320583/lake/7", 404)
    office.get("cui", "/fund/custodian/320583/garden/8", 404)
    office.get("cui", "/fund/custodian?cursor=x", 400)


def test_what_waits_is_confirmed_with_what_was_seen(office: Office, books: SqlBooks) -> None:
    """By another person than who proposed it, against the digest of what they looked at."""
    made = office.submit("cui", "/fund/book", "/fund/take-back", reverses="2", memo="twice")
    path = made.headers["location"]
    assert path in office.get("bo", "/fund/custodian")
    own = office.get("cui", path)
    assert "another person confirms it" in own
    assert f"{path}/confirm" not in own
    page = office.get("bo", path)
    assert "-1,000.00" in page
    changed = office.send("bo", page, f"{path}/confirm", 422, digest="ab" * 32)
    assert "it is not what was looked at" in alert(changed.text)
    assert entries(books) == 3
    office.send("bo", page, f"{path}/confirm")
    assert entries(books) == 4
    assert "booked as entry 4" in plain(office.get("cui", path))
    late = office.send("bo", page, f"{path}/withdraw", 412)
    assert "meanwhile" in alert(late.text)
    for status, n in ((422, "99"), (400, "x")):
        office.submit("cui", "/fund/book", "/fund/take-back", status, reverses=n)
    office.get("he", "/fund/proposals/nothing", 404)


def test_a_statement_is_held_against_the_books(office: Office, books: SqlBooks) -> None:
    """Differences are shown and nothing is booked; a line leads to a form that books it."""
    booked = "".join(f"20251108,1000.00,,{n * 1000}.00,{n},交存\n" for n in (1, 2, 3))
    text = f"{HEAD}{booked}20251110,12.50,,3012.50,4,利息 <b>\n20251111,,5.00,3007.50,5,费\n"
    page = statement(office, text.encode("gb18030"))
    words = plain(page.text)
    assert "Bank and books differ" in words
    assert tuple(one for one in ("not booked 2", "perhaps booked 3") if one in words) == (
        "not booked 2",
        "perhaps booked 3",
    )
    assert "&lt;b&gt;" in page.text
    assert entries(books) == 3
    (link,) = re.findall(r'href="(/fund/book\?[^"]*source=ccb\+4[^"]*)"', page.text)
    link = link.replace("&amp;", "&")
    assert "source=ccb+5" not in page.text  # what has left is booked by its case
    form = filled(office.get("cui", link), "/fund/book")
    assert (form["yuan"], form["day"], form["source"]) == ("12.50", "2025-11-10", "ccb 4")
    lines = {"kind": "interest", "place": "320583/garden/7", "lines": "1201, 12.00\n1202，0.49"}
    wrong = office.submit("cui", link, "/fund/book", 400, **lines)
    assert "the lines come to 12.49 yuan" in alert(wrong.text)
    assert "1202，0.49" in wrong.text
    lines["lines"] = "1201, 12.00\n1202, 0.50"
    made = office.send("cui", wrong.text, "/fund/book", **lines)
    assert "booked as entry 4" in plain(office.get("cui", made.headers["location"]))
    words = plain(statement(office, text.encode()).text)
    assert "not booked 1" in words
    twice = office.submit("cui", link, "/fund/book", 422, **lines)
    assert "ccb 4 was booked as entry 4" in alert(twice.text)


def statement(office: Office, data: bytes, status: int = 200, **fields: str) -> Any:
    """A file of the bank, sent by its form."""
    form = filled(office.get("cui", "/fund/statement"), "/fund/statement")
    form.pop("file")
    answered = office.browsers["cui"].post(
        "/fund/statement",
        data=form | {"account": "ccb"} | fields,
        files={"file": ("bank.csv", data, "text/csv")},
        headers=HTML,
    )
    assert answered.status_code == status, answered.text
    return answered


@pytest.mark.parametrize(
    ("data", "fields", "why"),
    [
        (b"", {}, "missing or empty"),
        (b"\xff\xff\xff", {}, "neither UTF-8 nor GB 18030"),
        (b"a,b\n1,2\n", {}, "names no column of dates"),
        (f"{HEAD}soon,1.00,,,,x\n".encode(), {}, "line 2"),
        (f"{HEAD}20251109,1.005,,,,x\n".encode(), {}, "line 2"),
        (HEAD.encode(), {"account": "no such/one"}, "is no name of a bank account"),
    ],
)
def test_a_file_that_is_no_statement(
    office: Office, data: bytes, fields: dict[str, str], why: str
) -> None:
    """Says why; the account that was typed stays."""
    status = 422 if not data else 400
    page = statement(office, data, status, **fields)
    assert why in alert(page.text)
    assert filled(page.text, "/fund/statement")["account"] == fields.get("account", "ccb")


def test_what_is_booked_by_a_form(office: Office, books: SqlBooks) -> None:
    """Paid in, income, a subsidy; what cannot be keeps what was typed."""
    home = {"place": "320583/garden/7", "bank": "ccb", "yuan": "250.50"}
    office.submit("cui", "/fund/book", "/fund/book", kind="deposit", household="1201", **home)
    office.submit("cui", "/fund/book", "/fund/book", kind="income", of="screen", **home)
    office.submit("cui", "/fund/book", "/fund/book", kind="subsidy", of="bond", **home)
    held = {one.account.partition("/")[0]: one.balance for one in books.fund_held(AccountFilter())}
    assert (held["bank"], held["public"], held["subsidy"]) == (375_150, 25_050, 25_050)
    for fields, why in (
        ({"place": "garden/7"}, "is no building such as"),
        ({"place": "320583/lake/../7"}, "is no building"),
        ({"yuan": "0.001"}, "no amount in yuan"),
        ({"yuan": "-5"}, "1 to"),
        ({"yuan": ""}, "missing"),
        ({"household": ""}, "household is missing"),
        ({"day": "2026-13-01"}, ""),
        ({"document": "abc"}, ""),
        ({"kind": "refund"}, "is none of"),
        ({"kind": "income", "of": "a b"}, "is no name of a source"),
    ):
        typed = {"kind": "deposit", "household": "1201", "memo": "cash <desk>"} | home | fields
        page = office.get("cui", "/fund/book")
        sent = office.browsers["cui"].post(
            "/fund/book", data=filled(page, "/fund/book") | typed, headers=HTML
        )
        assert sent.status_code in (400, 422), fields
        assert why in alert(sent.text), fields
        assert filled(sent.text, "/fund/book")["memo"] == "cash <desk>"
    assert entries(books) == 6


def test_a_payment_order_is_downloaded(office: Office, books: SqlBooks) -> None:
    """No more than is set aside for its case, and nothing is booked by it."""
    assert "No money is set aside" in office.get("cui", "/fund/orders")
    case = CasePages(office)
    case.do("li", "revise", **PLAN)
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    vote(office, case)
    case.do("li", "vote", "result_notice")
    case.do("li", "contract", "contract", "contractor_licence", contractor="Swift", yuan="900")
    case.do("li", "apply", "application")
    case.do("bo", "approve", "approval")
    before = entries(books)
    order = {"bank": "ccb", "payee": "Swift Lifts", "payee_account": "6222 0202 0011 2230"}
    order |= {"payee_bank": "ICBC", "yuan": "900.01", "purpose": "brakes"}
    wrong = office.submit("cui", "/fund/orders", "/fund/orders", 422, **order)
    assert "holds 900.00 yuan, and 900.01" in alert(wrong.text)
    assert filled(wrong.text, "/fund/orders")["payee"] == "Swift Lifts"
    made = office.submit("cui", "/fund/orders", "/fund/orders", 200, **order | {"yuan": "300"})
    assert made.headers["content-type"].startswith("text/csv")
    assert "attachment" in made.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(made.text.lstrip("\ufeff"))))
    assert rows[1][2:6] == ["Swift Lifts", "'6222020200112230", "ICBC", "300.00"]
    for fields in ({"payee_account": "12"}, {"clearing": "x"}, {"purpose": "a\nb"}):
        status = 400 if "clearing" in fields else 422
        office.submit("cui", "/fund/orders", "/fund/orders", status, **order | fields)
    assert entries(books) == before


def test_clocks_press_and_run_out(office: Office) -> None:
    """Of an emergency that was paid and is not published: soon, then late, for all who see it."""
    case = CasePages(office, "emergency")
    case.do("li", "revise", **PLAN)
    case.do("li", "publish", "plan", "area_list", "quote", "notice")
    case.do("in", "prove", "rectification_notice")
    case.do("li", "contract", "contract", "contractor_licence", contractor="Swift", yuan="900")
    case.do("li", "apply", "application")
    case.do("bo", "approve", "approval")
    case.do("cui", "pay", "payment_voucher", yuan="300")
    who = (("wa", "/fund/cases"), ("bo", "/fund/custodian"), ("li", case.path))
    words = "Publication after the payment due at"
    assert "No clock presses." in office.get("bo", "/fund/custodian")
    office.wait(25)
    for one, path in who:
        page = plain(office.get(one, path))
        assert words in page
        assert "(Taizhou, art. 18)" in page
        assert " late " not in page.partition(words)[2]
    office.wait(10)
    for one, path in who:
        assert " late " in plain(office.get(one, path)).partition(words)[2]

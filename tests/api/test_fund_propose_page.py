"""What waits for a second person, by forms: proposed, seen in words, confirmed by another."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.books import AccountFilter, EntryFilter
from liftwatch.fund.check import verify_books
from liftwatch.register.columns import HouseholdRow
from tests.api.conftest import Town
from tests.api.fund_pages import HTML, Office, alert, filled, fund
from tests.api.test_fund_desk_page import plain

PROPOSE, OPENING = "/fund/propose", "/fund/opening"
SEVEN, EIGHT = "320583/garden/7", "320583/garden/8"
HEAD = "household,principal_yuan,interest_yuan,owed_yuan"


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


def held(books: SqlBooks) -> dict[str, int]:
    """What accounts hold, by the ends of their names."""
    return {
        one.account.replace("/320583/garden", ""): one.balance
        for one in books.fund_held(AccountFilter())
    }


def proposed(office: Office, kind: str, **fields: str) -> str:
    """The page of what was proposed."""
    path = f"{PROPOSE}?kind={kind}"
    made = office.submit("cui", path, PROPOSE, place=SEVEN, **fields)
    return str(made.headers["location"])


def confirmed(office: Office, path: str) -> str:
    """Another person has looked at it; the words they saw."""
    page = office.get("bo", path)
    office.send("bo", page, f"{path}/confirm")
    return plain(page)


def test_an_owner_is_paid_back(office: Office, books: SqlBooks) -> None:
    """Of what was paid in; whose words and what then is left stand on the page."""
    fields = {"household": "1201", "principal": "400.00", "bank": "ccb", "memo": "gone"}
    path = proposed(office, "refund", **fields)
    assert held(books)["principal/7/1201"] == 100_000
    words = confirmed(office, path)
    assert "household 1201: paid in falls by 400.00 yuan" in words
    assert "400.00 yuan leave the bank account ccb" in words
    assert "400.00 600.00" in words  # the leg, and what the account then holds
    assert held(books)["principal/7/1201"] == 60_000
    assert "booked as entry 4" in plain(office.get("cui", path))
    path = proposed(office, "refund", household="1201", principal="700", bank="ccb")
    page = office.get("bo", path)
    assert 'class="owed">-100.00' in page
    short = office.send("bo", page, f"{path}/confirm", 422)
    assert "holds 600.00 yuan" in alert(short.text)


def test_income_is_shared_out(office: Office, books: SqlBooks) -> None:
    """By area, by balance, or by lines that must come to it."""
    office.submit(
        *("cui", "/fund/book", "/fund/book"),
        kind="income",
        place=SEVEN,
        bank="ccb",
        yuan="30",
        of="screen",
    )
    asked = {"of": "screen", "yuan": "10.00", "into": "interest"}
    none = office.submit(
        *("cui", f"{PROPOSE}?kind=share", PROPOSE, 422), place=SEVEN, by="area", **asked
    )
    assert "by which it could be shared out" in alert(none.text)
    with books.begin() as work:
        work.put_households(
            [
                HouseholdRow(
                    area="320583", estate="garden", building="7", number=one, floor_area_dm2=area
                )
                for one, area in (("1201", 5_000), ("1202", 5_000), ("1203", 10_000))
            ]
        )
    words = confirmed(office, proposed(office, "share", by="area", **asked))
    assert "income of screen not shared out yet falls by 10.00 yuan" in words
    assert held(books)["interest/7/1203"] == 500
    confirmed(office, proposed(office, "share", by="balance", **asked))
    assert held(books)["public/7/screen"] == 1_000
    lines = "1201, 4\n1202，5.99"
    told = office.submit(
        *("cui", f"{PROPOSE}?kind=share", PROPOSE, 400),
        place=SEVEN,
        by="lines",
        lines=lines,
        **asked,
    )
    assert "the lines come to 9.99 yuan" in alert(told.text)
    assert filled(told.text, PROPOSE)["lines"] == lines
    asked["into"] = "principal"
    confirmed(office, proposed(office, "share", by="lines", lines="1201, 4\n1202, 6", **asked))
    assert held(books)["principal/7/1202"] == 100_600


def test_a_dwelling_is_split_and_money_changes_its_bank(office: Office, books: SqlBooks) -> None:
    """What one gives the others take; and what a subsidy has left goes back."""
    lines = "1203, -1000.00\n1203-a, 400\n1203-b; 600.00"
    words = confirmed(office, proposed(office, "move", lines=lines))
    assert "household 1203-a: paid in rises by 400.00 yuan" in words
    confirmed(office, proposed(office, "rebank", bank="ccb", to_bank="icbc", yuan="3000"))
    now = held(books)
    assert (now["principal/7/1203"], now["principal/7/1203-b"]) == (0, 60_000)
    assert (now["bank/7/ccb"], now["bank/7/icbc"]) == (0, 300_000)
    office.submit(
        *("cui", "/fund/book", "/fund/book"),
        kind="subsidy",
        place=SEVEN,
        bank="icbc",
        yuan="50",
        of="bond",
    )
    confirmed(office, proposed(office, "return", of="bond", bank="icbc", yuan="50"))
    assert held(books)["subsidy/7/bond"] == 0
    assert verify_books(books, keys=(), cases=books).good


@pytest.mark.parametrize(
    ("kind", "fields", "status", "why"),
    [
        ("refund", {"household": "1201", "bank": "ccb"}, 422, "2 to"),
        ("refund", {"household": "1 2", "bank": "ccb", "principal": "5"}, 400, "no account"),
        ("refund", {"household": "1201", "bank": "ccb", "principal": "0.001"}, 400, "no amount"),
        ("refund", {"household": "1201", "bank": "ccb", "principal": "-5"}, 422, "1 to"),
        ("move", {"lines": "1201, -5\n1201, 5"}, 400, "names 1201 again"),
        ("move", {"lines": "1201, -5\n1204, 4"}, 422, "add up"),
        ("move", {"lines": "1201, -5, 0, 0, 0"}, 400, "more than 4 cells"),
        ("move", {"lines": "a b, 5"}, 400, "line 1 names no household"),
        ("rebank", {"bank": "ccb", "to_bank": "ccb", "yuan": "5"}, 422, "an account once"),
        ("rebank", {"bank": "ccb", "to_bank": "icbc", "yuan": ""}, 422, "not zero"),
        ("return", {"of": "bond", "bank": "", "yuan": "5"}, 400, "no account"),
        ("share", {"of": "s", "yuan": "5", "into": "bank", "by": "lines"}, 400, "neither"),
        ("share", {"of": "s", "yuan": "5", "into": "principal", "by": "luck"}, 400, "none of"),
        ("refund", {"place": "garden/7"}, 400, "is no building"),
        ("refund", {"kind": "interest"}, 400, "is none of"),
        ("refund", {"memo": "a\x00b", "household": "1", "bank": "c", "principal": "1"}, 422, ""),
    ],
)
def test_what_cannot_be_proposed(
    office: Office, books: SqlBooks, *, kind: str, fields: dict[str, str], status: int, why: str
) -> None:
    """Says why, and what was typed stays."""
    typed = {"place": SEVEN, "memo": "a <b>"} | fields
    told = office.submit("cui", f"{PROPOSE}?kind={kind}", PROPOSE, status, **typed)
    assert why in alert(told.text)
    assert filled(told.text, PROPOSE)["place"] == typed["place"]
    assert "a <b>" not in told.text
    assert books.fund_pendings(state="waiting", limit=9) == []


def test_who_may_not_propose(office: Office) -> None:
    """Those who only look, or confirm, or own; what they do not see is not there."""
    for who in ("bo", "he", "li", "wa", "ow", "au"):
        office.get(who, PROPOSE, 403)
        office.get(who, OPENING, 403)


def opening(office: Office, rows: str, status: int = 200, *, file: bytes = b"", **more: str) -> Any:
    """The table, sent by its form."""
    form = filled(office.get("cui", OPENING), OPENING)
    form.pop("file")
    told = form | {"place": EIGHT, "bank": "ccb", "rows": rows} | more
    files = {"file": ("o.csv", file, "text/csv")} if file else {"file": ("", b"", "text/csv")}
    answered = office.browsers["cui"].post(OPENING, data=told, files=files, headers=HTML)
    assert answered.status_code == status, answered.text
    return answered


def mark(page: str) -> str:
    """Of what was tried."""
    found = re.findall(r'name="keep" value="([0-9a-f]+)"', page)
    return str(found[0]) if found else ""


def test_a_building_is_opened_by_a_table(office: Office, books: SqlBooks) -> None:
    """Tried, proposed as it was tried, and booked when another person has seen it, as one entry."""
    rows = f"{HEAD}\n801,1000.00,12.50,\n802,900,,200.00\n803,0,,\n"
    page = opening(office, rows).text
    words = plain(page)
    assert "It can be proposed" in words
    assert "Together 1,900.00 12.50 200.00" in words
    assert "4 · 户号" not in words
    assert "it is left out" in words
    assert books.fund_pendings(state="waiting", limit=9) == []
    changed = opening(office, rows.replace("12.50", "13.50"), keep=mark(page)).text
    assert "another table than the one that was tried" in alert(changed)
    made = opening(office, rows, 303, keep=mark(page))
    path = made.headers["location"]
    assert EIGHT not in str(held(books))
    words = confirmed(office, path)
    assert "household 802 owes 200.00 yuan more" in words
    assert "1,712.50 yuan come into the bank account ccb" in words
    now = held(books)
    assert (now["principal/8/801"], now["interest/8/801"]) == (100_000, 1_250)
    assert (now["receivable/8/802"], now["bank/8/ccb"]) == (20_000, 171_250)
    (entry,) = books.fund_feed(EntryFilter(), after=3)
    assert (entry.kind, entry.second is not None) == ("opening", True)
    again = plain(opening(office, rows).text)
    assert again.count("these books have balances of it already") == 2


def test_every_bad_row_is_named_and_nothing_is_proposed(office: Office, books: SqlBooks) -> None:
    """Whatever is the matter: amounts, doors, doubles, headings, bytes."""
    rows = f"{HEAD}\n801,1.005,,\n802,-5,,\n8 03,5,,\n804,5,x,\n805,1,,\n805,2,,\n806,1\n,5,,\n"
    page = opening(office, rows, keep="ab" * 32).text
    words = plain(page)
    assert "It cannot be proposed like this" in words
    assert mark(page) == ""
    for line in ("2", "3", "4", "5", "6", "7", "8", "9"):
        assert f'<th scope="row">{line}</th>' in page, line
    assert "a column of its own" in words
    assert "the same stands in line" in words
    assert filled(page, OPENING)["rows"].replace("\r", "") == rows.strip()
    assert "is missing" in plain(opening(office, "door,yuan\n1,2\n").text)
    assert "NUL" in plain(opening(office, f"{HEAD}\n80\x001,5,,\n").text)
    assert "cannot be proposed" in plain(opening(office, HEAD).text)
    assert "a workbook" in alert(opening(office, "", 422, file=b"PK\x03\x04zip").text)
    owed = opening(office, f"{HEAD}\n801,5,,9\n", 422)
    assert "does not credit bank" in alert(owed.text)
    for more, status in (
        ({"bank": "c c b"}, 400),
        ({"place": "garden"}, 400),
        ({"day": "2026-13-01"}, 400),
    ):
        tried = opening(office, f"{HEAD}\n801,5,,\n", status, **more)
        assert alert(tried.text)
        assert mark(tried.text) == ""
    assert books.fund_pendings(state="waiting", limit=9) == []


def test_a_file_takes_the_place_of_the_table(office: Office, books: SqlBooks) -> None:
    """In Chinese, of a spreadsheet in GB 18030; it stands in the page, to be mended and kept."""
    data = "户号;本金（元）;利息\r\n8-01;1,000.50;\r\n".encode("gb18030")
    page = opening(office, "what was there", file=data).text
    assert "It can be proposed" in plain(page)
    rows = filled(page, OPENING)["rows"]
    assert "户号" in rows
    made = opening(office, rows, 303, keep=mark(page))
    confirmed(office, made.headers["location"])
    assert held(books)["principal/8/8-01"] == 100_050

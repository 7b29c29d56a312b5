"""What a custodian does with the books as a whole: interest, the end of a year, verifying them."""

import re
import threading

import pytest
from fastapi import FastAPI

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import date_of, estate_day, now_ms
from liftwatch.fund import check
from liftwatch.fund.books import AccountFilter, EntryFilter
from liftwatch.fund.journal import Draft, Leg
from liftwatch.fund.posted import Entry
from liftwatch.handlers.fund_book import book
from liftwatch.register.columns import HouseholdRow
from tests.api.conftest import Town
from tests.api.fund_pages import GARDEN, HTML, Office, alert, filled, fund
from tests.api.test_fund_desk_page import plain
from tests.contracts.ledger import by_hand

INTEREST, YEARS, VERIFY = "/fund/interest", "/fund/years", "/fund/verifications"
ASKED = {"place": "320583", "bank": "ccb", "yuan": "10.00", "source": "ccb 9", "memo": "Q4"}


@pytest.fixture
def office(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Everybody at work, and money of three flats."""
    fund(books)
    return Office(gated, town, monkeypatch)


def seen(page: str) -> str:
    """What stands for a preview in its page."""
    (found,) = re.findall(r'name="seen" value="([0-9a-f]+)"', page)
    return found


def interest(books: SqlBooks) -> dict[str, int]:
    """The interest of each household."""
    return {
        one.account.rpartition("/")[2]: one.balance
        for one in books.fund_held(AccountFilter(kind="interest"))
    }


def test_interest_is_looked_at_and_then_booked(office: Office, books: SqlBooks) -> None:
    """Each household with what it gets, to the fen; nothing before the second press."""
    page = office.submit("cui", INTEREST, INTEREST, 200, what="preview", **ASKED).text
    words = plain(page)
    assert "1201 1,000.00 3.34" in words
    assert "1202 1,000.00 3.33" in words
    assert "Together, 3 households 10.00" in words
    assert interest(books) == {}
    assert filled(page, INTEREST)["memo"] == "Q4"
    made = office.send("cui", page, INTEREST, what="book", seen=seen(page))
    assert "booked as entry 4" in plain(office.get("cui", made.headers["location"]))
    assert interest(books) == {"1201": 334, "1202": 333, "1203": 333}
    (entry,) = books.fund_feed(EntryFilter(), after=3)
    assert (entry.kind, entry.source, entry.memo) == ("interest", "ccb 9", "Q4")
    twice = office.submit("cui", INTEREST, INTEREST, 422, what="book", seen=seen(page), **ASKED)
    assert interest(books)["1201"] == 334, twice.text


def test_what_was_not_looked_at_is_not_booked(office: Office, books: SqlBooks) -> None:
    """Somebody pays in meanwhile, or the amount is typed anew: it is looked at again."""
    page = office.submit("cui", INTEREST, INTEREST, 200, what="preview", **ASKED).text
    office.submit(
        "cui",
        "/fund/book",
        "/fund/book",
        kind="deposit",
        place="320583/garden/7",
        bank="ccb",
        yuan="500",
        household="1201",
    )
    told = office.send("cui", page, INTEREST, 422, what="book", seen=seen(page))
    assert "otherwise than it was looked at" in alert(told.text)
    assert filled(told.text, INTEREST)["yuan"] == "10.00"
    page = office.submit("cui", INTEREST, INTEREST, 200, what="preview", **ASKED).text
    asked = {"what": "book", "seen": seen(page)}
    for fields in ({"yuan": "11"}, {"seen": ""}, {"by": "area"}):
        told = office.send("cui", page, INTEREST, 422, **asked | fields)
        assert alert(told.text)
    assert interest(books) == {}


def test_interest_by_area_and_what_cannot_be(office: Office, books: SqlBooks) -> None:
    """A household without an area is named; amounts, places and people that are none."""
    by_area = ASKED | {"by": "area", "what": "preview"}
    told = office.submit("cui", INTEREST, INTEREST, 422, **by_area)
    assert "household 1201 has no area on record" in alert(told.text)
    assert filled(told.text, INTEREST)["by"] == "area"
    with books.begin() as work:
        work.put_households(
            [
                HouseholdRow(
                    area="320583", estate="garden", building="7", number=one, floor_area_dm2=area
                )
                for one, area in (("1201", 5_000), ("1202", 5_000), ("1203", 10_000))
            ]
        )
    page = office.submit("cui", INTEREST, INTEREST, 200, **by_area).text
    assert "1203 1,000.00 5.00" in plain(page)
    for fields, status in (
        ({"yuan": "0"}, 422),
        ({"yuan": "x"}, 400),
        ({"yuan": ""}, 422),
        ({"by": "luck"}, 422),
        ({"place": "garden"}, 422),
        ({"place": "a/b/c/d"}, 400),
        ({"place": "320583//7"}, 400),
        ({"place": "320585"}, 404),
        ({"bank": "icbc"}, 404),
    ):
        told = office.submit("cui", INTEREST, INTEREST, status, what="preview", **ASKED | fields)
        assert alert(told.text)
    for who in ("bo", "he", "li", "wa", "ow"):
        office.get(who, INTEREST, 403)


def test_a_year_is_closed_by_two_on_its_page(office: Office, books: SqlBooks) -> None:
    """One proposes, another looks at its sums and closes it; then it takes nothing more."""
    day = books.fund_feed(EntryFilter())[0].day
    year = date_of(day).year
    assert year < date_of(estate_day(now_ms())).year
    office.submit("cui", YEARS, YEARS, year=str(year))
    own = office.get("cui", YEARS)
    assert "another person confirms it" in own
    (path,) = re.findall(r'action="(/fund/years/[^"]+)/withdraw"', own)
    assert f"{path}/confirm" not in own
    page = office.get("bo", f"{YEARS}?year={year}")
    assert "At the bank 0.00 3,000.00 0.00 3,000.00" in plain(page)
    wrong = office.send("bo", page, f"{path}/confirm", 422, digest="ab" * 32)
    assert "it is not what was looked at" in alert(wrong.text)
    office.send("bo", page, f"{path}/confirm")
    assert [one.year for one in books.fund_closed()] == [year]
    assert "closed" in plain(office.get("cui", YEARS)).partition("Closed years")[2]
    late = office.send("bo", page, f"{path}/withdraw", 412)
    assert "meanwhile" in alert(late.text)
    told = office.submit(
        "cui",
        "/fund/book",
        "/fund/book",
        422,
        kind="deposit",
        place="320583/garden/7",
        bank="ccb",
        yuan="5",
        household="1201",
        day=f"{year}-12-31",
    )
    assert f"the year {year} is closed" in alert(told.text)
    again = office.submit("cui", YEARS, YEARS, 422, year=str(year))
    assert filled(again.text, YEARS)["year"] == str(year)
    for typed, status in (("2999", 422), ("x", 400), ("", 400)):
        office.submit("cui", YEARS, YEARS, status, year=typed)


def test_who_sees_a_part_closes_no_year(office: Office, books: SqlBooks, town: Town) -> None:
    """They read of it, and have no form; whoever asks all the same is refused."""
    with books.begin() as work:
        place = "320583/lake/1"
        legs = (Leg(f"bank/{place}/ccb", 5), Leg(f"principal/{place}/101", -5))
        book(
            work,
            Draft(kind="deposit", day=20_400, at_ms=now_ms(), person="p", legs=legs, key="k" * 8),
        )
    office.submit("cui", YEARS, YEARS, year="2020")
    page = office.get("cui", YEARS)
    token = town.secret(town.person("part", "custodian", GARDEN), "session")
    office.browsers["cao"].cookies.set("lw_session", token)
    own = office.get("cao", f"{YEARS}?year=2025")
    assert "You see a part of the fund" in own
    assert "Of the buildings that you see." in own
    assert "<form" not in own.partition("<main")[2]
    assert "3,000.05" not in own
    form = filled(page, YEARS) | {"csrf": _csrf(office.get("cao", "/fund/book"))}
    asked = office.browsers["cao"].post(YEARS, data=form, headers=HTML)
    assert asked.status_code == 403
    assert "who sees all of the fund" in alert(asked.text)
    for who in ("li", "ow"):
        office.get(who, YEARS, 403)


def _csrf(page: str) -> str:
    return filled(page, "/fund/book")["csrf"]


def until_over(office: Office, who: str, path: str) -> str:
    """The page of a verification that is over."""
    pause = threading.Event()
    for _ in range(500):
        page = office.get(who, path)
        if "This page comes again by itself" not in page:
            return page
        pause.wait(0.02)
    raise AssertionError("it never ends")


def test_the_books_are_verified_by_a_press(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page comes again by itself while it goes on, without a script; then it has a verdict."""
    gate, take = threading.Event(), check.Check.take

    def slow(self: check.Check, one: Entry) -> None:
        assert gate.wait(20)
        take(self, one)

    monkeypatch.setattr(check.Check, "take", slow)
    made = office.submit("cui", VERIFY, VERIFY)
    path = made.headers["location"]
    going = office.browsers["bo"].get(path, headers={"Accept-Language": "en"})
    assert going.headers["Refresh"] == "2"
    assert '<progress value="0" max="3"' in going.text
    assert office.submit("bo", VERIFY, VERIFY).headers["location"] == path
    gate.set()
    page = until_over(office, "cui", path)
    assert "All 3 entries are right" in page
    over = office.browsers["bo"].get(path)
    assert "Refresh" not in over.headers
    assert f'href="{VERIFY}"' in office.get("au", "/fund/cases")
    soon = office.submit("au", VERIFY, VERIFY, 429)
    assert "again in" in alert(soon.text)
    assert path in soon.text
    assert path in office.get("wa", VERIFY)
    assert "Newest entry 3" in plain(office.get("cui", VERIFY))
    office.get("cui", f"{VERIFY}/nothing", 404)
    for who in ("ow", "li"):
        office.get(who, VERIFY, 403)


def test_what_is_wrong_is_told_in_words(office: Office, books: SqlBooks) -> None:
    """The first wrong entry by its number and what is the matter with it."""
    by_hand(books, "UPDATE fund_posting SET amount = 6 WHERE entry = 2 AND leg = 1")
    path = office.submit("cui", VERIFY, VERIFY).headers["location"]
    page = plain(until_over(office, "cui", path))
    assert "entry 2 : it does not fit its hash" in page
    assert "book nothing" in page
    assert "not right" in plain(office.get("bo", VERIFY))


def test_a_verdict_is_told_in_the_readers_language(office: Office) -> None:
    """What one ought to know, too: the API says it in English."""
    path = office.submit("cui", VERIFY, VERIFY).headers["location"]
    assert "3 entries are sealed without a key" in until_over(office, "cui", path)
    chinese = office.browsers["cui"].get(path, headers={"Accept-Language": "zh"}).text
    assert "有 3 条分录未用密钥封存" in chinese
    assert "entries" not in plain(chinese)

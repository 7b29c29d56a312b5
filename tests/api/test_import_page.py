"""The page that takes in sheets, and a lift's page with its origins."""

import re
from typing import Any

import pytest

from api.app import BODY_MAX
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers.register import change_lift, take_in
from liftwatch.ports import LiftRow
from liftwatch.register.changes import Origin
from liftwatch.register.facts import Facts
from tests.api.conftest import AT_MS, Town
from tests.api.test_people_pages import HTML, Browser, browser, found

__all__ = ["browser"]
HEAD = "area,estate,lift,unit\n"
GOOD = HEAD + "320583,garden,L-0001,1\n"
HX = HTML | {"HX-Request": "true"}


def send(browser: Browser, text: str, *, page: str = "", piece: bool = True, **fields: str) -> Any:
    """The form with a file; what a page gives along is in `fields`."""
    token = found(page or browser.get("/import"), "csrf")
    data = {"csrf": token, "sheet": "lifts"} | fields
    files = {"file": ("lifts.csv", text.encode(), "text/csv")}
    return browser.client.post("/import", data=data, files=files, headers=HX if piece else HTML)


def kept_by(page: str) -> dict[str, str]:
    """What the button to keep sends."""
    mark = re.search(r'name="keep" value="([0-9a-f]{64})"', page)
    assert mark is not None
    return {"keep": mark[1], "once": found(page.replace('form="import" ', ""), "once")}


def test_a_sheet_is_tried_and_kept_once(browser: Browser, books: SqlBooks) -> None:
    """A piece of the page comes back; pressing twice is once."""
    tried = send(browser, GOOD)
    assert "It can be kept" in tried.text
    assert "<html" not in tried.text
    assert books.lifts() == []
    for _ in range(2):
        assert "It is kept" in send(browser, GOOD, **kept_by(tried.text)).text
    record = books.record_of("L-0001")
    assert record is not None
    assert record.version == 1


def test_a_sheet_that_is_wrong_cannot_be_kept(browser: Browser, books: SqlBooks) -> None:
    """Its rows stand in a table, in a whole page too; there is no button."""
    bad = GOOD + "320583,garden,L-<b>,1\n"
    for piece in (True, False):
        said = send(browser, bad, piece=piece).text
        assert "It cannot be kept like this" in said
        assert 'name="keep"' not in said
        assert '<th scope="row">3</th>' in said
        assert "<b>,1" not in said
    forged = send(browser, bad, keep="0" * 64, once="12345678").text
    assert "It cannot be kept like this" in forged
    assert books.lifts() == []


def test_another_file_than_the_one_that_was_tried(browser: Browser, books: SqlBooks) -> None:
    """It is tried first; so is the same file with another estate for its rows."""
    keep = kept_by(send(browser, GOOD).text)
    other = send(browser, GOOD.replace("garden", "lake"), **keep)
    assert "This is another file" in other.text
    assert "This is another file" in send(browser, GOOD, estate="lake", **keep).text
    assert books.lifts() == []
    assert "It is kept" in send(browser, GOOD, **kept_by(other.text) | keep).text


@pytest.mark.parametrize(
    ("text", "fields", "why"),
    [
        ("", {}, "is missing or empty"),
        (GOOD, {"sheet": "people"}, "there is no sheet"),
        (GOOD, {"area": "1"}, "area cannot be"),
    ],
)
def test_what_cannot_be_asked_is_said(
    browser: Browser, text: str, fields: dict[str, str], why: str
) -> None:
    """Above the form."""
    assert why in send(browser, text, **fields).text


def test_a_sheet_above_the_usual_limit(browser: Browser) -> None:
    """This form may be large; without its token nothing is looked at."""
    text = HEAD + "".join(f"320583,garden,L-{n:05},1\n" for n in range(5_000))
    assert len(text) > BODY_MAX
    assert "It can be kept" in send(browser, text).text
    assert browser.client.post("/import", data={}, headers=HX).status_code == 403


def test_the_page_of_a_lift_tells_of_whom_everything_is(
    browser: Browser, books: SqlBooks, people: SqlPeople
) -> None:
    """Entered by whom, said by which terminal, and where the two are not the same."""
    with people.reading() as reads:
        root = reads.person_of_login("root")
    assert root is not None
    row = LiftRow(lift="L-0001", area="320583", estate="garden", heard_ms=AT_MS)
    row.facts = Facts(unit="1", manufacturer="Acme")
    with books.begin() as work:
        take_in(work, [row, LiftRow(lift="L-0002", area="320583", estate="garden")], said={})
    assert "differing" not in browser.get("/lifts/L-0001")
    assert "Its terminal" in browser.get("/lifts/L-0001")
    with books.begin() as work:
        take_in(work, [row], said={"L-0001": Origin("T-1", AT_MS)})
        values = {"unit": "<2>", "access": "key at the gate", "predecessor": "L-0002"}
        change_lift(work, "L-0001", values, version=0, by=Origin(root.id, AT_MS))
    page = browser.get("/lifts/L-0001")
    for told in ("Terminal T-1", "Entered by root", "key at the gate", "&lt;2&gt;", "differing"):
        assert told in page, told
    town = Town(people)
    garden = town.person("manager", "property", Place("320583", "garden"))
    other = {"Authorization": f"Bearer {town.secret(garden, 'key')}"}
    browser.client.cookies.clear()
    shown = browser.client.get("/lifts/L-0001", headers=HTML | other).text
    browser.client.cookies.set("lw_session", town.secret(root, "session"))
    assert "key at the gate" in shown
    assert "root" not in shown
    assert 'href="/lifts/L-0002"' in page
    assert 'href="/lifts/L-0001"' in browser.get("/lifts/L-0002")

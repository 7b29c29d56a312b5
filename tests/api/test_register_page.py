"""The page on which a lift's entries are typed."""

import html
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers.imports import judge, keep
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS
from liftwatch.register.facts import Facts
from tests.api.conftest import AT_MS, Fleet, Town
from tests.api.test_people_pages import HTML, Browser
from tests.api.test_register import hear

PATH = "/lifts/L-0001/register"


@pytest.fixture
def browser(gated: FastAPI, people: SqlPeople, fleet: Fleet) -> Iterator[Browser]:
    """An administrator before a lift whose terminal has told its unit."""
    town = Town(people)
    hear(fleet, Facts(unit="1", address="a"))
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        client.cookies.set("lw_session", town.secret(town.person("root", "admin"), "session"))
        yield Browser(client)


def value(page: str, name: str) -> str:
    """What stands in a field."""
    field = re.search(rf'<input id="f-{name}"[^>]*value="([^"]*)"', page)
    assert field is not None, name
    return field[1]


def fields(page: str) -> dict[str, str]:
    """All of the form as a browser would send it."""
    found = dict(re.findall(r'<input id="f-[^"]*" name="([^"]*)"[^>]*value="([^"]*)"', page))
    for select in re.findall(r'<select id="f-.*?</select>', page, re.DOTALL):
        name = re.search(r'name="([^"]*)"', select)
        chosen = re.search(r'<option value="([^"]*)" selected>', select)
        chosen = chosen or re.search(r"<option selected>([^<]*)<", select)
        assert name is not None
        found[name[1]] = chosen[1] if chosen else ""
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    return {name: html.unescape(text) for name, text in found.items()} | {"version": version[1]}


def test_fields_are_set_withdrawn_and_remembered(browser: Browser, fleet: Fleet) -> None:
    """With what the terminal says beside them, the difference, and who it was."""
    page = browser.get(PATH)
    place = {"latitude": "31.385", "longitude": "120.981", "datum": "gcj02"}
    set_ = fields(page) | {"unit": "2", "machine_room": "屋顶 <b>", **place}
    assert browser.send(PATH, page, **set_).status_code == 303
    page = browser.get(PATH)
    assert value(page, "unit") == "2"
    assert "屋顶 &lt;b&gt;" in page
    assert page.count(">differs<") == 1
    assert "root" in page
    lift = fleet.books.lift("L-0001")
    assert lift is not None
    assert (lift.facts.unit, lift.facts.datum) == ("2", "gcj02")
    assert browser.send(PATH, page, **fields(page) | {"unit": ""}).status_code == 303
    page = browser.get(PATH)
    assert "withdrawn" in page
    assert ">differs<" not in page
    again = browser.send(PATH, page, **fields(page))
    assert again.status_code == 303
    record = fleet.books.record_of("L-0001")
    assert record is not None
    assert record.version == 2


def test_what_is_wrong_stands_beside_the_field_and_all_that_was_typed_stays(
    browser: Browser, fleet: Fleet, people: SqlPeople
) -> None:
    """Nothing is kept; reasons of the whole stand with the field they name."""
    hear(fleet, Facts(), lift="L-0002")
    sheet = b"area,estate,lift,rescue_code\n320583,garden,L-0002,063577\n"
    judged = judge(sheet, SHEETS["lifts"], now_ms=AT_MS)
    with people.begin() as work:
        keep(work, judged, by=Origin("li", AT_MS))
    page = browser.get(PATH)
    typed = fields(page) | {"rated_speed_mps": "99", "car_phone": "<call>", "access": "key"}
    wrong = browser.send(PATH, page, **typed)
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    assert 'id="w-rated_speed_mps">99 is not from 0.1 to 10' in wrong.text
    assert value(wrong.text, "car_phone") == "&lt;call&gt;"
    assert value(wrong.text, "access") == "key"
    for name, text in (
        ("rescue_code", "063577"),
        ("predecessor", "L-0001"),
        ("predecessor", "L-0009"),
        ("latitude", "31.385"),
    ):
        told = browser.send(PATH, page, **fields(page) | {name: text})
        assert (told.status_code, f'id="w-{name}"' in told.text) == (422, True), name
        assert value(told.text, name) == text
    record = fleet.books.record_of("L-0001")
    assert record is not None
    assert record.version == 0


def test_two_administrators_at_one_lift(browser: Browser) -> None:
    """The second is told: what they typed stays, what the other set is shown and not undone."""
    page = browser.get(PATH)
    first = fields(page) | {"unit": "2", "machine_room": "roof"}
    assert browser.send(PATH, page, **first).status_code == 303
    late = browser.send(PATH, page, **fields(page) | {"unit": "3", "access": "key"})
    assert late.status_code == 412
    assert "Somebody else has changed this lift meanwhile" in late.text
    assert "Entered meanwhile: 2" in late.text
    shown = fields(late.text)
    assert (shown["unit"], shown["access"], shown["machine_room"]) == ("3", "key", "roof")
    assert shown["version"] == "1"
    assert browser.send(PATH, late.text, **shown).status_code == 303
    last = fields(browser.get(PATH))
    assert (last["unit"], last["access"], last["machine_room"]) == ("3", "key", "roof")


def test_only_who_may_write_sees_the_form(browser: Browser, people: SqlPeople) -> None:
    """A property manager does not; a lift that is not there is none; the lift's page links it."""
    assert f'href="{PATH}"' in browser.get("/lifts/L-0001")
    assert browser.client.get("/lifts/L-0009/register", headers=HTML).status_code == 404
    town = Town(people)
    manager = town.person("manager", "property", Place("320583", "garden"))
    other = TestClient(browser.client.app, base_url="http://127.0.0.1", follow_redirects=False)
    other.cookies.set("lw_session", town.secret(manager, "session"))
    assert other.get(PATH, headers=HTML).status_code == 403
    assert f'href="{PATH}"' not in other.get("/lifts/L-0001", headers=HTML).text

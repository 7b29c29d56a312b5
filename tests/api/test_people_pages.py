"""The pages of administrators, by their forms: each counts once, and says what is wrong."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.adapters.sql.people import SqlPeople
from tests.api.conftest import Town

HTML = {"Accept": "text/html", "Accept-Language": "en"}


class Browser:
    """An administrator with a browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str) -> str:
        """A page."""
        response = self.client.get(path, headers=HTML)
        assert response.status_code == 200, response.text
        return response.text

    def send(
        self, path: str, page: str | None = None, *, to: str | None = None, **fields: str
    ) -> Any:
        """A form of a page, filled in; it goes to the page itself unless `to` says where."""
        text = page or self.get(path)
        hidden = {name: found(text, name) for name in ("csrf", "once")}
        return self.client.post(to or path, data=hidden | fields, headers=HTML)


def found(page: str, name: str) -> str:
    """The value of a hidden field."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match is not None, name
    return match[1]


@pytest.fixture
def browser(gated: FastAPI, people: SqlPeople) -> Iterator[Browser]:
    """Signed in."""
    town = Town(people)
    root = town.person("root", "admin")
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as client:
        client.cookies.set("lw_session", town.secret(root, "session"))
        yield Browser(client)


def test_from_an_organisation_to_a_person_with_a_role(browser: Browser, people: SqlPeople) -> None:
    """And a link for them, which signs in."""
    made = browser.send(
        "/organisations", name="花园物业", places="320583/garden\n320583/lake/3", phone="123"
    )
    assert (made.status_code, made.headers["location"]) == (303, "/organisations")
    (unit,) = re.findall(r'href="(/organisations/[^"]+)"', browser.get("/organisations"))
    page = browser.get(unit)
    assert "320583/garden\n320583/lake/3" in page
    contract = browser.send(unit, what="contract", lift="L-0001", first_day="2026-01-01")
    assert contract.status_code == 303
    page = browser.get(unit)
    assert "L-0001" in page
    ended = {"contract": found(page, "contract"), "version": "1", "last_day": "2026-03-31"}
    assert browser.send(unit, page, what="end", **ended).status_code == 303
    assert 'value="2026-03-31"' in browser.get(unit)
    stale = browser.send(unit, what="end", **ended)
    assert (stale.status_code, "somebody else" in stale.text) == (422, True)
    withdrawn = browser.send(unit, what="withdraw", contract=ended["contract"])
    assert withdrawn.status_code == 303
    assert "L-0001" not in browser.get(unit)
    made = browser.send("/people", login="Li", name="李伟")
    person = made.headers["location"]
    role = browser.send(person, what="give", role="property", organisation=unit.split("/")[-1])
    assert role.status_code == 303
    page = browser.get(person)
    assert "花园物业" in page
    link = browser.send(person, what="link")
    url = re.search(r'id="link">http://127.0.0.1(/enter/[^<]+)<', link.text)
    assert url is not None
    visitor = TestClient(browser.client.app, base_url="http://127.0.0.1", follow_redirects=False)
    assert visitor.get(url[1]).status_code == 303
    assert visitor.get("/v1/me").json()["login"] == "li"
    gone = browser.send(person, what="withdraw", membership=found(page, "membership"))
    assert gone.status_code == 303
    with people.reading() as reads:
        assert reads.grants(person.split("/")[-1], 2**60) == ()


def test_a_form_sent_twice_counts_once(browser: Browser, people: SqlPeople) -> None:
    """Whoever presses twice makes one."""
    page = browser.get("/organisations")
    for _ in range(2):
        assert browser.send("/organisations", page, name="a").status_code == 303
    other = browser.send("/organisations", page, name="b")
    assert other.status_code == 409
    with people.reading() as reads:
        assert [one.name for one in reads.organisations()] == ["a"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": ""}, "name is empty"),
        ({"name": "a", "places": "1"}, "is no area"),
        ({"name": "a", "places": "320583/G A"}, "is no estate"),
        ({"name": "a", "credit_code": "1"}, "credit code"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    browser: Browser, fields: dict[str, str], why: str
) -> None:
    """Above the form, and nothing is made."""
    response = browser.send("/organisations", phone="5551", **fields)
    assert response.status_code == 422
    assert why in response.text
    assert 'value="5551"' in response.text
    assert "There is no organisation yet" in browser.get("/organisations")


def test_two_administrators_with_one_page(browser: Browser) -> None:
    """The second is told."""
    browser.send("/organisations", name="a")
    (unit,) = re.findall(r'href="(/organisations/[^"]+)"', browser.get("/organisations"))
    one, two = browser.get(unit), browser.get(unit)
    sent = {"what": "change", "version": found(one, "version")}
    assert browser.send(unit, one, name="b", **sent).status_code == 303
    late = browser.send(unit, two, name="c", **sent)
    assert late.status_code == 422
    assert "somebody else has changed it" in late.text


def test_without_the_token_of_the_page_nothing_happens(browser: Browser) -> None:
    """Nor without its key."""
    page = browser.get("/people")
    fields = {"login": "li", "name": "Li"}
    for missing in ("csrf", "once"):
        hidden = {name: found(page, name) for name in ("csrf", "once") if name != missing}
        response = browser.client.post("/people", data=hidden | fields, headers=HTML)
        assert response.status_code in (400, 403)
    assert not re.search(r"\bLi\b", browser.get("/people"))


def test_html_in_names_is_text(browser: Browser) -> None:
    """On every page they are shown on."""
    text = "<script>alert(1)</script>"
    browser.send("/organisations", name=text)
    person = browser.send("/people", login="li", name=text).headers["location"]
    for path in ("/organisations", "/people", person):
        assert "<script>alert" not in browser.get(path)

"""A session that ends in mid-form, and two tabs: nothing typed is lost, nothing is done twice."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.clock import now_ms
from liftwatch.ports import IncidentFilter
from tests.api.conftest import PASSWORD, Fleet, Serve, Town
from tests.api.test_browser import CHROMIUM, Page, browser, page

__all__ = ["browser", "page"]
TEXT = '母子二人，车内 <b>&"灯灭"\' 🛗'
HTML = {"Accept": "text/html", "Origin": "http://127.0.0.1", "Accept-Language": "en"}
FORM = {"where": "garden", "lift": "L-0001", "kind": "entrapment", "text": TEXT, "once": "k" * 20}


class Desk:
    """Somebody of the property with a browser's session that can be ended."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.person = town.person("li", "property", Place("320583", "garden"))
        self.secret = town.secret(self.person, "session")

    def expire(self) -> None:
        """What happens after some hours, or when an administrator locks somebody out."""
        with self.town.store.begin() as work:
            work.end_credentials(now_ms=now_ms(), of=self.person.id)


@pytest.fixture
def desk(town: Town, fleet: Fleet) -> Desk:
    """At a lift."""
    fleet.lift("L-0001")
    return Desk(town)


@pytest.fixture
def at(gated: FastAPI, desk: Desk) -> Iterator[TestClient]:
    """Their browser."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as made:
        made.cookies.set("lw_session", desk.secret)
        yield made


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the one form of a page that is to be sent."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def messages(fleet: Fleet) -> list[str]:
    """What was said of incidents."""
    found = fleet.books.incidents(IncidentFilter()).items
    return [line.text or "" for one in found for line in fleet.books.lines_of(one.id)]


def test_what_was_typed_comes_back_with_the_sign_in(
    at: TestClient, desk: Desk, fleet: Fleet
) -> None:
    """In the page alone: in no address, in no cookie; a wrong password does not lose it either."""
    desk.expire()
    asked = at.post("/call", data=FORM | {"csrf": "0" * 64}, headers=HTML)
    assert asked.status_code == 401
    kept = hidden(asked.text)
    assert kept["kept:text"] == TEXT
    assert "kept:csrf" not in kept
    assert "location" not in asked.headers
    again = at.post("/sign-in", data=kept | {"login": "li", "password": "no"}, headers=HTML)
    assert again.status_code == 401
    assert hidden(again.text)["kept:text"] == TEXT
    inside = at.post("/sign-in", data=kept | {"login": "li", "password": PASSWORD}, headers=HTML)
    assert inside.status_code == 200
    assert messages(fleet) == []  # nothing is done before they press
    form = hidden(inside.text)
    assert 'action="/call"' in inside.text
    sent = at.post("/call", data=form, headers=HTML)
    assert sent.status_code == 303, sent.text
    assert TEXT in messages(fleet)
    twice = at.post("/call", data=form, headers=HTML)
    assert twice.status_code == 303
    assert messages(fleet).count(TEXT) == 1


def test_another_sign_in_of_the_browser_keeps_it_too(
    at: TestClient, desk: Desk, fleet: Fleet
) -> None:
    """Signed out and in again in another tab: the old tab's form is shown, and sent by a press."""
    at.cookies.set("lw_session", desk.town.secret(desk.person, "session"))
    asked = at.post("/call", data=FORM | {"csrf": "0" * 64}, headers=HTML)
    assert asked.status_code == 403
    assert messages(fleet) == []
    assert at.post("/call", data=hidden(asked.text) | FORM, headers=HTML).status_code == 303
    assert TEXT in messages(fleet)


@pytest.mark.parametrize(
    "told", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}]
)
def test_a_form_from_elsewhere_is_not_kept(
    at: TestClient, desk: Desk, told: dict[str, str]
) -> None:
    """Nobody is led to send what somebody else wrote."""
    for live in (True, False):
        if not live:
            desk.expire()
        headers = {"Accept": "text/html"} | told
        asked = at.post("/call", data=FORM | {"csrf": "0" * 64}, headers=headers)
        assert asked.status_code in (401, 403)
        assert "kept" not in asked.text
        assert "灯灭" not in asked.text


def test_it_leads_nowhere_else(at: TestClient) -> None:
    """Whoever makes a sign-in page of ours by hand gets no form to another host."""
    form = {"login": "li", "password": PASSWORD, "kept-action": "//evil.example/x"}
    answered = at.post("/sign-in", data=form | {"kept:password": "x"}, headers=HTML)
    assert 'action="/"' in answered.text
    assert "evil" not in answered.text
    assert 'name="password"' not in answered.text


@pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
def test_in_a_browser(
    page: Page, *, gated: FastAPI, desk: Desk, serve: Serve, fleet: Fleet
) -> None:
    """The whole way: typed, timed out, signed in on the spot, sent; by keyboard."""
    url = f"http://127.0.0.1:{serve(gated)}"
    page.context.add_cookies([{"name": "lw_session", "value": desk.secret, "url": url}])
    page.goto(f"{url}/call?where=garden")
    page.wait_for_selector("#live-state[data-state=live]")
    page.check("input[name=lift]")
    page.fill("#call-text", TEXT)
    desk.expire()
    page.click("button.act")
    page.wait_for_selector("#password")
    assert page.url == f"{url}/call"
    page.fill("#login", "li")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".kept .story-text")
    assert TEXT in page.inner_text(".kept")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/*")
    assert TEXT in page.inner_text("#story")
    assert TEXT in messages(fleet)
    page.goto("about:blank")  # before the server ends, which it would complain of


def test_an_old_tab_is_told_what_changed(at: TestClient, town: Town) -> None:
    """An organisation is changed in one tab; the other one's words stay, and are not lost."""
    with town.store.begin() as work:
        root = work.person_of_login("root")
        (unit,) = work.organisations()
    assert root is not None
    at.cookies.set("lw_session", town.secret(root, "session"))
    one = at.get(f"/organisations/{unit.id}", headers=HTML).text
    csrf = hidden(one)["csrf"]
    form = {"what": "change", "version": "1", "csrf": csrf, "name": "first", "once": "a" * 16}
    path = f"/organisations/{unit.id}"
    assert at.post(path, data=form, headers=HTML).status_code == 303
    late = at.post(path, data=form | {"name": "second", "once": "b" * 16}, headers=HTML)
    assert late.status_code in (412, 422)
    assert 'role="alert"' in late.text
    assert "second" in late.text

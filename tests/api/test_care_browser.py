"""A visit on a phone in a real browser, without JavaScript: nothing is lost, nothing sticks out."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from liftwatch.access.people import Person
from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers import people as handlers
from tests.api.conftest import Fleet, Serve, Town
from tests.api.test_browser import CHROMIUM, browser

__all__ = ["browser"]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
PLACES = ("room", "shaft", "car", "landing", "pit")


class Phone:
    """A phone of 390 points, whose browser runs no script."""

    def __init__(self, browser: Any, url: str, town: Town) -> None:
        self.url, self.town = url, town
        self.context = browser.new_context(
            locale="zh-CN",
            java_script_enabled=False,
            viewport={"width": 390, "height": 844},
            has_touch=True,
        )
        self.page = self.context.new_page()

    def be(self, person: Person) -> None:
        """Somebody signs in."""
        self.context.clear_cookies()
        secret = self.town.secret(person, "session")
        self.context.add_cookies([{"name": "lw_session", "value": secret, "url": self.url}])

    def go(self, path: str) -> None:
        """Open a page; nothing of it is wider than the phone."""
        answer = self.page.goto(self.url + path)
        assert answer.status == 200
        self.fits()

    def fits(self) -> None:
        """Whether all of the page's parts end within the phone."""
        for part in self.page.query_selector_all("main .panel, main .button, main .pick"):
            box = part.bounding_box()
            assert box is None or box["x"] + box["width"] <= 391, part.inner_text()[:80]

    def press(self, selector: str) -> None:
        """Press a button, and wait for what comes."""
        self.page.click(selector)
        self.page.wait_for_load_state()


@pytest.fixture
def phone(browser: Any, *, gated: FastAPI, people: SqlPeople, serve: Serve) -> Iterator[Phone]:
    """At a service that runs."""
    town = Town(people)
    town.person("root", "admin")
    made = Phone(browser, f"http://127.0.0.1:{serve(gated)}", town)
    yield made
    made.context.close()


def test_a_whole_visit_by_thumb(phone: Phone, fleet: Fleet) -> None:
    """Scan, fill in section by section, be told what is missing, check out, sign on both sides."""
    fleet.lift("L-0001")
    wu = phone.town.person("wu", "maintenance")
    li = phone.town.person("li", "property", Place("320583", "garden"))
    with phone.town.store.begin() as work:
        (member,) = work.memberships([wu.id])
        handlers.make_contract(
            work,
            lift="L-0001",
            organisation=member.organisation or "",
            from_ms=now_ms() - 20 * DAY_MS,
            until_ms=None,
        )
    phone.be(wu)
    phone.go("/visits")
    phone.press("a[href='/visits/in?lift=L-0001']")
    phone.page.fill("#in-tag", "https://lift.example/l/L-0001")
    phone.press("form.form button.act")
    visit = phone.page.url.removeprefix(phone.url)
    for place in PLACES[:-1]:
        for pick in phone.page.query_selector_all(f"#{place} .pick:has(input[value=ok])"):
            pick.click()  # the whole label is the target of a thumb
        phone.press(f"#{place} button.act")
        assert phone.page.url.endswith(f"#{place}")
    phone.press("#out button.act")
    assert "2 个项目没有结果" in phone.page.inner_text(".wrong")
    for pick in phone.page.query_selector_all("#pit .pick:has(input[value=ok])"):
        pick.click()
    phone.press("#pit button.act")
    phone.press("#out button.act")
    phone.press("#sign button.act")
    phone.fits()
    phone.be(li)
    phone.go("/visits")
    phone.go(visit)
    phone.press("#sign button.act")
    assert "双方已签字" in phone.page.inner_text("main .title")
    for path in ("/calendar", "/lifts/L-0001/care", "/contradictions"):
        phone.go(path)

"""axe in Chromium over every page of the demo, as the roles that see it.

In both languages, by day and by night, on a desk and on a telephone; and on the way: nothing is
wider than the screen, and no text is left in the other language. `pytest -s` prints the table.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI

from liftwatch.incidents.incident import Incident
from scripts.axe import Verdict, judge
from scripts.tour import IN_NO_DEMO, NOBODY, NOWHERE, Tour, console_routes, demo, stops
from scripts.tour_stop import Stop
from tests.api.conftest import Serve
from tests.api.fund_pages import Office
from tests.api.test_browser import CHROMIUM, browser
from tests.api.test_catalogue import written_in
from tests.api.test_fund_draft_page import DRAFT, office, worn

__all__ = ["browser", "office", "worn"]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")


class Look(NamedTuple):
    """How a page is looked at."""

    language: str
    scheme: str
    width: int


DESK, NIGHT = Look("zh", "light", 1280), Look("en", "dark", 390)
OTHERS = Look("zh", "dark", 1280)
"""Whoever has another role than the first sees another part of the same page."""
TEXTS = """
() => {
  const told = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const tag = node.parentElement.closest("script, style, kbd, .mono, [lang]:not(html)");
    if (!tag) told.add(node.data.trim().replace(/\\s+/g, " "));
  }
  for (const one of document.querySelectorAll("[title], [aria-label], [placeholder], [alt]")) {
    for (const name of ["title", "aria-label", "placeholder", "alt"]) {
      const text = one.getAttribute(name);
      if (name !== "title" || !/^[a-z0-9_]+$/.test(text)) told.add(text); // the API's name
    }
  }
  return [...told].filter(Boolean);
}
"""


@pytest.fixture(scope="module")
def seen(browser: Any) -> Iterator[tuple[Any, Tour]]:
    """A browser's page that goes round a demo."""
    with demo() as (url, link):
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        tour = Tour(page, url, link)
        tour.visit(next(one for one in stops() if one.roles == (NOBODY,)), NOBODY)
        tour.trap()
        tour.complain()
        yield page, tour
        context.close()


def test_every_page_is_on_the_tour() -> None:
    """A new page is looked at, or it is said why not; none is looked at that is no more."""
    toured = {one.route for one in stops()}
    assert console_routes() - toured == set()
    assert toured - console_routes() == {NOWHERE}
    assert len({one.name for one in stops()}) == len(stops())


def test_every_page_is_accessible(seen: tuple[Any, Tour]) -> None:
    """WCAG 2.x A and AA, as far as axe can tell."""
    page, tour = seen
    trouble: list[str] = []
    roles = dict.fromkeys(role for stop in stops() for role in stop.roles)
    for role in sorted(roles, key=lambda one: one != NOBODY):
        mine = [stop for stop in stops() if role in stop.roles]
        for look in (DESK, NIGHT, OTHERS):
            for stop in mine:
                if (stop.roles[0] == role) == (look is not OTHERS):
                    trouble += look_at(page, tour, stop, role=role, look=look)
    assert not trouble, "\n".join(trouble)


def test_the_history_that_a_case_keeps_is_accessible(
    office: Office, worn: Incident, *, gated: FastAPI, serve: Serve, browser: Any
) -> None:
    """The one page that the demo cannot have."""
    assert {*IN_NO_DEMO} == {"/fund/cases/{case}/documents/{sha256}"}
    made = office.submit("li", f"{DRAFT}?incident={worn.id}", DRAFT, custody="committee")
    page_of_case = office.get("li", made.headers["location"])
    (read,) = re.findall(r'href="(/fund/cases/[^"]+/documents/[^"]+)"', page_of_case)
    url = f"http://127.0.0.1:{serve(gated)}"
    secret = office.town.secret(office.people["li"], "session")
    context = browser.new_context(locale="zh-CN")
    context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    page = context.new_page()
    for look in (DESK, NIGHT):
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.scheme)
        page.goto(url + read)
        assert judge(page).broken == ()
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width
    context.close()


def look_at(page: Any, tour: Tour, stop: Stop, *, role: str, look: Look) -> list[str]:
    """What is wrong with a page in one look; a line of the table is printed."""
    page.context.add_cookies([{"name": "language", "value": look.language, "url": tour.url}])
    page.set_viewport_size({"width": look.width, "height": 900})
    page.emulate_media(color_scheme=look.scheme)
    try:
        tour.visit(stop, role)
    except LookupError as error:
        return [str(error)]
    verdict = judge(page)
    shape = f"{look.language} {look.scheme:5} {look.width:4}"
    name = f"{stop.name:19} {role or 'nobody':12} {shape}"
    print(f"{name} {verdict.passed:3} rules hold, {len(verdict.broken)} broken")
    found = [f"{name}: {line}" for line in lines(verdict)]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > look.width:
        found.append(f"{name}: {wide} wide")
    other = written_in("en" if look.language == "zh" else "zh")
    found += [f"{name}: not translated: {text}" for text in page.evaluate(TEXTS) if text in other]
    return found


def lines(verdict: Verdict) -> list[str]:
    """What is broken, one line an element."""
    return [
        f"{one.rule}: {one.help} {where} {why}"
        for one in verdict.broken
        for where, why in one.where[:3]
    ]

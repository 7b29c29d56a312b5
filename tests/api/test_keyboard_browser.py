"""By keyboard alone: every action of a page is reached in order, and seen when it is."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from liftwatch.access.sight import Place
from liftwatch.clock import now_ms
from tests.api.conftest import Fleet, Serve, Town
from tests.api.test_browser import CHROMIUM, Page, browser, page

__all__ = ["browser", "page"]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")

PAGES = ("/", "/room", "/incidents/{incident}", "/lifts/L-0001", "/call?where=garden", "/silences")
REACHED = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter(one => one.type !== "hidden" && !one.disabled && one.checkVisibility()
    && !one.closest("dialog:not([open])") && !one.matches("input[type=radio]"))
  .map((one, n) => { one.dataset.stop = n; return n; })
"""
AT = """
() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {
    stop: one.dataset.stop ?? "", name: one.tagName, top: box.top + scrollY, text: one.innerText,
    shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}
"""


@pytest.fixture
def desk(
    page: Page, *, gated: FastAPI, town: Town, fleet: Fleet, serve: Serve
) -> Iterator[tuple[Page, str, str]]:
    """A page before somebody of the property, its address, and an incident that is open."""
    fleet.lift("L-0001")
    incident = fleet.alarm("L-0001", "entrapment", at_ms=now_ms()).id
    who = town.person("li", "property", Place("320583", "garden"))
    url = f"http://127.0.0.1:{serve(gated)}"
    secret = town.secret(who, "session")
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    yield page, url, incident
    page.goto("about:blank")  # before the server ends, which it would complain of


@pytest.mark.parametrize("path", PAGES)
def test_every_action_is_reached_in_order(desk: tuple[Page, str, str], path: str) -> None:
    """By Tab from the top: each once, none left out, each seen, in the order of the page."""
    page, url, incident = desk
    page.goto(url + path.format(incident=incident))
    page.wait_for_selector("#main")
    page.evaluate("document.activeElement.blur()")
    there = page.evaluate(REACHED)
    met: list[str] = []
    for _ in range(2 * len(there) + 20):
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if not at["stop"] or at["stop"] in met:
            if met and at["name"] == "BODY":
                break
            continue
        met.append(at["stop"])
        assert at["shown"], f"{path}: focus is not seen on {at}"
        assert at["inside"], f"{path}: focus is out of sight on {at}"
    assert {int(one) for one in met} == set(there), path
    assert [int(one) for one in met] == sorted(there), path


def test_the_first_stop_leads_past_the_bar(desk: tuple[Page, str, str]) -> None:
    """One Tab, one Enter: the next Tab is in the content."""
    page, url, _ = desk
    page.goto(f"{url}/room")
    page.wait_for_selector("#live-state[data-state=live]")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_call_is_entered_by_keyboard(desk: tuple[Page, str, str]) -> None:
    """From the duty room to an incident that is acknowledged, without a pointer."""
    page, url, _ = desk
    page.goto(f"{url}/room")
    page.wait_for_selector("#live-state[data-state=live]")
    page.keyboard.press("n")
    page.wait_for_selector("#call-where:focus")
    page.keyboard.type("garden")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=lift]")
    page.focus("input[name=lift]")
    page.keyboard.press("Space")
    page.focus("#call-kind")
    page.keyboard.press("Tab")
    page.focus("#call-text")
    page.keyboard.type("a voice from the car")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#incident")
    assert "a voice from the car" in page.inner_text("#story")


@pytest.mark.parametrize("path", ["/incidents/{incident}", "/lifts/L-0001", "/room", "/silences"])
def test_on_paper(desk: tuple[Page, str, str], path: str) -> None:
    """The content is printed, in black on white; what can only be pressed is not."""
    page, url, incident = desk
    page.goto(url + path.format(incident=incident))
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".ways", ".leave", ".tongues", ".sound", "#live-state"):
        for one in page.query_selector_all(hidden):
            assert one.is_hidden(), f"{path}: {hidden} is printed"
    assert page.is_visible("main h1, main h2")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), path

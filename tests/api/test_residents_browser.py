"""The page behind the code in a real browser: on a telephone, without scripts, by hand."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from PIL import Image

from api.console import resident_page, screen_page
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.residents_store import Wanted
from liftwatch.clock import now_ms
from liftwatch.handlers.care_notices import renew_code
from tests.api.conftest import Fleet, Serve
from tests.api.test_browser import CHROMIUM, Page, browser, page

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
__all__ = ["browser", "page"]
TELEPHONE = {"width": 390, "height": 844}


def test_a_resident_tells_and_follows(
    page: Page,
    *,
    gated: FastAPI,
    people: SqlPeople,
    fleet: Fleet,
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether the lift works stands on top; who is trapped sees the question; a photo goes with it;
    the page that comes tells the number and where it stands. Nothing pushes the page aside."""
    monkeypatch.setattr(resident_page, "TYPED_MS_MIN", 0)
    fleet.lift("L-0001", heard_ms=now_ms(), state={"service_mode": "normal"})
    with people.begin() as work:
        place = ("320583", "garden", "3")
        code = renew_code(
            work, "lift", place=place, lift="L-0001", person=None, now_ms=now_ms()
        ).code
    Image.new("RGB", (64, 64), "blue").save(tmp_path / "a.png")
    page.set_viewport_size(TELEPHONE)
    page.goto(f"http://127.0.0.1:{serve(gated)}/r/{code}")
    assert page.inner_text(".standing-word") == "正常运行"
    assert page.get_attribute(".call", "href") == "tel:96333"
    box = page.locator(".call").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < TELEPHONE["height"]
    inside = page.locator("input[name=inside]").first
    assert not inside.is_visible()
    page.check("input[value=trapped]")
    assert inside.is_visible()
    page.check("input[value=noise]")
    page.fill("textarea[name=words]", "三楼有异响")
    page.set_input_files("input[name=photo]", tmp_path / "a.png")
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    page.click("button.act")
    page.wait_for_url("**/c/*")
    assert "已收到" in page.inner_text(".standing-word")
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    with people.reading() as reads:
        (one,) = reads.care.complaints(Wanted(), now_ms=now_ms())
        private = reads.care.private(one.id)
    assert private is not None
    assert (one.topic, private.words, private.photo is not None) == ("noise", "三楼有异响", True)
    page.goto("about:blank")  # before the server ends, which it would complain of


def test_a_screen_keeps_itself_fresh_and_says_when_nothing_comes(
    page: Page,
    *,
    gated: FastAPI,
    people: SqlPeople,
    fleet: Fleet,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody presses anything; what is old is not taken for new, and it finds back by itself."""
    monkeypatch.setattr(screen_page, "REFRESH_S", 0.2)
    monkeypatch.setattr(screen_page, "LOST_AFTER", 2)
    fleet.lift("L-0001", heard_ms=now_ms(), state={"service_mode": "normal"})
    with people.begin() as work:
        place = ("320583", "garden", "3")
        code = renew_code(work, "screen", place=place, lift=None, person=None, now_ms=now_ms()).code
    address = f"http://127.0.0.1:{serve(gated)}/screen/{code}"
    page.goto(address)
    assert "正常运行" in page.inner_text(".standing-word")
    fleet.lift("L-0001", heard_ms=now_ms(), state={"service_mode": "out_of_service"})
    page.wait_for_selector(".standing.stands")
    assert not page.is_visible("#screen-lost")
    page.route(address, lambda route: route.fulfill(body="<p>the page of a proxy"))
    page.wait_for_selector("#screen-lost", state="visible")
    assert page.is_visible(".standing.stands")
    page.unroute(address)
    page.wait_for_selector("#screen-lost", state="hidden")
    page.goto("about:blank")  # before the server ends, which it would complain of

"""The fund's pages in a real browser: on a telephone, by keyboard, without scripts, printed."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.conftest import PASSWORD, Serve
from tests.api.fund_house import PAGE, House, deposits, first_deposits, repaired
from tests.api.test_browser import CHROMIUM, Page, browser, page

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
__all__ = ["browser", "page"]
TELEPHONE = {"width": 390, "height": 844}


def sign_in(page: Page, port: int, login: str) -> None:
    """Begin where everybody begins."""
    page.goto(f"http://127.0.0.1:{port}/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")


def filled(house: House) -> None:
    """A year with a repair."""
    deposits(house)
    first_deposits(house, 300_000)
    repaired(house)


def test_an_owner_comes_in_and_reads_on_a_telephone(
    page: Page, gated: FastAPI, house: House, serve: Serve
) -> None:
    """From the sign-in to their own line; tables are folded, opened by a key, and do not push the
    page aside; the file for spreadsheets is a press away."""
    filled(house)
    page.set_viewport_size(TELEPHONE)
    sign_in(page, serve(gated), "ow")
    page.wait_for_url(f"**{PAGE}")
    assert "我的房屋 1201" in page.inner_text(".mine h2")
    assert "733.33" in page.inner_text(".mine")
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) == TELEPHONE["width"]
    table = page.locator(".fund-case table")
    assert not table.is_visible()
    page.locator(".fund-case summary").first.focus()
    page.keyboard.press("Enter")
    table.wait_for(state="visible")
    assert "陆**" in table.inner_text()
    assert page.evaluate(wide) == TELEPHONE["width"]
    with page.expect_download() as took:
        page.click("text=CSV")
    assert took.value.suggested_filename == "fund-garden-7-2026.csv"
    assert Path(took.value.path()).read_bytes().startswith(b"\xef\xbb\xbftable,what")
    box = page.locator(".fund-chart path.line").bounding_box()
    assert box is not None
    assert box["width"] > 50


def test_it_reads_without_scripts_and_on_paper(
    browser: Any, gated: FastAPI, house: House, serve: Serve
) -> None:
    """All tables are open in the print view, and the way to other pages is not on paper."""
    filled(house)
    port = serve(gated)
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    plain = context.new_page()
    sign_in(plain, port, "lu")
    plain.wait_for_url(f"**{PAGE}")
    plain.click("text=Print view")
    tables = plain.locator("table")
    assert all(tables.nth(n).is_visible() for n in range(tables.count()))
    assert "=陆建国" in plain.inner_text("#homes ~ details")
    plain.emulate_media(media="print")
    assert not plain.locator(".fund-takes").is_visible()
    assert not plain.locator(".bar-link").first.is_visible()
    plain.emulate_media(media="screen")
    plain.click("text=Fold the tables")
    plain.click("#hung ~ ul a >> nth=0")
    assert "Cost and allocation" in plain.inner_text("h1")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(
    browser: Any, gated: FastAPI, house: House, serve: Serve, scheme: str
) -> None:
    """Every text has a contrast of 4.5 at least to what lies behind it (WCAG 2.2, 1.4.3)."""
    filled(house)
    context = browser.new_context(color_scheme=scheme, locale="zh-CN")
    one = context.new_page()
    sign_in(one, serve(gated), "ow")
    one.wait_for_url(f"**{PAGE}")
    one.goto(one.url + "?all=true")
    assert one.evaluate(CONTRASTS) == []
    context.close()


CONTRASTS = """() => {
  const parts = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => {
    const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("main *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest("svg") || !e.offsetParent) continue;
    const [a, b] = [light(parts(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${e.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""

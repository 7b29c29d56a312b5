"""The fund's pages in a real browser: papers are hashed where they lie, and never sent."""

import hashlib
from pathlib import Path

import pytest
from fastapi import FastAPI

from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.kept import CaseFilter
from tests.api.conftest import Serve, Town
from tests.api.fund_pages import PLAN, CasePages, Office, fund
from tests.api.test_browser import browser, page

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
Page = sync_api.Page
__all__ = ["browser", "page"]  # fixtures of these tests, too


@pytest.fixture
def case(gated: FastAPI, town: Town, books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> CasePages:
    """A case with a plan."""
    fund(books)
    made = CasePages(Office(gated, town, monkeypatch))
    made.do("li", "revise", **PLAN)
    return made


def opened(page: Page, case: CasePages, *, port: int, path: str) -> None:
    """A page, as the property manager has it."""
    url = f"http://127.0.0.1:{port}"
    secret = case.office.town.secret(case.office.people["li"], "session")
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    page.goto(f"{url}{path}")


def test_a_paper_is_hashed_in_the_browser(
    page: Page, *, gated: FastAPI, case: CasePages, books: SqlBooks, serve: Serve, tmp_path: Path
) -> None:
    """The file is chosen, its hash and its name stand in the form; the file is not sent."""
    papers = {}
    for kind in ("plan", "area_list", "quote", "notice"):
        papers[kind] = tmp_path / f"{kind}.pdf"
        papers[kind].write_bytes(f"%PDF {kind} secret".encode() * 10_000)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or ""))
    opened(page, case, port=serve(gated), path=f"{case.path}?move=publish")
    for n, (kind, file) in enumerate(papers.items()):
        page.set_input_files(f"[data-hash=publish-paper-{n}]", file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        while page.input_value(f"#publish-paper-{n}") != digest:
            page.wait_for_timeout(50)
        assert page.input_value(f"#publish-paper-{n}-name") == f"{kind}.pdf"
    page.click("#move-publish button.act")
    page.wait_for_selector(".title .step-published")
    (kept,) = books.fund_cases(CaseFilter())
    assert {one.kind: one.sha256 for one in kept.documents} == {
        kind: hashlib.sha256(file.read_bytes()).hexdigest() for kind, file in papers.items()
    }
    assert not any("secret" in one for one in sent)
    assert any("sha256" in one for one in sent)


def test_by_keyboard_on_a_telephone_and_without_a_script(
    browser: object, *, gated: FastAPI, case: CasePages, books: SqlBooks, serve: Serve
) -> None:
    """Nothing is wider than the screen; a hash is pasted where no script runs."""
    context = browser.new_context(  # type: ignore[attr-defined]
        java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="zh-CN"
    )
    plain = context.new_page()
    port = serve(gated)
    opened(plain, case, port=port, path=f"{case.path}?move=file")
    assert not plain.is_visible("#move-file .hash-file")
    plain.select_option("#file-paper-0-kind", "photo")
    plain.fill("#file-paper-0", "AB" * 32)
    plain.focus("#move-file button.act")
    plain.keyboard.press("Enter")
    plain.wait_for_selector("th:text('照片')")
    (kept,) = books.fund_cases(CaseFilter())
    assert [one.sha256 for one in kept.documents] == ["ab" * 32]
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 800})  # type: ignore[attr-defined]
    small = context.new_page()
    for path in (f"{case.path}?move=revise", "/fund/cases", "/fund/cases/new", "/fund/sign"):
        opened(small, case, port=port, path=path)
        assert small.evaluate("document.documentElement.scrollWidth") == 390, path
    context.close()

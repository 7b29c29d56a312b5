"""A real browser: to the provider and back, by keyboard, for linking and for coming in."""

from typing import Any

from fastapi import FastAPI

from liftwatch.adapters.sql.people import SqlPeople
from tests.api.conftest import PASSWORD, Serve, Town
from tests.api.test_browser import browser, page, pytestmark
from tests.api.test_openid import linked, provider
from tests.openid import SUBJECT

__all__ = ["browser", "linked", "page", "provider", "pytestmark"]  # fixtures, and when to skip


def test_somebody_links_a_sign_in_and_comes_in_by_it(
    page: Any, linked: FastAPI, people: SqlPeople, *, serve: Serve
) -> None:
    """Nothing is complained of on the way, and the page that was wanted is the one that comes."""
    Town(people).person("root", "admin")
    here = f"http://127.0.0.1:{serve(linked)}"
    page.goto(f"{here}/me")
    page.keyboard.type("root")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")
    page.focus("#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text={SUBJECT}")
    assert page.url == f"{here}/me"
    page.focus(".leave button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    page.goto(f"{here}/completeness?day=2026-03-02")
    page.focus("#password")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert "Keycloak" in page.inner_text(":focus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/completeness?day=2026-03-02")
    assert "root" in page.inner_text(".leave")

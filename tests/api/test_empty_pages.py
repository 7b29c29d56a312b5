"""Pages of an installation in which nothing is yet: each says what to do next, or has a form."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.console.fund_home import HOMES
from api.console.navigation import WAYS
from liftwatch.access.sight import Place
from tests.api.conftest import Town

LISTS: dict[str, str] = {way.page: sorted(way.roles)[0] for way in WAYS} | {
    "/": "admin",
    "/silences": "property",
    "/fund": "owner",
    "/fund/sign": "owner",
    "/fund/orders": "custodian",
    "/fund/verifications": "custodian",
    "/fund/years": "bureau",
}
del LISTS["/audit"]  # looking at it is an act that stands in it
LISTS |= {page: role for role, page in HOMES if page not in LISTS}
"""Pages that list something, and somebody who sees each."""
NEXT = re.compile(r'class="next"|<form [^>]*method="post"|role="alert"|class="muted"')


@pytest.fixture
def browser(gated: FastAPI) -> Iterator[TestClient]:
    """Nobody's yet."""
    with TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made


@pytest.mark.parametrize("page", sorted(LISTS))
def test_an_empty_page_says_what_to_do(page: str, browser: TestClient, town: Town) -> None:
    """In a sentence, by a link, or by a form."""
    role = LISTS[page]
    who = town.person("new", role, *([] if role == "admin" else [Place("320583")]))
    browser.cookies.set("lw_session", town.secret(who, "session"))
    answered = browser.get(page, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answered.status_code == 200, answered.text
    main = answered.text.partition("<main")[2].partition("</main>")[0]
    assert NEXT.search(main) is not None, main

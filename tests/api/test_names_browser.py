"""Names that people really type, on the pages that show them: quotes, emoji, two hundred letters.

Nothing of them is markup, nothing makes a page wider than a telephone, and all of it can be read.
"""

import pytest
from fastapi import FastAPI

from liftwatch.access.sight import Place
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.handlers import people as handlers
from liftwatch.handlers.register import change_place
from liftwatch.register.facts import Facts
from scripts.axe import judge
from tests.api.conftest import Fleet, Serve, Town
from tests.api.test_browser import CHROMIUM, Page, browser, page

__all__ = ["browser", "page"]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")

QUOTES = 'O\'Brien & "Söhne" <b>«»</b>'
EMOJI = "🛗🇨🇳👍🏽 电梯 🧯"  # of joined ones the joiner is refused, as of all unseen characters
LONG = "昆山市玉山镇" * 33 + "末尾"
UNBROKEN = "W" * 199 + "!"
NAMES = (QUOTES, EMOJI, LONG, UNBROKEN)
PAGES = ("/", "/room", "/lifts/{lift}", "/incidents/{incident}", "/completeness", "/silences")
PAGES += ("/duty", "/duty/{unit}", "/organisations", "/organisations/{unit}", "/people")
PAGES += ("/people/{person}", "/places", "/audit", "/statistics", "/call?where=garden")
PAGES += ("/lifts/{lift}/register", "/me", "/fund/cases")


@pytest.fixture(params=NAMES, ids=["quotes", "emoji", "long", "unbroken"])
def name(request: pytest.FixtureRequest) -> str:
    """One of them."""
    return str(request.param)


@pytest.fixture
def town_of(
    name: str, *, town: Town, people: SqlPeople, fleet: Fleet
) -> tuple[dict[str, str], str]:
    """Everything that has a name has this one; ids by what they are of, and an administrator."""
    fleet.lift("L-0001", facts=Facts(building=name[:64], unit=name[:64], address=name[:200]))
    incident = fleet.alarm("L-0001", "door_fault", at_ms=now_ms(), evidence={"rule": name})
    with fleet.books.begin() as work:
        change_place(work, ("320583", "garden", ""), {"name": name[:100]}, version=0)
    with people.begin() as work:
        where = (Place("320583", "garden"),)
        unit = handlers.make_organisation(
            work, name=name, kind="property", places=where, now_ms=now_ms()
        )
        one = handlers.make_person(work, login="somebody", name=name, now_ms=now_ms())
        handlers.grant(work, one.id, "property", organisation=unit.id, lead=True, now_ms=now_ms())
        root = work.person_of_login("root")
    assert root is not None
    ids = {"lift": "L-0001", "incident": incident.id, "unit": unit.id, "person": one.id}
    return ids, town.secret(root, "session")


def test_names_are_shown_as_they_are(
    page: Page,
    name: str,
    *,
    gated: FastAPI,
    serve: Serve,
    town_of: tuple[dict[str, str], str],
) -> None:
    """On a telephone: not wider than it, no element of a name's making; axe does not complain."""
    ids, secret = town_of
    url = f"http://127.0.0.1:{serve(gated)}"
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    page.set_viewport_size({"width": 390, "height": 844})
    trouble = []
    for path in PAGES:
        page.goto(url + path.format(**ids), wait_until="domcontentloaded")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 390:
            trouble.append(f"{path}: {wide} wide")
        if page.query_selector("main b:text-is('«»')") is not None:
            trouble.append(f"{path}: a name is markup")
        trouble += [f"{path}: {one.rule} {one.where}" for one in judge(page).broken]
    page.goto(f"{url}/people")
    shown = page.text_content("main")
    assert shown is not None
    assert name in shown
    page.goto("about:blank")
    assert not trouble, "\n".join(trouble)

"""A store is really stopped and started: pages say so, and come back without anybody reloading."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api.app import create_app
from api.gate import Gate
from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from tests.api.conftest import SECRET, Fleet, Serve, Town
from tests.api.wear_days import rides
from tests.conftest import Influx, Postgres

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
Page = sync_api.Page
LIFT = "L-0001"
LONG_MS = 120_000
"""As long may it take on a machine with other work; nothing is measured here."""
MARK = "window.mark = 'the page that was opened'"


@pytest.fixture
def page() -> Iterator[object]:
    """A page in English, in a Chromium of its own."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        made = browser.new_context(locale="en-GB").new_page()
        made.set_default_timeout(LONG_MS)
        yield made
        browser.close()


@pytest.fixture
def own_books(own_postgres: Postgres) -> Iterator[SqlBooks]:
    """Books on it; who serves them is set up later, and ends before."""
    made = open_books(own_postgres.url)
    yield made
    made.close()


@pytest.fixture
def own_store(own_influx: Influx) -> Iterator[InfluxStore]:
    """A store on it, likewise."""
    made = InfluxStore(own_influx.url, token="", org="", bucket="away")
    yield made
    made.close()


def application(books: SqlBooks, store: object, *, gate: Gate | None = None) -> FastAPI:
    """The service over these stores."""
    return create_app(
        books=books,
        store=store,  # type: ignore[arg-type]  # a store of telemetry
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=gate,
    )


def test_telemetry_goes_away_and_comes_back(
    page: Page, *, fleet: Fleet, own_influx: Influx, own_store: InfluxStore, serve: Serve
) -> None:
    """The lift's page stands all the same; its charts say so in words and draw when they can."""
    fleet.lift(LIFT)
    own_store.write(rides(LIFT, range(20), vibration=lambda _: 12.0))
    port = serve(application(fleet.books, own_store))
    own_influx.stop()
    page.goto(f"http://127.0.0.1:{port}/lifts/{LIFT}")
    page.evaluate(MARK)
    away = "Telemetry cannot be read at the moment"
    page.wait_for_selector(f"#wear:has-text('{away}')")
    page.wait_for_selector(f".chart[data-chart=rides] .plot:has-text('{away}')")
    assert "Building 3" in page.inner_text("h1")
    assert page.query_selector("canvas") is None
    own_influx.start()
    page.wait_for_selector("#wear[data-drawn=true] canvas")
    page.wait_for_selector(".chart[data-chart=rides] canvas")
    assert away not in page.inner_text("main")
    assert page.evaluate("window.mark"), "nobody reloaded it"


def test_the_books_go_away_and_come_back(
    page: Page,
    *,
    own_postgres: Postgres,
    own_books: SqlBooks,
    store: EmbeddedStore,
    serve: Serve,
) -> None:
    """An open page says from when it is; one that is opened meanwhile says that it waits. Both
    come back by themselves, with what happened; who has signed in still has."""
    fleet, people = Fleet(own_books), SqlPeople(own_books, Seal(SECRET))
    fleet.lift(LIFT)
    town = Town(people)
    secret = town.secret(town.person("root", "admin"), "session")
    url = f"http://127.0.0.1:{serve(application(own_books, store, gate=Gate(people, SECRET)))}"
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    page.goto(url)
    page.wait_for_selector("#live-state[data-state=live]")
    page.evaluate(MARK)
    own_postgres.stop()
    page.wait_for_selector("#live-state[data-state=lost]")
    assert "Live feed lost" in page.inner_text("#live-state")
    other = page.context.new_page()
    other.set_default_timeout(LONG_MS)
    answer = other.goto(f"{url}/lifts/{LIFT}")
    assert answer is not None
    assert answer.status == 503
    assert "Not available at the moment" in other.inner_text("main")
    assert "comes back by itself" in other.inner_text("main")
    own_postgres.start()
    incident = fleet.alarm(LIFT, "emergency_call", at_ms=clock.now_ms())
    page.wait_for_selector(f"#row-{incident.id}")
    page.wait_for_selector("#live-state[data-state=live]")
    assert page.evaluate("window.mark"), "nobody reloaded it"
    other.wait_for_selector("#wear[data-drawn=true]")
    assert "Building 3" in other.inner_text("h1")

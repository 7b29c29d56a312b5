"""What wears, on a lift's page: without data, with one point, with 400 days; of one landing."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.clock import DAY_MS, date_of, estate_day, now_ms
from tests.api.conftest import Fleet, Serve, Town
from tests.api.wear_days import doors, replaced, rides

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = sync_api.Page
LIFT = "L-0001"
PIECE = f"/console/lifts/{LIFT}/wear"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """One Chromium for these tests."""
    if not CHROMIUM.exists():
        pytest.skip("apt install chromium")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: object) -> Iterator[object]:
    """A page in English that fails the test when anything is complained of."""
    context = browser.new_context(locale="en-GB")  # type: ignore[attr-defined]
    made, trouble = context.new_page(), []
    made.on("pageerror", lambda error: trouble.append(str(error)))
    made.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    yield made
    context.close()
    assert trouble == []


def drawn(page: Page, port: int) -> Page:
    """The lift's page when its wear is drawn."""
    page.goto(f"http://127.0.0.1:{port}/lifts/{LIFT}")
    page.wait_for_selector("#wear[data-drawn=true]")
    return page


def data_of(text: str, chart: str) -> dict[str, list[float]]:
    """What a chart draws."""
    script = r'<script type="application/json">(.*?)</script>'
    found = re.search(rf'data-chart="{chart}".*?{script}', text, re.DOTALL)
    assert found is not None
    told: dict[str, list[float]] = json.loads(found[1])
    return told


def in_days(days: int) -> str:
    """A day from today on."""
    return (date_of(estate_day(now_ms())) + timedelta(days=days)).isoformat()


def a_year(store: EmbeddedStore, fleet: Fleet) -> None:
    """400 days: vibration grows in the last 60, the doors of landing 3 in the last 90; a part was
    replaced; a detector tells of the vibration."""
    fleet.lift(LIFT)
    store.write(
        rides(
            LIFT,
            range(400),
            vibration=lambda ago: 11 + max(0, 60 - ago) * 0.2,
            floor=lambda hour: 1 + hour,
        )
    )
    store.write(
        doors(LIFT, range(400), close_s=lambda ago, at: 3 + (at == 3) * max(0, 90 - ago) * 0.02)
    )
    store.write([replaced(LIFT, 200, "A-1-20")])
    at_ms = now_ms() - 5 * DAY_MS
    evidence = {
        "part": "vertical",
        "unit": "mg",
        "now": 21.5,
        "usual": 11.4,
        "limit": 20.0,
        "since": in_days(-50),
        "per_day": 0.2,
        "reaches": 22.8,
        "reaches_on": in_days(40),
    }
    fleet.alarm(LIFT, "vibration_wear", at_ms=at_ms, evidence=evidence)


def test_a_lift_without_data_says_what_to_do(
    page: Page, app: FastAPI, fleet: Fleet, serve: Serve
) -> None:
    """No empty axes, but where to look."""
    fleet.lift(LIFT)
    drawn(page, serve(app))
    assert "look whether its terminal is heard" in page.inner_text("#wear")
    assert page.get_attribute("#wear a", "href") == "/completeness"
    assert page.query_selector("#wear canvas") is None


def test_one_point_is_drawn_and_nothing_is_claimed(
    page: Page, *, app: FastAPI, fleet: Fleet, store: EmbeddedStore, serve: Serve
) -> None:
    """A spot, the fixed limit, and that nobody can tell yet; what is not told is named."""
    fleet.lift(LIFT)
    store.write(rides(LIFT, [2], vibration=lambda _: 12.0)[:1])
    drawn(page, serve(app))
    told = page.inner_text("#wear")
    assert "Cannot tell yet: what is usual takes 7 days with values, and there are 1." in told
    assert "Not told by this lift: Vibration sideways" in told
    assert len(page.query_selector_all("#wear canvas")) == 4
    (one,) = page.query_selector_all("#wear [data-chart=vibration_z_mg] canvas")
    assert one.bounding_box()["height"] > 100


def test_400_days_are_drawn_with_limit_trend_and_forecast(
    page: Page, *, app: FastAPI, fleet: Fleet, store: EmbeddedStore, serve: Serve
) -> None:
    """When it began, how fast, until when; what was replaced; also on a telephone."""
    a_year(store, fleet)
    drawn(page, serve(app))
    worn = page.inner_text("#wear [data-chart=vibration_z_mg] figcaption")
    assert "Worn: now 21.5 mg. It began on" in worn
    assert "0.2 mg a day. If it goes on so, 22.8 mg on" in worn
    assert "Replaced on" in page.inner_text("#wear [data-chart=close_s] figcaption")
    assert "Replaced" not in page.inner_text("#wear [data-chart=brake] figcaption")
    canvases = page.query_selector_all("#wear canvas")
    assert len(canvases) == 6
    page.set_viewport_size({"width": 390, "height": 800})
    while page.evaluate("document.querySelector('#wear canvas').clientWidth") >= 390:
        page.wait_for_timeout(50)  # what the page itself would wait for, its policy forbids
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_one_landing_is_chosen(
    page: Page, *, app: FastAPI, fleet: Fleet, store: EmbeddedStore, serve: Serve
) -> None:
    """Its doors and its levels alone; what is of the whole lift stays."""
    a_year(store, fleet)
    drawn(page, serve(app))
    assert "Last day 3.4" in page.inner_text("[data-chart=close_s] figcaption")
    page.select_option("#wear-floor", "3")
    page.wait_for_selector("[data-chart=close_s] figcaption:has-text('Last day 4.8 s')")
    assert page.input_value("#wear-floor") == "3"
    assert page.evaluate("document.activeElement.id") == "wear-floor"
    page.select_option("#wear-floor", "2")
    page.wait_for_selector("[data-chart=close_s] figcaption:has-text('Last day 3 s')")


def test_what_is_drawn(client: TestClient, fleet: Fleet, store: EmbeddedStore) -> None:
    """A point a day; the usual and its shares; the forecast ends at its limit; all light."""
    a_year(store, fleet)
    text = client.get(PIECE).text
    told = data_of(text, "vibration_z_mg")
    assert 399 <= len(told["at"]) <= 401
    assert told["usual"] == pytest.approx(11.375)
    assert [one["at"] for one in told["limits"]] == [20.0, 22.75]  # type: ignore[call-overload,index]
    assert told["forecast"][-1][1] == 22.8  # type: ignore[index]
    assert len(data_of(text, "close_s")["replaced"]) == 1
    assert len(text) < 200_000


def test_sums_are_as_good_as_what_they_are_of(
    client: TestClient, fleet: Fleet, store: EmbeddedStore
) -> None:
    """With a store that has summed up the same is drawn."""
    fleet.lift(LIFT)
    store.write(rides(LIFT, range(20), vibration=lambda ago: 11 + ago / 8))
    before = data_of(client.get(PIECE).text, "vibration_z_mg")
    store.aggregate(now_ms() - 15 * DAY_MS, now_ms())
    with store._transaction() as writer:  # raw days between are gone: sums are what is read
        cut = (now_ms() - 10 * DAY_MS, now_ms() - 5 * DAY_MS)
        writer.execute("DELETE FROM point WHERE at_ms BETWEEN ? AND ?", cut)
    after = data_of(client.get(PIECE).text, "vibration_z_mg")
    for name in ("at", "mean", "low", "high", "usual", "limits"):
        assert after[name] == before[name]


def test_steps_have_limits_on_either_side(
    client: TestClient, fleet: Fleet, store: EmbeddedStore
) -> None:
    """A step up and one down; a drift is told of by its own evidence."""
    a_year(store, fleet)
    drift = {
        "level_error_mm": 12.0,
        "since": in_days(-9),
        "mm_per_day": 0.9,
        "reaches_mm": 20.0,
        "reaches_on": in_days(9),
    }
    fleet.alarm(LIFT, "levelling_error", at_ms=now_ms(), evidence=drift)
    text = client.get(PIECE, headers={"Accept-Language": "zh"}).text
    limits = data_of(text, "level")["limits"]
    assert [one["at"] for one in limits] == [20.0, -20.0, 10.0, -10.0]  # type: ignore[call-overload,index]
    assert "每日变化 0.9 mm" in text


def test_a_strangers_lift_is_not_there(gated: FastAPI, town: Town, fleet: Fleet) -> None:
    """Neither its wear nor that there is one."""
    fleet.lift(LIFT)
    other = town.secret(town.person("li", "property", Place("320583", "lakeside")), "session")
    mine = town.secret(town.person("wu", "property", Place("320583", "garden")), "session")
    with TestClient(gated, base_url="http://127.0.0.1") as guest:
        assert guest.get(PIECE, headers={"Cookie": f"lw_session={mine}"}).status_code == 200
        assert guest.get(PIECE, headers={"Cookie": f"lw_session={other}"}).status_code == 404
        assert guest.get(f"{PIECE}?floor=999").status_code in (401, 422)

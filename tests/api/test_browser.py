"""A real browser: incidents arrive without reloading, a lost feed is seen, nothing complains."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from liftwatch.account import AccountRow
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import estate_day, now_ms
from liftwatch.handlers.people import grant
from liftwatch.register.facts import Facts
from tests.api.conftest import PASSWORD, Fleet, Serve, Town
from tests.api.test_evidence import keep

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt install chromium")
Page, ConsoleMessage = sync_api.Page, sync_api.ConsoleMessage


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """One Chromium for these tests."""
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: object) -> Iterator[object]:
    """A page that fails the test when anything is complained of or asked of another host."""
    context = browser.new_context(locale="zh-CN")  # type: ignore[attr-defined]
    made = context.new_page()
    trouble: list[str] = []
    made.on(
        "console",
        lambda said: None if is_calm(said) else trouble.append(f"{said.type}: {said.text}"),
    )
    made.on("pageerror", lambda error: trouble.append(str(error)))
    made.on(
        "request",
        lambda asked: None if "//127.0.0.1:" in asked.url else trouble.append(asked.url),
    )
    yield made
    context.close()
    assert trouble == []


def is_calm(said: ConsoleMessage) -> bool:
    """Nothing to complain of; that it is offline, or came second, is meant by its test."""
    meant = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "a status of 412", "a status of 401")
    return said.type not in ("error", "warning") or any(one in said.text for one in meant)


def live(page: Page, port: int, path: str) -> None:
    """Open a page and wait until it is live."""
    page.goto(f"http://127.0.0.1:{port}{path}")
    page.wait_for_selector("#live-state[data-state=live]")


def test_an_incident_arrives(page: Page, app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """Open the page; somebody calls for help; the page says so, shows where, and lets go again."""
    fleet.lift("L-0001")
    live(page, serve(app), "/")
    assert "没有未结事件" in page.inner_text("#open")
    now = now_ms()
    incident = fleet.alarm("L-0001", "emergency_call", at_ms=now)
    page.wait_for_selector(f"#row-{incident.id}")
    assert "紧急呼叫" in page.inner_text("#open .rows")
    assert "3 栋 1 单元" in page.inner_text("#announce")
    assert page.title().startswith("(1)")
    page.wait_for_selector("#tile-L-0001.s1")
    fleet.alarm("L-0001", "emergency_call", edge="cleared", opened_ms=now, at_ms=now + 1)
    page.wait_for_selector(f"#row-{incident.id}", state="detached")
    page.wait_for_selector("#tile-L-0001.s0")
    assert not page.title().startswith("(")


def test_a_lift_moves_and_a_new_one_appears(
    page: Page, app: FastAPI, fleet: Fleet, serve: Serve
) -> None:
    """Tiles follow the lifts; what is heard of for the first time is added."""
    fleet.lift("L-0001")
    live(page, serve(app), "/")
    fleet.lift("L-0001", state={"floor": 5, "direction": "up"}, heard_ms=now_ms())
    page.wait_for_selector("#tile-L-0001 .floor:text('5')")
    fleet.lift("L-0002", estate="lakeside")
    page.wait_for_selector("#tile-L-0002")


def test_the_page_of_a_lift_draws_its_day(
    page: Page, app: FastAPI, fleet: Fleet, serve: Serve
) -> None:
    """Charts without data say so; the car follows; an incident joins the list."""
    fleet.lift("L-0001")
    live(page, serve(app), "/lifts/L-0001")
    page.wait_for_selector("#charts[data-drawn]")
    assert page.inner_text(".chart[data-chart=rides] .plot") == "此时段内没有数据"
    fleet.lift("L-0001", state={"floor": 6, "position_m": 18.0}, heard_ms=now_ms())
    page.wait_for_selector("#now .floor:text('6')")
    fleet.alarm("L-0001", "door_blocked")
    page.wait_for_selector("#lift-incidents .row:not(.over)")


def test_a_lost_feed_is_seen(page: Page, app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """A page that no longer follows must not look like a calm fleet; it catches up by itself."""
    fleet.lift("L-0001")
    live(page, serve(app), "/")
    page.context.set_offline(True)
    app.state.parts.feed._cut_off()
    page.wait_for_selector("#live-state[data-state=lost]")
    incident = fleet.alarm("L-0001", "free_fall")
    page.context.set_offline(False)
    page.wait_for_selector(f"#row-{incident.id}")
    page.wait_for_selector("#live-state[data-state=live]")


def test_a_page_of_one_estate_stays_calm(
    page: Page, app: FastAPI, fleet: Fleet, serve: Serve
) -> None:
    """Lifts of other estates are not looked for again and again."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lakeside")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    live(page, serve(app), "/?estate=garden")
    fleet.lift("L-0002", estate="lakeside", heard_ms=now_ms())
    fleet.lift("L-0001", state={"floor": 5}, heard_ms=now_ms())
    page.wait_for_selector("#tile-L-0001 .floor:text('5')")
    assert not [url for url in asked if "/console/fleet" in url]
    assert page.query_selector("#tile-L-0002") is None


def test_the_page_of_completeness(page: Page, app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """Reached from the fleet; what misses most is on top; the day before is empty."""
    fleet.lift("L-0001")
    row = {"source": "j", "area": "320583", "estate": "garden", "terminal": "T"}
    today = estate_day(now_ms())
    with fleet.books.begin() as work:
        own = AccountRow(**row, lift="L-0001", day=today, received=9_999)
        work.put_account([own, AccountRow(**row, lift="", day=today, received=9_999, missing=1)])
    live(page, serve(app), "/")
    page.click("a[href='/completeness']")
    assert "99.99%" in page.inner_text(".figures tbody tr:first-child")
    page.click("text=前一天")
    page.wait_for_selector(".calm")


def test_evidence_comes_by_itself(page: Page, app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """While the signals are gathered the page waits; when they are kept it draws them."""
    incident = fleet.alarm("L-0001", "overspeed", at_ms=now_ms(), evidence={"limit_mps": 1.15})
    live(page, serve(app), f"/incidents/{incident.id}")
    assert "正在收集信号" in page.inner_text("#evidence")
    speed = [(-60_000, 0.0), (-500, 1.0), (0, 1.4), (30_000, 0.0)]
    keep(fleet, incident, {"state.speed_mps": list(speed), "state.people": [(-5_000, 2), (0, 3)]})
    page.wait_for_selector("#evidence .trace path.line", timeout=120_000)
    assert page.get_attribute("#evidence", "hx-trigger") is None
    (box, *_) = page.query_selector_all("#evidence .trace > svg")
    assert box.bounding_box()["width"] > 300
    assert page.text_content("#evidence .limit-word") == "1.15 m/s"
    page.click("text=以表格显示")
    assert "1.4 m/s" in page.inner_text("#evidence .figures")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_hostile_texts_do_nothing(page: Page, app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """Neither on arrival nor in the announcement."""
    nasty = "<img src=x onerror=alert(1)>"
    fleet.lift("L-0001", facts=Facts(building=nasty, unit=nasty))
    live(page, serve(app), "/")
    fleet.alarm("L-0001", "entrapment", evidence={nasty: nasty}, at_ms=now_ms())
    page.wait_for_selector(".row")
    assert nasty in page.inner_text("#open")
    assert page.query_selector("img[src=x]") is None


def test_a_sheet_is_tried_mended_and_kept(
    page: Page, *, gated: FastAPI, fleet: Fleet, people: SqlPeople, serve: Serve, tmp_path: Path
) -> None:
    """Bad rows show in a table; the file stays chosen and is kept by one more press."""
    town = Town(people)
    secret = town.secret(town.person("root", "admin"), "session")
    url = f"http://127.0.0.1:{serve(gated)}"
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    file = tmp_path / "lifts.csv"
    file.write_bytes("行政区划,小区,电梯编号\n32058,garden,L-0001\n".encode("gbk"))
    page.goto(f"{url}/import")
    page.set_input_files("#file", file)
    page.click("#import .button")
    page.wait_for_selector(".problems tbody tr")
    assert page.inner_text(".problems tbody th") == "2"
    assert page.query_selector(".keep") is None
    file.write_bytes("行政区划,小区,电梯编号\n320583,garden,L-0001\n".encode("gbk"))
    page.set_input_files("#file", file)
    page.click("#import .button")
    page.click(".keep")
    page.wait_for_selector("#outcome:text('已保存')")
    assert [row.lift for row in fleet.books.lifts()] == ["L-0001"]


def test_somebody_signs_in_and_out_by_keyboard(
    page: Page, gated: FastAPI, people: SqlPeople, serve: Serve
) -> None:
    """Led from the page they wanted, back to it, live, and out again."""
    Town(people).person("root", "admin")
    port = serve(gated)
    page.goto(f"http://127.0.0.1:{port}/completeness?day=2026-03-02")
    assert page.url.endswith("/sign-in?next=/completeness%3Fday%3D2026-03-02")
    page.keyboard.type("root")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/completeness?day=2026-03-02")
    live(page, port, "/")
    assert "root" in page.inner_text(".leave")
    page.focus(".leave button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    page.goto(f"http://127.0.0.1:{port}/")
    assert page.url.endswith("/sign-in?next=/")


def test_a_rota_is_made_by_keyboard(
    page: Page, *, gated: FastAPI, people: SqlPeople, serve: Serve
) -> None:
    """By who leads; then who is on duty and the coming days stand there, also on a telephone."""
    town = Town(people)
    town.person("root", "admin")
    boss = town.person("boss", "property")
    with people.begin() as work:
        (unit,) = (one.id for one in work.organisations())
        grant(work, boss.id, "property", organisation=unit, now_ms=now_ms(), lead=True)
    url = f"http://127.0.0.1:{serve(gated)}"
    secret = town.secret(boss, "session")
    page.context.add_cookies([{"name": "lw_session", "value": secret, "url": url}])
    page.goto(f"{url}/duty/{unit}")
    page.focus("#new-name")
    page.keyboard.type("夜班")
    page.keyboard.press("Tab")
    page.keyboard.type("boss")
    page.fill("#new-first_day", "2026-01-01")
    page.focus("#new-head")
    page.keyboard.type("boss")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chain")
    assert "boss" in page.inner_text(".chain")
    assert "没有接班人" in page.inner_text(".troubles")
    assert page.query_selector(".plan .gap") is None
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390

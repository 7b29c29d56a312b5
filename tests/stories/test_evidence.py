"""From a car that is too fast to the drawing of it: broker, detection, InfluxDB, engine, page."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from liftwatch.adapters.sql import open_books
from liftwatch.clock import now_ms, parse_ms, rfc3339
from liftwatch.incidents.evidence import EvidenceWindow

CHROMIUM = Path("/usr/bin/chromium")
LIFT = "LIFT-0001"
RATED_MPS = 1.0
BEGAN_S, SAID_S = 70, 160
"""The car is too fast so many seconds after the first state, of so many."""


def speed(second: float) -> float:
    """A ride at rated speed that runs away for a second."""
    return 1.4 if BEGAN_S <= second < BEGAN_S + 1.5 else RATED_MPS


def publish_ride(lifts: Any, start_ms: int) -> None:
    """The register, and two states a second."""

    def said(seq: int, at_ms: int, **fields: Any) -> dict[str, Any]:
        envelope = {"v": 1, "terminal": "T-1", "boot": "b1", "seq": seq, "at": rfc3339(at_ms)}
        return envelope | fields

    place = f"lift/v1/320583/garden/{LIFT}"
    register = said(0, start_ms, building="3", unit="1", rated_speed_mps=RATED_MPS)
    lifts.publish(f"{place}/register", register)
    position_m = 0.0
    for k in range(SAID_S * 2):
        position_m += speed(k / 2) / 2
        state = {"car": "moving", "direction": "up", "doors_closed": True, "run_command": True}
        numbers = {"speed_mps": speed(k / 2), "position_m": round(position_m, 3)}
        lifts.publish(f"{place}/state", said(k + 1, start_ms + k * 500, **state, **numbers))


def hasten(database: str, incident: str) -> None:
    """Take the minute and a half off for which a window waits; the engine does the rest."""
    books = open_books(database)
    (window,) = books.evidence_of(incident)
    assert window.due_ms is not None
    with books.begin() as work:
        fresh: EvidenceWindow = structs.replace(window, due_ms=now_ms())
        work.put_evidence(fresh, due_ms=window.due_ms)
    books.close()


def test_what_made_it_so_is_kept_and_drawn(
    mosquitto: Any, own_influx: Any, service: Any, publisher: Any, until: Any, tmp_path: Path
) -> None:
    """With InfluxDB away when the window is due, and the service killed while it waits."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if not CHROMIUM.exists():
        pytest.skip("apt install chromium")
    database = f"sqlite:///{tmp_path}/books.sqlite"
    one = service(
        LIFTWATCH_MQTT_URL=mosquitto.url,
        LIFTWATCH_INFLUX_URL=own_influx.url,
        LIFTWATCH_DATABASE_URL=database,
    )
    one.start()
    start_ms = now_ms() - SAID_S * 1000 - 5_000
    lifts = publisher(mosquitto.port)
    publish_ride(lifts, start_ms)
    lifts.settle()
    (incident,) = until(lambda: one.incidents(kind="overspeed"), "the overspeed is raised")
    path = f"/v1/incidents/{incident['id']}/evidence"
    assert one.get(path)["windows"][0]["pending"]

    own_influx.stop()
    hasten(database, incident["id"])
    until(lambda: "keep-evidence" in one.log.read_text(), "the engine says what it cannot do")
    one.kill()
    assert one.log.read_text().count("job=keep-evidence") == 1
    own_influx.start()
    one.start()
    told = until(lambda: kept(one.get(path)), "the evidence is kept")

    raised_ms = parse_ms(incident["raised_at"])
    began_ms = start_ms + BEGAN_S * 1000
    assert parse_ms(incident["opened_at"]) == began_ms
    (window,) = told["windows"]
    assert window["complete"]
    series = dict(window["series"]["state.speed_mps"])
    around = [
        at_ms
        for at_ms in range(0, SAID_S * 1000, 500)
        if began_ms - 60_000 <= start_ms + at_ms < raised_ms + 30_000
    ]
    assert series == {start_ms + at_ms - raised_ms: speed(at_ms / 1000) for at_ms in around}
    assert {"signal": "state.speed_mps", "value": 1.15} in told["limits"]
    assert told["confidence"] == {
        "needed": 1,
        "present": 1,
        "missing": [],
        "sources": ["state"],
        "reported": False,
    }
    assert "EN 81-20" in told["source"]
    look(sync_api, f"http://127.0.0.1:{one.port}/incidents/{incident['id']}")
    log = one.log.read_text()
    assert "Traceback" not in log


def kept(told: Any) -> Any:
    """The answer, once there are signals in it."""
    return told if told and told["windows"][0]["series"] else None


def look(sync_api: Any, address: str) -> None:
    """What a person sees, without scripts too."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for scripts in (True, False):
            context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
            page = context.new_page()
            page.goto(address)
            drawn = page.locator("#evidence figure.trace", has_text="Speed").first
            assert drawn.locator("path.line").bounding_box()["width"] > 500
            assert drawn.locator("line.limit").count() == 1
            assert drawn.locator("text.limit-word").text_content() == "1.15 m/s"
            assert drawn.locator("line.raised").count() == 1
            assert "115 % of the rated speed" in page.inner_text("#evidence .grounds")
            context.close()
        browser.close()

"""Evidence over HTTP and on the page: windows, grounds, limits; every kind has its ground."""

import re
from typing import Any

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from api.console.traces import Span, draw, ticks
from liftwatch.clock import rfc3339
from liftwatch.incidents.evidence import Confidence, Kept, Series, looked_at
from liftwatch.incidents.grounds import GROUNDS, limits_of
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import KINDS
from liftwatch.telemetry.signals import SIGNALS
from tests.api.conftest import AT_MS, Fleet
from tests.api.test_console import EN, NASTY, ZH

KNOWN = {f"{row.kind}.{row.name}" for row in SIGNALS}


def keep(fleet: Fleet, incident: Incident, series: dict[str, Series], **kept: Any) -> None:
    """As the engine does."""
    (window,) = fleet.books.evidence_of(incident.id)
    assert window.due_ms is not None
    fresh = structs.replace(
        looked_at(window, now_ms=window.final_ms, complete=True),
        points=sum(map(len, series.values())),
        kept=Kept(series=series, **kept),
    )
    with fleet.books.begin() as work:
        assert work.put_evidence(fresh, due_ms=window.due_ms)


def speeding(fleet: Fleet) -> Incident:
    """A car that was too fast."""
    incident = fleet.alarm(
        "L-0001", "overspeed", opened_ms=AT_MS - 200, evidence={"limit_mps": 1.15}
    )
    speed: Series = [(-60_200, 0.0), (-1_000, 1.0), (-200, 1.3), (0, 1.4), (30_000, 0.0)]
    sure = Confidence(needed=2, present=1, missing=("burst.speed_mps",), sources=("state",))
    keep(
        fleet,
        incident,
        {"state.speed_mps": speed, "state.car_door": [(-60_200, "closed"), (20_000, "open")]},
        thinned={"state.speed_mps": 4_711},
        threshold="At 115 %",
        source="EN 81-20",
        confidence=sure,
    )
    return incident


def test_every_kind_stands_on_a_ground() -> None:
    """In the order of the table of kinds; with signals that exist, and where it comes from."""
    assert list(GROUNDS) == [kind.name for kind in KINDS]
    for row in GROUNDS.values():
        assert row.threshold, row.kind
        assert row.source, row.kind
        needed = {one for alternatives in row.needs for one in alternatives.split("|")}
        limited = {limit.signal for limit in row.limits}
        assert {*row.signals, *needed, *limited} <= KNOWN, row.kind
        assert limited <= set(row.signals), row.kind


def test_limits_are_those_of_the_incident() -> None:
    """In the signal's unit; what the evidence does not tell is the rule's default."""
    assert limits_of("unintended_movement", {"limit_m": 0.2}) == [
        ("state.level_error_mm", 200.0),
        ("state.level_error_mm", -200.0),
    ]
    assert limits_of("machine_room_hot", {}) == [("state.machine_room_c", 40.0)]
    assert limits_of("machine_room_hot", {"limit_c": True}) == [("state.machine_room_c", 40.0)]
    assert limits_of("entrapment", {"limit_s": 45}) == limits_of("of_tomorrow", {}) == []


def test_evidence_as_it_was_kept(client: TestClient, fleet: Fleet) -> None:
    """Threshold and source are those of then."""
    incident = speeding(fleet)
    told = client.get(f"/v1/incidents/{incident.id}/evidence").json()
    assert (told["threshold"], told["source"]) == ("At 115 %", "EN 81-20")
    assert told["limits"][0] == {"signal": "state.speed_mps", "value": 1.15}
    assert told["signals"][0] == "state.speed_mps"
    assert told["confidence"]["missing"] == ["burst.speed_mps"]
    (window,) = told["windows"]
    assert (window["from"], window["to"]) == (rfc3339(AT_MS - 60_200), rfc3339(AT_MS + 30_000))
    assert (window["complete"], window["pending"]) == (True, False)
    assert window["series"]["state.speed_mps"][3] == [0, 1.4]
    assert window["thinned"] == {"state.speed_mps": 4_711}
    plain = client.get(f"/v1/incidents/{incident.id}").json()
    assert plain["evidence"] == {"limit_mps": 1.15}


def test_evidence_that_is_still_to_come(client: TestClient, fleet: Fleet) -> None:
    """The grounds are known at once; the page looks for the rest by itself."""
    incident = fleet.alarm("L-0001", "entrapment")
    told = client.get(f"/v1/incidents/{incident.id}/evidence").json()
    assert "45 s" in told["threshold"]
    assert told["confidence"] is None
    (window,) = told["windows"]
    assert (window["kept_at"], window["pending"], window["series"]) == (None, True, {})
    page = client.get(f"/incidents/{incident.id}", headers=EN).text
    assert "are being gathered" in page
    assert 'hx-trigger="every 10s"' in page


@pytest.mark.parametrize("id", ["nobody", "%00", "a" * 100])
def test_evidence_of_nobody_is_a_problem(client: TestClient, id: str) -> None:
    """RFC 9457."""
    answer = client.get(f"/v1/incidents/{id}/evidence")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_draws_what_was_kept(client: TestClient, fleet: Fleet) -> None:
    """A line with its threshold and both moments, a band with its words, the same as a table."""
    incident = speeding(fleet)
    part = client.get(f"/console/incidents/{incident.id}/evidence", headers=EN).text
    assert re.search(r'<path class="line" d="M[\d.]+ [\d.]+L', part)
    assert 'class="limit"' in part
    assert ">1.15 m/s</text>" in part
    assert ">-1.15 m/s</text>" not in part  # it never went down
    assert part.count('<line class="raised"') == 3  # the legend, the line, the band
    assert 'class="word off"' in part
    assert "Of 2 signals that it rests on, 1 were there." in part
    assert "5 of 4711 values" in part
    row = re.search(r'<tr><th scope="row" title="state.speed_mps">.*?</tr>', part, re.DOTALL)
    assert row is not None
    cells = re.findall(r"<td>(.*?)</td>", row[0])
    assert cells == ["0 m/s", "1.3 m/s", "1.4 m/s", "0 m/s", "1.4 m/s", "0 m/s"]
    assert "hx-trigger" not in part
    assert "style=" not in part


@pytest.mark.parametrize("headers", [EN, ZH])
def test_hostile_signals_are_only_text(
    client: TestClient, fleet: Fleet, headers: dict[str, str]
) -> None:
    """Names and values come from lifts and controllers."""
    incident = fleet.alarm("L-0001", "door_fault", evidence={"reported": NASTY})
    series: dict[str, Series] = {
        "event.raw_text": [(0, NASTY), (1, 7), (2, True)],
        f"state.{NASTY}": [(0, NASTY), (5, "x")],
        "burst.z_mps2": [(k, 9.8) for k in range(50)],
        "ride.load_pct": [(-3_000_000, 90.0)],
    }
    keep(fleet, incident, series, threshold=NASTY, source=NASTY)
    for path in (f"/incidents/{incident.id}", f"/console/incidents/{incident.id}/evidence"):
        text = client.get(path, headers=headers).text
        assert "<script>alert" not in text
        assert "onload='x'" not in text
        assert "&lt;script&gt;" in text


def test_an_incident_of_several_lifts_points_to_them(client: TestClient, fleet: Fleet) -> None:
    """It has no series of its own."""
    whole = Incident(
        id="p-1",
        kind="fleet_fault",
        severity=3,
        severity_max=3,
        opened_ms=1,
        raised_ms=1,
        area="320583",
        estate="garden",
        lift=None,
        scope="manufacturer/X",
        lifts=("L-0001",),
    )
    with fleet.books.begin() as work:
        work.add_incident(whole)
    assert client.get("/v1/incidents/p-1/evidence").json()["windows"] == []
    assert "with the incident of each lift" in client.get("/incidents/p-1", headers=EN).text


def test_a_line_breaks_where_nothing_was_told() -> None:
    """It does not pretend to know what was in between; single values are dots."""
    span = Span(-400_000, 0)
    speeds: Series = [(-390_000, 1.0), (-380_000, 2.0), (-1_000, 3.0)]
    gap = draw(speeds, span, limits=(), lasting=True, say=str)
    assert gap.path.count("M") == 2
    alone = draw([(0, 3)], span, limits=(), lasting=False, say=str)
    assert (alone.path, len(alone.dots), alone.height) == ("", 1, 26)
    doors = draw([(-390_000, "open"), (-1_000, "closed")], span, limits=(), lasting=True, say=str)
    assert [(part.word, part.width) for part in doors.stretches] == [("open", 37.5), ("", 0.25)]
    before = draw([(-900_000, True)], span, limits=(), lasting=True, say=str)
    assert before.stretches[0].x == 0.0
    assert draw([], span, limits=(), lasting=True, say=str).path == ""


@pytest.mark.parametrize("width_ms", [1, 50, 999, 90_000, 600_000, 86_400_000, 10**10])
def test_an_axis_is_never_crowded(width_ms: int) -> None:
    """Whatever it shows."""
    _, moments = ticks(Span(-width_ms, 0), raised_ms=AT_MS)
    assert len(moments) <= 6 or width_ms > 86_400_000 * 5

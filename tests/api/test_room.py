"""The duty room: worst first, then what is due first; who has it; and a calm that says so."""

import html
import re

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.console.language import LANGUAGES
from api.console.room import ROWS_MAX, Family, families, in_order
from liftwatch.access.sight import Place
from liftwatch.clock import HOUR_MS, MINUTE_MS, now_ms
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import PEOPLE_INSIDE
from tests.api.conftest import Fleet, Town
from tests.api.test_move_page import Hand, hand
from tests.api.test_people_pages import found

ZH, EN = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en"}


def rows(page: str) -> list[str]:
    """The kinds of the rows, in order."""
    return re.findall(r'class="row-what"><a href="[^"]*">([^<]*)', page)


def test_worst_first_then_what_is_due_first(client: TestClient, fleet: Fleet) -> None:
    """The older of two entrapments is nearer to its deadline; what is severer is above it."""
    now = now_ms()
    fleet.lift("L-0001")
    fleet.alarm("L-0001", "door_fault", at_ms=now - 10 * HOUR_MS)
    fleet.alarm("L-0002", "entrapment", at_ms=now)
    fleet.alarm("L-0003", "emergency_call", at_ms=now - 2 * MINUTE_MS)
    page = client.get("/room", headers=EN).text
    assert rows(page) == ["Emergency call", "People trapped", "Door fault"]
    assert rows(client.get("/console/room", headers=ZH).text) == ["紧急呼叫", "困人", "开关门故障"]
    assert 'data-unanswered="2"' in page
    assert "nobody has it yet" in page
    assert "Building 3, unit 1" in page


def test_who_has_it_and_the_next_clock(gated: FastAPI, town: Town, fleet: Fleet) -> None:
    """By name and organisation; the clock of what was done is no more."""
    fleet.lift("L-0001")
    id = fleet.alarm("L-0001", "entrapment", at_ms=now_ms()).id
    duty = hand(gated, town, "property", Place("320583", "garden"))
    assert "A voice in the car" in _room(duty)
    assert duty.move(id, "dispatch", crew="Wang")[0] == 303
    page = _room(duty)
    assert "<b>property-1</b>" in page
    assert "Crew at the lift" in page
    assert "A voice in the car" not in page
    assert 'data-unanswered="0"' in page


def _room(duty: Hand) -> str:
    return html.unescape(duty.browser.client.get("/room", headers=EN).text)


def test_acknowledged_from_its_row(gated: FastAPI, town: Town, fleet: Fleet) -> None:
    """Without a script it comes back to the room; with one the room itself is the answer."""
    fleet.lift("L-0001")
    one, other = (fleet.alarm(f"L-000{n}", "entrapment", at_ms=now_ms()).id for n in (1, 2))
    duty = hand(gated, town, "property", Place("320583", "garden"))
    page = _room(duty)
    sent = {"version": "1", "back": "/room"}
    answer = duty.browser.send("/room", page, to=f"/incidents/{one}/acknowledge", **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/room")
    hidden = {name: found(_room(duty), name) for name in ("csrf", "once")}
    piece = duty.browser.client.post(
        f"/incidents/{other}/acknowledge",
        data=hidden | sent | {"version": "7"},
        headers=EN | {"HX-Request": "true"},
    )
    assert piece.text.startswith('<section id="room"')
    assert "somebody else has changed it" in piece.text
    away = duty.browser.send(
        "/room", to=f"/incidents/{other}/acknowledge", version="1", back="//evil.example"
    )
    assert away.headers["location"] == "/"


def test_before_there_is_an_administrator(gated: FastAPI, fleet: Fleet) -> None:
    """Whoever is on this machine works already; nobody's name is made up for them."""
    fleet.lift("L-0001")
    id = fleet.alarm("L-0001", "entrapment", at_ms=now_ms()).id
    local = Hand(TestClient(gated, base_url="http://127.0.0.1", follow_redirects=False))
    assert local.move(id, "acknowledge")[0] == 303
    assert "taken, by nobody with a name" in _room(local)


def test_calm_says_since_when(client: TestClient, fleet: Fleet) -> None:
    """Not merely that there is nothing: an empty page could also be a broken one."""
    assert "Nothing has been open so far." in client.get("/room", headers=EN).text
    now = now_ms()
    began = now - HOUR_MS
    fleet.alarm("L-0001", "door_fault", at_ms=began)
    fleet.alarm("L-0001", "door_fault", edge="cleared", opened_ms=began, at_ms=now - MINUTE_MS)
    fleet.alarm("L-0002", "door_fault", at_ms=began + 1)
    fleet.alarm("L-0002", "door_fault", edge="cleared", opened_ms=began + 1, at_ms=began + 2)
    page = client.get("/room", headers=EN).text
    assert "Nothing is open." in page
    told = re.search(r"Since ([0-9:A-Za-z ]+)\.", page)
    assert told is not None
    assert told[1] == LANGUAGES["en"].moment(now - MINUTE_MS, now_ms=now)
    assert "实时数据正常" in client.get("/room", headers=ZH).text


def test_one_power_cut_is_one_row(client: TestClient, fleet: Fleet) -> None:
    """Its lifts stand below it; whoever is trapped by it stays on top and alone."""
    now = now_ms()
    for n in (1, 2, 3):
        fleet.lift(f"L-000{n}")
        fleet.alarm(f"L-000{n}", "out_of_service", at_ms=now - MINUTE_MS)
    fleet.alarm("L-0001", "entrapment", at_ms=now)
    fleet.alarm(
        None,  # type: ignore[arg-type]  # it stands for several lifts
        "mains_lost",
        at_ms=now,
        scope="320583/garden/3",
        lifts=("L-0001", "L-0002", "L-0003"),
        of_kind="out_of_service",
    )
    page = client.get("/room", headers=EN).text
    assert rows(page) == ["People trapped", "Mains lost"]
    assert "3 incidents are part of it" in page
    assert '<span class="count">5</span>' in page


def test_a_black_out_of_a_district(client: TestClient, fleet: Fleet) -> None:
    """Some hundred rows and the number of the rest; the worst is among them."""
    now = now_ms()
    for n in range(ROWS_MAX + 30):
        fleet.alarm(f"L-{n:04}", "out_of_service", at_ms=now)
    fleet.alarm("L-9999", "entrapment", at_ms=now)
    page = client.get("/room", headers=EN).text
    assert len(rows(page)) == ROWS_MAX
    assert rows(page)[0] == "People trapped"
    assert "31 more, less urgent, are not shown here." in page


@pytest.mark.parametrize("query", ["/room", "/console/room"])
def test_strangers_do_not_see_it(guest: TestClient, query: str) -> None:
    """They are led to where they can sign in."""
    assert guest.get(query, headers={"Accept": "text/html"}).status_code == 303


def _incident(n: int, *, severity: int, kind: str, parent: str | None) -> Incident:
    return Incident(
        id=f"i-{n}",
        kind=kind,
        severity=severity,
        severity_max=severity,
        opened_ms=n,
        raised_ms=n,
        area="320583",
        estate="garden",
        lift=f"L-{n}",
        parent=parent,
    )


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from(["entrapment", "out_of_service", "entrapment_suspected"]),
            st.integers(-1, 8),
            st.none() | st.integers(0, 99),
        ),
        max_size=12,
    )
)
def test_every_incident_is_shown_once_and_no_worse_below_better(
    drawn: list[tuple[int, str, int, int | None]],
) -> None:
    """Whoever is part of what, also in circles: nothing is lost, people inside are never folded."""
    some = [
        _incident(n, severity=severity, kind=kind, parent=f"i-{parent}" if parent >= 0 else None)
        for n, (severity, kind, parent, _) in enumerate(drawn)
    ]
    due = {f"i-{n}": at for n, (_, _, _, at) in enumerate(drawn) if at is not None}
    shown = in_order(families(some), due)
    seen = [one.id for family in shown for one in (family.head, *family.folded)]
    assert sorted(seen) == sorted(one.id for one in some)
    assert not any(one.kind in PEOPLE_INSIDE for family in shown for one in family.folded)
    order = [(one.severity, due.get(one.head.id, 100)) for one in shown]
    assert order == sorted(order)
    assert all(isinstance(one, Family) for one in shown)

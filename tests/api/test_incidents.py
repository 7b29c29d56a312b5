"""`/v1/incidents`: filters, pages, and one incident."""

import pytest
from starlette.testclient import TestClient

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import MINUTE_MS, rfc3339
from liftwatch.handlers.course import incident_data
from tests.api.conftest import AT_MS, Fleet


@pytest.fixture
def some(fleet: Fleet) -> Fleet:
    """Four incidents, a minute apart; the oldest is over."""
    fleet.alarm("L-0001", "door_fault")
    fleet.alarm("L-0001", "door_fault", edge="cleared", opened_ms=AT_MS, at_ms=AT_MS + 1)
    fleet.alarm("L-0001", "entrapment", at_ms=AT_MS + MINUTE_MS)
    fleet.alarm("L-0002", "overload", at_ms=AT_MS + 2 * MINUTE_MS, estate="lakeside")
    fleet.alarm("L-0002", "free_fall", at_ms=AT_MS + 3 * MINUTE_MS, estate="lakeside")
    return fleet


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", "free_fall overload entrapment door_fault"),
        ("open=true", "free_fall overload entrapment"),
        ("state=closed", "door_fault"),
        ("severity=1,2", "free_fall entrapment door_fault"),
        ("severity=3&severity=2", "overload door_fault"),
        ("kind=overload&kind=entrapment,free_fall", "free_fall overload entrapment"),
        ("estate=garden", "entrapment door_fault"),
        ("lift=L-0002", "free_fall overload"),
        (f"from={rfc3339(AT_MS + 2 * MINUTE_MS)}", "free_fall overload"),
        (f"to={rfc3339(AT_MS + 2 * MINUTE_MS)}", "entrapment door_fault"),
        ("from=2026-03-02T16:16:00%2B08:00", "free_fall overload"),
        ("estate=garden&severity=1", "entrapment"),
        ("kind=ageing", ""),
    ],
)
def test_filters(client: TestClient, some: Fleet, query: str, kinds: str) -> None:
    """All filters given must hold; within one, any of its values."""
    del some
    answer = client.get(f"/v1/incidents?{query}")
    assert [one["kind"] for one in answer.json()["items"]] == kinds.split()
    assert answer.json()["next"] is None


def test_one_incident_is_as_the_stream_tells_it(client: TestClient, fleet: Fleet) -> None:
    """The shape is one and the same everywhere."""
    incident = fleet.alarm("L-0001", "overspeed", evidence={"speed_mps": 2.4})
    told = client.get(f"/v1/incidents/{incident.id}").json()
    (event,) = fleet.books.stream_after(0)
    assert told == event.data
    assert told | {"deadlines": []} == incident_data(incident)
    assert [one["name"] for one in told["deadlines"]] == ["acknowledge", "arrive"]
    assert client.get("/v1/incidents").json()["items"] == [told]


def test_pages_stay_whole_while_incidents_arrive(client: TestClient, fleet: Fleet) -> None:
    """Newer ones do not push older ones over the edge of a page, twice or never."""
    for number in range(10):
        fleet.alarm(f"L-{number:04}", "door_fault", at_ms=AT_MS + number // 2)
    seen: list[str] = []
    cursor = ""
    for turn in range(10):
        page = client.get(f"/v1/incidents?limit=3{cursor}").json()
        seen += [one["lift"] for one in page["items"]]
        fleet.alarm(f"new-{turn}", "door_fault", at_ms=AT_MS + MINUTE_MS + turn)
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == [f"L-{number:04}" for number in range(10)]


def test_the_largest_page(client: TestClient, books: SqlBooks) -> None:
    """500 are allowed."""
    del books
    assert client.get("/v1/incidents?limit=500").status_code == 200

"""`/v1/lifts`: what the register knows, how a lift stands, what is open on it."""

from starlette.testclient import TestClient

from liftwatch.clock import rfc3339
from tests.api.conftest import AT_MS, Fleet


def test_a_lift_tells_all_that_is_known_of_it(client: TestClient, fleet: Fleet) -> None:
    """Facts, state and the kinds of its open incidents stand side by side."""
    fleet.lift("L-0001", state={"floor": 4, "car_door": "open"})
    fleet.alarm("L-0001", "door_blocked")
    fleet.alarm("L-0001", "entrapment")
    told = client.get("/v1/lifts/L-0001").json()
    assert told["rescue_code"] == "063577"
    assert told["estate"] == "garden"
    assert told["manufacturer"] is None
    assert told["floors"][0] == {"index": 1, "label": "1", "height_m": 3.0}
    assert told["state"] == {"floor": 4, "car_door": "open"}
    assert told["state_at"] == rfc3339(AT_MS)
    assert told["open_incidents"] == ["entrapment", "door_blocked"]


def test_lifts_come_in_pages(client: TestClient, fleet: Fleet) -> None:
    """Every lift once, in order of its name, whatever is heard of meanwhile."""
    for number in range(7):
        fleet.lift(f"L-{number:04}")
    names, cursor = [], ""
    while True:
        page = client.get(f"/v1/lifts?limit=3{cursor}").json()
        names += [one["lift"] for one in page["items"]]
        fleet.lift("L-0000")
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert names == [f"L-{number:04}" for number in range(7)]


def test_only_an_estate(client: TestClient, fleet: Fleet) -> None:
    """The filter names one estate."""
    fleet.lift("L-0001")
    fleet.lift("L-0002", estate="lakeside")
    found = client.get("/v1/lifts?estate=lakeside").json()["items"]
    assert [one["lift"] for one in found] == ["L-0002"]

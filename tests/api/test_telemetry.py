"""`/v1/lifts/{lift}/telemetry`: raw points, steps, pages that never split a moment."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.clock import MINUTE_MS, now_ms, rfc3339
from liftwatch.ports import StoreUnavailable
from liftwatch.telemetry.messages import Message
from tests.api.conftest import AT_MS, Fleet

LIFT = "31103205832018080001"
Make = Callable[..., Message]
Ask = Callable[..., Any]


@pytest.fixture
def ask(client: TestClient, fleet: Fleet) -> Ask:
    """Asks for a kind in the hour after AT_MS."""
    fleet.lift(LIFT)

    def get(**query: Any) -> Any:
        bounds = {"from": rfc3339(AT_MS), "to": rfc3339(AT_MS + 60 * MINUTE_MS)}
        answer = client.get(f"/v1/lifts/{LIFT}/telemetry", params=bounds | query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


def test_raw_points(ask: Ask, store: EmbeddedStore, message: Make) -> None:
    """Each point has its time, its kind and what was said."""
    said = {"speed_mps": 1.5, "occupied": True, "floor_label": "B1"}
    store.write([message("state", said, at_ms=AT_MS)])
    point = {"at": rfc3339(AT_MS), "kind": "state"}
    assert ask(kind="state") == {"items": [point | said], "next": None}
    some = ask(kind="state", signal=["speed_mps", "occupied"])["items"][0]
    assert some == point | {"speed_mps": 1.5, "occupied": True}


def test_steps(ask: Ask, store: EmbeddedStore, message: Make) -> None:
    """Numbers are summed up, words give their last value."""
    store.write(
        [
            message("state", {"seq": n, "speed_mps": n, "car": car}, at_ms=AT_MS + n)
            for n, car in enumerate(["moving", "moving", "stopped"])
        ]
    )
    (point,) = ask(kind="state", step="5m")["items"]
    assert point["speed_mps"] == {"min": 0.0, "max": 2.0, "mean": 1.0}
    assert point["car"] == "stopped"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("step", [None, "60s"])
def test_pages(ask: Ask, store: EmbeddedStore, message: Make, limit: int, step: str | None) -> None:
    """Going back page by page finds every point once, though several share a moment."""
    moments = [0, 0, 0, 1, 1, 2, 60_000, 60_000, 120_001, 180_000]
    store.write(
        [
            message("door", {"seq": n, "reopens": n}, at_ms=AT_MS + moment)
            for n, moment in enumerate(moments)
        ]
    )
    query = {"kind": "door", "limit": limit} | ({"step": step} if step else {})
    whole = ask(**query | {"limit": 100})["items"]
    found: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in range(len(moments) + 1):
        page = ask(**query, **cursor)
        found = page["items"] + found
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    by = lambda one: (one["at"], str(one["reopens"]))  # noqa: E731 - a key
    assert sorted(found, key=by) == sorted(whole, key=by)
    assert len(whole) == (10 if step is None else 4)


def test_an_edge_keeps_its_own_time(ask: Ask, store: EmbeddedStore, message: Make) -> None:
    """`at` is the point's; the edge's stands beside it."""
    edge = {"panel": "car", "floor": 3, "button": "floor", "edge": "press", "at": rfc3339(AT_MS)}
    store.write([message("button", {"edges": [edge]}, at_ms=AT_MS + 9)])
    (point,) = ask(kind="button")["items"]
    assert point["kind"] == "button"
    assert point["edge"] == "press"
    assert point["at"].startswith(rfc3339(AT_MS)[:19])


def test_the_default_is_the_last_day(
    client: TestClient, fleet: Fleet, store: EmbeddedStore, message: Make
) -> None:
    """Without from and to."""
    fleet.lift(LIFT)
    store.write([message("ride", {"duration_s": 9}, at_ms=now_ms() - MINUTE_MS)])
    answer = client.get(f"/v1/lifts/{LIFT}/telemetry?kind=ride")
    assert [one["duration_s"] for one in answer.json()["items"]] == [9.0]


def test_a_store_that_is_away(
    client: TestClient, fleet: Fleet, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, to be asked again."""
    fleet.lift(LIFT)

    def away(_: object) -> None:
        raise StoreUnavailable("no route to host")

    monkeypatch.setattr(store, "read", away)
    answer = client.get(f"/v1/lifts/{LIFT}/telemetry?kind=ride")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

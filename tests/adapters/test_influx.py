"""What holds for a real InfluxDB alone: outages, a database that goes, an address of no use."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from liftwatch.adapters.influx import InfluxStore
from liftwatch.ports import StoreUnavailable, TelemetryQuery
from liftwatch.telemetry.messages import Message
from tests.adapters.conftest import AT_MS, LIFT, floors, states

Make = Callable[..., Message]


def ask(url: str, path: str, params: dict[str, str]) -> None:
    """A request behind the store's back, waiting for its answer: a query goes on until then."""
    with urlopen(Request(f"{url}{path}?{urlencode(params)}", data=b"", method="POST")) as response:
        response.read()


@pytest.fixture
def bucket() -> str:
    """A database of the test's own."""
    return f"test_{uuid.uuid4().hex}"


@pytest.fixture
def store(influx_url: str, bucket: str) -> Iterator[InfluxStore]:
    """An empty store on InfluxDB 1."""
    made = InfluxStore(influx_url, token="", org="", bucket=bucket)
    yield made
    made.close()


def test_a_database_that_was_dropped_is_made_again(
    store: InfluxStore, message: Make, *, influx_url: str, bucket: str
) -> None:
    """As in the beginning."""
    store.write(states(message, 3))
    ask(influx_url, "/query", {"q": f'DROP DATABASE "{bucket}"'})
    assert floors(store) == []
    store.write(states(message, 2))
    assert floors(store) == [0, 1]


def test_an_outage_is_unavailable_and_ends(own_influx: Any, message: Make, bucket: str) -> None:
    """What was stored before is there afterwards, and the same write succeeds."""
    store = InfluxStore(own_influx.url, token="", org="", bucket=bucket)
    store.write(states(message, 3))
    own_influx.stop()
    assert not store.is_ready()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        store.write(states(message, 3, 3))
    with pytest.raises(StoreUnavailable, match="does not answer"):
        floors(store)
    own_influx.start()
    assert store.is_ready()
    store.write(states(message, 3, 3))
    assert floors(store) == [0, 1, 2, 3, 4, 5]
    own_influx.stop(kill=True)
    own_influx.start()
    assert floors(store) == [0, 1, 2, 3, 4, 5]
    store.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://user:pw@nowhere.invalid", "odd"])
def test_an_address_of_no_use_is_unavailable(url: str, message: Make) -> None:
    """It may be that only the network is away."""
    store = InfluxStore(url, token="", org="", bucket="lift")
    assert not store.is_ready()
    with pytest.raises(StoreUnavailable) as caught:
        store.write(states(message, 1))
    assert "pw" not in str(caught.value)
    store.close()


def test_two_threads_write_through_an_outage(own_influx: Any, message: Make, bucket: str) -> None:
    """Each tries again until it works: nothing is lost, whatever the other forgot meanwhile."""
    store = InfluxStore(own_influx.url, token="", org="", bucket=bucket)
    store.write(states(message, 1))
    down, tried = Event(), Barrier(3)

    def write(half: int) -> None:
        waited = False
        for start in range(0, 2_000, 100):
            batch = states(message, 100, start)[half::2]
            while True:
                try:
                    store.write(batch)
                except StoreUnavailable:
                    if not waited:
                        waited = True
                        tried.wait(30)
                    down.wait(0.02)
                else:
                    break
            if start == 500:
                tried.wait(30)
                tried.wait(30)

    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write, half) for half in range(2)]
        tried.wait(30)
        own_influx.stop(kill=True)
        tried.wait(30)
        tried.wait(30)
        own_influx.start()
        for one in writing:
            one.result()
    query = TelemetryQuery(lift=LIFT, kind="state", from_ms=AT_MS, to_ms=AT_MS + 2_000)
    assert [row.at_ms - AT_MS for row in store.read(query)] == list(range(2_000))
    store.close()

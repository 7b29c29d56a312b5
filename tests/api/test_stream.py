"""`/v1/stream` over a real server: in order, without gap or double, whatever breaks off."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from api import feed, stream
from liftwatch.adapters.sql import SqlBooks
from liftwatch.ports import StoreUnavailable
from tests.api.conftest import AT_MS, Fleet, Serve

PATIENCE_S = 60


class Told(NamedTuple):
    """One event, as a client reads it."""

    name: str
    id: str
    data: Any


def read_events(response: http.client.HTTPResponse) -> Iterator[Told]:
    """Events, until the connection ends; comments are left out."""
    fields: dict[str, str] = {}
    for raw in response:
        line = raw.decode().rstrip("\n")
        if not line:
            if "data" in fields:
                yield Told(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


@contextmanager
def following(
    port: int, query: str = "", *, last: str = "", token: str = ""
) -> Iterator[Iterator[Told]]:
    """The events of one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Last-Event-ID": last} if last else {}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    connection.request("GET", f"/v1/stream{query}", headers=headers)
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    try:
        yield read_events(response)
    finally:
        response.close()
        connection.close()


def until(holds: Any) -> None:
    """Wait until something holds."""
    for _ in range(PATIENCE_S * 20):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("never")


def test_what_was_missed_then_what_comes(app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """A connection begins with the changes after its number and goes on live."""
    for number in range(5):
        fleet.alarm(f"L-{number:04}", "door_fault")
    with following(serve(app), "?after=2") as events:
        assert [next(events).id for _ in range(3)] == ["3", "4", "5"]
        incident = fleet.alarm("L-0009", "entrapment")
        told = next(events)
    assert (told.name, told.id) == ("incident", "6")
    assert told.data["id"] == incident.id


def test_no_gap_and_no_double_over_many_reconnections(
    app: FastAPI, fleet: Fleet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is cut off after every few events sees each change once, in order."""
    monkeypatch.setattr(feed, "POLL_S", 0.01)
    port, total = serve(app), 60

    def happen() -> None:
        for number in range(total):
            fleet.alarm(f"L-{number:04}", "door_fault")

    writer = threading.Thread(target=happen)
    writer.start()
    seen: list[int] = []
    while len(seen) < total:
        with following(port, "?event=incident", last=str(seen[-1]) if seen else "0") as events:
            seen += [int(next(events).id) for _ in range(min(7, total - len(seen)))]
    writer.join()
    assert seen == list(range(1, total + 1))


def test_the_ring_and_the_books_agree(
    app: FastAPI, fleet: Fleet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is further behind than the ring reaches reads from the books, page by page."""
    monkeypatch.setattr(stream, "READ", 3)
    monkeypatch.setattr(feed, "READ", 3)
    app.state.parts.feed._ring = feed.deque(maxlen=4)
    port = serve(app)
    with following(port, "?event=incident&after=0") as ahead:
        for number in range(20):
            fleet.alarm(f"L-{number:04}", "door_fault")
        assert [int(next(ahead).id) for _ in range(20)] == list(range(1, 21))
        with following(port, "?event=incident&after=0") as late:
            assert [int(next(late).id) for _ in range(20)] == list(range(1, 21))


def test_lifts_are_told_whole_and_then_when_they_change(
    app: FastAPI, fleet: Fleet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board first; then only what changed, in the same shape as `/v1/lifts/{lift}`."""
    monkeypatch.setattr(feed, "BOARD_S", 0.05)
    fleet.lift("L-0001")
    fleet.lift("L-0002")
    with following(serve(app), "?event=lift") as events:
        assert [next(events).data["lift"] for _ in range(2)] == ["L-0001", "L-0002"]
        fleet.lift("L-0002", state={"floor": 5})
        moved = next(events)
        assert (moved.data["lift"], moved.data["state"]) == ("L-0002", {"floor": 5})
        fleet.alarm("L-0001", "entrapment")
        troubled = next(events)
    assert troubled.data["lift"] == "L-0001"
    assert troubled.data["open_incidents"] == ["entrapment"]
    assert troubled.id == "1"


def test_only_what_was_asked_for(app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """By lift and by estate; the numbers of what is left out are skipped."""
    fleet.alarm("L-0001", "overload")
    fleet.alarm("L-0002", "overload", estate="lakeside")
    fleet.alarm("L-0001", "door_fault")
    port = serve(app)
    with following(port, "?after=0&lift=L-0001") as events:
        assert [next(events).id for _ in range(2)] == ["1", "3"]
    with following(port, "?after=0&estate=lakeside") as events:
        assert next(events).id == "2"


def test_a_page_is_told_of_its_own_lifts(app: FastAPI, fleet: Fleet, serve: Serve) -> None:
    """Of those between two names, at once and later; incidents of all lifts are told."""
    for name in ("L-0001", "L-0002", "L-0003", "L-0004"):
        fleet.lift(name)
    port = serve(app)
    with following(port, "?lifts_after=L-0001&lifts_until=L-0003") as told:
        assert {next(told).data["lift"] for _ in range(2)} == {"L-0002", "L-0003"}
        fleet.lift("L-0004", state={"floor": 5}, heard_ms=AT_MS + 1)
        fleet.alarm("L-0004", "door_fault")
        assert next(told).name == "incident"
        fleet.lift("L-0003", state={"floor": 5}, heard_ms=AT_MS + 1)
        later = next(told)
        assert (later.name, later.data["lift"]) == ("lift", "L-0003")


@pytest.mark.parametrize("lost", ["2", "99"])
def test_what_cannot_be_resumed_is_said(
    app: FastAPI, fleet: Fleet, books: SqlBooks, serve: Serve, lost: str
) -> None:
    """Forgotten changes, and numbers of another life of the stream, begin with a reset."""
    for number in range(10):
        fleet.alarm(f"L-{number:04}", "door_fault")
    with books.begin() as work:
        work.connection.execute(text("DELETE FROM stream WHERE n <= 6"))
    port = serve(app)
    with following(port, "?event=incident", last=lost) as events:
        assert next(events) == Told("reset", "10", {"after": int(lost), "head": 10})
        fleet.alarm("L-0099", "door_fault")
        assert next(events).id == "11"
    with following(port, "?event=incident", last="6") as events:
        assert next(events).id == "7"


def test_the_reading_ends_with_the_last_follower(app: FastAPI, serve: Serve) -> None:
    """Nobody follows, nobody reads; a connection that breaks off is noticed."""
    port, parts = serve(app), app.state.parts
    with following(port, "?alive=true"):
        until(lambda: parts.feed.followers == 1)
    until(lambda: parts.feed.followers == 0)
    assert parts.feed._task is None


def test_there_is_a_limit(app: FastAPI, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more follower than may follow is refused with a problem."""
    monkeypatch.setattr(feed, "FOLLOWERS_MAX", 1)
    port, parts = serve(app), app.state.parts
    with following(port):
        until(lambda: parts.feed.followers == 1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", "/v1/stream")
        response = connection.getresponse()
        assert (response.status, response.headers["retry-after"]) == (503, "5")
        connection.close()


def test_signs_of_life(app: FastAPI, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for it hears `alive`, which has no number of its own."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.1)
    with following(serve(app), "?alive=true") as events:
        told = next(events)
    assert (told.name, told.id) == ("alive", "")


def test_a_stream_without_books_ends(
    app: FastAPI,
    fleet: Fleet,
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stale stream would look like a calm fleet: it ends, and the client finds out."""
    port = serve(app)

    def away(*_: object) -> None:
        raise StoreUnavailable("the database has gone")

    with following(port) as events:
        until(lambda: app.state.parts.feed.followers == 1)
        monkeypatch.setattr(fleet.books, "stream_after", away)
        assert list(events) == []
    assert "the database has gone" in caplog.text
    monkeypatch.undo()
    with following(port, "?after=0") as events:
        fleet.alarm("L-0001", "entrapment", at_ms=AT_MS)
        assert next(events).id == "1"


def test_a_client_that_does_not_read_costs_nothing(
    app: FastAPI, fleet: Fleet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go on, the server stops in time, and nothing piles up for the one that sleeps."""
    monkeypatch.setattr(feed, "POLL_S", 0.01)
    port = serve(app)
    big = {"text": "x" * 100_000}
    with following(port, "?event=incident&after=0"), following(port, "?after=0") as events:
        for number in range(100):
            fleet.alarm(f"L-{number:04}", "door_fault", evidence=big)
        seen = [int(next(events).id) for _ in range(100)]
    assert seen == list(range(1, 101))
    assert len(app.state.parts.feed._ring) <= feed.RING

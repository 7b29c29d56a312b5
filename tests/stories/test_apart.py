"""Ingest, engine and API as processes of their own, which share broker and stores and no more."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.clock import now_ms, rfc3339

SECRET = "whsec_" + base64.b64encode(b"known to this test only!").decode()
LOOK_MS = 800  # a fifth of the time after which one is late
QUICK = {"LIFTWATCH_CANARY_S": "0.3", "LIFTWATCH_CANARY_LATE_S": "4"}


class Phone(ThreadingHTTPServer):
    """Whoever is woken up: takes every webhook and keeps what it says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Ringing)
        self.heard: list[dict[str, Any]] = []
        self.ids: list[str] = []

    @property
    def settings(self) -> dict[str, str]:
        """How the engine reaches it."""
        url = f"http://127.0.0.1:{self.server_port}/"
        return {"LIFTWATCH_ALARM_WEBHOOK_URL": url, "LIFTWATCH_ALARM_WEBHOOK_SECRET": SECRET}

    def types(self) -> list[str]:
        """What kinds of news it has heard, in order."""
        return [one["type"] for one in self.heard]

    def calls(self) -> dict[str, str]:
        """What it has heard by the id of each, under which a repetition is none."""
        return dict(zip(self.ids, self.types(), strict=True))


class _Ringing(BaseHTTPRequestHandler):
    server: Phone

    def do_POST(self) -> None:
        """Take it."""
        self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.ids.append(self.headers["webhook-id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def phone() -> Iterator[Phone]:
    """A real server."""
    with Phone() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def call(lifts: Any, lift: str, estate: str, *, seq: int) -> None:
    """Somebody presses the button."""
    said = {"v": 1, "terminal": f"T-{lift}", "boot": "b1", "seq": seq, "at": rfc3339(now_ms())}
    said |= {"id": f"call-{seq}", "phase": "raised"}
    lifts.publish(f"lift/v1/320583/{estate}/{lift}/emergency_call", said)


def calls(api: Any) -> list[tuple[str, str]]:
    """The incidents of emergency calls, as estate and lift."""
    found = api.incidents(kind="emergency_call")
    return sorted((one["estate"], one["lift"]) for one in found)


def test_two_processes_over_two_estates(
    mosquitto: Any,
    influx: Any,
    postgres_database: str,
    service: Any,
    publisher: Any,
    influx_rows: Any,
    until: Any,
) -> None:
    """Each hears its own; what is killed is missed by nobody else, and loses nothing."""
    stores = {
        "LIFTWATCH_MQTT_URL": mosquitto.url,
        "LIFTWATCH_INFLUX_URL": influx.url,
        "LIFTWATCH_DATABASE_URL": postgres_database,
        "LIFTWATCH_INFLUX_BUCKET": "apart",
        **QUICK,
    }
    garden = service(name="garden", command="ingest --estates garden", **stores)
    lake = service(name="lake", command="ingest --estates lake,hill", **stores)
    engine, api = (service(name=one, command=one, **stores) for one in ("engine", "api"))
    for one in (garden, lake, engine, api):
        one.start()
    until(lambda: garden.status("/readyz") == lake.status("/readyz") == 200, "both are ready")
    assert garden.status("/v1/lifts") == 404
    lifts = publisher(mosquitto.port)
    call(lifts, "LIFT-0001", "garden", seq=1)
    call(lifts, "LIFT-0002", "lake", seq=1)
    lifts.settle()
    both = [("garden", "LIFT-0001"), ("lake", "LIFT-0002")]
    until(lambda: calls(api) == both, "one incident of each estate")
    until(lambda: len(api.get("/v1/lifts")["items"]) == 2, "the board shows both")
    for each in (garden, lake):
        assert each.metric("liftwatch_publications_journaled_total") == 1
    until(lambda: api.status("/readyz") == 200, "the API knows of both")

    garden.kill()
    call(lifts, "LIFT-0003", "garden", seq=1)
    call(lifts, "LIFT-0004", "hill", seq=1)
    lifts.settle()
    both.insert(1, ("hill", "LIFT-0004"))
    until(lambda: calls(api) == both, "the other goes on alone")
    missed = until(lambda: api.get("/readyz")["parts"]["canary"], "the API misses the first")
    assert "(garden)" in missed

    garden.start()
    both.insert(1, ("garden", "LIFT-0003"))
    until(lambda: calls(api) == both, "what came meanwhile was kept by the broker")
    until(lambda: api.status("/readyz") == 200, "nobody is missed")
    until(
        lambda: stored(influx_rows, influx.url) == {lift for _, lift in both}, "all are in InfluxDB"
    )
    assert calls(api) == both
    assert [one.stop() for one in (garden, lake, engine, api)] == [0, 0, 0, 0]
    for one in (garden, lake, engine, api):
        assert "Traceback" not in one.log.read_text()


def stored(influx_rows: Any, url: str) -> set[str]:
    """The lifts whose calls InfluxDB has."""
    rows = influx_rows(url, 'SELECT phase, lift FROM apart.autogen."lift_emergency_call"')
    return {row["lift"] for row in rows}


@pytest.mark.parametrize("killed", ["as it rings", "when it is noted"])
def test_deaf_is_told_once_and_back_is_told_once(
    mosquitto: Any,
    influx: Any,
    postgres_database: str,
    service: Any,
    phone: Phone,
    until: Any,
    killed: str,
) -> None:
    """A broker that goes, two engines that die while it is away and come back.

    Killed between the sending and the note of it, an engine can only send once more: under the
    same id, by which it counts once.
    """
    stores = {
        "LIFTWATCH_MQTT_URL": mosquitto.url,
        "LIFTWATCH_INFLUX_URL": influx.url,
        "LIFTWATCH_DATABASE_URL": postgres_database,
        "LIFTWATCH_EXERCISE": "true",
        **QUICK,
        **phone.settings,
    }
    ingest = service(name="ingest", command="ingest", **stores)
    engine = service(name="engine", command="engine", **stores)
    second = service(name="second", command="engine", **stores)
    api = service(name="api", command="api", **stores)
    for one in (ingest, engine, second, api):
        one.start()
    books = open_books(postgres_database)
    until(books.known_heartbeats, "a canary comes through")
    until(lambda: api.get("/readyz")["parts"]["canary"] is None, "the API knows of it")

    mosquitto.stop()
    told = until(lambda: ingest.get("/readyz")["parts"]["canary"], "/readyz says it is late")
    assert told.startswith("no canary has come through for ")
    assert ingest.status("/readyz") == 503
    until(phone.types, "the phone rings, without a broker")
    if killed == "when it is noted":
        until(lambda: books.attempts("alarm"), "it is noted as told")
    engine.kill()
    second.kill()
    engine.start()
    second.start()
    started_ms = now_ms()
    until(lambda: looked_after(books, started_ms), "the engines look again")

    mosquitto.start()
    until(lambda: "ingest.back" in phone.types(), "the phone rings again")
    until(lambda: ingest.status("/readyz") == 200, "ingest is ready")
    until(lambda: api.status("/readyz") == 200, "so is the API")
    assert [engine.stop(), second.stop()] == [0, 0]
    assert list(phone.calls().values()) == ["ingest.deaf", "ingest.back"]
    if killed == "when it is noted":
        assert len(phone.heard) == 2
    deaf, back = phone.heard[0], phone.heard[-1]
    assert deaf["exercise"] is back["exercise"] is True
    assert "broker" in deaf["data"]["where"]
    assert deaf["data"]["came_through_at"] < back["data"]["deaf_since"] < back["timestamp"]
    assert ingest.log.read_text().count("canary is late") == 1
    assert api.get("/v1/lifts")["items"] == api.incidents() == []
    assert [one.verdict for one in books.attempts("alarm")] == ["delivered", "delivered"]
    books.close()


def looked_after(books: SqlBooks, moment_ms: int) -> bool:
    """Whether the engines have looked at the canaries since, and have settled it."""
    due_ms = [one.due_ms for one in books.deadlines() if one.what == "watch-canaries"]
    return bool(due_ms) and due_ms[0] > moment_ms + LOOK_MS

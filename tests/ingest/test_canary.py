"""The canary through a real broker: it counts nowhere, and says where the way ends."""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.canary import Plan
from ingest.consumer import TOPICS, Broker, Consumer
from ingest.decode import Publication
from ingest.flights import FLIGHTS_MAX, Flight, Flights
from ingest.journal import Journal
from ingest.notes import NOTE_ROOT
from ingest.pipeline import Pipeline
from ingest.replay import replay
from liftwatch import clock
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.ports import IncidentFilter, TelemetryQuery
from liftwatch.telemetry.topics import filters_of

NOW_MS = 1_772_439_247_420
LATE_S, NEVER_S = 1.5, 600.0
PAUSE_S = 0.02


def eventually(holds: Callable[[], Any], what: str) -> Any:
    """Wait until something holds."""
    end_s = clock.monotonic_s() + 120
    while not (got := holds()):
        assert clock.monotonic_s() < end_s, f"never: {what}"
        time.sleep(PAUSE_S)
    return got


def broker_at(url: str) -> Broker:
    """A broker of a fixture."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return Broker(parts.hostname, parts.port)


class Service:
    """Reception, detection and relay in this process."""

    def __init__(
        self, folder: Path, url: str, *, canary: bool = True, late_s: float = LATE_S
    ) -> None:
        broker = broker_at(url)
        self.books: SqlBooks = open_books(f"sqlite:///{folder}/books.sqlite")
        self.store = EmbeddedStore(folder / "telemetry.sqlite")
        self.pipeline = Pipeline(
            folder / "data",
            broker=broker,
            books=self.books,
            store=self.store,
            canary=Plan(broker, period_s=0.2, late_s=late_s) if canary else None,
        )
        self.pipeline.start()

    def stop(self) -> None:
        """End it."""
        self.pipeline.stop()
        self.store.close()
        self.books.close()

    def beats(self) -> int:
        """How many canaries have come through."""
        return sum(row.beats for row in self.books.known_heartbeats())

    def metric(self, name: str, **labels: str) -> float:
        """One metric, or 0."""
        return self.pipeline.counts.registry.get_sample_value(name, labels) or 0.0


Make = Callable[..., Service]


@pytest.fixture
def service(tmp_path: Path, mosquitto: Any) -> Iterator[Make]:
    """Makes services of one broker; they end with the test."""
    made: list[Service] = []

    def make(name: str = "one", **options: Any) -> Service:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        made.append(Service(folder, mosquitto.url, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_it_comes_through_and_counts_nowhere(service: Make) -> None:
    """Stored, noted, measured; but no message, no lift, no incident, nor are those of others."""
    one, other = service(late_s=NEVER_S), service("other", canary=False)
    eventually(lambda: one.beats() >= 5, "five canaries come through")
    eventually(lambda: other.pipeline.detection.batch >= 5, "the other has heard them")
    canary = one.pipeline.canary
    assert canary is not None
    query = TelemetryQuery(
        lift=canary.name, kind="health", from_ms=0, to_ms=clock.now_ms() + 1, signals=("seq",)
    )
    rows = one.store.read(query)
    assert len(rows) >= 5
    for each in (one, other):
        assert each.metric("liftwatch_publications_journaled_total") == 0
        assert each.metric("liftwatch_messages_total", kind="health") == 0
        assert each.metric("liftwatch_messages_stored_total") == 0
        assert each.pipeline.detection.fleet.banks == {}
        assert each.books.lifts() == []
        assert each.books.incidents(IncidentFilter()).items == []
    assert one.pipeline.readiness()["canary"] is None
    assert "canary" not in other.pipeline.readiness()
    assert 0 < one.metric("liftwatch_canary_seconds", what="round_trip") < NEVER_S
    assert one.metric("liftwatch_canary_seconds", what="age") < NEVER_S


def test_it_says_that_the_broker_is_away(service: Make, mosquitto: Any) -> None:
    """And comes through again by itself when it is back."""
    one = service()
    eventually(one.beats, "a canary comes through")
    mosquitto.stop()
    away = re.compile("no canary has come through for .*(published|acknowledged)")
    eventually(lambda: away.match(one.pipeline.readiness()["canary"] or ""), "it is late")
    (row,) = one.books.known_heartbeats()
    eventually(lambda: one.books.known_heartbeats()[0].stuck, "the books know where")
    mosquitto.start()
    eventually(lambda: one.pipeline.readiness()["canary"] is None, "it comes through again")
    eventually(lambda: one.beats() > row.beats, "the books know it")
    eventually(lambda: one.books.known_heartbeats()[0].stuck is None, "and nothing else")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("consumer", "acknowledged, not received into the journal"),
        ("detection", "stored, not seen by detection"),
        ("relay", "judged, not in the telemetry store"),
    ],
)
def test_it_says_which_part_does_not_pass_it_on(service: Make, part: str, told: str) -> None:
    """The one that stands still."""
    one = service()
    eventually(one.beats, "a canary comes through")
    halt(one.pipeline, part)
    eventually(
        lambda: told in (one.pipeline.readiness()["canary"] or ""), f"{part} is told to stand still"
    )


def halt(pipeline: Pipeline, part: str) -> None:
    """Let a part stand still until it is stopped."""
    if part == "consumer":
        pipeline.consumer._client.unsubscribe("lift/v1/#")
    else:
        getattr(pipeline, part).step = lambda: False


def test_a_replay_leaves_it_out() -> None:
    """A recording of everything holds canaries, too."""
    said = {"v": 1, "terminal": "canary-1f2e", "boot": "b", "seq": 1, "at": clock.rfc3339(NOW_MS)}
    line = {
        "topic": "lift/v1/000000/canary/1f2e/health",
        "payload": said,
        "received_at": clock.rfc3339(NOW_MS),
    }
    counts = replay([json.dumps(line).encode()], MemoryBooks(), dead_letter=pytest.fail)
    assert (counts.lines, counts.messages) == (1, 0)


def test_what_is_on_its_way_is_bounded() -> None:
    """However long nothing comes through."""
    flights = Flights(topic="t", terminal="canary-1f2e", boot="b")
    for seq in range(1, 3 * FLIGHTS_MAX):
        flights.leave(Flight(seq, b"", NOW_MS, 0.0))
    assert len(flights._flights) == FLIGHTS_MAX
    flights.reached(1, "judged")  # long given up
    assert flights.standing() == (None, ("published",))


def test_somebody_elses_message_under_its_topic_is_not_it() -> None:
    """Neither bytes it did not send, nor a canary of an earlier start."""
    flights = Flights(topic="t", terminal="canary-1f2e", boot="b")
    flights.leave(Flight(1, b"mine", NOW_MS, 0.0))
    flights.journaled([Publication("t", b"forged", NOW_MS), Publication("x", b"mine", NOW_MS)])
    assert flights.standing() == (None, ("published",))
    flights.journaled([Publication("t", b"mine", NOW_MS)])
    assert flights.standing()[0] == "journaled"


def listen(folder: Path, url: str, topics: Sequence[str]) -> tuple[Consumer, Journal]:
    """A consumer over a folder."""
    journal = Journal(folder / "journal.sqlite")
    consumer = Consumer(
        broker_at(url),
        journal,
        client_id=f"liftwatch-{journal.id}",
        on_batch=lambda _: None,
        topics=topics,
    )
    consumer.start()
    eventually(lambda: consumer.trouble is None, "it is connected")
    return consumer, journal


def test_a_session_unsubscribes_what_it_no_longer_wants(tmp_path: Path, mosquitto: Any) -> None:
    """The broker keeps a session's subscriptions; a start with other estates takes them back."""
    consumer, journal = listen(tmp_path, mosquitto.url, filters_of(["garden"], canary=None))
    consumer.stop()
    journal.close()
    consumer, journal = listen(tmp_path, mosquitto.url, filters_of(["lake"], canary="1f2e"))
    wanted = ["lift/v1/+/lake/#", "lift/v1/000000/canary/1f2e/#"]
    noted = json.dumps(sorted(wanted), separators=(",", ":"))
    eventually(lambda: journal.about(TOPICS) == noted, "garden is unsubscribed")
    lifts = mqtt.Client(CallbackAPIVersion.VERSION2)
    lifts.connect("127.0.0.1", mosquitto.port)
    lifts.loop_start()
    for estate in ("garden", "lake", "garden", "lake"):
        lifts.publish(f"lift/v1/320583/{estate}/LIFT-0001/state", b"{}", qos=1).wait_for_publish(30)
    lifts.publish("lift/v1/000000/canary/1f2e/health", b"{}", qos=1).wait_for_publish(30)
    lifts.disconnect()
    lifts.loop_stop()

    def topics() -> list[str]:
        heard = [one.topic for batch in journal.read(0) for one in batch.publications]
        return [topic for topic in heard if not topic.startswith(NOTE_ROOT)]

    eventually(lambda: len(topics()) >= 3, "what is wanted is heard")
    consumer.stop()
    assert [topic.split("/")[3] for topic in topics()] == ["lake", "lake", "canary"]
    journal.close()

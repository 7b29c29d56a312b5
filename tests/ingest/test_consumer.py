"""Reception from a real broker into a journal, in trouble of every kind."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest import consumer as module
from ingest.consumer import Broker, Consumer
from ingest.journal import Journal
from ingest.notes import LINK_DOWN, LINK_UP, STEP
from liftwatch import clock
from tests.conftest import Mosquitto

TOPIC = "lift/v1/320583/garden/L-0001/state"
PATIENCE_S = 60.0


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something to come true."""
    end_s = clock.monotonic_s() + PATIENCE_S
    while not true():
        assert clock.monotonic_s() < end_s, f"waited in vain: {what}"
        time.sleep(0.02)


class Reception:
    """A consumer over a folder, and what it has journaled."""

    def __init__(self, folder: Path, broker: Mosquitto, *, bytes_max: int = 2**30) -> None:
        self.journal = Journal(folder / "journal.sqlite", bytes_max=bytes_max)
        self.consumer = Consumer(
            Broker("127.0.0.1", broker.port),
            self.journal,
            client_id=f"test-{self.journal.id}",
            on_batch=lambda _: None,
        )
        self.consumer.start()

    def entries(self) -> list[tuple[str, bytes]]:
        """Everything in the journal."""
        found, after = [], 0
        while batches := list(self.journal.read(after)):
            after = batches[-1].id
            found += [(one.topic, one.payload) for b in batches for one in b.publications]
        return found

    def numbers(self) -> list[int]:
        """The numbers published, as they were journaled."""
        return [int(payload) for topic, payload in self.entries() if topic[:1] != "$"]

    def stop(self) -> None:
        """End it."""
        self.consumer.stop()
        self.journal.close()


@pytest.fixture
def reception(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Reception]:
    """One that is connected."""
    one = Reception(tmp_path, mosquitto)
    until(lambda: one.consumer.trouble is None, "connected")
    yield one
    one.stop()


def publish(
    broker: Mosquitto,
    numbers: range,
    *,
    qos: int = 1,
    protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
) -> None:
    """Publish numbers, and wait until the broker has them."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for info in [client.publish(TOPIC, str(n).encode(), qos=qos) for n in numbers]:
        info.wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_protocol_and_quality_arrives(
    reception: Reception, mosquitto: Mosquitto, protocol: MQTTProtocolVersion, qos: int
) -> None:
    """In order, each once."""
    publish(mosquitto, range(3_000), protocol=protocol, qos=qos)
    until(lambda: len(reception.numbers()) >= 3_000, "all are journaled")
    assert reception.numbers() == list(range(3_000))


def test_large_and_small_ones_follow_each_other(reception: Reception, mosquitto: Mosquitto) -> None:
    """A payload of megabytes is longer than what is read at once."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    sizes = [5, 3_000_000, 0, 70, 300_000, 262_144, 262_100, 1]
    for size in sizes:
        client.publish(TOPIC, b"x" * size, qos=1).wait_for_publish(PATIENCE_S)
    until(lambda: len(reception.entries()) >= len(sizes) + 2, "all are journaled")
    client.disconnect()
    client.loop_stop()
    got = [len(payload) for topic, payload in reception.entries() if topic == TOPIC]
    assert got == sizes


def test_a_broker_that_was_stopped_is_found_again(
    reception: Reception, mosquitto: Mosquitto
) -> None:
    """What it was given meanwhile comes, and the journal knows when we could not hear."""
    publish(mosquitto, range(100))
    until(lambda: len(reception.numbers()) == 100, "the first are journaled")
    mosquitto.stop()
    until(lambda: reception.consumer.trouble is not None, "it is missed")
    mosquitto.start()
    publish(mosquitto, range(100, 200))
    until(lambda: len(set(reception.numbers())) == 200, "the others are journaled")
    assert sorted(set(reception.numbers())) == list(range(200))
    notes = [topic for topic, _ in reception.entries() if topic[:1] == "$"]
    assert notes == [LINK_DOWN, LINK_UP, LINK_DOWN, LINK_UP]


def test_a_full_journal_acknowledges_nothing_until_there_is_room(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it could not take is still the broker's to hand out, after a restart too."""
    monkeypatch.setattr(module, "JOURNAL_PAUSE_S_MAX", 0.2)
    one = Reception(tmp_path, mosquitto, bytes_max=40_000)
    until(lambda: one.consumer.trouble is None, "connected")
    publish(mosquitto, range(5_000))
    until(lambda: one.consumer.full is not None, "it is full")
    assert "limit" in (one.consumer.full or "")
    held = one.numbers()
    assert 500 < len(held) < 5_000
    one.stop()
    two = Reception(tmp_path, mosquitto, bytes_max=40_000)
    seen: set[int] = set()
    end_s = clock.monotonic_s() + PATIENCE_S
    while len(seen) < 5_000:
        assert clock.monotonic_s() < end_s, f"only {len(seen)} came"
        seen.update(two.numbers())
        two.journal.drop(two.journal.head(), before_ms=0)
        time.sleep(0.05)
    until(lambda: two.consumer.full is None, "it accepts again")
    two.stop()
    assert seen | set(held) == set(range(5_000))


def test_an_acknowledgement_does_not_outlive_its_connection(
    tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same number may mean another message on the next one: nothing is acknowledged unread."""
    one = Reception(tmp_path, mosquitto)
    until(lambda: one.consumer.trouble is None, "connected")
    late: list[tuple[list[bytes], int]] = []
    acknowledge = one.consumer._client.acknowledge
    monkeypatch.setattr(
        one.consumer._client, "acknowledge", lambda mids, of: late.append((mids, of))
    )
    publish(mosquitto, range(50))
    until(lambda: len(one.numbers()) == 50, "journaled, and not acknowledged")
    mosquitto.stop()
    until(lambda: one.consumer.trouble is not None, "it is missed")
    mosquitto.start()
    until(lambda: one.consumer.trouble is None, "connected again")
    until(lambda: len(one.numbers()) == 100, "handed out again")
    for mids, of in late[:1]:
        acknowledge(mids, of)
    one.stop()
    two = Reception(tmp_path, mosquitto)
    until(lambda: len(two.numbers()) == 150, "and again, for nobody has acknowledged it")
    two.stop()


@pytest.mark.parametrize("by_ms", [3_600_000, -3_600_000, 10_000])
def test_a_clock_that_is_set_is_followed_and_told(
    reception: Reception, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch, by_ms: int
) -> None:
    """`received_at` is right from then on, and the journal has the step in its place."""
    publish(mosquitto, range(10))
    until(lambda: len(reception.numbers()) == 10, "the first are journaled")
    true = clock.now_ms
    monkeypatch.setattr(clock, "now_ms", lambda: true() + by_ms)
    publish(mosquitto, range(10, 20))
    until(lambda: len(reception.numbers()) == 20, "the others are journaled")
    publications = [one for b in reception.journal.read(0) for one in b.publications]
    steps = [k for k, one in enumerate(publications) if one.topic == STEP]
    assert len(steps) == 1
    assert abs(int(publications[steps[0]].payload) - by_ms) < 2_000
    gap_ms = publications[-1].received_ms - publications[steps[0] - 1].received_ms
    assert abs(gap_ms - by_ms) < 20_000
    assert [one.payload for one in publications[steps[0] + 1 :]] == [
        str(n).encode() for n in range(10, 20)
    ]
    assert abs(reception.consumer.settled_ms() - true() - by_ms) < 2_000


def test_a_session_forgets_what_it_is_not_to_hear_any_more(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """Its filters have changed since the last start."""
    journal = Journal(tmp_path / "journal.sqlite")
    broker = Broker("127.0.0.1", mosquitto.port)
    for topics in (["lift/v1/+/garden/#", "lift/v1/+/park/#"], ["lift/v1/+/park/#"]):
        consumer = Consumer(
            broker, journal, client_id="estates", on_batch=lambda _: None, topics=topics
        )
        consumer.start()
        until(lambda: consumer.trouble is None, "connected")  # noqa: B023 - this round's
        consumer.stop()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    for estate in ("garden", "park"):
        topic = f"lift/v1/320583/{estate}/L-0001/state"
        client.publish(topic, b"1", qos=1).wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()
    again = Consumer(
        broker, journal, client_id="estates", on_batch=lambda _: None, topics=["lift/v1/+/park/#"]
    )
    again.start()
    heard: list[str] = []
    until(lambda: bool(heard.extend(topics_of(journal)) or heard), "something came")
    again.stop()
    assert set(heard) == {"lift/v1/320583/park/L-0001/state"}
    journal.close()


def topics_of(journal: Journal) -> list[str]:
    """Of the publications in a journal."""
    return [o.topic for b in journal.read(0) for o in b.publications if o.topic[:1] != "$"]

"""A fleet on a real broker: everything arrives once, retained where it must be."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from liftwatch.clock import MINUTE_MS, now_ms
from simulators.fleet import Fleet, make_fleet
from simulators.publish import Published, publish
from tests.simulators.runs import SEED, START_MS

MOSQUITTO = Path("/usr/sbin/mosquitto")
FAST = 1e9
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(not MOSQUITTO.exists(), reason="needs mosquitto")


def free_port() -> int:
    """A loopback port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def broker(folder: Path, port: int) -> Iterator[None]:
    """A mosquitto of our own that loses nothing."""
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "max_queued_messages 0\nmax_inflight_messages 2000\nlog_type error\n"
    )
    process = subprocess.Popen([str(MOSQUITTO), "-c", str(config)])
    try:
        eventually(lambda: is_listening(port))
        yield
    finally:
        process.terminate()
        process.wait()


def is_listening(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def listener(port: int) -> Iterator[list[MQTTMessage]]:
    """What a subscriber of everything receives."""
    received: list[MQTTMessage] = []
    subscribed = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda *heard: received.append(heard[2])
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.subscribe("lift/v1/#", qos=1)
    client.loop_start()
    try:
        assert subscribed.wait(PATIENCE_S)
        yield received
    finally:
        client.disconnect()
        client.loop_stop()


def small_fleet() -> Fleet:
    """Three lifts, each time the same."""
    return make_fleet(seed=SEED, lifts=3, start_ms=START_MS)


def test_every_message_arrives_once_and_what_is_to_stay_stays(tmp_path: Path) -> None:
    """A first subscriber hears all of it, a later one the last of each retained kind."""
    until_ms = START_MS + 20 * MINUTE_MS
    expected = [
        (sent.topic, msgspec.json.encode(sent.payload)) for sent in small_fleet().run(until_ms)
    ]
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    with broker(tmp_path, port):
        with listener(port) as received:
            told = publish(
                small_fleet(), url=url, until_ms=until_ms, speed=FAST, stop=threading.Event()
            )
            eventually(lambda: len(received) >= len(expected))
            assert [(message.topic, message.payload) for message in received] == expected
        assert told == Published(len(expected), len(expected))
        with listener(port) as retained:
            eventually(lambda: len(retained) >= 9)
            kinds = sorted(message.topic.rsplit("/", 1)[1] for message in retained)
            assert kinds == ["online"] * 3 + ["register"] * 3 + ["state"] * 3


def test_a_broker_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    """The publisher starts first, keeps trying, and loses nothing."""
    until_ms = START_MS + 2 * MINUTE_MS
    port, told = free_port(), list[Published]()

    def run() -> None:
        url = f"mqtt://127.0.0.1:{port}"
        stop = threading.Event()
        told.append(publish(small_fleet(), url=url, until_ms=until_ms, speed=FAST, stop=stop))

    thread = threading.Thread(target=run)
    thread.start()
    with broker(tmp_path, port):
        thread.join(PATIENCE_S)
    assert told[0].acknowledged == told[0].sent == len(list(small_fleet().run(until_ms)))


def test_in_real_time_it_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    """A fleet a little behind catches up, then waits for the clock; stopping is clean."""
    port, stop, told = free_port(), threading.Event(), list[Published]()
    fleet = make_fleet(seed=SEED, lifts=2, start_ms=now_ms() - 30_000)

    def run() -> None:
        url = f"mqtt://127.0.0.1:{port}"
        told.append(publish(fleet, url=url, until_ms=None, speed=1.0, stop=stop))

    with broker(tmp_path, port), listener(port) as received:
        thread = threading.Thread(target=run)
        thread.start()
        eventually(lambda: len(received) >= 8)
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        assert told[0].acknowledged == told[0].sent
    assert fleet.now_ms <= now_ms() + MINUTE_MS


def test_stopping_ends_the_wait_for_a_broker() -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    url = f"mqtt://127.0.0.1:{free_port()}"
    assert publish(small_fleet(), url=url, until_ms=None, speed=1.0, stop=stop).sent == 0


@pytest.mark.parametrize("url", ["http://host", "mqtt://", "host:1883", "mqtt://host:port"])
def test_what_is_no_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        publish(small_fleet(), url=url, until_ms=None, speed=1.0, stop=threading.Event())

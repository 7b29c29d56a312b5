"""`make bench`: how fast a backlog is drained, beside a bare subscriber of the same broker.

The publisher has stopped before either begins. Ours counts as done when every message is in the
journal, judged by the detectors and stored in InfluxDB.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import paho.mqtt.client as mqtt
import psutil
from paho.mqtt.enums import CallbackAPIVersion

from bench import bare
from liftwatch.clock import now_ms, rfc3339
from tests.conftest import Influx, Mosquitto, Server, free_port

COUNT = int(os.environ.get("BENCH_N", "50000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LIFTS = 200


class Drained(NamedTuple):
    """One drain: wall seconds, CPU seconds, and resident memory at its end in MiB."""

    seconds: float
    cpu: float
    memory: float = 0.0


def publish(port: int, *, first: int, count: int) -> None:
    """States of moving lifts, 300 bytes each, until the broker has acknowledged them all."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(2_000)
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    at_ms = now_ms()
    infos = []
    for n in range(first, first + count):
        lift, seq = f"BENCH-{n % LIFTS:04d}", n // LIFTS
        payload = {
            "v": 1,
            "terminal": f"T-{lift}",
            "boot": "b1",
            "seq": seq,
            "at": rfc3339(at_ms + n // LIFTS % 500),
            "service_mode": "normal",
            "car": "moving",
            "direction": "up",
            "floor": seq % 20,
            "position_m": seq * 0.5 % 60,
            "speed_mps": 1.0,
            "in_door_zone": False,
            "doors_closed": True,
            "doors_locked": True,
            "brake": "lifted",
            "run_command": True,
        }
        topic = f"lift/v1/320583/bench/{lift}/state"
        infos.append(client.publish(topic, json.dumps(payload), qos=1))
    for info in infos:
        info.wait_for_publish(120)
    client.disconnect()
    client.loop_stop()


class Ours:
    """`liftwatch run` over one folder."""

    def __init__(self, folder: Path, *, broker: Mosquitto, influx: Influx) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = os.environ | {
            "LIFTWATCH_MQTT_URL": broker.url,
            "LIFTWATCH_INFLUX_URL": influx.url,
            "LIFTWATCH_DATA_DIR": str(folder),
            "LIFTWATCH_HTTP": f"127.0.0.1:{self.port}",
        }

    @contextmanager
    def running(self) -> Iterator[psutil.Process]:
        """The service, from when it answers until it has ended."""
        process = psutil.Popen(
            [sys.executable, "-m", "liftwatch", "run"],
            env=self.environment,
            stderr=subprocess.DEVNULL,
        )
        while self.metrics() is None:
            time.sleep(0.05)
        yield process
        process.terminate()
        process.wait(60)

    def metrics(self) -> dict[str, float] | None:
        """Its counters, None while it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except URLError:
            return None
        pairs = (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")
        return {name: float(value) for name, value in pairs}

    def drain(self, count: int, idle_cpu: float, *, after_batch: int) -> Drained:
        """Start it on the backlog; measured from the first message it received."""
        with self.running() as process:
            while True:
                seen = self.metrics() or {}
                judged = seen.get('liftwatch_messages_total{kind="state"}', 0)
                if min(judged, seen.get("liftwatch_messages_stored_total", 0)) >= count:
                    break
                time.sleep(0.1)
            done_ms = now_ms()
            times = process.cpu_times()
            memory = process.memory_info().rss / 2**20
            began_ms = self.first_received_ms(after_batch)
        seconds = (done_ms - began_ms) / 1000
        return Drained(seconds, times.user + times.system - idle_cpu, memory)

    def first_received_ms(self, after_batch: int) -> int:
        """When the backlog began to arrive, by the journal."""
        import msgspec

        with sqlite3.connect(self.folder / "journal.sqlite") as db:
            query = "SELECT body FROM batch WHERE id > ? ORDER BY id LIMIT 1"
            (body,) = db.execute(query, (after_batch,)).fetchone()
        return int(msgspec.msgpack.decode(body)[0][2])

    def last_batch(self) -> int:
        """The journal's newest row."""
        with sqlite3.connect(self.folder / "journal.sqlite") as db:
            query = "SELECT seq FROM sqlite_sequence WHERE name='batch'"
            row = db.execute(query).fetchone()
        return int(row[0]) if row else 0


def idle_cpu_s(ours: Ours) -> float:
    """CPU that starting takes, with nothing to receive; it leaves the session behind."""
    with ours.running() as process:
        while urlopen(f"http://127.0.0.1:{ours.port}/readyz", timeout=5).status != 200:
            time.sleep(0.1)
        times = process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def started(*servers: Server) -> Iterator[None]:
    """Servers, started now and stopped at the end."""
    for server in servers:
        if isinstance(server, Mosquitto):
            server.prepare()
        server.start()
    yield
    for server in servers:
        server.stop()


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory(prefix="liftwatch-bench-") as name:
        folders = {part: Path(name) / part for part in ("mosquitto", "influx", "ours")}
        for folder in folders.values():
            folder.mkdir()
        broker = Mosquitto(folders["mosquitto"], free_port())
        influx = Influx(folders["influx"], free_port())
        with started(broker, influx):
            bare.subscribe(broker.port)
            ours = Ours(folders["ours"], broker=broker, influx=influx)
            idle = idle_cpu_s(ours)
            print(f"{COUNT} messages at QoS 1 in the broker's queue, {os.cpu_count()} cores")
            print(f"{'':10}{'msg/s':>10}{'CPU µs/msg':>12}{'MiB':>8}")
            for k in range(ROUNDS):
                publish(broker.port, first=k * COUNT, count=COUNT)
                show("bare paho", by_bare(broker.port))
                mine = ours.drain(COUNT, idle, after_batch=ours.last_batch())
                show("liftwatch", mine)


def by_bare(port: int) -> Drained:
    """The bare subscriber, in a process of its own."""
    command = [sys.executable, "-m", "bench.bare", str(port), str(COUNT)]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return Drained(*map(float, printed.split()))


def show(name: str, drained: Drained) -> None:
    """One line of the table."""
    rate, cpu = COUNT / drained.seconds, drained.cpu / COUNT * 1e6
    memory = f"{drained.memory:8.0f}" if drained.memory else ""
    print(f"{name:10}{rate:10.0f}{cpu:12.1f}{memory}", flush=True)


if __name__ == "__main__":
    main()

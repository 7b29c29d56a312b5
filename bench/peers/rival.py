"""The peers as a table, and what is measured of each: drain, latency, and one run of faults."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import psutil

from bench import bare, load
from bench.influx import count_points, make_database, points_of, query
from bench.peers import node_red
from bench.proxy import Proxy
from liftwatch.clock import now_ms
from tests.conftest import Influx, Mosquitto, free_port

ESTATE = "bench"
READY_S = 60.0
LOOK_S = 0.25
FAULT_RATE, FAULT_LIFTS = 1_000, 50
FAULT_S = float(os.environ.get("BENCH_FAULT_S", "20"))
REFUSE_AT_S, REFUSE_FOR_S, KILL_AFTER_S = FAULT_S * 0.2, FAULT_S * 0.4, FAULT_S * 0.05
"""8 s of HTTP 503, then kill -9 while the rest of it is under way."""
STILL_S = max(FAULT_S * 0.6, 4.0)
"""Nobody waits that long between two attempts of a write."""
DATABASE = "peer"


class Ports(NamedTuple):
    """Where the broker and InfluxDB listen."""

    broker: int
    influx: int


class Peer(NamedTuple):
    """A row: how it is started, and of how many messages the drain is, as a part of the usual."""

    name: str
    client_id: str
    command: Callable[[Path, Ports], list[str]]
    share: float = 1.0
    missing: Callable[[], str | None] = lambda: None


def _python(how: str) -> Callable[[Path, Ports], list[str]]:
    def command(folder: Path, ports: Ports) -> list[str]:
        folder.mkdir(parents=True, exist_ok=True)
        url = f"http://127.0.0.1:{ports.influx}"
        module = "bench.peers.paho_influx"
        return [sys.executable, "-m", module, str(ports.broker), url, DATABASE, how]

    return command


def _node_red(folder: Path, ports: Ports) -> list[str]:
    return node_red.command(folder, port=ports.broker, influx_port=ports.influx, database=DATABASE)


PEERS = (
    Peer("paho + influxdb-client batching", "peer-batching", _python("batching"), 0.5),
    Peer("paho + influxdb-client synchronous", "peer-synchronous", _python("synchronous"), 0.05),
    Peer("Node-RED, influxdb batch", node_red.CLIENT_ID, _node_red, 0.5, node_red.install),
)


class Running(Protocol):
    """A peer, or ours, under one roof."""

    def start(self) -> None:
        """Begin to receive; a session of before is taken up."""

    def kill(self) -> None:
        """End at once."""


class Process:
    """A peer over one broker and one InfluxDB, which may stand behind a proxy."""

    def __init__(self, peer: Peer, folder: Path, ports: Ports) -> None:
        self._command = peer.command(folder, ports)
        self._log = folder / "log"
        self.process: psutil.Popen | None = None

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self.process = psutil.Popen(
                self._command,
                cwd=Path(__file__).parents[2],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def cpu_s(self) -> float:
        """What it has used."""
        assert self.process is not None
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """Resident, in MiB."""
        assert self.process is not None
        return float(self.process.memory_info().rss / 2**20)


class Faulty(NamedTuple):
    """What a run of faults left: acknowledged by the broker, stored, lost, and points too many."""

    published: int
    stored: int
    lost: int
    doubled: int

    def row(self, name: str) -> str:
        """A line of the table."""
        share = self.lost / self.published
        return f"{name:<44}{self.published:>10}{self.lost:>8} ({share:6.1%}){self.doubled:>9}"


def stored(influx: Influx, database: str = DATABASE) -> int:
    """How many states there are."""
    return count_points(influx.url, ["state"], database=database, estate=ESTATE)


@contextmanager
def session(peer: Peer, broker: Mosquitto, influx: Influx, *, process: Process) -> Iterator[None]:
    """Its session at the broker, subscribed; forgotten at the end."""
    make_database(influx.url, DATABASE)
    process.start()
    end_s = time.monotonic() + READY_S
    for n in range(10_000):
        load.publish(broker.port, load.single(1, lifts=1, first=n))
        if stored(influx):
            break
        if time.monotonic() > end_s:
            raise RuntimeError(f"{peer.name} stores nothing")
        time.sleep(LOOK_S)
    process.kill()
    settled(influx)
    make_database(influx.url, DATABASE)
    try:
        yield
    finally:
        process.kill()
        bare.end_session(broker.port, peer.client_id)


def settled(influx: Influx, *, database: str = DATABASE, least_s: float = 1.0) -> int:
    """How many are stored when no more come for a while."""
    count, since_s = -1, time.monotonic()
    while time.monotonic() - since_s < least_s:
        now = stored(influx, database)
        if now != count:
            count, since_s = now, time.monotonic()
        time.sleep(LOOK_S)
    return count


def drain(peer: Peer, broker: Mosquitto, influx: Influx, *, folder: Path, count: int) -> str:
    """A line of the upper half: from the first look that finds something stored to the last."""
    count = max(int(count * peer.share), 100)
    process = Process(peer, folder, Ports(broker.port, influx.port))
    with session(peer, broker, influx, process=process):
        load.publish(broker.port, load.single(count, lifts=200))
        process.start()
        begin_s, first, cpu = time.monotonic(), 0, 0.0
        while not first:
            time.sleep(LOOK_S / 5)
            begin_s, cpu, first = time.monotonic(), process.cpu_s(), stored(influx)
        found, moved_s = first, time.monotonic()
        while found < count and time.monotonic() - moved_s < STILL_S:
            time.sleep(LOOK_S)
            if (now := stored(influx)) != found:
                found, moved_s = now, time.monotonic()
        seconds = max(moved_s - begin_s, LOOK_S)
        used, memory = process.cpu_s() - cpu, process.memory()
    done = max(found - first, 1)
    short = "" if found >= count else f"  ({count - found} of {count} not stored)"
    rate, each = done / seconds, used / done * 1e6
    return f"{peer.name:<44}{rate:>10.0f}{each:>12.1f}{memory:>8.0f}{short}"


def latency(
    peer: Peer, broker: Mosquitto, influx: Influx, *, folder: Path, rate: int, for_s: float
) -> str:
    """A line of the middle: from publishing to readable in InfluxDB."""
    process = Process(peer, folder, Ports(broker.port, influx.port))
    with session(peer, broker, influx, process=process):
        process.start()
        time.sleep(3)
        command = [sys.executable, "-m", "bench.load", str(broker.port)]
        words = [str(rate), str(round(for_s)), "10"]
        publisher = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL)
        seen_ms, delays = now_ms(), []
        text = "SELECT floor FROM lift_state WHERE lift = 'BENCH-00000' AND time > {}ms"
        while publisher.poll() is None:
            for one in query(influx.url, text.format(seen_ms), database=DATABASE):
                for row in one["values"]:
                    seen_ms = max(seen_ms, row[0] // 1_000_000)
                    delays.append(now_ms() - row[0] // 1_000_000)
            time.sleep(0.01)
        memory = process.memory()
    delays = sorted(delays) or [0]
    middle, last = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
    told = f"{peer.name} at {rate} a second"
    return f"{told:<44}{middle:>7} ms{last:>9} ms{memory:>8.0f}  ({len(delays)} seen)"


def faults(
    running: Running, broker: Mosquitto, influx: Influx, *, proxy: Proxy, database: str
) -> Faulty:
    """The same run for everybody: the store refuses, the process dies, and starts again."""
    count = int(FAULT_RATE * FAULT_S)
    running.start()
    time.sleep(3)
    begin_s = time.monotonic()
    command = [sys.executable, "-m", "bench.load", str(broker.port)]
    words = [str(FAULT_RATE), str(round(FAULT_S)), str(FAULT_LIFTS)]
    publisher = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, text=True)
    _until(begin_s + REFUSE_AT_S)
    proxy.behave("503")
    _until(begin_s + REFUSE_AT_S + REFUSE_FOR_S)
    proxy.behave("pass")
    _until(begin_s + REFUSE_AT_S + REFUSE_FOR_S + KILL_AFTER_S)
    running.kill()
    running.start()
    printed, _ = publisher.communicate()
    published = int(printed or count)
    settled(influx, database=database, least_s=STILL_S)
    found = points_of(influx.url, ["state"], database=database, estate=ESTATE)
    return Faulty(
        published=published,
        stored=len(found),
        lost=published - len(found),
        doubled=sum(n - 1 for n in found.values()),
    )


def peer_faults(peer: Peer, broker: Mosquitto, influx: Influx, *, folder: Path) -> str:
    """A line of the last part."""
    proxy = Proxy(free_port(), upstream=influx.port)
    proxy.start()
    process = Process(peer, folder, Ports(broker.port, proxy.port))
    try:
        with session(peer, broker, influx, process=process):
            told = faults(process, broker, influx, proxy=proxy, database=DATABASE)
        return told.row(peer.name)
    finally:
        proxy.stop()


def _until(at_s: float) -> None:
    time.sleep(max(at_s - time.monotonic(), 0))

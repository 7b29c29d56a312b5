"""`make bench`: one table, in one run on the same broker and the same InfluxDB.

Drain: the backlog lies at the broker and the publisher has stopped before anybody begins. Ours is
done when all is in the journal, judged by the detectors and stored in InfluxDB, counted from when
its figures can be asked for; the bare subscriber when it has received all. Latency: from publishing
to readable at the API, asking for one lift after the other while all speak, once each has spoken;
of the peers to readable in InfluxDB. Faults: the same run for each, on the same servers.
BENCH_PEERS chooses by parts of names; `none` is none.
"""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import bare, load
from bench.influx import make_database
from bench.peers import rival
from bench.peers.rival import PEERS, Faulty, Peer
from bench.proxy import Proxy
from bench.service import Service
from liftwatch.clock import now_ms, parse_ms, rfc3339
from tests.conftest import Influx, Mosquitto, Server, free_port

COUNT = int(os.environ.get("BENCH_N", "60000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
LATENCY_S = float(os.environ.get("BENCH_LATENCY_S", "15"))
LIFTS, MANY, PER = 200, 10_000, 50
ESTATES = ("bench-a", "bench-b")
PAUSE_S = 0.2
SOON_MS = 50
FAULT_DATABASE = "lift_faults"
FAULTS = "8 s of HTTP 503, then kill -9"


class Drained(NamedTuple):
    """One drain: readings, wall seconds, CPU seconds, and resident memory at its end in MiB."""

    count: int
    seconds: float
    cpu: float
    memory: float | None = None

    def row(self, name: str) -> str:
        """A line of the table."""
        memory = "" if self.memory is None else f"{self.memory:.0f}"
        rate, cpu = self.count / self.seconds, self.cpu / self.count * 1e6
        return f"{name:<44}{rate:>10.0f}{cpu:>12.1f}{memory:>8}"


class Bench:
    """A broker, an InfluxDB, and a folder for services; `ends` ends those that still run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ends = folder, contextlib.ExitStack()
        for part in ("mosquitto", "influx"):
            (folder / part).mkdir()
        self.broker = Mosquitto(folder / "mosquitto", free_port())
        self.influx = Influx(folder / "influx", free_port())

    def services(self, name: str, commands: Sequence[str]) -> list[Service]:
        """One for each command, with a data folder of its own."""
        services = [
            Service(
                self.folder / f"{name}-{n}",
                commands=[command],
                LIFTWATCH_MQTT_URL=self.broker.url,
                LIFTWATCH_INFLUX_URL=self.influx.url,
                LIFTWATCH_CANARY_MQTT_URL="off",
            )
            for n, command in enumerate(commands)
        ]
        for one in services:
            self.ends.callback(one.kill)
        return services

    def drain(
        self, services: Sequence[Service], count: int, publications: Iterator[tuple[str, bytes]]
    ) -> Drained:
        """Leave sessions behind, fill them, and measure from the start that finds them full.

        A backlog so small that the first look finds it done has no rate worth reading.
        """
        for one in services:
            one.start(ready=True)
        for one in services:
            one.stop()
        load.publish(self.broker.port, publications)
        for one in services:
            one.launch()
        while not any(one.metrics() for one in services):
            time.sleep(PAUSE_S)
        begin_s, first, cpu = time.monotonic(), done(services), cpu_s(services)
        while (now := done(services)) < count:
            time.sleep(PAUSE_S)
        seconds = max(time.monotonic() - begin_s, PAUSE_S)
        memory = sum(p.memory_info().rss for one in services for p in one.family()) / 2**20
        drained = Drained(max(int(now - first), 1), seconds, cpu_s(services) - cpu, memory)
        self.end(services)
        return drained

    def end(self, services: Sequence[Service]) -> None:
        """Stop them, and let the broker forget them: the next one is to be measured alone."""
        for one in services:
            one.stop()
            with contextlib.closing(sqlite3.connect(one.folder / "data" / "journal.sqlite")) as db:
                (journal,) = db.execute("SELECT value FROM about WHERE name = 'id'").fetchone()
            bare.end_session(self.broker.port, f"liftwatch-{journal}")

    def faults(self) -> Faulty:
        """Ours in the run of faults."""
        make_database(self.influx.url, FAULT_DATABASE)
        proxy = Proxy(free_port(), upstream=self.influx.port)
        proxy.start()
        (one,) = self.services("faults", ["run"])
        one.settings |= {"LIFTWATCH_INFLUX_URL": proxy.url}
        one.settings |= {"LIFTWATCH_INFLUX_BUCKET": FAULT_DATABASE}
        try:
            return rival.faults(
                OneService(one), self.broker, self.influx, proxy=proxy, database=FAULT_DATABASE
            )
        finally:
            self.end([one])
            proxy.stop()

    def latency(self, *, rate: int, lifts: int) -> str:
        """The p50 and p99 of states, from publishing to readable at the API."""
        (service,) = self.services(f"latency-{rate}-{lifts}", ["run"])
        service.start(ready=True)
        command = [sys.executable, "-m", "bench.load", str(self.broker.port)]
        words = [str(rate), str(round(LATENCY_S)), str(lifts)]
        publisher = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL)
        lift, since_ms, delays = 0, now_ms(), []
        warm_ms = since_ms + 1_000 + lifts * 1_000 // rate
        while publisher.poll() is None:
            path = f"/v1/lifts/BENCH-{lift:05d}/telemetry?kind=state&signal=floor"
            found = service.get(f"{path}&from={rfc3339(since_ms)}") or {"items": []}
            if found["items"]:
                at_ms = min(parse_ms(row["at"]) for row in found["items"])
                since_ms = now_ms()
                if at_ms > warm_ms:
                    delays.append(since_ms - at_ms)
                # lifts speak in turn: next the one whose turn is soon
                lift = (lift + round(rate * (since_ms - at_ms + SOON_MS) / 1_000)) % lifts
            time.sleep(0.01)
        (process,) = service.processes
        memory = process.memory_info().rss / 2**20
        self.end([service])
        delays = sorted(delays) or [0]
        middle, last = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
        told = f"liftwatch at {rate} a second, {lifts} lifts"
        return f"{told:<44}{middle:>7} ms{last:>9} ms{memory:>8.0f}  ({len(delays)} seen)"


class OneService:
    """Ours as the run of faults takes it."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.service.start(ready=True)

    def kill(self) -> None:
        """End it at once."""
        self.service.kill()


def done(services: Sequence[Service]) -> float:
    """How many messages have been judged and stored."""
    figures = [one.metrics() for one in services]
    names = ("liftwatch_messages_total", "liftwatch_messages_stored_total")
    return min(sum(one.get(name, 0.0) for one in figures) for name in names)


def cpu_s(services: Sequence[Service]) -> float:
    """What they have used."""
    times = [process.cpu_times() for one in services for process in one.family()]
    return float(sum(one.user + one.system for one in times))


def by_bare(port: int, count: int) -> Drained:
    """The bare subscriber, in a process of its own."""
    command = [sys.executable, "-m", "bench.bare", str(port), str(count)]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    seconds, cpu = map(float, printed.split())
    return Drained(count, seconds, cpu)


@contextmanager
def started(*servers: Server) -> Iterator[None]:
    """Servers, started now and stopped at the end, however it comes."""
    with contextlib.ExitStack() as stack:
        for server in servers:
            if isinstance(server, Mosquitto):
                server.prepare()
            stack.callback(server.stop)
            server.start()
        yield


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory(prefix="liftwatch-bench-") as name:
        bench = Bench(Path(name))
        with started(bench.broker, bench.influx), bench.ends:
            print(f"backlogs at QoS 1 in the broker's queue, {os.cpu_count()} cores")
            print(f"{'':<44}{'readings/s':>10}{'CPU us each':>12}{'MiB':>8}", flush=True)
            drains(bench)
            print(f"{'':<44}{'p50':>10}{'p99':>12}{'MiB':>8}", flush=True)
            for rate, lifts in ((200, 10), (2_000, LIFTS), (2_000, MANY)):
                print(bench.latency(rate=rate, lifts=lifts), flush=True)
            peers = chosen_peers()
            latencies_of_peers(bench, peers)
            print(f"{FAULTS:<44}{'published':>10}{'lost':>17}{'doubled':>9}", flush=True)
            print(bench.faults().row("liftwatch run"), flush=True)
            for n, peer in enumerate(peers):
                folder = bench.folder / f"faults-{n}"
                print(
                    rival.peer_faults(peer, bench.broker, bench.influx, folder=folder), flush=True
                )


def chosen_peers() -> list[Peer]:
    """Those of BENCH_PEERS that can be had; of the others why not."""
    peers = []
    for peer in PEERS:
        if any(word in peer.name for word in os.environ.get("BENCH_PEERS", "paho,Node").split(",")):
            if why := peer.missing():
                print(f"{peer.name}: {why}", flush=True)
            else:
                peers.append(peer)
    return peers


def latencies_of_peers(bench: Bench, peers: Sequence[Peer]) -> None:
    """Of each at both rates; these are readable in InfluxDB, ours at the API."""
    for n, peer in enumerate(peers):
        for rate in (200, 2_000):
            print(
                rival.latency(
                    peer,
                    bench.broker,
                    bench.influx,
                    folder=bench.folder / f"latency-{n}-{rate}",
                    rate=rate,
                    for_s=LATENCY_S,
                ),
                flush=True,
            )


def drains(bench: Bench) -> None:
    """The upper part of the table."""
    for k in range(ROUNDS):
        bare.subscribe(bench.broker.port)
        load.publish(bench.broker.port, load.single(COUNT, lifts=LIFTS))
        print(by_bare(bench.broker.port, COUNT).row("bare paho subscriber"), flush=True)
        one = bench.services(f"single-{k}", ["run"])
        drained = bench.drain(one, COUNT, load.single(COUNT, lifts=LIFTS))
        print(drained.row("liftwatch run"), flush=True)
        bare.drain(bench.broker.port, COUNT)  # its session was given all that, too
    bare.end_session(bench.broker.port)
    for lifts, commands, title in (
        (LIFTS, ["run"], f"liftwatch run, batches of {PER}"),
        (MANY, ["run"], f"liftwatch run, batches of {PER}, {MANY} lifts"),
        (LIFTS, [f"ingest --estates {one}" for one in ESTATES], "two liftwatch ingest, batches"),
    ):
        count = COUNT * 5
        drained = bench.drain(
            bench.services(f"batched-{lifts}-{len(commands)}", commands),
            count,
            load.batched(count, lifts=lifts, per=PER, estates=ESTATES),
        )
        print(drained.row(title), flush=True)
    for n, peer in enumerate(chosen_peers()):
        folder = bench.folder / f"drain-{n}"
        told = rival.drain(peer, bench.broker, bench.influx, folder=folder, count=COUNT)
        print(told, flush=True)


if __name__ == "__main__":
    main()

"""`python -m bench.api`: how fast the API answers, with row filters over a million incidents.

Fills a SQLite file and a PostgreSQL with one town (`bench.api_town`), then asks each query of
`bench.api_queries` as each of those who watch: by a call of the books in this process, and over
HTTP on a connection that is kept alive. Last the load: requests at a steady rate from a process of
their own against one API process, while messages go through one ingest process on the same
database. Prints milliseconds. BENCH_API_DATABASES leaves out one.
"""

import json
import os
import platform
import random
import secrets
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path

from bench.api_client import Times, one_by_one, times_of
from bench.api_queries import Query, path_of, place_after, queries
from bench.api_town import Somebody, Town, fill, settle
from bench.service import Service
from liftwatch.access.rights import ACTIONS
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import sight_of
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.ports import IncidentFilter
from tests.conftest import Mosquitto, Postgres, free_port

INCIDENTS = int(os.environ.get("BENCH_API_INCIDENTS", "1000000"))
LIFTS = int(os.environ.get("BENCH_API_LIFTS", "10000"))
TIMES = int(os.environ.get("BENCH_API_TIMES", "100"))
LOAD_S = int(os.environ.get("BENCH_API_LOAD_S", "60"))
RATE = int(os.environ.get("BENCH_API_RATE", "300"))
MESSAGES = int(os.environ.get("BENCH_API_MESSAGES", "2000"))
DATABASES = os.environ.get("BENCH_API_DATABASES", "sqlite,postgresql").split(",")
SPEAKING = 200
ROLES = ACTIONS["incidents.read"].roles
ASKED = 3_000
WARM_S = 5.0
FREQUENT = {"first page": 16, "open": 16, "estate": 4, "lift": 4, "page 20 by cursor": 4}
"""How often a query is in the load, against once for the others: the pages of the console and what
follows them ask for the newest and for the open ones."""


class Bench:
    """A filled database, those who ask, and the settings of services over it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.secret = folder, url, secrets.token_bytes(32)
        self.books = open_books(url)
        self.town = Town(lifts=LIFTS, incidents=INCIDENTS, until_ms=now_ms())
        store = SqlPeople(self.books, Seal(self.secret))
        self.units, self.askers = settle(store, self.town, self.secret)

    def service(self, command: str, **more: str) -> Service:
        """`liftwatch api`, or another service over the same database."""
        return Service(
            self.folder / command,
            commands=[command],
            LIFTWATCH_DATABASE_URL=self.url,
            LIFTWATCH_SECRET=b64encode(self.secret).decode(),
            LIFTWATCH_CANARY_MQTT_URL="off",
            **more,
        )

    def asked_by(self, who: Somebody) -> list[tuple[Query, tuple[int, str] | None]]:
        """The queries of somebody, about an estate and a lift that they see."""
        sight = sight_of(who.grants, ROLES)
        seen = self.books.incidents(IncidentFilter(), limit=500, sight=sight).items
        one = next(item for item in seen if item.lift is not None)
        asked = queries(self.town, estate=one.estate, lift=one.lift or "")
        return [(query, place_after(self.books, query, sight)) for query in asked]


def table(bench: Bench, service: Service) -> list[str]:
    """Print a line for each asker and query; name those above 50 ms."""
    print(f"{'':<23}{'':<26}{'rows':>5}{'books p50':>10}{'p95':>8}{'p99':>8}", end="")
    print(f"{'HTTP p50':>10}{'p95':>8}{'p99':>8}")
    slow = []
    for who in bench.askers:
        sight = sight_of(who.grants, ROLES)
        for query, after in bench.asked_by(who):
            path = path_of(query.where, after)
            call = partial(bench.books.incidents, query.where, after=after, sight=sight)
            count = len(call().items)
            inside = times_of(timed(call))
            outside = times_of(one_by_one(service.port, path, token=who.token, times=TIMES))
            line = f"{who.name:<23}{query.name:<26}{count:>5}{inside.row()}  {outside.row()}"
            print(line, flush=True)
            if max(inside.p99, outside.p99) > 50:
                slow.append(line)
    return slow


def timed(call: Callable[[], object]) -> list[float]:
    """Seconds of each of some calls."""
    taken = []
    for _ in range(TIMES):
        begin_s = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin_s)
    return taken


def load(bench: Bench, service: Service, broker: Mosquitto) -> str:
    """One line: the rate that was asked for, and the times of the answers."""
    asked = []
    for who in bench.askers:
        for query, after in bench.asked_by(who):
            asked += [(path_of(query.where, after), who.token)] * FREQUENT.get(query.name, 1)
    file = bench.folder / "asked.json"
    file.write_text(json.dumps(random.Random(1).choices(asked, k=ASKED)))
    ingest_port = free_port()
    ingest = bench.service(
        "ingest",
        LIFTWATCH_MQTT_URL=broker.url,
        LIFTWATCH_INGEST_HTTP=f"127.0.0.1:{ingest_port}",
    )
    ingest.port = ingest_port
    with ExitStack() as stack:
        stack.callback(ingest.kill)
        ingest.start()
        words = [str(broker.port), str(MESSAGES), str(round(LOAD_S + 2 * WARM_S)), str(SPEAKING)]
        speaker = subprocess.Popen(
            [sys.executable, "-m", "bench.load", *words], stdout=subprocess.DEVNULL
        )
        stack.callback(speaker.kill)
        time.sleep(WARM_S)
        before, begin_s = stored(ingest), time.monotonic()
        command = [sys.executable, "-m", "bench.api_client", str(service.port)]
        printed = subprocess.run(
            [*command, str(RATE), str(LOAD_S), str(file)],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        rate = (stored(ingest) - before) / (time.monotonic() - begin_s)
        speaker.wait()
    answers = json.loads(printed)
    failed = answers.pop("failed")
    times = Times(**answers)
    return (
        f"{RATE} requests a second for {LOAD_S} s, {rate:.0f} messages a second stored:"
        f" p50 {times.p50:.1f} p95 {times.p95:.1f} p99 {times.p99:.1f} worst {times.worst:.0f} ms,"
        f" {failed} failed"
    )


def stored(ingest: Service) -> float:
    """Messages that are in the telemetry store."""
    return ingest.metrics().get("liftwatch_messages_stored_total", 0.0)


def measure(name: str, url: str, *, folder: Path, broker: Mosquitto) -> None:
    """Fill one database, print its table and its load."""
    begin_s = time.monotonic()
    with ExitStack() as stack:
        bench = Bench(folder, url)
        stack.enter_context(closing(bench.books))
        fill(bench.books, bench.town, bench.units)
        print(f"{name}: {INCIDENTS} incidents and {LIFTS} lifts", end=" ")
        print(f"written in {time.monotonic() - begin_s:.0f} s; milliseconds", flush=True)
        service = bench.service("api")
        stack.callback(service.kill)
        service.start()
        slow = table(bench, service)
        print(f"{len(slow)} above 50 ms", *slow, sep="\n", flush=True)
        if LOAD_S:
            print(load(bench, service, broker), flush=True)


def main() -> None:
    """Print everything."""
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="liftwatch-bench-") as name, ExitStack() as stack:
        parent = Path(name)
        parent.chmod(0o755)  # PostgreSQL runs as another user
        for part in ("mosquitto", "sqlite", "postgresql", "server"):
            (parent / part).mkdir()
        broker = Mosquitto(parent / "mosquitto", free_port())
        broker.prepare()
        stack.callback(broker.stop)
        broker.start()
        if "sqlite" in DATABASES:
            url = f"sqlite:///{parent}/sqlite/books.sqlite"
            measure("SQLite", url, folder=parent / "sqlite", broker=broker)
        if "postgresql" in DATABASES:
            server = Postgres(parent / "server", free_port())
            server.prepare()
            stack.callback(server.stop)
            server.start()
            measure("PostgreSQL", server.url, folder=parent / "postgresql", broker=broker)


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()

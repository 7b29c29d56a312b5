"""`make chaos-rescue`: incidents by the thousand, while everything that tells of them is killed.

Processes of their own: one that raises alarms (`bench.chaos_rescue raise`), `liftwatch api`, which
takes receipts, and `liftwatch engine`, which pushes; and the simulated rescue platform with the
worst of habits. Each is killed at random and started again. At the end all works, and every number
must be at the platform exactly once in effect, without gaps, in the order of each lift. Then
200 threads raise the same alarm, and last the time from an alarm to its first push is measured.
The seed gives what happens to whom when. CHAOS_INCIDENTS (1000), SEED, CHAOS_DATABASES.
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Literal, NamedTuple

from bench.rescue_town import AREA, FEED, Town
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.clock import now_ms
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.incident import AlarmChange
from liftwatch.ports import IncidentFilter, StoreUnavailable
from liftwatch.rescue.events import RescueEvent
from simulators.rescue_platform import BAD, GOOD
from tests.conftest import Postgres, free_port

KINDS = ("entrapment", "emergency_call", "overspeed", "free_fall")
RATE = 25.0
"""Incidents a second while things break: what is left is told afterwards all the same."""
PATIENCE_S = 300.0
THREADS = 200
STEADY_RATE, STEADY_S = 50.0, 10.0


class Verdict(NamedTuple):
    """What was counted. All but the first four must be 0."""

    incidents: int
    numbers: int
    came: int
    kills: int
    gaps: int
    missing: int
    different: int
    disorder: int
    incidents_lost: int
    incidents_doubled: int
    moves_doubled: int
    unanswered: int
    doubled_by_threads: int

    @property
    def wrong(self) -> int:
        """How much is not as it must be."""
        return sum(self[4:])


def changes(seed: int, count: int) -> Iterator[AlarmChange]:
    """Alarms of `count` lifts and kinds, four kinds a lift, with what follows.

    Some clear and come again: what follows has the same lift, and its order.
    """
    rng, begun_ms = random.Random(seed), 1_772_439_240_000
    for i in range(count):
        lift, kind = f"L-{i // len(KINDS):05d}", KINDS[i % len(KINDS)]
        opened_ms = begun_ms + i * 1_000
        yield alarm(lift, kind, "raised", opened_ms=opened_ms, at_ms=opened_ms)
        if rng.random() < 0.3:
            yield alarm(lift, kind, "cleared", opened_ms=opened_ms, at_ms=opened_ms + 20_000)
            if rng.random() < 0.5:
                again_ms = opened_ms + 40_000
                yield alarm(lift, kind, "raised", opened_ms=again_ms, at_ms=again_ms)


def alarm(
    lift: str, kind: str, edge: Literal["raised", "cleared"], *, opened_ms: int, at_ms: int
) -> AlarmChange:
    """A change of an exercise."""
    return AlarmChange(
        area=AREA,
        estate="estate-0",
        lift=lift,
        kind=kind,
        edge=edge,
        opened_ms=opened_ms,
        at_ms=at_ms,
        severity=1,
        exercise=True,
    )


def raise_all(url: str, seed: int, count: int) -> None:
    """Tell all alarms at a steady rate, those that were told before at once: they count once."""
    with closing(open_books(url)) as books:
        for one in changes(seed, count):
            while True:
                try:
                    news = apply_alarm(books, one) is not None
                    break
                except StoreUnavailable:
                    time.sleep(0.1)
            if news and one.edge == "raised":
                time.sleep(1 / RATE)


class Times(NamedTuple):
    """Milliseconds in rising order: until it was written down, from then to its first push, and
    both together."""

    written: list[int]
    pushed: list[int]
    both: list[int]


def run(folder: Path, url: str, *, seed: int, count: int, kills_s: float = 4.0) -> Verdict:
    """Break things until all alarms are raised, let all heal, and count."""
    with closing(Town(folder, url, seed=seed, count=count, habits=BAD)) as town:
        rng, kills = random.Random(seed), 0
        town.start()
        while town.raiser is not None and town.raiser.poll() is None:
            time.sleep(rng.uniform(0.3, 1.0) * kills_s)
            town.kill(rng.choice(("engine", "engine", "api", "platform", "raiser")))
            kills += 1
        town.habits = GOOD
        town.kill("platform")
        _until(lambda: town.api.status("/healthz") == 200, "the API does not come back")
        come_to_rest(town)
        return count_up(town, kills=kills)


def come_to_rest(town: Town) -> None:
    """Return when all is told and nothing more can come: with the engine ended, and every receipt
    sent. A receipt makes a new number, so to see once that all are done is not enough.
    """
    while True:
        _until(lambda: all(one.done_ms for one in town.events()), "not all have a receipt")
        town.engine.stop()
        town.platform.rest()
        if all(one.done_ms for one in town.events()):
            return
        town.engine.launch()


def count_up(town: Town, *, kills: int) -> Verdict:
    """What the books hold beside what the platform holds, pulled as it would itself."""
    told = town.receipts.pull()
    events = town.events()
    compared = town.platform.compare(FEED, told)
    raised = Counter(map(_begun, (one for one in events if one.what == "raised")))
    moves = Counter(
        (one.incident, line.n)
        for one in events
        if one.what == "raised"
        for line in town.books.lines_of(one.incident)
        if line.what == "acknowledge"
    )
    moved = Counter(incident for incident, _ in moves)
    numbers = [one.n for one in events]
    return Verdict(
        incidents=len(raised),
        numbers=len(events),
        came=town.held[FEED].came if FEED in town.held else 0,
        kills=kills,
        gaps=len(set(range(1, len(events) + 1)) - set(numbers)) + abs(len(told) - len(events)),
        missing=len(compared.missing) + len(compared.invented),
        different=len(compared.different),
        disorder=len(compared.disorder),
        incidents_lost=town.count - len({(lift, kind) for lift, kind, _ in raised}),
        incidents_doubled=sum(n - 1 for n in raised.values()),
        moves_doubled=sum(n - 1 for n in moved.values()),
        unanswered=sum(one.done_ms is None for one in events),
        doubled_by_threads=same_alarm(town.books),
    )


def _begun(event: RescueEvent) -> tuple[str | None, str, str]:
    """By what an incident is one: its lift, its kind, and when it began."""
    incident = event.data["incident"]
    return event.lift, incident["kind"], incident["opened_at"]


def same_alarm(books: SqlBooks, threads: int = THREADS) -> int:
    """How many incidents too many come of one alarm that so many threads raise at once."""
    at_ms = now_ms()
    change = alarm("L-SAME", "entrapment", "raised", opened_ms=at_ms, at_ms=at_ms)
    together = threading.Barrier(threads)

    def once(_: int) -> None:
        together.wait()
        apply_alarm(books, change)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(once, range(threads)))
    found = books.incidents(IncidentFilter(lift="L-SAME"), limit=500).items
    told = [one for one in books.rescue_events_of(found[0].id) if one.what == "raised"]
    return len(found) - 1 + len(told) - 1


def steady(folder: Path, url: str, *, rate: float = STEADY_RATE, for_s: float = STEADY_S) -> Times:
    """What each alarm took to its first push at a steady rate.

    Each is of a lift of its own, as in a black-out; receipts come in beside them.
    """
    with closing(Town(folder, url, seed=1, count=0, habits=GOOD)) as town:
        town.api.start()
        town.engine.launch()
        time.sleep(5.0)
        begun_s, begun_ms = time.monotonic(), dict[str | None, int]()
        for i in range(round(rate * for_s)):
            time.sleep(max(0.0, begun_s + i / rate - time.monotonic()))
            at_ms = now_ms()
            one = alarm(f"L-{i:05d}", "entrapment", "raised", opened_ms=at_ms, at_ms=at_ms)
            begun_ms[one.lift] = at_ms
            apply_alarm(town.books, one)
        _until(lambda: all(one.first_ms for one in town.events()), "not all were tried")
        first = [one for one in town.events() if one.what == "raised"]
        return Times(
            sorted(one.at_ms - begun_ms[one.lift] for one in first),
            sorted((one.first_ms or 0) - one.at_ms for one in first),
            sorted((one.first_ms or 0) - begun_ms[one.lift] for one in first),
        )


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while True:
        with suppress(StoreUnavailable):
            if holds():
                return
        if time.monotonic() > end_s:
            raise RuntimeError(f"{otherwise} within {PATIENCE_S:g} s")
        time.sleep(0.2)


def share(times: Sequence[int], of: float) -> int:
    """The value below which that share of sorted values lies.

    >>> share([1, 2, 3, 4], 0.5), share([7], 0.99)
    (3, 7)
    """
    return times[min(int(len(times) * of), len(times) - 1)]


def main() -> int:
    """Both databases, unless CHAOS_DATABASES leaves out one; the count of each, and 1 if wrong."""
    count = int(os.environ.get("CHAOS_INCIDENTS", "1000"))
    seed = int(os.environ.get("SEED", "20260302"))
    wanted = os.environ.get("CHAOS_DATABASES", "sqlite,postgresql").split(",")
    wrong = 0
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="liftwatch-rescue-"))
        folder = Path(name)
        folder.chmod(0o755)
        urls = {"sqlite": f"sqlite:///{folder}/%s.sqlite"}
        if "postgresql" in wanted:
            server = Postgres(folder / "postgres", free_port())
            (folder / "postgres").mkdir()
            server.prepare()
            server.start()
            stack.callback(server.stop)
            urls["postgresql"] = _databases(server)
        for database in wanted:
            verdict = run(folder / database, urls[database] % "chaos", seed=seed, count=count)
            print(database, *(f"{n} {v}" for n, v in verdict._asdict().items()), sep="  ")
            times = steady(folder / f"{database}-steady", urls[database] % "steady")
            for what, some in times._asdict().items():
                told = f"p50 {share(some, 0.5)}  p99 {share(some, 0.99)}  most {some[-1]} ms"
                print(f"{database}  {STEADY_RATE:g} alarms/s, {what}: {told}", flush=True)
            wrong += verdict.wrong
    return 1 if wrong else 0


def _databases(server: Postgres) -> str:
    import psycopg

    with psycopg.connect(server.url, autocommit=True) as connection:
        for name in ("chaos", "steady"):
            connection.execute(f"CREATE DATABASE {name}")
    return server.url.replace("/postgres", "/%s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["raise"]:
        raise_all(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main())

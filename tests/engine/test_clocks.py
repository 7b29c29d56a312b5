"""Every row of the deadlines table in time; engines that die, that are two, that lose the books."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import open_books
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS
from liftwatch.engine.clocks import clocks_job
from liftwatch.engine.clockwork import Engine
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.clock_rules import GRAVE, RULES, Rule
from liftwatch.incidents.clocks import Clock
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import Told
from liftwatch.incidents.pages import told_of
from liftwatch.ports import Books, StoreUnavailable
from tests.conftest import Postgres, _folder, free_port
from tests.contracts.test_books import MONDAY_MS, alarm

LI = Actor(person="li", organisation="garden", channel="console")
TOLD: dict[str, Told] = {
    "dispatch": Told(crew="安达 2"),
    "release": Told(trapped=1, injured=0, cause="door", confirmed_by="Wang Gang"),
    "resolve": Told(cause="door", inspection="in full"),
    "report": Told(text="报 7"),
}
WAYS: dict[str, tuple[str, ...]] = {
    "acknowledged": ("acknowledge",),
    "dispatched": ("dispatch",),
    "arrived": ("arrive",),
    "released": ("arrive", "release"),
    "resolved": ("acknowledge", "resolve"),
    "reported": ("arrive", "report"),
}
"""Moves by which what a clock waits for happens."""
ROWS = [
    *((kind, BY_NAME[kind].severity, rule) for kind, rules in RULES.items() for rule in rules),
    *((kind, 2, rule) for kind, rules in GRAVE.items() for rule in rules),
]
NAMES = [f"{kind}-{severity}-{rule.name}" for kind, severity, rule in ROWS]


def engine_of(books: Books) -> Engine:
    """One that looks at clocks alone."""
    return Engine(books, [clocks_job(books)], registry=CollectorRegistry())


def run(engine: Engine, at_ms: int) -> None:
    """Let it do what is due so long after the beginning."""
    while engine.step(MONDAY_MS + at_ms, "quick"):
        pass


def raised(books: Books, kind: str = "entrapment", severity: int = 1, **more: Any) -> Incident:
    """An incident that began on Monday."""
    made = apply_alarm(books, alarm(kind=kind, severity=severity, **more))
    assert made is not None
    return made


def moved(books: Books, one: Incident, name: str, *, at_ms: int) -> Incident:
    """The incident after a move so long after the beginning."""
    told = TOLD.get(name, Told())
    how: dict[str, Any] = {"told": told, "by": LI, "version": one.version}
    with books.begin() as work:
        made, _ = make_move(work, one.id, name, now_ms=MONDAY_MS + at_ms, **how)
    return made


def clock_of(books: Books, one: Incident, name: str) -> Clock:
    """One of its newest occurrence."""
    newest = [c for c in books.clocks_of([one.id])[one.id] if c.occurrence == one.occurrences]
    return next(c for c in newest if c.name == name)


def told(books: Books, one: Incident) -> dict[str, str]:
    """Which parties are told of what is missed."""
    return {n.why: n.parties for n in books.notices_of(one.id) if n.why not in ("raised", "graver")}


def missed_lines(books: Books, one: Incident) -> Counter[str]:
    """The lines of its story that tell of missed clocks, by their names."""
    return Counter(x.facts["clock"] for x in books.lines_of(one.id) if x.what == "missed")


@pytest.mark.parametrize(("kind", "severity", "rule"), ROWS, ids=NAMES)
def test_what_has_not_happened_in_time_is_missed_and_told(
    kind: str, severity: int, rule: Rule
) -> None:
    """Not a millisecond before; those of its row learn of it once, and the level goes up."""
    books = MemoryBooks()
    one = raised(books, kind, severity)
    engine = engine_of(books)
    run(engine, rule.after_ms - 1)
    assert clock_of(books, one, rule.name).waits
    assert rule.name not in told(books, one)
    run(engine, rule.after_ms)
    missed = clock_of(books, one, rule.name)
    assert (missed.missed_ms, missed.met_ms) == (MONDAY_MS + rule.after_ms, None)
    assert told(books, one)[rule.name] == told_of(rule)
    (line,) = [x for x in books.lines_of(one.id) if x.facts.get("clock") == rule.name]
    assert (line.what, line.by.channel, line.at_ms) == ("missed", "engine", missed.due_ms)
    if rule.level:
        assert books.courses([one.id])[one.id].level >= rule.level
    run(engine, rule.after_ms + DAY_MS)
    assert missed_lines(books, one)[rule.name] == 1


@pytest.mark.parametrize(("kind", "severity", "rule"), ROWS, ids=NAMES)
def test_of_what_has_happened_in_time_nobody_is_told(kind: str, severity: int, rule: Rule) -> None:
    """By what people do; and where its row says so, by the end of the alarm."""
    for ends_by_itself in (False, True)[: 1 + rule.cleared]:
        books = MemoryBooks()
        one = raised(books, kind, severity)
        engine = engine_of(books)
        soon_ms = rule.after_ms - SECOND_MS
        run(engine, soon_ms)
        if ends_by_itself:
            change = alarm("cleared", kind=kind, opened_ms=MONDAY_MS, at_s=soon_ms // SECOND_MS)
            cleared = apply_alarm(books, change)
            assert cleared is not None
        else:
            for name in WAYS[rule.by]:
                one = moved(books, one, name, at_ms=soon_ms)
        run(engine, rule.after_ms + DAY_MS)
        met = clock_of(books, one, rule.name)
        assert (met.met_ms, met.missed_ms) == (MONDAY_MS + soon_ms, None)
        assert rule.name not in told(books, one)
        assert not missed_lines(books, one)[rule.name]


def test_what_is_met_late_keeps_both_moments() -> None:
    """Ten minutes late is known for ever; what was over before is not met by that."""
    books = MemoryBooks()
    one = raised(books)
    run(engine_of(books), 6 * MINUTE_MS)
    one = moved(books, one, "dispatch", at_ms=10 * MINUTE_MS)
    late = clock_of(books, one, "dispatch")
    assert (late.missed_ms, late.met_ms) == (
        MONDAY_MS + 6 * MINUTE_MS,
        MONDAY_MS + 10 * MINUTE_MS,
    )
    fault = raised(books, "door_fault", 2)
    run(engine_of(books), 16 * MINUTE_MS)
    with books.begin() as work:
        fault, _ = make_move(
            work,
            fault.id,
            "reject",
            told=Told(reason="a test"),
            by=LI,
            version=fault.version,
            now_ms=MONDAY_MS + 20 * MINUTE_MS,
        )
    late = clock_of(books, fault, "acknowledge")
    assert late.missed_ms is not None
    assert late.met_ms == MONDAY_MS + 20 * MINUTE_MS
    assert late.dropped_ms is None


def test_a_call_for_rescue_goes_up_and_never_down() -> None:
    """Nobody has it in three minutes: the nearest station; nobody is sent in five: fire service."""
    books = MemoryBooks()
    one = raised(books)
    engine = engine_of(books)
    levels = []
    for at_ms in (2 * MINUTE_MS, 3 * MINUTE_MS, 5 * MINUTE_MS, 3 * 60 * MINUTE_MS):
        run(engine, at_ms)
        levels.append(books.courses([one.id])[one.id].level if books.courses([one.id]) else 1)
    assert levels == [1, 2, 3, 3]
    assert {x.facts.get("level") for x in books.lines_of(one.id)} == {None, 2, 3}


def test_clocks_that_jump_double_nothing() -> None:
    """An hour ahead by mistake, back again, and on: each once."""
    books = MemoryBooks()
    one = raised(books)
    engine = engine_of(books)
    for at_ms in (65 * MINUTE_MS, -30 * MINUTE_MS, 0, 4 * MINUTE_MS, 65 * MINUTE_MS):
        run(engine, at_ms)
    lines = missed_lines(books, one)
    assert set(lines.values()) == {1}
    assert set(lines) == {"voice", "acknowledge", "dispatch", "arrive", "release"}
    assert [n.why for n in books.notices_of(one.id) if n.why == "release"] == ["release"]


def test_an_alarm_that_comes_again_while_the_engine_looks_keeps_its_clocks() -> None:
    """Between what a job did and its end others change the incident: no deadline is lost."""
    books = MemoryBooks()
    one = raised(books, "door_fault", 2)
    one = moved(books, one, "acknowledge", at_ms=MINUTE_MS)
    one = moved(books, one, "arrive", at_ms=2 * MINUTE_MS)
    engine = engine_of(books)
    (job,) = engine._jobs.values()

    def again(now_ms: int, due: Any) -> Any:
        ran = job.run(now_ms, due)
        fields: dict[str, Any] = {"kind": "door_fault", "severity": 2}
        moved(books, one, "resolve", at_ms=15 * MINUTE_MS)
        apply_alarm(books, alarm("cleared", opened_ms=MONDAY_MS, at_s=901, **fields))
        apply_alarm(books, alarm(at_s=902, opened_ms=MONDAY_MS + 902_000, **fields))
        return ran

    engine._jobs[job.name] = job._replace(run=again)
    run(engine, 15 * MINUTE_MS)
    engine._jobs[job.name] = job
    (kept,) = (x for x in books.deadlines() if x.what == job.name)
    assert kept.due_ms == MONDAY_MS + 902_000 + 15 * MINUTE_MS
    run(engine, 24 * 60 * MINUTE_MS)
    newest = [c for c in books.clocks_of([one.id])[one.id] if c.occurrence == 2]
    assert newest
    assert not any(clock.waits for clock in newest)


LOOK = """
import os, signal, sys
from prometheus_client import CollectorRegistry
from liftwatch.adapters.sql import open_books
from liftwatch.engine import clocks
from liftwatch.engine.clockwork import Engine

url, where, now_ms = sys.argv[1], sys.argv[2], int(sys.argv[3])
books = open_books(url)
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
job = clocks.clocks_job(books)
if where == "inside":
    clocks.tell = die
elif where == "after":
    inner = job.run
    job = job._replace(run=lambda now, due: (inner(now, due), die()))
Engine(books, [job], registry=CollectorRegistry()).step(now_ms, "quick")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database."""
    name = "sqlite_books" if request.param == "sqlite" else "postgres_books"
    made: str = request.getfixturevalue(name)
    return made


@pytest.mark.parametrize("where", ["inside", "after"])
def test_an_engine_that_is_killed_skips_and_doubles_nothing(url: str, where: str) -> None:
    """Before its transaction is whole, or between that and the note that it is done."""
    with closing(open_books(url)) as books:
        one = raised(books)
        at_ms = MONDAY_MS + 3 * MINUTE_MS
        ended = subprocess.run([sys.executable, "-c", LOOK, url, where, str(at_ms)], check=False)
        assert ended.returncode == -signal.SIGKILL
        assert len(missed_lines(books, one)) == (0 if where == "inside" else 2)
        engine = engine_of(books)
        run(engine, 3 * MINUTE_MS + 5 * SECOND_MS)  # still held by the dead
        run(engine, 3 * MINUTE_MS + 16 * SECOND_MS)
        assert missed_lines(books, one) == {"voice": 1, "acknowledge": 1}
        assert set(told(books, one)) == {"voice", "acknowledge"}
        run(engine, 5 * MINUTE_MS)
        assert missed_lines(books, one) == {"voice": 1, "acknowledge": 1, "dispatch": 1}


def test_engines_beside_each_other_do_everything_once(url: str) -> None:
    """Four over forty entrapments, at all moments at once."""
    with closing(open_books(url)) as books:
        many = [raised(books, lift=f"LIFT-{k:04}") for k in range(40)]
        failed: list[BaseException] = []

        def work() -> None:
            engine = engine_of(books)
            try:
                for minute in (1, 3, 5, 30, 60, 105, 120, 180):
                    run(engine, minute * MINUTE_MS)
            except BaseException as error:  # noqa: BLE001  # told below
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        for one in many:
            run(engine_of(books), 181 * MINUTE_MS)
            assert set(missed_lines(books, one).values()) == {1}
            assert len(missed_lines(books, one)) == 8
            assert len(books.notices_of(one.id)) == 9
        assert books.deadlines() == [x for x in books.deadlines() if x.what != "incident-clocks"]


@pytest.fixture
def own_postgres(server_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL that the test may stop and start."""
    server = Postgres(_folder(server_folder, "postgres"), free_port())
    server.prepare()
    server.start()
    yield server
    server.stop()


def test_the_database_is_away_during_an_entrapment(own_postgres: Postgres) -> None:
    """From half a minute before somebody ought to have taken it, for a minute: told when it is
    back, once, and the next in its time."""
    with closing(open_books(own_postgres.url)) as books:
        one = raised(books)
        engine = engine_of(books)
        run(engine, 150 * SECOND_MS)
        own_postgres.stop(kill=True)
        for at_s in (180, 195):
            with pytest.raises(StoreUnavailable):
                run(engine, at_s * SECOND_MS)
        own_postgres.start()
        run(engine, 210 * SECOND_MS)
        late = clock_of(books, one, "acknowledge")
        assert late.missed_ms == MONDAY_MS + 210 * SECOND_MS
        run(engine, 300 * SECOND_MS)
        assert missed_lines(books, one) == {"voice": 1, "acknowledge": 1, "dispatch": 1}

"""When a silence is over what it hid and still stands is told, once, whatever dies meanwhile."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import open_books
from liftwatch.clock import HOUR_MS, MINUTE_MS, SECOND_MS, now_ms
from liftwatch.engine.clocks import clocks_job
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.silences import silences_job
from liftwatch.handlers.alarms import ATTENDED, _apply, apply_alarm
from liftwatch.handlers.notices import HEAD_START_MS
from liftwatch.handlers.silences import end_silence, silence
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.silences import Silence
from liftwatch.ports import Books
from tests.contracts.test_books import MONDAY_MS, alarm
from tests.contracts.test_course import moved
from tests.contracts.test_together import cleared, quiet, raised
from tests.engine.test_paging import House

QUIET = Silence(
    id="s",
    area="320583",
    estate="garden",
    from_ms=MONDAY_MS - HOUR_MS,
    until_ms=0,
    why="painters",
    made_ms=0,
)
UNTIL_S = HOUR_MS // SECOND_MS


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """Empty books of each kind."""
    if request.param == "memory":
        yield MemoryBooks()
        return
    with closing(open_books(_url(request))) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database."""
    return _url(request)


def _url(request: pytest.FixtureRequest) -> str:
    name = "sqlite_books" if request.param == "sqlite" else "postgres_books"
    made: str = request.getfixturevalue(name)
    return made


def engine_of(books: Books, *more: Any) -> Engine:
    """One that looks at silences."""
    return Engine(books, [silences_job(books), *more], registry=CollectorRegistry())


def run(engine: Engine, at_s: int) -> None:
    """Let it do what is due so long after the beginning."""
    while engine.step(MONDAY_MS + at_s * SECOND_MS, "quick"):
        pass


def ended(books: Books, made: Silence, at_s: int) -> None:
    """A person ends it."""
    with books.begin() as work:
        end_silence(work, made.id, version=1, now_ms=MONDAY_MS + at_s * SECOND_MS)


def told(books: Books, one: Incident) -> list[tuple[str, int]]:
    """Why people are told of it, and when, in seconds from the beginning."""
    return [(n.why, (n.made_ms - MONDAY_MS) // SECOND_MS) for n in books.notices_of(one.id)]


def story(books: Books, one: Incident) -> list[str]:
    """The lines of its story."""
    return [line.what for line in books.lines_of(one.id)]


@pytest.mark.parametrize("by", ["its time", "a person"])
def test_what_a_silence_hid_is_told_when_it_is_over(books: Books, by: str) -> None:
    """What still stands, once; what has cleared, or was never silenced, is not told again."""
    made = quiet(books, kind="door_blocked")
    stands = raised(books, "door_blocked", 10)
    gone = raised(books, "door_blocked", 20, lift="LIFT-0002")
    other = raised(books, "door_fault", 20, lift="LIFT-0003")
    cleared(books, gone, 100)
    engine = engine_of(books)
    over_s = UNTIL_S if by == "its time" else 1_800
    run(engine, over_s - 1)
    assert [told(books, one) for one in (stands, gone)] == [[], []]
    if by == "a person":
        ended(books, made, over_s)
    run(engine, over_s)
    assert told(books, stands) == [("raised", over_s)]
    assert told(books, gone) == []
    assert told(books, other) == [("raised", 20)]
    assert story(books, stands) == ["raised", "hidden", "heard"]
    assert {x.over_ms for x in books.hidden(since_ms=0)} == {MONDAY_MS + over_s * SECOND_MS}
    run(engine, UNTIL_S + 7_200)
    assert told(books, stands) == [("raised", over_s)]
    assert [x for x in books.deadlines() if x.what == "end-silences"] == []
    (page,) = (x for x in books.deadlines() if x.name == f"page-people/{stands.id}")
    assert page.due_ms == MONDAY_MS + over_s * SECOND_MS - HEAD_START_MS


def test_a_second_silence_goes_on_hiding_it(books: Books) -> None:
    """It is told when the longer one is over; the list says what each of them hid."""
    first = quiet(books, kind="door_blocked", until_ms=MONDAY_MS + 10 * MINUTE_MS)
    longer = quiet(books, made_ms=MONDAY_MS + 1)
    one = raised(books, "door_blocked", 10)
    engine = engine_of(books)
    run(engine, 700)
    assert told(books, one) == []
    run(engine, UNTIL_S)
    assert told(books, one) == [("raised", UNTIL_S)]
    assert story(books, one) == ["raised", "hidden", "hidden", "heard"]
    for made in (first, longer):
        assert [x.incident for x in books.hidden(since_ms=0, silence=made.id)] == [one.id]


def test_a_cause_goes_on_hiding_it(books: Books) -> None:
    """Then it stands by itself when that is over; nobody is told twice."""
    quiet(books, kind="safety_chain_open")
    chain = raised(books, "safety_chain_open", 10)
    top = raised(books, "overspeed", 20)
    run(engine_of(books), UNTIL_S)
    assert told(books, chain) == []
    cleared(books, top, UNTIL_S + 60)
    assert told(books, chain) == [("raised", UNTIL_S + 60)]


def test_a_deadline_missed_beneath_a_silence(books: Books) -> None:
    """What was told before it began, and nobody took up, is told again when it is over."""
    one = raised(books, "door_fault", 0)
    quiet(books, kind="door_fault")
    engine = engine_of(books, clocks_job(books))
    run(engine, UNTIL_S - 1)
    assert told(books, one) == [("raised", 0)]
    assert story(books, one) == ["raised", "missed", "hidden"]
    run(engine, UNTIL_S)
    assert told(books, one)[0] == ("raised", UNTIL_S)


def test_an_alarm_told_late_by_its_process(books: Books) -> None:
    """Raised within the silence, taken in after its end: hidden, and told at the next look."""
    quiet(books)
    engine = engine_of(books)
    run(engine, UNTIL_S)
    one = raised(books, "door_blocked", UNTIL_S - 1)
    assert told(books, one) == []
    run(engine, UNTIL_S + 2)
    assert told(books, one) == [("raised", UNTIL_S + 2)]


def test_an_alarm_that_came_again_was_hidden_again(books: Books) -> None:
    """What came last is told, not each time."""
    quiet(books)
    one = moved(books, raised(books, "door_fault", 10), "acknowledge", 50)
    cleared(books, one, 100)
    again = alarm(at_s=200, opened_ms=MONDAY_MS + 200_000, kind="door_fault", severity=2)
    assert apply_alarm(books, again) is not None
    run(engine_of(books), UNTIL_S)
    assert told(books, one) == [("raised", UNTIL_S)]
    assert story(books, one).count("heard") == 1


@pytest.mark.parametrize("over", [False, True])
def test_a_silence_between_two_rounds_of_calls(tmp_path: Path, over: bool) -> None:
    """The next are not called; whoever was told learns of the end; over it, all begins again."""
    house = House(open_books(f"sqlite:///{tmp_path}/books.sqlite"))
    one, first = house.raised("door_fault", 2), ["du@lift.example", "ma@lift.example"]
    house.run(0)
    assert house.told("email") == first
    quiet(house.books, kind="door_fault", until_ms=MONDAY_MS + 10 * MINUTE_MS)
    house.run(9 * MINUTE_MS)
    assert house.told("email") == []
    assert [x.incident for x in house.books.hidden(since_ms=0)] == [one.id]
    if over:
        house.run(10 * MINUTE_MS)
        assert house.told("email") == first
        house.run(13 * MINUTE_MS)
        assert house.told("email") == ["mb@lift.example", "ne@lift.example"]
    else:
        house.cleared("door_fault", 9 * 60 + 1)
        house.run(9 * MINUTE_MS + SECOND_MS)
        assert house.told("email") == first
    house.books.close()


DIE = """
import os, signal, sys
from prometheus_client import CollectorRegistry
from liftwatch.adapters.sql import open_books
from liftwatch.engine import silences
from liftwatch.engine.clockwork import Engine
from liftwatch.handlers import silences as handlers

url, where, now_ms = sys.argv[1], sys.argv[2], int(sys.argv[3])
books = open_books(url)
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
job = silences.silences_job(books)
inner = silences.tell_after_all
if where == "inside":
    handlers.summon = die
elif where == "between":
    done = []
    silences.tell_after_all = lambda *a, **k: die() if done else done.append(inner(*a, **k)) or 1
elif where == "after":
    run = job.run
    job = job._replace(run=lambda now, due: (run(now, due), die()))
Engine(books, [job], registry=CollectorRegistry()).step(now_ms, "quick")
"""


@pytest.mark.parametrize(("where", "by_then"), [("inside", 0), ("between", 1), ("after", 3)])
def test_an_engine_that_is_killed_loses_and_doubles_nothing(
    url: str, where: str, by_then: int
) -> None:
    """Within the transaction, between two of them, or before it notes that it is done."""
    with closing(open_books(url)) as books:
        quiet(books)
        many = [raised(books, "door_blocked", 10, lift=f"LIFT-{n}") for n in range(3)]
        at_ms = MONDAY_MS + HOUR_MS
        ran = subprocess.run([sys.executable, "-c", DIE, url, where, str(at_ms)], check=False)
        assert ran.returncode == -signal.SIGKILL
        assert sum(bool(told(books, one)) for one in many) == by_then
        run(engine_of(books), UNTIL_S + 16)
        for one in many:
            assert len(told(books, one)) == 1
            assert story(books, one).count("heard") == 1


def test_an_alarm_taken_in_while_somebody_ends_the_silence(url: str) -> None:
    """Hidden in a transaction that began before the end and is over after it: told."""
    with closing(open_books(url)) as books:
        until_ms = now_ms() + HOUR_MS
        with books.begin() as work:
            asked = structs.replace(QUIET, until_ms=until_ms)
            made = silence(work, asked, now_ms=now_ms())

        def end() -> None:
            ended(books, made, 20)
            run(engine_of(books), 20)

        ending = threading.Thread(target=end)
        with books.begin() as work:
            one = _apply(work, alarm(kind="door_blocked", severity=3), ATTENDED)
            ending.start()
            ending.join(0.5)
        ending.join()
        run(engine_of(books), 30)
        assert one is not None
        assert story(books, one) == ["raised", "hidden", "heard"]
        assert len(told(books, one)) == 1


def test_many_alarms_while_somebody_ends_the_silence(url: str) -> None:
    """From four processes, with engines that look: none is lost, none doubled."""
    with closing(open_books(url)) as books:
        with books.begin() as work:
            asked = structs.replace(QUIET, until_ms=now_ms() + HOUR_MS)
            made = silence(work, asked, now_ms=now_ms())
        lifts = [f"LIFT-{n:04}" for n in range(60)]
        incidents: list[Incident] = []

        def take_in(k: int) -> None:
            incidents.extend(raised(books, "door_blocked", 10, lift=x) for x in lifts[k::4])

        def end(_: int) -> None:
            ended(books, made, 20)
            run(engine_of(books), 20)

        with ThreadPoolExecutor(5) as pool:
            jobs = [pool.submit(take_in, k) for k in range(4)] + [pool.submit(end, 0)]
            for job in jobs:
                job.result()
        run(engine_of(books), 30)
        assert [len(told(books, one)) for one in incidents] == [1] * len(lifts)

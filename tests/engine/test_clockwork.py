"""Jobs are run when they are due, each once, whatever happens to engines and database."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from liftwatch import clock
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.engine.clockwork import LANES, Engine, Job
from liftwatch.ports import Deadline, StoreUnavailable

START_MS = 1_772_439_247_420
MINUTE_MS = 60_000


class Diary:
    """A job that writes down when it was run, and fails when it is told to."""

    def __init__(self) -> None:
        self.ran_ms: list[int] = []
        self.fails: Exception | None = None
        self.slices = 1

    def run(self, now_ms: int, deadline: Deadline) -> bool:
        """One line."""
        del deadline
        if self.fails is not None:
            raise self.fails
        self.ran_ms.append(now_ms)
        self.slices -= 1
        return self.slices > 0


@pytest.fixture
def diary() -> Diary:
    """An empty one."""
    return Diary()


def engine_over(books: Any, *jobs: Job) -> Engine:
    """An engine that knows these jobs, driven by hand."""
    made = Engine(books, jobs, registry=CollectorRegistry())
    for lane in LANES:
        made.arm(START_MS, lane)
    return made


def at(engine: Engine, *moments_s: float) -> None:
    """Let an engine do what is due at each of these moments."""
    for moment_s in moments_s:
        while engine.step(START_MS + round(moment_s * 1000), "quick"):
            pass


def seconds(diary: Diary) -> list[float]:
    """When the job was run."""
    return [(ran_ms - START_MS) / 1000 for ran_ms in diary.ran_ms]


def test_a_job_is_run_at_the_start_and_after_each_period(diary: Diary) -> None:
    """What was missed is done once, not as often as it was missed."""
    engine = engine_over(MemoryBooks(), Job("note", MINUTE_MS, diary.run))
    at(engine, 0, 30, 60, 61, 400, 401)
    assert seconds(diary) == [0, 60, 400]


def test_long_work_is_done_in_slices(diary: Diary) -> None:
    """At once one after the other, each with a lease of its own; then after the period."""
    engine = engine_over(MemoryBooks(), Job("note", MINUTE_MS, diary.run))
    diary.slices = 3
    at(engine, 0, 1, 59, 60)
    assert seconds(diary) == [0, 0, 0, 60]


def test_two_engines_do_it_once(diary: Diary) -> None:
    """Whoever comes first; another that starts in between changes nothing."""
    books = MemoryBooks()
    first = engine_over(books, Job("note", MINUTE_MS, diary.run))
    at(first, 0)
    second = engine_over(books, Job("note", MINUTE_MS, diary.run))
    at(second, 0, 60)
    at(first, 60, 119)
    assert seconds(diary) == [0, 0, 60]  # a start runs it once more: it is due at the latest then


def test_a_job_whose_engine_dies_is_done_by_another(diary: Diary) -> None:
    """After the lease."""
    books = MemoryBooks()

    def die(*_: object) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        at(engine_over(books, Job("note", MINUTE_MS, die, lease_ms=10_000)), 0)
    at(engine_over(books, Job("note", MINUTE_MS, diary.run, lease_ms=10_000)), 1, 9, 10, 11)
    assert seconds(diary) == [10]


def test_a_job_that_fails_is_tried_again_and_stops_no_other(diary: Diary) -> None:
    """With growing pauses; what fails stands in the trouble until it works."""
    books, other = MemoryBooks(), Diary()
    engine = engine_over(
        books, Job("note", MINUTE_MS, diary.run), Job("other", MINUTE_MS, other.run)
    )
    diary.fails = ValueError("no paper")
    at(engine, 0, 1, 2, 5, 6)
    assert engine.trouble() == "note: ValueError: no paper"
    (again,) = [one for one in books.deadlines() if one.name == "note"]
    assert again.attempts == 3
    diary.fails = None
    at(engine, 60)
    assert engine.trouble() is None
    assert seconds(diary) == [60]
    assert seconds(other) == [0, 60]


def test_a_deadline_of_its_own_is_done_once_and_gone(diary: Diary) -> None:
    """What the incidents will put there: a name, a moment, and about what."""
    books = MemoryBooks()
    engine = engine_over(books, Job("escalate", MINUTE_MS, diary.run))
    at(engine, 0)
    with books.begin() as work:
        due_ms = START_MS + 20_000
        work.arm(Deadline(name="escalate/7", what="escalate", due_ms=due_ms, data={"id": "7"}))
    at(engine, 19, 20, 21, 59)
    assert seconds(diary) == [0, 20]
    assert [one.name for one in books.deadlines()] == ["escalate"]


@pytest.fixture
def books(sqlite_books: str) -> Iterator[SqlBooks]:
    """Books that threads may share."""
    made = open_books(sqlite_books)
    yield made
    made.close()


def wait(event: threading.Event) -> None:
    """Until something has happened."""
    assert event.wait(60)


def test_what_waits_holds_up_nothing_that_watches(books: SqlBooks) -> None:
    """A slow job stands still; the quick one goes on being run."""
    ran, go_on = threading.Semaphore(0), threading.Event()
    stands = threading.Event()

    def stand(*_: object) -> bool:
        stands.set()
        wait(go_on)
        return False

    jobs = (
        Job("stand", MINUTE_MS, stand, lane="slow", lease_ms=MINUTE_MS),
        Job("tick", 1, lambda *_: bool(ran.release())),
    )
    engine = Engine(books, jobs, registry=CollectorRegistry())
    engine.start()
    try:
        wait(stands)
        for _ in range(3):
            assert ran.acquire(timeout=60)
    finally:
        go_on.set()
        engine.stop()


class Fickle(SqlBooks):
    """Books whose database can be taken away."""

    away = False

    def begin(self) -> Any:
        """A transaction, if it is there."""
        if self.away:
            raise StoreUnavailable("gone")
        return super().begin()


def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """From the start on; the trouble says so meanwhile, and nothing ends."""
    open_books(f"sqlite:///{tmp_path}/books.sqlite").close()
    books = Fickle(f"sqlite:///{tmp_path}/books.sqlite")
    ran = threading.Event()
    books.away = True
    job = Job("tick", 1, lambda *_: bool(ran.set()))
    engine = Engine(books, [job], registry=CollectorRegistry())
    engine.start()
    try:
        end_s = clock.monotonic_s() + 60
        while engine.trouble() != "the database does not answer":
            assert clock.monotonic_s() < end_s
        books.away = False
        wait(ran)
        while engine.trouble() is not None:
            assert clock.monotonic_s() < end_s
        assert engine.crashed is None
    finally:
        engine.stop()
        books.close()

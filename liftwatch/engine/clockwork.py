"""Runs jobs when they are due. When that is stands in the database, so that killing an engine
skips nothing, and any number of engines do each thing once.

A job is taken with a lease and settled when it is done. If its holder dies in between, the lease
runs out and it is taken again: a job must bear being done twice, best by making its effect in one
transaction with the note that it was made.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import structlog
from prometheus_client import CollectorRegistry, Counter

from liftwatch import clock
from liftwatch.ids import new_id
from liftwatch.ports import PAUSE_MS_MAX, Books, Conflict, Deadline, StoreUnavailable, Work

log = structlog.get_logger()

TICK_S = 0.25  # how late a job begins at most, while nothing else runs
PAUSE_S_MAX = 15.0

Lane = str
LANES: tuple[Lane, ...] = ("quick", "slow", "long", "feed")
"""Those that every table has; a channel of pages has a lane of its own beside them."""


class Ran(NamedTuple):
    """How a run ended: whether there is more to do at once, and what its deadline carries now.

    `due` says, in the transaction that settles it, when it is due next (None: never): whoever
    changes what that depends on holds the same row, so that no moment is lost between the two.
    """

    again: bool = False
    data: dict[str, Any] | None = None
    due: Callable[[Work], int | None] | None = None


class Job(NamedTuple):
    """A row of the table of jobs.

    `run` is given the time and what the deadline carries, and tells whether there is more to do
    at once: long work is done in slices. A lane is a thread: whatever waits for a network must not
    hold up what watches (`slow`, and one for each channel of pages); nor may the `long` ones, which
    work for minutes, hold up what leaves the house, nor anything at all the `feed` of the rescue
    platform. Without `period_ms` it runs when somebody arms it. `lease_ms` is above the longest
    that a run can take, and the delay when an engine dies in it. After a failure it is tried again
    at the latest after `pause_ms_max`.
    """

    name: str
    period_ms: int | None
    run: Callable[[int, Deadline], bool | Ran]
    lane: Lane = "quick"
    lease_ms: int = 15_000
    pause_ms_max: int = PAUSE_MS_MAX


class Engine:
    """The jobs of a table, run by a thread a lane until stopped."""

    def __init__(
        self, books: Books, jobs: Sequence[Job], *, registry: CollectorRegistry | None = None
    ) -> None:
        self._books, self._jobs = books, {job.name: job for job in jobs}
        self._holder = new_id()
        self._stopping = threading.Event()
        self.crashed: BaseException | None = None
        self._lost: set[Lane] = set()
        self._failing: dict[str, str] = {}
        self._runs = Counter(
            "liftwatch_engine_runs",
            "Jobs that were run by the clock",
            ("job", "result"),
            registry=registry,
        )
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"engine-{lane}", daemon=True)
            for lane in dict.fromkeys(job.lane for job in jobs)
        ]

    def start(self) -> None:
        """Begin to run what is due."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the jobs under way."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def trouble(self) -> str | None:
        """One line: what keeps it from its work, or which job fails."""
        if self.crashed is not None:
            return f"ended: {type(self.crashed).__name__}: {self.crashed}"[:200]
        if self._lost:
            return "the database does not answer"
        failing = [f"{name}: {why}" for name, why in sorted(self._failing.items())]
        return "; ".join(failing)[:300] or None

    def _leases(self, lane: Lane) -> dict[str, int]:
        return {job.name: job.lease_ms for job in self._jobs.values() if job.lane == lane}

    def _run(self, lane: Lane) -> None:
        armed, pause_s = False, TICK_S
        try:
            while not self._stopping.wait(pause_s if lane in self._lost else TICK_S):
                try:
                    if not armed:
                        self.arm(clock.now_ms(), lane)
                        armed = True
                    while not self._stopping.is_set() and self.step(clock.now_ms(), lane):
                        self._find(lane)
                    self._find(lane)
                    pause_s = TICK_S
                except (StoreUnavailable, Conflict) as error:
                    self._lose(lane, error)
                    pause_s = min(pause_s * 2, PAUSE_S_MAX)
        except BaseException as error:
            self.crashed = error
            log.exception("engine ended")
            raise

    def arm(self, now_ms: int, lane: Lane) -> None:
        """See to it that every job of a lane is in the database."""
        with self._books.begin() as work:
            for job in self._jobs.values():
                if job.lane == lane and job.period_ms is not None:
                    work.arm(
                        Deadline(
                            name=job.name, what=job.name, due_ms=now_ms, period_ms=job.period_ms
                        )
                    )

    def step(self, now_ms: int, lane: Lane) -> bool:
        """Do the next thing that is due; whether there was one. Raises StoreUnavailable."""
        with self._books.begin() as work:
            due = work.take_due(now_ms, leases=self._leases(lane), holder=self._holder)
        if due is None:
            return False
        job = self._jobs[due.what]
        try:
            ran = job.run(now_ms, due)
        except (StoreUnavailable, Conflict) as error:
            self._put_off(due, now_ms, str(error))
        except Exception as error:
            log.exception("a job of the engine failed", job=job.name)
            self._put_off(due, now_ms, f"{type(error).__name__}: {error}")
        else:
            self._settle(due, now_ms, ran if isinstance(ran, Ran) else Ran(ran))
        return True

    def _settle(self, due: Deadline, now_ms: int, ran: Ran) -> None:
        next_ms = None if due.period_ms is None else now_ms + due.period_ms
        next_ms = now_ms if ran.again else next_ms
        with self._books.begin() as work:
            if ran.due is not None:
                next_ms = ran.due(work)
            work.settle(due.name, holder=self._holder, due_ms=next_ms, data=ran.data)
        self._runs.labels(due.what, "done").inc()
        if self._failing.pop(due.name, None):
            log.info("a job of the engine works again", job=due.name)

    def _put_off(self, due: Deadline, now_ms: int, why: str) -> None:
        """Try it again after a pause that grows; what it left undone must be done."""
        if due.name not in self._failing:
            log.warning("a job of the engine fails", job=due.name, reason=why[:200])
        self._failing[due.name] = why[:200]
        self._runs.labels(due.what, "failed").inc()
        longest_ms = self._jobs[due.what].pause_ms_max
        pause_ms = min(clock.SECOND_MS << min(due.attempts, 20), longest_ms)
        with self._books.begin() as work:
            work.put_off(due.name, holder=self._holder, due_ms=now_ms + pause_ms)

    def _lose(self, lane: Lane, error: Exception) -> None:
        if not self._lost:
            log.warning("engine lost the database", reason=str(error)[:200])
        self._lost.add(lane)

    def _find(self, lane: Lane) -> None:
        if lane in self._lost:
            self._lost.discard(lane)
            if not self._lost:
                log.info("engine has the database back")


def overdue_line(deadlines: Sequence[Deadline], *, late_ms: int, now_ms: int) -> str | None:
    """One line for `/readyz` when no engine does what is due; None where none ever ran.

    >>> overdue_line([Deadline(name="a", what="a", due_ms=0)], late_ms=1_000, now_ms=5_000)
    'nothing has been done by the clock for 5 s: a'
    """
    late = [one for one in deadlines if now_ms - one.due_ms > late_ms]
    if not late:
        return None
    first = min(late, key=lambda one: one.due_ms)
    late_s = (now_ms - first.due_ms) // clock.SECOND_MS
    return f"nothing has been done by the clock for {late_s} s: {first.name}"

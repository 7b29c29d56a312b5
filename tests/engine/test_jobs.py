"""The table of jobs as an engine runs it: from a silent canary to a phone that rings."""

import json

from prometheus_client import CollectorRegistry

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.audit.anchors import KEEP_DAYS_MIN
from liftwatch.audit.entry import ENGINE, Act
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.engine.clockwork import LANES, Engine
from liftwatch.engine.jobs import OUTBOX_KEPT_MS, STREAM_KEPT, make_jobs
from liftwatch.engine.trail import Kept
from liftwatch.ports import Promise, Sent
from liftwatch.telemetry.retention import RAW
from tests.engine.test_sums import Noted

START_MS = 1_772_439_247_420


class Line:
    """A channel that answers as it is told, then takes everything."""

    def __init__(self, *answers: Sent) -> None:
        self.answers = list(answers)
        self.said: list[str] = []
        self.closed = False

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Keep what was said."""
        assert now_ms >= promise.due_ms
        self.said.append(json.loads(promise.body)["type"])
        return self.answers.pop(0) if self.answers else Sent("delivered", "HTTP 204")

    def close(self) -> None:
        """Nothing to let go of."""
        self.closed = True


class House:
    """An engine over books in memory, its canary, and the time."""

    def __init__(self, alarm: Line | None) -> None:
        self.books, self.store = MemoryBooks(), Noted()
        self.now_ms = START_MS
        self.alarm = alarm
        self.restart()

    def restart(self) -> None:
        """Another engine over the same books."""
        jobs = make_jobs(
            self.books,
            self.store,
            late_ms=60_000,
            alarm=self.alarm,
            exercise=False,
            kept=Kept(KEEP_DAYS_MIN),
        )
        self.engine = Engine(self.books, jobs, registry=CollectorRegistry())
        for lane in LANES:
            self.engine.arm(self.now_ms, lane)

    def run(self, for_s: int, *, beats: bool) -> None:
        """Second by second."""
        for _ in range(for_s):
            self.now_ms += 1_000
            if beats:
                with self.books.begin() as work:
                    work.beat("one", serves=[], at_ms=self.now_ms, through_ms=self.now_ms)
            for lane in LANES:
                while self.engine.step(self.now_ms, lane):
                    pass


def test_a_silent_canary_rings_the_phone_until_it_is_picked_up() -> None:
    """Tried again after a pause; in the end both are delivered, in order, once."""
    line = Line(Sent("retry", "HTTP 503"), Sent("retry", "HTTP 503"))
    house = House(line)
    house.run(30, beats=True)
    silent_s = 0
    while not line.said:
        house.run(1, beats=False)
        silent_s += 1
    assert 60 < silent_s <= 70  # looked at every five seconds
    assert line.said == ["ingest.deaf"]
    house.run(20, beats=False)
    assert line.said == ["ingest.deaf"] * 3
    house.run(600, beats=True)
    assert line.said == ["ingest.deaf"] * 3 + ["ingest.back"]
    house.run(70, beats=False)
    assert line.said[-1] == "ingest.deaf"
    house.restart()
    house.run(600, beats=True)
    assert line.said[3:] == ["ingest.back", "ingest.deaf", "ingest.back"]
    assert house.engine.trouble() is None


def test_without_a_line_the_engine_has_no_such_job() -> None:
    """And nothing piles up."""
    house = House(None)
    house.run(10, beats=True)
    house.run(100, beats=False)
    assert house.books.next_promise("alarm") is None
    assert {one.name for one in house.books.deadlines()} == {
        "judge-kinds",
        "watch-canaries",
        "prune-stream",
        "prune-outbox",
        "prune-told",
        "keep-telemetry",
        "keep-evidence",
        "keep-trail",
    }


def test_the_trail_has_its_anchors_by_the_clock() -> None:
    """One a day, whatever happens on it; an engine that starts again makes no other."""
    house = House(None)
    with house.books.begin() as work:
        work.audit(
            Act(
                at_ms=START_MS,
                person=ENGINE,
                action="lifts.read",
                target_kind="lift",
                channel="engine",
            )
        )
    for _ in range(3):
        house.now_ms += DAY_MS
        house.run(2, beats=True)
        house.restart()
        house.run(2, beats=True)
    start = estate_day(START_MS)
    assert [one.day for one in house.books.audit_anchors()] == [start, start + 1, start + 2]
    assert house.engine.trouble() is None


def test_what_is_old_is_forgotten_by_the_clock() -> None:
    """Changes that nobody resumes from, and what left a quarter ago."""
    house = House(Line())
    with house.books.begin() as work:
        for k in range(STREAM_KEPT + 3):
            work.publish("incident", {"k": k})
    house.run(10, beats=True)
    house.run(100, beats=False)
    assert len(house.books.attempts("alarm")) == 1
    house.now_ms = 2**45  # long after all of it
    house.run(1, beats=False)
    assert house.books.stream_after(0, 1)[0].n == 4
    house.now_ms += OUTBOX_KEPT_MS + 2 * DAY_MS
    house.run(1, beats=False)
    assert [one for one in house.books.attempts("alarm") if one.at_ms < 2**45] == []


def test_telemetry_is_summed_up_by_the_clock() -> None:
    """From where it stood, also after a restart; while the store is away it is tried again."""
    house = House(None)
    house.run(2, beats=True)
    spans = house.store.spans
    upto_ms = max(to_ms for _, to_ms in spans)
    assert upto_ms - spans[0][0] == RAW.ms
    house.restart()
    house.store.away = 2
    house.run(1_800, beats=True)
    house.store.spans.clear()
    house.run(1_000, beats=True)
    assert house.store.spans[0][0] > upto_ms
    assert house.engine.trouble() is None

"""An alarm that latches ends with people's word: detection hears of it by way of the journal, and
whatever crashes in between, the next event of its kind is another incident.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import endings as endings_module
from ingest.decode import Publication
from ingest.endings import Endings
from liftwatch.clock import MINUTE_MS, rfc3339
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Told
from liftwatch.ports import IncidentFilter
from tests.ingest.test_crashes import World

LIFT = "LIFT-0001"
LI = Actor(person="li", organisation="garden", channel="console")


class Shaft(World):
    """A world in which lifts run too fast, and people end it."""

    seq = 0

    def watch(self) -> None:
        """Begin to look, as after a start."""
        self.endings = Endings(
            self.books, claims=lambda: self.detection.fleet.latched(), take=self.take
        )

    def take(self, entries: Any) -> None:
        """What the consumer does with entries of our own."""
        self.journal.append([Publication(*entry, self.now_ms) for entry in entries])

    def run(self, *, lift: str = LIFT, **fields: Any) -> None:
        """The car runs at that speed for a second, and is judged."""
        self.say(lift, "register", rated_speed_mps=1.0)
        for _ in range(10):
            self.say(lift, "state", after_ms=100, car="moving", speed_mps=1.5, **fields)
        self.say(lift, "state", after_ms=100, car="stopped", speed_mps=0.0)
        self.settle()

    def say(self, lift: str, kind: str, *, after_ms: int = 1_000, **fields: Any) -> None:
        """Its terminal tells something."""
        self.seq += 1
        self.now_ms += after_ms
        at = rfc3339(self.now_ms)
        body = {"v": 1, "terminal": f"T-{lift}", "boot": "b", "seq": self.seq, "at": at} | fields
        topic = f"lift/v1/320583/garden/{lift}/{kind}"
        self.journal.append([Publication(topic, json.dumps(body).encode(), self.now_ms)])

    def move(self, name: str, **told: Any) -> Incident:
        """Somebody moves the newest incident, a minute later."""
        newest = self.found()[0]
        self.now_ms += MINUTE_MS
        with self.books.begin() as work:
            moved, _ = make_move(
                work,
                newest.id,
                name,
                told=Told(**told),
                by=LI,
                version=newest.version,
                now_ms=self.now_ms,
            )
        return moved

    def put_right(self) -> Incident:
        """People go there, and it is put right."""
        self.move("arrive")
        return self.move("resolve", cause="control", inspection="in full")

    def found(self) -> list[Incident]:
        """All incidents, the newest first."""
        return self.books.incidents(IncidentFilter()).items

    def hear_of_it(self) -> int:
        """What people did is looked up, and read."""
        told = self.endings.step()
        self.settle()
        return told


@pytest.fixture
def shaft(tmp_path: Path) -> Iterator[Shaft]:
    """One whose lift has run too fast."""
    made = Shaft(tmp_path)
    made.watch()
    made.run()
    assert [(one.kind, one.alarm) for one in made.found()] == [("overspeed", "raised")]
    yield made
    made.close()


def test_until_people_end_it_everything_joins(shaft: Shaft) -> None:
    """Nothing is told to detection."""
    assert shaft.hear_of_it() == 0
    shaft.move("acknowledge")
    assert shaft.hear_of_it() == 0
    shaft.run()
    assert len(shaft.found()) == 1


@pytest.mark.parametrize("word", ["close", "reject"])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("crash", ["never", "before", "after"])
def test_after_their_word_the_next_event_is_another_incident(
    shaft: Shaft, word: str, kept: bool, crash: str
) -> None:
    """With a crash before the note is in the journal and after it, with a checkpoint or without."""
    if word == "close":
        shaft.put_right()
        shaft.move("close")
    else:
        shaft.move("reject", reason="a measuring run")
    if kept:
        shaft.detection.checkpoint()
    if crash == "before":
        shaft.start()
        shaft.settle()
        shaft.watch()
    assert shaft.hear_of_it() == 1
    if crash == "after":
        shaft.start()
        shaft.settle()
        shaft.watch()
    assert shaft.hear_of_it() == 0
    ended = shaft.found()
    shaft.run()
    newest, *before = shaft.found()
    assert before == ended
    assert (newest.kind, newest.state, newest.alarm) == ("overspeed", "raised", "raised")


def test_what_happens_before_detection_has_heard_of_it_is_not_lost(shaft: Shaft) -> None:
    """Between the word and the note the old claim still stands; it came after the word."""
    shaft.move("reject", reason="a measuring run")
    shaft.run()
    assert len(shaft.found()) == 1
    assert shaft.hear_of_it() == 1
    newest, _ = shaft.found()
    assert (newest.state, newest.alarm) == ("raised", "raised")
    assert shaft.hear_of_it() == 0


def test_what_happened_before_the_word_joined_and_is_over_with_it(shaft: Shaft) -> None:
    """The claim of then is not raised again."""
    shaft.run()
    shaft.move("reject", reason="a measuring run")
    assert shaft.hear_of_it() == 1
    assert len(shaft.found()) == 1


def test_put_right_and_again_at_once_was_not_put_right(shaft: Shaft) -> None:
    """It is everybody's again; an hour later it is another."""
    shaft.put_right()
    assert shaft.hear_of_it() == 1
    shaft.run()
    (one,) = shaft.found()
    assert (one.state, one.alarm, one.occurrences) == ("raised", "raised", 2)
    shaft.put_right()
    assert shaft.hear_of_it() == 1
    shaft.now_ms += 60 * MINUTE_MS
    shaft.run()
    newest, before = (one for one in shaft.found() if one.kind == "overspeed")
    assert (newest.state, before.state) == ("raised", "closed")


def test_a_later_incident_is_not_cleared_by_the_end_of_one_before(shaft: Shaft) -> None:
    """Told twice, or late: what is open then is another claim's."""
    shaft.move("reject", reason="a measuring run")
    ending = shaft.books.endings_of(shaft.detection.fleet.latched())
    assert shaft.hear_of_it() == 1
    shaft.run()
    for _ in range(2):
        shaft.take([(endings_module.ENDED, endings_module.msgspec.msgpack.encode(ending[0]))])
        shaft.settle()
    newest, _ = shaft.found()
    assert (newest.state, newest.alarm) == ("raised", "raised")


def test_only_what_is_held_is_told_and_again_where_it_was_not_taken(
    shaft: Shaft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's lifts are not ours; a note that is lost is repeated."""
    now_s = [1_000.0]
    monkeypatch.setattr(endings_module.clock, "monotonic_s", lambda: now_s[0])
    shaft.move("reject", reason="a measuring run")
    lost: list[Any] = []
    lossy = Endings(shaft.books, claims=shaft.detection.fleet.latched, take=lost.append)
    assert [lossy.step() for _ in range(3)] == [1, 0, 0]
    now_s[0] += endings_module.AGAIN_S
    assert lossy.step() == 1
    assert Endings(shaft.books, claims=set, take=lost.append).step() == 0


def test_a_visit_that_ends_after_their_word_clears_nothing_of_theirs(shaft: Shaft) -> None:
    """The claim goes; the incident was over already."""
    rejected = shaft.move("reject", reason="a measuring run")
    for phase in ("in", "out"):
        shaft.say(LIFT, "maintenance", phase=phase, technician="w", work="repair")
        shaft.settle()
    assert not shaft.detection.fleet.latched()
    assert rejected in shaft.found()


def test_what_a_visit_hides_is_listed_once(shaft: Shaft) -> None:
    """The first of each kind, whatever crashes; the next visit is another."""
    shaft.move("reject", reason="a measuring run")
    shaft.hear_of_it()
    for visit in (1, 2):
        shaft.say(LIFT, "maintenance", phase="in", technician="w", work="repair")
        for crash in (False, True):
            if crash:
                shaft.start()
            shaft.run()
        shaft.settle()
        told = shaft.books.withheld(since_ms=0)
        assert [(one.kind, one.by, one.estate) for one in told] == [
            ("overspeed", "visit", "garden")
        ] * visit
        shaft.say(LIFT, "maintenance", phase="out", technician="w", work="repair")
        shaft.now_ms += MINUTE_MS
        shaft.settle()
    assert len(shaft.found()) == 1

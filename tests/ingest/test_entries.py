"""What people enter of lifts reaches the detectors by way of the journal, and holds there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest import entries as entries_module
from ingest.decode import Publication
from ingest.entries import Entries
from liftwatch.clock import DAY_MS, rfc3339
from liftwatch.handlers.register import change_lift
from liftwatch.ports import IncidentFilter
from liftwatch.register.changes import Origin
from liftwatch.register.facts import Facts
from tests.ingest.test_crashes import START_MS, World

LIFT = "LIFT-0001"


class Hall(World):
    """A world whose register is looked up."""

    seq = 0

    def watch(self) -> None:
        """Begin to look, as after a start."""
        self.entries = Entries(
            self.books, versions=lambda: self.detection.entered_versions(), take=self.take
        )

    def take(self, entries: Any) -> None:
        """What the consumer does with entries of our own."""
        self.journal.append([Publication(*entry, self.now_ms) for entry in entries])

    def say(self, kind: str, *, lift: str = LIFT, late_ms: int = 0, **fields: Any) -> None:
        """The lift's terminal tells something, and it is judged and shown."""
        self.seq += 1
        self.now_ms += 1_000
        at = rfc3339(self.now_ms - late_ms)
        body = {"v": 1, "terminal": "T", "boot": "b", "seq": self.seq, "at": at} | fields
        topic = f"lift/v1/320583/garden/{lift}/{kind}"
        self.journal.append([Publication(topic, json.dumps(body).encode(), self.now_ms)])
        self.settle()
        self.detection.show_board()

    def enter(self, **values: Any) -> None:
        """A person sets fields, and they are looked up and read."""
        found = self.books.record_of(LIFT)
        assert found is not None
        with self.books.begin() as work:
            by = Origin("li", self.now_ms)
            change_lift(work, LIFT, values, version=found.version, by=by)
        self.entries.step()
        self.settle()

    @property
    def facts(self) -> Facts:
        """What the lift's detectors go by."""
        return self.detection.fleet.banks[LIFT].view.facts

    def kinds(self) -> set[str]:
        """Of what is open."""
        page = self.books.incidents(IncidentFilter(open_only=True))
        return {one.kind for one in page.items}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """An empty one."""
    made = Hall(tmp_path)
    made.watch()
    yield made
    made.close()


def test_what_a_person_enters_holds_in_the_detectors(hall: Hall) -> None:
    """Against messages before and after; the board keeps what the terminal says apart."""
    hall.say("register", rated_speed_mps=1.75, unit="1")
    hall.enter(rated_speed_mps=1.0)
    assert (hall.facts.rated_speed_mps, hall.facts.unit) == (1.0, "1")
    hall.say("register", rated_speed_mps=2.5, unit="2")
    assert (hall.facts.rated_speed_mps, hall.facts.unit) == (1.0, "2")
    record = hall.books.record_of(LIFT)
    assert record is not None
    assert record.known.said == Facts(rated_speed_mps=2.5, unit="2")
    assert record.known.said_by["unit"].who == "T"
    hall.enter(rated_speed_mps=None)
    assert hall.facts.rated_speed_mps == 2.5


def test_a_date_that_a_person_enters_is_a_duty_at_once(hall: Hall) -> None:
    """An inspection that is over is told; entered rightly it is over."""
    hall.say("register")
    assert "inspection_due" not in hall.kinds()
    over = rfc3339(START_MS - 40 * DAY_MS)[:10]
    hall.enter(next_inspection_on=over)
    assert "inspection_due" in hall.kinds()
    hall.enter(next_inspection_on=rfc3339(START_MS + 400 * DAY_MS)[:10])
    assert "inspection_due" not in hall.kinds()


def test_a_late_register_message_changes_nothing_either(hall: Hall) -> None:
    """Nor in the bank of history."""
    hall.say("register", rated_speed_mps=1.75)
    hall.enter(rated_speed_mps=1.0)
    hall.say("maintenance", late_ms=DAY_MS, phase="in")
    hall.say("health", late_ms=DAY_MS, battery_pct=90)
    history = hall.detection.fleet.history[LIFT].view
    assert (history.facts.rated_speed_mps, hall.facts.rated_speed_mps) == (1.0, 1.0)
    assert history.told.rated_speed_mps == 1.75


@pytest.mark.parametrize("kept", [False, True])
def test_it_holds_after_a_crash(hall: Hall, kept: bool) -> None:
    """With a checkpoint after it, and without: then it is read again where it stood."""
    hall.say("register", rated_speed_mps=1.75)
    hall.enter(rated_speed_mps=1.0)
    if kept:
        hall.detection.checkpoint()
    hall.start()
    hall.settle()
    assert hall.facts.rated_speed_mps == 1.0
    hall.watch()
    assert hall.entries.step() == 0
    hall.say("register", rated_speed_mps=2.5)
    assert hall.facts.rated_speed_mps == 1.0


def test_it_is_told_once_and_again_where_it_was_not_taken(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when detection has lost its state."""
    now_s = [1_000.0]
    monkeypatch.setattr(entries_module.clock, "monotonic_s", lambda: now_s[0])
    hall.say("register")
    lost: list[Any] = []
    lossy = Entries(hall.books, versions=hall.detection.entered_versions, take=lost.append)
    with hall.books.begin() as work:
        change_lift(work, LIFT, {"unit": "7"}, version=0, by=Origin("li", 1))
    assert [lossy.step() for _ in range(3)] == [1, 0, 0]
    now_s[0] += entries_module.AGAIN_S
    assert lossy.step() == 1
    with hall.books.begin() as work:
        change_lift(work, LIFT, {"unit": "8"}, version=1, by=Origin("li", 1))
    assert lossy.step() == 1


def test_a_lift_that_nobody_has_heard_of_waits(hall: Hall) -> None:
    """It is told when its terminal speaks; a note of a lift there is none of does nothing."""
    with hall.books.begin() as work:
        work.records([LIFT])
    hall.say("register", lift="LIFT-0002")
    note = msgspec.msgpack.encode((LIFT, 3, Facts(unit="1")))
    hall.journal.append([Publication("$liftwatch/entered", note, hall.now_ms)])
    hall.settle()
    assert LIFT not in hall.detection.fleet.banks
    assert hall.entries.step() == 0
    hall.say("register")
    hall.enter(unit="7")
    assert hall.facts.unit == "7"

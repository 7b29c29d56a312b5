"""How risky a lift is held to be reaches the detectors by the journal, and makes it `ageing`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import scores as scores_module
from ingest.scores import Scores
from liftwatch.care.risk import LIMIT, Score
from liftwatch.clock import DAY_MS, rfc3339
from liftwatch.engine.risks import score_all
from liftwatch.handlers.care_risk import judge_risks
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter
from tests.ingest.test_crashes import START_MS
from tests.ingest.test_entries import LIFT, Hall

AGEING = "ageing"


class NoComplaints:
    """An office in which nobody complained."""

    def reading(self) -> "NoComplaints":
        """Itself."""
        return self

    care: "NoComplaints"

    def __enter__(self) -> "NoComplaints":
        self.care = self
        return self

    def __exit__(self, *_: object) -> None: ...

    def matters_by_lift(self, **_: object) -> dict[str, int]:
        """None."""
        return {}


class Room(Hall):
    """A hall in which scores are looked up."""

    def watch(self) -> None:
        """Begin to look, as after a start."""
        super().watch()
        self.scores = Scores(
            self.books, heard=lambda: self.detection.fleet.scores_heard(), take=self.take
        )

    def judge(self) -> int:
        """The engine scores all lifts, and detection hears of it; of how many it was told."""
        office: Any = NoComplaints()
        told = score_all(self.books, office, exercise=False, now_ms=self.now_ms)
        self.scores.step()
        self.settle()
        return told

    def score(self) -> float:
        """What the code of the pages and the engine says of the lift."""
        (one,) = judge_risks(self.books, complaints=None, exercise=False, at_ms=self.now_ms)
        return one.risk.score

    def told(self, score: float, n: int) -> None:
        """A score of the lift is kept, and looked up."""
        with self.books.begin() as work:
            work.put_score(Score(LIFT, n, "320583", "garden", score, LIMIT, self.now_ms))
        self.scores.step()
        self.settle()

    def ageing(self) -> Incident | None:
        """The open one."""
        page = self.books.incidents(IncidentFilter(open_only=True, kind=(AGEING,)))
        return page.items[0] if page.items else None


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """An empty one."""
    made = Room(tmp_path)
    made.watch()
    yield made
    made.close()


def test_a_risky_lift_is_ageing_from_end_to_end(room: Room) -> None:
    """Old, people trapped again and again, no care, no test, no inspection: the score says so, the
    detectors hear of it, and it is an incident. That raises no score further."""
    young, old = rfc3339(START_MS - 400 * DAY_MS)[:10], rfc3339(START_MS - 5400 * DAY_MS)[:10]
    facts: dict[str, Any] = {"installed_on": old, "next_inspection_on": young}
    room.say("register", **facts)
    assert room.judge() == 0
    assert room.ageing() is None
    room.now_ms += 25 * DAY_MS
    room.say("register", **facts)
    _break(room, 24)
    before = room.score()
    assert room.judge() == 1
    found = room.ageing()
    assert found is not None
    assert found.evidence["hazard_score"] > LIMIT
    assert found.evidence["limit"] == LIMIT
    assert room.score() == before, "ageing raised the score that raised it"
    assert room.judge() == 0


def _break(room: Room, times: int) -> None:
    with room.books.begin() as work:
        for n in range(times):
            work.add_incident(
                Incident(
                    id=f"broken-{n:02d}",
                    kind="entrapment",
                    severity=1,
                    severity_max=1,
                    opened_ms=room.now_ms - n * DAY_MS - 1,
                    raised_ms=room.now_ms - n * DAY_MS - 1,
                    area="320583",
                    estate="garden",
                    lift=LIFT,
                    state="closed",
                    alarm="cleared",
                    cleared_ms=room.now_ms,
                )
            )


def test_it_is_heard_once_and_the_newest_counts(room: Room) -> None:
    """Above the limit it is raised, not again when it grows, and cleared when it is back."""
    room.say("register")
    room.told(70.0, 1)
    first = room.ageing()
    assert first is not None
    assert first.opened_ms == room.now_ms
    assert room.scores.step() == 0, "what was heard is told again"
    room.told(80.0, 2)
    assert room.ageing() == first
    room.told(50.0, 3)
    assert room.ageing() is None
    view = room.detection.fleet.banks[LIFT].view
    assert view.hazard is not None
    assert (view.hazard.score, view.hazard.n) == (50.0, 3)


def test_what_comes_late_or_twice_changes_nothing(room: Room) -> None:
    """A number below the newest heard is no news; of a lift never heard of nothing is kept."""
    fleet = room.detection.fleet
    one = Score(LIFT, 2, "320583", "garden", 70.0, LIMIT, room.now_ms)
    assert fleet.assess(one, at_ms=room.now_ms) == []
    room.say("register")
    assert [change.edge for change in fleet.assess(one, at_ms=room.now_ms)] == ["raised"]
    old = Score(LIFT, 1, "320583", "garden", 10.0, LIMIT, room.now_ms)
    assert fleet.assess(old, at_ms=room.now_ms) == []
    assert fleet.scores_heard() == {LIFT: 2}


@pytest.mark.parametrize("kept", [False, True])
def test_it_holds_after_a_crash(room: Room, kept: bool) -> None:
    """With a checkpoint after it, and without: then it is read again where it stood."""
    room.say("register")
    room.detection.checkpoint()
    room.told(70.0, 1)
    if kept:
        room.detection.checkpoint()
    room.start()
    room.watch()
    room.settle()
    view = room.detection.fleet.banks[LIFT].view
    assert view.hazard is not None
    assert view.hazard.score == 70.0
    assert room.scores.step() == 0
    assert room.ageing() is not None


def test_what_detection_did_not_take_is_told_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is due; and not before."""
    room.say("register")
    with room.books.begin() as work:
        work.put_score(Score(LIFT, 1, "320583", "garden", 70.0, LIMIT, room.now_ms))
    lost: list[Any] = []
    scores = Scores(room.books, heard=lambda: {LIFT: 0}, take=lost.extend)
    assert (scores.step(), scores.step()) == (1, 0)
    monkeypatch.setattr(scores_module, "AGAIN_S", 0.0)
    assert scores.step() == 1

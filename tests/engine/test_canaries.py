"""Deaf is said once and back is said once, whatever happens to the engine in between."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.engine.canaries import FORGOTTEN_MS, late_line
from liftwatch.engine.watch import SEND, Watch
from liftwatch.ports import Attempt, Heartbeat

START_MS = 1_772_439_247_420
LATE_S = 60


class Story:
    """Ingest processes that beat, and an engine that looks and may be started anew."""

    def __init__(self, *, alarm: bool = True) -> None:
        self.books = MemoryBooks()
        self.now_ms = START_MS
        self.alarm = alarm
        self.restart()

    def restart(self) -> None:
        """Another engine over the same books."""
        self.watch = Watch(self.books, late_ms=LATE_S * 1000, alarm=self.alarm, exercise=True)

    def beat(self, name: str = "one", *serves: str) -> None:
        """A canary comes through."""
        with self.books.begin() as work:
            work.beat(name, serves=serves, at_ms=self.now_ms - 40, through_ms=self.now_ms)

    def look(self, after_s: float = 0) -> None:
        """Time passes, then the engine looks."""
        self.now_ms += round(after_s * 1000)
        self.watch.look(self.now_ms)

    def told(self) -> list[dict[str, Any]]:
        """What was promised to leave, in order; it is taken as delivered."""
        found = []
        while (promise := self.books.next_promise("alarm")) is not None:
            found.append(json.loads(promise.body))
            with self.books.begin() as work:
                work.note_attempt(
                    Attempt(promise=promise.id, n=1, at_ms=0, verdict="delivered", detail=""),
                    due_ms=0,
                )
        return found

    def types(self) -> list[str]:
        """Only their types."""
        return [one["type"] for one in self.told()]


def test_lost_and_back() -> None:
    """Once each, with the times and the place where it stops."""
    story = Story()
    story.beat("one", "garden", "lake")
    story.look()
    story.look(60)
    assert story.told() == []
    with story.books.begin() as work:
        work.note_stuck("one", where="published, not acknowledged by the broker")
    story.look(1)
    story.look(600)
    (deaf,) = story.told()
    assert (deaf["type"], deaf["exercise"]) == ("ingest.deaf", True)
    assert deaf["data"]["estates"] == ["garden", "lake"]
    assert deaf["data"]["came_through_at"] == "2026-03-02T08:14:07.420Z"
    assert deaf["data"]["where"] == "published, not acknowledged by the broker"
    assert "garden, lake" in deaf["data"]["text"]
    story.beat("one", "garden", "lake")
    story.look(1)
    story.look(1)
    (back,) = story.told()
    assert back["type"] == "ingest.back"
    assert back["data"]["deaf_since"] == "2026-03-02T08:15:08.420Z"


def test_what_is_to_leave_is_due_at_once() -> None:
    """The job that sends does not wait for its period."""
    story = Story()
    story.beat()
    story.look()
    assert SEND not in {one.name for one in story.books.deadlines()}
    story.look(61)
    due = {one.name: one.due_ms for one in story.books.deadlines()}
    assert due == {SEND: story.now_ms}


def test_an_engine_that_was_away_says_what_it_missed_only_if_it_still_holds() -> None:
    """Deaf while nobody looked: said at once. Deaf and back again: nothing."""
    story = Story()
    story.beat()
    story.look()
    story.restart()
    story.look(3_600)
    assert story.types() == ["ingest.deaf"]
    story.beat()
    story.look()
    assert story.types() == ["ingest.back"]
    story.restart()
    story.now_ms += 3_600_000
    story.beat()
    story.look(5)
    assert story.types() == []


def test_nobody_known_is_nobody_missed() -> None:
    """Before the first heartbeat there is nothing to lose."""
    story = Story()
    story.look(3_600)
    assert story.told() == []


def test_a_process_over_a_new_folder_replaces_the_old_one() -> None:
    """Its estates are heard by others: nothing is lost, and nobody waits for it for ever."""
    story = Story()
    story.beat("old", "garden")
    story.look(5)
    for _ in range(20):
        story.beat("new", "garden", "lake")
        story.look(5)
    assert story.types() == []
    assert [one.name for one in story.books.known_heartbeats()] == ["new"]


def test_one_that_was_said_to_be_deaf_is_back_when_it_is_replaced() -> None:
    """Whoever was woken up learns that it is over."""
    story = Story()
    story.beat("old", "garden")
    story.look()
    story.look(61)
    story.beat("new")
    story.look(1)
    assert story.types() == ["ingest.deaf", "ingest.back"]


def test_another_estate_does_not_cover() -> None:
    """Each process is missed for what it serves."""
    story = Story()
    story.beat("one", "garden")
    story.look()
    for _ in range(20):
        story.beat("two", "lake")
        story.look(5)
    assert [one["data"]["canary"] for one in story.told()] == ["one"]


def test_nobody_waits_for_more_than_a_week() -> None:
    """A process that was given up is forgotten, without a word to whoever was told it is deaf."""
    story = Story()
    story.beat()
    story.look()
    story.look(61)
    story.look(FORGOTTEN_MS / 1000)
    assert story.types() == ["ingest.deaf"]
    assert story.books.known_heartbeats() == []


def test_a_clock_that_is_set_back_waits_anew() -> None:
    """It neither cries wolf nor falls silent for as long as it was set back."""
    story = Story()
    story.beat()
    story.look()
    story.look(-86_400)
    assert story.told() == []
    story.look(59)
    assert story.told() == []
    story.look(2)
    assert story.types() == ["ingest.deaf"]


def test_without_a_webhook_nothing_is_promised() -> None:
    """But it is known, and said in the log."""
    story = Story(alarm=False)
    story.beat()
    story.look()
    story.look(61)
    assert story.told() == []
    assert story.books.known_heartbeats()[0].deaf_ms == story.now_ms


@given(st.lists(st.sampled_from(["beat", "wait", "short", "restart", "die"]), max_size=40))
def test_deaf_and_back_take_turns(steps: list[str]) -> None:
    """Whatever the order of heartbeats, waiting, restarts and deaths in mid-transaction."""
    story = Story()
    story.beat()
    story.look()
    for step in steps:
        if step == "beat":
            story.beat()
            story.look(1)
        elif step == "wait":
            story.look(61)
        elif step == "short":
            story.look(7)
        elif step == "restart":
            story.restart()
        else:
            die_looking(story)
    types = story.types()
    assert types == ["ingest.deaf", "ingest.back"] * (len(types) // 2) + ["ingest.deaf"] * (
        len(types) % 2
    )
    (row,) = story.books.known_heartbeats()
    assert (row.deaf_ms is not None) == (len(types) % 2 == 1)


def die_looking(story: Story) -> None:
    """The engine dies after its look, before the transaction ends."""
    story.now_ms += 61_000
    with pytest.raises(ArithmeticError), story.books.begin() as work:
        story.watch.look_in(work, story.now_ms)
        raise ArithmeticError


def test_the_api_reads_the_same_from_the_times_told() -> None:
    """Also where no engine runs; a late one whose estates others hear is no trouble."""
    one = Heartbeat(name="one", serves=("garden",), beats=9, at_ms=START_MS, through_ms=START_MS)
    two = Heartbeat(name="two", beats=9, at_ms=START_MS, through_ms=START_MS + 90_000)
    assert late_line([one], late_ms=60_000, now_ms=START_MS + 60_000) is None
    told = late_line([one], late_ms=60_000, now_ms=START_MS + 90_000)
    assert told == "nothing comes through: one for 90 s (garden)"
    assert late_line([one, two], late_ms=60_000, now_ms=START_MS + 90_000) is None

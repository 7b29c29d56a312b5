"""Whatever people, the clock and the lift do in whatever order: an open matter lies with somebody.

The machine runs against books in memory and on SQLite, whose rules say the same.
"""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import open_books
from liftwatch.care.instruction_clocks import next_ms
from liftwatch.care.instructions import AT_WORK, MOVES, OVER, Told
from liftwatch.clock import DAY_MS
from liftwatch.handlers.care_instructions import escalate, hear
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Books
from tests.care.instruct import NAMES, PROOF, WORDS, Houses
from tests.contracts.test_books import MONDAY_MS

MOVED = st.sampled_from(sorted(MOVES))
SIDES = st.sampled_from(["responsible", "offered", "supervision"])


class Matter(RuleBasedStateMachine):
    """One instruction, and everybody at it, honest or not."""

    def __init__(self) -> None:
        super().__init__()
        self.books = self.opened()
        self.day = 0.0

    def opened(self) -> Books:
        """Empty books."""
        return MemoryBooks()

    @initialize(to=st.sampled_from(["garden", "anda", "kone"]))
    def issued(self, to: str) -> None:
        """It begins."""
        self.houses = Houses(self.books)
        self.one = self.houses.issued(to=to)
        self.held = [self.one.responsible]

    @rule(name=MOVED, side=SIDES, who=st.sampled_from(NAMES), to=st.sampled_from(NAMES))
    def moved(self, *, name: str, side: Any, who: str, to: str) -> None:
        """Anybody tries anything, from any side."""
        told = Told(
            text="x",
            to=self.houses.ids[to] if name == "offer" else None,
            documents=PROOF.documents,
            deadline_ms=MONDAY_MS + round((self.day + 5) * DAY_MS)
            if name in ("ask", "extend")
            else None,
        )
        before = self.one
        real = {before.responsible: "responsible", before.offered_to: "offered"}
        own = real.get(self.houses.ids[who], "supervision" if who == "office" else None)
        if own != side:
            return  # the API finds the side of somebody by their organisation
        with suppress(CannotMove, Untold):
            self.one = self.houses.moved(before, name, at=self.day, who=who, side=side, told=told)
            self.held.append(self.one.responsible)
            if name == "take":
                assert self.one.responsible == before.offered_to
            else:
                assert self.one.responsible == before.responsible
            if name in ("verify", "reject"):
                assert self.houses.ids[who] != before.reported_for

    @rule(days=st.floats(0.1, 12))
    def waits(self, days: float) -> None:
        """Time goes by, and the engine does what is due; twice is once."""
        self.day += days
        now_ms = MONDAY_MS + round(self.day * DAY_MS)
        with self.books.begin() as work:
            escalate(work, self.one.id, now_ms=now_ms)
        with self.books.begin() as work:
            assert escalate(work, self.one.id, now_ms=now_ms) == []

    @rule(said=st.sampled_from(["quiet", "again", "cannot_tell"]))
    def heard(self, said: Any) -> None:
        """The signals say something, where they are listened to."""
        now = self.books.instruction(self.one.id)
        assert now is not None
        if now.watched_until_ms is not None:
            with self.books.begin() as work:
                at_ms = MONDAY_MS + round(self.day * DAY_MS)
                assert hear(work, now, said, found={}, now_ms=at_ms)
            found = self.books.instruction(self.one.id)
            assert found is not None
            self.one = found

    @invariant()
    def lies_with_one(self) -> None:
        """Exactly one organisation, whose it was from the beginning or who took it over."""
        one = self.books.instruction("one")
        assert one is not None
        assert one.responsible in self.houses.ids.values()
        assert one.offered_to != one.responsible
        assert (one.closed_ms is None) == one.is_open
        if one.offered_to is not None:
            assert one.state in AT_WORK

    @invariant()
    def something_is_due(self) -> None:
        """Nobody can let it lie: while it is open a clock runs, or was called to its end, or a
        person was told that the signals cannot tell."""
        one = self.books.instruction("one")
        assert one is not None
        if one.state in OVER or one.signals == "cannot_tell":
            return
        now_ms = MONDAY_MS + round(self.day * DAY_MS)
        last = {"overdue_7"} if one.state in AT_WORK else {"unverified_10"}
        assert next_ms(one, now_ms) is not None or last <= set(one.fired)

    @invariant()
    def the_story_tells_every_owner(self) -> None:
        """Who had it when can be read from the lines alone."""
        lines = self.books.instruction_lines("one")
        assert [row.n for row in lines] == list(range(1, len(lines) + 1))
        told = [row.facts["to"] for row in lines if row.what in ("issue", "take")]
        assert told[-1] == self.one.responsible
        assert list(dict.fromkeys(told)) == list(dict.fromkeys(self.held))

    def teardown(self) -> None:
        """Let go of the books."""
        self.books.close()


class MatterInSqlite(Matter):
    """The same where the database has rules of its own."""

    def opened(self) -> Books:
        """A file of its own."""
        self.folder = TemporaryDirectory()
        return open_books(f"sqlite:///{Path(self.folder.name)}/books.sqlite")

    def teardown(self) -> None:
        """And the file goes."""
        super().teardown()
        self.folder.cleanup()


def test_nothing_lies_between_two() -> None:
    """In memory, many stories."""
    run_state_machine_as_test(
        Matter, settings=settings(max_examples=200, stateful_step_count=40, deadline=None)
    )


def test_nothing_lies_between_two_in_a_database() -> None:
    """On SQLite, fewer and as long."""
    run_state_machine_as_test(
        MatterInSqlite, settings=settings(max_examples=10, stateful_step_count=30, deadline=None)
    )


assert WORDS.text

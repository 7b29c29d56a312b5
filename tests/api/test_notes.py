"""Notes of the trail share commits: none is told as written before it is, none pays for another."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from api.notes import Notes
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.entry import Act
from liftwatch.ports import StoreUnavailable
from tests.contracts.trail import act, checked

WAIT_S = 60


class Slow:
    """People whose transactions begin when they may, and end as they are told."""

    def __init__(self) -> None:
        self.may, self.begun = threading.Semaphore(0), threading.Semaphore(0)
        self.commits: list[list[str]] = []
        self.ends: list[BaseException | None] = []
        self._drafts: list[Act] = []

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """One after another."""
        self.begun.release()
        assert self.may.acquire(timeout=WAIT_S)
        self._drafts = []
        yield self
        end = self.ends.pop(0) if self.ends else None
        if end is not None:
            raise end
        self.commits.append([one.target for one in self._drafts])

    def audit(self, one: Act) -> None:
        """Refuses what is called bad."""
        if one.target == "bad":
            raise ValueError("bad")
        self._drafts.append(one)


def gathered(slow: Slow, pool: ThreadPoolExecutor, targets: list[str]) -> list[Future[None]]:
    """One note under way, whose commit is held up, and others that have gathered behind it."""
    notes = Notes(slow)  # type: ignore[arg-type] # of its port only `begin` is used
    first = pool.submit(notes.write, act(target="first"))
    assert slow.begun.acquire(timeout=WAIT_S)
    others = [pool.submit(notes.write, act(target=one)) for one in targets]
    while len(notes._waiting) < len(targets):
        threading.Event().wait(0.01)
    return [first, *others]


def test_what_gathers_during_a_commit_shares_the_next() -> None:
    """And nobody is told before theirs has ended."""
    slow, targets = Slow(), [f"i-{k}" for k in range(7)]
    with ThreadPoolExecutor(8) as pool:
        first, *others = gathered(slow, pool, targets)
        slow.may.release()
        first.result(WAIT_S)
        assert slow.begun.acquire(timeout=WAIT_S)
        assert not any(one.done() for one in others)
        slow.may.release()
        assert [one.result(WAIT_S) for one in others] == [None] * 7
    assert [sorted(one) for one in slow.commits] == [["first"], targets]


def test_a_bad_note_is_its_writers_alone() -> None:
    """The others are committed, each in its own."""
    slow = Slow()
    with ThreadPoolExecutor(4) as pool:
        _, *others = gathered(slow, pool, ["i-1", "bad", "i-2"])
        slow.may.release(10)
        found = [one.exception(WAIT_S) for one in others]
    assert [type(one) for one in found] == [type(None), ValueError, type(None)]
    assert sorted(slow.commits) == [["first"], ["i-1"], ["i-2"]]


@pytest.mark.parametrize(
    "ends", [[None, *[StoreUnavailable("away")] * 4], [None, SystemExit()]], ids=["away", "ended"]
)
def test_what_is_not_committed_is_told_to_all(ends: list[BaseException | None]) -> None:
    """Whatever kept it from being, also where only whoever wrote for all was ended."""
    slow = Slow()
    slow.ends = ends
    with ThreadPoolExecutor(4) as pool:
        first, *others = gathered(slow, pool, ["i-1", "i-2", "i-3"])
        slow.may.release(10)
        first.result(WAIT_S)
        assert all(one.exception(WAIT_S) is not None for one in others)
    assert [one for one in slow.commits if one] == [["first"]]


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[SqlBooks]:
    """Empty books with a key."""
    name = "postgres_books" if request.param == "postgresql" else "sqlite_books"
    url: str = request.getfixturevalue(name)
    made = open_books(url, audit_keys=(b"k" * 32,))
    yield made
    made.close()


def test_whoever_is_told_finds_their_note(books: SqlBooks) -> None:
    """By twelve at once, each looks right afterwards; the trail is whole and has each once."""
    notes = Notes(SqlPeople(books, Seal(b"s" * 32)))

    def write(k: int) -> bool:
        notes.write(act(k, person=f"p-{k % 3}"))
        return any(one.target == f"i-{k}" for one in books.audit_after(0, limit=1_000))

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(write, range(120)))
    assert sorted(one.target for one in books.audit_after(0)) == sorted(
        f"i-{k}" for k in range(120)
    )
    assert checked(books).wrong is None

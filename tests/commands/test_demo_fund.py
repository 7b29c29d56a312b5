"""The demo's fund: books that are whole, a finished case, an emergency, a vote, something to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.commands.demo_fund import furnish_fund, households
from liftwatch.commands.demo_people import Site, furnish
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import Case
from liftwatch.fund.check import verify_books
from liftwatch.fund.deadlines import deadlines
from liftwatch.fund.kept import CaseFilter
from liftwatch.handlers.fund_sources import top_ups

SITES = (
    Site("L-0001", "320583", "garden", "1"),
    Site("L-0002", "320583", "garden", "1"),
    Site("L-0003", "320583", "lake", "1"),
)
PLACE = ("320583", "garden", "1")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[SqlBooks]:
    """The demo's books."""
    made = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    people = SqlPeople(made, Seal(b"a secret of thirty-two bytes, or more"))
    at_ms = now_ms()
    furnish(people, SITES, now_ms=at_ms)
    furnish_fund(people, SITES, now_ms=at_ms)
    yield made
    made.close()


def cases(books: SqlBooks) -> list[Case]:
    """Its cases, the oldest first."""
    return books.fund_cases(CaseFilter())


def test_its_books_are_whole(books: SqlBooks) -> None:
    """Verified from zero, as any books are; books and cases say the same."""
    verdict = verify_books(books, keys=books.fund_keys)
    assert verdict.wrong is None
    held = {one.account: one.balance for one in books.fund_held(AccountFilter())}
    for case in cases(books):
        clearing = held.get(f"clearing/{'/'.join(PLACE)}/{case.id}", 0)
        assert clearing == case.purse.clearing_fen
    owed = sum(fen for name, fen in held.items() if name.startswith("receivable/"))
    assert owed == sum(case.purse.owed_fen for case in cases(books))
    assert len(top_ups(books, PLACE)) == 1


def test_there_is_something_to_look_at_and_to_do(books: SqlBooks) -> None:
    """One case is over, one waits for its audit with a clock that runs, one is voted on."""
    done, emergency, voted = cases(books)
    assert (done.stage, done.path, done.audited_fen) == ("disclosed", "ordinary", 1_612_000)
    assert done.purse.owed_fen == 0
    assert (emergency.stage, emergency.path) == ("accepted", "emergency")
    clock = {one.name: one for one in deadlines(emergency)}["publication"]
    assert 0 < clock.due_ms - now_ms() < 10 * DAY_MS
    assert voted.stage == "published"
    (id,) = books.fund_votes(voted.id)
    found = books.fund_vote(id)
    assert found is not None
    vote, outcome = found
    assert (outcome, len(vote.ballots), sum(one.counts for one in vote.ballots)) == (None, 7, 5)
    assert len(books.fund_pendings(state="waiting")) == 1
    assert len(households()) == 12
    assert len(books.households("320583", "garden", building="1")) == 12


def test_without_lifts_there_is_none(tmp_path: Path) -> None:
    """Nothing to furnish, and nothing fails."""
    made = open_books(f"sqlite:///{tmp_path}/empty.sqlite")
    furnish_fund(SqlPeople(made, Seal(b"x" * 40)), (), now_ms=now_ms())
    assert cases(made) == []
    made.close()

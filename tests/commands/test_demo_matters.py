"""What people of the demo work on: something on every desk, and nothing that leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks, open_books, tables
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.instruction_clocks import steps_due
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.residents_store import Wanted
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.commands.demo_credit import furnish_credit
from liftwatch.commands.demo_matters import furnish_matters
from liftwatch.commands.demo_people import Site, furnish
from liftwatch.commands.demo_recalls import furnish_recalls
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts

SITES = (
    Site("L-0001", "320583", "garden", "1"),
    Site("L-0002", "320583", "garden", "1"),
    Site("L-0003", "320583", "garden", "2"),
    Site("L-0004", "320583", "lake", "1"),
)


@pytest.fixture
def people(tmp_path: Path) -> Iterator[SqlPeople]:
    """The demo's people."""
    made = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    store = SqlPeople(made, Seal(b"a secret of thirty-two bytes, or more"))
    at_ms = now_ms()
    furnish(store, SITES, now_ms=at_ms)
    furnish_matters(store, SITES, now_ms=at_ms)
    yield store
    made.close()


@pytest.fixture
def books(tmp_path: Path, people: SqlPeople) -> Iterator[SqlBooks]:
    """The demo's books, opened by another."""
    del people
    made = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    yield made
    made.close()


def test_complaints_stand_at_every_end(people: SqlPeople) -> None:
    """One overdue, one with the maintenance unit, one answered well; all are an exercise."""
    with people.reading() as reads:
        found = reads.care.complaints(Wanted(), now_ms=now_ms())
        (told,) = [one for one in found if one.state == "answered"]
        private = reads.care.private(told.id)
    assert {one.exercise for one in found} == {True}
    stands = [(one.topic, one.state, one.party, one.is_overdue(now_ms())) for one in found]
    assert stands == [
        ("buttons", "received", "property", True),
        ("noise", "assigned", "maintenance", False),
        ("doors", "answered", "property", False),
    ]
    assert (told.rating, told.joined) == (5, 2)
    assert private is not None
    assert private.rated


def test_two_lifts_have_estimates(books: SqlBooks) -> None:
    """Of one the offer replaced the guess; both are of a person of an organisation."""
    first, second = (books.estimates_of(site.lift) for site in SITES[:2])
    assert [(one.n, one.remedy) for one in first] == [(2, "major_repair"), (1, "major_repair")]
    assert [one.remedy for one in second] == ["renewal"]
    assert all(one.person and one.organisation for one in (*first, *second))


def test_notices_hang_wait_and_announce(people: SqlPeople) -> None:
    """One of the estate, a draft with its counts, an outage of tomorrow that mutes its alarm."""
    with people.reading() as reads:
        found = {one.topic: one for one in reads.care.notices(since_ms=now_ms())}
        codes = [
            reads.care.code_of("lift", place=site[1:], lift=site.lift) is not None for site in SITES
        ]
        assert reads.care.code_of("screen", place=("320583", "garden", "1"), lift=None)
    assert codes == [True, True, True, False]
    assert found["ebikes"].is_shown(now_ms())
    assert found["doors"].state == "draft"
    assert found["doors"].evidence == {"complaint:doors": 3}
    outage = found["outage"]
    assert outage.silence is not None
    assert 0 < outage.from_ms - now_ms() < 2 * DAY_MS


def test_instructions_run_lapse_and_are_listened_to(books: SqlBooks) -> None:
    """One is late with the steps of its clocks taken, one asks for time, one waits for signals."""
    found = {one.state: one for one in books.instructions(InstructionFilter(lift="L-0001"))}
    assert found["verified"].watched_until_ms is not None
    (running,) = books.instructions(InstructionFilter(lift="L-0003"))
    assert running.asked_ms is not None
    assert running.deadline_ms > now_ms()
    (late,) = [one for one in books.instructions(InstructionFilter()) if one.lift is None]
    assert (late.state, late.level) == ("accepted", 2)
    assert steps_due(late, now_ms()) == []
    (hazard,) = books.hazards_of("L-0001")
    (mended,) = books.hazards_of("L-0003")
    assert (hazard.state, mended.state) == ("open", "mended")


def test_nothing_of_it_leaves(books: SqlBooks) -> None:
    """No promise to anybody, and nobody who is still to be told."""
    with books.engine.connect() as connection:
        assert connection.execute(select(tables.outbox.c.id)).all() == []
    for one in books.instructions(InstructionFilter()):
        notices = books.instruction_notices(one.id)
        assert notices
        assert {told.held for told in notices} == {"exercise"}
        assert None not in {told.told_ms for told in notices}


def test_without_lifts_there_is_none(tmp_path: Path) -> None:
    """Nothing to furnish, and nothing fails."""
    made = open_books(f"sqlite:///{tmp_path}/empty.sqlite")
    furnish_matters(SqlPeople(made, Seal(b"x" * 40)), (), now_ms=now_ms())
    assert made.instructions(InstructionFilter()) == []
    made.close()


def test_a_recall_is_at_every_step(people: SqlPeople, books: SqlBooks) -> None:
    """Verified, reported, taken on, waiting, excepted; nobody is told of it as of now."""
    facts = Facts(manufacturer="Sujiang", model="SJ-600")
    rows = [
        LiftRow(lift=f"L-{n:04d}", area="320583", estate="garden", facts=facts, exercise=True)
        for n in range(1, 4)
    ]
    rows.append(LiftRow(lift="L-0004", area="320583", estate="lake", facts=facts, exercise=True))
    rows.append(LiftRow(lift="L-0005", area="320583", estate="garden", facts=facts))
    rows.append(LiftRow(lift="L-0006", area="320583", estate="garden", facts=Facts()))
    furnish_recalls(people, rows, now_ms=now_ms())
    (one,) = books.recalls(open_only=True)
    hits = books.recall_hits([one.id])
    assert len(hits) == 5, "of the make and model"
    stands = {hit.standing for hit in hits}
    assert stands == {"done", "judged", "work"}
    told = [books.instruction_notices(hit.row.instruction or "") for hit in hits]
    assert all(row.told_ms is not None for rows in told for row in rows)
    furnish_recalls(people, [], now_ms=now_ms())


def test_the_credit_list_is_at_every_step(people: SqlPeople, books: SqlBooks) -> None:
    """In force after it was heard, announced, a draft; nobody is told of it as of now."""
    at_ms = now_ms()
    furnish_credit(books, people, SITES, now_ms=at_ms)
    some = books.credit_entries(now_ms=at_ms)
    assert [one.state for one in some] == ["draft", "announced", "in_force"]
    assert [one.kind for one in books.credit_entries(now_ms=at_ms, public=True)] == ["warning"]
    assert books.credit_due(at_ms) == []
    story = [line.what for line in books.credit_lines(some[-1].id)]
    assert story == ["draft", "announce", "answer", "enforce"]
    furnish_credit(books, people, (), now_ms=at_ms)

"""Instructions in the books: whatever lies beneath, and what the database itself refuses."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from liftwatch.access.sight import NOTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.clock import DAY_MS
from liftwatch.handlers import people as handlers
from liftwatch.handlers.care_instructions import escalate
from liftwatch.ports import Books, Conflict
from tests.care.instruct import PROOF, SEAL, WORDS, Houses
from tests.contracts.test_books import MONDAY_MS

OPEN = InstructionFilter(open_only=True)


def test_what_is_kept_comes_back(books: Books) -> None:
    """Field by field, with its story; the engine's steps are no change that people see."""
    houses = Houses(books)
    one = houses.moved(houses.issued(), "accept")
    assert books.instruction(one.id) == one
    with books.begin() as work:
        escalate(work, one.id, now_ms=MONDAY_MS + 11 * DAY_MS)
    late = books.instruction(one.id)
    assert late is not None
    assert (late.version, late.level, late.fired) == (one.version, 1, ("near", "overdue"))
    one = houses.moved(one, "report", at=12, told=PROOF)
    assert (one.level, one.fired) == (0, ())
    assert [row.why for row in books.instruction_notices(one.id)] == [
        "issue",
        "near",
        "overdue",
        "report",
    ]
    with pytest.raises(Conflict), books.begin() as work:
        work.put_instruction(one)


def test_lists_by_deadline(books: Books) -> None:
    """Open ones by what is due first, page by page; with the others the latest first."""
    houses = Houses(books)
    for id, days in (("a", 5), ("b", 3), ("c", 3), ("d", 9)):
        houses.issued(id=id, days=days)
    first = books.instruction("a")
    assert first is not None
    houses.moved(first, "withdraw", who="office", told=WORDS)
    page = books.instructions(OPEN, limit=2)
    assert [one.id for one in page] == ["b", "c"]
    rest = books.instructions(OPEN, after=(page[-1].deadline_ms, page[-1].id))
    assert [one.id for one in rest] == ["d"]
    every = books.instructions(InstructionFilter(), limit=3)
    assert [one.id for one in every] == ["d", "a", "c"]
    last = books.instructions(InstructionFilter(), after=(every[-1].deadline_ms, every[-1].id))
    assert [one.id for one in last] == ["b"]
    assert books.instructions(InstructionFilter(lift="L-0002")) == []


def test_what_may_be_seen(books: Books) -> None:
    """By the place, or because one's organisation has it, is offered it or issued it."""
    houses = Houses(books)
    one = houses.moved(houses.issued(), "offer", told=houses.to("kone"))
    seen = {
        "garden": Sight(places=(Place("320583", "garden"),)),
        "area": Sight(places=(Place("320583"),)),
    }
    for sight in seen.values():
        assert books.instruction(one.id, sight=sight) == one
    lake = Sight(places=(Place("320583", "lake"),))
    assert books.instruction(one.id, sight=lake) is None
    for name, found in (("anda", True), ("kone", True), ("office", True), ("garden", False)):
        mine = [houses.ids[name]]
        assert bool(books.instruction(one.id, sight=NOTHING, organisations=mine)) == found
        assert bool(books.instructions(OPEN, sight=lake, organisations=mine)) == found


def test_a_unit_sees_those_of_its_lifts(shared_books: SqlBooks) -> None:
    """As long as its contract lasts; the one that has it goes on seeing it."""
    houses = Houses(shared_books)
    one = houses.issued()
    kone = Sight(contracts_of=(houses.ids["kone"],))
    assert shared_books.instruction(one.id, sight=kone) is None
    with SqlPeople(shared_books, SEAL).begin() as work:
        handlers.make_contract(
            work, lift="LIFT-0001", organisation=houses.ids["kone"], from_ms=0, until_ms=None
        )
    assert shared_books.instruction(one.id, sight=kone) == one


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("responsible = :kone", "passes only to"),
        ("responsible = ''", "passes only to"),
        ("responsible = NULL", "(?i)not.null"),
        ("offered_to = responsible", "instruction_offered_to_another"),
        ("state = 'lost'", "instruction_state"),
        ("state = 'closed'", "instruction_ends"),
        (
            "state = 'verified', reported_by = 'li', reported_for = 'a',"
            " verified_by = 'li', verified_for = 'b'",
            "instruction_four_eyes",
        ),
    ],
)
def test_the_database_itself_lets_nothing_lie(
    shared_books: SqlBooks, change: str, said: str
) -> None:
    """Whoever writes past our code meets the same rule."""
    houses = Houses(shared_books)
    houses.issued()
    statement = text(f"UPDATE instruction SET {change}")
    bound: dict[str, Any] = {"kone": houses.ids["kone"]} if ":kone" in change else {}
    with pytest.raises(IntegrityError, match=said), shared_books.begin() as work:
        work.connection.execute(statement, bound)


def test_nothing_of_it_is_deleted(shared_books: SqlBooks) -> None:
    """Neither an instruction nor a line; and what is over is never changed."""
    houses = Houses(shared_books)
    one = houses.moved(houses.issued(), "withdraw", who="office", told=WORDS)
    for statement in (
        "DELETE FROM instruction",
        "DELETE FROM instruction_line",
        "UPDATE instruction_line SET text = 'x'",
        "UPDATE instruction SET state = 'issued', closed_ms = NULL",
    ):
        with pytest.raises(IntegrityError), shared_books.begin() as work:
            work.connection.execute(text(statement))
    assert shared_books.instruction(one.id) == one

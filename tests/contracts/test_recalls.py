"""Recalls in the books: whatever lies beneath."""

import pytest
from msgspec import structs

from liftwatch.access.sight import NOTHING, Place, Sight
from liftwatch.care.recalls import Criterion, Hit, Recall, RecallLift
from liftwatch.clock import DAY_MS
from liftwatch.ports import Books, Conflict
from tests.care.instruct import Houses
from tests.contracts.test_books import MONDAY_MS

GARDEN = Sight(places=(Place("320583", "garden"),))
LAKE = Sight(places=(Place("320583", "lake"),))


def recall_of(houses: Houses, id: str = "r-1", *, days: int = 0, **more: object) -> Recall:
    """One of the authority, begun so many days after the first."""
    made = Recall(
        id=id,
        issuer=houses.ids["office"],
        issued_by="p-office",
        issued_ms=MONDAY_MS + days * DAY_MS,
        places=(Place("320583"),),
        origin="regulator",
        word="finding 7",
        criterion=Criterion(make="KONE", kind="door_fault", from_ms=0),
        what="locks",
        why="sticky",
        remedy="new ones",
        kinds=("door_fault",),
        span_ms=DAY_MS,
        deadline_ms=MONDAY_MS + DAY_MS,
    )
    return structs.replace(made, **more)


def test_what_is_kept_comes_back(books: Books) -> None:
    """Field by field; with its lifts, and how the instruction of each stands."""
    houses = Houses(books)
    one, asked = recall_of(houses), houses.issued()
    row = RecallLift(
        recall="r-1", lift="LIFT-0001", area="320583", estate="garden", joined_ms=MONDAY_MS
    )
    far = structs.replace(row, lift="LIFT-0002", estate="lake", how="later")
    with books.begin() as work:
        work.put_recall(one)
        for some in (far, row):
            work.put_recall_lift(some)
        work.put_recall_lift(structs.replace(row, instruction=asked.id))
        held = work.held_hits("r-1")
    assert books.recall("r-1") == one
    stands = Hit(
        row=structs.replace(row, instruction=asked.id),
        state="issued",
        responsible=asked.responsible,
        deadline_ms=asked.deadline_ms,
    )
    assert books.recall_hits(["r-1"]) == held == [stands, Hit(row=far)]
    assert books.recall_hits(["r-1"], sight=LAKE) == [Hit(row=far)]
    assert books.recall_hits(["r-1"], sight=NOTHING) == []
    mine = [houses.ids["anda"]]
    assert books.recall_hits(["r-1"], sight=NOTHING, organisations=mine) == [stands]
    for sight, organisations, seen in (
        (GARDEN, [], True),
        (LAKE, [], True),
        (Sight(places=(Place("320584"),)), [], False),
        (NOTHING, mine, True),
        (NOTHING, [houses.ids["kone"]], False),
        (NOTHING, [houses.ids["office"]], True),
    ):
        found = books.recall("r-1", sight=sight, organisations=organisations)
        assert (found is not None) == seen, (sight, organisations)
        listed = books.recalls(sight=sight, organisations=organisations)
        assert bool(listed) == seen, (sight, organisations)


def test_lists_and_what_is_open_once(books: Books) -> None:
    """The newest first, page by page; of two that ask the same one is open at a time."""
    houses = Houses(books)
    one = recall_of(houses)
    with books.begin() as work:
        work.put_recall(one)
        work.put_recall(recall_of(houses, "r-2", days=1, criterion=Criterion(model="M")))
    with pytest.raises(Conflict, match="this very criterion"), books.begin() as work:
        work.put_recall(recall_of(houses, "r-3"))
    assert [found.id for found in books.recalls(limit=1)] == ["r-2"]
    rest = books.recalls(after=(MONDAY_MS + DAY_MS, "r-2"))
    assert [found.id for found in rest] == ["r-1"]
    over = structs.replace(one, state="closed", ended_ms=MONDAY_MS, version=2)
    with books.begin() as work:
        work.put_recall(over)
        work.put_recall(recall_of(houses, "r-3"))
    assert [found.id for found in books.recalls(open_only=True)] == ["r-2", "r-3"]
    with pytest.raises(Conflict), books.begin() as work:
        work.put_recall(structs.replace(over, version=4))

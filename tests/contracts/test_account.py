"""One contract for the account of loss, whatever lies beneath: memory, SQLite, PostgreSQL."""

import random
from typing import Any

import pytest
from msgspec import structs

from liftwatch.account import AccountGap, AccountRow, Completeness, StreamGaps
from liftwatch.ports import Books

DAY = 20_514
PLACE = {"area": "320583", "estate": "garden"}


def row(terminal: str, lift: str, received: int, **fields: Any) -> AccountRow:
    """A row of the garden, on one day, of one journal."""
    given = {"source": "j-1", **PLACE, "terminal": terminal, "lift": lift, "day": DAY}
    return AccountRow(**given | {"received": received} | fields)


def put(books: Books, *rows: AccountRow) -> None:
    """Rows in one transaction."""
    with books.begin() as work:
        work.put_account(rows)


def stream(boot: str, *gaps: tuple[int, int, int], **fields: Any) -> StreamGaps:
    """The gaps of a boot of T-1."""
    given = {"source": "j-1", **PLACE, "terminal": "T-1", "boot": boot}
    return StreamGaps(**given | fields, gaps=gaps)


def test_figures_are_absolute(books: Books) -> None:
    """Put twice they count once; put anew they are replaced."""
    for received in (5, 9, 9):
        put(books, row("T-1", "L-0001", received, late=1), row("T-1", "", received, missing=3))
    (told,) = books.completeness_of("L-0001", DAY, DAY)
    assert (told.received, told.heard, told.missing, told.late) == (9, 9, 3, 1)


def test_a_gateway_is_as_complete_as_all_its_lifts(books: Books) -> None:
    """Its gaps are nobody's in particular: the share is that of the terminal."""
    put(
        books,
        row("GW-1", "L-0001", 10, ahead_ms=-20),
        row("GW-1", "L-0002", 80, duplicates=2),
        row("GW-1", "", 90, missing=10, jumps=1),
        row("T-9", "L-0001", 10, ahead_ms=35),
        row("T-9", "", 10),
        row("T-9", "", 1_000, missing=1_000, day=DAY - 1),
    )
    (first,) = books.completeness_of("L-0001", DAY, DAY)
    assert first == Completeness(
        **PLACE,
        lift="L-0001",
        day=DAY,
        received=20,
        late=0,
        duplicates=0,
        ahead_ms=35,
        heard=100,
        missing=10,
        jumps=1,
    )
    (second,) = books.completeness_of("L-0002", DAY, DAY)
    assert (second.heard, second.missing, second.duplicates) == (90, 10, 2)
    assert second.ahead_ms is None


def test_journals_add_up(books: Books) -> None:
    """Two processes, or a new data folder: each keeps its own figures."""
    put(books, row("T-1", "L-0001", 5), row("T-1", "", 5, missing=1))
    put(books, row("T-1", "L-0001", 7, source="j-2"), row("T-1", "", 7, source="j-2", missing=2))
    (told,) = books.completeness_of("L-0001", DAY, DAY)
    assert (told.received, told.heard, told.missing) == (12, 12, 3)


def test_days_come_newest_first(books: Books) -> None:
    """Both ends of the span belong to it."""
    put(books, *(row("T-1", "L-0001", n + 1, day=DAY + n) for n in range(5)))
    told = books.completeness_of("L-0001", DAY + 1, DAY + 3)
    assert [(one.day, one.received) for one in told] == [(DAY + n, n + 1) for n in (3, 2, 1)]
    assert books.completeness_of("L-0002", DAY, DAY + 9) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_worst_come_first_in_pages(books: Books, seed: int) -> None:
    """Every lift once, in one order on every database; equals are in order of their names."""
    rng = random.Random(seed)
    rows = []
    for n in range(40):
        missing, estate = rng.choice((0, 0, 1, 7, 400)), rng.choice(("garden", "lake"))
        rows.append(row(f"T-{n}", f"L-{n:04}", 100, estate=estate))
        rows.append(row(f"T-{n}", "", 100, missing=missing, estate=estate))
    put(books, *rows, row("T-x", "L-9999", 1, day=DAY + 1))
    whole = books.completeness_on(DAY)
    assert len(whole) == 40
    keys = [(-one.lost_ppm, one.area, one.estate, one.lift) for one in whole]
    assert keys == sorted(keys)
    paged: list[Completeness] = []
    while page := books.completeness_on(
        DAY,
        limit=7,
        after=(paged[-1].lost_ppm, paged[-1].area, paged[-1].estate, paged[-1].lift)
        if paged
        else None,
    ):
        paged += page
    assert paged == whole
    garden = [one for one in whole if one.estate == "garden"]
    assert books.completeness_on(DAY, estate="garden") == garden


def test_gaps_are_replaced_whole(books: Books) -> None:
    """What was filled is gone; other boots and journals stay."""
    with books.begin() as work:
        work.put_gaps([stream("b1", (3, 4, DAY), (9, 9, DAY)), stream("b2", (0, 0, DAY))])
        work.put_gaps([stream("b1", (7, 2**32, DAY), source="j-2"), stream("c", (1, 1, 1))])
        work.put_gaps([stream("b1", (9, 9, DAY)), stream("c")])
    told = books.gaps_of("T-1")
    assert [(one.boot, one.first_seq, one.last_seq) for one in told] == [
        ("b1", 7, 2**32),
        ("b1", 9, 9),
        ("b2", 0, 0),
    ]
    assert told[1] == AccountGap(
        **PLACE, terminal="T-1", boot="b1", first_seq=9, last_seq=9, day=DAY
    )
    first = told[0]
    after = (first.area, first.estate, first.boot, first.first_seq)
    assert books.gaps_of("T-1", after=after, limit=1) == told[1:2]
    assert books.gaps_of("T-2") == []


def test_a_transaction_that_fails_leaves_nothing(books: Books) -> None:
    """Neither rows nor gaps."""
    put(books, row("T-1", "L-0001", 5))
    with pytest.raises(RuntimeError), books.begin() as work:
        work.put_account([row("T-1", "L-0001", 6), row("T-2", "L-0001", 6)])
        work.put_gaps([stream("b1", (0, 0, DAY))])
        raise RuntimeError
    (told,) = books.completeness_of("L-0001", DAY, DAY)
    assert structs.replace(told, heard=0).received == 5
    assert books.gaps_of("T-1") == []

"""A district's black-out: five hundred incidents within a minute, and one house to tell of them."""

from collections import Counter
from contextlib import closing
from pathlib import Path

from msgspec import structs

from liftwatch.adapters.sql import open_books
from liftwatch.clock import MINUTE_MS, SECOND_MS
from liftwatch.handlers import people
from liftwatch.incidents.pages import LIMIT, RAISINGS
from liftwatch.ports import LiftRow
from tests.contracts.test_books import MONDAY_MS
from tests.engine.test_paging import House

LIFTS = 125
KINDS = (("button_dead", 3), ("door_fault", 2), ("terminal_offline", 3), ("entrapment", 1))
AGAIN = 4


def lift(n: int) -> str:
    """A lift of the district."""
    return f"LIFT-{n:04d}"


def district(house: House) -> None:
    """All lifts, under the contract of the same unit."""
    one = house.books.lift("LIFT-0001")
    assert one is not None
    rows = [LiftRow(**structs.asdict(one) | {"lift": lift(n)}) for n in range(2, LIFTS + 1)]
    with house.books.begin() as work:
        work.put_lifts(rows)
    with house.people.begin() as work:
        for row in rows:
            people.make_contract(
                work,
                lift=row.lift,
                organisation=house.ids["anda"],
                from_ms=0,
                until_ms=None,
            )


def test_five_hundred_in_a_minute(tmp_path: Path) -> None:
    """
    The worst leave first although they came last; everything is answered for: told, or with the
    reason why not; and what comes again and again is told no more than three times an hour.
    """
    with closing(open_books(f"sqlite:///{tmp_path}/books.sqlite")) as books:
        house = House(books)
        district(house)
        at_ms = range(0, MINUTE_MS, MINUTE_MS // (LIFTS * len(KINDS)))
        raised = [
            house.raised(kind, severity, lift=lift(n), at_s=0, opened_ms=MONDAY_MS + moment)
            for (kind, severity, n), moment in zip(
                ((k, s, n) for k, s in KINDS for n in range(1, LIFTS + 1)), at_ms, strict=False
            )
        ]
        assert len({one.id for one in raised}) == LIFTS * len(KINDS)
        for again in range(1, AGAIN + 1):
            begun_ms = MONDAY_MS + again * 10 * SECOND_MS
            house.cleared("door_fault", again * 10, lift=lift(1))
            house.raised("door_fault", 2, lift=lift(1), at_s=again * 10, opened_ms=begun_ms)
        house.run(MINUTE_MS)
        texts = [text.partition("：")[0] for _, text in house.phones["room"].told]
        assert texts[:LIFTS] == ["困人"] * LIFTS
        for one in raised:
            first = house.books.notices_of(one.id)[0]
            assert first.held or [x for x in house.books.pages_of(one.id) if x.verdict], one
        told = Counter(
            (
                page.incident,
                page.channel,
                page.person or page.organisation,
                page.why,
                page.occurrence,
            )
            for one in raised
            for page in house.books.pages_of(one.id)
        )
        assert set(told.values()) == {1}
        (door,) = [one for one in raised if (one.kind, one.lift) == ("door_fault", lift(1))]
        notices = [x for x in books.notices_of(door.id) if x.why in RAISINGS]
        assert len([x for x in notices if not x.held]) <= LIMIT
        assert [x for x in notices if x.held]

"""The disclosure read from books of every kind: buildings page by page, and one building's year."""

import pytest

from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.clock import estate_day
from liftwatch.fund.books import EntryFilter
from liftwatch.fund.journal import Draft, Leg
from liftwatch.handlers import fund_disclosure
from liftwatch.handlers.fund_disclosure import buildings_of, disclosure_of
from liftwatch.handlers.fund_sources import tell_first_deposits
from liftwatch.ports import Books
from tests.contracts.ledger import MONDAY_MS, account, booked

SEVEN = ("320583", "garden", "7")


def pays(building: str, household: str, fen: int, *, bank: str = "ccb") -> Draft:
    """A household of a building pays in."""
    legs = (
        Leg(account("bank", bank, building).id, fen),
        Leg(account("principal", household, building).id, -fen),
    )
    key = f"pays-{building.encode().hex()}-{household}-{bank}"
    given = {"day": estate_day(MONDAY_MS), "at_ms": MONDAY_MS, "person": "p-li"}
    return Draft(kind="deposit", legs=legs, key=key, **given)


def test_buildings_are_told_page_by_page(ledger: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in order, however many bank accounts it has; those that are seen."""
    for building in ("7", "9", "3幢", "8"):
        booked(ledger, pays(building, "1", 100))
        booked(ledger, pays(building, "1", 100, bank="icbc"))
    whole, rest = buildings_of(ledger, EVERYTHING)
    assert (sorted(one[2] for one in whole), rest) == (["3幢", "7", "8", "9"], None)
    monkeypatch.setattr(fund_disclosure, "PAGE", 1)
    assert buildings_of(ledger, EVERYTHING) == (whole, None)
    found, after = [], ""
    while True:
        page, following = buildings_of(ledger, EVERYTHING, after=after, limit=1)
        found += page
        if following is None:
            break
        after = following
    assert found == whole
    assert buildings_of(ledger, Sight(places=(Place(*SEVEN),))) == ([SEVEN], None)
    assert buildings_of(ledger, NOTHING) == ([], None)


def test_a_year_is_read_from_them(ledger: Books) -> None:
    """A household of which only the first deposit is told stands there too, with nothing."""
    booked(ledger, pays("7", "1201", 2_999), pays("7", "1202", 3_000), pays("8", "1", 77))
    with ledger.begin() as work:
        first = {"1201": 10_000, "1202": 10_000, "1203": 10_000}
        tell_first_deposits(work, SEVEN, first, person="p", now_ms=MONDAY_MS)
    sight = Sight(places=(Place(*SEVEN),))
    entries = ledger.fund_feed(EntryFilter(), sight=sight)
    names, own = {"1201": "王小明", "1202": "陆建国"}, frozenset({"1202"})
    told = disclosure_of(
        ledger, SEVEN, 2026, entries=entries, names=names, own=own, now_ms=MONDAY_MS
    )
    assert [(row.what, row.amount_fen) for row in told.table] == [
        ("opening", 0),
        ("deposit", 5_999),
        ("closing", 5_999),
    ]
    assert [
        (one.household, one.owner, one.after_fen, one.must_top_up, one.first_deposit_fen)
        for one in told.homes
    ] == [
        ("1201", "王**", 2_999, True, None),
        ("1202", "陆建国", 3_000, False, 10_000),
        ("1203", "**", 0, True, None),
    ]
    assert list(told.moves) == ["1202"]
    assert told.books.banks == {"ccb": 5_999}

"""Interest of a bank's line, spread over all sub-accounts of its special account in one entry."""

from typing import Any, Protocol

from msgspec import structs

from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter, FundReads, FundWork
from liftwatch.fund.doors import doors_of
from liftwatch.fund.draws import OWN_IN_ORDER
from liftwatch.fund.interest import WAYS, By, Home, spread
from liftwatch.fund.journal import CannotBook, Draft, digest_of
from liftwatch.fund.posted import Entry
from liftwatch.handlers.fund_book import book_once, without_moment
from liftwatch.records import HouseholdWork
from liftwatch.said import Said

PAGE = 1_000


class BooksAndDoors(FundWork, HouseholdWork, Protocol):
    """One transaction over the books and the households on record."""


def places_of(books: FundReads, bank: AccountFilter) -> list[tuple[str, str, str]]:
    """The buildings in which a special account lies; `bank` names it by its `of`."""
    where = structs.replace(bank, kind="bank")
    return [account_of(one).place for one in _held(books, where)]


def spread_interest(
    work: BooksAndDoors,
    books: FundReads,
    fen: int,
    /,
    *,
    bank: AccountFilter,
    by: By,
    **given: Any,
) -> Entry:
    """Book interest that the bank has paid for a special account, in the buildings of a filter.

    Balances are those while the head is held. `given` are the other fields of a draft. Raises as
    `book` does; CannotBook where nobody holds anything, or an area is not on record.
    """
    if by not in WAYS:
        raise CannotBook(Said("interest is spread by balance, or by area"))
    asked = {"bank": structs.asdict(bank), "fen": fen, "by": by}
    request = digest_of("spread interest", **asked, **without_moment(given))

    def make() -> Draft:
        homes = _homes(work, books, bank, by=by)
        legs = spread(fen, homes, by=by, bank=bank.of or "")
        return Draft(kind="interest", legs=legs, **given)

    return book_once(work, given["key"], request=request, make=make)


def _homes(work: HouseholdWork, books: FundReads, bank: AccountFilter, *, by: By) -> list[Home]:
    found = []
    for place in places_of(books, bank):
        doors = doors_of(work.households_of(*place)) if by == "area" else {}
        area, estate, building = place
        sums: dict[str, int] = {}
        for kind in OWN_IN_ORDER:
            where = AccountFilter(area=area, estate=estate, building=building, kind=kind)
            for name, fen in _held(books, where).items():
                home = account_of(name).beside("principal").id
                sums[home] = sums.get(home, 0) + fen
        for name, fen in sums.items():
            account = account_of(name)
            door = doors.get(account.of)
            found.append(Home(account, fen, None if door is None else door.area_dm2))
    return found


def _held(books: FundReads, where: AccountFilter) -> dict[str, int]:
    found: dict[str, int] = {}
    while page := books.fund_held(where, after=max(found, default=""), limit=PAGE):
        found.update(page)
    return found

"""Interest of a bank's line, spread over all sub-accounts of its special account in one entry."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec import structs

from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter, FundReads, FundWork
from liftwatch.fund.doors import Door, doors_of
from liftwatch.fund.draws import OWN_IN_ORDER
from liftwatch.fund.interest import WAYS, By, Home, spread
from liftwatch.fund.journal import CannotBook, Draft, Leg, digest_of
from liftwatch.fund.posted import Entry
from liftwatch.handlers.fund_areas import households_in
from liftwatch.handlers.fund_book import book_once, without_moment
from liftwatch.ports import Books
from liftwatch.records import HouseholdWork
from liftwatch.said import Said

PAGE = 1_000


Place = tuple[str, str, str]
DoorsIn = Callable[[Place], dict[str, Door]]


class BooksAndDoors(FundWork, HouseholdWork, Protocol):
    """One transaction over the books and the households on record."""


def places_of(books: FundReads, bank: AccountFilter) -> list[Place]:
    """The buildings in which a special account lies; `bank` names it by its `of`."""
    where = structs.replace(bank, kind="bank")
    return [account_of(one).place for one in _held(books, where)]


def preview_interest(books: Books, fen: int, *, bank: AccountFilter, by: By) -> tuple[Leg, ...]:
    """The legs that `spread_interest` would book now; nothing is booked. Raises CannotBook."""

    def doors_in(place: Place) -> dict[str, Door]:
        return doors_of(households_in(books, place))

    return _legs(books, fen, bank=bank, by=by, doors_in=doors_in)


def seen_of(legs: Iterable[Leg]) -> str:
    """What stands for the legs of a preview: who has looked at them names them by it.

    >>> seen_of([Leg("a", 1)]) == seen_of([Leg("a", 1)]) != seen_of([Leg("a", 2)])
    True
    """
    return digest_of("spread interest", legs=[structs.asdict(leg) for leg in legs])


def spread_interest(
    work: BooksAndDoors,
    books: FundReads,
    fen: int,
    /,
    *,
    bank: AccountFilter,
    by: By,
    seen: str | None = None,
    **given: Any,
) -> Entry:
    """Book interest that the bank has paid for a special account, in the buildings of a filter.

    Balances are those while the head is held; `seen`, where it is given, is of the legs that
    somebody looked at before (`seen_of`), and others are not booked. `given` are the other fields
    of a draft. Raises as `book` does; CannotBook where nobody holds anything, or an area is not on
    record.
    """
    asked = {"bank": structs.asdict(bank), "fen": fen, "by": by}
    request = digest_of("spread interest", **asked, **without_moment(given))

    def doors_in(place: Place) -> dict[str, Door]:
        return doors_of(work.households_of(*place))

    def make() -> Draft:
        legs = _legs(books, fen, bank=bank, by=by, doors_in=doors_in)
        if seen is not None and seen != seen_of(legs):
            raise CannotBook(Said("it would be spread otherwise than it was looked at"))
        return Draft(kind="interest", legs=legs, **given)

    return book_once(work, given["key"], request=request, make=make)


def _legs(
    books: FundReads, fen: int, *, bank: AccountFilter, by: By, doors_in: DoorsIn
) -> tuple[Leg, ...]:
    if by not in WAYS:
        raise CannotBook(Said("interest is spread by balance, or by area"))
    return spread(fen, _homes(books, bank, by=by, doors_in=doors_in), by=by, bank=bank.of or "")


def _homes(books: FundReads, bank: AccountFilter, *, by: By, doors_in: DoorsIn) -> list[Home]:
    found = []
    for place in places_of(books, bank):
        doors = doors_in(place) if by == "area" else {}
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

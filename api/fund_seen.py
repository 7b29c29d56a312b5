"""The fund's books as one request may see them, and what is said when they refuse."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from msgspec import structs

from api.fund_shapes import seen_postings
from api.parts import parts_of
from api.problems import BadParameter, Problem, shown, unavailable
from liftwatch.access.sight import Place, Sight
from liftwatch.audit.chain import SealError
from liftwatch.fund.accounts import Account, account_of
from liftwatch.fund.books import AccountFilter, EntryFilter, Held, Unreadable
from liftwatch.fund.chain import Head
from liftwatch.fund.journal import CannotBook, KeyTaken, Leg
from liftwatch.fund.kept import CaseFilter
from liftwatch.fund.pending import Pending
from liftwatch.fund.posted import Entry
from liftwatch.fund.statement import StatementError
from liftwatch.ports import Books
from liftwatch.said import Said, said_by

PAGE = 500
PENDING_MAX = 500


@contextmanager
def fund_problems() -> Iterator[None]:
    """What the books refuse becomes a problem that says why."""
    try:
        yield
    except KeyTaken as error:
        raise Problem("conflict", said_by(error)) from error
    except CannotBook as error:
        raise Problem("unusable", said_by(error)) from error
    except StatementError as error:
        raise BadParameter("body", said_by(error)) from error
    except SealError as error:
        raise unavailable(Said("the key of the fund's books is not given")) from error
    except Unreadable as error:
        raise unavailable(Said("the fund's books are damaged: verify them")) from error


def account_or_problem(name: str, sight: Sight) -> Account:
    """An account by its name; the problem `unusable` for what is none, `not-found` for one of a
    building that is not seen."""
    try:
        account = account_of(name)
    except ValueError as error:
        raise Problem("unusable", said_by(error)) from error
    if not sight.reaches(Place(*account.place)):
        raise no_building(account.place)
    return account


def no_building(place: tuple[str, str, str]) -> Problem:
    """The problem of a building that is not there, or not seen."""
    return Problem(
        "not-found", Said("there is no building %(place)s", place=shown("/".join(place)))
    )


class SeenFund:
    """Reads of the fund, each bounded by what may be seen; `fund_problems` is around them."""

    def __init__(self, books: Books, sight: Sight) -> None:
        self._books, self.sight = books, sight

    def held(self, where: AccountFilter, *, after: str = "", limit: int = PAGE) -> list[Held]:
        """Accounts and what they hold."""
        with fund_problems():
            return self._books.fund_held(where, after=after, limit=limit, sight=self.sight)

    def all_held(self, place: tuple[str, str, str]) -> list[Held]:
        """All accounts of a building; the problem `not-found` where it is not seen."""
        self.check(place)
        where = AccountFilter(area=place[0], estate=place[1], building=place[2])
        found: list[Held] = []
        while page := self.held(where, after=found[-1].account if found else ""):
            found += page
        return found

    def head(self) -> Head:
        """The end of the books; it tells nobody what was booked."""
        with fund_problems():
            return self._books.fund_head()

    def check(self, place: tuple[str, str, str]) -> None:
        """The problem `not-found` for a building that is not seen."""
        if not self.sight.reaches(Place(*place)):
            raise no_building(place)

    def feed(self, where: EntryFilter, *, after: int = 0, limit: int = PAGE) -> list[Entry]:
        """Entries above a number, whole, in order."""
        with fund_problems():
            return self._books.fund_feed(where, after=after, limit=limit, sight=self.sight)

    def all_entries(self, sight: Sight | None = None) -> Iterator[Entry]:
        """All entries, each with the postings that are seen; `sight` may be a narrower one."""
        sight, after = sight or self.sight, 0
        with fund_problems():
            while page := self._books.fund_feed(
                EntryFilter(), after=after, limit=PAGE, sight=sight
            ):
                after = page[-1].n
                for one in page:
                    yield structs.replace(one, postings=seen_postings(one, sight))

    def entry(self, n: int) -> Entry | None:
        """Entry n, where one of its buildings is seen."""
        found = self.feed(EntryFilter(), after=n - 1, limit=1) if n > 0 else []
        return found[0] if found and found[0].n == n else None

    def pending(self, id: str) -> Pending | None:
        """What waits, where all its buildings are seen."""
        found = self._books.fund_pending_of(id)
        return found if found is not None and self.sees(found) else None

    def pendings(self, state: str) -> list[Pending]:
        """Those of the newest 500 in a state of which all buildings are seen."""
        found = self._books.fund_pendings(state=state, limit=PENDING_MAX)
        return [one for one in found if self.sees(one)]

    def check_no_debt(self, home: Account) -> None:
        """The problem `conflict` where a household owes something to a case: its move `receive`
        books what is paid of it, so that case and books say the same."""
        case = next(iter(self._debts(home)), None)
        if case is not None:
            told = Said(
                "%(household)s owes to case %(case)s: what it pays is received there",
                household=home.of,
                case=case,
            )
            raise Problem("conflict", told)

    def check_debts_stay(self, legs: Iterable[Leg], held: Callable[[str], int]) -> None:
        """The problem `conflict` for legs that take away what a household owes to its cases; what
        it owes besides, since the books began, may go. `held` tells what an account holds."""
        for leg in legs:
            account = account_of(leg.account)
            if account.kind == "receivable" and leg.amount < 0:
                owed = sum(self._debts(account).values())
                if held(account.id) + leg.amount < owed:
                    told = Said(
                        "%(household)s owes %(fen)s fen to cases: that is paid to them",
                        household=account.of,
                        fen=owed,
                    )
                    raise Problem("conflict", told)

    def _debts(self, home: Account) -> dict[str, int]:
        """What a household owes to each of its cases."""
        where = CaseFilter(area=home.area, estate=home.estate, building=home.building)
        after = ""
        found: dict[str, int] = {}
        while page := self._books.fund_cases(where, after=after, limit=PAGE):
            for one in page:
                owed = sum(x.owed_fen for x in one.purse.lines if x.household == home.of)
                found |= {one.id: owed} if owed else {}
            after = page[-1].id
        return found

    def sees_places(self, places: Iterable[tuple[str, str, str]]) -> bool:
        """Whether all these buildings are seen."""
        return all(self.sight.reaches(Place(*place)) for place in places)

    def sees(self, pending: Pending) -> bool:
        """Whether all its buildings are seen."""
        return sees_all(self.sight, (leg.account for leg in pending.draft.legs))


def sees_all(sight: Sight, accounts: Iterable[str]) -> bool:
    """Whether all these accounts are of buildings that are seen."""
    return all(sight.reaches(Place(*account_of(name).place)) for name in accounts)


async def _fund(request: Request) -> SeenFund:
    """What the principal may see by the action its route declares (`api.principal.Allow`)."""
    return SeenFund((await parts_of(request)).books, request.state.sight)


TheFund = Annotated[SeenFund, Depends(_fund)]

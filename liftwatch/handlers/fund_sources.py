"""What a second person looks at before it is booked, first deposits, and the end of a year.

Each is one transaction with its entry in the trail, which the caller notes.
"""

from collections.abc import Mapping
from typing import NamedTuple

from liftwatch.fund.accounts import is_part
from liftwatch.fund.allocation import must_top_up
from liftwatch.fund.books import AccountFilter, FirstDeposit, FundReads, FundWork
from liftwatch.fund.draws import OWN_IN_ORDER
from liftwatch.fund.journal import CannotBook, Draft
from liftwatch.fund.money import check_fen
from liftwatch.fund.pending import BOOKED, WITHDRAWN, Pending, confirmed, decided, pending_of
from liftwatch.fund.posted import Entry
from liftwatch.fund.years import Closed, check_closing, last_day_of, sealed
from liftwatch.handlers.fund_book import book
from liftwatch.said import Said, said_by

HELD_MAX = 10_000
"""Accounts of one kind and one building, read at once."""


def propose(work: FundWork, draft: Draft, *, id: str) -> Pending:
    """Let a draft wait for a second person. Raises CannotBook; Conflict where the id is taken."""
    pending = pending_of(id, draft)
    work.fund_put_pending(pending)
    return pending


def confirm(work: FundWork, id: str, *, second: str, digest: str, now_ms: int) -> Entry:
    """Book what waits, as another person than who proposed it; again it is the same answer.

    `digest` is of what was looked at. Raises CannotBook, and whatever `book` does.
    """
    pending = _found(work, id)
    if pending.state == BOOKED and (pending.second, pending.digest) == (second, digest):
        entry = work.fund_numbered(pending.entry or 0)
        assert entry is not None, "what is booked stays"
        return entry
    entry = book(work, confirmed(pending, second=second, digest=digest, now_ms=now_ms))
    done = decided(pending, state=BOOKED, by=second, now_ms=now_ms, entry=entry.n)
    work.fund_put_pending(done)
    return entry


def withdraw(work: FundWork, id: str, *, person: str, now_ms: int) -> Pending:
    """Let it wait no more; anybody may who could have confirmed it, and who proposed it."""
    pending = _found(work, id)
    done = decided(pending, state=WITHDRAWN, by=person, now_ms=now_ms, entry=None)
    work.fund_put_pending(done)
    return done


def _found(work: FundWork, id: str) -> Pending:
    pending = work.fund_pending(id)
    if pending is None:
        raise CannotBook(Said("nothing waits under this name"))
    return pending


def tell_first_deposits(
    work: FundWork,
    place: tuple[str, str, str],
    fens: Mapping[str, int],
    *,
    person: str,
    now_ms: int,
) -> None:
    """Note what households of a building paid in first. Raises CannotBook for what is none."""
    area, estate, building = place
    for household, fen in fens.items():
        try:
            check_fen(fen)
        except ValueError as error:
            raise CannotBook(said_by(error)) from error
        if not is_part(household):
            raise CannotBook(Said("%(name)s is no household", name=repr(household[:40])))
    work.fund_put_first(
        FirstDeposit(
            area=area,
            estate=estate,
            building=building,
            household=household,
            fen=fen,
            person=person,
            at_ms=now_ms,
        )
        for household, fen in fens.items()
    )


class TopUp(NamedTuple):
    """A household that must top up: what it holds, and its first deposit."""

    household: str
    held_fen: int
    first_deposit_fen: int


def top_ups(books: FundReads, place: tuple[str, str, str]) -> list[TopUp]:
    """The households of a building below 30 % of their first deposit, in order of their names.

    Those of which nobody told a first deposit are not judged.
    """
    held = _held(books, place)
    return [
        TopUp(household, held.get(household, 0), first)
        for household, first in books.fund_first_deposits(place).items()
        if must_top_up(held.get(household, 0), first)
    ]


def _held(books: FundReads, place: tuple[str, str, str]) -> dict[str, int]:
    """What every household of a building holds, principal and interest together."""
    area, estate, building = place
    sums: dict[str, int] = {}
    for kind in OWN_IN_ORDER:
        where = AccountFilter(area=area, estate=estate, building=building, kind=kind)
        for account, balance in books.fund_held(where, limit=HELD_MAX):
            household = account.rpartition("/")[2]
            sums[household] = sums.get(household, 0) + balance
    return sums


def close_year(work: FundWork, year: int, *, person: str, second: str, now_ms: int) -> Closed:
    """Close a year that is over: nothing is booked into it any more.

    Raises CannotBook where it is not over or closed already, and without a second person.
    """
    head = work.fund_lock()
    check_closing(year, work.fund_closed(), now_ms=now_ms)
    if second == person:
        raise CannotBook(Said("the second person is another one"))
    closed = Closed(
        year=year,
        last_day=last_day_of(year),
        n=head.n,
        hash=head.hash,
        person=person,
        second=second,
        at_ms=now_ms,
    )
    closed = sealed(closed, work.fund_keys)
    work.fund_close(closed)
    return closed

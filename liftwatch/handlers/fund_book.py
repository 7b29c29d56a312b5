"""Books an entry of the fund: once under its key, behind the last one, with nobody beside.

    lock the head -> the key is known? the same answer -> balances -> numbered, sealed, appended

The head is held until the transaction ends, so what was read of balances is still so when it is
written; the database would refuse it else.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import structs

from liftwatch.fund.accounts import Account
from liftwatch.fund.books import FundWork
from liftwatch.fund.draws import Share, accounts_of, drawn
from liftwatch.fund.journal import (
    CannotBook,
    Draft,
    digest_of,
    numbered,
    request_of,
    reversal,
    same_request,
    wrong_texts,
)
from liftwatch.fund.posted import Entry
from liftwatch.fund.sources import paid_in
from liftwatch.fund.statement import next_source
from liftwatch.fund.years import check_open
from liftwatch.said import Said

Make = Callable[[], Draft]
"""Makes a draft of what the books hold, while nobody else books."""


def book(work: FundWork, draft: Draft) -> Entry:
    """Book a draft, or return what was booked under its key.

    Raises KeyTaken where another thing was asked under it, Short where an account does not hold
    what is taken, CannotBook for what is no entry, and SealError without the books' key.
    """
    return book_once(work, draft.key, request=request_of(draft), make=lambda: draft)


def draw(work: FundWork, shares: Sequence[Share], /, *, case: str, **given: Any) -> Entry:
    """Set aside for a case what households are to bear; what is short becomes a receivable.

    `given` are the other fields of a draft. Raises as `book` does.
    """
    asked = [(share.account.beside("principal").id, share.fen) for share in shares]
    request = digest_of("draw", shares=sorted(asked), case=case, **without_moment(given))

    def make() -> Draft:
        balances = work.fund_balances(accounts_of(shares))
        legs = drawn(shares, case=case, balances=balances)
        return Draft(kind="reserve", legs=legs, case=case, **given)

    return book_once(work, given["key"], request=request, make=make)


def take_back(work: FundWork, n: int, /, **given: Any) -> Entry:
    """Take entry n back by its reversal; it is taken back once. Raises as `book` does."""
    request = digest_of("take back", n=n, **without_moment(given))

    def make() -> Draft:
        found = work.fund_numbered(n)
        if found is None:
            raise CannotBook(Said("there is no entry %(n)s to take back", n=n))
        return reversal(found, **given)

    return book_once(work, given["key"], request=request, make=make)


def pay_in(work: FundWork, home: Account, fen: int, /, *, bank: str, **given: Any) -> Entry:
    """Book what a household has paid in: first what it owes, then its principal.

    `given` are the other fields of a draft. Raises as `book` does.
    """
    asked = {"home": home.beside("principal").id, "fen": fen, "bank": bank}
    request = digest_of("pay in", **asked, **without_moment(given))

    def make() -> Draft:
        balances = work.fund_balances([home.beside("receivable").id])
        legs = paid_in(home, fen, bank=bank, balances=balances)
        return Draft(kind="deposit", legs=legs, **given)

    return book_once(work, given["key"], request=request, make=make)


def without_moment(given: dict[str, Any]) -> dict[str, Any]:
    """What is asked with a draft, without when: the same asked again is the same."""
    return {name: value for name, value in given.items() if name != "at_ms"}


def _free_source(work: FundWork, source: str) -> str:
    """The name under which a source is booked: another one after it was taken back."""
    while (there := work.fund_source(source)) is not None:
        back = work.fund_reversal(there.n)
        if back is None:
            raise CannotBook(Said("%(source)s was booked as entry %(n)s", source=source, n=there.n))
        source = next_source(source, back.n)
    return source


def book_once(work: FundWork, key: str, *, request: str, make: Make) -> Entry:
    """Book what `make` makes while the head is held, or return what was booked under the key.

    `request` is a digest of what was asked. Raises as `book` does.
    """
    head = work.fund_lock()
    known = work.fund_known(key)
    if known is not None:
        return same_request(known, request)
    draft = structs.replace(make(), request=request)
    why = wrong_texts(draft)  # before the database is asked for any of them
    if why is not None:
        raise CannotBook(why)
    check_open(draft.day, work.fund_closed())
    if draft.source is not None:
        draft = structs.replace(draft, source=_free_source(work, draft.source))
    taken_back = None
    if draft.reverses is not None:
        taken_back = work.fund_numbered(draft.reverses)
        if (there := work.fund_reversal(draft.reverses)) is not None:
            raise CannotBook(
                Said("entry %(n)s was taken back by entry %(by)s", n=draft.reverses, by=there.n)
            )
    balances = work.fund_balances(leg.account for leg in draft.legs)
    entry = numbered(head, draft, balances, keys=work.fund_keys, reversed=taken_back)
    work.fund_append(entry)
    return entry

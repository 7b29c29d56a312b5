"""Books an entry of the fund: once under its key, behind the last one, with nobody beside.

    lock the head -> the key is known? the same answer -> balances -> numbered, sealed, appended

The head is held until the transaction ends, so what was read of balances is still so when it is
written; the database would refuse it else.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import structs

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
)
from liftwatch.fund.posted import Entry
from liftwatch.said import Said

Make = Callable[[], Draft]
"""Makes a draft of what the books hold, while nobody else books."""


def book(work: FundWork, draft: Draft) -> Entry:
    """Book a draft, or return what was booked under its key.

    Raises KeyTaken where another thing was asked under it, Short where an account does not hold
    what is taken, CannotBook for what is no entry, and SealError without the books' key.
    """
    return _once(work, draft.key, request=request_of(draft), make=lambda: draft)


def draw(work: FundWork, shares: Sequence[Share], /, *, case: str, **given: Any) -> Entry:
    """Set aside for a case what households are to bear; what is short becomes a receivable.

    `given` are the other fields of a draft. Raises as `book` does.
    """
    asked = [(share.account.beside("principal").id, share.fen) for share in shares]
    request = digest_of("draw", shares=sorted(asked), case=case, **_without_moment(given))

    def make() -> Draft:
        balances = work.fund_balances(accounts_of(shares))
        legs = drawn(shares, case=case, balances=balances)
        return Draft(kind="reserve", legs=legs, case=case, request=request, **given)

    return _once(work, given["key"], request=request, make=make)


def take_back(work: FundWork, n: int, /, **given: Any) -> Entry:
    """Take entry n back by its reversal; it is taken back once. Raises as `book` does."""
    request = digest_of("take back", n=n, **_without_moment(given))

    def make() -> Draft:
        found = work.fund_numbered(n)
        if found is None:
            raise CannotBook(Said("there is no entry %(n)s to take back", n=n))
        return structs.replace(reversal(found, **given), request=request)

    return _once(work, given["key"], request=request, make=make)


def _without_moment(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "at_ms"}


def _once(work: FundWork, key: str, *, request: str, make: Make) -> Entry:
    head = work.fund_lock()
    known = work.fund_known(key)
    if known is not None:
        return same_request(known, request)
    draft = make()
    if draft.source is not None and (there := work.fund_source(draft.source)) is not None:
        raise CannotBook(
            Said("%(source)s was booked as entry %(n)s", source=draft.source, n=there.n)
        )
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

"""What stands in the books: entries with their postings. Never changed, never deleted."""

from msgspec import Struct


class Posting(Struct, frozen=True):
    """A leg that was booked, with the balance of its account after it, on the account's side."""

    account: str
    amount: int
    balance: int


class Entry(Struct, frozen=True, kw_only=True):
    """One link of the chain; its fields are those of a draft (`liftwatch.fund.journal.Draft`).

    `legs` is how many there are, `seal` names the key of `hash`, "" where there was none.
    """

    n: int = 0
    kind: str
    day: int
    at_ms: int
    person: str
    organisation: str | None
    second: str | None
    case: str | None
    source: str | None
    document: str | None
    memo: str
    reverses: int | None
    key: str
    request: str
    legs: int
    seal: str = ""
    hash: str = ""
    postings: tuple[Posting, ...] = ()

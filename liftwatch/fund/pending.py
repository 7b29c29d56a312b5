"""What one person has asked to be booked and another has still to look at.

    waiting --confirm (another person)--> booked
    waiting --withdraw------------------> withdrawn

An opening balance has nothing in these books that it could be held against, so nobody books one
alone. What the second person confirms is what lies here, not what they are told again.
"""

from msgspec import Struct, structs

from liftwatch.fund.journal import CannotBook, Draft, check, digest_of
from liftwatch.said import Said

WAITING, BOOKED, WITHDRAWN = "waiting", "booked", "withdrawn"


class Pending(Struct, frozen=True, kw_only=True):
    """A draft that waits; `digest` is of all of it, so that one knows what one confirms.

    `second` is whoever confirmed or withdrew it, `entry` what it became.
    """

    id: str
    draft: Draft
    digest: str
    state: str = WAITING
    second: str | None = None
    decided_ms: int | None = None
    entry: int | None = None
    version: int = 1


def pending_of(id: str, draft: Draft) -> Pending:
    """A draft that waits for a second person. Raises CannotBook for one that could not be booked
    whoever confirmed it.

    >>> pending_of("x", Draft(kind="opening", day=20_000, at_ms=0, person="p", key="", legs=()))
    Traceback (most recent call last):
    liftwatch.fund.journal.CannotBook: an Idempotency-Key has 8 to 120 printable characters
    """
    if draft.second is not None:
        raise CannotBook(Said("the second person is whoever confirms it"))
    if draft.reverses is None:
        check(structs.replace(draft, second=f"not {draft.person}"[:64]))
    digest = digest_of("pending", draft=structs.asdict(draft))
    return Pending(id=id, draft=draft, digest=digest)


def confirmed(pending: Pending, *, second: str, digest: str, now_ms: int) -> Draft:
    """The draft as it is booked then. Raises CannotBook, saying why it is not."""
    _check_waiting(pending)
    if digest != pending.digest:
        raise CannotBook(Said("it is not what was looked at"))
    if second == pending.draft.person:
        raise CannotBook(Said("the second person is another one"))
    return structs.replace(pending.draft, second=second, at_ms=now_ms)


def decided(pending: Pending, *, state: str, by: str, now_ms: int, entry: int | None) -> Pending:
    """After it was booked or withdrawn. Raises CannotBook where it waits no more."""
    _check_waiting(pending)
    return structs.replace(
        pending,
        state=state,
        second=by,
        decided_ms=now_ms,
        entry=entry,
        version=pending.version + 1,
    )


def _check_waiting(pending: Pending) -> None:
    if pending.state != WAITING:
        booked, withdrawn = Said("it was booked already"), Said("it was withdrawn")
        raise CannotBook(booked if pending.state == BOOKED else withdrawn)

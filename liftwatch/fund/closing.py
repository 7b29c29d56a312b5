"""The end of a year, asked for by one person and looked at by another before it is closed.

    waiting --confirm (another person; nothing was booked into it meanwhile)--> closed
    waiting --withdraw------------------------------------------------------> withdrawn

What the second person confirms is the year up to the newest entry of its days, by its hash.
"""

from hashlib import sha256

import msgspec
from msgspec import Struct, structs

from liftwatch.fund.chain import Head
from liftwatch.fund.journal import CannotBook
from liftwatch.said import Said

WAITING, CLOSED, WITHDRAWN = "waiting", "closed", "withdrawn"


class Closing(Struct, frozen=True, kw_only=True):
    """A year that somebody wants closed; `n` is the newest entry of its days or before, `hash`
    its hash, `second` whoever confirmed or withdrew it."""

    id: str
    year: int
    n: int
    hash: str
    person: str
    at_ms: int
    state: str = WAITING
    second: str | None = None
    decided_ms: int | None = None
    version: int = 1

    @property
    def digest(self) -> str:
        """What one says one has looked at."""
        told = ["liftwatch closing of a year 1", self.id, self.year, self.n, self.hash]
        return sha256(msgspec.json.encode(told)).hexdigest()


def check_confirming(closing: Closing, *, second: str, digest: str, newest: Head) -> None:
    """Whether it may be closed now; raises CannotBook, saying why not."""
    _check_waiting(closing)
    if second == closing.person:
        raise CannotBook(Said("the second person is another one"))
    if digest != closing.digest:
        raise CannotBook(Said("it is not what was looked at"))
    if (newest.n, newest.hash) != (closing.n, closing.hash):
        raise CannotBook(
            Said("entry %(n)s was booked into it meanwhile: look at it anew", n=newest.n)
        )


def decided(closing: Closing, *, state: str, by: str, now_ms: int) -> Closing:
    """After it was closed or withdrawn. Raises CannotBook where it waits no more."""
    _check_waiting(closing)
    return structs.replace(
        closing, state=state, second=by, decided_ms=now_ms, version=closing.version + 1
    )


def _check_waiting(closing: Closing) -> None:
    if closing.state != WAITING:
        closed, withdrawn = Said("it was closed already"), Said("it was withdrawn")
        raise CannotBook(closed if closing.state == CLOSED else withdrawn)

"""Where the books stood at a moment, as lines of text that are kept outside the database.

Whoever can write the database can cut off its end; a line that lies elsewhere still knows it. So
the engine adds one every minute in which something was booked, and one a day at least.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from liftwatch.clock import estate_day, parse_ms, rfc3339
from liftwatch.fund.chain import Head

_HASH = re.compile(r"[0-9a-f]{64}\Z")


class Anchor(Struct, frozen=True, kw_only=True):
    """The number and the hash of the newest entry at a moment."""

    at_ms: int
    n: int
    hash: str


class AnchorError(Exception):
    """Anchors cannot be read or kept; one line says why."""


class AnchorPlace(Protocol):
    """Where anchors are kept: a file, best on another disk than the database."""

    def newest(self) -> Anchor | None:
        """The last line. Raises AnchorError."""

    def all(self) -> list[Anchor]:
        """All lines, the oldest first. Raises AnchorError."""

    def add(self, anchor: Anchor) -> None:
        """Add a line; it is on the disk when this returns. Raises AnchorError."""


def line_of(anchor: Anchor) -> str:
    """Moment, number and hash.

    >>> line_of(Anchor(at_ms=1_772_439_247_420, n=7, hash="ab" * 32))[:34]
    '2026-03-02T08:14:07.420Z 7 abababa'
    """
    return f"{rfc3339(anchor.at_ms)} {anchor.n} {anchor.hash}"


def parse_anchors(lines: Iterable[str]) -> list[Anchor]:
    """Anchors of lines as `line_of` writes them; empty ones and those that begin with # are none.

    Raises AnchorError with the number of the line.
    """
    found = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words and not words[0].startswith("#"):
            try:
                found.append(_anchor_of(words))
            except ValueError:
                why = f"line {number} is not a moment, a number and a hash"
                raise AnchorError(why) from None
    return found


def _anchor_of(words: Sequence[str]) -> Anchor:
    at, n, hash_ = words
    if not (n.isascii() and n.isdigit() and int(n) > 0 and _HASH.match(hash_)):
        raise ValueError
    return Anchor(at_ms=parse_ms(at), n=int(n), hash=hash_)


def next_anchor(newest: Anchor | None, head: Head, now_ms: int) -> Anchor | None:
    """The anchor that is due now; None where nothing was booked since and none is missing today.

    >>> head = Head(n=7, hash="ab" * 32)
    >>> first = next_anchor(None, head, 0)
    >>> first.n, next_anchor(first, head, 60_000), next_anchor(first, head, 86_400_000).n
    (7, None, 7)
    """
    if head.n == 0:
        return None
    same = newest is not None and newest.n == head.n
    if newest is not None and same and estate_day(newest.at_ms) == estate_day(now_ms):
        return None
    return Anchor(at_ms=now_ms, n=head.n, hash=head.hash)


def contradiction(newest: Anchor | None, head: Head) -> str | None:
    """Why the books cannot be those of which the newest anchor was made; None where they can.

    >>> contradiction(Anchor(at_ms=0, n=9, hash=""), Head(n=7))
    'an anchor remembers entry 9, and the newest one is 7: the end is cut off'
    """
    if newest is None or newest.n < head.n:
        return None
    if newest.n > head.n:
        why = "the end is cut off"
        return f"an anchor remembers entry {newest.n}, and the newest one is {head.n}: {why}"
    if newest.hash != head.hash:
        return f"entry {head.n} is not what an anchor remembers: it was sealed anew"
    return None

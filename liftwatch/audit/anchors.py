"""Anchors as lines of text that can be kept elsewhere, and which of them the trail may begin at."""

import re
from collections.abc import Iterable, Sequence

from liftwatch.audit.chain import Anchor, Head
from liftwatch.clock import day_of, day_text

KEEP_DAYS_MIN = 183
"""Six months: network logs are kept so long at least (Cybersecurity Law, art. 21, text of 2016)."""

_HASH = re.compile(r"[0-9a-f]{64}\Z")


class AnchorError(ValueError):
    """A line is no anchor."""


def line_of(anchor: Anchor) -> str:
    """Day, number and hash.

    >>> line_of(Anchor(day=20_514, n=7, hash="ab" * 32))[:20]
    '2026-03-02 7 abababa'
    """
    return f"{day_text(anchor.day)} {anchor.n} {anchor.hash}"


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
                raise AnchorError(f"line {number} is not a day, a number and a hash") from None
    return found


def _anchor_of(words: Sequence[str]) -> Anchor:
    day, n, hash_ = words
    if not (n.isascii() and n.isdigit() and int(n) > 0 and _HASH.match(hash_)):
        raise ValueError
    return Anchor(day=day_of(day), n=int(n), hash=hash_)


def next_mark(
    head: Head, anchors: Sequence[Anchor], *, keep_days: int, today: int
) -> Anchor | None:
    """The anchor up to which a trail may be given up now; None where nothing more may go.

    What goes is older than `keep_days` whole days by the calendar, and as many days have been
    lived through since, each with an anchor of its own: a clock that is set ahead by years must
    not empty the trail. The newest entry stays.

    >>> days = [Anchor(day=k, n=10 * k, hash="") for k in range(1, 201)]
    >>> next_mark(Head(n=2_000), days, keep_days=183, today=201).day
    17
    >>> next_mark(Head(n=2_000), days, keep_days=183, today=200).day  # 17 is not old enough
    16
    >>> next_mark(Head(n=170), days, keep_days=183, today=201).day  # 17 is the newest entry
    16
    >>> next_mark(Head(n=2_000), days[:50], keep_days=183, today=40_000) is None
    True
    """
    if keep_days < 1:
        raise ValueError(f"{keep_days} days are none to keep")
    lived = sorted(anchors, key=lambda one: one.day)[:-keep_days]
    old = [one for one in lived if one.day < today - keep_days and head.pruned < one.n < head.n]
    return max(old, key=lambda one: one.n, default=None)

"""What people say of alarms: of those they judged, what share was right, and how sure that is.

Right is what people put right or released somebody from; wrong is what they rejected, with their
reason. What nobody took up, exercises, late history and calls by telephone judge no detector.
"""

from collections.abc import Callable, Iterable
from math import exp, lgamma, log
from typing import Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.clock import DAY_MS
from liftwatch.incidents.silences import may_be_silenced

SPAN_MS = 90 * DAY_MS
"""So far back people's words count (issue 7, part 8)."""
REJECTED_MIN = 20
"""With fewer rejections nothing is concluded [our choice]."""
TAIL = 0.025
STEPS = 60


class Judged(Struct, frozen=True, kw_only=True):
    """How often people found a kind right and wrong; `branch` is how its detector came to it."""

    kind: str
    branch: str = ""
    right: int = 0
    wrong: int = 0


class Rejected(Struct, frozen=True, kw_only=True):
    """One that people rejected: which, when, by their own words why."""

    incident: str
    kind: str
    lift: str | None
    at_ms: int
    reason: str


class Recorded(Struct, frozen=True, kw_only=True):
    """A kind that is written down and pages nobody, since when, by which counts."""

    kind: str
    since_ms: int
    right: int
    wrong: int


class VerdictReads(Protocol):
    """What is read of people's words."""

    def judged(
        self, from_ms: int, to_ms: int, *, exercise: bool = False, sight: Sight = EVERYTHING
    ) -> list[Judged]:
        """Counts by kind and branch, of incidents raised in between; `exercise`: these as well."""

    def rejected(
        self, from_ms: int, to_ms: int, *, limit: int = 100, sight: Sight = EVERYTHING
    ) -> list[Rejected]:
        """Those that were rejected, of incidents raised in between, the newest first."""

    def recorded(self) -> list[Recorded]:
        """The kinds that page nobody now."""


class VerdictWork(Protocol):
    """The part of a transaction that says which kinds page."""

    def is_recorded(self, kind: str) -> bool:
        """Whether a kind pages nobody now."""

    def put_recorded(self, rows: Iterable[Recorded]) -> None:
        """These kinds, and no others, page nobody from now on."""


def interval(found: int, total: int) -> tuple[float, float]:
    """The exact two-sided 95 % interval of a share (Clopper and Pearson, 1934).

    >>> [round(end, 4) for end in interval(9, 10)], interval(0, 0)
    ([0.555, 0.9975], (0.0, 1.0))
    """
    low = _where(lambda p: _at_least(found, total, p) >= TAIL) if found else 0.0
    high = _where(lambda p: _at_least(found + 1, total, p) >= 1 - TAIL) if found < total else 1.0
    return low, high


def below(judged: Iterable[Judged], *, floor: float, now_ms: int) -> list[Recorded]:
    """The kinds that are surely right less often than the floor; none that endangers life.

    >>> rows = [Judged(kind="door_blocked", right=1, wrong=40), Judged(kind="overspeed", wrong=90)]
    >>> [one.kind for one in below(rows, floor=0.2, now_ms=0)]
    ['door_blocked']
    """
    sums: dict[str, tuple[int, int]] = {}
    for one in judged:
        right, wrong = sums.get(one.kind, (0, 0))
        sums[one.kind] = (right + one.right, wrong + one.wrong)
    return [
        Recorded(kind=kind, since_ms=now_ms, right=right, wrong=wrong)
        for kind, (right, wrong) in sorted(sums.items())
        if may_be_silenced(kind) and wrong >= REJECTED_MIN
        if interval(right, right + wrong)[1] < floor
    ]


def _at_least(k: int, n: int, p: float) -> float:
    """The chance of `k` or more among `n`."""
    if k <= 0 or p >= 1:
        return 1.0
    if p <= 0 or k > n:
        return 0.0
    terms = range(k, n + 1)
    choose = lgamma(n + 1)
    return sum(
        exp(choose - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log(1 - p))
        for i in terms
    )


def _where(holds: Callable[[float], bool]) -> float:
    """The share from which on it holds."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return (low + high) / 2

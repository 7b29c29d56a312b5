"""Slow change of one quantity of one lift: what is usual, what is now, since when and how fast.

Everything is a median, so that single odd values move nothing. A series is small: numbers that
are only looked at together are kept packed.
"""

import math
import struct
from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct, field

from liftwatch.clock import estate_day

BASE_VALUES = 40
"""Values that make the baseline of a class: their median is known to a fifth of their spread."""
DAYS_MAX = 64
"""Daily medians that are kept; above it each two neighbours become one."""
MAD_TO_SIGMA = 1.4826  # of a normal distribution
MEDIAN_ERROR = 1.2533  # standard error of a median over that of a mean, of a normal distribution
SINCE_DAYS_MIN = 3  # before that nobody can tell how fast it goes
_VALUE = struct.Struct("<f")
_DAY = struct.Struct("<Hf")


class Series(Struct, gc=False, omit_defaults=True):
    """One quantity, as shares of what is usual for its class (a floor, a load), newest last.

    `base` is the baseline of each class, `learning` holds what is to become one, `spread` their
    relative spread; `recent` are the last shares as 32-bit floats, `days` a median a day.
    """

    base: dict[int, float] = field(default_factory=dict)
    learning: dict[int, bytes] = field(default_factory=dict)
    spread: float = 0.0
    recent: bytes = b""
    days: bytes = b""
    day: int = 0

    def take(self, value: float, *, at_ms: int, kept: int, of_class: int = 0) -> bool:
        """Take one value; tell whether `kept` shares are there to be judged.

        >>> series = Series()
        >>> told = [series.take(10.0 + k % 3, at_ms=k, kept=2) for k in range(42)]
        >>> told[-2:], series.base
        ([False, True], {0: 11.0})
        """
        base = self.base.get(of_class)
        if base is None:
            self._learn(value, of_class)
            return False
        if base <= 0.0:
            return False
        self._note_day(estate_day(at_ms))
        self.recent = (self.recent + _VALUE.pack(value / base))[-_VALUE.size * kept :]
        return len(self.recent) == _VALUE.size * kept

    def _learn(self, value: float, of_class: int) -> None:
        packed = self.learning[of_class] = self.learning.get(of_class, b"") + _VALUE.pack(value)
        if len(packed) < BASE_VALUES * _VALUE.size:
            return
        del self.learning[of_class]
        self.learning = dict(self.learning)  # one that was emptied keeps its room
        learning = unpacked(packed)
        base = self.base[of_class] = median(learning)
        if base > 0.0:
            self.spread = max(self.spread, spread(learning, base) / base)

    def shares(self) -> tuple[float, ...]:
        """The last shares, oldest first."""
        return unpacked(self.recent)

    def share(self) -> float:
        """Their median."""
        return median(self.shares())

    def error(self) -> float:
        """How far the median may be off: one standard error, of the baseline's too."""
        shares = self.shares()
        own = spread(shares, median(shares)) / math.sqrt(len(shares))
        return MEDIAN_ERROR * math.hypot(own, self.spread / math.sqrt(BASE_VALUES))

    def _note_day(self, day: int) -> None:
        """When a day is over keep the median of its end."""
        if day == self.day:
            return
        if self.recent and self.day:
            self.days += _DAY.pack(self.day & 0xFFFF, self.share())
            if len(self.days) > _DAY.size * DAYS_MAX:
                self.days = _halved(self.days)
        self.day = day

    def points(self) -> list[tuple[int, float]]:
        """Day and median share of the days that are over, oldest first."""
        return [(day, share) for day, share in _DAY.iter_unpack(self.days)]

    def since_day(self, above: float) -> int | None:
        """The day from which on every day was above a share; None when the last was not."""
        begin = None
        for day, share in reversed(self.points()):
            if share <= above:
                break
            begin = day
        return begin

    def per_day(self, since: int | None = None) -> float | None:
        """How much the share grows a day (Theil-Sen); None before there are days to tell.

        From a day on, where enough have passed since then: what was well before had no slope.
        """
        points = self.points()
        grown = [point for point in points if since is not None and point[0] >= since]
        points = grown if len(grown) >= SINCE_DAYS_MIN else points
        return theil_sen(points) if len(points) >= SINCE_DAYS_MIN else None


def unpacked(values: bytes) -> tuple[float, ...]:
    """The numbers of some packed 32-bit floats."""
    return struct.unpack(f"<{len(values) // _VALUE.size}f", values)


def _halved(days: bytes) -> bytes:
    points = list(_DAY.iter_unpack(days))
    pairs = zip(points[::2], points[1::2], strict=False)
    return b"".join(_DAY.pack((d0 + d1) // 2, (s0 + s1) / 2) for (d0, s0), (d1, s1) in pairs)


def median(values: Sequence[float]) -> float:
    """The middle value; the mean of the two in the middle of an even number.

    >>> median([3.0, 1.0, 2.0]), median([4.0, 1.0, 2.0, 3.0])
    (2.0, 2.5)
    """
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


def spread(values: Sequence[float], middle: float) -> float:
    """The median distance from the middle, as a standard deviation of a normal distribution.

    >>> spread([1.0, 2.0, 3.0], 2.0)
    1.4826
    """
    return MAD_TO_SIGMA * median([abs(value - middle) for value in values])


def theil_sen(points: Sequence[tuple[int, float]]) -> float | None:
    """The median slope between any two points; None when all have the same first number.

    >>> theil_sen([(0, 1.0), (1, 1.1), (2, 9.0), (3, 1.3)])
    0.1000000000000000...
    """
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in combinations(points, 2) if x1 != x0]
    return median(slopes) if slopes else None

"""What a count leaves open: exact two-sided 95 % intervals of shares, rates and quantiles."""

from collections.abc import Sequence
from math import ceil

from msgspec import Struct
from scipy.stats import beta, binom, chi2

CONFIDENCE = 0.95  # issue 5: "every figure with its 95 % interval"
TAIL = (1 - CONFIDENCE) / 2
MONTH_DAYS = 30.44  # 365.25 / 12


class Figure(Struct, frozen=True):
    """A figure and the ends of its interval; None where so few cases bound it on no side."""

    value: float
    low: float | None
    high: float | None


def share(found: int, total: int) -> Figure | None:
    """What share of `total` was found, by Clopper and Pearson (1934); None of none.

    >>> nothing, all_of_them = share(0, 300), share(300, 300)
    >>> round(nothing.low, 4), round(nothing.high, 4)
    (0.0, 0.0122)
    >>> round(all_of_them.low, 4), round(all_of_them.high, 4)
    (0.9878, 1.0)
    >>> figure = share(9, 10)
    >>> round(figure.low, 4), round(figure.high, 4)
    (0.555, 0.9975)
    """
    if not total:
        return None
    low = float(beta.ppf(TAIL, found, total - found + 1)) if found else 0.0
    high = float(beta.ppf(1 - TAIL, found + 1, total - found)) if found < total else 1.0
    return Figure(found / total, low, high)


def monthly(count: int, lift_days: float | None) -> Figure | None:
    """How many a lift and month, by the exact interval of Poisson's law (Garwood 1936).

    None where nobody knows for how long how many lifts were watched.

    >>> figure = monthly(0, 30.44)
    >>> figure.low, round(figure.high, 4)
    (0.0, 3.6889)
    >>> figure = monthly(20, 304.4)
    >>> round(figure.value, 3), round(figure.low, 3), round(figure.high, 3)
    (2.0, 1.222, 3.089)
    """
    if lift_days is None:
        return None
    low = float(chi2.ppf(TAIL, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(1 - TAIL, 2 * count + 2)) / 2
    value, low, high = (events * MONTH_DAYS / lift_days for events in (count, low, high))
    return Figure(value, low, high)


def quantile(ordered: Sequence[float], part: float) -> Figure | None:
    """The least of ascending values that a `part` of them does not exceed; None of none.

    Its interval runs between two of the values, by the binomial law and whatever their own
    (Conover, Practical Nonparametric Statistics, 3.2). Where there are too few for an end, there
    is none: an upper one of the 95th percentile takes 72 values.

    >>> quantile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.5)
    Figure(value=3.0, low=1.0, high=6.0)
    >>> quantile([1.0, 2.0], 0.5)
    Figure(value=1.0, low=None, high=None)
    >>> quantile([float(value) for value in range(1, 101)], 0.95)
    Figure(value=95.0, low=90.0, high=100.0)
    """
    count = len(ordered)
    if not count:
        return None
    lower = int(binom.ppf(TAIL, count, part))
    upper = int(binom.isf(TAIL, count, part)) + 1
    return Figure(
        ordered[max(1, ceil(round(count * part, 9))) - 1],  # 0.95 * 20 is not quite 19
        ordered[lower - 1] if lower >= 1 else None,
        ordered[upper - 1] if upper <= count else None,
    )

"""Rates of few events: small numbers shrink towards what all have together, with bounds.

Faults of lifts are over-dispersed (domain 4.2: worst lifts have 7 to 14 entrapments a year at a
mean of 0.1), so that counts are taken as gamma-Poisson. The gamma's shape and scale are estimated
from all rows by their mean and variance; a row with little time or few lifts keeps close to the
mean, one with many events goes its own way.
"""

from collections.abc import Sequence

from msgspec import Struct
from scipy.special import gammaincinv

LOW, HIGH = 0.05, 0.95
"""Bounds hold 9 times of 10."""
SHAPE_MIN, SHAPE_MAX = 0.05, 2.0
"""The estimate stays within these [our choice]: below nothing would shrink, above lifts would be
taken for more alike than any fleet's are, and bounds of few events for narrower than they are."""


class Counted(Struct, frozen=True):
    """How many events somebody had in how much exposure (lift-years)."""

    name: str
    count: int
    years: float


class Shrunk(Struct, frozen=True, kw_only=True):
    """The same with its rate a lift-year as it is believed, and its bounds."""

    name: str
    count: int
    years: float
    rate: float
    low: float
    high: float


def shrunk(rows: Sequence[Counted]) -> list[Shrunk]:
    """All of them, the worst first.

    One event in a tenth of a year is less than ten in a whole one, though its bare rate is as
    high:

    >>> rows = [Counted("few", 1, 0.1), Counted("many", 10, 1.0), *(Counted(f"l{n}", 0, 1.0)
    ...         for n in range(20))]
    >>> [one.name for one in shrunk(rows)][:2]
    ['many', 'few']
    >>> shrunk([])
    []
    """
    known = [one for one in rows if one.years > 0]
    years = sum(one.years for one in known)
    if not known or not years:
        return []
    shape, scale = prior(known)
    found = [_shrunk(one, shape, scale) for one in known]
    return sorted(found, key=lambda one: (-one.rate, -one.count, one.name))


def prior(rows: Sequence[Counted]) -> tuple[float, float]:
    """Shape and rate of the gamma from which the rows' rates come, by moments.

    >>> shape, scale = prior([Counted("a", 2, 1.0), Counted("b", 2, 1.0)])
    >>> shape, round(shape / scale, 2)
    (2.0, 2.0)
    """
    years = sum(one.years for one in rows)
    mean = max(sum(one.count for one in rows), 0.5) / years
    weight = sum(one.years * (one.count / one.years - mean) ** 2 for one in rows)
    degrees = years - sum(one.years**2 for one in rows) / years
    noise = mean * (len(rows) - 1)  # what chance alone would give
    spread = (weight - noise) / degrees if degrees > 0 else 0.0
    shape = mean**2 / spread if spread > 0 else SHAPE_MAX
    shape = min(max(shape, SHAPE_MIN), SHAPE_MAX)
    return shape, shape / mean


def _shrunk(one: Counted, shape: float, scale: float) -> Shrunk:
    a, b = shape + one.count, scale + one.years
    return Shrunk(
        name=one.name,
        count=one.count,
        years=one.years,
        rate=a / b,
        low=float(gammaincinv(a, LOW)) / b,
        high=float(gammaincinv(a, HIGH)) / b,
    )

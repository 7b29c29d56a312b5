"""Which make, model or firmware has a fault more often than the rest of the fleet, and how surely.

A lift counts once, however often it had the fault: faults of one lift come in rows (domain 4.2),
and a bad lift is not a bad model. The ratio of rates to the rest has the exact conditional interval
of two Poisson rates (Przyborowski and Wilenski, 1940; by Clopper and Pearson, 1934), which is on
the safe side where most lifts are hit; it holds for all groups of a table at once (Bonferroni).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Literal, NamedTuple

from msgspec import Struct
from scipy.special import betaincinv

from liftwatch.care.shrunk import Counted, shrunk
from liftwatch.clock import DAY_MS, begin_ms
from liftwatch.register.facts import Facts

By = Literal["make", "model", "firmware"]
BYS: tuple[By, ...] = ("make", "model", "firmware")
ALPHA = 0.05
HIT_MIN = 3
"""Fewer lifts than these stand out by chance, or are a matter of each [our choice]."""
YEAR_MS = 365.25 * DAY_MS
Name = tuple[str | None, ...]


class Looked(NamedTuple):
    """A lift: what is on record of it, and how often it had the fault in the time."""

    facts: Facts
    times: int


class Group(Struct, frozen=True, kw_only=True):
    """Lifts of one make, model or firmware against all others.

    `rate` is of events a lift-year with its bounds, shrunk as `care.shrunk` says; `share` of lifts
    hit with its exact 95 % bounds; `ratio` of the rates of lifts hit to the rest's, None where
    there is no rest or the rest has none; `ratio_high` None is without an upper bound.
    """

    make: str | None
    model: str | None
    firmware: str | None
    lifts: int
    hit: int
    events: int
    years: float
    rate: float
    rate_low: float
    rate_high: float
    share: float
    share_low: float
    share_high: float
    rest_share: float | None
    ratio: float | None
    ratio_low: float
    ratio_high: float | None
    stands_out: bool


def groups(rows: Iterable[Looked], *, by: By, from_ms: int, to_ms: int) -> list[Group]:
    """The groups with any fault, what stands out first, then by the lower bound of the ratio.

    Lifts that were put in or renewed meanwhile count from then on; whose make (model, firmware) is
    not known are the rest's.

    >>> kone, other = Facts(manufacturer="KONE"), Facts(manufacturer="Otis")
    >>> rows = [Looked(kone, 1)] * 8 + [Looked(kone, 0)] * 2 + [Looked(other, 0)] * 30
    >>> (one,) = groups(rows, by="make", from_ms=0, to_ms=365 * DAY_MS)
    >>> one.make, one.hit, one.stands_out, one.ratio, one.ratio_low > 5
    ('KONE', 8, True, None, True)
    """
    found: dict[Name, list[Looked]] = {}
    shown: dict[Name, Name] = {}
    for row in rows:
        name = name_of(row.facts, by)
        key = tuple(None if one is None else one.casefold() for one in name)
        shown.setdefault(key, name)
        found.setdefault(key, []).append(row)
    told = {key: _tally(some, from_ms=from_ms, to_ms=to_ms) for key, some in found.items()}
    known = {key: one for key, one in told.items() if None not in key and one.hit}
    named = {str(n): key for n, key in enumerate(told)}
    rates = {
        named[one.name]: (one.rate, one.low, one.high)
        for one in shrunk([Counted(n, told[k].events, told[k].years) for n, k in named.items()])
    }
    whole = _sum(told.values())
    alpha = ALPHA / max(len(known), 1)
    made = [
        _group(shown[key], one, whole, rate=rates[key], alpha=alpha)
        for key, one in known.items()
        if key in rates
    ]
    return sorted(made, key=lambda one: (not one.stands_out, -one.ratio_low, -one.hit, str(one)))


def name_of(facts: Facts, by: By) -> Name:
    """What a lift goes by: its make; with its model; with its firmware."""
    parts = (facts.manufacturer, facts.model, facts.firmware)[: BYS.index(by) + 1]
    return tuple(" ".join(one.split()) or None if one else None for one in parts)


def bounds(found: int, total: int, *, alpha: float = ALPHA) -> tuple[float, float]:
    """The exact two-sided interval of a share (Clopper and Pearson, 1934).

    >>> [round(end, 4) for end in bounds(9, 10)], bounds(0, 0)
    ([0.555, 0.9975], (0.0, 1.0))
    """
    low = float(betaincinv(found, total - found + 1, alpha / 2)) if found else 0.0
    high = float(betaincinv(found + 1, total - found, 1 - alpha / 2)) if found < total else 1.0
    return low, high


class _Tally(NamedTuple):
    lifts: int
    hit: int
    events: int
    years: float


def _tally(rows: Sequence[Looked], *, from_ms: int, to_ms: int) -> _Tally:
    years = 0.0
    for row in rows:
        begun = row.facts.renewed_on or row.facts.installed_on
        since_ms = from_ms if begun is None else max(from_ms, begin_ms(begun))
        years += max(to_ms - since_ms, DAY_MS) / YEAR_MS
    return _Tally(len(rows), sum(r.times > 0 for r in rows), sum(r.times for r in rows), years)


def _sum(rows: Iterable[_Tally]) -> _Tally:
    some = list(rows)
    return _Tally(
        sum(one.lifts for one in some),
        sum(one.hit for one in some),
        sum(one.events for one in some),
        sum(one.years for one in some),
    )


def _group(
    name: Name, one: _Tally, whole: _Tally, *, rate: tuple[float, float, float], alpha: float
) -> Group:
    lifts, hit, years = whole.lifts - one.lifts, whole.hit - one.hit, whole.years - one.years
    ratio, low, high = _ratio(one, hit, years, alpha=alpha) if lifts else (None, 0.0, None)
    share = bounds(one.hit, one.lifts)
    make, model, firmware = (*name, None, None)[:3]
    return Group(
        make=make,
        model=model,
        firmware=firmware,
        lifts=one.lifts,
        hit=one.hit,
        events=one.events,
        years=round(one.years, 3),
        rate=rate[0],
        rate_low=rate[1],
        rate_high=rate[2],
        share=one.hit / one.lifts,
        share_low=share[0],
        share_high=share[1],
        rest_share=hit / lifts if lifts else None,
        ratio=ratio,
        ratio_low=low,
        ratio_high=high,
        stands_out=one.hit >= HIT_MIN and low > 1.0,
    )


def _ratio(
    one: _Tally, hit: int, years: float, *, alpha: float
) -> tuple[float | None, float, float | None]:
    """The ratio of the rates of lifts hit to the rest's, with its bounds."""

    def of(share: float) -> float:
        return inf if share >= 1 else share / (1 - share) * years / one.years

    low, high = bounds(one.hit, one.hit + hit, alpha=alpha)
    top = of(high)
    ratio = one.hit / one.years / (hit / years) if hit else None
    return ratio, of(low), None if top == inf else top


Counts = Mapping[str, int]
"""How often a fault came, by lift."""

"""What is believed of few cases, and ranks as intervals.

Shares come from a beta, rates from a gamma (`liftwatch.care.shrunk`), means by lift from a normal
prior; each prior is estimated from all parties by moments, so that small numbers shrink towards
what all have together. A rank is drawn: `DRAWS` times a value of each party from what is believed
of it, each time a rank; the interval holds 9 times of 10. The seed is fixed: the same facts give
the same ranks.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean, pvariance
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct
from scipy.special import betaincinv

from liftwatch.care.scorecard_ground import Figure
from liftwatch.care.shrunk import HIGH, LOW, Counted, prior, shrunk

Form = Literal["share", "rate", "mean"]
DRAWS, SEED = 1_000, 39
WEIGHT_MIN, WEIGHT_MAX = 2.0, 50.0
"""A beta prior weighs as much as so many cases [our choice]: less would shrink nothing, more would
take all parties for the same."""
SPREAD_MIN = 1e-6
NORMAL_90 = 1.6449
"""Half the width of the middle 90 % of a normal, in standard deviations."""
UNSURE = 0.5
"""A rank whose interval spans more than this share of all says nothing [our choice]."""


class Believed(Struct, frozen=True, array_like=True):
    """A measure as it is believed, with bounds that hold 9 times of 10."""

    value: float
    low: float
    high: float


class Row(NamedTuple):
    """What is believed of one party, and draws of it."""

    believed: Believed
    draws: np.ndarray


class Rank(Struct, frozen=True, kw_only=True):
    """Between which places of how many, 1 the best; `tells` False: too wide to say anything."""

    low: int
    high: int
    of: int
    middle: float
    tells: bool


def believed(figures: Mapping[str, Figure], *, form: Form) -> dict[str, Row]:
    """What is believed of each party.

    >>> few, many = (Figure(measure="m", good=g, total=n) for g, n in ((2, 2), (150, 300)))
    >>> rows = believed({"few": few, "many": many}, form="share")
    >>> 0.5 < rows["few"].believed.value < 1.0, round(rows["many"].believed.value, 1)
    (True, 0.5)
    """
    if not figures:
        return {}
    rng = np.random.default_rng(SEED)
    if form == "rate":
        return _rates(figures, rng)
    return _shares(figures, rng) if form == "share" else _means(figures, rng)


def ranked(
    rows: Mapping[str, Row],
    *,
    better: Literal["more", "less"],
    among: Sequence[tuple[Mapping[str, Row], Literal["more", "less"]]] | None = None,
    least: int = 1,
) -> dict[str, Rank]:
    """Ranks by one measure, or `among` several by the mean of the places in each.

    Who is known in fewer than `least` of them has none; of one party alone nobody can tell.
    """
    columns = [(rows, better)] if among is None else list(among)
    columns = [(some, way) for some, way in columns if len(some) > 1]
    known: dict[str, int] = {}
    for some, _ in columns:
        for id in some:
            known[id] = known.get(id, 0) + 1
    ids = sorted(id for id, count in known.items() if count >= least)
    if len(ids) < 2:
        return {}
    sums, counts = np.zeros((len(ids), DRAWS)), np.zeros((len(ids), 1))
    for some, way in columns:
        mine = [n for n, id in enumerate(ids) if id in some]
        if len(mine) < 2:
            continue
        drawn = np.stack([some[ids[n]].draws for n in mine])
        sums[mine] += _places(-drawn if way == "more" else drawn) / (len(mine) - 1)
        counts[mine] += 1
    told = [n for n in range(len(ids)) if counts[n, 0] >= least]
    if len(told) < 2:
        return {}
    places = _places(sums[told] / counts[told]) + 1
    return {ids[n]: _rank(places[at], len(told)) for at, n in enumerate(told)}


def _places(values: np.ndarray) -> np.ndarray:
    """Of each draw the place of each party from 0, the least value first; equals share a place."""
    below = (values[None, :, :] < values[:, None, :]).sum(axis=1)
    same = (values[None, :, :] == values[:, None, :]).sum(axis=1) - 1
    return np.asarray(below + same / 2)


def _rank(places: np.ndarray, of: int) -> Rank:
    low, high = np.quantile(places, (LOW, HIGH))
    first, last = int(np.floor(low)), int(np.ceil(high))
    return Rank(
        low=first,
        high=last,
        of=of,
        middle=round(float(places.mean()), 2),
        tells=(last - first) <= UNSURE * (of - 1),
    )


def _rates(figures: Mapping[str, Figure], rng: np.random.Generator) -> dict[str, Row]:
    rows = [Counted(id, int(one.good), one.total) for id, one in figures.items()]
    shape, scale = prior(rows)
    found = {one.name: Believed(one.rate, one.low, one.high) for one in shrunk(rows)}
    return {
        one.name: Row(
            found[one.name],
            rng.gamma(shape + one.count, 1 / (scale + one.years), DRAWS),
        )
        for one in rows
    }


def _shares(figures: Mapping[str, Figure], rng: np.random.Generator) -> dict[str, Row]:
    a, b = share_prior([(one.good, one.total) for one in figures.values()])
    found = {}
    for id, one in figures.items():
        mine, not_mine = a + one.good, b + one.total - one.good
        low, high = (float(betaincinv(mine, not_mine, q)) for q in (LOW, HIGH))
        value = mine / (mine + not_mine)
        found[id] = Row(Believed(value, low, high), rng.beta(mine, not_mine, DRAWS))
    return found


def share_prior(rows: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The two parameters of the beta from which shares come, by moments.

    >>> a, b = share_prior([(9, 10), (9, 10)])
    >>> round(a / (a + b), 2), a + b
    (0.88, 50.0)
    """
    total = sum(n for _, n in rows)
    mean = (sum(good for good, _ in rows) + 0.5) / (total + 1)
    weight = sum(n * (good / n - mean) ** 2 for good, n in rows)
    degrees = total - sum(n**2 for _, n in rows) / total
    noise = mean * (1 - mean) * (len(rows) - 1)
    spread = (weight - noise) / degrees if degrees > 0 else 0.0
    like = mean * (1 - mean) / spread - 1 if spread > 0 else WEIGHT_MAX
    like = min(max(like, WEIGHT_MIN), WEIGHT_MAX)
    return mean * like, (1 - mean) * like


def _means(figures: Mapping[str, Figure], rng: np.random.Generator) -> dict[str, Row]:
    """By lift: how far lifts of one party lie apart says how sure its mean is."""
    within = fmean(pvariance(one.parts) for one in figures.values())
    means = {id: one.good / one.total for id, one in figures.items()}
    errors = {id: max(within / len(one.parts), SPREAD_MIN**2) for id, one in figures.items()}
    centre = fmean(means.values())
    spread = max(pvariance(means.values()) - fmean(errors.values()), SPREAD_MIN**2)
    found = {}
    for id, mean in means.items():
        pull = errors[id] / (errors[id] + spread)
        value = pull * centre + (1 - pull) * mean
        deviation = (errors[id] * (1 - pull)) ** 0.5
        low, high = value - NORMAL_90 * deviation, value + NORMAL_90 * deviation
        drawn = np.clip(rng.normal(value, deviation, DRAWS), 0, 1)
        found[id] = Row(Believed(value, max(low, 0.0), min(high, 1.0)), drawn)
    return found

"""Score cards: how a maintenance unit, a property company or an estate did in a period, from facts.

`MEASURES` is the whole formula, and it is public. A measure counts facts and those of them that
are bad, so that everything reads one way:

    share = 1 - bad / facts              as it was
    believed = 1 - rate                  the rate of bad ones, shrunk towards what all have together
    points = 100 * sum(weight * believed) / sum(weight)      over the measures that are known

Few facts say little: a believed share keeps close to the mean of all, and its bounds are wide
(`liftwatch.care.shrunk`; of time, by how much the lifts of one differ). Ranks are spans: whoever
is better with bounds that do not touch is ahead for certain, all others may be. What is disputed
counts for whoever is accused until it is decided; beside it stands how it would be if all of it
were decided against them. What is not known has no weight, and with less than half of the weight
known there are no points.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from liftwatch.care.shrunk import Counted, shrunk

Subject = Literal["unit", "property", "estate"]
SUBJECTS: tuple[Subject, ...] = ("unit", "property", "estate")
KNOWN_MIN = 0.5
"""Of the weight, without which nobody gets points [our choice]."""
LIFTS_MIN = 3
"""So many lifts tell how much lifts differ [our choice]."""
BOUND = 1.645
"""Standard errors on either side that hold 9 times of 10, as the bounds of `shrunk`."""
ALL: frozenset[Subject] = frozenset(SUBJECTS)
PLACES: frozenset[Subject] = frozenset({"property", "estate"})
UNIT: frozenset[Subject] = frozenset({"unit"})


class Measure(NamedTuple):
    """A row: whom it is of, its weight, and whether it is of time (lift-days) or of facts."""

    name: str
    subjects: frozenset[Subject]
    weight: float
    of_time: bool = False


MEASURES: tuple[Measure, ...] = (
    Measure("arrival", UNIT, 20.0),
    Measure("stayed", UNIT, 15.0),
    Measure("care", UNIT, 20.0),
    Measure("true", UNIT, 15.0),
    Measure("response", PLACES, 20.0),
    Measure("signed", PLACES, 10.0),
    Measure("answered", PLACES, 20.0),
    Measure("inspected", PLACES, 20.0),
    Measure("rectified", ALL, 15.0),
    Measure("running", ALL, 10.0, of_time=True),
    Measure("heard", ALL, 5.0, of_time=True),
)
"""In the order in which they are shown; weights are our choice, and stand on the page."""


class Tally(NamedTuple):
    """What was counted for somebody: `of` facts or lift-days, how much of it bad, how many facts
    are disputed (and not among the bad), and of time how the shares of the lifts differ."""

    of: float = 0.0
    bad: float = 0.0
    disputed: int = 0
    error: float | None = None


class Line(NamedTuple):
    """A measure of somebody: bare share, share if what is disputed is decided against them, share
    as it is believed with bounds, and the span of ranks among `ranked`; None is unknown."""

    measure: str
    weight: float
    tally: Tally
    share: float | None
    against: float | None
    believed: float | None
    low: float | None
    high: float | None
    rank: tuple[int, int] | None
    ranked: int


class Card(NamedTuple):
    """Somebody's card: `points` from 0 to 100 with bounds and the span of their rank."""

    subject: Subject
    id: str
    lines: tuple[Line, ...]
    points: float | None
    low: float | None
    high: float | None
    rank: tuple[int, int] | None
    ranked: int


Tallies = Mapping[str, Mapping[str, Tally]]
"""By whom (an id), and by the name of a measure."""


def cards(subject: Subject, tallies: Tallies) -> list[Card]:
    """The cards of all of a kind, compared with each other, the best first; unknown ones last.

    >>> few = {"arrival": Tally(1, 0), "care": Tally(2, 0), "true": Tally(1, 0)}
    >>> many = {"arrival": Tally(100, 4), "care": Tally(200, 10), "true": Tally(100, 3)}
    >>> bad = {"arrival": Tally(100, 60), "care": Tally(200, 90), "true": Tally(100, 50)}
    >>> found = cards("unit", {"few": few, "many": many, "bad": bad})
    >>> [(one.id, one.rank) for one in found]
    [('many', (1, 2)), ('few', (1, 2)), ('bad', (3, 3))]
    """
    rows = [one for one in MEASURES if subject in one.subjects]
    found: dict[str, list[Line]] = {id: [] for id in tallies}
    for measure in rows:
        of_all = {id: told.get(measure.name, Tally()) for id, told in tallies.items()}
        for id, line in _lines(measure, of_all).items():
            found[id].append(line)
    points = {id: _points(lines) for id, lines in found.items()}
    known = {id: bounds for id, bounds in points.items() if bounds is not None}
    spans = {id: (low, high) for id, (_, low, high) in known.items()}
    made = []
    for id, lines in found.items():
        mean, low, high = known.get(id, (None, None, None))
        rank = rank_of(id, spans)
        made.append(Card(subject, id, tuple(lines), mean, low, high, rank, len(spans)))
    return sorted(made, key=lambda one: (one.points is None, -(one.points or 0.0), one.id))


def rank_of(id: str, spans: Mapping[str, tuple[float, float]]) -> tuple[int, int] | None:
    """From which to which place somebody may stand, the highest span first.

    >>> spans = {"a": (0.9, 1.0), "b": (0.5, 0.95), "c": (0.1, 0.4)}
    >>> [rank_of(id, spans) for id in "abcd"]
    [(1, 2), (1, 2), (3, 3), None]
    """
    if id not in spans:
        return None
    low, high = spans[id]
    ahead = sum(other_low > high for other_low, _ in spans.values())
    behind = sum(other_high < low for _, other_high in spans.values())
    return 1 + ahead, len(spans) - behind


def _lines(measure: Measure, tallies: Mapping[str, Tally]) -> dict[str, Line]:
    believed = (_of_time if measure.of_time else _of_facts)(tallies)
    spans = {id: (low, high) for id, (_, low, high) in believed.items()}
    found = {}
    for id, tally in tallies.items():
        share = 1.0 - tally.bad / tally.of if tally.of > 0 else None
        against = share
        if share is not None and tally.disputed:
            against = max(0.0, 1.0 - (tally.bad + tally.disputed) / tally.of)
        mean, low, high = believed.get(id, (None, None, None))
        found[id] = Line(
            *(measure.name, measure.weight, tally, share, against, mean, low, high),
            rank=rank_of(id, spans),
            ranked=len(spans),
        )
    return found


def _of_facts(tallies: Mapping[str, Tally]) -> dict[str, tuple[float, float, float]]:
    """Bad ones a fact, as rates of few events are."""
    rows = [Counted(id, round(one.bad), one.of) for id, one in tallies.items() if one.of > 0]
    return {one.name: (_share(one.rate), _share(one.high), _share(one.low)) for one in shrunk(rows)}


def _share(rate: float) -> float:
    return 1.0 - min(rate, 1.0)


def _of_time(tallies: Mapping[str, Tally]) -> dict[str, tuple[float, float, float]]:
    """Hours of one outage are one event, not many: bounds come from how its lifts differ."""
    found = {}
    for id, one in tallies.items():
        if one.of > 0 and one.error is not None:
            share = 1.0 - one.bad / one.of
            wide = BOUND * one.error
            found[id] = (share, max(0.0, share - wide), min(1.0, share + wide))
    return found


def _points(lines: Sequence[Line]) -> tuple[float, float, float] | None:
    """Points with bounds: measures are taken as independent of each other."""
    known = [one for one in lines if one.believed is not None]
    weight = math.fsum(one.weight for one in known)
    if weight < KNOWN_MIN * math.fsum(one.weight for one in lines):
        return None
    mean = math.fsum(one.weight * (one.believed or 0.0) for one in known) / weight
    wide = math.sqrt(
        math.fsum((one.weight * ((one.high or 0.0) - (one.low or 0.0)) / 2) ** 2 for one in known)
    )
    low, high = mean - wide / weight, mean + wide / weight
    return 100 * mean, 100 * max(0.0, low), 100 * min(1.0, high)


def time_tally(lifts: Sequence[tuple[float, float]]) -> Tally:
    """A tally of time, of lift-days and bad ones by lift; with few lifts nobody knows the bounds.

    >>> time_tally([(30.0, 0.0), (30.0, 3.0), (30.0, 0.0)])
    Tally(of=90.0, bad=3.0, disputed=0, error=0.0333...)
    >>> time_tally([(30.0, 3.0)]).error is None
    True
    """
    known = [(of, bad) for of, bad in lifts if of > 0]
    total = math.fsum(of for of, _ in known)
    bad = math.fsum(bad for _, bad in known)
    if len(known) < LIFTS_MIN:
        return Tally(total, bad)
    mean = bad / total
    # of a ratio: each lift's distance from what its days would make at the mean
    spread = math.fsum((one - mean * of) ** 2 for of, one in known)
    count = len(known)
    return Tally(total, bad, 0, math.sqrt(spread * count / (count - 1)) / total)

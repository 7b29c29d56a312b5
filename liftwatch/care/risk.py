"""How risky a lift is, from 0 to 100, with the parts of which that is made.

    score = 100 * sum(weight * share) / sum(weight)      over the parts that are known

A share goes from 0 to 1. What is unknown has no share and no weight: unknown is not zero. Weights
and shapes are our choice; they order lifts for whoever decides which to look at first, and decide
nothing by themselves. What the score itself would raise (`ageing`) counts nowhere in it.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

LIMIT = 60.0
"""Above it a lift is looked at first, and `ageing` (contract, section 2) [our choice]."""
LOAD: tuple[str, ...] = ("overload", "heavy_haulage")
"""Kinds by which a lift is seen to be used beyond what it is for."""
DESIGN_LIFE_YEARS = 15.0
"""Where the register is silent (contract, section 1)."""
FAULTS_HALF = 4.0
"""Faults a year at which the part is half full: the middle of what controllers log (domain 4.3)."""
ENTRAPMENTS_HALF = 0.5
"""The same of entrapments: some five times the published mean of 0.06 to 0.11 (domain 4.2). The
worst lifts have 7 to 14, so that who was trapped there says more of a lift than any other fault."""
COMPLAINTS_HALF, LOAD_HALF = 3.0, 5.0
TRENDS: Mapping[str, float] = {
    "brake_wear": 0.8,
    "rope_slip": 0.6,
    "vibration_wear": 0.5,
    "door_wear": 0.4,
    "ride_anomaly": 0.3,
}
DUTIES: Mapping[str, float] = {
    "inspection_due": 0.4,
    "maintenance_overdue": 0.5,
    "maintenance_contradicted": 0.5,
    "emergency_call_untested": 0.4,
}
"""By kind how far an open one fills its part; two of them fill what is left by theirs, and one of
severity 2 fills all of it (a brake below its limit, an inspection that has expired)."""
WEIGHTS: Mapping[str, float] = {
    "age": 20.0,
    "faults": 15.0,
    "entrapments": 15.0,
    "trends": 15.0,
    "duties": 20.0,
    "complaints": 5.0,
    "load": 10.0,
}


class Known(Struct, frozen=True, kw_only=True):
    """What is known of a lift: None is unknown. `faults` and `entrapments` are a year's as they
    are believed (`shrunk`), `open_kinds` the gravest severity of each open kind, `loads` and
    `complaints` those of the last year, `assessed` whether it was within the last three years."""

    age_years: float | None = None
    design_life_years: float | None = None
    assessed: bool = False
    faults: float | None = None
    entrapments: float | None = None
    open_kinds: Mapping[str, int] = {}
    complaints: int | None = None
    loads: int | None = None


class Part(NamedTuple):
    """A part: its weight, its share, and the points that it gives; None where it is unknown."""

    name: str
    weight: float
    share: float | None
    points: float | None


class Risk(NamedTuple):
    """The score and its parts in the order of their weights' table; 0 where nothing is known."""

    score: float
    parts: tuple[Part, ...]


def risk_of(known: Known, *, weights: Mapping[str, float] = WEIGHTS) -> Risk:
    """How risky a lift is; other weights than ours only to hold ours against them.

    >>> new = Known(age_years=1.0, faults=0.2, entrapments=0.02, loads=0)
    >>> old = Known(age_years=19.0, faults=6.0, entrapments=0.5, loads=2,
    ...     open_kinds={"brake_wear": 4, "maintenance_overdue": 3})
    >>> round(risk_of(new).score, 1), round(risk_of(old).score, 1)
    (1.4, 64.6)
    >>> [part.name for part in risk_of(new).parts if part.share is None]
    ['complaints']
    """
    shares = {
        "age": _age(known),
        "faults": None if known.faults is None else _filled(known.faults, FAULTS_HALF),
        "entrapments": None
        if known.entrapments is None
        else _filled(known.entrapments, ENTRAPMENTS_HALF),
        "trends": _worst(known.open_kinds, TRENDS),
        "duties": _worst(known.open_kinds, DUTIES),
        "complaints": None
        if known.complaints is None
        else _filled(known.complaints, COMPLAINTS_HALF),
        "load": None if known.loads is None else _filled(known.loads, LOAD_HALF),
    }
    total = sum(weights[name] for name, share in shares.items() if share is not None)
    parts = tuple(
        Part(name, weight, share, None if share is None else 100 * weight * share / total)
        for name, weight in weights.items()
        for share in (shares[name],)
    )
    return Risk(math.fsum(part.points or 0.0 for part in parts), parts)


class Score(Struct, frozen=True, array_like=True):
    """A score as detectors hear of it, with the limit it is held against: the nth of its lift."""

    lift: str
    n: int
    area: str
    estate: str
    score: float
    limit: float
    at_ms: int


TOLD_STEP, SLACK = 5.0, 5.0
"""Above the limit a score is told again when it has moved so far; and it is back only when it is so
far below, so that it does not come and go with every fault [our choice]."""


def to_tell(before: Score | None, score: float) -> bool:
    """Whether detectors are to hear of a score, by what they heard of this lift last.

    >>> told = Score("L-0001", 1, "320583", "garden", 62.0, 60.0, 0)
    >>> to_tell(None, 60.0), to_tell(None, 60.1), to_tell(told, 58.0), to_tell(told, 55.0)
    (False, True, False, True)
    >>> to_tell(told, 66.0), to_tell(told, 67.0)
    (False, True)
    """
    if before is None or before.score <= before.limit:
        return score > LIMIT
    return score <= LIMIT - SLACK or (score > LIMIT and abs(score - before.score) >= TOLD_STEP)


def is_over(risk: Risk) -> bool:
    """Whether a score, as it is shown, is above the limit."""
    return round(risk.score, 1) > LIMIT


def _age(known: Known) -> float | None:
    """Nothing in the first half of the design life, all of it at its end; an assessment within
    three years takes a half away (Special Equipment Safety Law, art. 48)."""
    if known.age_years is None:
        return None
    life = known.design_life_years or DESIGN_LIFE_YEARS
    share = min(1.0, max(0.0, 2 * known.age_years / life - 1))
    return share / 2 if known.assessed else share


def _filled(count: float, half: float) -> float:
    """Half at `half`, and never quite all.

    >>> _filled(0, 4), _filled(4, 4), _filled(12, 4)
    (0.0, 0.5, 0.75)
    """
    return count / (count + half)


def _worst(open_kinds: Mapping[str, int], table: Mapping[str, float]) -> float:
    left = 1.0
    for kind, share in table.items():
        if kind in open_kinds:
            left *= 0.0 if open_kinds[kind] <= 2 else 1 - share
    return 1 - left

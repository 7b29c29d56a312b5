"""How risky lifts are, in JSON."""

from msgspec import Struct


class RiskPart(Struct, kw_only=True):
    """A part of a score: `share` from 0 to 1 of its `weight`; null is unknown, and counts not."""

    name: str
    weight: float
    share: float | None
    points: float | None


class RiskShape(Struct, kw_only=True):
    """A lift's score from 0 to 100, and of what it is made; `over` is from the limit on.

    `open` are the open kinds of trends and duties that stand in it.
    """

    lift: str
    area: str
    estate: str
    score: float
    over: bool
    open: list[str]
    faults: int
    parts: list[RiskPart]


class RiskList(Struct, kw_only=True):
    """The riskiest lifts, the first ones first; of `lifts` that were looked at."""

    at: str
    limit: float
    lifts: int
    items: list[RiskShape]


DESCRIBED_HAZARDS = (RiskPart, RiskShape, RiskList)

"""How risky lifts are, in JSON."""

from typing import Annotated

from msgspec import Meta, Struct

from liftwatch.care.hazards import Hazard, HazardSource, HazardState
from liftwatch.clock import rfc3339
from liftwatch.incidents.moves import TEXT_MAX

Words = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


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


class HazardShape(Struct, kw_only=True):
    """A hazard of a lift: one that people wrote down, or that an incident shows (version 0, its id
    is the incident's, and it is over when that is)."""

    id: str
    lift: str
    source: HazardSource
    kind: str | None
    what: str
    state: HazardState
    since: str
    made_by: str | None
    made_for: str | None
    ended_at: str | None
    ended_by: str | None
    ended_for: str | None
    why: str | None
    version: int


class HazardList(Struct):
    """The hazards of a lift: those that are shown, then those on record, open ones first."""

    items: list[HazardShape]


class NewHazard(Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody has seen."""

    what: Words


class HazardEnd(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was done about it, or why it may stay."""

    text: Words


DESCRIBED_HAZARDS = (
    RiskPart,
    RiskShape,
    RiskList,
    HazardShape,
    HazardList,
    NewHazard,
    HazardEnd,
)


def hazard_shape(one: Hazard) -> HazardShape:
    """A hazard as the API shows it."""
    return HazardShape(
        id=one.id,
        lift=one.lift,
        source=one.source,
        kind=one.kind,
        what=one.what,
        state=one.state,
        since=rfc3339(one.made_ms),
        made_by=one.made_by,
        made_for=one.made_for,
        ended_at=None if one.ended_ms is None else rfc3339(one.ended_ms),
        ended_by=one.ended_by,
        ended_for=one.ended_for,
        why=one.why,
        version=one.version,
    )

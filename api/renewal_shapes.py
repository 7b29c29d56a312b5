"""The year's list of lifts to renew, in JSON: amounts are whole fen."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.hazard_shapes import RiskPart
from liftwatch.care.renewal import Estimate, Remedy, Why
from liftwatch.clock import rfc3339
from liftwatch.fund.money import FEN_MAX
from liftwatch.incidents.moves import TEXT_MAX

Words = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
Fen = Annotated[int, Meta(ge=1, le=FEN_MAX)]


class EstimateShape(Struct, kw_only=True):
    """What a person holds a lift to need, and what it would cost; the newest one counts."""

    lift: str
    n: int
    remedy: Remedy
    fen: int
    why: str
    by: str | None
    organisation: str | None
    at: str


class EstimateList(Struct):
    """The estimates of a lift, the newest first."""

    items: list[EstimateShape]


class NewEstimate(Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody who knows better puts on record."""

    remedy: Remedy
    fen: Fen
    why: Words


class RenewalCase(Struct, kw_only=True):
    """The case of the fund that goes on for the lift, and what lies in it."""

    id: str
    stage: str
    reserved_fen: int


class RenewalFund(Struct, kw_only=True):
    """What the households that share the cost have for it, each up to its share by floor area,
    when the lifts above in the list have taken theirs. `coverage` is `covered_fen` of the cost."""

    households: int
    available_fen: int
    covered_fen: int
    gap_fen: int
    coverage: float


class RenewalSums(Struct, kw_only=True):
    """What the fund is asked for by all lifts down to this one, what of it is met and missing."""

    cost_fen: int
    covered_fen: int
    gap_fen: int


class RenewalShape(Struct, kw_only=True):
    """A lift of the list. `why` says by which rule; `cost_by` whether the cost is of our table or a
    person's `estimate`. `fund` is null where the fund does not pay (`of_fund` false), or where
    nobody has told whose building it is."""

    lift: str
    area: str
    estate: str
    building: str | None
    unit: str | None
    score: float
    over: bool
    parts: list[RiskPart]
    open: list[str]
    faults: int
    age_years: float | None
    stops: int | None
    remedy: Remedy
    works: list[str]
    why: Why
    cost_fen: int
    cost_by: Literal["table", "estimate"]
    estimate: EstimateShape | None
    of_fund: bool
    fund: RenewalFund | None
    case: RenewalCase | None
    sums: RenewalSums


class RemedyCount(Struct, kw_only=True):
    """How many lifts of a remedy, and what they would cost together."""

    remedy: Remedy
    lifts: int
    cost_fen: int


class RenewalList(Struct, kw_only=True):
    """The lifts of a year for which something is proposed, the riskiest first; of `lifts` that
    were looked at. `remedies` and `sums` are of all of them, however few `items` are asked for."""

    year: int
    at: str
    limit: float
    lifts: int
    listed: int
    remedies: list[RemedyCount]
    sums: RenewalSums
    items: list[RenewalShape]


DESCRIBED_RENEWALS = (
    EstimateShape,
    EstimateList,
    NewEstimate,
    RenewalCase,
    RenewalFund,
    RenewalSums,
    RenewalShape,
    RemedyCount,
    RenewalList,
)


def estimate_shape(one: Estimate) -> EstimateShape:
    """An estimate as the API shows it."""
    return EstimateShape(
        lift=one.lift,
        n=one.n,
        remedy=one.remedy,
        fen=one.fen,
        why=one.why,
        by=one.person,
        organisation=one.organisation,
        at=rfc3339(one.at_ms),
    )

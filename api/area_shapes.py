"""How an area stands, in JSON."""

from msgspec import Struct

from api.figure_shapes import TimesShape
from liftwatch.care.shrunk import Shrunk


class EstateStanding(Struct, kw_only=True):
    """An estate, or all of it (`estate` null): what is there and open, how fast help came.

    `entrapments` are those of the last 366 days, `per_100_lifts` of them as it is believed with
    bounds that hold 9 times of 10; `overdue_duties` are open incidents of duties.
    """

    area: str
    estate: str | None
    lifts: int
    offline: int
    open: dict[str, int]
    overdue_duties: int
    entrapments: int
    per_100_lifts: float | None
    per_100_low: float | None
    per_100_high: float | None
    arrival: TimesShape
    instructions: int
    overdue_instructions: int
    latitude: float | None
    longitude: float | None
    datum: str | None


class WorstShape(Struct, kw_only=True):
    """A lift or a unit by its faults of the last year: `rate` is a lift-year's as it is believed.

    Few events, or little time, shrink towards the mean of all; `low` and `high` hold 9 times of 10.
    """

    id: str
    name: str | None
    lifts: int
    faults: int
    lift_years: float
    rate: float
    low: float
    high: float


class AreaShape(Struct, kw_only=True):
    """How what somebody sees stands now."""

    at: str
    since: str
    whole: EstateStanding
    estates: list[EstateStanding]
    worst_lifts: list[WorstShape]
    worst_units: list[WorstShape]


DESCRIBED_AREA = (EstateStanding, WorstShape, AreaShape)


def worst_shape(one: Shrunk, *, lifts: int, name: str | None = None) -> WorstShape:
    """A row of the worst."""
    return WorstShape(
        id=one.name,
        name=name,
        lifts=lifts,
        faults=one.count,
        lift_years=round(one.years, 2),
        rate=round(one.rate, 3),
        low=round(one.low, 3),
        high=round(one.high, 3),
    )

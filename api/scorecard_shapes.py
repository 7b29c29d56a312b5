"""Score cards in JSON."""

from typing import Any

from msgspec import Struct

from liftwatch.care.scorecard import MEASURES, Card, Told
from liftwatch.care.scorecard_facts import Party, Period
from liftwatch.care.scorecard_ground import Ground
from liftwatch.care.scorecard_rank import Rank
from liftwatch.clock import rfc3339


class RankShape(Struct, kw_only=True):
    """Between which places of how many, 1 the best, 9 times of 10. `tells` false: too wide to say
    anything."""

    low: int
    high: int
    of: int
    tells: bool


class GroundShape(Struct, kw_only=True):
    """A fact behind a number: an `incident`, a `visit`, an `instruction`, a `complaint`, or a day
    of a `lift`; whether it speaks for the party, and whether that is disputed."""

    thing: str
    id: str
    lift: str | None
    at: str
    good: bool
    disputed: bool


class FigureShape(Struct, kw_only=True):
    """A measure of a card: `good` of `total`; what is believed of it, `low` and `high` 9 times of
    10; `otherwise` as it would stand if everything disputed were decided the other way. Null is
    what nobody can tell."""

    measure: str
    better: str
    good: float
    total: float
    share: float | None
    disputed: int
    otherwise: float | None
    believed: float | None
    low: float | None
    high: float | None
    rank: RankShape | None


class FigureWithGrounds(FigureShape, kw_only=True):
    """The same with the facts behind it, those against the party first, at most 200."""

    grounds: list[GroundShape]


class ScorecardShape(Struct, kw_only=True):
    """The card of a maintenance unit, a property company or an estate (`area~estate`), without
    facts. `rank` is by all measures that count; null: nobody can tell."""

    party: str
    id: str
    name: str | None
    lifts: int
    lift_years: float
    rank: RankShape | None
    figures: list[FigureShape]


class ScorecardList(Struct, kw_only=True):
    """Cards of a period, the best rank first, who has none last."""

    since: str
    until: str
    items: list[ScorecardShape]


class ScorecardDetail(ScorecardShape, kw_only=True):
    """One card with the facts behind each number."""

    since: str
    until: str
    facts: list[FigureWithGrounds]


class FormulaRow(Struct, kw_only=True):
    """A measure: on whose cards it stands, of whom it counts for the rank, what is divided by what,
    its bound and source, what of it can be disputed."""

    measure: str
    title: str
    of: list[str]
    ranks: list[str]
    form: str
    better: str
    above: str
    below: str
    bound: str
    disputed: str


class FormulaShape(Struct, kw_only=True):
    """The whole formula, from the table by which cards are counted."""

    items: list[FormulaRow]


DESCRIBED_SCORES = (
    RankShape,
    GroundShape,
    FigureShape,
    FigureWithGrounds,
    ScorecardShape,
    ScorecardList,
    ScorecardDetail,
    FormulaRow,
    FormulaShape,
)


def rank_shape(one: Rank | None) -> RankShape | None:
    """A rank."""
    if one is None:
        return None
    return RankShape(low=one.low, high=one.high, of=one.of, tells=one.tells)


def figure_shape(one: Told) -> FigureShape:
    """A measure of a card."""
    return FigureShape(**_figure(one))


def ground_shape(one: Ground) -> GroundShape:
    """A fact."""
    return GroundShape(
        thing=one.thing,
        id=one.id,
        lift=one.lift,
        at=rfc3339(one.at_ms),
        good=one.good,
        disputed=one.disputed,
    )


def list_shape(some: list[Card], period: Period, names: dict[str, str]) -> ScorecardList:
    """Cards of a period."""
    return ScorecardList(
        since=rfc3339(period.from_ms),
        until=rfc3339(period.end_ms),
        items=[ScorecardShape(**_card(one, names)) for one in some],
    )


def detail_shape(one: Card, period: Period, names: dict[str, str]) -> ScorecardDetail:
    """One card with its facts."""
    return ScorecardDetail(
        **_card(one, names),
        since=rfc3339(period.from_ms),
        until=rfc3339(period.end_ms),
        facts=[
            FigureWithGrounds(**_figure(o), grounds=[ground_shape(g) for g in o.grounds])
            for o in one.figures
        ],
    )


def formula_shape() -> FormulaShape:
    """The table."""
    return FormulaShape(
        items=[
            FormulaRow(
                measure=row.name,
                title=str(row.title),
                of=sorted(row.of),
                ranks=sorted(row.ranks),
                form=row.form,
                better=row.better,
                above=str(row.above),
                below=str(row.below),
                bound=str(row.bound),
                disputed=str(row.disputed),
            )
            for row in MEASURES.values()
        ]
    )


def party_of(text: str) -> Party | None:
    """A kind of party by its name."""
    return text if text in ("unit", "property", "estate") else None  # type: ignore[return-value]


def _card(one: Card, names: dict[str, str]) -> dict[str, Any]:
    return {
        "party": one.party,
        "id": one.id,
        "name": names.get(one.id),
        "lifts": one.lifts,
        "lift_years": one.lift_years,
        "rank": rank_shape(one.rank),
        "figures": [figure_shape(o) for o in one.figures],
    }


def _figure(one: Told) -> dict[str, Any]:
    held = one.believed
    return {
        "measure": one.measure,
        "better": MEASURES[one.measure].better,
        "good": one.good,
        "total": one.total,
        "share": _round(one.share),
        "disputed": one.disputed,
        "otherwise": _round(one.otherwise),
        "believed": None if held is None else _round(held.value),
        "low": None if held is None else _round(held.low),
        "high": None if held is None else _round(held.high),
        "rank": rank_shape(one.rank),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

"""What score cards look like in JSON."""

from msgspec import Struct

from liftwatch.care.scorecard import Card, Line, Measure, Subject


class MeasureShape(Struct, kw_only=True):
    """A row of the formula: whom it is of, its weight, what is counted in words; of time it is
    counted in lift-days."""

    name: str
    subjects: list[Subject]
    weight: float
    of_time: bool
    says: str


class CardLine(Struct, kw_only=True):
    """A measure of somebody. `share` is as it was, `against` as it would be if everything disputed
    were decided against them, `believed` with `low` and `high` (9 times of 10) what few facts
    leave of it; ranks are a span among `ranked`. Null is unknown, and has no weight."""

    measure: str
    weight: float
    facts: float
    bad: float
    disputed: int
    share: float | None
    against: float | None
    believed: float | None
    low: float | None
    high: float | None
    rank_from: int | None
    rank_to: int | None
    ranked: int


class CardShape(Struct, kw_only=True):
    """Somebody's card: `points` from 0 to 100 with bounds, null with less than half of the weight
    known; the id of an estate is its area, a colon and its name."""

    subject: Subject
    id: str
    name: str
    points: float | None
    low: float | None
    high: float | None
    rank_from: int | None
    rank_to: int | None
    ranked: int
    lines: list[CardLine]


class CardList(Struct, kw_only=True):
    """Cards of one kind in a period, the best first; those without points last."""

    period: str
    from_at: str
    until_at: str
    subject: Subject
    items: list[CardShape]


class MeasureList(Struct):
    """The whole formula."""

    items: list[MeasureShape]


def measure_shape(one: Measure, says: str) -> MeasureShape:
    """A row of the formula."""
    return MeasureShape(
        name=one.name,
        subjects=sorted(one.subjects),
        weight=one.weight,
        of_time=one.of_time,
        says=says,
    )


def card_shape(card: Card, name: str) -> CardShape:
    """A card under a name."""
    rank = card.rank or (None, None)
    return CardShape(
        subject=card.subject,
        id=card.id.replace("/", ":"),
        name=name,
        points=_rounded(card.points, 1),
        low=_rounded(card.low, 1),
        high=_rounded(card.high, 1),
        rank_from=rank[0],
        rank_to=rank[1],
        ranked=card.ranked,
        lines=[_line(one) for one in card.lines],
    )


def _line(one: Line) -> CardLine:
    rank = one.rank or (None, None)
    return CardLine(
        measure=one.measure,
        weight=one.weight,
        facts=round(one.tally.of, 2),
        bad=round(one.tally.bad, 3),
        disputed=one.tally.disputed,
        share=_rounded(one.share, 4),
        against=_rounded(one.against, 4),
        believed=_rounded(one.believed, 4),
        low=_rounded(one.low, 4),
        high=_rounded(one.high, 4),
        rank_from=rank[0],
        rank_to=rank[1],
        ranked=one.ranked,
    )


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)

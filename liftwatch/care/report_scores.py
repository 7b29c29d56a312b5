"""The section of score cards: everybody of an area, or one's own card line by line."""

from collections.abc import Iterable, Sequence

from liftwatch.care.report import About, Column, Figure, Row, Section, Table
from liftwatch.care.report_facts import Told
from liftwatch.care.report_figures import notes_of, rounded
from liftwatch.care.scorecard import MEASURES, Card
from liftwatch.care.scorecard import Told as Line
from liftwatch.care.scorecard_facts import PARTIES, Party
from liftwatch.care.scorecard_rank import Rank

SHOWN = 50
"""So many of a kind stand in a report, the best first; all are on `/scorecards`."""
RANKS = (Column("rank_best"), Column("rank_worst"))


def scores_section(told: Told) -> Section:
    """Of an area the cards of all, of an estate or a unit its own."""
    if told.cards is None or told.scope is None:
        return Section(name="scores", notes=("no_scores",))
    if told.scope.kind == "area":
        tables = tuple(_of_all(party, told.cards.get(party, ())) for party in PARTIES)
        known = tuple(one for one in tables if one.rows)
        return Section(name="scores", tables=known, notes=_notes(bool(known)))
    party: Party = "unit" if told.scope.kind == "unit" else "estate"
    own = _card(told.cards.get(party, ()), told.scope.id)
    if own is None:
        return Section(name="scores", notes=("no_card",))
    before = _card((told.cards_before or {}).get(party, ()), told.scope.id)
    tables = (_lines("score_lines", own, rates=False), _lines("score_rates", own, rates=True))
    return Section(
        name="scores",
        figures=_span(own, before),
        tables=tuple(one for one in tables if one.rows),
        notes=_notes(own.rank is not None),
    )


def _notes(known: bool) -> tuple[str, ...]:
    return notes_of(("score_spans", True), ("no_rank", not known))


def _card(cards: Sequence[Card], id: str) -> Card | None:
    return next((one for one in cards if _about(one) == id), None)


def _about(card: Card) -> str:
    """As a report names it: of an estate its area and name."""
    return f"{card.area}/{card.estate}" if card.party == "estate" else card.id


def _span(own: Card, before: Card | None) -> tuple[Figure, ...]:
    now, was = _rank(own.rank), _rank(None if before is None else before.rank)
    return tuple(
        Figure(name=name, value=now[n], before=was[n])
        for n, name in enumerate(("rank_best", "rank_worst"))
    )


def _of_all(party: Party, cards: Iterable[Card]) -> Table:
    about: About = "place" if party == "estate" else "unit"
    rows = tuple(
        Row((_about(one),), (one.lifts, rounded(one.lift_years, 2), *_rank(one.rank)))
        for one in list(cards)[:SHOWN]
    )
    columns = (Column("lifts"), Column("lift_years", "score"), *RANKS)
    return Table(name=f"scores_{party}", about=(about,), columns=columns, rows=rows)


def _lines(name: str, card: Card, *, rates: bool) -> Table:
    """The measures that are shares, or those that are events a lift-year."""
    rows = tuple(
        Row((one.measure,), _values(one))
        for one in card.figures
        if (MEASURES[one.measure].form == "rate") == rates
    )
    unit = "score" if rates else "share"
    words = ("as_it_was", "believed", "low", "high")
    columns = tuple(Column(word, unit) for word in words)  # type: ignore[arg-type]  # one of two
    return Table(name=name, about=("measure",), columns=(*columns, *RANKS), rows=rows)


def _values(one: Line) -> tuple[float | None, ...]:
    believed = one.believed
    told = (None,) * 3 if believed is None else (believed.value, believed.low, believed.high)
    return (*(rounded(value, 4) for value in (one.share, *told)), *_rank(one.rank))


def _rank(rank: Rank | None) -> tuple[int | None, int | None]:
    return (None, None) if rank is None else (rank.low, rank.high)

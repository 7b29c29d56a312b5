"""The section of score cards: everybody of an area, or one's own card line by line."""

from collections.abc import Sequence

from liftwatch.care.report import About, Column, Figure, Row, Section, Table
from liftwatch.care.report_facts import Told
from liftwatch.care.report_figures import notes_of, rounded
from liftwatch.care.scorecard import SUBJECTS, Card, Subject

SHOWN = 50
"""So many of a kind stand in a report, the best first; all are on `/scorecards`."""
RANKS = (Column("rank_best"), Column("rank_worst"))


def scores_section(told: Told) -> Section:
    """Of an area the cards of all, of an estate or a unit its own."""
    if told.cards is None or told.scope is None:
        return Section(name="scores", notes=("no_scores",))
    if told.scope.kind == "area":
        tables = tuple(_of_all(subject, told.cards.get(subject, ())) for subject in SUBJECTS)
        known = tuple(one for one in tables if one.rows)
        return Section(name="scores", tables=known, notes=_notes(bool(known)))
    subject: Subject = "unit" if told.scope.kind == "unit" else "estate"
    own = _card(told.cards.get(subject, ()), told.scope.id)
    if own is None:
        return Section(name="scores", notes=("no_card",))
    before = _card((told.cards_before or {}).get(subject, ()), told.scope.id)
    figures = (
        Figure(
            name="points",
            unit="score",
            value=rounded(own.points, 1),
            before=None if before is None else rounded(before.points, 1),
        ),
        *_span(own, before),
    )
    return Section(
        name="scores",
        figures=figures,
        tables=(_lines(own),),
        notes=_notes(own.points is not None),
    )


def _notes(known: bool) -> tuple[str, ...]:
    return notes_of(("score_spans", True), ("no_points", not known))


def _card(cards: Sequence[Card], id: str) -> Card | None:
    return next((one for one in cards if one.id == id), None)


def _span(own: Card, before: Card | None) -> tuple[Figure, ...]:
    ranks = [None if one is None else one.rank for one in (own, before)]
    return tuple(
        Figure(name=name, value=ranks[0] and ranks[0][n], before=ranks[1] and ranks[1][n])
        for n, name in enumerate(("rank_best", "rank_worst"))
    )


def _of_all(subject: Subject, cards: Sequence[Card]) -> Table:
    about: About = "place" if subject == "estate" else "unit"
    rows = tuple(
        Row(
            (one.id,),
            (*(rounded(x, 1) for x in (one.points, one.low, one.high)), *_rank(one.rank)),
        )
        for one in cards[:SHOWN]
    )
    columns = (Column("points", "score"), Column("low", "score"), Column("high", "score"), *RANKS)
    return Table(name=f"scores_{subject}", about=(about,), columns=columns, rows=rows)


def _lines(card: Card) -> Table:
    rows = tuple(
        Row(
            (one.measure,),
            (
                *(rounded(x, 4) for x in (one.share, one.believed, one.low, one.high)),
                *_rank(one.rank),
            ),
        )
        for one in card.lines
    )
    shares = tuple(Column(name, "share") for name in ("as_it_was", "believed", "low", "high"))
    return Table(name="score_lines", about=("measure",), columns=(*shares, *RANKS), rows=rows)


def _rank(rank: tuple[int, int] | None) -> tuple[int | None, int | None]:
    return rank or (None, None)

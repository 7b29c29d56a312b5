"""The pages of score cards: everybody of a kind beside each other, and one card with its facts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from api.console.language import Language
from api.console.marks import N_
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.scorecard_texts import SAYS, SUBJECT_TEXTS
from api.console.values import number
from api.parts import TheBooks, TheGate, ThePart
from api.principal import allow
from api.scorecards import LAST, READ, Asked, SubjectPath, WhosePath, card_of, period_of, subject_of
from api.scorecards_seen import Period, Scored, areas_of, scored
from api.seen import SeenBooks
from liftwatch.care.scorecard import MEASURES, SUBJECTS, Card, Line, Subject
from liftwatch.clock import date_of, estate_day, now_ms

router = APIRouter(include_in_schema=False)
QUARTERS = 4
"""So many quarters back can be chosen."""


class CardRow(NamedTuple):
    """A card in the list."""

    href: str
    name: str
    rank: str
    points: str
    low: float
    wide: float
    at: float
    bounds: str
    shares: list[str]


class LineRow(NamedTuple):
    """A measure on a card."""

    title: str
    counts: str
    where: str
    weight: str
    facts: str
    share: str
    against: str
    believed: str
    low: float
    wide: float
    at: float
    rank: str


@router.get("/scorecards", dependencies=[Depends(allow(READ))])
def first_scorecards(
    *, request: Request, part: ThePart, books: TheBooks, gate: TheGate, period: Asked = LAST
) -> Response:
    """The cards of maintenance units."""
    return _list(request, part, books, gate=gate, subject="unit", period=period)


@router.get("/scorecards/{subject}", dependencies=[Depends(allow(READ))])
def scorecards(
    *,
    request: Request,
    part: ThePart,
    books: TheBooks,
    gate: TheGate,
    subject: SubjectPath,
    period: Asked = LAST,
) -> Response:
    """The cards of a kind."""
    kind = subject_of(subject)
    return _list(request, part, books, gate=gate, subject=kind, period=period)


@router.get("/scorecards/{subject}/{whose}", dependencies=[Depends(allow(READ))])
def scorecard(
    *,
    request: Request,
    part: ThePart,
    books: TheBooks,
    gate: TheGate,
    subject: SubjectPath,
    whose: WhosePath,
    period: Asked = LAST,
) -> Response:
    """One card."""
    language, kind = language_of(request), subject_of(subject)
    asked = period_of(period, now_ms=now_ms())
    found = scored(part, gate, areas_of(books), period=asked)
    card = card_of(found, kind, whose)
    values = {
        "name": _names(books, language, found, cards=[card])[card.id],
        "subject": kind,
        "subject_text": language.say(SUBJECT_TEXTS[kind]),
        "period": asked.name,
        "span": _span(language, asked),
        "card": _row(language, card, name="", period=asked.name),
        "lines": [_line(language, one) for one in card.lines],
        "disputed": any(one.tally.disputed for one in card.lines),
    }
    return render(request, "scorecard.html", values)


def _list(
    request: Request, part: Any, books: SeenBooks, *, gate: Any, subject: Subject, period: str
) -> Response:
    language, at_ms = language_of(request), now_ms()
    asked = period_of(period, now_ms=at_ms)
    found = scored(part, gate, areas_of(books), period=asked)
    names = _names(books, language, found, cards=found.cards[subject])
    mine = [one for one in MEASURES if subject in one.subjects]
    values = {
        "subject": subject,
        "subjects": [(one, language.say(SUBJECT_TEXTS[one])) for one in SUBJECTS],
        "period": asked.name,
        "periods": [(one, _period_text(language, one)) for one in _periods(at_ms)],
        "span": _span(language, asked),
        "heads": [(language.say(SAYS[one.name].title), number(one.weight)) for one in mine],
        "formula": [
            (
                language.say(SAYS[one.name].title),
                language.say(SAYS[one.name].counts),
                number(one.weight),
            )
            for one in mine
        ],
        "cards": [
            _row(language, one, name=names[one.id], period=asked.name)
            for one in found.cards[subject]
        ],
    }
    return render(request, "scorecards.html", values)


def _names(
    books: SeenBooks, language: Language, found: Scored, *, cards: Sequence[Card]
) -> dict[str, str]:
    places = [one.id.split("/") for one in cards if one.subject == "estate"]
    keys = {(area, estate, "") for area, estate in places}
    named = PlaceNames(language, books.localities(keys))
    names = dict(found.names)
    for area, estate in places:
        names[f"{area}/{estate}"] = named.estate(area, estate)
    return {one.id: names.get(one.id, one.id) for one in cards}


def _row(language: Language, card: Card, *, name: str, period: str) -> CardRow:
    asked = "" if period == LAST else f"?period={period}"
    low, high = card.low or 0.0, card.high or 0.0
    return CardRow(
        href=f"/scorecards/{card.subject}/{card.id.replace('/', ':')}{asked}",
        name=name,
        rank=_rank(language, card.rank, card.ranked),
        points="–" if card.points is None else number(round(card.points, 1)),
        low=round(low, 1),
        wide=round(high - low, 1),
        at=round(card.points or 0.0, 1),
        bounds="" if card.points is None else f"{number(round(low))} – {number(round(high))}",
        shares=["–" if one.share is None else _percent(one.share) for one in card.lines],
    )


def _line(language: Language, line: Line) -> LineRow:
    says, tally = SAYS[line.measure], line.tally
    low, high = 100 * (line.low or 0.0), 100 * (line.high or 0.0)
    timed = next(one.of_time for one in MEASURES if one.name == line.measure)
    counted = N_("%(bad)s of %(of)s lift-days") if timed else N_("%(bad)s of %(of)s")
    against = ""
    if tally.disputed and line.against is not None:
        against = language.say(
            "%(num)s disputed: %(share)s if all were decided against them",
            num=tally.disputed,
            share=_percent(line.against),
        )
    return LineRow(
        title=language.say(says.title),
        counts=language.say(says.counts),
        where=says.where,
        weight=number(line.weight),
        facts=language.say(counted, bad=number(round(tally.bad, 1)), of=number(round(tally.of)))
        if tally.of
        else "",
        share="–" if line.share is None else _percent(line.share),
        against=against,
        believed=_believed(line),
        low=round(low, 1),
        wide=round(high - low, 1),
        at=round(100 * (line.believed or 0.0), 1),
        rank=_rank(language, line.rank, line.ranked),
    )


def _rank(language: Language, rank: tuple[int, int] | None, ranked: int) -> str:
    if rank is None:
        return language.say("cannot tell")
    if rank[0] == rank[1]:
        return language.say("%(rank)s of %(ranked)s", rank=rank[0], ranked=ranked)
    return language.say("%(from)s to %(to)s of %(ranked)s", ranked=ranked, **_ends(rank))


def _believed(line: Line) -> str:
    if line.believed is None or line.low is None or line.high is None:
        return ""
    return f"{_percent(line.believed)} ({_percent(line.low)} – {_percent(line.high)})"


def _ends(rank: tuple[int, int]) -> dict[str, int]:
    return {"from": rank[0], "to": rank[1]}


def _percent(share: float) -> str:
    return f"{number(round(100 * share, 1))} %"


def _span(language: Language, period: Period) -> str:
    first, last = estate_day(period.from_ms), estate_day(period.until_ms - 1)
    return f"{language.day(first)} – {language.day(last)}"


def _period_text(language: Language, name: str) -> str:
    return language.say("The last 90 days") if name == LAST else name


def _periods(at_ms: int) -> list[str]:
    """The last 90 days, this month and the last one, this quarter and some before.

    >>> from datetime import date
    >>> from liftwatch.clock import begin_ms
    >>> _periods(begin_ms(date(2026, 2, 3)))[1:4]
    ['2026-02', '2026-01', '2026-Q1']
    """
    today = date_of(estate_day(at_ms))
    months = [(today.year, today.month)]
    months.append((today.year - (today.month == 1), (today.month - 2) % 12 + 1))
    quarter = 4 * today.year + (today.month - 1) // 3
    quarters = [divmod(quarter - back, 4) for back in range(QUARTERS + 1)]
    return [
        LAST,
        *(f"{year}-{month:02}" for year, month in months),
        *(f"{year}-Q{n + 1}" for year, n in quarters),
    ]

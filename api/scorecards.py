"""`/v1/scorecards`: how units, property companies and estates did, by a public formula."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.console.scorecard_texts import SAYS
from api.parts import TheBooks, TheGate, ThePart
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.scorecard_shapes import (
    CardList,
    CardShape,
    MeasureList,
    card_shape,
    measure_shape,
)
from api.scorecards_seen import Period, Scored, areas_of, scored
from api.shapes import answer, described
from liftwatch.care.scorecard import MEASURES, SUBJECTS, Card, Subject
from liftwatch.clock import DAY_MS, begin_ms, now_ms, rfc3339
from liftwatch.said import Said

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
READ = "scorecards.read"
LAST_MS = 90 * DAY_MS
LAST = "last-90-days"
YEAR_MIN = 2000
_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2]|Q[1-4])")
Asked = Annotated[
    str, Query(max_length=16, description=f"A month 2026-11, a quarter 2026-Q4, or {LAST}.")
]
SubjectPath = Annotated[str, Path(max_length=16, description="unit, property or estate.")]
WhosePath = Annotated[str, Path(max_length=80, description="Of an estate area:estate.")]


@router.get(
    "/v1/scorecards/measures",
    dependencies=[Depends(allow(READ))],
    responses=described(MeasureList, "What is counted, and how much each weighs"),
)
def list_measures() -> Response:
    """The whole formula (`docs/scorecards`)."""
    return answer(MeasureList([measure_shape(one, SAYS[one.name].counts) for one in MEASURES]))


@router.get(
    "/v1/scorecards/{subject}",
    dependencies=[Depends(allow(READ))],
    responses=described(CardList, "The best first, with spans of ranks"),
)
def list_scorecards(
    *, part: ThePart, books: TheBooks, gate: TheGate, subject: SubjectPath, period: Asked = LAST
) -> Response:
    """Everybody of a kind in the areas of which somebody sees something."""
    kind, span = subject_of(subject), period_of(period, now_ms=now_ms())
    found = scored(part, gate, areas_of(books), period=span)
    return answer(
        CardList(
            period=span.name,
            from_at=rfc3339(span.from_ms),
            until_at=rfc3339(span.until_ms),
            subject=kind,
            items=[card_shape(one, name_of(found, one)) for one in found.cards[kind]],
        )
    )


@router.get(
    "/v1/scorecards/{subject}/{whose}",
    dependencies=[Depends(allow(READ))],
    responses=described(CardShape, "The card"),
)
def read_scorecard(
    *,
    part: ThePart,
    books: TheBooks,
    gate: TheGate,
    subject: SubjectPath,
    whose: WhosePath,
    period: Asked = LAST,
) -> Response:
    """One card."""
    kind, span = subject_of(subject), period_of(period, now_ms=now_ms())
    found = scored(part, gate, areas_of(books), period=span)
    return answer(card_shape(one := card_of(found, kind, whose), name_of(found, one)))


def card_of(found: Scored, subject: Subject, whose: str) -> Card:
    """A card by its id as it is written in addresses; the problem `not-found`."""
    for one in found.cards[subject]:
        if one.id.replace("/", ":") == whose:
            return one
    raise Problem("not-found", Said("there is no score card of %(id)s", id=shown(whose)))


def name_of(found: Scored, card: Card) -> str:
    """What a company is called; an estate has no other name here than its id's."""
    return found.names.get(card.id, card.id.rpartition("/")[2])


def subject_of(text: str) -> Subject:
    """A kind of cards; the problem `not-found` for what is none."""
    for one in SUBJECTS:
        if one == text:
            return one
    raise Problem("not-found", Said("there are no score cards of %(id)s", id=shown(text)))


def period_of(text: str, *, now_ms: int) -> Period:
    """A month or a quarter by the estates' calendar, as far as it has gone; or the last 90 days.

    >>> at_ms = begin_ms(date(2026, 11, 20))
    >>> period_of("2026-Q3", now_ms=at_ms).from_ms == begin_ms(date(2026, 7, 1))
    True
    >>> period_of("2026-11", now_ms=at_ms).until_ms == at_ms
    True
    """
    if text == LAST:
        return Period(LAST, now_ms - LAST_MS, now_ms)
    found = _PERIOD.fullmatch(text)
    if found is None or int(found[1]) < YEAR_MIN:
        reason = Said(
            "%(text)s is no month like 2026-11 and no quarter like 2026-Q4", text=shown(text)
        )
        raise BadParameter("period", reason)
    year, part = int(found[1]), found[2]
    first = 3 * int(part[1]) - 2 if part.startswith("Q") else int(part)
    months = 3 if part.startswith("Q") else 1
    end = first + months
    from_ms = begin_ms(date(year, first, 1))
    until_ms = begin_ms(date(year + (end > 12), (end - 1) % 12 + 1, 1))
    if from_ms >= now_ms:
        raise BadParameter("period", Said("has not begun yet"))
    return Period(text, from_ms, min(until_ms, now_ms))

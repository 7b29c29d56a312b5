"""The page of a day's account of loss: the lifts that miss most first."""

from typing import NamedTuple

from api.completeness import cursor_after, place_of
from api.console.board import lifts_of, names_of
from api.console.language import Language
from api.console.place_names import PlaceNames
from api.console.values import number, with_unit
from api.console.views import LiftName, lift_name
from api.seen import SeenBooks
from liftwatch.account import Completeness
from liftwatch.clock import SECOND_MS, day_text
from liftwatch.ports import LiftRow

ROWS_MAX = 100
GRAVE_PPM = 10_000  # a lift that misses a hundredth of its messages stands out [our choice]


class LossRow(NamedTuple):
    """One lift's day."""

    name: LiftName
    percent: str
    received: int
    missing: int
    late: int
    duplicates: int
    clock: str
    is_grave: bool


def completeness_page(
    books: SeenBooks,
    language: Language,
    *,
    day: int,
    today: int,
    estate: str | None,
    after: str | None,
) -> dict[str, object]:
    """What the template shows of a day."""
    place = place_of(after) if after else None
    found = books.completeness_on(day, estate=estate, after=place, limit=ROWS_MAX + 1)
    page = found[:ROWS_MAX]
    lifts = lifts_of(books, [one.lift for one in page])
    names = names_of(books, language, lifts.values())
    return {
        "rows": [_row(language, one, lifts.get(one.lift), names=names) for one in page],
        "day": day_text(day),
        "day_told": language.day(day),
        "before": day_text(day - 1),
        "next_day": day_text(day + 1) if day < today else None,
        "estate": estate,
        "more": cursor_after(page[-1]) if len(found) > ROWS_MAX else None,
    }


def _row(
    language: Language, one: Completeness, lift: LiftRow | None, *, names: PlaceNames
) -> LossRow:
    name = lift_name(language, one.lift, lift, names=names)
    estate_name = names.estate(one.area, one.estate)
    return LossRow(
        name=name._replace(estate=one.estate, estate_name=estate_name),
        percent=share(one),
        received=one.received,
        missing=one.missing,
        late=one.late,
        duplicates=one.duplicates,
        clock=offset(one.ahead_ms),
        is_grave=one.lost_ppm >= GRAVE_PPM,
    )


def share(one: Completeness) -> str:
    """How much has come, with two digits, rounded down: 100% is nothing missing at all."""
    everything = one.heard + one.missing
    return f"{one.heard * 10_000 // everything / 100:g}%" if everything else "–"


def offset(ahead_ms: int | None) -> str:
    """How far a clock is ahead, or behind.

    >>> offset(-35), offset(4_200), offset(None)
    ('−35 ms', '+4.2 s', '–')
    """
    if ahead_ms is None:
        return "–"
    sign = "−" if ahead_ms < 0 else "+"
    size = abs(ahead_ms)
    if size < SECOND_MS:
        return sign + with_unit(number(size), "ms")
    return sign + with_unit(number(size / SECOND_MS), "s")

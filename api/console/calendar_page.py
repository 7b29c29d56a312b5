"""The calendar of what is due of lifts: visits, inspections, assessments; a month and its list."""

import calendar as months
from collections import Counter
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from api.care_due import READ
from api.care_seen import SeenCare, TheCare
from api.console.language import Language
from api.console.marks import P_
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.visit_texts import WHAT_TEXTS
from api.console.visit_views import LiftNames, calendar_line
from api.parts import ThePart
from api.principal import Principal, allow
from api.seen import SeenBooks
from liftwatch.clock import date_of, estate_day, now_ms
from liftwatch.handlers.care_plans import Row, calendar

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Month = Annotated[str, Query(max_length=7)]
Estate = Annotated[str, Query(max_length=64)]
SHOWN_MAX = 300
WEEKDAYS = (
    P_("weekday", "Mon"),
    P_("weekday", "Tue"),
    P_("weekday", "Wed"),
    P_("weekday", "Thu"),
    P_("weekday", "Fri"),
    P_("weekday", "Sat"),
    P_("weekday", "Sun"),
)
YEAR_MIN, YEAR_MAX = 1990, 2200


class Day(NamedTuple):
    """A day of the month: what is due, by sort with its word, and whether it is over."""

    number: int
    iso: str
    today: bool
    counts: list[tuple[str, str, int]]


@router.get("/calendar")
def calendar_page(
    *,
    request: Request,
    principal: Reader,
    care: TheCare,
    part: ThePart,
    month: Month = "",
    estate: Estate = "",
) -> Response:
    """A month of all lifts that are seen, or of one estate (`area/estate`)."""
    del principal
    language, at_ms = language_of(request), now_ms()
    today = date_of(estate_day(at_ms))
    first = _month_of(month, today)
    books = SeenBooks(part.books, care.sight)
    places = books.estates()
    named = PlaceNames(language, books.localities({(*place, "") for place in places}))
    lifts = _lifts(care, estate)
    plans = care.plans(lifts, now_ms=at_ms)
    rows = calendar(plans, now_ms=at_ms)
    in_month = [row for row in rows if (row.day.year, row.day.month) == (first.year, first.month)]
    over = [row for row in rows if row.over]
    forbidden = [one for one in plans if one.standing.forbidden]
    shown = {row.lift for row in (*in_month[:SHOWN_MAX], *over[:SHOWN_MAX])}
    shown |= {one.row.lift for one in forbidden[:SHOWN_MAX]}
    names = LiftNames(books, language, [row for row in lifts if row.lift in shown])

    def lines(found: list[Row]) -> list[Any]:
        return [calendar_line(language, row, names.of(row.lift)) for row in found[:SHOWN_MAX]]

    values = {
        "month": f"{first:%Y-%m}",
        "before": f"{_moved(first, -1):%Y-%m}",
        "after": f"{_moved(first, 1):%Y-%m}",
        "weeks": _weeks(language, first, in_month, today=today),
        "weekdays": [language.word(one) for one in WEEKDAYS],
        "estates": [("/".join(place), named.estate(*place)) for place in places],
        "estate": estate,
        "over": lines(over),
        "over_count": len(over),
        "list": lines(in_month),
        "list_count": len(in_month),
        "forbidden": [names.of(one.row.lift) for one in forbidden[:SHOWN_MAX]],
        "sums": _sums(language, in_month, over),
        "lifts": len(lifts),
    }
    return render(request, "care_calendar.html", values)


def _lifts(care: SeenCare, estate: str) -> list[Any]:
    area, _, name = estate.partition("/")
    found = care.lifts(estate=name or None)
    return [row for row in found if not name or row.area == area]


def _month_of(text: str, today: date) -> date:
    """The first of a month that was asked for; of this one for what is none."""
    year, _, month = text.partition("-")
    told = all(one.isascii() and one.isdigit() for one in (year, month))
    if told and YEAR_MIN <= int(year) <= YEAR_MAX and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return today.replace(day=1)


def _moved(first: date, by: int) -> date:
    """The first of another month.

    >>> _moved(date(2026, 12, 1), 1), _moved(date(2026, 1, 1), -1)
    (datetime.date(2027, 1, 1), datetime.date(2025, 12, 1))
    """
    number = first.year * 12 + first.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _weeks(
    language: Language, first: date, rows: list[Row], *, today: date
) -> list[list[Day | None]]:
    """The month by weeks from Monday on; None for days of other months."""
    counts: dict[date, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.day, Counter())[row.what] += 1

    def told(day: date) -> Day | None:
        if day.month != first.month:
            return None
        found = sorted(counts.get(day, {}).items())
        words = [(what, language.word(WHAT_TEXTS[what]), count) for what, count in found]
        return Day(day.day, day.isoformat(), day == today, words)

    month = months.Calendar().monthdatescalendar(first.year, first.month)
    return [[told(day) for day in week] for week in month]


def _sums(language: Language, rows: list[Row], over: list[Row]) -> list[tuple[str, str, int, int]]:
    """Of each sort how many are due in the month, and how many are over, whenever that was."""
    due, late = Counter[str](row.what for row in rows), Counter[str](row.what for row in over)
    return [
        (what, language.word(text), due[what], late[what])
        for what, text in WHAT_TEXTS.items()
        if due[what] or late[what]
    ]

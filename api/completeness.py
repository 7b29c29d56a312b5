"""How much has come: `/v1/lifts/{lift}/completeness`, `/v1/completeness`, a terminal's gaps."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.paging import INT_MAX, LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import Day, LiftPath, day_number, estates, lift_path, no_lift
from api.parts import TheBooks
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.shapes import (
    CompletenessList,
    DayList,
    GapList,
    answer,
    completeness_shape,
    described,
    gap_shape,
)
from liftwatch.account import Completeness, CompletenessPlace
from liftwatch.clock import estate_day, now_ms
from liftwatch.said import Said

router = APIRouter(
    tags=["completeness"], dependencies=[Depends(allow("lifts.read"))], responses=DOCUMENTED
)
LIST, GAPS = "completeness", "gaps"
DAYS_DEFAULT = 30
DAYS_MAX = 366
TERMINAL_MAX = 64
Estate = Annotated[str | None, Query(description="Only this estate.")]
TerminalPath = Annotated[str, Path(description="The terminal's name, as its messages have it.")]


@router.get(
    "/v1/lifts/{lift}/completeness",
    responses=described(DayList, "The days of which anything is known, newest first"),
)
def read_days(
    *,
    books: TheBooks,
    lift: LiftPath,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
) -> Response:
    """How much of a lift's days has come, both ends included; by default of the last 30."""
    last = day_number("to", to)
    last = estate_day(now_ms()) if last is None else last
    first = day_number("from", from_)
    first = last - DAYS_DEFAULT + 1 if first is None else first
    if first > last:
        raise BadParameter("from", Said("is after `to`"))
    if last - first >= DAYS_MAX:
        raise BadParameter("from", Said("at most %(most)s days up to `to`", most=DAYS_MAX))
    if books.lift(lift_path(lift)) is None:
        raise no_lift(lift)
    return answer(
        DayList([completeness_shape(o) for o in books.completeness_of(lift, first, last)])
    )


@router.get(
    "/v1/completeness",
    responses=described(CompletenessList, "Lifts, those that miss most first"),
)
def list_lifts(
    *,
    books: TheBooks,
    day: Day = None,
    estate: Estate = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """How much of a day has come of every lift; by default of today."""
    number = day_number("day", day)
    if estate is not None and len(estates([estate])) > 1:
        raise BadParameter("estate", Said("one estate at a time"))
    rows = books.completeness_on(
        estate_day(now_ms()) if number is None else number,
        estate=estate,
        after=place_of(cursor) if cursor else None,
        limit=limit + 1,
    )
    page = rows[:limit]
    more = cursor_after(page[-1]) if len(rows) > limit else None
    return answer(CompletenessList([completeness_shape(one) for one in page], more))


def place_of(cursor: str) -> CompletenessPlace:
    """The place of a cursor."""
    place: CompletenessPlace = read_cursor(cursor, LIST, CompletenessPlace)
    _must_be_sound(place)
    return place


def cursor_after(one: Completeness) -> str:
    """The cursor of the page that begins after this lift."""
    return write_cursor(LIST, (one.lost_ppm, one.area, one.estate, one.lift))


@router.get(
    "/v1/terminals/{terminal}/gaps",
    responses=described(GapList, "Gaps in order of boot and count"),
)
def list_gaps(
    *,
    books: TheBooks,
    terminal: TerminalPath,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """What a terminal sent that never came, of each of its boots the latest gaps."""
    if len(terminal) > TERMINAL_MAX or "\0" in terminal:
        raise Problem(
            "not-found", Said("there is no terminal %(terminal)s", terminal=shown(terminal))
        )
    after = gap_place_of(cursor) if cursor else None
    rows = books.gaps_of(terminal, after=after, limit=limit + 1)
    page, more = rows[:limit], None
    if len(rows) > limit:
        last = page[-1]
        more = write_cursor(GAPS, (last.area, last.estate, last.boot, last.first_seq))
    return answer(GapList([gap_shape(one) for one in page], more))


def gap_place_of(cursor: str) -> tuple[str, str, str, int]:
    """The place of a cursor among gaps."""
    place: tuple[str, str, str, int] = read_cursor(cursor, GAPS, tuple[str, str, str, int])
    _must_be_sound(place)
    return place


def _must_be_sound(place: Iterable[int | str]) -> None:
    """A place must be one that a database can compare with."""
    for part in place:
        if (isinstance(part, int) and not 0 <= part <= INT_MAX) or "\0" in str(part):
            raise BadParameter("cursor", Said("this is not a cursor of ours"))

"""`/v1/lifts`: the fleet, and one lift."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.open_incidents import by_lift, kinds_of, read_open
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import LiftPath, estates, lift_path, no_lift
from api.parts import TheBooks
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter
from api.quick import quick
from api.shapes import Lift, LiftList, answer, described, lift_shape
from liftwatch.ports import IncidentFilter
from liftwatch.said import Said

router = APIRouter(
    tags=["lifts"], dependencies=[Depends(allow("lifts.read"))], responses=DOCUMENTED
)
LIST = "lifts"
Estate = Annotated[str | None, Query(description="Only this estate.")]


@router.get("/v1/lifts", responses=described(LiftList, "Lifts in order of their name"))
@quick
def list_lifts(
    *,
    books: TheBooks,
    estate: Estate = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Lifts with all the register knows, how they stand, and the kinds of their open incidents."""
    wanted = estates([estate]) if estate is not None else ()
    if len(wanted) > 1:
        raise BadParameter("estate", Said("one estate at a time"))
    after = read_cursor(cursor, LIST, str) if cursor else None
    rows = books.lifts(estate=estate, after=after, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    among = tuple({row.estate for row in page})
    open_ones = by_lift(read_open(books, IncidentFilter(open_only=True, estate=among)))
    items = [lift_shape(row, kinds_of(open_ones.get(row.lift, []))) for row in page]
    return answer(LiftList(items, write_cursor(LIST, page[-1].lift) if more else None))


@router.get("/v1/lifts/{lift}", responses=described(Lift, "The lift"))
@quick
def read_lift(books: TheBooks, lift: LiftPath) -> Response:
    """One lift."""
    row = books.lift(lift_path(lift))
    if row is None:
        raise no_lift(lift)
    open_ones = by_lift(read_open(books, IncidentFilter(open_only=True, lift=lift)))
    return answer(lift_shape(row, kinds_of(open_ones.get(lift, []))))

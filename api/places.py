"""`/v1/places`: what areas, estates and buildings are called, and where they are."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.once import Done, TheVersion, body_of, change, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parts import TheBooks, TheGate
from api.people_shapes import told
from api.place_shapes import PlaceChange, PlaceList, PlaceShape, place_shape
from api.principal import Principal, allow
from api.problems import DOCUMENTED
from api.shapes import answer, described
from liftwatch.access.store import PeopleWork
from liftwatch.handlers.register import change_place
from liftwatch.register.localities import Key

router = APIRouter(tags=["places"], responses=DOCUMENTED)
LIST = "places"
WRITE = "places.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]
Area = Annotated[str, Query(max_length=16, json_schema_extra={"pattern": "^[0-9]{6}$"})]
Estate = Annotated[str, Query(max_length=32, description="Of the area; none: the area itself.")]
Building = Annotated[str, Query(max_length=64, description="Of the estate; none: all of it.")]


@router.get(
    "/v1/places",
    dependencies=[Depends(allow("places.read"))],
    responses=described(PlaceList, "Places that have a name, in order of their codes"),
)
def list_places(books: TheBooks, limit: Limit = LIMIT_DEFAULT, cursor: Cursor = None) -> Response:
    """Those one sees: with what is around them, or by a lift that is seen there."""
    after: Key | None = tuple(read_cursor(cursor, LIST, tuple[str, str, str])) if cursor else None
    rows = books.localities_after(after=after, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    following = write_cursor(LIST, page[-1].key) if more else None
    return answer(PlaceList([place_shape(row) for row in page], following))


@router.patch(
    "/v1/places",
    responses=described(PlaceShape, "The place as it is called now"),
    openapi_extra=takes(PlaceChange),
)
def change_one(
    *,
    gate: TheGate,
    principal: Writer,
    version: TheVersion,
    body: Annotated[PlaceChange, Depends(body_of(PlaceChange))],
    area: Area,
    estate: Estate = "",
    building: Building = "",
) -> Response:
    """Say how a place is called; before anybody is first its version is 0. Null withdraws."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        key = (area, estate, building)
        made = change_place(work.register, key, told(body), version=version)
        return Done(place_shape(made), "change", ("place", "/".join(filter(None, made.key))))

    return change(gate, principal, WRITE, act=act)

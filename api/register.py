"""The register over HTTP: a lift with its origins, what people set, households, sheets."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from msgspec import Struct

from api.once import Done, TheOnce, TheVersion, act_once, body_of, change, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import LiftPath, lift_path, no_lift
from api.parts import TheBooks, TheGate, ThePart
from api.people_shapes import told
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.register_shapes import (
    HouseholdList,
    ImportShape,
    LiftChange,
    RegisterShape,
    household_shape,
    import_shape,
    register_shape,
)
from api.shapes import answer, described
from liftwatch.access.store import PeopleWork
from liftwatch.clock import now_ms
from liftwatch.handlers.imports import Judged, NotKept, judge, keep, known_estates, try_out
from liftwatch.handlers.register import change_lift
from liftwatch.ports import Books
from liftwatch.records import Door
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS
from liftwatch.register.csv_files import BYTES_MAX
from liftwatch.said import Said, said_by
from liftwatch.telemetry.topics import is_area, is_estate

router = APIRouter(tags=["register"], responses=DOCUMENTED)
LIST = "households"
MEDIA = "text/csv"
Reader = Depends(allow("register.read"))
WRITE = "register.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]
SheetPath = Annotated[
    str, Path(description="What its rows are.", json_schema_extra={"enum": sorted(SHEETS)})
]
AreaDefault = Annotated[
    str | None, Query(max_length=16, description="For rows of lifts and doors that name none.")
]
EstateDefault = Annotated[str | None, Query(max_length=32, description="Likewise.")]
Area = Annotated[str, Query(max_length=16, json_schema_extra={"pattern": "^[0-9]{6}$"})]
Estate = Annotated[str, Query(max_length=32, json_schema_extra={"pattern": "^[a-z0-9-]{1,32}$"})]


def origin(principal: Principal, at_ms: int) -> Origin:
    """By whom what somebody enters is."""
    return Origin(principal.person or principal.name, at_ms)


@router.get(
    "/v1/lifts/{lift}/register",
    dependencies=[Reader],
    responses=described(RegisterShape, "The lift on record"),
)
def read_register(books: TheBooks, lift: LiftPath) -> Response:
    """All that is known of a lift, of whom and since when, and where two say otherwise."""
    record = books.record(lift_path(lift))
    if record is None:
        raise no_lift(lift)
    return answer(register_shape(record, books.successor(lift)))


@router.patch(
    "/v1/lifts/{lift}",
    responses=described(RegisterShape, "The lift on record as it is now"),
    openapi_extra=takes(LiftChange),
)
def change_register(
    *,
    gate: TheGate,
    principal: Writer,
    books: TheBooks,
    lift: LiftPath,
    version: TheVersion,
    body: Annotated[Struct, Depends(body_of(LiftChange))],
) -> Response:
    """Set what a person knows of a lift; null withdraws it, and its terminal's word holds."""
    if books.lift(lift_path(lift)) is None:
        raise no_lift(lift)
    successor = books.successor(lift)

    def act(work: PeopleWork, at_ms: int) -> Done:
        by = origin(principal, at_ms)
        made = change_lift(work.register, lift, told(body), version=version, by=by)
        return Done(register_shape(made, successor), "change", ("lift", lift), 200)

    return change(gate, principal, WRITE, act=act)


@router.get(
    "/v1/households",
    dependencies=[Depends(allow("households.read"))],
    responses=described(HouseholdList, "Households of an estate in order of their doors"),
)
def list_households(
    *,
    books: TheBooks,
    area: Area,
    estate: Estate,
    building: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Each with its floor area; nobody's name stands here."""
    if not is_area(area) or not is_estate(estate):
        raise BadParameter(
            "estate", Said("%(place)s is no estate of an area", place=shown(f"{area}/{estate}"))
        )
    after: Door | None = tuple(read_cursor(cursor, LIST, tuple[str, str, str])) if cursor else None
    rows = books.households(area, estate, building=building, after=after, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    last = page[-1] if more else None
    following = write_cursor(LIST, (last.building, last.unit or "", last.number)) if last else None
    return answer(HouseholdList([household_shape(row) for row in page], following))


async def csv_of(request: Request) -> bytes:
    """The bytes of a sheet; the problem `unsupported-media` for what is none."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != MEDIA:
        raise Problem("unsupported-media", Said("the body must be %(media)s", media=MEDIA))
    return await request.body()


@router.post(
    "/v1/register/{sheet}",
    responses=described(ImportShape, "What is the matter with it, and whether it was kept"),
    openapi_extra={
        "requestBody": {"required": True, "content": {MEDIA: {"schema": {"type": "string"}}}}
    },
    max_body_size=BYTES_MAX,
)
def import_rows(
    *,
    gate: TheGate,
    principal: Writer,
    parts: ThePart,
    sheet: SheetPath,
    once: TheOnce,
    data: Annotated[bytes, Depends(csv_of)],
    dry_run: Annotated[bool, Query(description="Only say what would become of it.")] = True,
    area: AreaDefault = None,
    estate: EstateDefault = None,
) -> Response:
    """A CSV file into the register: all of it in one transaction, or nothing."""
    judged = judged_sheet(data, sheet, area=area, estate=estate, books=parts.books)
    if dry_run:
        try_out(gate.people, judged, by=origin(principal, now_ms()))
        return answer(import_shape(judged, kept=False))

    def act(work: PeopleWork, at_ms: int) -> Done:
        keep(work, judged, by=origin(principal, at_ms))
        return Done(import_shape(judged, kept=True), "import", ("sheet", sheet), 200)

    try:
        return act_once(gate, principal, WRITE, once=once, act=act)
    except NotKept:
        raise not_kept(judged) from None


def judged_sheet(
    data: bytes, sheet: str, *, area: str | None, estate: str | None, books: Books
) -> Judged:
    """A file that was read as one of the sheets; what cannot be asked for is a problem."""
    if sheet not in SHEETS:
        raise Problem(
            "not-found",
            Said(
                "there is no sheet %(sheet)s: %(sheets)s",
                sheet=shown(sheet),
                sheets=", ".join(SHEETS),
            ),
        )
    defaults = {name: text for name, text in (("area", area), ("estate", estate)) if text}
    try:
        estates = known_estates(books)
        return judge(data, SHEETS[sheet], now_ms=now_ms(), defaults=defaults, estates=estates)
    except ValueError as error:
        raise BadParameter("area or estate", said_by(error)) from error


def not_kept(judged: Judged) -> Problem:
    """The problem of a sheet of which nothing was kept, with what is the matter with it."""
    shape = msgspec.to_builtins(import_shape(judged, kept=False))
    return Problem(
        "unusable",
        Said("%(errors)s errors: nothing was kept", errors=judged.findings.errors),
        **shape,
    )

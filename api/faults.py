"""`/v1/faults`: the fault history, as JSON and CSV; repeats, and how long parts last."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import structs
from starlette.responses import StreamingResponse

from api.fault_shapes import (
    FaultList,
    PartLifeList,
    RepeatList,
    csv_lines,
    fault_shape,
    life_shape,
    rate_shape,
    repeat_shape,
)
from api.incidents import SEVERITIES, STATES, read_place
from api.paging import LIMIT_DEFAULT, LIMIT_MAX, Cursor, Limit, read_cursor, write_cursor
from api.parameters import LiftQuery, Moment, Words, estates, known_words, lift_filter, moment_ms
from api.parts import TheBooks, ThePart
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter
from api.quick import quick
from api.seen import SeenBooks
from api.shapes import NO_STORE, answer, described
from api.statistics import span_ms
from liftwatch.care.faults import Fault, FaultFilter, fix_rate, part_lives
from liftwatch.care.parts import BY_NAME as PARTS
from liftwatch.care.parts import part_of
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.said import Said

router = APIRouter(
    tags=["faults"], dependencies=[Depends(allow("faults.read"))], responses=DOCUMENTED
)
LIST = "faults"
CSV = "text/csv"
CSV_ROWS_MAX = 50_000
"""So many rows a table has at most, the newest; older ones by `to`."""
ROWS_MAX = 10_000
"""So many repairs and replacements are looked at, the newest."""
YEAR_MS = 366 * DAY_MS
CodeQuery = Annotated[
    str | None,
    Query(
        description="Only tellings of this code, as the terminal told it: each is an item.",
        pattern=r"^[^\x00-\x1f\x7f]{1,64}$",
    ),
]
Format = Annotated[
    str | None, Query(description="`csv` for a table.", json_schema_extra={"enum": ["json", "csv"]})
]


async def fault_filter(
    *,
    estate: Words,
    kind: Words,
    part: Words,
    severity: Words,
    state: Words,
    lift: LiftQuery = None,
    dialect: CodeQuery = None,
    code: CodeQuery = None,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
) -> FaultFilter:
    """The filter of the query parameters; all that is given must hold."""
    from_ms, to_ms = moment_ms("from", from_), moment_ms("to", to)
    if from_ms is not None and to_ms is not None and from_ms > to_ms:
        raise BadParameter("from", Said("is after `to`"))
    return FaultFilter(
        lift=lift_filter(lift),
        estate=estates(estate),
        kind=known_words("kind", kind, BY_NAME),
        part=known_words("part", part, PARTS),
        severity=tuple(map(int, known_words("severity", severity, SEVERITIES))),
        state=known_words("state", state, STATES),
        dialect=dialect,
        code=code,
        from_ms=from_ms,
        to_ms=to_ms,
    )


Where = Annotated[FaultFilter, Depends(fault_filter)]
TABLE = described(FaultList, "Faults, newest first; also text/csv")
TABLE[200]["content"][CSV] = {"schema": {"type": "string"}}


@router.get("/v1/faults", responses=TABLE)
@quick
def list_faults(
    *,
    request: Request,
    books: TheBooks,
    where: Where,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    format: Format = None,
) -> Response:
    """What went wrong, newest first: incidents of one lift, and codes that raised nothing.

    With `code` or `dialect` each telling of a code is an item. As text/csv (by `Accept` or
    `format=csv`) all rows from the cursor on, at most 50 000: `limit` is for JSON alone.
    """
    after = read_fault_place(cursor) if cursor else None
    if format not in (None, "json", "csv"):
        raise BadParameter("format", Said("%(format)s is none of json, csv", format=format[:40]))
    if format == "csv" or (format is None and CSV in request.headers.get("accept", "")):
        headers = NO_STORE | {"Content-Disposition": 'attachment; filename="faults.csv"'}
        lines = csv_lines(all_faults(books, where, after=after))
        return StreamingResponse(lines, media_type=f"{CSV}; charset=utf-8", headers=headers)
    page = books.faults(where, after=after, limit=limit)
    signed = books.signed([one.incident for one in page.items if one.incident and one.own])
    items = [fault_shape(one, signed.get(one.incident or "")) for one in page.items]
    return answer(FaultList(items, write_cursor(LIST, page.next) if page.next else None))


def all_faults(
    books: SeenBooks, where: FaultFilter, *, after: tuple[int, str] | None
) -> Iterator[Fault]:
    """All of a filter from a place on, a page at a time, until there are too many."""
    left = CSV_ROWS_MAX
    while left > 0:
        page = books.faults(where, after=after, limit=min(left, LIMIT_MAX))
        yield from page.items
        left -= len(page.items)
        after = page.next
        if after is None:
            return


def read_fault_place(cursor: str) -> tuple[int, str]:
    """The place in the list a cursor stands for."""
    raised_ms, id = read_cursor(cursor, LIST, tuple[int, str])
    return read_place(write_cursor("incidents", (raised_ms, id)))


@router.get("/v1/faults/repeats", responses=described(RepeatList, "Repeats, and first-fix rates"))
def read_repeats(*, parts: ThePart, books: TheBooks, where: Where) -> Response:
    """Of incidents raised in between (default: the last 366 days) and put right by people: which
    came again on the same lift within 30 days, how many did not, how fast help came."""
    return answer(repeats_of(books, spanned(where), exercise=parts.exercise))


def repeats_of(books: SeenBooks, where: FaultFilter, *, exercise: bool) -> RepeatList:
    """The repeats of a span; exercises where this is one, late history never."""
    rows, now = books.fixed(where, limit=ROWS_MAX + 1, exercise=exercise), now_ms()
    whole, rows = len(rows) <= ROWS_MAX, rows[:ROWS_MAX]
    back = [one for one in rows if one.came_back]
    by_part = sorted({part_of(one.kind) for one in rows})
    ids = {id for one in back[:LIMIT_MAX] for id in (one.incident, one.again) if id}
    seen = frozenset(id for id, one in books.faults_of(ids).items() if one.own)
    return RepeatList(
        from_at=rfc3339(where.from_ms or 0),
        to_at=rfc3339(where.to_ms or now),
        whole=whole and len(back) <= LIMIT_MAX,
        rate=rate_shape(fix_rate(rows, now_ms=now)),
        parts=[
            rate_shape(
                fix_rate([one for one in rows if part_of(one.kind) == part], now_ms=now), part
            )
            for part in by_part
        ],
        items=[repeat_shape(one, seen=seen) for one in back[:LIMIT_MAX]],
    )


@router.get("/v1/faults/parts", responses=described(PartLifeList, "By line of the check list"))
def read_part_lives(*, parts: ThePart, books: TheBooks, where: Where) -> Response:
    """What was replaced in between (default: the last five years) by what terminals told of
    visits, and how long it lasted; of the filter lift, estate, part and times count."""
    span = spanned(where, back_ms=5 * YEAR_MS)
    return answer(lives_of(books, span, exercise=parts.exercise))


def lives_of(books: SeenBooks, where: FaultFilter, *, exercise: bool) -> PartLifeList:
    """How long parts last."""
    rows, now = books.replaced(where, limit=ROWS_MAX + 1, exercise=exercise), now_ms()
    return PartLifeList(
        from_at=rfc3339(where.from_ms or 0),
        to_at=rfc3339(where.to_ms or now),
        whole=len(rows) <= ROWS_MAX,
        items=[life_shape(one) for one in part_lives(rows[:ROWS_MAX], now_ms=now)],
    )


def spanned(where: FaultFilter, *, back_ms: int = YEAR_MS) -> FaultFilter:
    """The filter with both ends: by default so far back from its end; at most five years."""
    told = [None if ms is None else rfc3339(ms) for ms in (where.from_ms, where.to_ms)]
    from_ms, to_ms = span_ms(told[0], told[1], min(back_ms, 5 * YEAR_MS))
    return structs.replace(where, from_ms=from_ms, to_ms=to_ms)

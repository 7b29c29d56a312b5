"""`/v1/lifts/{lift}/telemetry`: what a lift has said, raw or summed up per step.

Pages go backwards in time: the first holds the newest points, each in order of time.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from msgspec import structs

from api.paging import INT_MAX, Cursor, read_cursor, write_cursor
from api.parameters import (
    LiftPath,
    Moment,
    Words,
    known_words,
    lift_path,
    moment_ms,
    no_lift,
    step_ms,
)
from api.parts import TheBooks, TheStore
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, shown
from api.shapes import TelemetryList, answer, described
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.ports import TelemetryQuery, TelemetryRow, TelemetryStore
from liftwatch.said import Said
from liftwatch.telemetry.messages import KINDS
from liftwatch.telemetry.signals import signals_of

router = APIRouter(
    tags=["lifts"], dependencies=[Depends(allow("telemetry.read"))], responses=DOCUMENTED
)
LIST = "telemetry"
Step = Annotated[
    str | None,
    Query(
        description="60, 60s, 5m, 1h, 1d; without it every point as it is.",
        json_schema_extra={"pattern": "^[1-9][0-9]{0,3}[sm]?$"},
    ),
]
POINTS_MAX = 10_000
SPAN_DEFAULT_MS = DAY_MS
SPAN_RAW_MAX_MS = 31 * DAY_MS
SPAN_STEP_MAX_MS = 366 * DAY_MS
EDGE_AT = "edge_at"


def telemetry_query(
    *,
    lift: LiftPath,
    kind: Annotated[str, Query(json_schema_extra={"enum": [*KINDS]})],
    signal: Words,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    step: Step = None,
    limit: Annotated[int, Query(ge=1, le=POINTS_MAX)] = POINTS_MAX,
) -> TelemetryQuery:
    """The question of the query parameters."""
    if kind not in KINDS:
        raise BadParameter(
            "kind", Said("%(kind)s is none of %(kinds)s", kind=shown(kind), kinds=", ".join(KINDS))
        )
    known = [row.name for row in signals_of(kind)]
    step_of = step_ms(step)
    from_ms, to_ms = _span(from_, to, stepped=step_of is not None)
    return TelemetryQuery(
        lift=lift_path(lift),
        kind=kind,
        from_ms=from_ms,
        to_ms=to_ms,
        signals=known_words("signal", signal, known),
        step_ms=step_of,
        limit=limit,
    )


def _span(from_: str | None, to: str | None, *, stepped: bool) -> tuple[int, int]:
    to_ms = moment_ms("to", to)
    to_ms = now_ms() if to_ms is None else to_ms
    from_ms = moment_ms("from", from_)
    from_ms = to_ms - SPAN_DEFAULT_MS if from_ms is None else from_ms
    if from_ms > to_ms:
        raise BadParameter("from", Said("is after `to`"))
    longest = SPAN_STEP_MAX_MS if stepped else SPAN_RAW_MAX_MS
    if to_ms - from_ms > longest:
        hint = "" if stepped else Said("; with a `step` more")
        raise BadParameter(
            "from",
            Said("at most %(most)s days before `to`%(hint)s", most=longest // DAY_MS, hint=hint),
        )
    return from_ms, to_ms


@router.get(
    "/v1/lifts/{lift}/telemetry",
    responses=described(TelemetryList, "Points in order of time; `next` leads to older ones"),
)
def read_telemetry(
    *,
    books: TheBooks,
    store: TheStore,
    query: Annotated[TelemetryQuery, Depends(telemetry_query)],
    cursor: Cursor = None,
) -> Response:
    """What a lift has said of one kind from a moment to another, by default in the last day."""
    if books.lift(query.lift) is None:
        raise no_lift(query.lift)
    if cursor:
        until_ms = read_cursor(cursor, LIST, int)
        if not 0 <= until_ms <= INT_MAX:
            raise BadParameter("cursor", Said("this is not a cursor of ours"))
        query = structs.replace(query, to_ms=min(until_ms, query.to_ms))
    rows, until = page_of(store, query)
    items = [point(row, query.kind) for row in rows]
    return answer({"items": items, "next": None if until is None else write_cursor(LIST, until)})


def page_of(
    store: TelemetryStore, query: TelemetryQuery
) -> tuple[Sequence[TelemetryRow], int | None]:
    """The newest points, and the moment before which the rest lies; a moment is never split."""
    if query.from_ms >= query.to_ms:
        return [], None
    rows = store.read(structs.replace(query, limit=query.limit + 1))
    if len(rows) <= query.limit:
        return rows, None
    oldest_ms = rows[0].at_ms
    page = [row for row in rows if row.at_ms > oldest_ms]
    if page:
        return page, oldest_ms + (query.step_ms or 1)
    # More points in one millisecond than the page may hold: it holds them all the same.
    moment = structs.replace(
        query, from_ms=oldest_ms, to_ms=oldest_ms + (query.step_ms or 1), limit=POINTS_MAX
    )
    return store.read(moment), oldest_ms


def point(row: TelemetryRow, kind: str) -> dict[str, Any]:
    """One point as the API shows it; the `at` of a button's edge must not hide the point's."""
    values = {EDGE_AT if name == "at" else name: value for name, value in row.values.items()}
    return {"at": rfc3339(row.at_ms), "kind": kind, **values}

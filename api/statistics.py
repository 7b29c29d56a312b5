"""`/v1/verdicts`: how often alarms were right; `/v1/statistics/rescue`: how fast help came."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request

from api.figure_shapes import (
    SumList,
    SumShape,
    VerdictList,
    csv_of,
    recorded_shape,
    rejected_shape,
    sum_shape,
    verdict_shapes,
)
from api.gate import Gate
from api.parameters import Moment, Words, known_words, moment_ms
from api.parts import TheBooks, TheGate, ThePart
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, shown
from api.seen import SeenBooks
from api.shapes import NO_STORE, answer, described
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import ENDED_BY_PEOPLE
from liftwatch.incidents.statistics import BY, SPAN_MS_MAX, By, Sum, summed
from liftwatch.incidents.verdicts import SPAN_MS
from liftwatch.said import Said

router = APIRouter(
    tags=["statistics"], dependencies=[Depends(allow("statistics.read"))], responses=DOCUMENTED
)
From = Annotated[Moment, Query(alias="from")]
ByQuery = Annotated[
    str, Query(description=", ".join(BY), json_schema_extra={"enum": list(BY)}, max_length=16)
]
CSV = "text/csv"
YEAR_MS = 366 * DAY_MS


@router.get("/v1/verdicts", responses=described(VerdictList, "By kind and branch"))
def read_verdicts(
    *, parts: ThePart, books: TheBooks, from_: From = None, to: Moment = None
) -> Response:
    """What people say of alarms raised in between (default: the last 90 days)."""
    from_ms, to_ms = span_ms(from_, to, SPAN_MS)
    judged = books.judged(from_ms, to_ms, exercise=parts.exercise)
    return answer(
        VerdictList(
            from_at=rfc3339(from_ms),
            to_at=rfc3339(to_ms),
            items=verdict_shapes(judged),
            recorded=[recorded_shape(one) for one in books.recorded()],
            rejected=[rejected_shape(one) for one in books.rejected(from_ms, to_ms)],
        )
    )


@router.get("/v1/statistics/rescue", responses=described(SumList, "A row a group; also text/csv"))
def read_rescue(
    *,
    request: Request,
    parts: ThePart,
    books: TheBooks,
    gate: TheGate,
    kind: Words,
    by: ByQuery = "month",
    from_: From = None,
    to: Moment = None,
) -> Response:
    """How fast help came to incidents raised in between (default: the last 366 days), without
    exercises and late history; of `kind` entrapment unless others are named."""
    asked = by_of(by)
    from_ms, to_ms = span_ms(from_, to, YEAR_MS)
    kinds = known_words("kind", kind, BY_NAME) or tuple(sorted(ENDED_BY_PEOPLE))
    rows = rows_of(
        books, gate, asked, from_ms=from_ms, to_ms=to_ms, kinds=kinds, exercise=parts.exercise
    )
    if CSV in request.headers.get("accept", ""):
        headers = NO_STORE | {"Content-Disposition": f'attachment; filename="rescue-{by}.csv"'}
        return Response(csv_of(rows), media_type=f"{CSV}; charset=utf-8", headers=headers)
    return answer(SumList(from_at=rfc3339(from_ms), to_at=rfc3339(to_ms), by=by, items=rows))


def rows_of(
    books: SeenBooks,
    gate: Gate,
    by: By,
    *,
    from_ms: int,
    to_ms: int,
    kinds: Sequence[str],
    exercise: bool,
) -> list[SumShape]:
    """The rows of the statistics, with the names of units."""
    rows = summed(books.rescues(from_ms, to_ms, kinds=kinds, exercise=exercise), by=by)
    names = unit_names(gate, rows) if by == "unit" else {}
    return [sum_shape(one, name=names.get(one.group)) for one in rows]


def unit_names(gate: Gate, rows: Sequence[Sum]) -> dict[str, str]:
    """What the units of some rows are called."""
    with gate.people.reading() as reads:
        found = {one.group: reads.organisation(one.group) for one in rows}
    return {id: unit.name for id, unit in found.items() if unit is not None}


def by_of(by: str) -> By:
    """What is grouped by; the problem `bad-parameter` for what is none."""
    for one in BY:
        if one == by:
            return one
    raise BadParameter("by", Said("%(by)s is none of %(names)s", by=shown(by), names=", ".join(BY)))


def span_ms(from_: str | None, to: str | None, back_ms: int) -> tuple[int, int]:
    """The span that is asked for, by default so far back from now."""
    to_ms = moment_ms("to", to)
    to_ms = now_ms() if to_ms is None else to_ms
    from_ms = moment_ms("from", from_)
    from_ms = to_ms - back_ms if from_ms is None else from_ms
    if from_ms > to_ms:
        raise BadParameter("from", Said("is after `to`"))
    if to_ms - from_ms > SPAN_MS_MAX:
        raise BadParameter("from", Said("at most five years up to `to`"))
    return from_ms, to_ms

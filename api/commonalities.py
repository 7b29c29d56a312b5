"""`/v1/commonalities`: what lifts with a fault have in common, and which lifts meet a criterion."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.faults import CodeQuery
from api.parameters import Moment, known_words, moment_ms
from api.principal import allow
from api.problems import DOCUMENTED, Problem
from api.recall_seen import TheRecalls
from api.recall_shapes import (
    AlikeLift,
    AlikeLifts,
    CommonalityList,
    commonality_shape,
)
from api.shapes import answer, described
from liftwatch.care.commonalities import BYS, By
from liftwatch.care.parts import BY_NAME as PARTS
from liftwatch.care.recalls import NAME_MAX, Criterion, check_criterion
from liftwatch.clock import DAY_MS, now_ms, rfc3339
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import Untold
from liftwatch.ports import LiftRow
from liftwatch.said import Said, said_by

router = APIRouter(
    tags=["recalls"], dependencies=[Depends(allow("commonalities.read"))], responses=DOCUMENTED
)
BACK_MS = 90 * DAY_MS
SHOWN = 500
Fact = Annotated[str | None, Query(max_length=NAME_MAX, description="As the register has it.")]
Word = Annotated[str | None, Query(max_length=64)]


async def criterion_of(
    *,
    make: Fact = None,
    model: Fact = None,
    firmware: Fact = None,
    kind: Word = None,
    part: Word = None,
    code: CodeQuery = None,
    dialect: CodeQuery = None,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
) -> Criterion:
    """The criterion of the query parameters; a fault counts for the last 90 days unless told."""
    for name, value, known in (("kind", kind, BY_NAME), ("part", part, PARTS)):
        known_words(name, [value] if value else [], known)
    from_ms, to_ms = moment_ms("from", from_), moment_ms("to", to)
    if from_ms is None and (kind or part or code):
        from_ms = (to_ms or now_ms()) - BACK_MS
    return Criterion(
        make=make or None,
        model=model or None,
        firmware=firmware or None,
        kind=kind or None,
        part=part or None,
        code=code,
        dialect=dialect,
        from_ms=from_ms,
        to_ms=to_ms,
    )


Where = Annotated[Criterion, Depends(criterion_of)]


@router.get(
    "/v1/commonalities",
    responses=described(CommonalityList, "The groups with the fault, what stands out first"),
)
def list_commonalities(
    *,
    seen: TheRecalls,
    where: Where,
    by: Annotated[
        str, Query(description="What lifts go by.", json_schema_extra={"enum": list(BYS)})
    ] = "model",
) -> Response:
    """Which make, model or firmware had a `kind`, a `code` or a replaced `part` more often than all
    other lifts that one sees; `make`, `model` and `firmware` do not narrow it."""
    (known,) = known_words("by", [by], BYS) or ("model",)
    checked_criterion(where)
    if where.fault is None:
        raise Problem("unusable", Said("say which kind, code or part"))
    at_ms = now_ms()
    chosen: By = next(name for name in BYS if name == known)
    return answer(commonalities(seen, where, by=chosen, at_ms=at_ms))


def commonalities(seen: TheRecalls, where: Criterion, *, by: By, at_ms: int) -> CommonalityList:
    """What lifts with a fault have in common, of those that are seen."""
    rows = seen.rows()
    counts, found = seen.groups(where, by=by, rows=rows, now_ms=at_ms)
    names = {row.lift for row in rows}
    return CommonalityList(
        from_at=rfc3339(where.from_ms or 0),
        to_at=rfc3339(at_ms if where.to_ms is None else min(where.to_ms, at_ms)),
        by=by,
        lifts=len(rows),
        hit=sum(lift in names for lift in counts),
        items=[commonality_shape(one) for one in found],
    )


@router.get(
    "/v1/commonalities/lifts", responses=described(AlikeLifts, "The lifts that meet a criterion")
)
def list_lifts_alike(*, seen: TheRecalls, where: Where) -> Response:
    """All lifts that one sees and of which everything holds that is given; the first 500."""
    checked_criterion(where)
    at_ms = now_ms()
    found = seen.matching(where, now_ms=at_ms)
    items = [alike_lift(row) for row in found[:SHOWN]]
    return answer(AlikeLifts(at=rfc3339(at_ms), lifts=len(found), items=items))


def alike_lift(row: LiftRow) -> AlikeLift:
    """A lift that meets a criterion, as the API shows it."""
    return AlikeLift(
        lift=row.lift,
        area=row.area,
        estate=row.estate,
        make=row.facts.manufacturer,
        model=row.facts.model,
        firmware=row.facts.firmware,
    )


def checked_criterion(where: Criterion) -> None:
    """The problem `unusable` for a criterion that says nothing, or what cannot be."""
    try:
        check_criterion(where)
    except Untold as error:
        raise Problem("unusable", said_by(error)) from error

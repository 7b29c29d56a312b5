"""`/v1/recalls`: lifts with something in common are recalled, and followed to the last."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import moment_ms
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem
from api.recall_seen import READ, SeenRecalls, TheRecalls, no_recall
from api.recall_shapes import (
    CriterionShape,
    NewRecall,
    RecallEnd,
    RecallException,
    RecallList,
    RecallShape,
    RecallWhole,
    recall_lift_shape,
    recall_shape,
)
from api.shapes import answer, described
from liftwatch.access.sight import Grant
from liftwatch.care.recalls import Criterion, Recall, RecallState
from liftwatch.clock import now_ms
from liftwatch.handlers.care_recalls import NoSuchRecall, begin, end, except_lift
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["recalls"], responses=DOCUMENTED)
LIST, ISSUE, JUDGE = "recalls", "recalls.issue", "recalls.judge"
Issuer = Annotated[Principal, Depends(allow(ISSUE))]
Judge = Annotated[Principal, Depends(allow(JUDGE))]
IdPath = Annotated[str, Path(max_length=64)]


@router.get(
    "/v1/recalls",
    dependencies=[Depends(allow(READ))],
    responses=described(RecallList, "The newest first"),
)
def list_recalls(
    *,
    seen: TheRecalls,
    open_: Annotated[bool, Query(alias="open")] = True,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Recalls that hit a lift one sees; with `open=false` also those that are over."""
    after = read_cursor(cursor, LIST, tuple[int, str]) if cursor else None
    rows = seen.list(open_only=open_, limit=limit + 1, after=after)
    page, hits = rows[:limit], seen.hits(rows[:limit])
    more = len(rows) > limit
    following = write_cursor(LIST, [page[-1].issued_ms, page[-1].id]) if more else None
    return answer(RecallList([recall_shape(one, hits[one.id]) for one in page], following))


@router.get(
    "/v1/recalls/{recall}",
    dependencies=[Depends(allow(READ))],
    responses=described(RecallWhole, "The recall and its lifts, open ones first"),
)
def read_recall(seen: TheRecalls, recall: IdPath) -> Response:
    """How far it has come, lift by lift; of the lifts those that one sees."""
    one, at_ms = seen.one(recall), now_ms()
    hits = seen.hits([one])[one.id]
    lifts = [recall_lift_shape(one, hit, now_ms=at_ms) for hit in hits]
    return answer(RecallWhole(recall=recall_shape(one, hits), lifts=lifts))


@router.post(
    "/v1/recalls",
    status_code=201,
    responses=described(RecallShape, "The recall", status=201),
    openapi_extra=takes(NewRecall),
)
def begin_recall(
    *,
    principal: Issuer,  # first: it bounds what is seen
    seen: TheRecalls,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewRecall, Depends(body_of(NewRecall))],
) -> Response:
    """Recall all lifts that meet a criterion, and those that will; each is asked at once."""
    deadline_ms = moment_ms("deadline", body.deadline)
    assert deadline_ms is not None, "it is mandatory"
    where = criterion_told(body.criterion)
    act = recalling(seen, principal, body, where=where, deadline_ms=deadline_ms)
    return act_once(gate, principal, ISSUE, once=once, act=act)


def criterion_told(told: CriterionShape) -> Criterion:
    """The criterion of a body."""
    return Criterion(
        make=told.make,
        model=told.model,
        firmware=told.firmware,
        kind=told.kind,
        part=told.part,
        code=told.code,
        dialect=told.dialect,
        from_ms=moment_ms("from", told.from_),
        to_ms=moment_ms("to", told.to),
    )


def recalling(
    seen: SeenRecalls, principal: Principal, body: NewRecall, *, where: Criterion, deadline_ms: int
) -> Act:
    """How somebody recalls; a problem where that cannot be."""
    grant = _authority(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        one = Recall(
            id=new_id(),
            issuer=grant.organisation,
            issued_by=principal.person or "",
            issued_ms=at_ms,
            places=grant.places,
            origin=body.origin,
            word=body.word.strip(),
            paper=body.paper,
            criterion=where,
            what=body.what.strip(),
            why=body.why.strip(),
            remedy=body.remedy.strip(),
            kinds=tuple(dict.fromkeys(body.kinds)),
            span_ms=deadline_ms - at_ms,
            deadline_ms=deadline_ms,
            exercise=seen.exercise,
        )
        by = _by(principal, one)
        try:
            lifts = seen.within(grant.places).matching(where, now_ms=at_ms)
            joined = begin(work.books, work, one, lifts=lifts, by=by, now_ms=at_ms)
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        facts = {"lifts": str(joined.joined), "instructed": str(joined.instructed)}
        shape = recall_shape(one, work.books.held_hits(one.id))
        return Done(shape, "recall", ("recall", one.id), facts=facts)

    return act


@router.post(
    "/v1/recalls/{recall}/except",
    responses=described(RecallShape, "The recall as it is then"),
    openapi_extra=takes(RecallException),
)
def except_recalled_lift(
    *,
    principal: Judge,
    seen: TheRecalls,
    gate: TheGate,
    recall: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[RecallException, Depends(body_of(RecallException))],
) -> Response:
    """Ask nothing of a lift any more, with a reason; its instruction is withdrawn."""
    act = excepting(seen, principal, recall, lift=body.lift, text=body.text, version=version)
    return act_once(gate, principal, JUDGE, once=once, act=act)


def excepting(
    seen: SeenRecalls, principal: Principal, id: str, *, lift: str, text: str, version: int
) -> Act:
    """How somebody excepts a lift; a problem where that cannot be."""
    one = seen.one(id)
    by = _by(principal, one)

    def act(work: OfficeWork, at_ms: int) -> Done:
        try:
            made = except_lift(work.books, id, lift, why=text, by=by, version=version, now_ms=at_ms)
        except NoSuchRecall as error:
            told = Said("the lift is not in this recall")
            raise Problem("not-found", told) from error
        except (CannotMove, Untold) as error:
            raise _problem(error) from error
        shape = recall_shape(made, work.books.held_hits(id))
        return Done(shape, "except", ("recall", id), status=200, facts={"lift": lift})

    return act


@router.post(
    "/v1/recalls/{recall}/close",
    responses=described(RecallShape, "The recall as it is then"),
    openapi_extra=takes(RecallEnd),
)
def close_recall(
    *,
    principal: Judge,
    seen: TheRecalls,
    gate: TheGate,
    recall: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[RecallEnd, Depends(body_of(RecallEnd))],
) -> Response:
    """Close a recall of which every lift is put right, or excepted with a reason."""
    act = ending(seen, principal, recall, state="closed", text=body.text, version=version)
    return act_once(gate, principal, JUDGE, once=once, act=act)


@router.post(
    "/v1/recalls/{recall}/withdraw",
    responses=described(RecallShape, "The recall as it is then"),
    openapi_extra=takes(RecallEnd),
)
def withdraw_recall(
    *,
    principal: Judge,
    seen: TheRecalls,
    gate: TheGate,
    recall: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[RecallEnd, Depends(body_of(RecallEnd))],
) -> Response:
    """Withdraw a recall, with all that is still asked by it."""
    act = ending(seen, principal, recall, state="withdrawn", text=body.text, version=version)
    return act_once(gate, principal, JUDGE, once=once, act=act)


def ending(
    seen: SeenRecalls,
    principal: Principal,
    id: str,
    *,
    state: RecallState,
    text: str,
    version: int,
) -> Act:
    """How somebody closes or withdraws one; a problem where that cannot be."""
    one = seen.one(id)
    by = _by(principal, one)

    def act(work: OfficeWork, at_ms: int) -> Done:
        try:
            made = end(work.books, id, state, why=text, by=by, version=version, now_ms=at_ms)
        except NoSuchRecall as error:
            raise no_recall(id) from error
        except (CannotMove, Untold) as error:
            raise _problem(error) from error
        shape = recall_shape(made, work.books.held_hits(id))
        word = "close" if state == "closed" else "withdraw"
        return Done(shape, word, ("recall", id), status=200)

    return act


def judges(principal: Principal, one: Recall) -> bool:
    """Whether somebody is of the authority that issued a recall, or of one with all its places."""
    return any(
        grant.role == "supervision"
        and (
            grant.organisation == one.issuer
            or all(any(has.covers(place) for has in grant.places) for place in one.places)
        )
        for grant in principal.grants
    )


def _authority(principal: Principal) -> Grant:
    for grant in principal.grants:
        if grant.role == "supervision" and grant.organisation and grant.places:
            return grant
    raise Problem("unusable", Said("no authority of yours reaches any place"))


def _by(principal: Principal, one: Recall) -> Actor:
    if not judges(principal, one):
        raise Problem("forbidden", Said("this is for the authority that recalls"))
    channel = principal.where.channel
    return Actor(person=principal.person, organisation=one.issuer, channel=channel)


def _problem(error: CannotMove | Untold) -> Problem:
    name = "conflict" if isinstance(error, CannotMove) else "unusable"
    return Problem(name, said_by(error))

"""`/v1/complaints`: matters of residents, their moves, what was given; entry by telephone.

Who may know whose a complaint is sees words, number and photo as they were given; a maintenance
unit sees what it is about, and words without numbers and addresses.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from msgspec import UNSET

from api.complaint_shapes import (
    ComplaintList,
    ComplaintShape,
    MoveComplaint,
    NewComplaint,
    complaint_shape,
)
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import no_lift
from api.parts import Parts, TheBooks, TheGate
from api.principal import Principal, allow, may
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import NO_STORE, answer, described
from api.trail import act_of, organisation_of
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Sight, sight_of
from liftwatch.care.complaints import MOVES, Complaint, Move, Party, State, Topic
from liftwatch.care.residents_store import CareReads, Wanted, order_of
from liftwatch.clock import now_ms
from liftwatch.handlers.care_complaints import (
    By,
    NoSuchComplaint,
    Told,
    forget,
    move_complaint,
    receive,
)
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["complaints"], responses=DOCUMENTED)
READ, ENTER, WORK, PRIVATE = (
    "complaints.read",
    "complaints.enter",
    "complaints.work",
    "complaints.private",
)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(ENTER))]
Worker = Annotated[Principal, Depends(allow(WORK))]
Knower = Annotated[Principal, Depends(allow(PRIVATE))]
IdPath = Annotated[str, Path(max_length=64)]
LIST = "complaints"


def party_of(principal: Principal) -> Party | None:
    """For which party somebody moves complaints; None for who only reads them.

    Whoever has both sides' roles acts as the property manager: they owe the answer.
    """
    if principal.roles & {"property", "admin"}:
        return "property"
    return "maintenance" if "maintenance" in principal.roles else None


def knows(principal: Principal) -> bool:
    """Whether somebody may know whose a complaint is."""
    return may(principal.roles, ACTIONS[PRIVATE])


def no_complaint(id: str) -> Problem:
    """The problem of one that is not there, or not seen."""
    return Problem("not-found", Said("there is no complaint %(id)s", id=shown(id)))


@router.get("/v1/complaints", responses=described(ComplaintList, "Matters, those due first first"))
def list_complaints(
    *,
    principal: Reader,
    books: TheBooks,
    gate: TheGate,
    state: Annotated[State | None, Query()] = None,
    topic: Annotated[Topic | None, Query()] = None,
    estate: Annotated[str | None, Query(max_length=32)] = None,
    lift: Annotated[str | None, Query(max_length=32)] = None,
    party: Annotated[Party | None, Query(description="Who answers for it now.")] = None,
    open: Annotated[bool, Query(description="Only what somebody owes an answer to.")] = False,
    overdue: Annotated[bool, Query(description="Only what is over its time.")] = False,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Matters of what one sees; what joined one is counted in it. Nothing personal."""
    del principal
    wanted = Wanted(state, topic, estate, lift, party, open, overdue)
    after = None if cursor is None else read_cursor(cursor, LIST, tuple[int, str])
    at_ms = now_ms()
    with gate.people.reading() as reads:
        found = reads.care.complaints(
            wanted, now_ms=at_ms, after=after, limit=limit + 1, sight=books.sight
        )
    page = found[:limit]
    more = write_cursor(LIST, order_of(page[-1])) if len(found) > limit else None
    return answer(ComplaintList([complaint_shape(one, now_ms=at_ms) for one in page], more))


@router.post(
    "/v1/complaints",
    status_code=201,
    responses=described(ComplaintShape, "The complaint", status=201),
    openapi_extra=takes(NewComplaint),
)
def enter_complaint(
    *,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewComplaint, Depends(body_of(NewComplaint))],
) -> Response:
    """A complaint somebody told by telephone. Of people inside now open an incident instead."""
    return act_once(gate, principal, ENTER, once=once, act=entering(books, principal, body))


def entering(books: SeenBooks, principal: Principal, body: NewComplaint) -> Act:
    """How somebody enters what they were told."""
    row = books.lift(body.lift)
    if row is None:
        raise no_lift(body.lift)
    told = Told(
        topic=body.topic,
        channel="phone",
        words=body.words,
        phone=body.phone,
        inside=body.inside,
    )
    by = by_of(principal, ENTER)

    def act(work: OfficeWork, at_ms: int) -> Done:
        try:
            received = receive(work, row, told, by=by, now_ms=at_ms)
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        one = received.complaint
        assert one is not None, "what is told by telephone is always kept"
        return Done(complaint_shape(one, now_ms=at_ms), "enter", ("complaint", one.id))

    return act


def by_of(principal: Principal, action: str) -> By:
    """For which party somebody acts; what the rescue centre enters property then has."""
    party = party_of(principal)
    organisation = organisation_of(principal.grants, ACTIONS[action].roles)
    if party is None:
        return By("property", principal.person, organisation, called="rescue")
    return By(party, principal.person, organisation)


def seen_complaint(sight: Sight, care: CareReads, id: str) -> Complaint:
    """A complaint that is seen; the problem `not-found` for another."""
    found = care.complaint(id, sight=sight)
    if found is None:
        raise no_complaint(id)
    return found


@router.get(
    "/v1/complaints/{id}", responses=described(ComplaintShape, "The complaint with its story")
)
def read_complaint(*, principal: Reader, books: TheBooks, gate: TheGate, id: IdPath) -> Response:
    """One of them: its story, and what was given with it as far as one may know it."""
    at_ms, whole = now_ms(), knows(principal)
    with gate.people.reading() as reads:
        one = seen_complaint(books.sight, reads.care, id)
        private, story = reads.care.private(id), reads.care.story(id)
    shape = complaint_shape(
        one,
        now_ms=at_ms,
        private=private,
        whole=whole,
        party=party_of(principal),
        story=story,
    )
    return answer(shape)


@router.get(
    "/v1/complaints/{id}/photo",
    responses={200: {"description": "A JPEG", "content": {"image/jpeg": {}}}},
    response_class=Response,
)
def read_photo(*, principal: Knower, books: TheBooks, gate: TheGate, id: IdPath) -> Response:
    """The photo a resident gave; who looked at it stands in the trail."""
    with gate.people.reading() as reads:
        one = seen_complaint(books.sight, reads.care, id)
        private = reads.care.private(id)
    if private is None or private.photo is None:
        raise Problem("not-found", Said("there is no photo: none was given, or it is erased"))
    detail = {"what": "photo"}
    about = ("complaint", one.id)
    gate.note(act_of(principal, ACTIONS[PRIVATE], about, at_ms=now_ms(), detail=detail))
    return Response(private.photo, media_type="image/jpeg", headers=NO_STORE)


@router.post(
    "/v1/complaints/{id}/erase", responses=described(ComplaintShape, "The complaint, bare")
)
def erase_complaint(
    *, principal: Knower, books: TheBooks, gate: TheGate, id: IdPath, once: TheOnce
) -> Response:
    """Erase what a resident gave, because they asked for it by telephone."""
    return act_once(gate, principal, PRIVATE, once=once, act=erasing(books.sight, id))


def erasing(sight: Sight, id: str) -> Act:
    """How somebody erases what a resident gave."""

    def act(work: OfficeWork, at_ms: int) -> Done:
        seen_complaint(sight, work.care, id)
        one = forget(work, id, now_ms=at_ms)
        return Done(complaint_shape(one, now_ms=at_ms), "erase", ("complaint", id), status=200)

    return act


def moving(
    sight: Sight, principal: Principal, id: str, *, name: str, text: str | None, version: int
) -> Act:
    """How somebody moves a matter they see."""
    by = by_of(principal, WORK)

    def act(work: OfficeWork, at_ms: int) -> Done:
        seen_complaint(sight, work.care, id)
        try:
            one = move_complaint(work, id, name, by=by, text=text, version=version, now_ms=at_ms)
        except NoSuchComplaint as error:
            raise no_complaint(id) from error
        except CannotMove as error:
            raise Problem("conflict", said_by(error)) from error
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        return Done(complaint_shape(one, now_ms=at_ms), name, ("complaint", id), status=200)

    return act


def _route(row: Move) -> Callable[..., Response]:
    def make(
        *,
        principal: Worker,
        books: TheBooks,
        gate: TheGate,
        id: IdPath,
        once: TheOnce,
        version: TheVersion,
        body: Annotated[MoveComplaint, Depends(body_of(MoveComplaint))],
    ) -> Response:
        text = None if body.text is UNSET else body.text
        act = moving(books.sight, principal, id, name=row.name, text=text, version=version)
        return act_once(gate, principal, WORK, once=once, act=act)

    make.__doc__ = f"`{row.name}` a matter, for the party that may."
    return make


for _row in MOVES.values():
    if _row.by != "resident":
        router.add_api_route(
            f"/v1/complaints/{{id}}/{_row.name}",
            _route(_row),
            methods=["POST"],
            operation_id=f"complaint_{_row.name}",
            responses=described(ComplaintShape, "The complaint after it"),
            openapi_extra=takes(MoveComplaint),
        )


def work_sight(part: Parts, principal: Principal, action: str) -> Sight | None:
    """Which rows somebody may do an action on; None where they may not at all."""
    row = ACTIONS[action]
    if part.gate is None or not may(principal.roles, row):
        return None
    return sight_of(principal.grants, row.roles)

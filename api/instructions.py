"""`/v1/instructions`: what an authority asks of whom by when, and every move of it."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.instruction_seen import (
    SeenInstructions,
    TheInstructions,
    acting,
    check_party,
    lifts_at,
)
from api.instruction_shapes import (
    InstructionList,
    InstructionMove,
    InstructionShape,
    InstructionWhole,
    NewInstruction,
    instruction_shape,
    line_shape,
)
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import estates, lift_filter, moment_ms
from api.parts import TheBooks, TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import answer, described
from liftwatch.access.sight import Place
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import BY_PEOPLE, MOVES, Evidence, Instruction, Move, Told
from liftwatch.clock import now_ms
from liftwatch.handlers.care_instructions import NoSuchInstruction, issue, make_move
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["instructions"], responses=DOCUMENTED)
LIST, READ, ISSUE = "instructions", "instructions.read", "instructions.issue"
Issuer = Annotated[Principal, Depends(allow(ISSUE))]
IdPath = Annotated[str, Path(max_length=64)]
Place_ = tuple[int, str]


def action_of(row: Move) -> str:
    """The action of a move: what only an authority does is to judge."""
    return "instructions.judge" if row.sides == ("supervision",) else "instructions.move"


@router.get(
    "/v1/instructions",
    dependencies=[Depends(allow(READ))],
    responses=described(InstructionList, "Open ones by their deadline, or all"),
)
def list_instructions(
    *,
    seen: TheInstructions,
    open_: Annotated[bool, Query(alias="open")] = True,
    estate: Annotated[str | None, Query(max_length=32)] = None,
    lift: Annotated[str | None, Query(max_length=32)] = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """What is open, the most urgent first; with `open=false` all, the latest deadline first."""
    estates([estate] if estate is not None else ())
    where = InstructionFilter(open_only=open_, estate=estate, lift=lift_filter(lift))
    after = read_cursor(cursor, LIST, Place_) if cursor else None
    rows = seen.list(where, after=after, limit=limit + 1)
    page, at_ms = rows[:limit], now_ms()
    more = len(rows) > limit
    following = write_cursor(LIST, [page[-1].deadline_ms, page[-1].id]) if more else None
    return answer(
        InstructionList([instruction_shape(one, now_ms=at_ms) for one in page], following)
    )


@router.get(
    "/v1/instructions/{instruction}",
    dependencies=[Depends(allow(READ))],
    responses=described(InstructionWhole, "The instruction and its story"),
)
def read_instruction(seen: TheInstructions, instruction: IdPath) -> Response:
    """How it stands, and how it came to that."""
    one = seen.one(instruction)
    story = [line_shape(line) for line in seen.story(instruction)]
    return answer(
        InstructionWhole(instruction=instruction_shape(one, now_ms=now_ms()), story=story)
    )


@router.post(
    "/v1/instructions",
    status_code=201,
    responses=described(InstructionShape, "The instruction", status=201),
    openapi_extra=takes(NewInstruction),
)
def issue_instruction(
    *,
    principal: Issuer,  # first: it bounds the books
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewInstruction, Depends(body_of(NewInstruction))],
) -> Response:
    """Instruct an organisation that manages the place or holds a contract there."""
    deadline_ms = moment_ms("deadline", body.deadline)
    assert deadline_ms is not None, "it is mandatory"
    act = issuing(books, principal, body, deadline_ms=deadline_ms)
    return act_once(gate, principal, ISSUE, once=once, act=act)


def issuing(
    books: SeenBooks, principal: Principal, body: NewInstruction, *, deadline_ms: int
) -> Act:
    """How somebody instructs; a problem where that cannot be."""
    area, estate = place_of(books, body)
    issuer = _authority(principal, Place(area, estate))
    lifts = [] if body.unit else lifts_at(books, area=area, estate=estate, lift=body.lift)

    def act(work: OfficeWork, at_ms: int) -> Done:
        made = Instruction(
            id=new_id(),
            area=area,
            estate=estate,
            lift=body.lift,
            unit=body.unit,
            source=body.source,
            cause=body.cause,
            kinds=tuple(dict.fromkeys(body.kinds)),
            what=body.what.strip(),
            basis=body.basis,
            issuer=issuer,
            issued_by=principal.person or "",
            issued_ms=at_ms,
            span_ms=deadline_ms - at_ms,
            deadline_ms=deadline_ms,
            responsible=body.responsible,
        )
        by = Actor(person=principal.person, organisation=issuer, channel=principal.where.channel)
        check_party(work, made.responsible, one=made, lifts=lifts, at_ms=at_ms)
        try:
            issue(work.books, made, by=by, now_ms=at_ms)
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        facts = {"place": made.lift or made.unit or f"{area}/{estate}", "to": made.responsible}
        shape = instruction_shape(made, now_ms=at_ms)
        return Done(shape, "issue", ("instruction", made.id), facts=facts)

    return act


def place_of(books: SeenBooks, body: NewInstruction) -> tuple[str, str]:
    """Area and estate ("" for a unit) of what an instruction is about; a problem where that is not
    seen or not said, or where what it comes from is not of that place."""
    if body.cause is not None:
        cause = books.incident(body.cause) or books.hazard(body.cause)
        if cause is None or body.lift not in (None, cause.lift):
            told = Said("there is no incident and no hazard %(id)s", id=shown(body.cause))
            raise Problem("not-found", told)
    if body.lift is not None:
        lift = books.lift(body.lift)
        if lift is None or body.estate not in (None, lift.estate):
            raise Problem("not-found", Said("there is no lift %(lift)s", lift=shown(body.lift)))
        return lift.area, lift.estate
    if body.area is None or (body.estate is None) == (body.unit is None):
        raise Problem("unusable", Said("say which lift, estate or unit it is about"))
    estate = body.estate or ""
    known = estate == "" or (body.area, estate) in books.estates()
    if not known or not books.sight.covers(body.area, estate):
        raise Problem("not-found", Said("there is no estate %(estate)s", estate=shown(estate)))
    if body.unit is not None and body.responsible != body.unit:
        raise Problem("unusable", Said("what a unit is asked for it does itself"))
    return body.area, estate


def _authority(principal: Principal, place: Place) -> str:
    for grant in principal.grants:
        if grant.role == "supervision" and any(one.covers(place) for one in grant.places):
            return grant.organisation
    raise Problem("unusable", Said("no authority of yours reaches this place"))


def _route(row: Move) -> Callable[..., Response]:
    action = action_of(row)

    def make(
        *,
        principal: Annotated[Principal, Depends(allow(action))],  # first: it bounds what is seen
        seen: TheInstructions,
        books: TheBooks,
        gate: TheGate,
        instruction: IdPath,
        once: TheOnce,
        version: TheVersion,
        body: Annotated[InstructionMove, Depends(body_of(InstructionMove))],
    ) -> Response:
        told = Told(
            text=body.text,
            to=body.to,
            deadline_ms=moment_ms("deadline", body.deadline),
            documents=tuple(Evidence(name=d.name, sha256=d.sha256) for d in body.documents),
        )
        act = moving(
            seen, books, principal, name=row.name, id=instruction, told=told, version=version
        )
        return act_once(gate, principal, action, once=once, act=act)

    make.__name__, make.__doc__ = f"{row.name}_instruction", f"{row.what.capitalize()}."
    return make


def moving(
    seen: SeenInstructions,
    books: SeenBooks,
    principal: Principal,
    *,
    name: str,
    id: str,
    told: Told,
    version: int,
) -> Act:
    """How somebody moves an instruction that they see; a problem where that cannot be."""
    one = seen.one(id)
    offers = told.to is not None and name == "offer"
    lifts = lifts_at(books, area=one.area, estate=one.estate, lift=one.lift) if offers else []

    def act(work: OfficeWork, at_ms: int) -> Done:
        held = work.books.locked_instruction(id) or one
        try:
            side, by, also = acting(principal, held, name)
            if told.to is not None and offers:
                check_party(work, told.to, one=one, lifts=lifts, at_ms=at_ms)
            made = make_move(
                work.books,
                id,
                name,
                told=told,
                by=by,
                side=side,
                also=also,
                version=version,
                now_ms=at_ms,
            )
        except NoSuchInstruction as error:
            raise Problem("not-found", said_by(error)) from error
        except CannotMove as error:
            raise Problem("conflict", said_by(error)) from error
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        shape = instruction_shape(made, now_ms=at_ms)
        return Done(shape, name, ("instruction", id), status=200)

    return act


for _name in BY_PEOPLE:
    router.add_api_route(
        f"/v1/instructions/{{instruction}}/{_name}",
        _route(MOVES[_name]),
        methods=["POST"],
        responses=described(InstructionShape, "The instruction as it is then"),
        openapi_extra=takes(InstructionMove),
    )

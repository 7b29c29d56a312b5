"""`/v1/incidents/{id}/...`: what people do with incidents, and the story of each."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from msgspec import UNSET

from api.incidents import find_incident
from api.move_shapes import LineShape, MoveBody, NewIncident, StoryShape
from api.once import Done, TheOnce, TheVersion, act_once, body_of, takes
from api.parameters import moment_ms
from api.parts import TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.seen import SeenBooks
from api.shapes import IncidentShape, answer, described
from api.trail import organisation_of
from liftwatch.access.rights import ACTIONS
from liftwatch.access.store import PeopleReads
from liftwatch.clock import rfc3339
from liftwatch.handlers.course import incident_data
from liftwatch.handlers.incidents import ByHand, NoSuchIncident, make_move, open_by_hand
from liftwatch.handlers.paging import PAGED
from liftwatch.incidents.course import Actor, Line
from liftwatch.incidents.moves import MOVES, CannotMove, Move, Told, Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["incidents"], responses=DOCUMENTED)


def actor_of(principal: Principal, action: str) -> Actor:
    """Who moves an incident, and for which organisation."""
    return Actor(
        person=principal.person,
        organisation=organisation_of(principal.grants, ACTIONS[action].roles),
        channel=principal.where.channel,
    )


def told_by(body: MoveBody) -> Told:
    """What a body tells; the problem `bad-parameter` for a moment that is none."""
    named = {name: getattr(body, name) for name in body.__struct_fields__ if name != "at"}
    at_ms = None if body.at is UNSET else moment_ms("at", body.at)
    return Told(at_ms=at_ms, **{n: value for n, value in named.items() if value is not UNSET})


def moving(work: OfficeWork, id: str, name: str, **how: Any) -> dict[str, Any]:
    """Make a move, with the problem that it may be; the incident as it is then."""
    try:
        moved, course = make_move(work.books, id, name, **how)
    except NoSuchIncident as error:
        raise Problem("not-found", Said("there is no incident %(id)s", id=shown(id))) from error
    except CannotMove as error:
        raise Problem("conflict", said_by(error)) from error
    except Untold as error:
        raise Problem("unusable", said_by(error)) from error
    return incident_data(moved, course, work.books.clocks(id))


def _route(row: Move) -> Callable[..., Response]:
    action = f"incidents.{row.name}"

    def make(
        *,
        principal: Annotated[Principal, Depends(allow(action))],  # first: it bounds the books
        parts: ThePart,
        books: TheBooks,
        gate: TheGate,
        id: str,
        once: TheOnce,
        version: TheVersion,
        body: Annotated[MoveBody, Depends(body_of(MoveBody))],
    ) -> Response:
        find_incident(books, id)
        told, by = told_by(body), actor_of(principal, action)

        def act(work: OfficeWork, at_ms: int) -> Done:
            data = moving(
                work,
                id,
                row.name,
                told=told,
                by=by,
                version=version,
                times=parts.times,
                now_ms=at_ms,
            )
            return Done(data, row.name, ("incident", id), 200)

        return act_once(gate, principal, action, once=once, act=act)

    make.__name__, make.__doc__ = f"{row.name}_incident", f"{row.what.capitalize()}."
    return make


for _row in MOVES.values():
    router.add_api_route(
        f"/v1/incidents/{{id}}/{_row.name}",
        _route(_row),
        methods=["POST"],
        responses=described(IncidentShape, "The incident as it is then"),
        openapi_extra=takes(MoveBody),
    )


OPEN = "incidents.open"


@router.post(
    "/v1/incidents",
    status_code=201,
    responses=described(IncidentShape, "The incident, or the one that was open", status=201),
    openapi_extra=takes(NewIncident),
)
def open_incident(
    *,
    principal: Annotated[Principal, Depends(allow(OPEN))],  # first: it bounds the books
    parts: ThePart,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewIncident, Depends(body_of(NewIncident))],
) -> Response:
    """What was told by telephone; what the lift itself tells of it joins, before and after."""
    lift = books.lift(body.lift)
    if lift is None:
        raise Problem("not-found", Said("there is no lift %(lift)s", lift=shown(body.lift)))
    opened_ms = None if body.at is UNSET else moment_ms("at", body.at)

    def act(work: OfficeWork, at_ms: int) -> Done:
        told = ByHand(body.kind, body.text, opened_ms or at_ms)
        by, exercise = actor_of(principal, OPEN), parts.exercise
        try:
            made, course = open_by_hand(
                work.books,
                lift,
                told,
                by=by,
                exercise=exercise,
                now_ms=at_ms,
                times=parts.times,
            )
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        data = incident_data(made, course, work.books.clocks(made.id))
        return Done(data, "open", ("incident", made.id))

    return act_once(gate, principal, OPEN, once=once, act=act)


@router.get(
    "/v1/incidents/{id}/story",
    dependencies=[Depends(allow("incidents.read"))],
    responses=described(StoryShape, "Every line of it"),
)
def read_story(books: TheBooks, gate: TheGate, id: str) -> Response:
    """What came about, who did what, when it happened and when it was noted."""
    find_incident(books, id)
    return answer(StoryShape(story_of(books, gate.people.reading, id)))


def story_of(books: SeenBooks, reading: Any, id: str) -> list[LineShape]:
    """The lines of an incident, with the names of people and organisations."""
    lines = books.story(id)
    with reading() as reads:
        names = names_of(reads, lines)
    return [line_shape(line, names) for line in lines]


def names_of(reads: PeopleReads, lines: Iterable[Line]) -> dict[str, str]:
    """Names by id, of whoever is still known."""
    found: dict[str, str] = {}
    for line in lines:
        by = line.by
        if by.person and by.person not in found and (person := reads.person(by.person)):
            found[by.person] = person.name
        unit = by.organisation
        if unit and unit not in found and (organisation := reads.organisation(unit)):
            found[unit] = organisation.name
        if line.what == PAGED:
            _add_told(found, reads, line)
    return found


def _add_told(found: dict[str, str], reads: PeopleReads, line: Line) -> None:
    """The names of whoever was called."""
    for id in line.facts.get("people", ()):
        if id not in found and (person := reads.person(id)):
            found[id] = person.name
    for id in line.facts.get("organisations", ()):
        if id not in found and (organisation := reads.organisation(id)):
            found[id] = organisation.name


def line_shape(line: Line, names: dict[str, str]) -> LineShape:
    """A line as the API shows it."""
    return LineShape(
        n=line.n,
        at=rfc3339(line.at_ms),
        noted_at=rfc3339(line.noted_ms),
        what=line.what,
        state=line.state,
        who=names.get(line.by.person or ""),
        organisation=names.get(line.by.organisation or ""),
        channel=line.by.channel,
        text=line.text,
        facts=line.facts,
    )

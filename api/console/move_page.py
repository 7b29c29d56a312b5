"""The page of one incident, and the forms by which people move it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.evidence_page import evidence_part
from api.console.fault_views import alike_part
from api.console.forms import Sent, TheForm, fresh_key
from api.console.incident_page import incident_head, incident_story
from api.console.language import Language, own_path
from api.console.move_forms import Wrong, allowed_moves, cause_words, move_view, told_of
from api.console.render import language_of, render
from api.console.room import room_values
from api.console.there_view import there
from api.console.told_views import told_part
from api.gate import Gate
from api.incidents import find_incident
from api.moves import actor_of
from api.once import Act, Done, act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.people_shapes import Nothing
from api.principal import ACTIONS, Principal, allow
from api.problems import BadParameter, Problem, shown
from api.seen import SeenBooks
from liftwatch.access.sight import sight_of
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.moves import MOVES, CannotMove, Move, Untold
from liftwatch.office import OfficeWork
from liftwatch.ports import Conflict, Stale
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow("console.read"))]
MoveQuery = Annotated[str, Query(max_length=20)]
Values = dict[str, Any]
ROOM = "/room"


@router.get("/incidents/{id}")
def incident_whole(
    *,
    request: Request,
    principal: Reader,
    books: TheBooks,
    part: ThePart,
    id: str,
    move: MoveQuery = "",
) -> Response:
    """One incident; `move` opens the form of a move."""
    return _page(request, books, part, principal=principal, id=id, chosen=move)


@router.get("/console/incidents/{id}/moves")
def moves_piece(
    *, request: Request, principal: Reader, books: TheBooks, part: ThePart, id: str
) -> Response:
    """The forms of one incident."""
    language = language_of(request)
    values = moves_values(books, language, part, principal=principal, id=id)
    return render(request, "_moves.html", values)


def moves_values(
    books: SeenBooks,
    language: Language,
    part: Parts,
    *,
    principal: Principal,
    id: str,
    chosen: str = "",
    wrong: Wrong | None = None,
) -> Values:
    """The forms of the moves that somebody may make now."""
    incident = find_incident(books, id)
    names = allowed_moves(part, principal, incident, seen=books.sight)
    views = [move_view(language, name, incident, chosen=chosen, wrong=wrong) for name in names]
    lost = wrong if wrong is not None and wrong.move not in names else None
    return {
        "incident": {"id": id, "version": incident.version},
        "moves": views,
        "lost": lost and lost.why,
        "typed": [text for name, text in lost.typed.items() if name in _KEPT] if lost else [],
        "causes": cause_words(language),
        "key": fresh_key,
    }


_KEPT = ("text", "crew", "confirmed_by", "inspection", "reason")
"""What somebody wrote in words, which is shown again where its form is no more."""


def _page(
    request: Request,
    books: SeenBooks,
    part: Parts,
    *,
    principal: Principal,
    id: str,
    chosen: str = "",
    wrong: Wrong | None = None,
) -> Response:
    language = language_of(request)
    values: Values = {"stream": books.stream_head()}
    values |= incident_story(books, language, id, gate=part.gate)
    values |= incident_head(books, language, id, gate=part.gate)
    values |= {"there": there(books, language, part, incident=find_incident(books, id))}
    values |= {"part": evidence_part(books, language, id)}
    values |= {"alike": alike_part(books, language, id)}
    values |= told_part(books, language, part, id=id, principal=principal)
    values |= moves_values(
        books, language, part, principal=principal, id=id, chosen=chosen, wrong=wrong
    )
    return render(request, "incident.html", values, status=wrong.status if wrong else 200)


def _route(row: Move) -> Callable[..., Response]:
    action = f"incidents.{row.name}"

    def make(
        *,
        request: Request,
        principal: Annotated[Principal, Depends(allow(action))],
        books: TheBooks,
        gate: TheGate,
        part: ThePart,
        id: str,
        form: TheForm,
    ) -> Response:
        find_incident(books, id)
        wrong = _made(part, gate, principal, name=row.name, id=id, form=form)
        back = own_path(form.text("back") or f"/incidents/{id}")
        seen = SeenBooks(part.books, sight_of(principal.grants, ACTIONS["console.read"].roles))
        if "hx-request" in request.headers:
            values = room_values(seen, language_of(request), part, principal=principal)
            return render(request, "_room.html", values | {"wrong": wrong and wrong.why})
        if wrong is None:
            return RedirectResponse(back, status_code=303)
        return _page(request, seen, part, principal=principal, id=id, wrong=wrong)

    make.__name__, make.__doc__ = f"{row.name}_by_form", f"{row.what.capitalize()}, by a form."
    return make


def _made(
    part: Parts, gate: Gate, principal: Principal, *, name: str, id: str, form: Sent
) -> Wrong | None:
    """Make a move, once; None, or why it cannot be with what was typed."""
    try:
        act_once(
            gate,
            principal,
            f"incidents.{name}",
            once=form.once,
            act=_acting(part, principal, name, id=id, form=form),
        )
    except (CannotMove, Untold, Conflict) as error:
        status = 422 if isinstance(error, Untold) else 412 if isinstance(error, Stale) else 409
        return Wrong(name, said_by(error), status, form.fields)
    except BadParameter as error:
        return Wrong(name, error.detail, 422, form.fields)
    except Problem as problem:
        if problem.row.name != "conflict":
            raise
        return Wrong(name, problem.detail, 409, form.fields)
    return None


def _acting(part: Parts, principal: Principal, name: str, *, id: str, form: Sent) -> Act:
    action = f"incidents.{name}"

    def act(work: OfficeWork, at_ms: int) -> Done:
        incident = work.books.locked_incident(id)
        if incident is None:
            raise Problem("not-found", Said("there is no incident %(id)s", id=shown(id)))
        make_move(
            work.books,
            id,
            name,
            told=told_of(form, incident, work.books.course_of(id)),
            by=actor_of(principal, action),
            version=form.number("version"),
            times=part.times,
            now_ms=at_ms,
        )
        return Done(Nothing(), name, ("incident", id), 200)

    return act


for _row in MOVES.values():
    router.add_api_route(f"/incidents/{{id}}/{_row.name}", _route(_row), methods=["POST"])

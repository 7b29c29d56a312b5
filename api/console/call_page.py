"""A call came in: the form by which people open an incident that no lift has told."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec import Struct
from msgspec.json import decode

from api.console.forms import Sent, TheForm, fresh_key
from api.console.lift_search import find_lifts
from api.console.move_forms import shanghai_ms
from api.console.render import language_of, render
from api.console.views import kind_name
from api.moves import OPEN, actor_of
from api.once import Act, Done, act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import Problem
from api.seen import SeenBooks
from liftwatch.clock import MINUTE_MS
from liftwatch.handlers.incidents import KINDS_BY_HAND, ByHand, open_by_hand
from liftwatch.incidents.moves import TEXT_MAX, Untold, too_long
from liftwatch.office import OfficeWork
from liftwatch.ports import Conflict, LiftRow
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Caller = Annotated[Principal, Depends(allow(OPEN))]
WhereQuery = Annotated[str, Query(max_length=100)]
LIFT_MAX = 32


class Opened(Struct):
    """The answer that is kept: which incident it became."""

    id: str


@router.get("/call", dependencies=[Depends(allow(OPEN))])
def call(*, request: Request, books: TheBooks, where: WhereQuery = "") -> Response:
    """The form; `where` is what the caller told of the place."""
    return _page(request, books, {"where": where})


@router.post("/call")
def open_call(
    *,
    request: Request,
    principal: Caller,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    form: TheForm,
) -> Response:
    """Open the incident, or go on looking for the lift with all that was typed."""
    if form.text("what") == "look":
        return _page(request, books, form.fields)
    try:
        lift = books.lift(form.text("lift")) if 4 <= len(form.text("lift")) <= LIFT_MAX else None
        if lift is None:
            raise Untold(Said("choose the lift first"))
        answer = act_once(
            gate, principal, OPEN, once=form.once, act=_acting(part, principal, lift, form=form)
        )
    except Untold as error:
        return _page(request, books, form.fields, wrong=said_by(error), status=422)
    except Conflict as error:
        return _page(request, books, form.fields, wrong=said_by(error), status=409)
    except Problem as problem:
        if problem.row.name != "conflict":
            raise
        return _page(request, books, form.fields, wrong=problem.detail, status=409)
    made = decode(bytes(answer.body), type=Opened)
    return RedirectResponse(f"/incidents/{made.id}", status_code=303)


def _acting(part: Parts, principal: Principal, lift: LiftRow, *, form: Sent) -> Act:
    def act(work: OfficeWork, at_ms: int) -> Done:
        kind, text = form.text("kind"), form.text("text")
        if kind not in KINDS_BY_HAND:
            raise Untold(Said("choose what has happened"))
        if not 1 <= len(text) <= TEXT_MAX:
            raise Untold(too_long("text", TEXT_MAX))
        opened_ms = shanghai_ms(form.text("at"))
        if opened_ms is not None and at_ms - MINUTE_MS < opened_ms <= at_ms:
            opened_ms = at_ms  # typed to the minute, and it is this one
        made, _ = open_by_hand(
            work.books,
            lift,
            ByHand(kind, text, at_ms if opened_ms is None else opened_ms),
            by=actor_of(principal, OPEN),
            exercise=part.exercise,
            times=part.times,
            now_ms=at_ms,
        )
        return Done(Opened(made.id), "open", ("incident", made.id))

    return act


def _page(
    request: Request,
    books: SeenBooks,
    typed: Mapping[str, str],
    *,
    wrong: Said | None = None,
    status: int = 200,
) -> Response:
    language = language_of(request)
    found = find_lifts(books, language, typed.get("where", ""))
    chosen = typed.get("lift", "")
    if len(found.lifts) == 1:
        chosen = found.lifts[0].lift
    values: dict[str, Any] = {
        "stream": books.stream_head(),
        "typed": {name: typed.get(name, "") for name in ("where", "kind", "text", "at")},
        "found": found,
        "chosen": chosen,
        "kinds": [(kind, kind_name(language, kind)) for kind in KINDS_BY_HAND],
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "call.html", values, status=status)

"""The page by which a resident follows a complaint: where it stands, the answer, how content.

Whoever has the number reads where the matter stands and the answer; never what was written, the
photo or a telephone number.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec import Struct

from api.console.care_texts import MOVE_TEXTS, PARTY_TEXTS, STATE_TEXTS, TOPIC_TEXTS
from api.console.forms import Sent, TheForm, chosen, fresh_key
from api.console.render import language_of, render
from api.console.resident_views import title_of
from api.once import Done, act_once
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import Problem
from api.residents_seen import HOTLINE_NUMBER, RESCUE_NUMBER, followed, pace_of
from api.who import Where
from liftwatch.care.codes import plain_number
from liftwatch.care.complaints import Complaint, moves_of
from liftwatch.clock import now_ms
from liftwatch.handlers.care_complaints import forget, rate, reopen
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
READ, TELL = "residents.read", "residents.tell"
Reader = Annotated[Principal, Depends(allow(READ))]
Teller = Annotated[Principal, Depends(allow(TELL))]
NumberPath = Annotated[str, Path(max_length=64)]


class Followed(Struct):
    """The answer that is kept of an act: only that it was."""

    state: str


@router.get("/c")
def find(
    request: Request,
    principal: Reader,
    part: ThePart,
    *,
    number: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """To the page of a number that somebody types."""
    if not number.strip():
        pace_of(part).look(principal.where.address)
        return render(request, "follow_find.html", {"hotline": HOTLINE_NUMBER})
    one, _ = followed(part, number, principal=principal)
    return RedirectResponse(f"/c/{one.number}", status_code=303)


@router.get("/c/{number}")
def follow(
    request: Request,
    principal: Reader,
    part: ThePart,
    *,
    number: NumberPath,
    new: Annotated[bool, Query()] = False,
) -> Response:
    """Where it stands."""
    one, matter = followed(part, number, principal=principal)
    return _page(request, part, one, matter=matter, new=new)


@router.post("/c/{number}")
def change(
    request: Request,
    principal: Teller,
    part: ThePart,
    *,
    gate: TheGate,
    number: NumberPath,
    form: TheForm,
) -> Response:
    """Say how content one is, that it is not in order, or that one's data are to be erased."""
    one, matter = followed(part, number, principal=principal)
    pace_of(part).tell(principal.where.address)
    do = chosen(form, ACTS)

    def act(work: OfficeWork, at_ms: int) -> Done:
        done = do(work, one, form, at_ms)
        return Done(Followed(done.state), form.text("what"), ("complaint", one.id), status=200)

    nameless = principal._replace(where=Where("", principal.where.channel))
    try:
        act_once(gate, nameless, TELL, once=form.once, act=act)
    except (Untold, CannotMove, Conflict) as error:
        return _page(request, part, one, matter=matter, form=form, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in ("conflict", "bad-parameter"):
            raise
        return _page(request, part, one, matter=matter, form=form, wrong=problem.detail)
    return RedirectResponse(f"/c/{plain_number(number)}", status_code=303)


def _rate(work: OfficeWork, one: Complaint, form: Sent, *_: int) -> Complaint:
    return rate(work, one.number, stars=form.number("stars"), words=form.text("words") or None)


def _reopen(work: OfficeWork, one: Complaint, form: Sent, *at_ms: int) -> Complaint:
    return reopen(work, one.number, form.text("words"), now_ms=at_ms[0])


def _forget(work: OfficeWork, one: Complaint, form: Sent, *at_ms: int) -> Complaint:
    if form.text("sure") != "yes":
        raise Untold(Said("tick that it is to be erased"))
    return forget(work, one.id, now_ms=at_ms[0])


ACTS: dict[str, Callable[..., Complaint]] = {"rate": _rate, "reopen": _reopen, "forget": _forget}


def _page(
    request: Request,
    part: Parts,
    one: Complaint,
    *,
    matter: Complaint,
    new: bool = False,
    form: Sent | None = None,
    wrong: Said | None = None,
) -> Response:
    gate = part.gate
    assert gate is not None, "asked before"
    language, at_ms = language_of(request), now_ms()
    row = part.books.lift(one.lift)
    with gate.people.reading() as reads:
        lines = reads.care.story(matter.id)
        holds = reads.care.private(one.id) is not None
    values: dict[str, Any] = {
        "name": None if row is None else title_of(part, language, row),
        "number": " ".join((one.number[:5], one.number[5:])),
        "path": f"/c/{one.number}",
        "topic": language.say(TOPIC_TEXTS[one.topic].name),
        "state": matter.state,
        "state_word": language.say(STATE_TEXTS[matter.state]),
        "party": language.say(PARTY_TEXTS[matter.party]),
        "due": "" if matter.due_ms is None else language.hour(matter.due_ms),
        "overdue": matter.is_overdue(at_ms),
        "told": language.moment(one.told_ms, now_ms=at_ms),
        "others": matter.joined + matter.crowd,
        "answer": matter.answer or "",
        "answered": ""
        if matter.answered_ms is None
        else language.moment(matter.answered_ms, now_ms=at_ms),
        "rating": one.rating,
        "may_reopen": "reopen" in moves_of(matter, None),
        "holds": holds,
        "erased": one.erased_ms is not None,
        "lines": [
            (language.moment(line.at_ms, now_ms=at_ms), language.say(MOVE_TEXTS[line.move].line))
            for line in lines
        ],
        "inside": one.inside and matter.is_open,
        "new": new,
        "rescue_number": RESCUE_NUMBER,
        "rescue_code": "" if row is None else row.facts.rescue_code or "",
        "hotline": HOTLINE_NUMBER,
        "typed": form.fields if form else {},
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "follow.html", values, status=422 if wrong else 200)

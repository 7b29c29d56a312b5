"""The pages of complaints: all of them, overdue first; one with what our records say; to enter one.

They say what the API says (`api.complaints`): the same acts, rights and limits.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.complaint_shapes import NewComplaint
from api.complaints import (
    ENTER,
    LIST,
    PRIVATE,
    READ,
    WORK,
    IdPath,
    entering,
    erasing,
    knows,
    moving,
    party_of,
    seen_complaint,
    work_sight,
)
from api.console.board import lifts_of
from api.console.care_texts import MOVE_TEXTS, PARTY_TEXTS, STATE_TEXTS, TOPIC_TEXTS
from api.console.complaint_views import complaint_view, found_view, given_view, story_views
from api.console.forms import Sent, TheForm, fresh_key
from api.console.language import Language
from api.console.lift_search import find_lifts
from api.console.place_names import PlaceNames, keys_of
from api.console.render import language_of, render, render_form
from api.console.silence_views import Known, names_by_id
from api.once import act_once
from api.paging import Cursor, read_cursor, write_cursor
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import Problem
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Sight, sight_of
from liftwatch.care.complaints import MOVES, TOPICS, Complaint, moves_of
from liftwatch.care.residents_store import Wanted, order_of
from liftwatch.clock import now_ms
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(ENTER))]
Worker = Annotated[Principal, Depends(allow(WORK))]
Knower = Annotated[Principal, Depends(allow(PRIVATE))]
Asked = Annotated[str, Query(max_length=64)]
PAGE = 50
FORWARD = ("take", "accept", "answer", "close")
"""What brings a matter on stands first among what can be done."""
SHOWS = ("open", "overdue", "answered", "closed", "all")
REFUSED = ("conflict", "unusable", "not-found", "bad-parameter")
Values = dict[str, Any]


@router.get("/complaints")
def complaints(
    *,
    request: Request,
    principal: Reader,
    books: TheBooks,
    gate: TheGate,
    show: Asked = "open",
    topic: Asked = "",
    lift: Asked = "",
    party: Asked = "",
    cursor: Cursor = None,
) -> Response:
    """What is owed first, what is overdue on top."""
    show = show if show in SHOWS else "open"
    wanted = Wanted(
        state=show if show in ("answered", "closed") else None,
        topic=topic if topic in TOPICS else None,
        lift=lift or None,
        party=party if party in ("property", "maintenance") else None,
        open_only=show == "open",
        overdue=show == "overdue",
    )
    after = None if cursor is None else read_cursor(cursor, LIST, tuple[int, str])
    language, at_ms = language_of(request), now_ms()
    with gate.people.reading() as reads:
        found = reads.care.complaints(
            wanted, now_ms=at_ms, after=after, limit=PAGE + 1, sight=books.sight
        )
        late = reads.care.complaints(
            Wanted(overdue=True), now_ms=at_ms, limit=PAGE, sight=books.sight
        )
    page = found[:PAGE]
    known = known_lifts(books, language, page)
    values: Values = {
        "rows": [complaint_view(language, one, known, now_ms=at_ms) for one in page],
        "next": write_cursor(LIST, order_of(page[-1])) if len(found) > PAGE else "",
        "late": len(late),
        "show": show,
        "asked": {"topic": topic, "lift": lift, "party": party},
        "topics": _choices(language, {name: text.name for name, text in TOPIC_TEXTS.items()}),
        "parties": _choices(language, {n: PARTY_TEXTS[n] for n in ("property", "maintenance")}),
        "may_enter": may(principal.roles, ACTIONS[ENTER]),
    }
    return render(request, "complaints.html", values)


@router.get("/complaints/new")
def new(
    *, request: Request, principal: Writer, books: TheBooks, where: Asked = "", lift: Asked = ""
) -> Response:
    """The form for what is told by telephone; `where` is what the caller tells of the place."""
    del principal
    return _new(request, books, {"where": where, "lift": lift}, wrong=None)


@router.post("/complaints/new")
def enter(
    *, request: Request, principal: Writer, books: TheBooks, gate: TheGate, form: TheForm
) -> Response:
    """Keep it, or go on looking for the lift with all that was typed."""
    if form.text("what") == "look" or not form.text("lift"):
        return _new(request, books, form.fields, wrong=None)
    body = NewComplaint(
        lift=form.text("lift"),
        topic=form.text("topic"),  # type: ignore[arg-type]  # asked when it is kept
        words=form.text("words") or None,
        phone=form.text("phone") or None,
        inside=form.text("inside") == "now",
    )
    try:
        act_once(gate, principal, ENTER, once=form.once, act=entering(books, principal, body))
    except Conflict as error:
        return _new(request, books, form.fields, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in REFUSED:
            raise
        return _new(request, books, form.fields, wrong=problem.detail)
    return RedirectResponse("/complaints", status_code=303)


def _new(
    request: Request, books: SeenBooks, typed: Mapping[str, str], *, wrong: Said | None
) -> Response:
    language = language_of(request)
    where = typed.get("where", "")
    values: Values = {
        "where": where,
        "found": find_lifts(books, language, where),
        "topics": _choices(language, {name: text.name for name, text in TOPIC_TEXTS.items()}),
        "typed": typed,
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "complaint_new.html", values, status=422 if wrong else 200)


@router.get("/complaints/{id}")
def complaint(
    *, request: Request, principal: Reader, books: TheBooks, part: ThePart, id: IdPath
) -> Response:
    """One: what was told, what our records say, what became of it, what can be done."""
    return _page(request, part, principal, books=books, id=id)


@router.post("/complaints/{id}")
def work(
    *,
    request: Request,
    principal: Worker,
    part: ThePart,
    books: TheBooks,
    gate: TheGate,
    id: IdPath,
    form: TheForm,
) -> Response:
    """Make a move."""
    name = form.text("what")
    if name not in MOVES or MOVES[name].by == "resident":
        raise Problem("not-found", Said("there is no such move"))
    act = moving(
        books.sight,
        principal,
        id,
        name=name,
        text=form.text("text") or None,
        version=form.number("version"),
    )
    try:
        act_once(gate, principal, WORK, once=form.once, act=act)
    except Conflict as error:
        return _again(request, part, principal, id=id, form=form, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in ("conflict", "unusable"):
            raise
        return _again(request, part, principal, id=id, form=form, wrong=problem.detail)
    return RedirectResponse(f"/complaints/{id}", status_code=303)


@router.post("/complaints/{id}/erase")
def erase(
    *, principal: Knower, books: TheBooks, gate: TheGate, id: IdPath, form: TheForm
) -> Response:
    """Erase what its resident gave."""
    act_once(gate, principal, PRIVATE, once=form.once, act=erasing(books.sight, id))
    return RedirectResponse(f"/complaints/{id}", status_code=303)


def _again(
    request: Request, part: Parts, principal: Principal, *, id: str, form: Sent, wrong: Said
) -> Response:
    books = SeenBooks(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
    return _page(request, part, principal, books=books, id=id, form=form, wrong=wrong)


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    books: SeenBooks,
    id: str,
    form: Sent | None = None,
    wrong: Said | None = None,
) -> Response:
    gate, language, at_ms = part.gate, language_of(request), now_ms()
    if gate is None:
        raise Problem("not-found", Said("nobody signs in here"))
    with gate.people.reading() as reads:
        one = seen_complaint(books.sight, reads.care, id)
        private, lines = reads.care.private(id), reads.care.story(id)
        joined = reads.care.joined(id)
        told = [(other, reads.care.private(other.id)) for other in joined]
    whole = knows(principal)
    people = names_by_id(gate, [line.person for line in lines], [])
    found = found_view(part, language, one, now_ms=at_ms)
    values: Values = {
        "one": complaint_view(language, one, known_lifts(books, language, [one]), now_ms=at_ms),
        "given": given_view(language, one, private, whole=whole, now_ms=at_ms),
        "joined": [
            (
                language.moment(other.told_ms, now_ms=at_ms),
                given_view(language, other, held, whole=whole, now_ms=at_ms),
                other.id,
                other.rating,
            )
            for other, held in told
        ],
        "crowd": one.crowd,
        "lines": story_views(language, lines, people, now_ms=at_ms),
        "found": found,
        "answer": one.answer or "",
        "moves": _moves(language, one, principal, sight=work_sight(part, principal, WORK)),
        "may_call": may(principal.roles, ACTIONS["incidents.open"]),
    }
    return render_form(request, "complaint.html", values, wrong=wrong, form=form)


def _moves(
    language: Language, one: Complaint, principal: Principal, *, sight: Sight | None
) -> list[tuple[str, str, str]]:
    """What somebody may do now: a move's name, its button, what its text is called."""
    party = party_of(principal)
    if sight is None or party is None:
        return []
    found = sorted(moves_of(one, party), key=lambda name: name not in FORWARD)
    texts = ((name, MOVE_TEXTS[name]) for name in found)
    return [
        (name, language.say(text.button), language.say(text.text) if text.text else "")
        for name, text in texts
    ]


def known_lifts(books: SeenBooks, language: Language, rows: list[Complaint]) -> Known:
    """What the lifts and places of some complaints are called."""
    lifts = lifts_of(books, [one.lift for one in rows])
    keys = keys_of(lifts.values()) | {(one.area, one.estate, "") for one in rows}
    return Known(lifts, PlaceNames(language, books.localities(keys)))


def _choices(language: Language, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, language.say(text)) for name, text in texts.items()]


assert set(STATE_TEXTS) >= {"answered", "closed"}, "what can be shown has a word"

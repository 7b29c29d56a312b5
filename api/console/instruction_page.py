"""The pages of instructions: those that are open, a new one, one with its story and its moves.

They say what the API says (`api.instructions`): the same acts, rights and limits.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.json import decode

from api.console.board import names_of
from api.console.forms import Sent, TheForm, fresh_key
from api.console.instruction_views import line_views, names_in, views
from api.console.instruction_words import ASKED_TEXTS, MOVE_TEXTS
from api.console.language import Language
from api.console.move_forms import shanghai_ms
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.views import kind_name, lift_name
from api.instruction_seen import (
    SeenInstructions,
    TheInstructions,
    allowed,
    lifts_at,
    own,
    seen_by,
)
from api.instruction_shapes import InstructionShape, NewInstruction
from api.instructions import ISSUE, READ, action_of, issuing, moving
from api.once import Act, act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import BadParameter, Problem
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.instruction_bases import BASES
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import BY_PEOPLE, MOVES, Evidence, Instruction, Move, Told
from liftwatch.clock import DAY_MS, day_text, estate_day, now_ms
from liftwatch.handlers.care_parties import parties_of
from liftwatch.incidents.kinds import BY_NAME, KINDS
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
RECALLS = ACTIONS["recalls.read"]
Reader = Annotated[Principal, Depends(allow(READ))]
Issuer = Annotated[Principal, Depends(allow(ISSUE))]
Asked = Annotated[str, Query(max_length=64)]
Values = dict[str, Any]
LIST_MAX = 200
PAPERS = 3
DAYS_DEFAULT = 15
_PAPER = re.compile(r"paper-([0-9]{1,2})-sha256")
BASIS_OF = {"duty": "maintenance", "trend": "maintenance_quality"}


@router.get("/instructions")
def instructions(
    *,
    request: Request,
    principal: Reader,
    seen: TheInstructions,
    books: TheBooks,
    part: ThePart,
    which: Asked = "open",
    estate: Asked = "",
) -> Response:
    """Open ones, what is due first; or all, the latest first."""
    language, at_ms = language_of(request), now_ms()
    where = InstructionFilter(open_only=which != "all", estate=estate or None)
    found = seen.list(where, limit=LIST_MAX)
    mine = own(principal, READ)
    rows = views(books, part, language, some=found, mine=mine, now_ms=at_ms)
    if which != "all":
        rows.sort(key=lambda one: one.watching)  # nobody has to do anything there
    values: Values = {
        "rows": rows,
        "which": "all" if which == "all" else "open",
        "estate": estate,
        "may_issue": part.gate is not None and may(principal.roles, ACTIONS[ISSUE]),
        "most": LIST_MAX,
    }
    return render(request, "instructions.html", values)


@router.get("/instructions/new")
def new(
    *,
    request: Request,
    principal: Issuer,
    books: TheBooks,
    part: ThePart,
    lift: Asked = "",
    estate: Asked = "",
    incident: Asked = "",
    source: Asked = "",
) -> Response:
    """The form; from an incident it is filled with what that says."""
    del principal
    typed = _filled(books, lift=lift, estate=estate, incident=incident)
    if source in ASKED_TEXTS:
        typed["source"] = source
    return _new(request, books, part, typed=typed)


@router.post("/instructions/new")
def issue_by_form(
    *,
    request: Request,
    principal: Issuer,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    form: TheForm,
) -> Response:
    """Instruct, or go on with all that was typed."""
    if form.text("do") == "look":
        return _new(request, books, part, typed=form.fields)
    try:
        act = _issuing(books, principal, form)
        made = act_once(gate, principal, ISSUE, once=form.once, act=act)
    except (Untold, Conflict) as error:
        return _new(request, books, part, typed=form.fields, wrong=said_by(error))
    except BadParameter as error:
        return _new(request, books, part, typed=form.fields, wrong=error.detail)
    except Problem as problem:
        if problem.row.name not in ("unusable", "not-found", "conflict"):
            raise
        return _new(request, books, part, typed=form.fields, wrong=problem.detail)
    shape = decode(bytes(made.body), type=InstructionShape)
    return RedirectResponse(f"/instructions/{shape.id}", status_code=303)


@router.get("/instructions/{instruction}")
def one_instruction(
    *,
    request: Request,
    principal: Reader,
    seen: TheInstructions,
    books: TheBooks,
    part: ThePart,
    instruction: str,
    move: Asked = "",
) -> Response:
    """One: how it stands, what somebody can do with it, its story; `move` opens a form."""
    values = _one(request, seen, books, part=part, principal=principal, id=instruction)
    return render(request, "instruction.html", values | {"chosen": move})


def _filled(books: SeenBooks, *, lift: str, estate: str, incident: str) -> dict[str, str]:
    typed = {"lift": lift, "estate": estate, "source": "free", "basis": "hazard"}
    found = books.incident(incident) if incident else None
    if found is None:
        return typed
    group = BY_NAME[found.kind].group
    typed |= {"lift": found.lift or lift, "cause": found.id, "kind-1": found.kind}
    typed["source"] = "failed_duty" if group == "duty" else "repeated_fault"
    if found.kind == "maintenance_contradicted":
        typed["source"] = "contradicted_visit"
    typed["basis"] = BASIS_OF.get(group, "after_fault")
    if found.kind == "inspection_due":
        typed["basis"] = "inspection"
    return typed


def _new(
    request: Request,
    books: SeenBooks,
    part: Parts,
    *,
    typed: dict[str, str],
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    row = books.lift(typed["lift"]) if typed.get("lift") else None
    places = books.estates()
    names = PlaceNames(language, books.localities({(*place, "") for place in places}))
    area, _, estate = typed.get("estate", "").partition("/")
    if row is not None:
        area, estate = row.area, row.estate
    parties: list[tuple[str, str]] = []
    if estate and part.gate is not None:
        lifts = lifts_at(books, area=area, estate=estate, lift=row.lift if row else None)
        with part.gate.people.reading() as reads:
            some = parties_of(reads, area=area, estate=estate, lifts=lifts, at_ms=at_ms)
        parties = [(one.id, one.name) for one in some]
    values: Values = {
        "typed": typed,
        "lift": row and lift_name(language, row.lift, row, names=names_of(books, language, [row])),
        "estates": [("/".join(place), names.estate(*place)) for place in places],
        "chosen_estate": bool(estate),
        "parties": parties,
        "sources": [(name, language.say(text)) for name, text in ASKED_TEXTS.items()],
        "bases": bases(language),
        "kinds": [(kind.name, kind_name(language, kind.name)) for kind in KINDS],
        "deadline": typed.get("deadline") or _in_days(DAYS_DEFAULT, at_ms),
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "instruction_new.html", values, status=422 if wrong else 200)


def bases(language: Language) -> list[tuple[str, str]]:
    """The legal bases, as laws are called in a language."""
    at = 1 if language.code == "en" else 0
    return [(name, row[at]) for name, row in BASES.items()]


def _in_days(days: int, at_ms: int) -> str:
    """18:00 of a day, as a form has it."""
    return f"{day_text(estate_day(at_ms + days * DAY_MS))}T18:00"


def _issuing(books: SeenBooks, principal: Principal, form: Sent) -> Act:
    area, _, estate = form.text("estate").partition("/")
    deadline_ms = shanghai_ms(form.text("deadline"))
    if deadline_ms is None:
        raise Untold(Said("say until when it is to be done"))
    if not form.text("responsible"):
        raise Untold(Said("say who has to do it"))
    lift = form.text("lift") or None
    body = NewInstruction(
        lift=lift,
        area=None if lift else area or None,
        estate=None if lift else estate or None,
        source=_known(form, "source", ASKED_TEXTS),
        cause=form.text("cause") or None,
        kinds=[form.text(f"kind-{n}") for n in (1, 2, 3) if form.text(f"kind-{n}")],
        what=form.text("what"),
        basis=_known(form, "basis", BASES),
        deadline="",
        responsible=form.text("responsible"),
    )
    return issuing(books, principal, body, deadline_ms=deadline_ms)


def _known(form: Sent, name: str, known: Any) -> Any:
    if form.text(name) not in known:
        raise BadParameter(name, Said("is none of those of the list"))
    return form.text(name)


def _one(
    request: Request,
    seen: SeenInstructions,
    books: SeenBooks,
    *,
    part: Parts,
    principal: Principal,
    id: str,
    wrong: tuple[str, Said] | None = None,
    typed: dict[str, str] | None = None,
) -> Values:
    language, at_ms = language_of(request), now_ms()
    one, lines = seen.one(id), seen.story(id)
    (view,) = views(books, part, language, some=[one], mine=own(principal, READ), now_ms=at_ms)
    names = allowed(principal, one) if part.gate is not None and principal.person else ()
    moves = [_move(language, MOVES[name], wrong=wrong, typed=typed or {}) for name in names]
    lost = wrong[1] if wrong is not None and wrong[0] not in names else None
    return {
        "one": view,
        "version": one.version,
        "story": line_views(language, lines, names=names_in(part, one, lines), now_ms=at_ms),
        "moves": moves,
        "lost": lost,
        "parties": _others(books, part, one, at_ms=at_ms) if "offer" in names else [],
        "papers": range(1, PAPERS + 1),
        "cause": one.cause if one.cause and books.incident(one.cause) else "",
        "recall": one.cause if one.source == "recall" and may(principal.roles, RECALLS) else "",
        "chosen": wrong[0] if wrong else "",
        "key": fresh_key,
    }


def _others(
    books: SeenBooks, part: Parts, one: Instruction, *, at_ms: int
) -> list[tuple[str, str]]:
    """Whom it may be offered to."""
    assert part.gate is not None
    lifts = lifts_at(books, area=one.area, estate=one.estate, lift=one.lift)
    with part.gate.people.reading() as reads:
        some = parties_of(reads, area=one.area, estate=one.estate, lifts=lifts, at_ms=at_ms)
    return [(party.id, party.name) for party in some if party.id != one.responsible]


def _move(
    language: Language, row: Move, *, wrong: tuple[str, Said] | None, typed: dict[str, str]
) -> Values:
    text, mine = MOVE_TEXTS[row.name], wrong is not None and wrong[0] == row.name
    needs = [name.removesuffix("_ms") for name in row.needs]
    more = [name for name in ("text", "deadline") if name not in needs]
    if row.name != "reject":
        more = [name for name in more if name == "text"]
    if row.name == "comment":
        more = []
    return {
        "name": row.name,
        "button": language.say(text.button),
        "says": language.say(text.says),
        "needs": needs,
        "fields": [*needs, *more],
        "typed": typed if mine else {},
        "wrong": wrong[1] if wrong is not None and mine else None,
    }


def _route(row: Move) -> Callable[..., Response]:
    action = action_of(row)

    def make(
        *,
        request: Request,
        principal: Annotated[Principal, Depends(allow(action))],
        seen: TheInstructions,
        books: TheBooks,
        gate: TheGate,
        part: ThePart,
        instruction: str,
        form: TheForm,
    ) -> Response:
        try:
            told, version = told_of(form), form.number("version")
            act = moving(
                seen, books, principal, name=row.name, id=instruction, told=told, version=version
            )
            act_once(gate, principal, action, once=form.once, act=act)
        except (CannotMove, Untold, Conflict) as error:
            wrong, status = said_by(error), 422 if isinstance(error, Untold) else 409
        except BadParameter as error:
            wrong, status = error.detail, 422
        except Problem as problem:
            if problem.row.name not in ("unusable", "conflict"):
                raise
            wrong, status = problem.detail, problem.row.status
        else:
            return RedirectResponse(f"/instructions/{instruction}", status_code=303)
        readable = seen_by(part, principal, sight_of(principal.grants, ACTIONS[READ].roles))
        values = _one(
            request,
            readable,
            SeenBooks(part.books, readable.sight),
            part=part,
            principal=principal,
            id=instruction,
            wrong=(row.name, wrong),
            typed=form.fields,
        )
        return render(request, "instruction.html", values, status=status)

    make.__name__, make.__doc__ = f"{row.name}_by_form", f"{row.what.capitalize()}, by a form."
    return make


def told_of(form: Sent) -> Told:
    """What a form tells; Untold for what is no moment."""
    found = []
    for name in sorted(form.fields):
        if (paper := _PAPER.fullmatch(name)) is not None:
            n = paper[1]
            title = form.text(f"paper-{n}-name") or Said("document")
            sha256 = "".join(form.text(name).split()).lower()
            found.append(Evidence(name=str(title), sha256=sha256))
    return Told(
        text=form.text("text") or None,
        to=form.text("to") or None,
        deadline_ms=shanghai_ms(form.text("deadline")),
        documents=tuple(found),
    )


for _name in BY_PEOPLE:
    router.add_api_route(
        f"/instructions/{{instruction}}/{_name}", _route(MOVES[_name]), methods=["POST"]
    )

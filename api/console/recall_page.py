"""The pages of recalls: those that are open, one lift by lift, and a new one with what it hits.

They say what the API says (`api.recalls`): the same acts, rights and limits.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec import convert, structs
from msgspec.json import decode

from api.console.fault_views import kind_word, part_word
from api.console.forms import Sent, TheForm, fresh_key
from api.console.move_forms import shanghai_ms
from api.console.place_names import PlaceNames
from api.console.recall_views import ORIGIN_TEXTS, group_views, hit_views, recall_views
from api.console.render import language_of, render
from api.once import act_once
from api.parameters import day_number
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import BadParameter, Problem
from api.recall_seen import READ, SeenRecalls, TheRecalls, recalls_seen
from api.recall_shapes import CriterionShape, NewRecall, RecallShape
from api.recalls import ISSUE, JUDGE, ending, excepting, judges, recalling
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.commonalities import BYS, By
from liftwatch.care.parts import PARTS
from liftwatch.care.recalls import (
    FACTS,
    FAULTS,
    NAME_MAX,
    ORIGINS,
    Criterion,
    RecallState,
    check_criterion,
    left,
)
from liftwatch.clock import DAY_MS, begin_ms, date_of, day_text, estate_day, now_ms
from liftwatch.incidents.kinds import KINDS
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Conflict, LiftRow
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Issuer = Annotated[Principal, Depends(allow(ISSUE))]
Judge = Annotated[Principal, Depends(allow(JUDGE))]
Asked = Annotated[str, Query(max_length=NAME_MAX)]
Values = dict[str, Any]
LIST_MAX, LIFTS_SHOWN, PREVIEW = 100, 500, 12
DAYS_DEFAULT, BACK_DAYS = 30, 90
CRITERION = (*FACTS, *FAULTS, "dialect")
ACTS = ("except", "close", "withdraw")
REFUSED = ("unusable", "conflict", "not-found", "forbidden")


@router.get("/recalls")
def recalls_page(
    *, request: Request, principal: Reader, seen: TheRecalls, part: ThePart, which: Asked = "open"
) -> Response:
    """Open ones, or all, the newest first."""
    language, at_ms = language_of(request), now_ms()
    some = seen.list(open_only=which != "all", limit=LIST_MAX)
    values: Values = {
        "rows": recall_views(part, language, some, hits=seen.hits(some), now_ms=at_ms),
        "which": "all" if which == "all" else "open",
        "may_issue": part.gate is not None and may(principal.roles, ACTIONS[ISSUE]),
        "most": LIST_MAX,
    }
    return render(request, "recalls.html", values)


@router.get("/recalls/new")
def new_recall(
    *,
    request: Request,
    principal: Issuer,
    seen: TheRecalls,
    books: TheBooks,
    make: Asked = "",
    model: Asked = "",
    firmware: Asked = "",
    kind: Asked = "",
    since: Asked = "",
    by: Asked = "",
) -> Response:
    """The form; with a criterion in the address what it hits is shown at once."""
    del principal
    typed = {"make": make, "model": model, "firmware": firmware, "kind": kind, "since": since}
    return _new(request, seen, books, typed={n: v for n, v in (typed | {"by": by}).items() if v})


@router.post("/recalls/new")
def recall_by_form(
    *,
    request: Request,
    principal: Issuer,
    seen: TheRecalls,
    books: TheBooks,
    gate: TheGate,
    form: TheForm,
) -> Response:
    """Show what it hits, recall, or go on with all that was typed."""
    if form.text("do") == "look":
        return _new(request, seen, books, typed=form.fields)
    try:
        where, deadline_ms = _criterion(form.fields), shanghai_ms(form.text("deadline"))
        if deadline_ms is None:
            raise Untold(Said("say until when it is to be done"))
        act = recalling(seen, principal, _told(form), where=where, deadline_ms=deadline_ms)
        made = act_once(gate, principal, ISSUE, once=form.once, act=act)
    except (Untold, Conflict) as error:
        return _new(request, seen, books, typed=form.fields, wrong=said_by(error))
    except BadParameter as error:
        return _new(request, seen, books, typed=form.fields, wrong=error.detail)
    except Problem as problem:
        if problem.row.name not in REFUSED:
            raise
        return _new(request, seen, books, typed=form.fields, wrong=problem.detail)
    shape = decode(bytes(made.body), type=RecallShape)
    return RedirectResponse(f"/recalls/{shape.id}", status_code=303)


@router.get("/recalls/{recall}")
def one_recall(
    *,
    request: Request,
    principal: Reader,
    seen: TheRecalls,
    books: TheBooks,
    part: ThePart,
    recall: str,
) -> Response:
    """One: what is recalled, how far it has come, lift by lift, open ones first."""
    values = _one(request, seen, books, part=part, principal=principal, id=recall)
    return render(request, "recall.html", values)


@router.post("/recalls/{recall}")
def act_on_recall(
    *,
    request: Request,
    principal: Judge,
    seen: TheRecalls,
    gate: TheGate,
    part: ThePart,
    recall: str,
    form: TheForm,
) -> Response:
    """Except a lift, close it or withdraw it."""
    what, text = form.text("what"), form.text("text")
    try:
        if what not in ACTS:
            raise BadParameter("what", Said("is none of %(acts)s", acts=", ".join(ACTS)))
        version = form.number("version")
        if what == "except":
            lift = form.text("lift")
            act = excepting(seen, principal, recall, lift=lift, text=text, version=version)
        else:
            state: RecallState = "closed" if what == "close" else "withdrawn"
            act = ending(seen, principal, recall, state=state, text=text, version=version)
        act_once(gate, principal, JUDGE, once=form.once, act=act)
    except (BadParameter, Conflict) as error:
        wrong = error.detail if isinstance(error, BadParameter) else said_by(error)
        status = 422 if isinstance(error, BadParameter) else 409
    except Problem as problem:
        if problem.row.name not in REFUSED:
            raise
        wrong, status = problem.detail, problem.row.status
    else:
        return RedirectResponse(f"/recalls/{recall}", status_code=303)
    sight = sight_of(principal.grants, ACTIONS[READ].roles)
    values = _one(
        request,
        recalls_seen(part, principal, sight),
        SeenBooks(part.books, sight),
        part=part,
        principal=principal,
        id=recall,
    )
    values |= {"wrong": wrong, "chosen": what, "typed": form.fields}
    return render(request, "recall.html", values, status=status)


def _one(
    request: Request,
    seen: SeenRecalls,
    books: SeenBooks,
    *,
    part: Parts,
    principal: Principal,
    id: str,
) -> Values:
    language, at_ms = language_of(request), now_ms()
    one = seen.one(id)
    hits = seen.hits([one])[id]
    shown = hits[:LIFTS_SHOWN]
    (view,) = recall_views(part, language, [one], hits={id: hits}, now_ms=at_ms)
    rows = hit_views(books, part, language, one=one, hits=shown, now_ms=at_ms)
    able = part.gate is not None and one.state == "open" and judges(principal, one)
    rest = {hit.row.lift for hit in left(hits)}
    return {
        "one": view,
        "version": one.version,
        "rows": rows,
        "cut": len(hits) > len(shown),
        "able": able,
        "rest": [row.where for row in rows if row.where.lift in rest],
        "closable": able and not rest,
        "wrong": None,
        "chosen": "",
        "typed": {},
        "key": fresh_key,
    }


def _new(
    request: Request,
    seen: SeenRecalls,
    books: SeenBooks,
    *,
    typed: dict[str, str],
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    back = day_text(estate_day(at_ms) - BACK_DAYS)
    typed = {"since": back, "origin": "maker"} | typed
    rows = seen.rows()
    by: By = next((name for name in BYS if name == typed.get("by")), "model")
    values: Values = {
        "typed": typed,
        "wrong": wrong,
        "origins": [(name, language.say(ORIGIN_TEXTS[name])) for name in ORIGINS],
        "kinds": [(kind.name, kind_word(language, kind.name)) for kind in KINDS],
        "parts": [(one.name, part_word(language, one.name)) for one in PARTS],
        "known": _known(rows),
        "deadline": typed.get("deadline") or _in_days(DAYS_DEFAULT, at_ms),
        "by": by,
        "found": None,
        "groups": None,
        "key": fresh_key,
    }
    try:
        where = _criterion(typed)
        check_criterion(where)
    except Untold as error:
        empty = where_is_empty(typed)
        values["wrong"] = wrong or (None if empty else said_by(error))
    except BadParameter as error:
        values["wrong"] = wrong or error.detail
    else:
        values |= _hits(
            request, seen, books, where=where, rows=rows, by=by, at_ms=at_ms, typed=typed
        )
    return render(request, "recall_new.html", values, status=422 if values["wrong"] else 200)


def where_is_empty(typed: dict[str, str]) -> bool:
    """Whether nothing of a criterion was typed yet.

    >>> where_is_empty({"since": "2026-03-02"}), where_is_empty({"make": "KONE"})
    (True, False)
    """
    return not any(typed.get(name) for name in CRITERION)


def _hits(
    request: Request,
    seen: SeenRecalls,
    books: SeenBooks,
    *,
    where: Criterion,
    rows: Sequence[LiftRow],
    by: By,
    at_ms: int,
    typed: dict[str, str],
) -> Values:
    """How many lifts a criterion hits, where they are, and what those with the fault share."""
    found = seen.matching(where, now_ms=at_ms)
    most = Counter((row.area, row.estate) for row in found).most_common()
    names = PlaceNames(language_of(request), books.localities({(*at, "") for at, _ in most}))
    values: Values = {
        "found": len(found),
        "of": len(rows),
        "estates": [(names.estate(*at), count) for at, count in most[:PREVIEW]],
        "more": max(len(most) - PREVIEW, 0),
    }
    if where.fault is None:
        return values
    _, some = seen.groups(where, by=by, rows=rows, now_ms=at_ms)
    kept = {n: v for n in ("kind", "since") if (v := typed.get(n))}
    views = [(one, urlencode(kept | one.query | {"by": by})) for one in group_views(some[:PREVIEW])]
    return values | {"groups": views}


def _known(rows: Sequence[LiftRow]) -> dict[str, list[str]]:
    """The makes, models and firmwares that the register knows, for whoever types."""
    found: dict[str, set[str]] = {"make": set(), "model": set(), "firmware": set()}
    for row in rows:
        facts = (row.facts.manufacturer, row.facts.model, row.facts.firmware)
        for name, value in zip(found, facts, strict=True):
            if value:
                found[name].add(value)
    return {name: sorted(values)[:200] for name, values in found.items()}


def _criterion(typed: dict[str, str]) -> Criterion:
    """What was typed; days are those of the estates, the last one included."""
    told = {name: text for name in CRITERION if (text := typed.get(name))}
    from_ms = to_ms = None
    if any(name in told for name in FAULTS):
        since, until = (day_number(name, typed.get(name) or None) for name in ("since", "until"))
        from_ms = None if since is None else begin_ms(date_of(since))
        to_ms = None if until is None else begin_ms(date_of(until + 1))
    return structs.replace(convert(told, Criterion), from_ms=from_ms, to_ms=to_ms)


def _told(form: Sent) -> NewRecall:
    origin = next((name for name in ORIGINS if name == form.text("origin")), None)
    if origin is None:
        raise BadParameter("origin", Said("is none of those of the list"))
    sha256 = "".join(form.text("paper-1-sha256").split()).lower()
    return NewRecall(
        criterion=CriterionShape(),
        origin=origin,
        word=form.text("word"),
        paper=sha256 or None,
        what=form.text("what"),
        why=form.text("why"),
        remedy=form.text("remedy"),
        kinds=[form.text(f"kind-{n}") for n in (1, 2) if form.text(f"kind-{n}")],
        deadline="",
    )


def _in_days(days: int, at_ms: int) -> str:
    """18:00 of a day, as a form has it."""
    return f"{day_text(estate_day(at_ms + days * DAY_MS))}T18:00"

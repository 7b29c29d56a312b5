"""Pages of visits, made for a phone: my visits, check-in, the list, check-out, both signatures.

They say what the API says (`api.care_visits`): the same acts, rights and reasons. Each section of
a list is a form of its own, saved by itself, and needs no JavaScript: what has been saved is kept,
whatever the network does, and a form that is sent twice counts once.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.care_seen import SeenCare, TheCare, acting
from api.care_shapes import NewVisit, OutBody
from api.care_visits import (
    READ,
    SIGN,
    WRITE,
    VisitPath,
    changing,
    checking_in,
    leaving,
    signing,
)
from api.console.care_forms import attempt
from api.console.forms import Sent, chosen, fresh_key, read_sent
from api.console.fund_forms import fen_of, hash_of
from api.console.render import language_of, render
from api.console.silence_views import names_by_id
from api.console.visit_texts import METHOD_TEXTS, WORK_TEXTS
from api.console.visit_views import (
    LiftNames,
    after_views,
    due_line,
    mark_words,
    names_of_lifts,
    results,
    sections,
    signals,
    visit_line,
)
from api.gate import Gate
from api.once import Act, act_once
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import Problem
from api.seen import SeenBooks
from api.who import person_of
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Place, sight_of
from liftwatch.care.checklist import items_of
from liftwatch.care.regime import is_overdue
from liftwatch.care.visit import METHODS, WORKS, CannotVisit, Part, Photo, Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.fund.money import yuan
from liftwatch.handlers import care_visits as handlers
from liftwatch.handlers.care_plans import Planned
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Signer = Annotated[Principal, Depends(allow(SIGN))]
LiftAsked = Annotated[str, Query(max_length=32)]
Values = dict[str, Any]
AHEAD_MS = 5 * DAY_MS
"""So far ahead a technician sees what is due [our choice]."""
SHOWN_MAX = 100
FIELDS_MAX, LETTERS_MAX = 300, 2_000


async def list_form(request: Request) -> Sent:
    """What a form of a check list sends."""
    return await read_sent(request, fields=FIELDS_MAX, letters=LETTERS_MAX)


TheListForm = Annotated[Sent, Depends(list_form)]


@router.get("/visits")
def visits(*, request: Request, principal: Reader, care: TheCare, part: ThePart) -> Response:
    """What is open, to be signed, due and overdue, and the newest."""
    language, at_ms = language_of(request), now_ms()
    works = principal.person is not None and may(principal.roles, ACTIONS[WRITE])
    mine = VisitFilter(technician=principal.person) if works else VisitFilter()
    newest = care.visits(mine, limit=30)
    waiting = care.visits(VisitFilter(state=("left", "signed")), limit=SHOWN_MAX)
    at_work = care.visits(VisitFilter(state=("open",)), limit=SHOWN_MAX)
    rows = care.lifts()
    plans = [one for one in care.plans(rows, now_ms=at_ms) if one.next is not None]
    due, ahead = _due(plans, at_ms, works=works)
    books = SeenBooks(part.books, care.sight)
    names = LiftNames(books, language, [one.row for one in (*due, *ahead)])
    more = names_of_lifts(books, language, [one.lift for one in (*newest, *waiting)])
    people = names_by_id(part.gate, [one.technician for one in (*newest, *waiting)], [])

    def lines(found: list[Visit]) -> list[Any]:
        return [
            visit_line(language, one, more.of(one.lift), people=people, now_ms=at_ms)
            for one in found
        ]

    values: Values = {
        "works": works,
        "open_at": {one.lift: one.id for one in at_work},
        "open": lines([one for one in newest if one.state == "open"]),
        "to_sign": lines([one for one in waiting if _signs(principal, one)]),
        "overdue": [due_line(language, p, names.of(p.row.lift), now_ms=at_ms) for p in due],
        "due": [due_line(language, p, names.of(p.row.lift), now_ms=at_ms) for p in ahead],
        "overdue_count": sum(1 for one in plans if _is_over(one, at_ms)),
        "newest": lines([one for one in newest if one.state != "open"]),
        "without": len(rows) - len(plans),
    }
    return render(request, "visits.html", values)


def _is_over(one: Planned, at_ms: int) -> bool:
    return one.next is not None and is_overdue(one.next, now_ms=at_ms)


def _due(plans: list[Planned], at_ms: int, *, works: bool) -> tuple[list[Planned], list[Planned]]:
    """What is overdue, and what a technician should see of the coming days; the oldest first."""
    order = sorted(plans, key=lambda one: (one.next.due_ms if one.next else 0, one.row.lift))
    over = [one for one in order if _is_over(one, at_ms)]
    ahead = [
        one
        for one in order
        if one.next is not None and at_ms < one.next.due_ms <= at_ms + AHEAD_MS and works
    ]
    return over[:SHOWN_MAX], ahead[:SHOWN_MAX]


def _signs(principal: Principal, one: Visit) -> bool:
    """Whether it is this person's turn to sign."""
    if principal.person is None:
        return False
    if one.state == "left":
        return one.technician == principal.person
    grant = acting(principal, "property", Place(one.area, one.estate))
    return one.state == "signed" and grant is not None


@router.get("/visits/in")
def check_in_page(
    *, request: Request, principal: Writer, care: TheCare, part: ThePart, lift: LiftAsked = ""
) -> Response:
    """The form of a check-in; `lift` is the one for which somebody came."""
    del principal
    work = ""
    if lift:
        (planned,) = care.plans([care.lift(lift)], now_ms=now_ms())
        work = planned.next.work if planned.next is not None else ""
    return _check_in_page(request, part, care, typed={"lift": lift, "work": work})


@router.post("/visits/in")
def check_in(
    *,
    request: Request,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    form: TheListForm,
) -> Response:
    """Check in, and on to the list."""

    def do() -> Response:
        wanted = NewVisit(
            tag=form.text("tag"),
            method=_one_of(form, "method", METHODS),
            work=_one_of(form, "work", WORKS),
            lift=form.text("lift") or None,
        )
        act = checking_in(care, principal, wanted)
        return act_once(gate, principal, WRITE, once=form.once, act=act)

    made = attempt(do)
    if isinstance(made, Said):
        return _check_in_page(request, part, care, typed=form.fields, wrong=made)
    id = msgspec.json.decode(bytes(made.body))["id"]
    return RedirectResponse(f"/visits/{id}", status_code=303)


def _one_of(form: Sent, name: str, known: tuple[Any, ...]) -> Any:
    if form.text(name) not in known:
        raise Problem("unusable", Said("choose one first"))
    return form.text(name)


def _check_in_page(
    request: Request,
    part: Parts,
    care: SeenCare,
    *,
    typed: dict[str, str],
    wrong: Said | None = None,
) -> Response:
    language, lift = language_of(request), typed.get("lift", "")
    books = SeenBooks(part.books, care.sight)
    values: Values = {
        "where": names_of_lifts(books, language, [lift]).of(lift) if lift else None,
        "works": [(name, language.word(WORK_TEXTS[name])) for name in WORKS],
        "methods": [(name, language.word(METHOD_TEXTS[name])) for name in METHODS],
        "typed": typed,
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "visit_in.html", values, status=422 if wrong else 200)


@router.get("/visits/{visit}")
def visit_page(
    *, request: Request, principal: Reader, care: TheCare, part: ThePart, visit: VisitPath
) -> Response:
    """One visit: the list to fill in, or what was filled in; and what the signals say."""
    return _visit_page(request, part, principal, care=care, visit=care.visit(visit))


@router.post("/visits/{visit}")
def change_visit(
    *,
    request: Request,
    principal: Writer,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    visit: VisitPath,
    form: TheListForm,
) -> Response:
    """What one of the technician's forms asks."""
    make = chosen(form, _ACTS)
    return _change(
        request, part, gate, principal=principal, care=care, visit=visit, form=form, make=make
    )


@router.post("/visits/{visit}/sign")
def sign_visit(
    *,
    request: Request,
    principal: Signer,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    visit: VisitPath,
    form: TheListForm,
) -> Response:
    """A signature."""
    return _change(
        request, part, gate, principal=principal, care=care, visit=visit, form=form, make=_sign
    )


def _change(
    request: Request,
    part: Parts,
    gate: Gate,
    *,
    principal: Principal,
    care: SeenCare,
    visit: str,
    form: Sent,
    make: Callable[..., Act],
) -> Response:
    action = SIGN if make is _sign else WRITE
    seen = care.visit(visit)

    def do() -> Response:
        act = make(care, principal, seen, form=form)
        return act_once(gate, principal, action, once=form.once, act=act)

    made = attempt(do)
    if isinstance(made, Said):
        seen = care.visit(visit)
        return _visit_page(request, part, principal, care=care, visit=seen, form=form, wrong=made)
    place = f"#{form.text('place')}" if form.text("place").isalpha() else ""
    return RedirectResponse(f"/visits/{seen.id}{place}", status_code=303)


def _fill(care: SeenCare, principal: Principal, seen: Visit, *, form: Sent) -> Act:
    """Save a section: items without a result stay as they are."""
    found = {}
    for item in items_of(seen.work):
        result, note = form.text(f"result-{item.code}"), form.text(f"note-{item.code}")
        if note and not result:
            raise CannotVisit(Said("%(code)s has a remark and no result", code=item.code))
        if result:
            found[item.code] = (result, note)
    person = person_of(principal)
    return changing(
        care,
        seen.id,
        "fill",
        version=None,
        change=lambda at_ms: handlers.filling(found, person=person, now_ms=at_ms),
    )


def _part(care: SeenCare, principal: Principal, seen: Visit, *, form: Sent) -> Act:
    part = Part(
        name=form.text("name"),
        code=form.text("code") or None,
        life_months=form.number("life_months") if form.text("life_months") else None,
        life_rides=form.number("life_rides") if form.text("life_rides") else None,
        cost_fen=fen_of(form.text("cost"), field="cost"),
    )
    adding = handlers.adding_part(part, person=person_of(principal))
    return changing(care, seen.id, "name_part", version=None, change=lambda _: adding)


def _photo(care: SeenCare, principal: Principal, seen: Visit, *, form: Sent) -> Act:
    photo = Photo(
        sha256=hash_of(form.text("sha256")),
        code=form.text("code") or None,
        name=form.text("name"),
    )
    adding = handlers.adding_photo(photo, person=person_of(principal))
    return changing(care, seen.id, "name_photo", version=None, change=lambda _: adding)


def _out(care: SeenCare, principal: Principal, seen: Visit, *, form: Sent) -> Act:
    body = OutBody(remark=form.text("remark"), broken_off=form.text("broken_off"))
    return leaving(care, principal, seen.id, version=form.number("version"), body=body)


def _sign(care: SeenCare, principal: Principal, seen: Visit, *, form: Sent) -> Act:
    version, remark = form.number("version"), form.text("remark")
    return signing(care, principal, seen.id, version=version, remark=remark)


_ACTS: dict[str, Callable[..., Act]] = {
    "fill": _fill,
    "part": _part,
    "photo": _photo,
    "out": _out,
}


def _visit_page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    care: SeenCare,
    visit: Visit,
    form: Sent | None = None,
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    books = SeenBooks(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
    where = names_of_lifts(books, language, [visit.lift]).of(visit.lift)
    names = _names(part.gate, visit)
    typed = form.fields if form is not None else {}
    fills = visit.state == "open" and visit.technician == principal.person
    values: Values = {
        "visit": visit,
        "line": visit_line(language, visit, where, people=names, now_ms=at_ms),
        "names": names,
        "sections": sections(language, visit, typed if typed.get("what") == "fill" else {}),
        "results": results(language),
        "method": language.word(METHOD_TEXTS[visit.method]),
        "fills": fills,
        "signs": _signs(principal, visit),
        "marks": mark_words(language, visit),
        "parts": [(one, "" if one.cost_fen is None else yuan(one.cost_fen)) for one in visit.parts],
        "signed": [(one, language.moment(one.at_ms, now_ms=at_ms)) for one in visit.signatures],
        "left": "" if visit.out_ms is None else language.moment(visit.out_ms, now_ms=at_ms),
        "seen": signals(part.store, visit, now_ms=at_ms),
        "after": after_views(language, care.after(visit, now_ms=at_ms)),
        "typed": typed,
        "failed": typed.get("what", ""),
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "visit.html", values, status=422 if wrong else 200)


def _names(gate: Gate | None, visit: Visit) -> dict[str, str]:
    people = [visit.technician, *(one.person for one in visit.signatures)]
    units = [visit.organisation, *(one.organisation for one in visit.signatures)]
    return names_by_id(gate, people, units)

"""The page of silences: what is muted, by whom and why; what paged nobody; to mute, and to end it.

It says what the API says (`api.silences`): the same acts, rights and limits.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.board import names_of
from api.console.forms import Sent, TheForm, fresh_key
from api.console.language import Language
from api.console.marks import P_
from api.console.move_forms import shanghai_ms
from api.console.place_names import PlaceNames
from api.console.render import language_of, render
from api.console.silence_views import (
    HIDDEN_MAX,
    hidden_views,
    known_of,
    names_by_id,
    silence_view,
)
from api.console.views import kind_name, lift_name
from api.once import Act, act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import BadParameter, Problem
from api.seen import SeenBooks
from api.silence_shapes import NewSilence
from api.silences import BACK_MS, READ, WRITE, ending, silencing
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.clock import HOUR_MS, now_ms
from liftwatch.incidents.kinds import KINDS
from liftwatch.incidents.moves import Untold
from liftwatch.incidents.silences import Silence, may_be_silenced
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Values = dict[str, Any]
Asked = Annotated[str, Query(max_length=64)]
PAST_MAX = 50
SPANS = {
    1: P_("time", "1 hour"),
    4: P_("time", "4 hours"),
    8: P_("time", "8 hours"),
    24: P_("time", "1 day"),
    72: P_("time", "3 days"),
    168: P_("time", "7 days"),
}
"""For how many hours; seven days are the longest (`SILENCE_MS_MAX`)."""
FIELDS = ("lift", "estate", "kind", "for", "until", "why")


@router.get("/silences")
def silences(
    *,
    request: Request,
    principal: Reader,
    part: ThePart,
    lift: Asked = "",
    kind: Asked = "",
    of: Asked = "",
) -> Response:
    """All of the last 90 days; `lift` and `kind` fill the form, `of` shows what a silence hid."""
    typed = {"lift": lift, "kind": kind}
    return _page(request, part, principal=principal, typed=typed, of=of)


@router.post("/silences")
def change(
    *,
    request: Request,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    form: TheForm,
) -> Response:
    """Begin one, or end one."""
    try:
        act = _act(books, principal, form)
        act_once(gate, principal, WRITE, once=form.once, act=act)
    except (Untold, Conflict) as error:
        return _again(request, part, principal, form=form, wrong=said_by(error))
    except Problem as problem:
        if problem.row.name not in ("unusable", "not-found", "conflict"):
            raise
        return _again(request, part, principal, form=form, wrong=problem.detail)
    return RedirectResponse("/silences", status_code=303)


def _again(
    request: Request, part: Parts, principal: Principal, *, form: Sent, wrong: Said
) -> Response:
    """The page with what was typed, and why it cannot be."""
    typed = {name: form.text(name) for name in FIELDS}
    return _page(request, part, principal=principal, typed=typed, wrong=wrong)


def _act(books: SeenBooks, principal: Principal, form: Sent) -> Act:
    if form.text("what") == "end":
        return ending(books, form.text("id"), version=form.number("version"))
    until_ms = shanghai_ms(form.text("until")) or now_ms() + _span_ms(form)
    area, _, estate = form.text("estate").partition("/")
    lift = form.text("lift")
    if not lift and (area, estate) not in books.estates():
        raise Untold(Said("choose the estate first"))
    wanted = NewSilence(
        lift=lift or None,
        area=None if lift else area,
        estate=None if lift else estate,
        kind=form.text("kind") or None,
        until="",
        why=form.text("why"),
    )
    return silencing(books, principal, wanted, until_ms=until_ms)


def _span_ms(form: Sent) -> int:
    hours = form.number("for")
    if hours not in SPANS:
        raise BadParameter("for", Said("is none of %(acts)s", acts=", ".join(map(str, SPANS))))
    return hours * HOUR_MS


def _page(
    request: Request,
    part: Parts,
    *,
    principal: Principal,
    typed: dict[str, str],
    of: str = "",
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    books = SeenBooks(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
    since_ms = at_ms - BACK_MS
    found = _shown(books.silences(since_ms=since_ms), now_ms=at_ms)
    hidden = books.hidden(since_ms=since_ms, silence=of or None, limit=HIDDEN_MAX)
    withheld = [] if of else books.withheld(since_ms=since_ms, limit=HIDDEN_MAX)
    incidents = [one for _, one in hidden]
    known = known_of(books, language, found, incidents=incidents, withheld=withheld)
    mine = writing(part, principal)
    people = names_by_id(
        part.gate, [one.person for one in found], [one.organisation for one in found]
    )
    views = [
        silence_view(
            language,
            one,
            known,
            people=people,
            hid=books.hid(one.id),
            may_end=one.holds(at_ms) and mine is not None and mine.silence(one.id) is not None,
            now_ms=at_ms,
        )
        for one in found
    ]
    values: Values = {
        "in_force": [one for one in views if one.in_force],
        "past": [one for one in views if not one.in_force],
        "hidden": hidden_views(language, known, hidden, withheld=withheld, now_ms=at_ms),
        "of": of,
        "form": None if mine is None else _form(language, mine, typed=typed),
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "silences.html", values, status=422 if wrong else 200)


def writing(part: Parts, principal: Principal) -> SeenBooks | None:
    """What somebody may silence; None where they may not at all."""
    action = ACTIONS[WRITE]
    if part.gate is None or not may(principal.roles, action):
        return None
    return SeenBooks(part.books, sight_of(principal.grants, action.roles))


def _shown(found: list[Silence], *, now_ms: int) -> list[Silence]:
    """All in force, and of the others those made last."""
    over = [one for one in found if not one.holds(now_ms)]
    return [one for one in found if one.holds(now_ms)] + over[:PAST_MAX]


def _form(language: Language, mine: SeenBooks, *, typed: dict[str, str]) -> Values:
    """What may be chosen of what somebody may silence, and what is typed so far."""
    places = mine.estates()
    names = PlaceNames(language, mine.localities({(*place, "") for place in places}))
    row = mine.lift(typed["lift"]) if typed.get("lift") else None
    values = {name: typed.get(name, "") for name in FIELDS}
    title = None
    if row is not None:
        values["estate"] = f"{row.area}/{row.estate}"
        title = lift_name(language, row.lift, row, names=names_of(mine, language, [row]))
    return {
        "lift": title,
        "typed": values,
        "estates": [("/".join(place), names.estate(*place)) for place in places],
        "kinds": [
            (kind.name, kind_name(language, kind.name))
            for kind in KINDS
            if may_be_silenced(kind.name)
        ],
        "spans": [(str(hours), language.word(text)) for hours, text in SPANS.items()],
    }

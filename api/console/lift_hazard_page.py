"""The page of a lift's hazards: what is shown, what is on record, and what becomes of it."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.console.board import names_of
from api.console.forms import Sent, TheForm
from api.console.language import Language
from api.console.marks import N_
from api.console.render import language_of, render_form
from api.console.silence_views import names_by_id
from api.console.views import kind_name, lift_name
from api.hazards import READ
from api.lift_hazards import ACCEPT, WRITE, ending, hazards_of, writing
from api.once import Act, act_once
from api.parameters import lift_path, no_lift
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import Problem
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.hazards import Hazard
from liftwatch.clock import now_ms
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Accepter = Annotated[Principal, Depends(allow(ACCEPT))]
SOURCE_TEXTS = {
    "trend": N_("shown by a trend"),
    "repeated": N_("shown by a fault that came again and again"),
    "duty": N_("shown by a duty that is overdue"),
    "person": N_("written down"),
}
STATE_TEXTS = {
    "open": N_("Open"),
    "mended": N_("Mended"),
    "accepted": N_("Accepted as it is"),
}


class HazardView(NamedTuple):
    """A hazard as it is read; `incident` where one shows it."""

    id: str
    what: str
    incident: str
    source: str
    state: str
    open: bool
    since: str
    who: str
    ended: str
    why: str
    version: int


@router.get("/lifts/{lift}/hazards")
def hazards(
    *, request: Request, principal: Reader, books: TheBooks, part: ThePart, lift: str
) -> Response:
    """All of a lift, and a form to write one down."""
    return _page(request, books, part, principal=principal, lift=lift)


@router.post("/lifts/{lift}/hazards")
def write(
    *,
    request: Request,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    lift: str,
    form: TheForm,
) -> Response:
    """Write one down, or mend one."""
    try:
        if form.text("do") == "mend":
            act = _ending(books, principal, "mend", form=form)
        else:
            act = writing(books, principal, lift, what=form.text("what"))
        act_once(gate, principal, WRITE, once=form.once, act=act)
    except (Conflict, Problem) as error:
        return _again(request, part, principal, lift=lift, form=form, error=error)
    return RedirectResponse(f"/lifts/{lift}/hazards", status_code=303)


@router.post("/lifts/{lift}/hazards/accept")
def accept(
    *,
    request: Request,
    principal: Accepter,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    lift: str,
    form: TheForm,
) -> Response:
    """Accept one as it is."""
    try:
        act = _ending(books, principal, "accept", form=form)
        act_once(gate, principal, ACCEPT, once=form.once, act=act)
    except (Conflict, Problem) as error:
        return _again(request, part, principal, lift=lift, form=form, error=error)
    return RedirectResponse(f"/lifts/{lift}/hazards", status_code=303)


def _ending(books: SeenBooks, principal: Principal, name: str, *, form: Sent) -> Act:
    version = form.number("version")
    return ending(
        books, principal, name, id=form.text("id"), text=form.text("text"), version=version
    )


def _again(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    lift: str,
    form: Sent,
    error: Conflict | Problem,
) -> Response:
    """The page with what was typed, and why it cannot be; another problem is raised again."""
    if isinstance(error, Problem):
        if error.row.name not in ("unusable", "conflict"):
            raise error
        wrong = error.detail
    else:
        wrong = said_by(error)
    books = SeenBooks(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
    return _page(request, books, part, principal=principal, lift=lift, form=form, wrong=wrong)


def _page(
    request: Request,
    books: SeenBooks,
    part: Parts,
    *,
    principal: Principal,
    lift: str,
    form: Sent | None = None,
    wrong: Said | None = None,
) -> Response:
    language = language_of(request)
    row = books.lift(lift_path(lift))
    if row is None:
        raise no_lift(lift)
    found = hazards_of(books, lift)
    ids = [x for one in found for x in (one.made_for, one.ended_for)]
    people = [x for one in found for x in (one.made_by, one.ended_by)]
    names = names_by_id(part.gate, people, ids)
    writes = part.gate is not None and may(principal.roles, ACTIONS[WRITE])
    values = {
        "name": lift_name(language, lift, row, names=names_of(books, language, [row])),
        "rows": [_view(language, one, names) for one in found],
        "may_write": writes,
        "may_accept": writes and may(principal.roles, ACTIONS[ACCEPT]),
    }
    return render_form(request, "lift_hazards.html", values, wrong=wrong, form=form)


def _view(language: Language, one: Hazard, names: Mapping[str, str]) -> HazardView:
    at_ms = now_ms()

    def who(*ids: str | None) -> str:
        return " · ".join(names[id] for id in ids if id and id in names)

    ended = ""
    if one.ended_ms is not None:
        moment = language.moment(one.ended_ms, now_ms=at_ms)
        ended = " · ".join(filter(None, (moment, who(one.ended_by, one.ended_for))))
    return HazardView(
        id=one.id,
        what=one.what or kind_name(language, one.kind or ""),
        incident=one.id if one.version == 0 else "",
        source=language.say(SOURCE_TEXTS[one.source]),
        state=language.say(STATE_TEXTS[one.state]),
        open=one.state == "open",
        since=language.moment(one.made_ms, now_ms=at_ms),
        who=who(one.made_by, one.made_for),
        ended=ended,
        why=one.why or "",
        version=one.version,
    )

"""The pages of reports: what there is, one to be read, and one made now."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.json import decode

from api.console.forms import Sent, TheForm, fresh_key
from api.console.language import Language
from api.console.render import language_of, render
from api.console.report_texts import KIND_WORDS, SCOPE_WORDS
from api.console.report_views import report_view, scope_name
from api.console.silence_views import names_by_id
from api.once import act_once
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import Problem
from api.report_shapes import NewReport, ReportWhole
from api.reports import MAKE, READ, making, report_of
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.report import PERIODS, Period, PeriodKind, ReportFilter, running
from liftwatch.clock import now_ms
from liftwatch.handlers.care_reports import scope_of, seen_scopes
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Maker = Annotated[Principal, Depends(allow(MAKE))]
LIST_MAX = 200
BACK: dict[PeriodKind, int] = {"month": 12, "quarter": 6}
"""So many periods are offered to be made now, with the one that runs."""


@router.get("/reports")
def reports(
    *,
    request: Request,
    principal: Reader,
    books: TheBooks,
    part: ThePart,
    kind: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """What is kept of what somebody sees, the newest first."""
    return _page(request, principal, books, part=part, kind=kind)


@router.post("/reports")
def make_by_form(
    *,
    request: Request,
    principal: Maker,
    books: TheBooks,
    gate: TheGate,
    part: ThePart,
    form: TheForm,
) -> Response:
    """Make one now, and show it."""
    kind, _, scope = form.text("scope").partition(":")
    body = NewReport(scope_kind=kind, scope=scope, period=form.text("period"))  # type: ignore[arg-type]  # checked next
    try:
        act = making(part, books.sight, principal, body=body)
        made = act_once(gate, principal, MAKE, once=form.once, act=act)
    except Conflict as error:
        return _page(request, principal, books, part=part, wrong=said_by(error), form=form)
    except Problem as problem:
        if problem.row.name not in ("unusable", "not-found", "conflict"):
            raise
        return _page(request, principal, books, part=part, wrong=problem.detail, form=form)
    shape = decode(bytes(made.body), type=ReportWhole)
    return RedirectResponse(f"/reports/{shape.id}", status_code=303)


@router.get("/reports/{report}", dependencies=[Depends(allow(READ))])
def one_report(*, request: Request, books: TheBooks, part: ThePart, report: str) -> Response:
    """A report to be read."""
    one = report_of(books, report)
    view = report_view(part, language_of(request), one)
    others = books.reports(
        ReportFilter(scope_kind=one.scope_kind, scope=one.scope, period=one.period)
    )
    values = {"one": view, "others": [(row.id, row.version) for row in others if row.id != one.id]}
    return render(request, "report.html", values)


def _page(
    request: Request,
    principal: Principal,
    books: SeenBooks,
    *,
    part: Parts,
    kind: str = "",
    wrong: Said | None = None,
    form: Sent | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    wanted = next((one for one in PERIODS if one == kind), None)
    found = books.reports(ReportFilter(kind=wanted), limit=LIST_MAX)
    people = names_by_id(part.gate, [one.person for one in found], [])
    named = {one.scope: scope_of(one) for one in found}
    called = {id: scope_name(part, language, scope) for id, scope in named.items()}
    rows = [
        {
            "id": one.id,
            "kind": language.say(KIND_WORDS[one.kind]),
            "scope": language.say(SCOPE_WORDS[one.scope_kind]),
            "name": called[one.scope],
            "period": one.period,
            "version": one.version,
            "made": language.moment(one.made_ms, now_ms=at_ms),
            "by": people.get(one.person or "", one.person or "") or language.say("by the clock"),
        }
        for one in found
    ]
    may_make = part.gate is not None and may(principal.roles, ACTIONS[MAKE])
    values: dict[str, Any] = {
        "rows": rows,
        "kind": wanted or "",
        "most": LIST_MAX,
        "may_make": may_make,
        "choices": _choices(part, language, principal, at_ms=at_ms) if may_make else [],
        "periods": _periods(at_ms),
        "typed": form.fields if form else {},
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "reports.html", values, status=422 if wrong else 200)


def _choices(
    part: Parts, language: Language, principal: Principal, *, at_ms: int
) -> list[tuple[str, str]]:
    """Of what somebody may have one made, by its kind and name."""
    sight = sight_of(principal.grants, ACTIONS[MAKE].roles)
    return [
        (
            f"{one.kind}:{one.id}",
            f"{language.say(SCOPE_WORDS[one.kind])} {scope_name(part, language, one)}",
        )
        for one in seen_scopes(part.books, sight, now_ms=at_ms)
    ]


def _periods(at_ms: int) -> list[str]:
    """The periods that are offered: those before the one that runs, then that one."""
    found: list[str] = []
    for kind in PERIODS:
        one: Period = running(kind, at_ms)
        for _ in range(BACK[kind]):
            one = one.before
            found.append(one.text)
    return [*found, *(running(kind, at_ms).text for kind in PERIODS)]

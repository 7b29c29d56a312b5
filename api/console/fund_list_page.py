"""The list of cases of the fund with its late clocks, and the form that opens a case."""

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_cases
from api.case_seen import SeenCases, TheCases
from api.case_shapes import CaseShape, NewCase
from api.console.forms import fresh_key
from api.console.fund_case_page import may_do
from api.console.fund_case_views import OVER, CaseRows, clock_views, is_pressing
from api.console.fund_forms import Refusal, TheWideForm, attempt, shaped
from api.console.fund_texts import CUSTODY, PATH_TEXTS, STAGES, WORK_TEXTS
from api.console.kinds import KIND_TEXTS
from api.console.language import Language
from api.console.render import language_of, render
from api.fund_cases import Reader
from api.paging import Cursor, read_cursor, write_cursor
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Place, sight_of
from liftwatch.clock import now_ms
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import Case
from liftwatch.fund.drafts import suggest
from liftwatch.fund.kept import CaseFilter
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Opener = Annotated[Principal, Depends(allow("fund.open"))]
Text = Annotated[str, Query(max_length=64)]
Values = dict[str, Any]
LIST, PAGE = "fund cases page", 50
OPEN_STAGES = tuple(stage for stage in STAGES if stage not in OVER)
PER_STAGE = 100
"""So many cases of each step are looked through for clocks and counts."""


@router.get("/fund/cases")
def cases_list(
    *,
    request: Request,
    principal: Reader,
    cases: TheCases,
    part: ThePart,
    area: Text = "",
    estate: Text = "",
    building: Text = "",
    lift: Text = "",
    stage: Text = "",
    path: Text = "",
    cursor: Cursor = None,
) -> Response:
    """Cases that fit all that is asked, those opened first in front; above them what is late."""
    language = language_of(request)
    shown = CaseRows(part.books, language, now_ms=now_ms())
    asked = {"area": area, "estate": estate, "building": building, "lift": lift}
    asked |= {"stage": stage, "path": path}
    if not "".join(asked.values()).isprintable():
        raise BadParameter("stage", Said("this is nothing that cases are asked for by"))
    where = CaseFilter(**{name: value.strip() or None for name, value in asked.items()})
    after = read_cursor(cursor, LIST, str) if cursor else ""
    if not after.isprintable():
        raise BadParameter("cursor", Said("this is not a cursor of ours"))
    rows = cases.page(where, after=after, limit=PAGE + 1)
    page, more = rows[:PAGE], len(rows) > PAGE
    going_on = list(open_cases(cases))
    following = {name: value for name, value in asked.items() if value}
    values: Values = {
        "rows": [shown.of(one, cases.moves(one, principal)) for one in page],
        "more": urlencode(following | {"cursor": write_cursor(LIST, page[-1].id)}) if more else "",
        "asked": asked,
        "stages": [(name, language.word(text)) for name, text in STAGES.items()],
        "paths": [(name, language.say(text)) for name, text in PATH_TEXTS.items()],
        "pressing": pressing(shown, going_on),
        "going_on": len(going_on),
        "may_open": may_do(principal, "fund.open"),
        "may_verify": may_do(principal, "fund.verify"),
        "desk": may_do(principal, "fund.read") or principal.by == "local",
    }
    return render(request, "fund_cases.html", values)


def open_cases(cases: SeenCases) -> Iterator[Case]:
    """The cases that go on, step by step, of each step the first hundred."""
    for stage in OPEN_STAGES:
        yield from cases.page(CaseFilter(stage=stage), after="", limit=PER_STAGE)


def pressing(shown: CaseRows, found: list[Case]) -> list[Values]:
    """The clocks that are late or soon will be, the latest first."""
    rows = []
    for case in found:
        row = shown.of(case)
        views = clock_views(shown.language, case, now_ms=shown.now_ms)
        rows += [{"row": row, "clock": one} for one in views if is_pressing(one)]
    return sorted(rows, key=lambda one: one["clock"].state != "late")


@router.get("/fund/cases/new")
def new_case(
    *, request: Request, principal: Opener, part: ThePart, incident: Text = "", lift: Text = ""
) -> Response:
    """The form, with what is known of an incident or of a lift in it."""
    return _new_page(request, part, principal, typed=_known(part, principal, incident, lift=lift))


@router.post("/fund/cases/new")
def open_by_form(
    *,
    request: Request,
    principal: Opener,
    cases: TheCases,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """Open a draft, and go on to its plan."""

    def act() -> Response:
        names = NewCase.__struct_fields__
        body = shaped(NewCase, **{name: form.text(name) or None for name in names})
        return fund_cases.open_new(
            principal=principal, cases=cases, gate=gate, once=form.once, body=body
        )

    made = attempt(form, "new", act)
    if isinstance(made, Refusal):
        return _new_page(request, part, principal, typed=dict(made.typed), refusal=made)
    case = msgspec.json.decode(made.body, type=CaseShape).id
    begun = {"move": "revise", "cause": form.text("cause")[:500], "unit": form.text("unit")}
    query = urlencode({name: value for name, value in begun.items() if value})
    return RedirectResponse(f"/fund/cases/{case}?{query}#move-revise", status_code=303)


def _known(part: Parts, principal: Principal, incident: str, *, lift: str) -> dict[str, str]:
    """What is known of an incident, and of its lift, as far as whoever asks may see them."""
    typed = {"incident": incident, "lift": lift}
    seen = sight_of(principal.grants, ACTIONS["incidents.read"].roles)
    found = part.books.incident(incident, sight=seen) if incident else None
    if found is not None:
        typed |= {"area": found.area, "estate": found.estate, "kind": found.kind}
        typed["lift"] = found.lift or ""
    seen = sight_of(principal.grants, ACTIONS["lifts.read"].roles)
    row = part.books.lift(typed["lift"], sight=seen) if typed["lift"] else None
    if row is not None:
        typed |= {"area": row.area, "estate": row.estate}
        typed |= {"building": row.facts.building or "", "unit": row.facts.unit or ""}
    return typed


def _new_page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    typed: dict[str, str],
    refusal: Refusal | None = None,
) -> Response:
    language = language_of(request)
    if "cause" not in typed and typed.get("kind"):
        text = KIND_TEXTS.get(typed["kind"])
        typed["cause"] = language.say(text.name) if text else ""
    values: Values = {
        "typed": typed,
        "hint": hint_of(language, typed.get("kind", "")),
        "paths": [(name, language.say(text)) for name, text in PATH_TEXTS.items()],
        "custodies": [(name, language.say(text)) for name, text in CUSTODY.items()],
        "banks": accounts_here(part, principal, typed, kind="bank"),
        "programmes": accounts_here(part, principal, typed, kind="subsidy"),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_new.html", values, status=refusal.status if refusal else 200)


def hint_of(language: Language, kind: str) -> tuple[str, int, int, bool] | None:
    """What a kind of incident points to, and what such work usually costs, in yuan."""
    found = suggest(kind) if kind else None
    if found is None:
        return None
    works = " / ".join(language.say(WORK_TEXTS[one]) for one in found.works)
    return works, found.low_fen // 100, found.high_fen // 100, found.urgent


def accounts_here(
    part: Parts, principal: Principal, typed: dict[str, str], *, kind: str
) -> list[str]:
    """The names of bank accounts or programmes where a case may be opened, without balances."""
    sight = sight_of(principal.grants, ACTIONS["fund.open"].roles)
    area, estate, building = (typed.get(name) or None for name in ("area", "estate", "building"))
    if area and estate and building and not sight.reaches(Place(area, estate, building)):
        return []
    where = AccountFilter(area=area, estate=estate, building=building, kind=kind)
    held = part.books.fund_held(where, limit=200, sight=sight)
    return sorted({one.account.rpartition("/")[2] for one in held})

"""Moves of cases of the fund by a form; and the page of those who sign that work is done.

An owner signs for the owners and sees no case but what hung out of it (`docs/rights.md`).
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_cases
from api.case_seen import SeenCases, TheCases
from api.case_shapes import GivenTo
from api.console.forms import fresh_key
from api.console.fund_case_page import case_page, may_do, reading
from api.console.fund_case_views import CaseRows, money, paper_views
from api.console.fund_forms import BODY_MAX, Refusal, TheWideForm, attempt, shaped
from api.console.fund_move_forms import body_of, form_of
from api.console.language import own_path
from api.console.render import language_of, render
from api.fund_cases import CasePath
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import Problem
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.clock import now_ms
from liftwatch.fund.case import Case
from liftwatch.fund.kept import CaseFilter
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Mover = Annotated[Principal, Depends(allow("fund.move"))]
SIGNED = "accept"
SIGNING_MAX = 200
"""So many cases that wait for signatures are looked through."""


@router.get("/fund/sign")
def to_sign(request: Request, principal: Mover, part: ThePart) -> Response:
    """The cases whose work whoever looks may sign for now."""
    return sign_page(request, part, principal)


def sign_page(
    request: Request, part: Parts, principal: Principal, *, refusal: Refusal | None = None
) -> Response:
    """What waits for a signature, with what hung out of it and the form that signs."""
    language, at_ms = language_of(request), now_ms()
    sight = sight_of(principal.grants, ACTIONS["fund.move"].roles)
    cases = SeenCases(part.books, sight, principal)
    rows = CaseRows(part.books, language, now_ms=at_ms)
    waiting = cases.page(CaseFilter(stage="approved"), after="", limit=SIGNING_MAX)
    found = [one for one in waiting if SIGNED in cases.moves(one, principal)]

    def view(case: Case) -> dict[str, Any]:
        form = form_of(
            language,
            case,
            SIGNED,
            hands=cases.hands(case, principal),
            chosen=SIGNED,
            refusal=refusal if refusal and refusal.typed.get("about") == case.id else None,
            begun={},
            now_ms=at_ms,
        )
        papers = [one for one in paper_views(language, case) if not one["void"]]
        return {
            "row": rows.of(case),
            "version": case.version,
            "contractor": case.contractor,
            "contract": money(case.contract_fen),
            "papers": papers,
            "form": form,
        }

    views = [view(one) for one in found]
    lost = refusal if refusal and not any(one["form"].refusal for one in views) else None
    values = {"cases": views, "lost": lost, "key": fresh_key, "wrong": None, "debtors": []}
    return render(request, "fund_sign.html", values, status=refusal.status if refusal else 200)


@router.post("/fund/cases/{case}/moves/{move}", max_body_size=BODY_MAX)
def move_by_form(
    *,
    request: Request,
    principal: Mover,
    cases: TheCases,
    gate: TheGate,
    part: ThePart,
    case: CasePath,
    move: str,
    form: TheWideForm,
) -> Response:
    """Make a move, once, against the version that was looked at."""
    found = cases.one(case)
    if move not in fund_cases.MOVES:
        raise Problem("not-found", Said("%(move)s is no move of a case", move=move[:40]))

    def act() -> Response:
        return fund_cases.move_case(
            principal=principal,
            cases=cases,
            gate=gate,
            case=case,
            move=move,
            once=form.once,
            version=form.number("version"),
            body=body_of(form, found, move),
        )

    back = own_path(form.text("back") or f"/fund/cases/{case}")
    return answered(request, part, principal, case=case, made=attempt(form, move, act), back=back)


@router.post("/fund/cases/{case}/auditors")
def give_by_form(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(allow("fund.give"))],
    cases: TheCases,
    gate: TheGate,
    part: ThePart,
    case: CasePath,
    form: TheWideForm,
) -> Response:
    """Give a case to an organisation of auditors."""

    def act() -> Response:
        return fund_cases.give_case(
            principal=principal,
            cases=cases,
            gate=gate,
            case=case,
            once=form.once,
            body=shaped(GivenTo, organisation=form.text("organisation") or None),
        )

    made = attempt(form, "give", act)
    return answered(request, part, principal, case=case, made=made, back=f"/fund/cases/{case}")


def answered(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    case: str,
    made: Response | Refusal,
    back: str,
) -> Response:
    """Back to the page once it is done; else the page with the reason, and what was typed."""
    if not isinstance(made, Refusal):
        return RedirectResponse(back, status_code=303)
    if back == "/fund/sign" or not may_do(principal, "fund.cases"):
        return sign_page(request, part, principal, refusal=made)
    cases = reading(part, principal)
    return case_page(request, part, principal, cases=cases, case=cases.one(case), refusal=made)

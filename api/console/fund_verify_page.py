"""Verifying the books by a press: how far it is, and what came of it; the newest ones in a list.

While one goes on its page comes again by itself (`Refresh`), with or without a script.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_verify
from api.console.forms import fresh_key
from api.console.fund_case_page import may_do
from api.console.fund_case_views import moment, names_in
from api.console.fund_desk_page import state_of_books
from api.console.fund_forms import Refusal, TheWideForm, attempt
from api.console.fund_texts import FAULT_TEXTS
from api.console.language import Language
from api.console.render import language_of, render
from api.fund_seen import SeenFund, TheFund
from api.fund_verify import Verification, Verifying
from api.fund_writes import IdPath
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from liftwatch.clock import parse_ms

router = APIRouter(include_in_schema=False)
Looking = Annotated[Principal, Depends(allow(fund_verify.VERIFY))]
Values = dict[str, Any]
PAGE = "/fund/verifications"
AGAIN_S = 2
"""So often a page asks how far it is."""


@router.get(PAGE)
def verifications_page(
    *, request: Request, principal: Looking, fund: TheFund, part: ThePart
) -> Response:
    """Where the books stand, the newest verifications, and a button for another."""
    return _page(request, part, principal, fund=fund)


@router.post(PAGE)
def begin_by_form(
    *,
    request: Request,
    principal: Verifying,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """Begin one, or look at the one that is going on."""

    def act() -> Response:
        return fund_verify.begin(principal=principal, fund=fund, parts=part, gate=gate)

    made = attempt(form, "verify", act)
    if isinstance(made, Refusal):
        return _page(request, part, principal, fund=fund, refusal=made)
    run = msgspec.json.decode(made.body, type=Verification)
    return RedirectResponse(f"{PAGE}/{run.id}", status_code=303)


@router.get(PAGE + "/{id}", dependencies=[Depends(allow(fund_verify.VERIFY))])
def verification_page(*, request: Request, fund: TheFund, part: ThePart, id: IdPath) -> Response:
    """How far one is, or what came of it."""
    answered = fund_verify.read(fund=fund, parts=part, id=id)
    run = msgspec.json.decode(answered.body, type=Verification)
    language = language_of(request)
    values: Values = {"run": run_view(language, part, run)}
    page = render(request, "fund_verification.html", values)
    if not run.over:
        page.headers["Refresh"] = str(AGAIN_S)
    return page


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    fund: SeenFund,
    refusal: Refusal | None = None,
) -> Response:
    language = language_of(request)
    runs = fund_verify.newest(fund, part)
    values: Values = {
        "state": state_of_books(language, part),
        "runs": [run_view(language, part, one) for one in runs],
        "may_verify": may_do(principal, fund_verify.VERIFY),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    status = refusal.status if refusal else 200
    return render(request, "fund_verifications.html", values, status=status)


def run_view(language: Language, part: Parts, run: Verification) -> Values:
    """One verification in words."""
    names = names_in(part.gate, people=[run.person], organisations=())
    wrong = run.wrong
    fault = None if wrong is None else language.say(FAULT_TEXTS[wrong.fault])
    return {
        "id": run.id,
        "at": moment(language, parse_ms(run.begun_at)),
        "who": names.person(run.person),
        "over": run.over,
        "good": run.good,
        "failed": language.say(run.failed) if run.failed else "",
        "checked": run.checked,
        "upto": run.upto,
        "postings": run.postings,
        "anchors": run.anchors,
        "cases": run.cases,
        "wrong": wrong,
        "fault": fault,
        "unlike": run.unlike,
        "damaged": run.damaged,
        "damage": run.damage,
        "notes": _notes(language, part, run.id),
    }


def _notes(language: Language, part: Parts, id: str) -> list[str]:
    """What one ought to know, in the reader's language: the API tells it in English."""
    known = part.verifier.known(id)
    verdict = known.verdict if known else None
    return [language.tell(one) for one in verdict.notes] if verdict else []

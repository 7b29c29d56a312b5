"""From an incident to a draft of the fund by a form, and the evidence that the draft has kept."""

import hashlib
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_lift
from api.case_seen import TheCases, case_problems
from api.case_shapes import NewDraft
from api.console.forms import fresh_key
from api.console.fund_case_views import CaseRows, moment, money
from api.console.fund_forms import Refusal, TheWideForm, attempt, shaped
from api.console.fund_list_page import Opener, accounts_here, hint_of
from api.console.fund_texts import CUSTODY, WORK_TEXTS
from api.console.language import Language
from api.console.render import language_of, render
from api.console.values import rows
from api.console.views import kind_name
from api.fund_cases import CasePath, Reader
from api.fund_lift import DraftShape, HashPath
from api.incidents import find_incident
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal
from api.problems import Problem
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.clock import now_ms, parse_ms
from liftwatch.handlers.fund_drafts import building_of

router = APIRouter(include_in_schema=False)
Values = dict[str, Any]
IncidentQuery = Annotated[str, Query(max_length=64)]


@router.get("/fund/cases/draft")
def draft_page(
    *,
    request: Request,
    principal: Opener,
    books: TheBooks,
    part: ThePart,
    incident: IncidentQuery,
) -> Response:
    """What a draft for an incident would begin with, and the two things people say of it."""
    return _page(request, part, principal, books=books, id=incident)


@router.post("/fund/cases/draft")
def draft_by_form(
    *,
    request: Request,
    principal: Opener,
    books: TheBooks,
    cases: TheCases,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """Open the draft with the fault history of its lift, and go on to its plan."""
    id = form.text("incident")

    def act() -> Response:
        body = shaped(NewDraft, custody=form.text("custody") or None, bank=form.text("bank"))
        return fund_lift.open_draft(
            principal=principal,
            books=books,
            parts=part,
            cases=cases,
            gate=gate,
            id=id,
            once=form.once,
            body=body,
        )

    made = attempt(form, "draft", act)
    if isinstance(made, Refusal):
        return _page(request, part, principal, books=books, id=id, refusal=made)
    draft = msgspec.json.decode(made.body, type=DraftShape)
    incident = find_incident(books, id)
    lift = part.books.lift(incident.lift or "")
    begun = {
        "move": "revise",
        "cause": kind_name(language_of(request), incident.kind),
        "unit": (lift.facts.unit if lift else None) or "",
    }
    query = urlencode({name: text for name, text in begun.items() if text})
    return RedirectResponse(f"/fund/cases/{draft.case.id}?{query}#move-revise", status_code=303)


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    books: SeenBooks,
    id: str,
    refusal: Refusal | None = None,
) -> Response:
    language = language_of(request)
    found = find_incident(books, id)
    place, why = None, None
    try:
        with case_problems():
            place = building_of(part.books, found)
    except Problem as problem:
        why = problem.detail
    typed = dict(refusal.typed) if refusal else {}
    named = dict(zip(("area", "estate", "building"), place or (), strict=False))
    banks = accounts_here(part, principal, named, kind="bank") if place else []
    if len(banks) == 1:
        typed.setdefault("bank", banks[0])
    values: Values = {
        "incident": id,
        "kind": kind_name(language, found.kind),
        "lift": found.lift or "",
        "raised": moment(language, found.raised_ms),
        "place": _place(language, part, place),
        "why": why,
        "hint": hint_of(language, found.kind),
        "seen": _sees_incidents(principal),
        "custodies": [(name, language.say(text)) for name, text in CUSTODY.items()],
        "banks": banks,
        "typed": typed,
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_draft.html", values, status=refusal.status if refusal else 200)


def _place(language: Language, part: Parts, place: tuple[str, str, str] | None) -> str:
    return CaseRows(part.books, language, now_ms=now_ms()).place(*place) if place else ""


def _sees_incidents(principal: Principal) -> bool:
    return not ACTIONS["console.read"].roles.isdisjoint(principal.roles)


@router.get("/fund/cases/{case}/documents/{sha256}")
def evidence_page(
    *,
    request: Request,
    principal: Reader,
    cases: TheCases,
    part: ThePart,
    case: CasePath,
    sha256: HashPath,
) -> Response:
    """The fault history that a draft has kept, as a page; its bytes are one press away."""
    language = language_of(request)
    answered = fund_lift.read_document(parts=part, cases=cases, case=case, sha256=sha256)
    data = bytes(answered.body)
    told = msgspec.json.decode(data)
    sight = sight_of(principal.grants, ACTIONS["console.read"].roles)
    seen = part.books.incident(told["incident"]["id"], sight=sight) is not None
    values: Values = {
        "case": case,
        "sha256": sha256,
        "whole": hashlib.sha256(data).hexdigest() == sha256,
        "size": len(data),
        "raw": f"/v1/fund/cases/{case}/documents/{sha256}",
        "seen": seen,
    }
    return render(request, "fund_evidence.html", values | evidence_view(language, told))


def evidence_view(language: Language, told: Values) -> Values:
    """The words of a fault history (`liftwatch.handlers.fund_drafts.snapshot_of`)."""
    incident = told["incident"]
    return {
        "lift": told["lift"],
        "made": _moment(language, told["made_at"]),
        "since": _moment(language, told["since"]),
        "incident": incident["id"],
        "kind": kind_name(language, incident["kind"]),
        "facts": [
            (language.say("Condition began"), _moment(language, incident["opened_at"])),
            (language.say("Certain since"), _moment(language, incident["raised_at"])),
            (language.say("How often"), str(incident["occurrences"])),
        ],
        "grounds": [
            (language.say("Threshold"), in_words(language, incident["threshold"])),
            (language.say("Source of the threshold"), in_words(language, incident["source"])),
        ],
        "evidence": rows(language, incident["evidence"]),
        "works": [_work(language, one) for one in told["works"]],
        "counts": [(kind_name(language, kind), n) for kind, n in told["counts"].items()],
        "faults": [
            (kind_name(language, one["kind"]), _moment(language, one["raised_at"]), one["incident"])
            for one in told["faults"]
        ],
        "windows": [
            {
                "from": _moment(language, one["from"]),
                "to": _moment(language, one["to"]),
                "complete": one["complete"],
                "sha256": one["sha256"] or "",
            }
            for one in told["windows"]
        ],
    }


def _moment(language: Language, text: str) -> str:
    return moment(language, parse_ms(text))


def _work(language: Language, told: Values) -> tuple[str, str, str]:
    """What such a fault points to, in words, and between which amounts it usually costs."""
    text = WORK_TEXTS.get(told["code"])
    what = language.say(text) if text else told["what"]
    return what, money(told["low_fen"]), money(told["high_fen"])


def in_words(language: Language, text: str | None) -> str:
    """A ground as it was kept, in the reader's language where that has it."""
    return language.say(text) if text else "–"

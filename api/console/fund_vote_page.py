"""The page of a vote: papers are entered, read a second time, struck, and counted in the end."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_votes
from api.case_seen import SeenCases, TheCases
from api.case_shapes import NewVote, Paper, Papers, StruckPaper
from api.console.forms import Sent, fresh_key
from api.console.fund_case_page import case_page, may_do, reading
from api.console.fund_case_views import work_of
from api.console.fund_forms import (
    BODY_MAX,
    Refusal,
    TheWideForm,
    attempt,
    hash_of,
    moment_of,
    shaped,
)
from api.console.fund_texts import CHOICE_TEXTS
from api.console.fund_vote_views import free_heads, head_names, vote_view
from api.console.render import language_of, render
from api.fund_cases import CasePath, Reader
from api.fund_votes import VotePath
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter, Problem
from liftwatch.clock import now_ms
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Holder = Annotated[Principal, Depends(allow("fund.vote"))]
ROWS = 6
"""Papers that are entered at once."""
_ROW = re.compile(r"(?:head|scan)-(\d{1,3})")


@router.get("/fund/votes/{vote}")
def vote_whole(
    *, request: Request, principal: Reader, cases: TheCases, part: ThePart, vote: VotePath
) -> Response:
    """One vote: how it stands, its papers, and what may be done with them."""
    return vote_page(request, part, principal, cases=cases, id=vote)


@router.post("/fund/cases/{case}/votes")
def open_by_form(
    *,
    request: Request,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    part: ThePart,
    case: CasePath,
    form: TheWideForm,
) -> Response:
    """Open a vote on the plan that hangs out."""

    def act() -> Response:
        closes_at = moment_of(form.text("closes_at"), field="closes_at")
        body = shaped(NewVote, closes_at=closes_at)
        return fund_votes.open_vote(
            principal=principal, cases=cases, gate=gate, case=case, once=form.once, body=body
        )

    made = attempt(form, "open_vote", act)
    if not isinstance(made, Refusal):
        return RedirectResponse(f"/fund/cases/{case}#votes", status_code=303)
    seen = reading(part, principal)
    return case_page(request, part, principal, cases=seen, case=seen.one(case), refusal=made)


def _enter(form: Sent, vote: str, **asked: Any) -> Response:
    cast_at = moment_of(form.text("cast_at"), field="cast_at")
    papers = []
    for n in _rows(form):
        head, choice, scan = (form.text(f"{part}-{n}") for part in ("head", "choice", "scan"))
        if not (head and choice and scan):
            raise Problem("unusable", Said("a paper has a head, a choice and the hash of its scan"))
        papers.append(shaped(Paper, head=head, choice=choice, scan=hash_of(scan), cast_at=cast_at))
    return fund_votes.enter(vote=vote, body=_told(papers), **asked)


def _confirm(form: Sent, vote: str, **asked: Any) -> Response:
    read = [(form.text(f"head-{n}"), form.text(f"choice-{n}")) for n in _rows(form)]
    papers = [shaped(Paper, head=head, choice=choice) for head, choice in read if choice]
    return fund_votes.confirm(vote=vote, body=_told(papers), **asked)


def _strike(form: Sent, vote: str, **asked: Any) -> Response:
    body = shaped(StruckPaper, head=form.text("head") or None, why=form.text("why"))
    return fund_votes.strike(vote=vote, body=body, **asked)


def _close(_: Sent, vote: str, **asked: Any) -> Response:
    return fund_votes.close(vote=vote, **asked)


def _rows(form: Sent) -> list[int]:
    return sorted({int(found[1]) for name in form.fields if (found := _ROW.fullmatch(name))})


def _told(papers: list[Paper]) -> Papers:
    if not papers:
        raise Problem("unusable", Said("no paper was told"))
    return Papers(papers=papers)


ACTS: dict[str, Callable[..., Response]] = {
    "enter": _enter,
    "confirm": _confirm,
    "strike": _strike,
    "close": _close,
}


@router.post("/fund/votes/{vote}/{what}", max_body_size=BODY_MAX)
def act_by_form(
    *,
    request: Request,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    part: ThePart,
    vote: VotePath,
    what: str,
    form: TheWideForm,
) -> Response:
    """Enter papers, read them again, strike one, or count them."""
    act = ACTS.get(what)
    if act is None:
        raise BadParameter("what", Said("is none of %(acts)s", acts=", ".join(ACTS)))
    cases.vote(vote)
    asked: dict[str, Any] = {
        "principal": principal,
        "cases": cases,
        "gate": gate,
        "once": form.once,
    }
    made = attempt(form, what, lambda: act(form, vote, version=form.number("version"), **asked))
    if not isinstance(made, Refusal):
        return RedirectResponse(f"/fund/votes/{vote}", status_code=303)
    return vote_page(
        request, part, principal, cases=reading(part, principal), id=vote, refusal=made
    )


def vote_page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    cases: SeenCases,
    id: str,
    refusal: Refusal | None = None,
) -> Response:
    """The page of a vote."""
    language, at_ms = language_of(request), now_ms()
    vote, outcome = cases.vote(id)
    case = cases.one(vote.case)
    view = vote_view(language, part.gate, (vote, outcome), viewer=principal.person, now_ms=at_ms)
    standing = [one for one in view["ballots"] if one["stands"]]
    values: dict[str, Any] = {
        "vote": view,
        "lift": case.lift,
        "what": work_of(case),
        "may": may_do(principal, "fund.vote") and view["open"],
        "free": free_heads(language, vote),
        "heads": head_names(language, vote.roll),
        "to_read": [one for one in standing if not one["counts"] and not one["mine"]],
        "standing": [one for one in standing if one["scan"]],
        "choices": [(name, language.word(text)) for name, text in CHOICE_TEXTS.items()],
        "rows": range(ROWS),
        "refusal": refusal,
        "typed": refusal.typed if refusal else {},
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_vote.html", values, status=refusal.status if refusal else 200)

"""The end of a year: one asks that it be closed, another looks at it and closes it."""

from collections import Counter
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_years
from api.console.forms import fresh_key
from api.console.fund_case_page import may_do
from api.console.fund_case_views import moment, money, names_in
from api.console.fund_forms import Refusal, TheWideForm, attempt, shaped
from api.console.fund_texts import ACCOUNTS
from api.console.language import Language
from api.console.render import language_of, render
from api.fund_bodies import FundConfirmation, YearToClose
from api.fund_seen import SeenFund, TheFund
from api.fund_writes import Confirmer, IdPath, Proposer
from api.fund_years import YearList
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter
from liftwatch.clock import date_of, estate_day, now_ms, parse_ms
from liftwatch.fund.accounts import account_of
from liftwatch.fund.closing import WAITING
from liftwatch.fund.years import movements
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow("fund.read"))]
YearQuery = Annotated[int | None, Query(ge=1998, le=2200)]
Values = dict[str, Any]
PAGE = "/fund/years"


@router.get(PAGE)
def years_page(
    *,
    request: Request,
    principal: Reader,
    fund: TheFund,
    part: ThePart,
    year: YearQuery = None,
) -> Response:
    """Closed years, those that wait, and what a year came to."""
    return _page(request, part, principal, fund=fund, year=year)


@router.post(PAGE)
def propose_by_form(
    *,
    request: Request,
    principal: Proposer,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """Ask that a year be closed: another person closes it."""

    def act() -> Response:
        return fund_years.propose(
            principal=principal,
            fund=fund,
            parts=part,
            gate=gate,
            once=form.once,
            body=shaped(YearToClose, year=form.number("year")),
        )

    made = attempt(form, "propose", act)
    if isinstance(made, Refusal):
        return _page(request, part, principal, fund=fund, refusal=made)
    return RedirectResponse(PAGE, status_code=303)


@router.post("/fund/years/{closing}/{what}")
def decide_by_form(
    *,
    request: Request,
    principal: Confirmer,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    closing: IdPath,
    what: str,
    form: TheWideForm,
) -> Response:
    """Close what was looked at, or let it wait no more."""
    if what not in ("confirm", "withdraw"):
        raise BadParameter("what", Said("is neither confirm nor withdraw"))
    asked: Values = {"principal": principal, "fund": fund, "parts": part, "gate": gate}

    def act() -> Response:
        given: Values = {"closing": closing, "once": form.once, "version": form.number("version")}
        if what == "withdraw":
            return fund_years.withdraw(**asked, **given)
        body = shaped(FundConfirmation, digest=form.text("digest") or None)
        return fund_years.confirm(**asked, **given, body=body)

    made = attempt(form, what, act)
    if isinstance(made, Refusal):
        return _page(request, part, principal, fund=fund, refusal=made)
    return RedirectResponse(PAGE, status_code=303)


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    fund: SeenFund,
    year: int | None = None,
    refusal: Refusal | None = None,
) -> Response:
    language = language_of(request)
    told = msgspec.json.decode(fund_years.list_years(parts=part).body, type=YearList)
    people = [x for one in told.items for x in (one.person, one.second)]
    names = names_in(part.gate, people=people, organisations=())
    rows = [
        {
            "id": one.id,
            "year": one.year,
            "n": one.n,
            "hash": one.hash,
            "digest": one.digest,
            "state": one.state,
            "who": names.person(one.person),
            "at": moment(language, parse_ms(one.at)),
            "second": names.person(one.second),
            "own": one.person == principal.person,
            "version": one.version,
        }
        for one in told.items
    ]
    typed = dict(refusal.typed) if refusal else {}
    values: Values = {
        "waiting": [one for one in rows if one["state"] == WAITING],
        "decided": [one for one in rows if one["state"] != WAITING],
        "closed": [one.year for one in told.closed],
        "typed": {"year": str(_last_year())} | typed,
        "year": year,
        "sums": [] if year is None else _sums(language, fund, year),
        "whole": fund.sees_places(part.books.fund_places()),
        "may_propose": may_do(principal, "fund.propose"),
        "may_confirm": may_do(principal, "fund.confirm"),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_years.html", values, status=refusal.status if refusal else 200)


def _last_year() -> int:
    return date_of(estate_day(now_ms())).year - 1


def _sums(language: Language, fund: SeenFund, year: int) -> list[tuple[str, ...]]:
    """By kind of account: before the year, debits and credits in it, and after it."""
    sums: dict[str, Counter[str]] = {kind: Counter() for kind in ACCOUNTS}
    for one in movements(fund.all_entries(), year):
        found = sums[account_of(one.account).kind]
        found.update(before=one.before, debits=one.debits, credits=one.credits, after=one.after)
    parts = ("before", "debits", "credits", "after")
    return [
        (language.say(ACCOUNTS[kind]), *(money(found[part]) for part in parts))
        for kind, found in sums.items()
        if any(found.values())
    ]

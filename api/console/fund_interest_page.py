"""A bank's interest for all sub-accounts: what each household gets is looked at, then booked."""

from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_interest
from api.console.forms import Sent, fresh_key
from api.console.fund_book_page import Booker, paper_of
from api.console.fund_case_views import CaseRows, money
from api.console.fund_forms import Refusal, TheWideForm, attempt, fen_of, shaped
from api.console.fund_texts import WAY_TEXTS
from api.console.render import language_of, render
from api.fund_bodies import InterestToSpread
from api.fund_interest import InterestPreview
from api.fund_seen import SeenFund, TheFund
from api.fund_shapes import FundEntry
from api.parts import Parts, TheGate, ThePart
from api.problems import BadParameter
from liftwatch.clock import now_ms
from liftwatch.fund.accounts import account_of
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Values = dict[str, Any]
PAGE = "/fund/interest"
HOMES_SHOWN = 2_000
"""Households that a preview names one by one; the sum of each building is told of all."""
Text = Annotated[str, Query(max_length=200)]


class HomeView(NamedTuple):
    """A household, what it holds, and what it gets."""

    home: str
    held: str
    gets: str


@router.get(PAGE)
def interest_page(
    *,
    request: Request,
    principal: Booker,
    part: ThePart,
    fund: TheFund,
    place: Text = "",
    bank: Text = "",
    yuan: Text = "",
    day: Text = "",
    source: Text = "",
) -> Response:
    """The form; a line of a statement leads here with its day, amount and name."""
    del principal
    typed = {"place": place, "bank": bank, "yuan": yuan, "day": day, "source": source}
    return _page(request, part, fund, typed=typed)


@router.post(PAGE)
def spread_by_form(
    *,
    request: Request,
    principal: Booker,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """Show what each household would get; or book it, as it was shown and not otherwise."""
    booking = form.text("what") == "book"

    def act() -> Response:
        body = _body(form, seen=form.text("seen") if booking else None)
        if booking:
            return fund_interest.spread(
                principal=principal, fund=fund, parts=part, gate=gate, once=form.once, body=body
            )
        return fund_interest.preview(principal=principal, fund=fund, parts=part, body=body)

    made = attempt(form, "interest", act)
    if isinstance(made, Refusal):
        return _page(request, part, fund, typed=dict(made.typed), refusal=made)
    if booking:
        entry = msgspec.json.decode(made.body, type=FundEntry)
        return RedirectResponse(f"/fund/book?booked={entry.n}", status_code=303)
    found = msgspec.json.decode(made.body, type=InterestPreview)
    return _page(request, part, fund, typed=form.fields, found=found)


def _body(form: Sent, *, seen: str | None) -> InterestToSpread:
    place = [one or None for one in form.text("place").strip("/").split("/")]
    if len(place) > 3 or None in place:
        raise BadParameter(
            "place", Said("is no area, estate or building such as 320583 or 320583/garden/7")
        )
    area, estate, building = (*place, None, None)[:3]
    return shaped(
        InterestToSpread,
        area=area,
        estate=estate,
        building=building,
        bank=form.text("bank") or None,
        fen=fen_of(form.text("yuan"), field="amount_fen"),
        by=form.text("by") or None,
        seen=seen,
        **paper_of(form),
    )


def _page(
    request: Request,
    part: Parts,
    fund: SeenFund,
    *,
    typed: dict[str, str],
    found: InterestPreview | None = None,
    refusal: Refusal | None = None,
) -> Response:
    language = language_of(request)
    values: Values = {
        "typed": typed,
        "ways": [(name, language.say(text)) for name, text in WAY_TEXTS.items()],
        "seen": found.seen if found else "",
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    values |= _preview(CaseRows(part.books, language, now_ms=now_ms()), fund, found)
    return render(request, "fund_interest.html", values, status=refusal.status if refusal else 200)


def _preview(rows: CaseRows, fund: SeenFund, found: InterestPreview | None) -> Values:
    """What was asked, building by building: its sum, and each household with what it gets."""
    buildings: dict[tuple[str, str, str], dict[str, int]] = {}
    for leg in found.legs if found else ():
        account = account_of(leg.account)
        if account.kind == "interest":
            buildings.setdefault(account.place, {})[account.of] = -leg.amount_fen
    told, left = [], HOMES_SHOWN
    for place, homes in buildings.items():
        shown = list(homes.items())[: max(left, 0)]
        left -= len(shown)
        held = _held(fund, place) if shown else {}
        told.append(
            {
                "name": rows.place(*place),
                "path": "/".join(place),
                "sum": money(sum(homes.values())),
                "count": len(homes),
                "homes": [HomeView(of, money(held.get(of, 0)), money(n)) for of, n in shown],
            }
        )
    return {
        "buildings": told,
        "more": sum(map(len, buildings.values())) - (HOMES_SHOWN - left),
        "total": money(sum(sum(homes.values()) for homes in buildings.values())),
    }


def _held(fund: SeenFund, place: tuple[str, str, str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in fund.all_held(place):
        account = account_of(one.account)
        if account.kind in ("principal", "interest"):
            sums[account.of] = sums.get(account.of, 0) + one.balance
    return sums

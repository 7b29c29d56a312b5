"""What is booked by hand, by a form; and what waits for a second person, who looks at it first."""

import re
from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_writes
from api.console.forms import Sent, fresh_key
from api.console.fund_case_page import may_do
from api.console.fund_case_views import CaseRows, moment, money, names_in
from api.console.fund_desk_page import amount_of
from api.console.fund_forms import BODY_MAX, Refusal, TheWideForm, attempt, fen_of, hash_of, shaped
from api.console.fund_texts import ENTRIES
from api.console.fund_words import leg_views
from api.console.render import language_of, render
from api.fund import no_proposal
from api.fund_bodies import FundConfirmation, NewFundDeposit, NewFundEntry, NewFundProposal
from api.fund_seen import SeenFund, TheFund, fund_problems
from api.fund_shapes import FundEntry, FundProposal
from api.fund_writes import ALONE, IdPath
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter
from liftwatch.fund.accounts import Account, account_of, is_part
from liftwatch.fund.journal import Leg
from liftwatch.fund.pending import WAITING, Pending
from liftwatch.fund.sources import Part, with_bank
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Booker = Annotated[Principal, Depends(allow("fund.book"))]
Proposer = Annotated[Principal, Depends(allow("fund.propose"))]
Confirmer = Annotated[Principal, Depends(allow("fund.confirm"))]
Reader = Annotated[Principal, Depends(allow("fund.read"))]
Text = Annotated[str, Query(max_length=200)]
Values = dict[str, Any]
OF = {"interest": "interest", "income": "public", "subsidy": "subsidy"}
"""The account that takes what has come in."""
PREFILLED = ("kind", "place", "bank", "yuan", "day", "source", "memo", "household", "of")
CARRIED = ("place", "bank", "yuan", "day", "source")
"""What goes along to the page that spreads interest."""
SEPARATORS = re.compile(r"[,，;；\t]")


@router.get("/fund/book")
def book_page(
    *,
    request: Request,
    principal: Booker,
    booked: Annotated[int, Query(ge=0)] = 0,
    kind: Text = "deposit",
    place: Text = "",
    bank: Text = "",
    yuan: Text = "",
    day: Text = "",
    source: Text = "",
    memo: Text = "",
    household: Text = "",
    of: Text = "",
) -> Response:
    """The form; a line of a statement leads here with its day, amount and name."""
    del principal
    given = (kind, place, bank, yuan, day, source, memo, household, of)
    return _page(request, dict(zip(PREFILLED, given, strict=True)), booked=booked)


@router.post("/fund/book", max_body_size=BODY_MAX)
def book_by_form(
    *, request: Request, principal: Booker, fund: TheFund, gate: TheGate, form: TheWideForm
) -> Response:
    """Book what has come in, once."""
    asked: Values = {"principal": principal, "fund": fund, "gate": gate, "once": form.once}

    def act() -> Response:
        if form.text("kind") == "deposit":
            return fund_writes.book_deposit(body=_deposit(form), **asked)
        return fund_writes.book_entry(body=_entry(form), **asked)

    made = attempt(form, "book", act)
    if isinstance(made, Refusal):
        return _page(request, dict(made.typed), refusal=made)
    entry = msgspec.json.decode(made.body, type=FundEntry)
    return RedirectResponse(f"/fund/book?booked={entry.n}", status_code=303)


def _page(
    request: Request, typed: dict[str, str], *, booked: int = 0, refusal: Refusal | None = None
) -> Response:
    language = language_of(request)
    values: Values = {
        "typed": typed,
        "booked": booked,
        "kinds": [(kind, language.word(ENTRIES[kind])) for kind in ALONE],
        "carried": urlencode({name: typed[name] for name in CARRIED if typed.get(name)}),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_book.html", values, status=refusal.status if refusal else 200)


def place_of(form: Sent) -> tuple[str, str, str]:
    """Area, estate and building of a line such as `320583/garden/7`."""
    parts = form.text("place").strip("/").split("/")
    if len(parts) != 3 or not all(is_part(one) for one in parts):
        raise BadParameter("place", Said("is no building such as 320583/garden/7"))
    area, estate, building = parts
    return area, estate, building


def paper_of(form: Sent) -> dict[str, str | None]:
    """Day, source, paper and remark, as every body of the books has them."""
    paper = form.text("document")
    return {
        "day": form.text("day") or None,
        "source": form.text("source") or None,
        "document": hash_of(paper) if paper else None,
        "memo": form.text("memo"),
    }


def _deposit(form: Sent) -> NewFundDeposit:
    area, estate, building = place_of(form)
    return shaped(
        NewFundDeposit,
        area=area,
        estate=estate,
        building=building,
        household=form.text("household") or None,
        fen=fen_of(form.text("yuan"), field="amount_fen"),
        bank=form.text("bank") or None,
        **paper_of(form),
    )


def _entry(form: Sent) -> NewFundEntry:
    kind, bank = form.text("kind"), form.text("bank")
    place = place_of(form)
    if kind not in OF:
        raise BadParameter("kind", Said("is none of %(known)s", known=", ".join(ALONE)))
    if not is_part(bank):
        raise BadParameter("bank", Said("is no name of a bank account"))
    if kind == "interest":
        parts = _by_household(form, place)
    else:
        if not is_part(form.text("of")):
            raise BadParameter("of", Said("is no name of a source or a programme"))
        fen = fen_of(form.text("yuan"), field="amount_fen") or 0
        parts = [Part(Account(OF[kind], *place, form.text("of")), fen)]
    with fund_problems():
        legs = with_bank(kind, parts, bank=bank)
    told = [{"account": leg.account, "amount_fen": leg.amount} for leg in legs]
    return shaped(NewFundEntry, kind=kind, legs=told, **paper_of(form))


def _by_household(form: Sent, place: tuple[str, str, str]) -> list[Part]:
    """Interest of households, a line each: `1201, 12.34`; together what the bank has paid."""
    parts = []
    for number, line in enumerate(form.text("lines").splitlines(), 1):
        home, _, text = (cell.strip() for cell in SEPARATORS.sub(",", line, count=1).partition(","))
        if not home and not text:
            continue
        if not is_part(home):
            told = Said("line %(line)s names no household", line=number)
            raise BadParameter("lines", told)
        parts.append(Part(Account("interest", *place, home), fen_of(text, field="amount_fen") or 0))
    total = fen_of(form.text("yuan"), field="amount_fen")
    if sum(one.fen for one in parts) != total:
        told = Said(
            "the lines come to %(lines)s yuan, and the bank has paid %(total)s",
            lines=money(sum(one.fen for one in parts)),
            total=money(total),
        )
        raise BadParameter("lines", told)
    return parts


@router.post("/fund/take-back")
def take_back_by_form(
    *, request: Request, principal: Proposer, fund: TheFund, gate: TheGate, form: TheWideForm
) -> Response:
    """Propose that an entry is taken back: another person confirms it."""

    def act() -> Response:
        body = shaped(NewFundProposal, reverses=form.number("reverses"), memo=form.text("memo"))
        return fund_writes.propose(
            principal=principal, fund=fund, gate=gate, once=form.once, body=body
        )

    made = attempt(form, "take_back", act)
    if isinstance(made, Refusal):
        return _page(request, dict(made.typed), refusal=made)
    found = msgspec.json.decode(made.body, type=FundProposal)
    return RedirectResponse(f"/fund/proposals/{found.id}", status_code=303)


@router.get("/fund/proposals/{proposal}")
def proposal_page(
    *, request: Request, principal: Reader, fund: TheFund, part: ThePart, proposal: IdPath
) -> Response:
    """What waits, as whoever confirms it looks at it."""
    return _proposal(request, part, principal, fund=fund, id=proposal)


@router.post("/fund/proposals/{proposal}/{what}")
def decide_by_form(
    *,
    request: Request,
    principal: Confirmer,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    proposal: IdPath,
    what: str,
    form: TheWideForm,
) -> Response:
    """Confirm what was looked at, or let it wait no more."""
    if what not in ("confirm", "withdraw"):
        raise BadParameter("what", Said("is neither confirm nor withdraw"))
    asked: Values = {"principal": principal, "fund": fund, "gate": gate, "proposal": proposal}

    def act() -> Response:
        given: Values = {"once": form.once, "version": form.number("version")}
        if what == "withdraw":
            return fund_writes.withdraw(**asked, **given)
        body = shaped(FundConfirmation, digest=form.text("digest") or None)
        return fund_writes.confirm(**asked, **given, body=body)

    made = attempt(form, what, act)
    if isinstance(made, Refusal):
        return _proposal(request, part, principal, fund=fund, id=proposal, refusal=made)
    return RedirectResponse(f"/fund/proposals/{proposal}", status_code=303)


def _proposal(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    fund: SeenFund,
    id: str,
    refusal: Refusal | None = None,
) -> Response:
    language = language_of(request)
    found: Pending | None = fund.pending(id)
    if found is None:
        raise no_proposal(id)
    draft = found.draft
    names = names_in(part.gate, people=[draft.person, found.second], organisations=())
    values: Values = {
        "id": id,
        "what": language.word(ENTRIES[draft.kind]),
        "amount": money(amount_of(found)),
        "day": language.day(draft.day),
        "memo": draft.memo,
        "source": draft.source or "",
        "document": draft.document or "",
        "reverses": draft.reverses,
        "proposed_by": names.person(draft.person),
        "at": moment(language, draft.at_ms),
        "second": names.person(found.second),
        "state": found.state,
        "entry": found.entry,
        "digest": found.digest,
        "version": found.version,
        "legs": leg_views(
            CaseRows(part.books, language, now_ms=draft.at_ms),
            draft.legs,
            held=held_by(fund, draft.legs) if found.state == WAITING else None,
        ),
        "may": may_do(principal, "fund.confirm") and found.state == WAITING,
        "own": draft.person == principal.person,
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_proposal.html", values, status=refusal.status if refusal else 200)


def held_by(fund: SeenFund, legs: Iterable[Leg]) -> dict[str, int]:
    """What the accounts of legs hold now."""
    places = {account_of(leg.account).place for leg in legs}
    return {one.account: one.balance for place in places for one in fund.all_held(place)}


assert set(ALONE) == {"deposit", *OF}, "a kind that the form cannot book"

"""Forms of what waits for a second person: paid back, shared out, moved, given back, rebanked.

Each becomes legs, which the API's own function proposes; the page of the proposal says in words
what would be booked. Opening balances are a table of their own (`fund_opening_page`).
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import fund_writes
from api.console.forms import Sent, fresh_key
from api.console.fund_book_page import SEPARATORS, Proposer, paper_of, place_of
from api.console.fund_case_views import money
from api.console.fund_forms import BODY_MAX, Refusal, TheWideForm, attempt, fen_of, shaped
from api.console.fund_texts import ACCOUNTS, ENTRIES, SHARE_TEXTS
from api.console.render import language_of, render
from api.fund_bodies import NewFundProposal
from api.fund_seen import SeenFund, TheFund, fund_problems
from api.fund_shapes import FundProposal
from api.fund_writes import BY_TWO
from api.parts import Parts, TheGate, ThePart
from api.problems import BadParameter, Problem
from liftwatch.fund.accounts import Account, account_of, is_part
from liftwatch.fund.allocation import largest_remainder
from liftwatch.fund.doors import doors_of
from liftwatch.fund.journal import Leg
from liftwatch.fund.sources import Part, moved, with_bank
from liftwatch.handlers.fund_areas import households_in
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Values = dict[str, Any]
PAGE = "/fund/propose"
Text = Annotated[str, Query(max_length=120)]
MOVED = ("principal", "interest", "receivable")
"""What a line of a move says, behind its household."""


class Asked(NamedTuple):
    """A form, its building, and what the books and the register say of it."""

    form: Sent
    place: tuple[str, str, str]
    fund: SeenFund
    part: Parts

    def account(self, kind: str, of: str) -> Account:
        """An account of the building; BadParameter for a name that is none."""
        if not is_part(of):
            raise BadParameter("of", Said("%(given)s can name no account", given=repr(of[:40])))
        return Account(kind, *self.place, of)

    def fen(self, name: str) -> int:
        """An amount of a field, 0 where it is blank."""
        return fen_of(self.form.text(name), field="amount_fen") or 0


def _refund(asked: Asked) -> tuple[Leg, ...]:
    home = asked.form.text("household")
    parts = [
        Part(asked.account(kind, home), fen)
        for kind in ("principal", "interest")
        if (fen := asked.fen(kind))
    ]
    return with_bank("refund", parts, bank=_bank(asked, "bank"))


def _return(asked: Asked) -> tuple[Leg, ...]:
    part = Part(asked.account("subsidy", asked.form.text("of")), asked.fen("yuan"))
    return with_bank("return", [part], bank=_bank(asked, "bank"))


def _rebank(asked: Asked) -> tuple[Leg, ...]:
    fen = asked.fen("yuan")
    here, there = (asked.account("bank", asked.form.text(name)) for name in ("bank", "to_bank"))
    return Leg(there.id, fen), Leg(here.id, -fen)


def _share(asked: Asked) -> tuple[Leg, ...]:
    kind = asked.form.text("into")
    if kind not in ("principal", "interest"):
        raise BadParameter("into", Said("is neither principal nor interest"))
    total = asked.fen("yuan")
    shares = _SHARED[_way(asked)](asked, total)
    if sum(shares.values()) != total:
        told = Said(
            "the lines come to %(lines)s yuan, and %(total)s are to be shared out",
            lines=money(sum(shares.values())),
            total=money(total),
        )
        raise BadParameter("lines", told)
    source = asked.account("public", asked.form.text("of"))
    legs = [Leg(asked.account(kind, home).id, -fen) for home, fen in shares.items() if fen]
    return (Leg(source.id, total), *legs)


def _way(asked: Asked) -> str:
    way = asked.form.text("by")
    if way not in _SHARED:
        raise BadParameter("by", Said("is none of %(known)s", known=", ".join(_SHARED)))
    return way


def _by_lines(asked: Asked, _total: int) -> dict[str, int]:
    shares: dict[str, int] = {}
    for number, cells in _lines(asked.form, cells=2):
        if cells[0] in shares:
            raise BadParameter("lines", _twice(number, cells[0]))
        shares[cells[0]] = fen_of(cells[1], field="amount_fen") or 0
    return shares


def _by_area(asked: Asked, total: int) -> dict[str, int]:
    doors = doors_of(households_in(asked.part.books, asked.place))
    return _split(total, {home: door.area_dm2 for home, door in doors.items()})


def _by_balance(asked: Asked, total: int) -> dict[str, int]:
    held: dict[str, int] = {}
    for one in asked.fund.all_held(asked.place):
        account = account_of(one.account)
        if account.kind in ("principal", "interest"):
            held[account.of] = held.get(account.of, 0) + one.balance
    return _split(total, held)


def _split(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    if total <= 0 or not any(weights.values()):
        told = Said("no household has anything by which it could be shared out")
        raise Problem("unusable", told)
    homes = sorted(weights)
    shares = largest_remainder(total, [weights[home] for home in homes])
    return dict(zip(homes, shares, strict=True))


_SHARED: Mapping[str, Callable[[Asked, int], dict[str, int]]] = {
    "area": _by_area,
    "balance": _by_balance,
    "lines": _by_lines,
}


def _move(asked: Asked) -> tuple[Leg, ...]:
    """A line a household: what it gives (-) and takes of principal, interest and debt."""
    homes: list[tuple[Account, int]] = []
    seen = set()
    for number, cells in _lines(asked.form, cells=4):
        if cells[0] in seen:
            raise BadParameter("lines", _twice(number, cells[0]))
        seen.add(cells[0])
        for kind, text in zip(MOVED, cells[1:], strict=True):
            homes.append((asked.account(kind, cells[0]), fen_of(text, field="amount_fen") or 0))
    return moved(homes)


def _twice(number: int, home: str) -> Said:
    return Said("line %(line)s names %(household)s again", line=number, household=home)


def _lines(form: Sent, *, cells: int) -> list[tuple[int, list[str]]]:
    """The lines of a form that say something, with their numbers, each of so many cells."""
    found = []
    for number, line in enumerate(form.text("lines").splitlines(), 1):
        own = [cell.strip() for cell in SEPARATORS.split(line)]
        if not any(own):
            continue
        if len(own) > cells:
            raise BadParameter(
                "lines", Said("line %(line)s has more than %(most)s cells", line=number, most=cells)
            )
        if not is_part(own[0]):
            raise BadParameter("lines", Said("line %(line)s names no household", line=number))
        found.append((number, own + [""] * (cells - len(own))))
    return found


def _bank(asked: Asked, name: str) -> str:
    return asked.account("bank", asked.form.text(name)).of


FORMS: Mapping[str, Callable[[Asked], tuple[Leg, ...]]] = {
    "refund": _refund,
    "share": _share,
    "move": _move,
    "rebank": _rebank,
    "return": _return,
}
assert {*FORMS, "opening"} == set(BY_TWO), "a kind that no form proposes"


@router.get(PAGE)
def propose_page(
    *, request: Request, principal: Proposer, kind: Text = "refund", place: Text = ""
) -> Response:
    """The form of a kind."""
    del principal
    return _page(request, kind, typed={"place": place})


@router.post(PAGE, max_body_size=BODY_MAX)
def propose_by_form(
    *,
    request: Request,
    principal: Proposer,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """Let it wait for a second person, who sees it in words."""
    kind = form.text("kind")

    def act() -> Response:
        if kind not in FORMS:
            raise BadParameter("kind", Said("is none of %(known)s", known=", ".join(FORMS)))
        place = place_of(form)
        fund.check(place)
        with fund_problems():
            legs = FORMS[kind](Asked(form, place, fund, part))
        told = [{"account": leg.account, "amount_fen": leg.amount} for leg in legs]
        body = shaped(NewFundProposal, kind=kind, legs=told, **paper_of(form))
        return fund_writes.propose(
            principal=principal, fund=fund, gate=gate, once=form.once, body=body
        )

    made = attempt(form, "propose", act)
    if isinstance(made, Refusal):
        return _page(request, kind, typed=dict(made.typed), refusal=made)
    found = msgspec.json.decode(made.body, type=FundProposal)
    return RedirectResponse(f"/fund/proposals/{found.id}", status_code=303)


def _page(
    request: Request, kind: str, *, typed: dict[str, str], refusal: Refusal | None = None
) -> Response:
    language = language_of(request)
    values: Values = {
        "kind": kind if kind in FORMS else "refund",
        "kinds": [(name, language.word(ENTRIES[name])) for name in FORMS],
        "ways": [(name, language.say(text)) for name, text in SHARE_TEXTS.items()],
        "accounts": [(name, language.say(ACCOUNTS[name])) for name in ("interest", "principal")],
        "typed": typed,
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_propose.html", values, status=refusal.status if refusal else 200)


assert set(SHARE_TEXTS) == set(_SHARED), "a way to share without its words"

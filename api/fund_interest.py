"""`/v1/fund/interest`: a bank's interest for all sub-accounts in one entry, looked at before."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from api.fund_bodies import FundLeg, InterestToSpread
from api.fund_seen import SeenFund, TheFund, fund_problems
from api.fund_shapes import FundEntry, entry_shape
from api.fund_writes import BOOK, Booker, given_of
from api.once import Done, TheOnce, act_once, body_of, takes
from api.parts import Parts, TheGate, ThePart
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter
from liftwatch.handlers.fund_interest import (
    places_of,
    preview_interest,
    seen_of,
    spread_interest,
)
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["fund"], responses=DOCUMENTED)


class InterestPreview(Struct, kw_only=True):
    """What would be booked now, and the digest by which it is booked only as it was looked at."""

    seen: str
    legs: list[FundLeg]


@router.post(
    "/v1/fund/interest",
    status_code=201,
    responses=described(FundEntry, "The entry", status=201),
    openapi_extra=takes(InterestToSpread),
)
def spread(
    *,
    principal: Booker,
    fund: TheFund,
    parts: ThePart,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[InterestToSpread, Depends(body_of(InterestToSpread))],
) -> Response:
    """Book interest of a special account: over buildings by what their households hold, within
    each by balance or by floor area, to the fen. Who books it sees all these buildings."""
    bank = _bank_of(body)

    def act(work: OfficeWork, at_ms: int) -> Done:
        work.books.fund_lock()  # no building comes to it meanwhile
        with fund_problems():
            _check_sees(fund, parts, bank)
            made = spread_interest(
                work.books,
                parts.books,
                body.fen,
                bank=bank,
                by=body.by,  # type: ignore[arg-type]  # it is asked there
                seen=body.seen,
                **given_of(principal, BOOK, body, once=once, at_ms=at_ms),
            )
        about = ("fund entry", str(made.n))
        return Done(entry_shape(made, fund.sight), "spread_interest", about)

    return act_once(gate, principal, BOOK, once=once, act=act)


@router.post(
    "/v1/fund/interest/preview",
    responses=described(InterestPreview, "What would be booked"),
    openapi_extra=takes(InterestToSpread),
)
def preview(
    *,
    principal: Booker,
    fund: TheFund,
    parts: ThePart,
    body: Annotated[InterestToSpread, Depends(body_of(InterestToSpread))],
) -> Response:
    """What each household would get, and the digest of it; nothing is booked or kept."""
    del principal
    bank = _bank_of(body)
    with fund_problems():
        _check_sees(fund, parts, bank)
        legs = preview_interest(
            parts.books,
            body.fen,
            bank=bank,
            by=body.by,  # type: ignore[arg-type]  # it is asked there
        )
    told = [FundLeg(account=leg.account, amount_fen=leg.amount) for leg in legs]
    return answer(InterestPreview(seen=seen_of(legs), legs=told))


def _check_sees(fund: SeenFund, parts: Parts, bank: AccountFilter) -> None:
    places = places_of(parts.books, bank)
    if not places or not fund.sees_places(places):
        told = Said("there is no special account %(bank)s here", bank=shown(bank.of or ""))
        raise Problem("not-found", told)


def _bank_of(body: InterestToSpread) -> AccountFilter:
    """The account it is of; the problem `unusable` for what can name none."""
    parts = ("bank", body.area, body.estate or "any", body.building or "any", body.bank)
    try:
        account_of("/".join(parts))
    except ValueError as error:
        raise Problem("unusable", said_by(error)) from error
    return AccountFilter(area=body.area, estate=body.estate, building=body.building, of=body.bank)

"""`POST /v1/fund/interest`: a bank's interest, given to all sub-accounts in one entry."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.fund_bodies import InterestToSpread
from api.fund_seen import TheFund, fund_problems
from api.fund_shapes import FundEntry, entry_shape
from api.fund_writes import BOOK, Booker, given_of
from api.once import Done, TheOnce, act_once, body_of, takes
from api.parts import TheGate, ThePart
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import described
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter
from liftwatch.handlers.fund_interest import places_of, spread_interest
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["fund"], responses=DOCUMENTED)


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
    bank = AccountFilter(area=body.area, estate=body.estate, building=body.building, of=body.bank)
    _check_names(body)

    def act(work: OfficeWork, at_ms: int) -> Done:
        work.books.fund_lock()  # no building comes to it meanwhile
        with fund_problems():
            places = places_of(parts.books, bank)
            if not places or not fund.sees_places(places):
                told = Said("there is no special account %(bank)s here", bank=shown(body.bank))
                raise Problem("not-found", told)
            made = spread_interest(
                work.books,
                parts.books,
                body.fen,
                bank=bank,
                by=body.by,  # type: ignore[arg-type]  # it is asked there
                **given_of(principal, BOOK, body, once=once, at_ms=at_ms),
            )
        about = ("fund entry", str(made.n))
        return Done(entry_shape(made, fund.sight), "spread_interest", about)

    return act_once(gate, principal, BOOK, once=once, act=act)


def _check_names(body: InterestToSpread) -> None:
    """The problem `unusable` for what can name no account."""
    parts = ("bank", body.area, body.estate or "any", body.building or "any", body.bank)
    try:
        account_of("/".join(parts))
    except ValueError as error:
        raise Problem("unusable", said_by(error)) from error

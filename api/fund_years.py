"""`/v1/fund/years`: a year is closed by two people, who see all of the fund.

A closed year takes nothing more, of no building: so nobody closes it who sees only some.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from api.fund_bodies import FundConfirmation, YearToClose
from api.fund_seen import SeenFund, TheFund, fund_problems
from api.fund_shapes import FundYear, year_shape
from api.fund_writes import CONFIRM, PROPOSE, Confirmer, IdPath, Proposer
from api.once import Done, TheOnce, TheVersion, act_once, body_of, takes
from api.parts import TheGate, ThePart
from api.principal import allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from api.who import person_of
from liftwatch.clock import rfc3339
from liftwatch.fund.closing import Closing
from liftwatch.handlers import fund_years
from liftwatch.ids import new_id
from liftwatch.office import OfficeWork
from liftwatch.ports import Books, Stale
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)


class ClosingShape(Struct, kw_only=True):
    """A year that somebody wants closed: up to which entry, and the digest by which a second
    person confirms that they have looked at it."""

    id: str
    year: int
    n: int
    hash: str
    digest: str
    state: str
    person: str
    at: str
    second: str | None
    decided_at: str | None
    version: int


class YearList(Struct):
    """The years that are closed, and those that people wanted closed, the newest first."""

    closed: list[FundYear]
    items: list[ClosingShape]


def closing_shape(one: Closing) -> ClosingShape:
    """A closing as the API shows it."""
    return ClosingShape(
        id=one.id,
        year=one.year,
        n=one.n,
        hash=one.hash,
        digest=one.digest,
        state=one.state,
        person=one.person,
        at=rfc3339(one.at_ms),
        second=one.second,
        decided_at=None if one.decided_ms is None else rfc3339(one.decided_ms),
        version=one.version,
    )


def check_sees_all(fund: SeenFund, books: Books) -> None:
    """The problem `forbidden` for who does not see every building of the fund."""
    if not fund.sees_places(books.fund_places()):
        raise Problem("forbidden", Said("a year is closed by who sees all of the fund"))


@router.get(
    "/v1/fund/years",
    dependencies=[Depends(allow("fund.state"))],
    responses=described(YearList, "Years that are closed, and that wait to be"),
)
def list_years(*, parts: ThePart) -> Response:
    """What is closed, by whom and up to which entry, and what waits for a second person."""
    with fund_problems():
        closed, waiting = parts.books.fund_closed(), parts.books.fund_closings()
    items = [closing_shape(one) for one in waiting]
    return answer(YearList([year_shape(one) for one in closed], items))


@router.post(
    "/v1/fund/years",
    status_code=201,
    responses=described(ClosingShape, "What waits", status=201),
    openapi_extra=takes(YearToClose),
)
def propose(
    *,
    principal: Proposer,
    fund: TheFund,
    parts: ThePart,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[YearToClose, Depends(body_of(YearToClose))],
) -> Response:
    """Ask that a year which is over be closed: it waits for a second person."""
    check_sees_all(fund, parts.books)
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with fund_problems():
            made = fund_years.propose_closing(
                work.books, body.year, id=new_id(), person=person, now_ms=at_ms
            )
        return _done(made, "propose_year", 201)

    return act_once(gate, principal, PROPOSE, once=once, act=act)


@router.post(
    "/v1/fund/years/{closing}/confirm",
    responses=described(ClosingShape, "The year that is closed"),
    openapi_extra=takes(FundConfirmation),
)
def confirm(
    *,
    principal: Confirmer,
    fund: TheFund,
    parts: ThePart,
    gate: TheGate,
    closing: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[FundConfirmation, Depends(body_of(FundConfirmation))],
) -> Response:
    """Close it, as another person than who asked; `digest` is of what one saw. Where something
    was booked into the year meanwhile it is refused."""
    check_sees_all(fund, parts.books)
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        _locked(work, closing, version=version)
        with fund_problems():
            made, _ = fund_years.confirm_closing(
                work.books, closing, second=person, digest=body.digest, now_ms=at_ms
            )
        return _done(made, "close_year", 200)

    return act_once(gate, principal, CONFIRM, once=once, act=act)


@router.post(
    "/v1/fund/years/{closing}/withdraw",
    responses=described(ClosingShape, "What waits no more"),
)
def withdraw(
    *,
    principal: Confirmer,
    fund: TheFund,
    parts: ThePart,
    gate: TheGate,
    closing: IdPath,
    once: TheOnce,
    version: TheVersion,
) -> Response:
    """Let it wait no more: who asked for it may, and whoever could have confirmed it."""
    check_sees_all(fund, parts.books)
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        _locked(work, closing, version=version)
        with fund_problems():
            made = fund_years.withdraw_closing(work.books, closing, person=person, now_ms=at_ms)
        return _done(made, "withdraw_year", 200)

    return act_once(gate, principal, CONFIRM, once=once, act=act)


def _locked(work: OfficeWork, id: str, *, version: int) -> None:
    work.books.fund_lock()  # first, as whoever books does: two cannot wait for each other
    found = work.books.fund_closing(id)
    if found is None:
        raise Problem("not-found", Said("nothing waits under %(id)s", id=shown(id)))
    if found.version != version:
        raise Stale(Said("it is at version %(version)s", version=found.version))


def _done(made: Closing, what: str, status: int) -> Done:
    about = ("fund year", str(made.year))
    return Done(closing_shape(made), what, about, status, {"closing": made.id})

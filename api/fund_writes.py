"""`POST /v1/fund/...`: what is booked by hand, and what a second person has to look at first.

Money of a case is booked by the moves of the case, never here. What leaves the fund or goes from
one household to another by hand, and what takes an entry back, waits for a second person.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Struct, structs

from api.fund import no_proposal
from api.fund_bodies import (
    FirstDeposits,
    FundConfirmation,
    FundLeg,
    NewFundDeposit,
    NewFundEntry,
    NewFundProposal,
)
from api.fund_seen import SeenFund, TheFund, account_or_problem, fund_problems, sees_all
from api.fund_shapes import (
    FirstDepositsKept,
    FundEntry,
    FundProposal,
    entry_shape,
    proposal_shape,
)
from api.once import Done, Once, TheOnce, TheVersion, act_once, body_of, takes
from api.parameters import day_number
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import described
from api.trail import organisation_of
from api.who import person_of
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import Sight
from liftwatch.clock import estate_day
from liftwatch.fund.accounts import Account, account_of
from liftwatch.fund.journal import CannotBook, Draft, Leg, reversal
from liftwatch.fund.kinds import REVERSAL
from liftwatch.fund.pending import Pending
from liftwatch.handlers import fund_sources
from liftwatch.handlers.fund_book import book, pay_in
from liftwatch.ids import new_id
from liftwatch.office import OfficeWork
from liftwatch.ports import Stale
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
BOOK, PROPOSE, CONFIRM = "fund.book", "fund.propose", "fund.confirm"
ALONE = ("deposit", "interest", "income", "subsidy")
"""What one person books: money that has come in, with the bank's line behind it."""
BY_TWO = ("opening", "refund", "return", "share", "move", "rebank")
BODY_MAX = 4 * 1024 * 1024
"""An entry of 20 000 legs."""

Booker = Annotated[Principal, Depends(allow(BOOK))]
Proposer = Annotated[Principal, Depends(allow(PROPOSE))]
Confirmer = Annotated[Principal, Depends(allow(CONFIRM))]
IdPath = Annotated[str, Path(pattern="^[0-9a-z-]{1,64}$")]


def given_of(
    principal: Principal, action: str, body: Any, *, once: Once, at_ms: int
) -> dict[str, Any]:
    """The fields of a draft that every body has; the key is the caller's own."""
    caller = person_of(principal)
    day = day_number("day", body.day)
    return {
        "day": estate_day(at_ms) if day is None else day,
        "at_ms": at_ms,
        "person": caller,
        "organisation": organisation_of(principal.grants, ACTIONS[action].roles),
        "key": f"{caller}:{once.key}",
        "source": body.source,
        "document": body.document,
        "memo": body.memo,
    }


def legs_of(legs: list[FundLeg], sight: Sight) -> tuple[Leg, ...]:
    """Legs as they are booked; a problem for an account that is none, or not seen."""
    return tuple(Leg(account_or_problem(one.account, sight).id, one.amount_fen) for one in legs)


def check_kind(kind: str, known: tuple[str, ...]) -> None:
    """The problem `unusable` for what is not booked like this."""
    if kind not in known:
        told = Said("%(kind)s is none of %(known)s", kind=shown(kind), known=", ".join(known))
        raise Problem("unusable", told)


@router.post(
    "/v1/fund/entries",
    status_code=201,
    responses=described(FundEntry, "The entry", status=201),
    openapi_extra=takes(NewFundEntry),
    max_body_size=BODY_MAX,
)
def book_entry(
    *,
    principal: Booker,
    fund: TheFund,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewFundEntry, Depends(body_of(NewFundEntry))],
) -> Response:
    """Book what has come in: a deposit, interest, income or a subsidy."""
    check_kind(body.kind, ALONE)
    legs = legs_of(body.legs, fund.sight)

    def act(work: OfficeWork, at_ms: int) -> Done:
        given = given_of(principal, BOOK, body, once=once, at_ms=at_ms)
        work.books.fund_lock()  # no case moves from here on
        for account in (account_of(leg.account) for leg in legs):
            if account.kind == "receivable":
                fund.check_no_debt(account)
        with fund_problems():
            made = book(work.books, Draft(kind=body.kind, legs=legs, **given))
        return Done(entry_shape(made, fund.sight), body.kind, ("fund entry", str(made.n)))

    return act_once(gate, principal, BOOK, once=once, act=act)


@router.post(
    "/v1/fund/deposits",
    status_code=201,
    responses=described(FundEntry, "The entry", status=201),
    openapi_extra=takes(NewFundDeposit),
)
def book_deposit(
    *,
    principal: Booker,
    fund: TheFund,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewFundDeposit, Depends(body_of(NewFundDeposit))],
) -> Response:
    """Book what a household has paid in: first what it owes, then its principal."""
    home = _account("principal", body, body.household, fund=fund)
    _account("bank", body, body.bank, fund=fund)

    def act(work: OfficeWork, at_ms: int) -> Done:
        given = given_of(principal, BOOK, body, once=once, at_ms=at_ms)
        work.books.fund_lock()  # no case moves from here on
        fund.check_no_debt(home)
        with fund_problems():
            made = pay_in(work.books, home, body.fen, bank=body.bank, **given)
        return Done(entry_shape(made, fund.sight), "deposit", ("fund entry", str(made.n)))

    return act_once(gate, principal, BOOK, once=once, act=act)


@router.post(
    "/v1/fund/first-deposits",
    status_code=201,
    responses=described(FirstDepositsKept, "How many were noted", status=201),
    openapi_extra=takes(FirstDeposits),
    max_body_size=BODY_MAX,
)
def note_first_deposits(
    *,
    principal: Booker,
    fund: TheFund,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[FirstDeposits, Depends(body_of(FirstDeposits))],
) -> Response:
    """Note what households of a building paid in first: by it a top-up is reckoned."""
    place = _account("bank", body, "any", fund=fund).place
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with fund_problems():
            fund_sources.tell_first_deposits(
                work.books, place, body.fens, person=person, now_ms=at_ms
            )
        about = ("fund building", "/".join(place))
        return Done(FirstDepositsKept(len(body.fens)), "first_deposits", about)

    return act_once(gate, principal, BOOK, once=once, act=act)


@router.post(
    "/v1/fund/proposals",
    status_code=201,
    responses=described(FundProposal, "What waits", status=201),
    openapi_extra=takes(NewFundProposal),
    max_body_size=BODY_MAX,
)
def propose(
    *,
    principal: Proposer,
    fund: TheFund,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewFundProposal, Depends(body_of(NewFundProposal))],
) -> Response:
    """Let an entry wait for a second person; `reverses` alone takes one back that is there."""
    if body.reverses is None:
        check_kind(body.kind, BY_TWO)
    elif body.kind != REVERSAL or body.legs:
        raise Problem("unusable", Said("what takes an entry back has its legs"))
    legs = legs_of(body.legs, fund.sight)

    def act(work: OfficeWork, at_ms: int) -> Done:
        given = given_of(principal, PROPOSE, body, once=once, at_ms=at_ms)
        with fund_problems():
            if body.reverses is None:
                draft = Draft(kind=body.kind, legs=legs, **given)
            else:
                draft = _reversal(work, body.reverses, given, sight=fund.sight)
            made = fund_sources.propose(work.books, draft, id=new_id())
        return _done(made, "propose", 201)

    return act_once(gate, principal, PROPOSE, once=once, act=act)


def _reversal(work: OfficeWork, n: int, given: dict[str, Any], *, sight: Sight) -> Draft:
    """The draft that takes back an entry of which all is seen, and that is of no case."""
    found = work.books.fund_numbered(n) if 0 < n < 2**53 else None
    if found is None or not sees_all(sight, (one.account for one in found.postings)):
        raise CannotBook(Said("there is no entry %(n)s to take back", n=n))
    if found.case is not None:
        raise CannotBook(Said("entry %(n)s is of a case, which takes it back itself", n=n))
    if found.kind == REVERSAL:
        raise CannotBook(Said("a reversal is not taken back: book it anew"))
    return reversal(found, **given)


@router.post(
    "/v1/fund/proposals/{proposal}/confirm",
    responses=described(FundEntry, "The entry that it has become"),
    openapi_extra=takes(FundConfirmation),
)
def confirm(
    *,
    principal: Confirmer,
    fund: TheFund,
    gate: TheGate,
    proposal: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[FundConfirmation, Depends(body_of(FundConfirmation))],
) -> Response:
    """Book what waits, as another person than who proposed it; `digest` is of what one saw."""
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        found = _locked(work, fund, proposal, version=version)
        fund.check_debts_stay(
            found.draft.legs, lambda name: work.books.fund_balances([name]).get(name, 0)
        )
        with fund_problems():
            made = fund_sources.confirm(
                work.books, proposal, second=person, digest=body.digest, now_ms=at_ms
            )
        about = ("fund entry", str(made.n))
        facts = {"proposal": proposal}
        return Done(entry_shape(made, fund.sight), "confirm", about, 200, facts)

    return act_once(gate, principal, CONFIRM, once=once, act=act)


@router.post(
    "/v1/fund/proposals/{proposal}/withdraw",
    responses=described(FundProposal, "What waits no more"),
)
def withdraw(
    *,
    principal: Confirmer,
    fund: TheFund,
    gate: TheGate,
    proposal: IdPath,
    once: TheOnce,
    version: TheVersion,
) -> Response:
    """Let it wait no more: who proposed it may, and whoever could have confirmed it."""
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        _locked(work, fund, proposal, version=version)
        with fund_problems():
            made = fund_sources.withdraw(work.books, proposal, person=person, now_ms=at_ms)
        return _done(made, "withdraw", 200)

    return act_once(gate, principal, CONFIRM, once=once, act=act)


def _locked(work: OfficeWork, fund: SeenFund, id: str, *, version: int) -> Pending:
    """What waits, held to the end; `not-found` where it is not seen, Stale for another version."""
    work.books.fund_lock()  # first, as whoever books does: two cannot wait for each other
    found = work.books.fund_pending(id)
    if found is None or not fund.sees(found):
        raise no_proposal(id)
    if found.version != version:
        raise Stale(Said("it is at version %(version)s", version=found.version))
    return found


def _done(made: Pending, what: str, status: int) -> Done:
    return Done(proposal_shape(made), what, ("fund proposal", made.id), status)


def _account(kind: str, body: Struct, of: str, *, fund: SeenFund) -> Account:
    place = structs.asdict(body)
    parts = (kind, place["area"], place["estate"], place["building"], of)
    return account_or_problem("/".join(parts), fund.sight)

"""Moves of the fund's cases and votes: the rules decide, the books book, all or nothing.

lock the books' head -> lock the case -> what the store knows -> move -> book its effects
-> the case with its documents, hands and moves; one transaction
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import structs

from liftwatch.clock import estate_day
from liftwatch.fund import ballots
from liftwatch.fund.accounts import Account
from liftwatch.fund.allocation import Balance
from liftwatch.fund.ballots import Outcome, Vote
from liftwatch.fund.books import FundWork
from liftwatch.fund.case import By, Case, Known, Told
from liftwatch.fund.disclosure import allocation, expenditure
from liftwatch.fund.doors import Door, doors_of
from liftwatch.fund.journal import Draft
from liftwatch.fund.kept import CaseWork, Publication
from liftwatch.fund.moves import is_lapsed, move
from liftwatch.fund.refusals import CannotMove, Untold
from liftwatch.fund.reserved import Effect
from liftwatch.fund.votes import Choice
from liftwatch.handlers.fund_book import book
from liftwatch.ports import Stale
from liftwatch.records import HouseholdWork
from liftwatch.said import Said

ENGINE = "engine"
"""Who books what nobody moved: a reservation that lapses."""


class CasesAndBooks(CaseWork, FundWork, HouseholdWork, Protocol):
    """One transaction over cases and books, and the households on record."""


class NoSuchCase(Exception):
    """There is no such case, or no such vote."""


def open_kept(work: CaseWork, case: Case) -> Case:
    """Keep a case that has just been opened. Raises Conflict where its id is taken."""
    work.fund_put_case(case, None)
    return case


def move_case(
    work: CasesAndBooks,
    id: str,
    name: str,
    *,
    told: Told,
    by: By,
    key: str,
    version: int | None,
    now_ms: int,
) -> tuple[Case, list[int]]:
    """A case after a move, and the numbers of the entries booked for it.

    `key` is the request's, of its caller; `version` None takes the case as it stands. Raises
    NoSuchCase, Stale, Refused as `move` does, CannotBook and SealError as the books do, Conflict.
    """
    work.fund_lock()  # first, as whoever books does: so nobody waits for one who waits for us
    case = work.fund_case_locked(id)
    if case is None:
        raise NoSuchCase(id)
    if version is not None and case.version != version:
        raise Stale(Said("it is at version %(version)s", version=case.version))
    known = known_of(work, case, told, name=name)
    moved, effects = move(case, name, told=told, known=known, by=by, now_ms=now_ms)
    numbers = [
        book(work, _draft(effect, moved, told, by=by, key=f"{key}#{n}")).n
        for n, effect in enumerate(effects, 1)
    ]
    work.fund_put_case(moved, case)
    _publish(work, moved, name)
    return moved, numbers


def known_of(work: CasesAndBooks, case: Case, told: Told, *, name: str) -> Known:
    """What the store knows of a case: hashes in use, balances, subsidy, the vote's outcome; for
    a plan that is to hang out the households on record."""
    households = case.plan.scope.households if case.plan is not None else ()
    subsidy = f"subsidy/{case.area}/{case.estate}/{case.building}/{case.programme}"
    return Known(
        doors=doors_known(work, case) if name == "publish" else None,
        used=work.fund_documents_used(tuple(one.sha256 for one in told.documents)),
        balances=balances_of(work, case, [one.id for one in households]),
        subsidy_fen=work.fund_balances([subsidy]).get(subsidy, 0) if case.programme else 0,
        outcome=work.fund_outcome(case.id),
    )


def doors_known(work: HouseholdWork, case: Case) -> dict[str, Door] | None:
    """The households of its building on record; None where there are none of the whole estate."""
    if not work.has_households(case.area, case.estate):
        return None
    return doors_of(work.households_of(case.area, case.estate, case.building))


def balances_of(work: FundWork, case: Case, households: Sequence[str]) -> dict[str, Balance]:
    """What sub-accounts of a case's building hold."""
    homes = {
        one: Account("principal", case.area, case.estate, case.building, one) for one in households
    }
    names = [home.beside(kind).id for home in homes.values() for kind in ("interest", "principal")]
    held = work.fund_balances(names)
    return {
        one: Balance(held.get(home.beside("interest").id, 0), held.get(home.id, 0))
        for one, home in homes.items()
    }


def _draft(effect: Effect, case: Case, told: Told, *, by: By, key: str) -> Draft:
    done = case.done[-1]
    papers = [one.sha256 for one in told.documents]
    return Draft(
        kind=effect.kind,
        day=estate_day(done.at_ms),
        at_ms=done.at_ms,
        person=by.person or ENGINE,
        organisation=by.organisation,
        legs=effect.legs,
        key=key,
        case=case.id,
        document=papers[0] if len(papers) == 1 else None,
    )


def _publish(work: CaseWork, case: Case, name: str) -> None:
    """What hangs out is kept as it hung there: the plan, and in the end cost and allocation."""
    if name == "publish":
        what, shown = "plan", msgspec.to_builtins(case.plan)
    elif name == "disclose":
        rows = [msgspec.to_builtins(one) for one in allocation(case, {})]
        shown = {"expenditure": msgspec.to_builtins(expenditure(case)), "allocation": rows}
        what = "disclosure"
    else:
        return
    data = msgspec.json.encode(shown, order="sorted").decode()
    work.fund_publish(
        Publication(
            case=case.id,
            n=work.fund_published(case.id) + 1,
            what=what,
            plan=case.plan_version,
            sha256=hashlib.sha256(data.encode()).hexdigest(),
            data=data,
            at_ms=case.last_ms,
        )
    )


def expire(work: CasesAndBooks, id: str, *, now_ms: int) -> Case | None:
    """Let a case expire whose time is over; None where it has moved on meanwhile."""
    work.fund_lock()  # before the case, as `move_case` does
    case = work.fund_case_locked(id)
    if case is None or not is_lapsed(case, at_ms=now_ms):
        return None
    key = f"{ENGINE}:expire:{id}"
    moved, _ = move_case(
        work, id, "expire", told=Told(), by=By(), key=key, version=None, now_ms=now_ms
    )
    return moved


def open_vote(work: CaseWork, id: str, *, vote: str, closes_ms: int, now_ms: int) -> Vote:
    """A vote on the plan of a case that hangs out, from now on. Raises NoSuchCase, Refused."""
    case = work.fund_case_locked(id)
    if case is None:
        raise NoSuchCase(id)
    if case.stage != "published" or case.plan is None:
        raise CannotMove(Said("a plan is voted on while it hangs out"))
    made = ballots.open_vote(
        id,
        id=vote,
        act=case.plan.act,
        plan=case.plan.digest,
        scope=case.plan.scope,
        opens_ms=now_ms,
        closes_ms=closes_ms,
    )
    work.fund_put_vote(made, None, None)
    return made


def locked_vote(work: CaseWork, id: str, *, version: int) -> Vote:
    """A vote at a version, held to the end. Raises NoSuchCase, Stale."""
    found = work.fund_vote_locked(id)
    if found is None:
        raise NoSuchCase(id)
    if found[0].version != version:
        raise Stale(Said("it is at version %(version)s", version=found[0].version))
    return found[0]


def enter(
    work: CaseWork,
    vote: Vote,
    papers: Iterable[tuple[str, Choice, str, int]],
    *,
    by: str,
    now_ms: int,
) -> Vote:
    """Papers of a vote: head, choice, the scan's hash, when it was handed in. Raises Refused."""
    after = vote
    for head, choice, scan, cast_ms in papers:
        after = ballots.enter(after, head, choice, scan=scan, cast_ms=cast_ms, by=by, now_ms=now_ms)
    return _kept(work, after, vote)


def read_again(
    work: CaseWork, vote: Vote, papers: Iterable[tuple[str, Choice]], *, by: str, now_ms: int
) -> Vote:
    """What a second person has read on papers. Raises Refused."""
    after = vote
    for head, choice in papers:
        after = ballots.confirm(after, head, choice, by=by, now_ms=now_ms)
    return _kept(work, after, vote)


def strike(work: CaseWork, vote: Vote, head: str, *, why: str, by: str, now_ms: int) -> Vote:
    """A paper is taken out, with the reason. Raises Refused."""
    return _kept(work, ballots.strike(vote, head, why=why, by=by, now_ms=now_ms), vote)


def _kept(work: CaseWork, after: Vote, before: Vote) -> Vote:
    """One act is one version, however many papers are in it."""
    if after.ballots == before.ballots:
        raise Untold(Said("no paper was told"))
    kept = structs.replace(after, version=before.version + 1)
    work.fund_put_vote(kept, before, None)
    return kept


def close(work: CaseWork, vote: Vote, *, now_ms: int) -> tuple[Vote, Outcome]:
    """A vote that is over, and how it ended. Raises Refused."""
    closed, outcome = ballots.close(vote, now_ms=now_ms)
    work.fund_put_vote(closed, vote, outcome)
    return closed, outcome

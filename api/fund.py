"""`/v1/fund`: accounts, the journal as a feed, sums, years, and where the books stand."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.fund_seen import TheFund, account_or_problem, fund_problems, no_building
from api.fund_shapes import (
    FundAccountList,
    FundAnchor,
    FundEntry,
    FundEntryList,
    FundMovement,
    FundMovements,
    FundProposal,
    FundProposalList,
    FundState,
    FundSums,
    FundTopUp,
    FundTopUps,
    account_shape,
    entry_shape,
    proposal_shape,
    year_shape,
)
from api.paging import INT_MAX, LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parts import ThePart
from api.principal import allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown, unavailable
from api.shapes import answer, described
from liftwatch.access.sight import Place, Sight
from liftwatch.clock import now_ms, rfc3339
from liftwatch.fund.accounts import KINDS, account_of
from liftwatch.fund.anchors import Anchor, AnchorError, contradiction, line_of
from liftwatch.fund.books import AccountFilter, EntryFilter
from liftwatch.fund.years import movements
from liftwatch.handlers.fund_sources import top_ups
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
LIST, READ = "fund accounts", "fund.read"
Part = Annotated[str, Path(pattern=r"^[0-9A-Za-z\u4e00-\u9fff-]{1,32}$")]
Filter = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z\u4e00-\u9fff/-]{1,160}$")]
Number = Annotated[int, Path(ge=1, le=INT_MAX)]
Reader = Depends(allow(READ))
FEED_DEFAULT = 100


def no_entry(n: int) -> Problem:
    """The problem of an entry that is not there, or not seen."""
    return Problem("not-found", Said("there is no entry %(n)s", n=n))


@router.get(
    "/v1/fund/accounts",
    dependencies=[Reader],
    responses=described(FundAccountList, "Accounts in order of their names"),
)
def list_accounts(
    *,
    fund: TheFund,
    area: Filter = None,
    estate: Filter = None,
    building: Filter = None,
    kind: Filter = None,
    of: Filter = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """What accounts hold that fit all that is asked; `of` is a household, a case or a source."""
    where = AccountFilter(area=area, estate=estate, building=building, kind=kind, of=of)
    after = read_cursor(cursor, LIST, str) if cursor else ""
    if not after.isprintable():
        raise BadParameter("cursor", Said("this is not a cursor of ours"))
    rows = fund.held(where, after=after, limit=limit + 1)
    page, more = rows[:limit], len(rows) > limit
    following = write_cursor(LIST, page[-1].account) if more else None
    return answer(FundAccountList([account_shape(one) for one in page], following))


@router.get(
    "/v1/fund/entries",
    dependencies=[Reader],
    responses=described(FundEntryList, "Entries in order of their numbers"),
)
def list_entries(
    *,
    fund: TheFund,
    after: Annotated[int, Query(ge=0, le=INT_MAX, description="The last number one has.")] = 0,
    account: Filter = None,
    case: Filter = None,
    limit: Limit = FEED_DEFAULT,
) -> Response:
    """The journal as a feed: every entry once, in order; ask again after `next`. Numbers have no
    gaps for whoever sees all of the fund; one that is not reached is the problem `conflict`."""
    if account is not None:
        account_or_problem(account, fund.sight)
    found = fund.feed(EntryFilter(account=account, case=case), after=after, limit=limit)
    if not found and after > (head := fund.head().n):
        told = Said("the books end at %(head)s: they were restored, so reconcile from 0", head=head)
        raise Problem("conflict", told)
    items = [entry_shape(one, fund.sight) for one in found]
    return answer(FundEntryList(items, items[-1].n if items else None))


@router.get(
    "/v1/fund/entries/{n}",
    dependencies=[Reader],
    responses=described(FundEntry, "The entry"),
)
def read_entry(fund: TheFund, n: Number) -> Response:
    """One entry; of its postings those of buildings that are seen."""
    found = fund.entry(n)
    if found is None:
        raise no_entry(n)
    return answer(entry_shape(found, fund.sight))


@router.get(
    "/v1/fund/state",
    dependencies=[Depends(allow("fund.state"))],
    responses=described(FundState, "Where the books stand"),
)
def read_state(*, parts: ThePart) -> Response:
    """The end of the chain, the newest anchor, and whether they agree; the closed years.

    `liftwatch fund verify` reckons everything from zero; keep `line` for it in a file elsewhere.
    """
    with fund_problems():
        head, closed = parts.books.fund_head(), parts.books.fund_closed()
    try:
        newest = None if parts.anchors is None else parts.anchors.newest()
    except AnchorError as error:
        raise unavailable(Said("the anchors of the fund cannot be read")) from error
    return answer(
        FundState(
            n=head.n,
            hash=head.hash,
            sealed=bool(head.seal),
            line=line_of(Anchor(at_ms=now_ms(), n=head.n, hash=head.hash)),
            anchor=None
            if newest is None
            else FundAnchor(at=rfc3339(newest.at_ms), n=newest.n, hash=newest.hash),
            contradiction=contradiction(newest, head),
            years=[year_shape(one) for one in closed],
        )
    )


@router.get(
    "/v1/fund/buildings/{area}/{estate}/{building}",
    dependencies=[Depends(allow("fund.sums"))],
    responses=described(FundSums, "What a building's fund holds"),
)
def read_sums(
    *, fund: TheFund, parts: ThePart, area: Part, estate: Part, building: Part
) -> Response:
    """Sums of every kind of account; nobody's household stands in it."""
    place = (area, estate, building)
    held = fund.all_held(place)
    if not held:
        raise no_building(place)
    sums: Counter[str] = Counter()
    homes = set()
    for one in held:
        account = account_of(one.account)
        sums[account.kind] += one.balance
        if KINDS[account.kind].of == "household":
            homes.add(account.of)
    return answer(
        FundSums(
            area=area,
            estate=estate,
            building=building,
            sums_fen=dict(sums),
            households=len(homes),
            must_top_up=len(top_ups(parts.books, place)),
        )
    )


@router.get(
    "/v1/fund/buildings/{area}/{estate}/{building}/top-ups",
    dependencies=[Reader],
    responses=described(FundTopUps, "Who must top up"),
)
def list_top_ups(
    *, fund: TheFund, parts: ThePart, area: Part, estate: Part, building: Part
) -> Response:
    """The households below 30 % of their first deposit; those of which none is told are not."""
    place = (area, estate, building)
    fund.check(place)
    with fund_problems():
        found = top_ups(parts.books, place)
    return answer(
        FundTopUps(
            [
                FundTopUp(
                    household=one.household,
                    held_fen=one.held_fen,
                    first_deposit_fen=one.first_deposit_fen,
                )
                for one in found
            ]
        )
    )


@router.get(
    "/v1/fund/buildings/{area}/{estate}/{building}/years/{year}",
    dependencies=[Reader],
    responses=described(FundMovements, "The accounts over a year"),
)
def read_year(
    *,
    fund: TheFund,
    area: Part,
    estate: Part,
    building: Part,
    year: Annotated[int, Path(ge=1998, le=2200)],
) -> Response:
    """What every account of a building held before and after a year, and what came and went."""
    place = (area, estate, building)
    fund.check(place)
    entries = fund.all_entries(Sight(places=(Place(*place),)))
    items = [
        FundMovement(
            account=one.account,
            before_fen=one.before,
            debits_fen=one.debits,
            credits_fen=one.credits,
            after_fen=one.after,
        )
        for one in movements(entries, year)
    ]
    return answer(FundMovements(items))


@router.get(
    "/v1/fund/proposals",
    dependencies=[Reader],
    responses=described(FundProposalList, "What waits for a second person, or has"),
)
def list_proposals(
    *, fund: TheFund, state: Literal["waiting", "booked", "withdrawn"] = "waiting"
) -> Response:
    """Proposals in a state, the newest first, of the newest 500."""
    return answer(FundProposalList([proposal_shape(one) for one in fund.pendings(state)]))


@router.get(
    "/v1/fund/proposals/{proposal}",
    dependencies=[Reader],
    responses=described(FundProposal, "The proposal"),
)
def read_proposal(
    fund: TheFund, proposal: Annotated[str, Path(pattern="^[0-9a-z-]{1,64}$")]
) -> Response:
    """What waits, as whoever confirms it looks at it."""
    found = fund.pending(proposal)
    if found is None:
        raise no_proposal(proposal)
    return answer(proposal_shape(found))


def no_proposal(id: str) -> Problem:
    """The problem of a proposal that is not there, or not seen."""
    return Problem("not-found", Said("there is no proposal %(id)s", id=shown(id)))

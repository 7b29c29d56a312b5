"""What the fund's books look like in JSON: amounts are whole fen, a debit positive."""

from collections.abc import Sequence

from msgspec import Struct

from api.fund_bodies import FundLeg
from liftwatch.access.sight import Place, Sight
from liftwatch.clock import day_text, rfc3339
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import Held
from liftwatch.fund.pending import Pending
from liftwatch.fund.posted import Entry, Posting
from liftwatch.fund.statement import Booked, Line, Reconciliation
from liftwatch.fund.years import Closed

LISTED_MAX = 1_000
"""So many differences of a statement are listed, of each sort; the counts are of all."""


class FundAccount(Struct, kw_only=True):
    """An account, what it is of, and what it holds on its own side."""

    account: str
    kind: str
    area: str
    estate: str
    building: str
    of: str
    balance_fen: int


class FundAccountList(Struct):
    """A page of accounts in order of their names."""

    items: list[FundAccount]
    next: str | None


class FundPosting(Struct, kw_only=True):
    """A leg that was booked, and the balance of its account after it."""

    account: str
    amount_fen: int
    balance_fen: int


class FundEntry(Struct, kw_only=True):
    """An entry; of its `legs` those of buildings that are seen are in `postings`."""

    n: int
    kind: str
    day: str
    booked_at: str
    person: str
    organisation: str | None
    second: str | None
    case: str | None
    source: str | None
    document: str | None
    memo: str
    reverses: int | None
    legs: int
    postings: list[FundPosting]
    seal: str
    hash: str


class FundEntryList(Struct):
    """Entries in order of their numbers; `next` is the last of them, null where there are none."""

    items: list[FundEntry]
    next: int | None


class FundAnchor(Struct, kw_only=True):
    """Number and hash of an entry at a moment."""

    at: str
    n: int
    hash: str


class FundYear(Struct, kw_only=True):
    """A closed year, its last entry, and who closed it."""

    year: int
    n: int
    hash: str
    closed_at: str
    person: str
    second: str


class FundState(Struct, kw_only=True):
    """Where the books stand. `line` is an anchor of now, for a file of one's own.

    `contradiction` says why the books cannot be those of the newest anchor; null: they can.
    """

    n: int
    hash: str
    sealed: bool
    line: str
    anchor: FundAnchor | None
    contradiction: str | None
    years: list[FundYear]


class FundSums(Struct, kw_only=True):
    """What a building's accounts of each kind hold together, and who must top up."""

    area: str
    estate: str
    building: str
    sums_fen: dict[str, int]
    households: int
    must_top_up: int


class FundTopUp(Struct, kw_only=True):
    """A household below 30 % of its first deposit."""

    household: str
    held_fen: int
    first_deposit_fen: int


class FundTopUps(Struct):
    """The households of a building that must top up."""

    items: list[FundTopUp]


class FundMovement(Struct, kw_only=True):
    """An account over a year, on its own side."""

    account: str
    before_fen: int
    debits_fen: int
    credits_fen: int
    after_fen: int


class FundMovements(Struct):
    """The accounts of a building over a year."""

    items: list[FundMovement]


class FundProposal(Struct, kw_only=True):
    """What waits for a second person, or has; `digest` is of all that is looked at."""

    id: str
    state: str
    digest: str
    kind: str
    day: str
    legs: list[FundLeg]
    source: str | None
    document: str | None
    memo: str
    reverses: int | None
    person: str
    proposed_at: str
    second: str | None
    decided_at: str | None
    entry: int | None
    version: int


class FundProposalList(Struct):
    """Proposals, the newest first."""

    items: list[FundProposal]


class FirstDepositsKept(Struct):
    """How many were noted."""

    households: int


class FundOrders(Struct, kw_only=True):
    """The file for the bank, its count and its sum."""

    csv: str
    count: int
    sum_fen: int


class FundLine(Struct, kw_only=True):
    """A line of the bank's; `n` is the entry beside it."""

    source: str
    day: str
    fen: int
    text: str
    n: int | None


class FundUnknown(Struct, kw_only=True):
    """An entry that the bank does not have."""

    n: int
    day: str
    fen: int
    source: str | None


class FundReconciliation(Struct, kw_only=True):
    """A bank's statement against the books; `counts` are of all, lists of the first 1 000."""

    agrees: bool
    bank_fen: int | None
    books_fen: int
    counts: dict[str, int]
    unbooked: list[FundLine]
    alike: list[FundLine]
    wrong: list[FundLine]
    breaks: list[FundLine]
    unknown: list[FundUnknown]


DESCRIBED_FUND = (
    FundAccountList,
    FundEntry,
    FundEntryList,
    FundState,
    FundSums,
    FundTopUps,
    FundMovements,
    FundProposal,
    FundProposalList,
    FirstDepositsKept,
    FundOrders,
    FundReconciliation,
)


def account_shape(held: Held) -> FundAccount:
    """An account as the API shows it."""
    one = account_of(held.account)
    return FundAccount(
        account=one.id,
        kind=one.kind,
        area=one.area,
        estate=one.estate,
        building=one.building,
        of=one.of,
        balance_fen=held.balance,
    )


def seen_postings(entry: Entry, sight: Sight) -> tuple[Posting, ...]:
    """The postings of buildings that are seen: they add up to zero as all of them do."""
    return tuple(
        one for one in entry.postings if sight.reaches(Place(*account_of(one.account).place))
    )


def year_shape(one: Closed) -> FundYear:
    """A closed year as the API shows it."""
    return FundYear(
        year=one.year,
        n=one.n,
        hash=one.hash,
        closed_at=rfc3339(one.at_ms),
        person=one.person,
        second=one.second,
    )


def entry_shape(entry: Entry, sight: Sight) -> FundEntry:
    """An entry as the API shows it to whoever sees that much."""
    return FundEntry(
        n=entry.n,
        kind=entry.kind,
        day=day_text(entry.day),
        booked_at=rfc3339(entry.at_ms),
        person=entry.person,
        organisation=entry.organisation,
        second=entry.second,
        case=entry.case,
        source=entry.source,
        document=entry.document,
        memo=entry.memo,
        reverses=entry.reverses,
        legs=entry.legs,
        postings=[
            FundPosting(account=one.account, amount_fen=one.amount, balance_fen=one.balance)
            for one in seen_postings(entry, sight)
        ],
        seal=entry.seal,
        hash=entry.hash,
    )


def proposal_shape(pending: Pending) -> FundProposal:
    """What waits, as the API shows it."""
    draft = pending.draft
    return FundProposal(
        id=pending.id,
        state=pending.state,
        digest=pending.digest,
        kind=draft.kind,
        day=day_text(draft.day),
        legs=[FundLeg(account=leg.account, amount_fen=leg.amount) for leg in draft.legs],
        source=draft.source,
        document=draft.document,
        memo=draft.memo,
        reverses=draft.reverses,
        person=draft.person,
        proposed_at=rfc3339(draft.at_ms),
        second=pending.second,
        decided_at=None if pending.decided_ms is None else rfc3339(pending.decided_ms),
        entry=pending.entry,
        version=pending.version,
    )


def reconciliation_shape(found: Reconciliation) -> FundReconciliation:
    """A statement against the books, as the API shows it."""
    names = ("booked", "unbooked", "alike", "wrong", "breaks", "unknown")
    return FundReconciliation(
        agrees=found.agrees,
        bank_fen=found.bank_fen,
        books_fen=found.books_fen,
        counts={name: len(getattr(found, name)) for name in names},
        unbooked=_lines(found.unbooked),
        alike=_pairs(found.alike),
        wrong=_pairs(found.wrong),
        breaks=_lines(found.breaks),
        unknown=[
            FundUnknown(n=one.n, day=day_text(one.day), fen=one.fen, source=one.source)
            for one in found.unknown[:LISTED_MAX]
        ],
    )


def _lines(lines: Sequence[Line]) -> list[FundLine]:
    return [_line(one, None) for one in lines[:LISTED_MAX]]


def _pairs(pairs: Sequence[tuple[Line, Booked]]) -> list[FundLine]:
    return [_line(line, booked.n) for line, booked in pairs[:LISTED_MAX]]


def _line(one: Line, n: int | None) -> FundLine:
    return FundLine(source=one.source, day=day_text(one.day), fen=one.fen, text=one.text, n=n)

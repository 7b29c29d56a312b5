"""What the disclosure of a building's fund looks like in JSON: amounts are whole fen."""

from msgspec import Struct, structs

from liftwatch.clock import day_text, rfc3339
from liftwatch.fund.aftermath import Aftermath, Verdict
from liftwatch.fund.deadlines import Due
from liftwatch.fund.disclosure import Allocated, Expenditure
from liftwatch.fund.disclosure_report import Finished, Going, HomeRow, OwnShare, Report
from liftwatch.fund.disclosure_year import KindRow, Moved


class DisclosedTotals(Struct, kw_only=True):
    """Bank money over the year. `spent_fen` is by case, `left_fen` what went for no case (paid out
    owners, a subsidy given back); opening + received - spent - left = closing."""

    opening_fen: int
    received_fen: dict[str, int]
    spent_fen: dict[str, int]
    left_fen: dict[str, int]
    closing_fen: int


class DisclosedReconciliation(Struct, kw_only=True):
    """The bank against the sub-accounts at the end of the year: what the building has and is owed,
    and whose it is. `difference_fen` is nothing in books that are whole."""

    banks_fen: dict[str, int]
    kinds: list[KindRow]
    debit_fen: int
    credit_fen: int
    difference_fen: int


class DisclosedAfter(Struct, kw_only=True):
    """Whether the fault of a repair came back: how often it came in 90 days before and since."""

    verdict: Verdict
    before: int
    after: int
    first_at: str | None
    until: str


class DisclosedClock(Struct, kw_only=True):
    """A clock of a case: what is due before a moment, when it was met, and whose rule it is."""

    name: str
    due_at: str
    met_at: str | None
    missed: bool
    rule: str


class DisclosedExpenditure(Struct, kw_only=True):
    """A case whose cost is final, and what fell to each household; the shares and the subsidy are
    the cost. `paid_year_fen` is what the bank paid for it within the year."""

    case: str
    stage: str
    cost_fen: int
    paid_year_fen: int
    opened_at: str
    accepted_at: str | None
    over_at: str
    spent: Expenditure
    allocation: list[Allocated]
    after: DisclosedAfter | None


class DisclosedCase(Struct, kw_only=True):
    """A case without a final cost: its step and its clocks."""

    case: str
    lift: str
    path: str
    stage: str
    works: list[str]
    opened_at: str
    budget_fen: int | None
    paid_year_fen: int
    clocks: list[DisclosedClock]
    own: list[OwnShare]
    after: DisclosedAfter | None


class DisclosedMove(Struct, kw_only=True):
    """What one entry did to one's own household, and what it held and owed after it."""

    n: int
    day: str
    kind: str
    case: str | None
    principal_fen: int
    interest_fen: int
    receivable_fen: int
    balance_fen: int
    owed_fen: int


class Disclosure(Struct, kw_only=True):
    """A building's year: names are masked but of one's own households, whose `moves` are told.

    `closed`: nothing is booked into the year any more. Cases stand as they do at `as_of`.
    """

    area: str
    estate: str
    building: str
    year: int
    closed: bool
    as_of: str
    totals: DisclosedTotals
    reconciliation: DisclosedReconciliation
    households: list[HomeRow]
    balances_fen: int
    owed_fen: int
    must_top_up: int
    expenditures: list[DisclosedExpenditure]
    cases: list[DisclosedCase]
    moves: dict[str, list[DisclosedMove]]


def disclosure_shape(one: Report) -> Disclosure:
    """The disclosure as the API shows it."""
    area, estate, building = one.place
    books = one.books
    return Disclosure(
        area=area,
        estate=estate,
        building=building,
        year=one.year,
        closed=one.closed,
        as_of=rfc3339(one.as_of_ms),
        totals=DisclosedTotals(
            opening_fen=books.opening_fen,
            received_fen=dict(books.received),
            spent_fen=dict(books.spent),
            left_fen=dict(books.left),
            closing_fen=books.closing_fen,
        ),
        reconciliation=DisclosedReconciliation(
            banks_fen=dict(books.banks),
            kinds=list(books.kinds),
            debit_fen=books.debit_fen,
            credit_fen=books.credit_fen,
            difference_fen=books.debit_fen - books.credit_fen,
        ),
        households=list(one.homes),
        balances_fen=one.balances_fen,
        owed_fen=one.owed_fen,
        must_top_up=one.must_top_up,
        expenditures=[_finished(row) for row in one.finished],
        cases=[_going(row, now_ms=one.as_of_ms) for row in one.going],
        moves={home: [_moved(row) for row in moves] for home, moves in one.moves.items()},
    )


def _finished(one: Finished) -> DisclosedExpenditure:
    return DisclosedExpenditure(
        case=one.spent.case,
        stage=one.stage,
        cost_fen=one.cost_fen,
        paid_year_fen=one.paid_year_fen,
        opened_at=rfc3339(one.opened_ms),
        accepted_at=_at(one.accepted_ms),
        over_at=rfc3339(one.over_ms),
        spent=one.spent,
        allocation=list(one.rows),
        after=_after(one.after),
    )


def _going(one: Going, *, now_ms: int) -> DisclosedCase:
    return DisclosedCase(
        case=one.case,
        lift=one.lift,
        path=one.path,
        stage=one.stage,
        works=list(one.works),
        opened_at=rfc3339(one.opened_ms),
        budget_fen=one.budget_fen,
        paid_year_fen=one.paid_year_fen,
        clocks=[_clock(row, now_ms=now_ms) for row in one.clocks],
        own=list(one.own),
        after=_after(one.after),
    )


def _clock(one: Due, *, now_ms: int) -> DisclosedClock:
    return DisclosedClock(
        name=one.name,
        due_at=rfc3339(one.due_ms),
        met_at=_at(one.met_ms),
        missed=one.is_missed(now_ms=now_ms),
        rule=one.rule,
    )


def _after(one: Aftermath | None) -> DisclosedAfter | None:
    if one is None:
        return None
    return DisclosedAfter(
        verdict=one.verdict,
        before=one.before,
        after=one.after,
        first_at=_at(one.first_ms),
        until=rfc3339(one.until_ms),
    )


def _moved(one: Moved) -> DisclosedMove:
    return DisclosedMove(**(structs.asdict(one) | {"day": day_text(one.day)}))


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)

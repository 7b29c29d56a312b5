"""The disclosure of a building's year: books and cases together, as one value that is shown.

A page, a CSV file and a PDF say what stands here and reckon nothing of their own.
"""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from liftwatch.clock import estate_day
from liftwatch.fund.aftermath import Aftermath
from liftwatch.fund.allocation import Balance, allocate
from liftwatch.fund.case import OVER, Case
from liftwatch.fund.deadlines import Due, deadlines
from liftwatch.fund.disclosure import (
    Allocated,
    Expenditure,
    YearRow,
    allocation,
    expenditure,
    holdings,
    is_spent,
    reconciled,
)
from liftwatch.fund.disclosure_year import BuildingYear, Home, Moved
from liftwatch.fund.steps import signers_of
from liftwatch.fund.years import last_day_of

NO_HOME = Home(before_fen=0, came_fen=0, went_fen=0, after_fen=0, owed_fen=0)


class Finished(Struct, frozen=True, kw_only=True):
    """A case whose cost is known, with what fell to each household.

    `cost_fen` is the audited cost, or what was paid where the reservation lapsed; households and
    the subsidy bear it together. `paid_year_fen` is what the bank paid for it within the year,
    `accepted_ms` when the work was signed for, None: it was not.
    """

    spent: Expenditure
    stage: str
    cost_fen: int
    paid_year_fen: int
    rows: tuple[Allocated, ...]
    after: Aftermath | None
    opened_ms: int
    accepted_ms: int | None
    over_ms: int


class OwnShare(Struct, frozen=True, kw_only=True):
    """What a case takes of an own household: set aside, or `planned` where nothing is yet."""

    household: str
    share_fen: int
    owed_fen: int
    planned: bool


class Going(Struct, frozen=True, kw_only=True):
    """A case that hangs out or has hung out and has no final cost: its step, and its clocks.

    Once it is over without one (withdrawn, lapsed), nothing is set aside and no clock runs.
    """

    case: str
    lift: str
    path: str
    stage: str
    works: tuple[str, ...]
    opened_ms: int
    budget_fen: int | None
    paid_year_fen: int
    clocks: tuple[Due, ...]
    own: tuple[OwnShare, ...]
    after: Aftermath | None


class HomeRow(Struct, frozen=True, kw_only=True):
    """A household's line: its owner masked, unless it is `own`; only then its first deposit."""

    household: str
    owner: str
    own: bool
    before_fen: int
    came_fen: int
    went_fen: int
    after_fen: int
    owed_fen: int
    must_top_up: bool
    first_deposit_fen: int | None


class Report(Struct, frozen=True, kw_only=True):
    """All the law asks to be published of a building's fund for a year.

    `closed` says that nothing is booked into the year any more; `as_of_ms` is when it was read.
    `moves` are those of own households alone.
    """

    place: tuple[str, str, str]
    year: int
    closed: bool
    as_of_ms: int
    books: BuildingYear
    table: tuple[YearRow, ...]
    homes: tuple[HomeRow, ...]
    finished: tuple[Finished, ...]
    going: tuple[Going, ...]
    moves: Mapping[str, tuple[Moved, ...]]

    @property
    def must_top_up(self) -> int:
        """How many households lie below 30 % of their first deposit."""
        return sum(one.must_top_up for one in self.homes)

    @property
    def owed_fen(self) -> int:
        """What households owe at the end of the year."""
        return sum(one.owed_fen for one in self.homes)

    @property
    def balances_fen(self) -> int:
        """What all households hold together."""
        return sum(one.after_fen for one in self.homes)


class Seen(Struct, frozen=True, kw_only=True):
    """Who looks, and what is known beside the books: owners' whole names by household, those
    households that are the reader's `own`, first deposits, and what came of repairs by case."""

    names: Mapping[str, str] = {}
    own: Collection[str] = ()
    first: Mapping[str, int] = {}
    aftermaths: Mapping[str, Aftermath] = {}


def report(
    books: BuildingYear, cases: Iterable[Case], seen: Seen, *, closed: bool, now_ms: int, **of: str
) -> Report:
    """The disclosure of a year, `of` an area, an estate and a building.

    Raises Untold where the year does not add up: nobody publishes that.
    """
    known = sorted(cases, key=lambda one: (one.opened_ms, one.id))
    return Report(
        place=(of["area"], of["estate"], of["building"]),
        year=books.year,
        closed=closed,
        as_of_ms=now_ms,
        books=books,
        table=reconciled(books.cash),
        homes=_homes(books, seen),
        finished=tuple(_finished(one, books, seen) for one in known if _is_of(one, books)),
        going=tuple(
            _going(one, books, seen) for one in known if _is_going(one, books, now_ms=now_ms)
        ),
        moves={home: books.moves.get(home, ()) for home in sorted(seen.own)},
    )


def _homes(books: BuildingYear, seen: Seen) -> tuple[HomeRow, ...]:
    doors = sorted(books.homes.keys() | seen.first.keys())
    held = {
        door: Balance(0, books.homes.get(door, NO_HOME).after_fen, seen.first.get(door, 0))
        for door in doors
    }
    rows = []
    for one in holdings(held, seen.names, own=seen.own):
        home, own = books.homes.get(one.household, NO_HOME), one.household in seen.own
        rows.append(
            HomeRow(
                household=one.household,
                owner=one.owner,
                own=own,
                before_fen=home.before_fen,
                came_fen=home.came_fen,
                went_fen=home.went_fen,
                after_fen=one.balance_fen,
                owed_fen=home.owed_fen,
                must_top_up=one.must_top_up,
                first_deposit_fen=seen.first.get(one.household) if own else None,
            )
        )
    return tuple(rows)


def over_ms(case: Case) -> int:
    """When its cost was known: settled, or lapsed; of one that is not over, when it last moved."""
    ends = [one.at_ms for one in case.done if one.move in ("settle", "expire")]
    return ends[0] if ends else case.last_ms


def _is_of(case: Case, books: BuildingYear) -> bool:
    """Whether a case that is spent took money in the year, or was settled in it."""
    year = last_day_of(books.year - 1) < estate_day(over_ms(case)) <= last_day_of(books.year)
    return is_spent(case) and (year or case.id in books.spent)


def _is_going(case: Case, books: BuildingYear, *, now_ms: int) -> bool:
    """Whether a case was under way in the year, and has hung out."""
    hung = case.published_ms is not None or case.stage not in ("draft", "withdrawn")
    if is_spent(case) or not hung or estate_day(case.opened_ms) > last_day_of(books.year):
        return False
    end_ms = case.last_ms if case.stage in OVER else now_ms
    return estate_day(end_ms) > last_day_of(books.year - 1)


def _finished(case: Case, books: BuildingYear, seen: Seen) -> Finished:
    spent = expenditure(case)
    lapsed = case.stage == "expired"
    return Finished(
        spent=spent,
        stage=case.stage,
        cost_fen=spent.paid_fen if lapsed else spent.audited_fen,
        paid_year_fen=books.spent.get(case.id, 0),
        rows=allocation(case, seen.names, own=seen.own),
        after=seen.aftermaths.get(case.id),
        opened_ms=case.opened_ms,
        accepted_ms=accepted_ms(case),
        over_ms=over_ms(case),
    )


def _going(case: Case, books: BuildingYear, seen: Seen) -> Going:
    return Going(
        case=case.id,
        lift=case.lift,
        path=case.path,
        stage=case.stage,
        works=tuple(one.what for one in case.plan.items) if case.plan else (),
        opened_ms=case.opened_ms,
        budget_fen=case.plan.budget_fen if case.plan else None,
        paid_year_fen=books.spent.get(case.id, 0),
        clocks=deadlines(case) if case.stage not in OVER else (),
        own=_own_shares(case, seen.own) if case.stage not in OVER else (),
        after=seen.aftermaths.get(case.id),
    )


def _own_shares(case: Case, own: Collection[str]) -> tuple[OwnShare, ...]:
    if case.purse.lines:
        return tuple(
            OwnShare(
                household=one.household,
                share_fen=one.share_fen,
                owed_fen=one.owed_fen,
                planned=False,
            )
            for one in case.purse.lines
            if one.household in own
        )
    if case.plan is None:
        return ()
    cost_fen = case.plan.budget_fen - case.plan.subsidy_fen
    return tuple(
        OwnShare(household=one.household, share_fen=one.amount_fen, owed_fen=0, planned=True)
        for one in allocate(cost_fen, case.plan.scope)
        if one.household in own
    )


def accepted_ms(case: Case) -> int | None:
    """When the last of those who must had signed that the work is done; None: not yet.

    A move keeps its moment, and the last signature is the one that moves the case on.
    """
    signed = [one.at_ms for one in case.done if one.move == "accept"]
    all_signed = set(signers_of(case)) <= set(case.accepted_by)
    return signed[-1] if signed and all_signed else None

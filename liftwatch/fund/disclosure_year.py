"""A building's year by its books: what it had, what came, what each case took, what is left.

Bank money, by the day of the money: 165号令, art. 30 asks for totals of what was paid in, used and
grown, and for what is left [M, domain 6.1]. Whatever is taken back counts where it was booked
wrongly, so that no row says more than there was.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from liftwatch.fund.accounts import CHART, DEBIT, Account, account_of
from liftwatch.fund.disclosure import Year
from liftwatch.fund.posted import Entry
from liftwatch.fund.years import last_day_of

BY_CASE = frozenset({"pay", "reimburse", "give_back"})
"""What moves the bank for a case: what is given back makes its cost less."""
OUT = frozenset({"refund", "return"})
"""What leaves the bank for no case."""
TAKEN_OVER = "taken_over"
"""What other books held when these began: an entry of the kind `opening`, which is no balance."""
OWN = ("principal", "interest")


class Moved(Struct, frozen=True, kw_only=True):
    """What one entry did to a household: amounts are what it had more (or less) of each.

    `balance_fen` is principal and interest together after it, `owed_fen` the debt after it.
    """

    n: int
    day: int
    kind: str
    case: str | None
    principal_fen: int
    interest_fen: int
    receivable_fen: int
    balance_fen: int
    owed_fen: int


class KindRow(Struct, frozen=True, kw_only=True):
    """All accounts of one kind together, before and after the year, on their own side."""

    kind: str
    before_fen: int
    after_fen: int


class Home(Struct, frozen=True, kw_only=True):
    """A household over the year: principal and interest together, and what it owes at the end."""

    before_fen: int
    came_fen: int
    went_fen: int
    after_fen: int
    owed_fen: int


class BuildingYear(Struct, frozen=True, kw_only=True):
    """A building's year. `spent` is by case, `left` what went for no case; both are positive.

    `debit_fen` and `credit_fen` are what stands on each side at the end: what the building has and
    is owed, and whose it is. They are alike in books that are whole.
    `first_day` is that of the first money ever.
    """

    year: int
    opening_fen: int
    received: Mapping[str, int]
    spent: Mapping[str, int]
    left: Mapping[str, int]
    closing_fen: int
    kinds: tuple[KindRow, ...]
    homes: Mapping[str, Home]
    banks: Mapping[str, int]
    debit_fen: int
    credit_fen: int
    moves: Mapping[str, tuple[Moved, ...]]
    entries: int
    first_day: int | None

    @property
    def cash(self) -> Year:
        """Its bank money, as `liftwatch.fund.disclosure.reconciled` checks and shows it."""
        spent = {f"case {case}": fen for case, fen in self.spent.items()}
        return Year(
            year=self.year,
            opening_fen=self.opening_fen,
            received=self.received,
            spent=spent | dict(self.left),
            closing_fen=self.closing_fen,
        )


def building_year(entries: Iterable[Entry], year: int) -> BuildingYear:
    """The year of a building: all its entries in order, each with the postings of it alone.

    An entry counts by its day, which may be before that of one booked earlier.
    """
    books = _Books(last_day_of(year - 1) + 1, last_day_of(year))
    for entry in entries:
        books.add(entry)
    return books.year(year)


class _Books:
    """What is summed up on the way through the journal."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.before: Counter[Account] = Counter()
        self.after: Counter[Account] = Counter()
        self.received: Counter[str] = Counter()
        self.spent: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.came: Counter[str] = Counter()
        self.went: Counter[str] = Counter()
        self.named: dict[int, tuple[str, str | None]] = {}
        self.changes: list[tuple[int, int, Entry, str, Counter[str]]] = []
        self.entries = 0
        self.first_day: int | None = None

    def add(self, entry: Entry) -> None:
        """One entry more."""
        kind, case = self.named.get(entry.reverses or 0, (entry.kind, entry.case))
        self.named[entry.n] = kind, case
        self.first_day = entry.day if self.first_day is None else min(self.first_day, entry.day)
        if entry.day > self.last:
            return
        homes: dict[str, Counter[str]] = {}
        bank_fen = 0
        for one in entry.postings:
            account = account_of(one.account)
            fen = account.side * one.amount
            self.after[account] += fen
            if entry.day < self.first:
                self.before[account] += fen
            if account.kind == "bank":
                bank_fen += fen
            elif account.kind in (*OWN, "receivable"):
                homes.setdefault(account.of, Counter())[account.kind] += fen
        if entry.day >= self.first:
            self.entries += 1
            self._count(kind, case, bank_fen)
        for home, by_kind in homes.items():
            self.changes.append((entry.day, entry.n, entry, home, by_kind))

    def _count(self, kind: str, case: str | None, bank_fen: int) -> None:
        if kind in BY_CASE and case is not None:
            self.spent[case] -= bank_fen
        elif kind in OUT:
            self.left[kind] -= bank_fen
        elif bank_fen:
            self.received[TAKEN_OVER if kind == "opening" else kind] += bank_fen

    def year(self, year: int) -> BuildingYear:
        """All of it together."""
        kinds = tuple(
            KindRow(
                kind=row.name,
                before_fen=_sum(self.before, row.name),
                after_fen=_sum(self.after, row.name),
            )
            for row in CHART
        )
        sides = {row.name: row.side for row in CHART}
        by_kind = {row.kind: row for row in kinds}
        moves = self._moves()
        return BuildingYear(
            year=year,
            opening_fen=by_kind["bank"].before_fen,
            received=_told(self.received),
            spent=_told(self.spent),
            left=_told(self.left),
            closing_fen=by_kind["bank"].after_fen,
            kinds=kinds,
            homes=self._homes(),
            banks={a.of: fen for a, fen in sorted(self.after.items()) if a.kind == "bank"},
            debit_fen=sum(row.after_fen for row in kinds if sides[row.kind] == DEBIT),
            credit_fen=sum(row.after_fen for row in kinds if sides[row.kind] != DEBIT),
            moves=moves,
            entries=self.entries,
            first_day=self.first_day,
        )

    def _moves(self) -> dict[str, tuple[Moved, ...]]:
        held: dict[str, Counter[str]] = {}
        found: dict[str, list[Moved]] = {}
        for day, n, entry, home, change in sorted(self.changes, key=lambda one: one[:2]):
            held.setdefault(home, Counter()).update(change)
            own_fen = sum(change[kind] for kind in OWN)
            self.came[home] += max(0, own_fen) if day >= self.first else 0
            self.went[home] += max(0, -own_fen) if day >= self.first else 0
            if day >= self.first:
                moved = Moved(
                    n=n,
                    day=day,
                    kind=entry.kind,
                    case=entry.case,
                    principal_fen=change["principal"],
                    interest_fen=change["interest"],
                    receivable_fen=change["receivable"],
                    balance_fen=sum(held[home][kind] for kind in OWN),
                    owed_fen=held[home]["receivable"],
                )
                found.setdefault(home, []).append(moved)
        return {home: tuple(moves) for home, moves in found.items()}

    def _homes(self) -> dict[str, Home]:
        sums: dict[str, Counter[str]] = {}
        for which, books in (("before", self.before), ("after", self.after)):
            for account, fen in books.items():
                if account.kind in OWN:
                    sums.setdefault(account.of, Counter())[which] += fen
                elif account.kind == "receivable" and which == "after":
                    sums.setdefault(account.of, Counter())["owed"] += fen
        return {
            home: Home(
                before_fen=of["before"],
                came_fen=self.came[home],
                went_fen=self.went[home],
                after_fen=of["after"],
                owed_fen=of["owed"],
            )
            for home, of in sorted(sums.items())
        }


def _sum(books: Mapping[Account, int], kind: str) -> int:
    return sum(fen for account, fen in books.items() if account.kind == kind)


def _told(sums: Mapping[str, int]) -> dict[str, int]:
    """In order, without what came to nothing.

    >>> _told({"pay": 0, "deposit": 5})
    {'deposit': 5}
    """
    return {name: fen for name, fen in sorted(sums.items()) if fen}

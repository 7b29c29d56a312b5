"""Whether cases and entries say the same: a purse against what was booked for its case.

Of a case the entries come to what its purse holds (decision 0026): `clearing` and `insurer`
together, what was paid, what of a subsidy lies there, and what each household owes to it. A debt
to a case is paid to it: no household's receivable is below what it owes to its cases.

Whoever books meanwhile wrongs nobody: cases are read a page at a time, each with the number of
the newest entry of that moment, and compared when the entries have come to it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from liftwatch.fund.books import FundReads
from liftwatch.fund.case import Case
from liftwatch.fund.kept import CaseFilter, CaseReads
from liftwatch.fund.posted import Entry
from liftwatch.fund.reserved import Purse

PAGE, TRIES = 200, 5
OWN = ("principal/", "interest/")
PAYING = frozenset({"pay", "reimburse", "give_back"})
"""Entries by which money leaves for a case, or comes back from whoever was paid."""


class BooksAndCases(FundReads, CaseReads, Protocol):
    """What is compared."""


class Unlike(NamedTuple):
    """A case of which the entries say something else, or an account that owes too little to its
    cases; and the newest entry of the case, 0 where there is none."""

    name: str
    n: int
    why: str


class Page(NamedTuple):
    """Cases as they were while `n` was the newest entry: place and id, and what each holds."""

    n: int
    held: Mapping[str, Mapping[str, int]]


def held_by(purse: Purse) -> dict[str, int]:
    """What the books must say of a purse; what is nothing is left out.

    >>> from liftwatch.fund.reserved import Line
    >>> lines = (Line(household="101", payer="101", share_fen=60, principal_fen=40),)
    >>> held_by(Purse(lines=lines, paid_fen=30))
    {'clearing': 30, 'paid': 30, 'owed by 101': 20}
    """
    found = Counter(
        {"clearing": purse.clearing_fen, "paid": purse.paid_fen, "subsidy": purse.subsidy_fen}
    )
    for line in purse.lines:
        found[f"owed by {line.household}"] += line.owed_fen
    return {what: fen for what, fen in found.items() if fen}


def pages_of(books: BooksAndCases) -> list[Page]:
    """All cases, each page between two looks at the head that find the same; the last page is
    empty, and of the moment behind which cases are not known any more. Raises Unreadable."""
    found, after, limit = [], "", PAGE
    while True:
        for _ in range(TRIES):
            n = books.fund_head().n
            cases = books.fund_cases(CaseFilter(), after=after, limit=limit)
            if books.fund_head().n == n:
                break
        else:  # so much is booked that fewer are read at a time
            limit = max(1, limit // 4)
            continue
        found.append(Page(n, {_name(one): held_by(one.purse) for one in cases}))
        if not cases:
            return found
        after = cases[-1].id


class Compared:
    """What entries come to, case by case, and what of it was found to be otherwise."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self.pages: defaultdict[int, list[Page]] = defaultdict(list)
        self.known: set[str] = set()
        self.last_n = 0
        for page in pages:
            self.pages[page.n].append(page)
            self.known.update(page.held)
            self.last_n = page.n
        self.sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.newest: dict[str, int] = {}
        self.debts: Counter[str] = Counter()

    def first(self) -> Unlike | None:
        """What differs where nothing was booked yet."""
        return self._at(0)

    def take(self, entry: Entry) -> Unlike | None:
        """Go on behind an entry; the first case that differs then, in order of their ids."""
        if entry.case is not None:
            self._add(entry, entry.case)
        return self._at(entry.n) if entry.n in self.pages else None

    def _add(self, entry: Entry, case: str) -> None:
        for one in entry.postings:
            account, amount = one.account, one.amount
            if account.startswith(OWN):  # most legs: of these the case does not tell alone
                continue
            kind, _, rest = account.partition("/")
            place, _, of = rest.rpartition("/")
            name = f"{place}/{case}"
            if kind in ("clearing", "insurer"):
                self.sums[name]["clearing"] -= amount
            elif kind == "receivable":
                self.sums[name][f"owed by {of}"] += amount
                self.debts[account] += amount
            elif kind == "subsidy":
                self.sums[name]["subsidy"] += amount
            elif kind == "bank" and entry.kind in PAYING:
                self.sums[name]["paid"] -= amount
            self.newest[name] = entry.n

    def _at(self, n: int) -> Unlike | None:
        for page in self.pages.get(n, ()):
            for name, held in page.held.items():
                if (found := self._unlike(name, held)) is not None:
                    return found
        if n == self.last_n:
            for name in sorted(self.sums.keys() - self.known):
                if (found := self._unlike(name, {})) is not None:
                    return found
        return None

    def _unlike(self, name: str, held: Mapping[str, int]) -> Unlike | None:
        sums = self.sums.get(name, Counter())
        for what in sorted(held.keys() | sums.keys()):
            case, booked = held.get(what, 0), sums.get(what, 0)
            if case != booked:
                says = f"its purse says {case} fen" if name in self.known else "no case is kept"
                why = f"{what}: {says}, the entries come to {booked}"
                return Unlike(f"case {name.rpartition('/')[2]}", self.newest.get(name, 0), why)
        return None

    def debt_beside(self, balances: Mapping[str, int]) -> Unlike | None:
        """The first household that owes more to its cases than it owes at all."""
        for account, fen in sorted(self.debts.items()):
            held = balances.get(account, 0)
            if fen > held:
                why = f"holds {held} fen, and {fen} are owed to cases: paid beside them"
                return Unlike(account, 0, why)
        return None


def _name(case: Case) -> str:
    return f"{case.area}/{case.estate}/{case.building}/{case.id}"

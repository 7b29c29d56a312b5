"""Whether the books are right: everything is reckoned anew, from zero, entry after entry.

What is looked for, in this order at every entry:

    missing    a number is not there          order    a number comes again, or after a higher one
    unreadable the database does not hand it out, or holds what is no number or no text
    seal       sealed with a key that is not given, or with an older key after a newer one
    changed    the entry does not fit its hash and the one before it
    anchor     all fits, but is not what an anchor remembers: it was sealed anew
    legs       they do not add up to zero within a building, or are not what the kind allows
    balance    a balance is not what all entries before make it, or is below zero
    twice      its key, its source or what it takes back has been there before
    closed     it lies in a year that was closed before it
    account    it was opened by another entry than the table of accounts says

Memory grows with accounts and keys: some 300 bytes an entry.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from liftwatch.audit.chain import Keys, seal_name
from liftwatch.clock import rfc3339
from liftwatch.fund.accounts import account_of
from liftwatch.fund.anchors import Anchor
from liftwatch.fund.books import FundReads, OpenedAccount, Unreadable
from liftwatch.fund.chain import Head, hash_after
from liftwatch.fund.compared import BooksAndCases, Compared, Unlike, pages_of
from liftwatch.fund.journal import wrong_legs, wrong_texts
from liftwatch.fund.kinds import KINDS
from liftwatch.fund.posted import Entry
from liftwatch.fund.years import Closed, mac_of
from liftwatch.said import Said

Fault = Literal[
    "missing",
    "order",
    "unreadable",
    "seal",
    "changed",
    "anchor",
    "legs",
    "balance",
    "twice",
    "account",
    "closed",
]


HEARD = 100


class Wrong(NamedTuple):
    """The first wrong entry, and what is wrong with it."""

    n: int
    fault: Fault
    why: str


class Verdict(NamedTuple):
    """What became of a check.

    `balances` are reckoned anew, as far as it got; `anchors` is how many fit; `damage` is what the
    database finds wrong with itself, `notes` what one ought to know. `cases` were held against the
    entries, `unlike` is the first that differs; that is asked where the entries are right.
    """

    entries: int
    postings: int
    anchors: int
    balances: dict[str, int]
    wrong: Wrong | None
    damage: tuple[str, ...]
    notes: tuple[str, ...]
    cases: int = 0
    unlike: Unlike | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong is None and not self.damage and self.unlike is None


def verify_books(
    books: FundReads,
    anchors: Iterable[Anchor] = (),
    *,
    keys: Keys,
    cases: BooksAndCases | None = None,
    heard: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Check all that is booked up to now; what comes meanwhile is not looked at.

    With `cases`, the same books as a rule, every case is held against the entries. `heard` is told
    every 100 entries how many are right; it may raise, to stop it.
    """
    damage: tuple[str, ...] = ()
    accounts: list[OpenedAccount] = []
    closed: list[Closed] = []
    head = Head()
    compared = None
    try:
        compared = None if cases is None else Compared(pages_of(cases))
    except Unreadable as error:
        damage = (f"a case cannot be read: {error}",)
    try:
        head = books.fund_head()
        closed = [one for one in books.fund_closed() if one.n <= head.n]
        accounts = [one for one in books.fund_accounts() if not one.entry > head.n]
    except Unreadable as error:
        damage = (*damage, str(error))
    check = Check(anchors, keys, closed)
    wrong, unlike = None, None if compared is None else compared.first()
    try:
        for entry in books.fund_journal(head.n):
            wrong = check.wrong_with(entry)
            if wrong is not None:
                break
            check.take(entry)
            if check.count % HEARD == 0:
                heard(check.count)
            if compared is not None:
                unlike = unlike or compared.take(entry)
    except Unreadable as error:
        wrong = Wrong(error.n, "unreadable", error.why)
    wrong = wrong or check.wrong_at_the_end(head) or check.wrong_years()
    if wrong is None and not damage:
        wrong = check.wrong_accounts(accounts)
    verdict = check.verdict(wrong, (*damage, *books.fund_damage()))
    if compared is None or wrong is not None:
        return verdict
    unlike = unlike or compared.debt_beside(check.balances)
    return verdict._replace(cases=len(compared.known), unlike=unlike)


class Check:
    """Where a check stands between two entries."""

    def __init__(
        self, anchors: Iterable[Anchor], keys: Keys, closed: Sequence[Closed] = ()
    ) -> None:
        self.anchors: defaultdict[int, list[Anchor]] = defaultdict(list)
        for anchor in anchors:
            self.anchors[anchor.n].append(anchor)
        self.closed = closed
        self.keys: dict[str, bytes | None] = {"": None}
        self.keys |= {seal_name(key): key for key in reversed(keys)}
        self.ranks = {seal: rank for rank, seal in enumerate(self.keys)}
        self.end = Head()
        self.at_ms = 0
        self.count = self.postings = self.fitting = self.unkeyed = self.rank = self.back = 0
        self.balances: dict[str, int] = {}
        self.opened: dict[str, int] = {}
        self.sides: dict[str, int] = {}
        self.known: set[str] = set()
        self.turned: dict[int, tuple[str | None, int]] = {}

    def wrong_with(self, entry: Entry) -> Wrong | None:
        """What is wrong with the next entry."""
        n, end = entry.n, self.end.n
        if n <= end:
            return Wrong(n, "order", f"comes after entry {end}")
        if n > end + 1:
            return _missing(end + 1, n - 1)
        return (
            self._sealed(entry)
            or self._anchored(entry)
            or self._ruled(entry)
            or self._balanced(entry)
            or self._twice(entry)
        )

    def _sealed(self, entry: Entry) -> Wrong | None:
        rank = self.ranks.get(entry.seal)
        if rank is None:
            return Wrong(entry.n, "seal", f"sealed with key {entry.seal}, which is not given")
        if rank < self.rank:
            what = f"older key {entry.seal}" if entry.seal else "no key"
            return Wrong(entry.n, "seal", f"sealed with {what} after entries with a newer one")
        try:
            right = hash_after(self.end.hash, entry, key=self.keys[entry.seal])
        except ValueError:  # text that has no bytes
            right = ""
        if right != entry.hash:
            why = "does not fit its hash and the entry before it"
            return Wrong(entry.n, "changed", why + self._hint(entry))
        return None

    def _hint(self, entry: Entry) -> str:
        """What else is odd about an entry that was changed: where to begin to look."""
        odd = self._legs(entry) or self._balanced(entry)
        return f"; {odd.why}" if odd is not None else ""

    def _anchored(self, entry: Entry) -> Wrong | None:
        for anchor in self.anchors.get(entry.n, ()):
            if anchor.hash != entry.hash:
                why = f"is not what the anchor of {rfc3339(anchor.at_ms)} remembers: sealed anew"
                return Wrong(entry.n, "anchor", why)
        for year in self.closed:
            if year.n == entry.n and year.hash != entry.hash:
                return Wrong(entry.n, "anchor", f"is not what closed the year {year.year}")
            if entry.n > year.n and entry.day <= year.last_day:
                return Wrong(entry.n, "closed", f"the year {year.year} was closed before it")
        return None

    def _ruled(self, entry: Entry) -> Wrong | None:
        why = wrong_texts(entry)
        return Wrong(entry.n, "legs", why) if why is not None else self._legs(entry)

    def _legs(self, entry: Entry) -> Wrong | None:
        legs = entry.postings
        if entry.legs != len(legs):
            why = f"has {len(legs)} legs, and says {entry.legs}"
            return Wrong(entry.n, "legs", why)
        if entry.kind not in KINDS:
            return Wrong(entry.n, "legs", "is of a kind that there is not")
        said = wrong_legs(legs, kind=entry.kind, case=entry.case)
        return None if said is None else Wrong(entry.n, "legs", said)

    def _balanced(self, entry: Entry) -> Wrong | None:
        for one in entry.postings:
            side = self.sides.get(one.account)
            if side is None:
                try:
                    side = self.sides[one.account] = account_of(one.account).side
                except ValueError as error:
                    return Wrong(entry.n, "legs", str(error))
            right = self.balances.get(one.account, 0) + side * one.amount
            if one.balance != right:
                why = f"{one.account} would hold {right} fen, and it says {one.balance}"
                return Wrong(entry.n, "balance", why)
            if right < 0:
                return Wrong(entry.n, "balance", f"{one.account} is at {right} fen, below zero")
        return None

    def _twice(self, entry: Entry) -> Wrong | None:
        for name in _names(entry):
            if name in self.known:
                return Wrong(entry.n, "twice", f"{name} has been there before")
        if entry.reverses is not None and entry.reverses not in self.turned:
            return Wrong(entry.n, "legs", f"takes back entry {entry.reverses}, which is no earlier")
        if entry.reverses is not None and self.turned[entry.reverses] != _turned(entry, -1):
            return Wrong(entry.n, "legs", f"takes back other legs than entry {entry.reverses} has")
        return None

    def take(self, entry: Entry) -> None:
        """Go on behind an entry that is right."""
        self.end = Head(n=entry.n, hash=entry.hash, seal=entry.seal)
        self.count += 1
        self.postings += len(entry.postings)
        self.fitting += len(self.anchors.get(entry.n, ()))
        self.unkeyed += not entry.seal
        self.rank = self.ranks[entry.seal]
        self.back += entry.at_ms < self.at_ms
        self.at_ms = entry.at_ms
        self.known.update(_names(entry))
        if entry.reverses is None:  # a reversal is not taken back
            self.turned[entry.n] = _turned(entry, 1)
        for one in entry.postings:
            self.balances[one.account] = one.balance
            self.opened.setdefault(one.account, entry.n)

    def wrong_at_the_end(self, head: Head) -> Wrong | None:
        """What only shows when all has been read: a missing end, or another end than the head's."""
        end = self.end
        known = max([head.n, *self.anchors])
        if end.n < known:
            by = "by the head" if known == head.n else "by an anchor"
            return _missing(end.n + 1, known, f"at the end, {by}")
        if end.hash != head.hash or head.seal not in (end.seal, ""):  # "": after a lost key
            return Wrong(end.n, "changed", "is not what the head of the books remembers")
        return None

    def wrong_years(self) -> Wrong | None:
        """Whether every closed year is what was sealed."""
        for year in self.closed:
            key = self.keys.get(year.seal)
            if year.seal not in self.keys or year.mac != mac_of(year, key):
                return Wrong(year.n, "changed", f"the end of {year.year} is not what was sealed")
        return None

    def wrong_accounts(self, accounts: Iterable[OpenedAccount]) -> Wrong | None:
        """Whether the table of accounts is what the postings make it."""
        told = dict(accounts)
        for account, n in self.opened.items():
            if told.get(account) != n:
                return Wrong(n, "account", f"opens {account}, and the table of accounts differs")
        for account in sorted(told.keys() - self.opened.keys()):
            return Wrong(told[account], "account", f"opens {account}, and has no leg of it")
        return None

    def verdict(self, wrong: Wrong | None, damage: tuple[str, ...]) -> Verdict:
        """All that is to be told."""
        notes: list[Said] = []
        if self.unkeyed:
            notes.append(
                Said(
                    "%(count)s entries are sealed without a key: whoever can write the database"
                    " could have sealed them anew; only anchors kept elsewhere would show it",
                    count=self.unkeyed,
                )
            )
        if self.rank < len(self.keys) - 1 and self.count:
            notes.append(Said("nothing is sealed with the newest key yet: the next entry will be"))
        if self.back:
            notes.append(
                Said(
                    "the clock went back before %(count)s entries; their order is right",
                    count=self.back,
                )
            )
        if self.count and not self.anchors:
            notes.append(Said("no anchor is given: an end that was cut off does not show"))
        return Verdict(
            self.count, self.postings, self.fitting, self.balances, wrong, damage, tuple(notes)
        )


def _names(entry: Entry) -> list[str]:
    names = [f"key {entry.key}"]
    if entry.source is not None:
        names.append(f"source {entry.source}")
    if entry.reverses is not None:
        names.append(f"reversal of {entry.reverses}")
    return names


def _turned(entry: Entry, sign: int) -> tuple[str | None, int]:
    """Case and legs in little: equal for an entry and, with the other sign, its reversal."""
    return entry.case, hash(tuple(sorted((p.account, sign * p.amount) for p in entry.postings)))


def _missing(first: int, last: int, more: str = "") -> Wrong:
    which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
    return Wrong(first, "missing", f"{which} not there {more}".strip())

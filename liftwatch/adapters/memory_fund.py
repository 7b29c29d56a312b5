"""The fund's books in memory: the measure for the real ones."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import structs

from liftwatch.audit.chain import Keys
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter, Held, OpenedAccount
from liftwatch.fund.chain import Head
from liftwatch.fund.posted import Entry


class FundState:
    """Entries in order; what accounts hold and who opened them follows from them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    @property
    def head(self) -> Head:
        """The end of the chain."""
        if not self.entries:
            return Head()
        last = self.entries[-1]
        return Head(n=last.n, hash=last.hash, seal=last.seal)

    def balances(self) -> dict[str, int]:
        """What every account holds."""
        return {one.account: one.balance for entry in self.entries for one in entry.postings}


class MemoryFundReads:
    """Fulfils `liftwatch.fund.books.FundReads`."""

    _fund: FundState
    fund_keys: Keys

    def fund_head(self) -> Head:
        """The end of the books."""
        return self._fund.head

    def fund_entries(self, after: int = 0, *, limit: int = 500) -> list[Entry]:
        """Entries numbered above `after`, in order."""
        return self._fund.entries[max(after, 0) :][:limit]

    def fund_journal(self, upto: int) -> Iterator[Entry]:
        """All entries up to a number."""
        return iter(self._fund.entries[: max(upto, 0)])

    def fund_accounts(self) -> list[OpenedAccount]:
        """Every account that was opened."""
        opened: dict[str, int] = {}
        for entry in self._fund.entries:
            for one in entry.postings:
                opened.setdefault(one.account, entry.n)
        return [OpenedAccount(name, opened[name]) for name in sorted(opened)]

    def fund_held(self, where: AccountFilter, *, after: str = "", limit: int = 500) -> list[Held]:
        """Accounts and what they hold, in order of their names."""
        wanted = {k: v for k, v in structs.asdict(where).items() if v is not None}
        found = [
            Held(name, balance)
            for name, balance in sorted(self._fund.balances().items())
            if name > after and wanted.items() <= structs.asdict(account_of(name)).items()
        ]
        return found[:limit]

    def fund_damage(self) -> list[str]:
        """Memory is not looked into."""
        return []


class MemoryFundWork:
    """Fulfils `liftwatch.fund.books.FundWork`; each step says how it is undone."""

    _fund: FundState
    _undo: list[Callable[[], Any]]
    fund_keys: Keys

    def fund_lock(self) -> Head:
        """The end of the books; there is one thread."""
        return self._fund.head

    def fund_known(self, key: str) -> Entry | None:
        """The entry that was booked under an idempotency key."""
        return self._first(lambda one: one.key == key)

    def fund_source(self, source: str) -> Entry | None:
        """The entry that a source has caused."""
        return self._first(lambda one: one.source == source)

    def fund_reversal(self, n: int) -> Entry | None:
        """The entry that takes back entry n."""
        return self._first(lambda one: one.reverses == n)

    def fund_numbered(self, n: int) -> Entry | None:
        """Entry n."""
        return self._first(lambda one: one.n == n)

    def _first(self, which: Callable[[Entry], bool]) -> Entry | None:
        return next((one for one in self._fund.entries if which(one)), None)

    def fund_balances(self, accounts: Iterable[str]) -> dict[str, int]:
        """What accounts hold; those never used are not in it."""
        held = self._fund.balances()
        return {name: held[name] for name in accounts if name in held}

    def fund_append(self, entry: Entry) -> None:
        """Write the next entry."""
        self._fund.entries.append(entry)
        self._undo.append(self._fund.entries.pop)

"""The fund's books in memory: the measure for the real ones."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.audit.chain import Keys
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter, EntryFilter, FirstDeposit, Held, OpenedAccount
from liftwatch.fund.chain import Head
from liftwatch.fund.closing import WAITING, Closing
from liftwatch.fund.pending import Pending
from liftwatch.fund.posted import Entry
from liftwatch.fund.years import Closed
from liftwatch.ports import Conflict
from liftwatch.said import Said


class FundState:
    """Entries in order; what accounts hold and who opened them follows from them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.closed: list[Closed] = []
        self.pending: dict[str, Pending] = {}
        self.closings: dict[str, Closing] = {}
        self.first: dict[tuple[str, str, str, str], FirstDeposit] = {}

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

    def fund_feed(
        self, where: EntryFilter, *, after: int = 0, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Entry]:
        """Entries above `after` that touch a building which is seen, in order."""
        found = [
            one
            for one in self._fund.entries[max(after, 0) :]
            if where.case in (None, one.case)
            and where.account in (None, *(leg.account for leg in one.postings))
            and any(_is_seen(leg.account, sight) for leg in one.postings)
        ]
        return found[:limit]

    def fund_pending_of(self, id: str) -> Pending | None:
        """What waits, or has waited, for a second person."""
        return self._fund.pending.get(id)

    def fund_held(
        self,
        where: AccountFilter,
        *,
        after: str = "",
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Held]:
        """Accounts of buildings that are seen and what they hold, in order of their names."""
        wanted = {k: v for k, v in structs.asdict(where).items() if v is not None}
        found = [
            Held(name, balance)
            for name, balance in sorted(self._fund.balances().items())
            if name > after
            and _is_seen(name, sight)
            and wanted.items() <= structs.asdict(account_of(name)).items()
        ]
        return found[:limit]

    def fund_closed(self) -> list[Closed]:
        """The years that are closed, the first one first."""
        return list(self._fund.closed)

    def fund_closings(self, *, limit: int = 100) -> list[Closing]:
        """Years that people wanted closed, the newest first."""
        found = sorted(self._fund.closings.values(), key=lambda one: one.id, reverse=True)
        return found[:limit]

    def fund_places(self) -> list[tuple[str, str, str]]:
        """The buildings that have accounts, in order."""
        return sorted({account_of(name).place for name in self._fund.balances()})

    def fund_pendings(self, *, state: str, limit: int = 500) -> list[Pending]:
        """What waits for a second person, or was decided, the newest first."""
        found = [one for one in self._fund.pending.values() if one.state == state]
        return sorted(found, key=lambda one: one.id, reverse=True)[:limit]

    def fund_first_deposits(self, place: tuple[str, str, str]) -> dict[str, int]:
        """First deposits of a building's households, in fen."""
        found = {key[3]: one.fen for key, one in self._fund.first.items() if key[:3] == place}
        return dict(sorted(found.items()))

    def fund_damage(self) -> list[str]:
        """Memory is not looked into."""
        return []


def _is_seen(account: str, sight: Sight) -> bool:
    return sight.reaches(Place(*account_of(account).place))


class MemoryFundWork:
    """Fulfils `liftwatch.fund.books.FundWork`; each step says how it is undone."""

    _fund: FundState
    _undo: list[Callable[[], Any]]
    _put_row: Callable[[Any, Any, Any], None]
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

    def fund_closed(self) -> list[Closed]:
        """The years that are closed, the first one first."""
        return list(self._fund.closed)

    def fund_close(self, closed: Closed) -> None:
        """Close a year."""
        self._fund.closed.append(closed)
        self._undo.append(self._fund.closed.pop)

    def fund_newest(self, last_day: int) -> Head:
        """The newest entry of which the money's day is not after this one."""
        of = [one for one in self._fund.entries if one.day <= last_day]
        return Head(n=of[-1].n, hash=of[-1].hash) if of else Head()

    def fund_closing(self, id: str) -> Closing | None:
        """A year that waits, or has waited, to be closed."""
        return self._fund.closings.get(id)

    def fund_closings_waiting(self) -> list[Closing]:
        """The years that wait."""
        found = [one for one in self._fund.closings.values() if one.state == WAITING]
        return sorted(found, key=lambda one: one.year)

    def fund_put_closing(self, closing: Closing) -> None:
        """Insert version 1, replace one whose version is one less."""
        known = self._fund.closings.get(closing.id)
        if (known.version if known else 0) != closing.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._put_row(self._fund.closings, closing.id, closing)

    def fund_pending(self, id: str) -> Pending | None:
        """What waits, or has waited, for a second person."""
        return self._fund.pending.get(id)

    def fund_put_pending(self, pending: Pending) -> None:
        """Insert version 1, replace one whose version is one less."""
        known = self._fund.pending.get(pending.id)
        if (known.version if known else 0) != pending.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._put_row(self._fund.pending, pending.id, pending)

    def fund_put_first(self, first: Iterable[FirstDeposit]) -> None:
        """Note the first deposits of households."""
        for one in first:
            key = (one.area, one.estate, one.building, one.household)
            self._put_row(self._fund.first, key, one)

    def fund_append(self, entry: Entry) -> None:
        """Write the next entry."""
        self._fund.entries.append(entry)
        self._undo.append(self._fund.entries.pop)

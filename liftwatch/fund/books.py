"""The fund's books as others see them: the ports that write and read them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.audit.chain import Keys
from liftwatch.fund.chain import Head
from liftwatch.fund.closing import Closing
from liftwatch.fund.pending import Pending
from liftwatch.fund.posted import Entry
from liftwatch.fund.years import Closed


class Unreadable(Exception):
    """The database does not hand out an entry as it was; `n` is the first such one, 0: the head."""

    def __init__(self, n: int, why: str) -> None:
        super().__init__(f"entry {n}: {why}" if n else why)
        self.n, self.why = n, why


class OpenedAccount(NamedTuple):
    """An account, and the number of the entry that opened it, as the table of accounts has it."""

    id: str
    entry: int


class Held(NamedTuple):
    """An account and what it holds, on its own side."""

    account: str
    balance: int


class FirstDeposit(Struct, frozen=True, kw_only=True):
    """What a household paid in when its building was new, and who says so."""

    area: str
    estate: str
    building: str
    household: str
    fen: int
    person: str
    at_ms: int


class AccountFilter(Struct, frozen=True, kw_only=True):
    """Which accounts: None is no condition."""

    area: str | None = None
    estate: str | None = None
    building: str | None = None
    kind: str | None = None
    of: str | None = None


class EntryFilter(Struct, frozen=True, kw_only=True):
    """Which entries: that touch an account, that are of a case; None is no condition."""

    account: str | None = None
    case: str | None = None


class FundWork(Protocol):
    """The part of a transaction that books. `liftwatch.handlers.fund_book` is how it is used."""

    fund_keys: Keys

    def fund_lock(self) -> Head:
        """The end of the books, held until the transaction ends: nobody else books meanwhile."""

    def fund_known(self, key: str) -> Entry | None:
        """The entry that was booked under an idempotency key."""

    def fund_source(self, source: str) -> Entry | None:
        """The entry that a source has caused."""

    def fund_reversal(self, n: int) -> Entry | None:
        """The entry that takes back entry n."""

    def fund_numbered(self, n: int) -> Entry | None:
        """Entry n."""

    def fund_balances(self, accounts: Iterable[str]) -> dict[str, int]:
        """What accounts hold, on their own sides; those never used are not in it."""

    def fund_closed(self) -> list[Closed]:
        """The years that are closed, the first one first."""

    def fund_close(self, closed: Closed) -> None:
        """Close a year: the database takes no entry of its days any more."""

    def fund_newest(self, last_day: int) -> Head:
        """The newest entry of which the money's day is not after this one; 0 where there is none.
        Its seal is left out."""

    def fund_closing(self, id: str) -> Closing | None:
        """A year that waits, or has waited, to be closed; held until the transaction ends."""

    def fund_closings_waiting(self) -> list[Closing]:
        """The years that wait."""

    def fund_put_closing(self, closing: Closing) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""

    def fund_pending(self, id: str) -> Pending | None:
        """What waits, or has waited, for a second person; held until the transaction ends."""

    def fund_put_pending(self, pending: Pending) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""

    def fund_put_first(self, first: Iterable[FirstDeposit]) -> None:
        """Note the first deposits of households, by which a top-up is reckoned."""

    def fund_append(self, entry: Entry) -> None:
        """Write the next entry, and open the accounts that it is the first to use."""


class FundReads(Protocol):
    """The part of the books that tells of the fund."""

    fund_keys: Keys

    def fund_head(self) -> Head:
        """The end of the books. Raises Unreadable."""

    def fund_entries(self, after: int = 0, *, limit: int = 500) -> list[Entry]:
        """Entries numbered above `after`, in order. Raises Unreadable."""

    def fund_journal(self, upto: int) -> Iterator[Entry]:
        """All entries up to a number, in order, a page after another. Raises Unreadable."""

    def fund_accounts(self) -> list[OpenedAccount]:
        """Every account that was opened, in order of its name."""

    def fund_feed(
        self, where: EntryFilter, *, after: int = 0, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Entry]:
        """Entries above `after` that touch a building which is seen, whole, in order.

        Raises Unreadable.
        """

    def fund_held(
        self,
        where: AccountFilter,
        *,
        after: str = "",
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Held]:
        """Accounts of buildings that are seen and what they hold, in order of their names."""

    def fund_pending_of(self, id: str) -> Pending | None:
        """What waits, or has waited, for a second person."""

    def fund_closed(self) -> list[Closed]:
        """The years that are closed, the first one first. Raises Unreadable."""

    def fund_closings(self, *, limit: int = 100) -> list[Closing]:
        """Years that people wanted closed, the newest first."""

    def fund_places(self) -> list[tuple[str, str, str]]:
        """The buildings that have accounts, in order."""

    def fund_pendings(self, *, state: str, limit: int = 500) -> list[Pending]:
        """What waits for a second person, or was decided, the newest first."""

    def fund_first_deposits(self, place: tuple[str, str, str]) -> dict[str, int]:
        """First deposits of a building's households, in fen; those nobody told of are left out."""

    def fund_damage(self) -> list[str]:
        """What the database itself finds wrong with the books' tables, indexes and triggers."""

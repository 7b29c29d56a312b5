"""The account of loss as others see it: its figures, and the ports that write and read them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight


class AccountRow(Struct, kw_only=True, frozen=True):
    """What one journal holds of a terminal for a lift and a day (UTC+8, days since 1970).

    Lift "" is the whole terminal: only there are `missing` and `jumps`. `ahead_ms` is how far its
    clock went ahead of ours at the most: negative is behind, by the delay at least.
    """

    source: str
    area: str
    estate: str
    terminal: str
    lift: str
    day: int
    received: int = 0
    late: int = 0
    duplicates: int = 0
    ahead_ms: int | None = None
    missing: int = 0
    jumps: int = 0


class StreamGaps(Struct, kw_only=True, frozen=True):
    """Everything that is missing of one boot: first and last count, and the day."""

    source: str
    area: str
    estate: str
    terminal: str
    boot: str
    gaps: tuple[tuple[int, int, int], ...] = ()


class AccountGap(Struct, kw_only=True, frozen=True):
    """One gap."""

    area: str
    estate: str
    terminal: str
    boot: str
    first_seq: int
    last_seq: int
    day: int


class Completeness(Struct, kw_only=True, frozen=True):
    """How much of a lift's day has come.

    `received`, `late`, `duplicates` and `ahead_ms` are the lift's own; `heard`, `missing` and
    `jumps` are those of all terminals that spoke for it that day, whatever lift they spoke for.
    """

    area: str
    estate: str
    lift: str
    day: int
    received: int
    late: int
    duplicates: int
    ahead_ms: int | None
    heard: int
    missing: int
    jumps: int

    @property
    def lost_ppm(self) -> int:
        """How many of a million are missing, rounded down."""
        return self.missing * 1_000_000 // max(1, self.heard + self.missing)


CompletenessPlace = tuple[int, str, str, str]
"""Where a page of a day's lifts ends: `lost_ppm`, area, estate, lift."""


class AccountWork(Protocol):
    """The part of a transaction that the account is written in."""

    def put_account(self, rows: Sequence[AccountRow]) -> None:
        """Insert or replace rows of the account."""

    def put_gaps(self, streams: Sequence[StreamGaps]) -> None:
        """Replace all gaps of these boots."""


class AccountReads(Protocol):
    """The part of the books that tells of it."""

    def completeness_of(self, lift: str, from_day: int, to_day: int) -> list[Completeness]:
        """The days of a lift from one to another inclusive, the newest first."""

    def completeness_on(
        self,
        day: int,
        *,
        estate: str | None = None,
        after: CompletenessPlace | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Completeness]:
        """The lifts of a day, those that miss most first, after a place."""

    def gaps_of(
        self,
        terminal: str,
        *,
        after: tuple[str, str, str, int] | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[AccountGap]:
        """What is missing of a terminal, in order of area, estate, boot and first count."""

"""The ports that write and read the register: lifts on record, and households.

`liftwatch.register` says what a record is and how it changes; stores only keep it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.register.changes import Origin
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.localities import Key, Locality
from liftwatch.register.record import Note, Record

Door = tuple[str, str, str]
"""Where a page of an estate's households ends: building, unit ("" for none), number."""


class Holder(NamedTuple):
    """A lift for which people entered one of these."""

    lift: str
    area: str
    equipment_code: str | None
    rescue_code: str | None
    predecessor: str | None


class RegisterReads(Protocol):
    """What others read of the register, bounded by what may be seen."""

    def record_of(self, lift: str, *, sight: Sight = EVERYTHING) -> Record | None:
        """A lift on record; None for one that is not there, or not seen."""

    def entered_versions(self) -> dict[str, int]:
        """The versions of all lifts of which people entered something."""

    def successor_of(self, lift: str) -> str | None:
        """The lift that replaced this one."""

    def households(
        self,
        area: str,
        estate: str,
        *,
        building: str | None = None,
        after: Door | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[HouseholdRow]:
        """Of an estate, in order of building, unit and number, after a door."""

    def notes_of(self, lift: str, *, limit: int = 100) -> list[Note]:
        """What people set of a lift, the newest first."""

    def localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """Those of these places that have a row."""

    def localities_after(
        self, *, after: Key | None = None, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Locality]:
        """All places that have a row and are seen, in order of their codes, after some.

        A place is seen with what is around it, or with a lift that is seen in it.
        """

    def estates(self, *, limit: int = 500, sight: Sight = EVERYTHING) -> list[tuple[str, str]]:
        """Areas and estates of lifts, in order."""

    def estates_without_name(self, *, limit: int = 100) -> list[tuple[str, str]]:
        """Areas and estates of lifts that nobody has named, in order."""


class HouseholdWork(Protocol):
    """What a transaction asks of households."""

    def households_of(self, area: str, estate: str, building: str) -> list[HouseholdRow]:
        """All of a building, in order of unit and number."""

    def has_households(self, area: str, estate: str) -> bool:
        """Whether any of an estate is on record."""


class RegisterWork(HouseholdWork, Protocol):
    """What a transaction does with the register."""

    def records(self, lifts: Sequence[str]) -> dict[str, Record]:
        """Those of these lifts that are there, locked against others until the end."""

    def put_records(self, records: Sequence[Record]) -> None:
        """Keep lifts of which `records` was asked before in this transaction, new ones too.

        Raises Conflict when two lifts would have one equipment code or one predecessor.
        """

    def note_entries(self, notes: Mapping[str, Sequence[Note]]) -> None:
        """Keep for good what people set of some lifts."""

    def note_said(self, lift: str, said_by: Mapping[str, Origin]) -> None:
        """Keep which terminal said what; no change of the record, and it conflicts with none."""

    def holders(
        self,
        *,
        equipment_codes: Collection[str] = (),
        rescue_codes: Collection[str] = (),
        predecessors: Collection[str] = (),
    ) -> list[Holder]:
        """Lifts for which people entered one of these."""

    def put_households(self, rows: Sequence[HouseholdRow]) -> None:
        """Insert or replace households; what a row does not tell of its owner stays."""

    def known_localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """Those of these places that have a row."""

    def put_localities(self, rows: Sequence[Locality]) -> None:
        """Insert those of version 1, replace others whose version is one less.

        Raises Stale, or Conflict, when somebody else was there first.
        """

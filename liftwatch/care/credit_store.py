"""What the core needs of the store for the credit list, as protocols."""

from typing import Protocol

from msgspec import Struct

from liftwatch.care.sanctions import Entry, Line


class CreditView(Struct, frozen=True):
    """What somebody sees of the list: all of it, all of some areas, what their organisations
    wrote, what was announced to these, and at a moment what is in force for all."""

    everything: bool = False
    areas: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()

    def is_party(self, one: Entry) -> bool:
        """Whether they see more of an entry than the public does."""
        announced = one.announced_ms is not None and one.organisation in self.organisations
        wrote = one.issuer in self.organisations or one.area in self.areas
        return self.everything or wrote or announced


ALL_CREDIT = CreditView(everything=True)


class CreditReads(Protocol):
    """What is read of the credit list."""

    def credit_entry(self, id: str, *, now_ms: int, view: CreditView = ALL_CREDIT) -> Entry | None:
        """One of them."""

    def credit_entries(
        self,
        *,
        now_ms: int,
        living: bool = False,
        public: bool = False,
        organisation: str | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        view: CreditView = ALL_CREDIT,
    ) -> list[Entry]:
        """The newest first, after a place (when it was written, and its id).

        `living` leaves out what is over, `public` all that is not in force now.
        """

    def credit_lines(self, id: str) -> list[Line]:
        """The story of one, the first line first."""

    def credit_due(self, now_ms: int, *, limit: int = 100) -> list[str]:
        """The ids of those that a clock moves now, or of which somebody is still to be told."""


class CreditWork(Protocol):
    """The part of a transaction that writes the list."""

    def locked_credit_entry(self, id: str) -> Entry | None:
        """One, locked against others until the transaction ends."""

    def put_credit_entry(self, one: Entry) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else, and where
        another living entry of this kind rests on one of its facts."""

    def note_credit_told(self, one: Entry) -> None:
        """Keep `told` of one whose row is held: no change of it that people see."""

    def add_credit_line(self, line: Line) -> Line:
        """Append to the story of one whose row is held; the line with its number."""

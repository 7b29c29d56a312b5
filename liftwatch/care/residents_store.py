"""The port that keeps complaints, notices and codes of public pages.

They lie beside people, not beside incidents: what a resident gave is sealed as people's names are.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.codes import Code, Use
from liftwatch.care.complaints import Complaint, Line, Private
from liftwatch.care.notices import Notice


class Wanted(NamedTuple):
    """Which matters: None is no condition; `open_only` leaves out what is answered or closed."""

    state: str | None = None
    topic: str | None = None
    estate: str | None = None
    lift: str | None = None
    party: str | None = None
    open_only: bool = False
    overdue: bool = False


class CareReads(Protocol):
    """What is read of them; a `sight` bounds it to rows somebody may see."""

    def complaint(self, id: str, *, sight: Sight = EVERYTHING) -> Complaint | None:
        """One of them."""

    def complaint_of_number(self, number: str) -> Complaint | None:
        """The one a resident follows by its number."""

    def complaint_of_outside(self, outside: str) -> Complaint | None:
        """The one of a number of the city's hot line."""

    def complaints(
        self,
        wanted: Wanted,
        *,
        now_ms: int,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Complaint]:
        """Matters, those due first first, then what is over, the newest first; never what joined.

        `after` is `order_of` of the last one of the page before.
        """

    def joined(self, lead: str, *, limit: int = 100) -> list[Complaint]:
        """What joined a matter, the newest first."""

    def told_of(
        self, *, since_ms: int, sight: Sight = EVERYTHING, limit: int = 5_000
    ) -> list[Complaint]:
        """All that was told since then, joined ones too."""

    def matters_by_lift(
        self, *, since_ms: int, exercise: bool, sight: Sight = EVERYTHING
    ) -> dict[str, int]:
        """How many matters were told of a lift since then, however many told each; those of an
        exercise only where `exercise` says so."""

    def private(self, id: str) -> Private | None:
        """What its resident gave; None when that is erased."""

    def story(self, id: str) -> list[Line]:
        """What became of a matter, the oldest first."""

    def notice(self, id: str, *, sight: Sight = EVERYTHING) -> Notice | None:
        """One of them."""

    def notices(
        self, *, since_ms: int, sight: Sight = EVERYTHING, limit: int = 500
    ) -> list[Notice]:
        """Those that end after a moment, and drafts, the newest first."""

    def notices_at(self, place: tuple[str, str, str]) -> list[Notice]:
        """Published ones of a building and of its whole estate, the newest first."""

    def code(self, code: str) -> Code | None:
        """One that leads somewhere."""

    def code_of(self, use: Use, *, place: tuple[str, str, str], lift: str | None) -> Code | None:
        """The one that leads to a lift's page, or to a building's screen."""


class CareWork(CareReads, Protocol):
    """What is changed of them, in a transaction."""

    def locked_complaint(self, id: str) -> Complaint | None:
        """One of them, locked against others."""

    def open_matter(self, lift: str, topic: str) -> Complaint | None:
        """The matter of a lift and a topic that somebody owes an answer to, locked."""

    def told_since(self, lift: str, since_ms: int) -> int:
        """How many complaints of a lift were kept since then."""

    def put_complaint(self, complaint: Complaint) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""

    def put_private(self, private: Private) -> None:
        """Insert or replace what a resident gave."""

    def erase_private(self, id: str) -> bool:
        """Forget what a resident gave; whether there was any."""

    def add_line(self, line: Line) -> None:
        """Append to a matter's story."""

    def to_close(self, before_ms: int, *, limit: int) -> Sequence[Complaint]:
        """Matters that were answered before a moment and not closed since, locked."""

    def to_erase(self, before_ms: int, *, told_before_ms: int, limit: int) -> Sequence[Complaint]:
        """Those answered before a moment, or joined to such, or told before another, with something
        personal kept."""

    def put_notice(self, notice: Notice) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""

    def locked_notice(self, id: str) -> Notice | None:
        """One of them, locked against others."""

    def add_code(self, code: Code) -> None:
        """Insert; what led to the same page before leads nowhere from then on."""


OVER_FROM = 2**62
"""What is over comes behind all that is due."""


def order_of(one: Complaint) -> tuple[int, str]:
    """Where a matter stands in the list: by when it is due; what is over behind, newest first."""
    return (OVER_FROM - one.told_ms if one.due_ms is None else one.due_ms, one.id)

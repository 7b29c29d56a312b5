"""What the books hold beside incidents: clocks, endings, silences, verdicts, figures, families."""

from typing import Protocol

from liftwatch.incidents.clocks import ClockReads, ClockWork
from liftwatch.incidents.endings import EndingReads, EndingWork
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.silences import SilenceReads, SilenceWork
from liftwatch.incidents.statistics import StatisticsReads
from liftwatch.incidents.verdicts import VerdictReads, VerdictWork


class FamilyWork(Protocol):
    """The part of a transaction that finds what belongs together."""

    def open_children_of(self, parent: str) -> list[Incident]:
        """The open incidents that have this one as their parent, locked."""

    def building_of(self, lift: str) -> str | None:
        """The scope of a lift's building: `building` of the register, else the estate (contract,
        section 2); None for a lift that is not known."""


class OldWork(Protocol):
    """The part of a transaction that gives up what was told long ago."""

    def give_up_told(self, before_ms: int, *, limit: int) -> int:
        """Forget some of what was told before a moment and is done; how many rows went.

        Of each table at most `limit`: events of feeds with a receipt or refused, from the first on
        so that none is missing between; pages that were delivered or refused, notices carried out,
        what was hidden, where the incident is over; what was withheld; silences. Never what is not
        done.
        """


class BesideReads(ClockReads, EndingReads, SilenceReads, VerdictReads, StatisticsReads, Protocol):
    """All that is read."""


class BesideWork(ClockWork, EndingWork, SilenceWork, VerdictWork, FamilyWork, OldWork, Protocol):
    """All that a transaction does."""

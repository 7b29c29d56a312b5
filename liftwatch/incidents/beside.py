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


class BesideReads(ClockReads, EndingReads, SilenceReads, VerdictReads, StatisticsReads, Protocol):
    """All that is read."""


class BesideWork(ClockWork, EndingWork, SilenceWork, VerdictWork, FamilyWork, Protocol):
    """All that a transaction does."""

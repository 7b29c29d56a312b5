"""The port through which people act: one transaction over people, the trail and the books."""

from contextlib import AbstractContextManager
from typing import Protocol

from liftwatch.access.store import PeopleReads, PeopleStore, PeopleWork
from liftwatch.care.residents_store import CareReads, CareWork
from liftwatch.ports import Work


class OfficeReads(PeopleReads, Protocol):
    """What is read of people, and of what residents told."""

    @property
    def care(self) -> CareReads:
        """Complaints, notices, codes of public pages."""


class OfficeWork(PeopleWork, Protocol):
    """One transaction in which somebody acts: people, the trail, and the books."""

    @property
    def books(self) -> Work:
        """What it does with incidents."""

    @property
    def care(self) -> CareWork:
        """What it does with complaints, notices, codes of public pages."""


class Office(PeopleStore, Protocol):
    """Where people act: their store, over the books' database."""

    def begin(self) -> AbstractContextManager[OfficeWork]:
        """A transaction, as `PeopleStore.begin` says."""

    def reading(self) -> AbstractContextManager[OfficeReads]:
        """Reads that belong together."""

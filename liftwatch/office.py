"""The port through which people act: one transaction over people, the trail and the books."""

from contextlib import AbstractContextManager
from typing import Protocol

from liftwatch.access.store import PeopleStore, PeopleWork
from liftwatch.ports import Work


class OfficeWork(PeopleWork, Protocol):
    """One transaction in which somebody acts: people, the trail, and the books."""

    @property
    def books(self) -> Work:
        """What it does with incidents."""


class Office(PeopleStore, Protocol):
    """Where people act: their store, over the books' database."""

    def begin(self) -> AbstractContextManager[OfficeWork]:
        """A transaction, as `PeopleStore.begin` says."""

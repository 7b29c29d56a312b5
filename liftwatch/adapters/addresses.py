"""Where a page goes: the number and the address of whom it is for, looked up when it leaves.

They are kept sealed, so that what waits in the outbox names people by their ids alone.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from liftwatch.access.store import PeopleStore
from liftwatch.ports import Promise


class Address(NamedTuple):
    """What reaches somebody."""

    phone: str | None = None
    email: str | None = None


class Body(msgspec.Struct, frozen=True):
    """What is promised, as a channel reads it (`liftwatch.handlers.paging.body_of`)."""

    title: str
    text: str
    exercise: bool
    to: dict[str, str | None]
    data: dict[str, Any] = {}


Lookup = Callable[[Body], Address]


def said_of(promise: Promise) -> Body:
    """What a promise says."""
    return msgspec.json.decode(promise.body, type=Body)


class AddressBook:
    """Looks people and organisations up; raises StoreUnavailable while the database is away."""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people

    def __call__(self, said: Body) -> Address:
        """Where it goes; nothing for somebody who is no more, or has no number any more."""
        person, organisation = said.to.get("person"), said.to.get("organisation")
        with self._people.reading() as reads:
            if person is not None:
                found = reads.person(person)
                return Address() if found is None else Address(found.phone, found.email)
            unit = reads.organisation(organisation or "")
            if unit is None:
                return Address()
            own = reads.contacts(unit.id)
            return Address(own.phone or unit.phone, own.email)

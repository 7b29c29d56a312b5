"""Sign-ins elsewhere, and who is under way to a provider, in the relational store.

A subject may be a name or a number of staff: it is sealed, and found by a mark of it.
"""

from typing import Any

from msgspec import structs
from sqlalchemy import Connection, Row, delete, insert, select, update

from liftwatch.access.identities import Asserted, Attempt, Identity, marked
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import people_tables as tables

_IDENTITY, _ATTEMPT = tables.identity.c, tables.sign_in_attempt.c


class IdentityReads:
    """What is read of them."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection, self._seal = connection, seal

    def identity(self, asserted: Asserted) -> Identity | None:
        """What stands for somebody under a provider's subject, unless it is ended."""
        query = select(tables.identity).where(_IDENTITY.mark.in_(self._marks(asserted)))
        row = self._connection.execute(query.where(_IDENTITY.ended_ms.is_(None))).first()
        return None if row is None else self._identity(row)

    def identities(self, person: str) -> list[Identity]:
        """A person's sign-ins elsewhere, ended ones too, the newest first."""
        query = select(tables.identity).where(_IDENTITY.person == person)
        rows = self._connection.execute(query.order_by(_IDENTITY.made_ms.desc(), _IDENTITY.id))
        return [self._identity(row) for row in rows]

    def _marks(self, asserted: Asserted) -> list[str]:
        return self._seal.marks(marked(asserted.issuer, asserted.subject))

    def _identity(self, row: Row[Any]) -> Identity:
        values = row._asdict()
        del values["mark"]
        values["subject"] = self._seal.open(row.subject, place=_place(row.id))
        return Identity(**values)


class IdentityWork(IdentityReads):
    """What is changed of them, in a transaction."""

    def add_identity(self, identity: Identity) -> None:
        """Insert; raises Conflict when the subject stands for somebody already."""
        values = structs.asdict(identity)
        values["subject"] = self._seal.close(identity.subject, place=_place(identity.id))
        values["mark"] = self._marks(Asserted(identity.issuer, identity.subject))[0]
        self._connection.execute(insert(tables.identity), values)

    def note_identity(self, id: str, *, used_ms: int) -> None:
        """Somebody came in by it."""
        self._set(id, used_ms=used_ms)

    def end_identity(self, id: str, *, ended_ms: int) -> None:
        """It stands for nobody from then on."""
        self._set(id, ended_ms=ended_ms)

    def add_attempt(self, attempt: Attempt) -> None:
        """Insert."""
        self._connection.execute(insert(tables.sign_in_attempt), structs.asdict(attempt))

    def take_attempt(self, state: str) -> Attempt | None:
        """The attempt of a state's digest, which is gone by this: of two that ask one gets it."""
        query = delete(tables.sign_in_attempt).where(_ATTEMPT.state == state).returning(*_ATTEMPT)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Attempt(**row._asdict())

    def prune_attempts(self, before_ms: int) -> int:
        """Forget what was over before; how many went."""
        query = delete(tables.sign_in_attempt).where(_ATTEMPT.expires_ms < before_ms)
        return self._connection.execute(query).rowcount

    def _set(self, id: str, **values: int) -> None:
        query = update(tables.identity).where(_IDENTITY.id == id)
        self._connection.execute(query.values(**values))


def _place(id: str) -> str:
    return f"identity/{id}/subject"

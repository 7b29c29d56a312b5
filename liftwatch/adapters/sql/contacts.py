"""How organisations are reached, in the relational store: numbers and addresses are sealed."""

from typing import Any

from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from liftwatch.access.contacts import Contacts
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql.people_tables import organisation_contact
from liftwatch.ports import Stale
from liftwatch.said import Said

_CONTACT = organisation_contact.c
SEALED = ("phone", "email")


class SqlContactReads:
    """What is read of contacts."""

    _connection: Connection
    _seal: Seal

    def contacts(self, organisation: str) -> Contacts:
        """How an organisation is reached; of one that said nothing yet, nothing."""
        query = select(organisation_contact).where(_CONTACT.organisation == organisation)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return Contacts(organisation=organisation)
        values = row._asdict()
        for name in SEALED:
            values[name] = self._seal.open(values[name], place=_place(organisation, name))
        return Contacts(**values)


class SqlContactWork(SqlContactReads):
    """What is changed of contacts."""

    def put_contacts(self, made: Contacts) -> None:
        """Replace those whose version is one less, or insert the first; Stale, or Conflict, when
        somebody else was there first."""
        values: dict[str, Any] = structs.asdict(made)
        for name in SEALED:
            values[name] = self._seal.close(values[name], place=_place(made.organisation, name))
        if made.version == 1:
            self._connection.execute(insert(organisation_contact), values)
            return
        before = (_CONTACT.organisation == made.organisation) & (
            _CONTACT.version == made.version - 1
        )
        done = self._connection.execute(update(organisation_contact).where(before).values(values))
        if done.rowcount != 1:
            raise Stale(Said("somebody else has changed it"))


def _place(organisation: str, name: str) -> str:
    return f"organisation/{organisation}/{name}"

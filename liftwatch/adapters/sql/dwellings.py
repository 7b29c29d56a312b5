"""Whose dwellings are, in the relational store."""

from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from liftwatch.access.dwellings import Dwelling
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import people_tables as tables

_DWELLING = tables.dwelling.c
_ALL = [_DWELLING[name] for name in Dwelling.__struct_fields__]


class DwellingReads:
    """What is read of them."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection, self._seal = connection, seal

    def dwellings(self, person: str) -> list[Dwelling]:
        """A person's, past ones too, the oldest first."""
        query = select(*_ALL).where(_DWELLING.person == person)
        rows = self._connection.execute(query.order_by(_DWELLING.from_ms, _DWELLING.id))
        return [Dwelling(**row._asdict()) for row in rows]

    def owners(self, place: tuple[str, str, str]) -> list[tuple[Dwelling, str]]:
        """Those of a building that somebody has now, with their owners' whole names."""
        area, estate, building = place
        person = tables.person.c
        query = (
            select(*_ALL, person.name.label("owner"))
            .join(tables.person, person.id == _DWELLING.person)
            .where(_DWELLING.area == area, _DWELLING.estate == estate)
            .where(_DWELLING.building == building, _DWELLING.until_ms.is_(None))
            .order_by(_DWELLING.household, _DWELLING.from_ms, _DWELLING.id)
        )
        found = []
        for row in self._connection.execute(query):
            values = row._asdict()
            sealed = values.pop("owner")
            one = Dwelling(**values)
            found.append((one, self._seal.open(sealed, place=f"person/{one.person}/name") or ""))
        return found


class DwellingWork(DwellingReads):
    """What is changed of them, in a transaction."""

    def add_dwelling(self, dwelling: Dwelling) -> None:
        """Insert; raises Conflict when the person has it already, or does not exist."""
        self._connection.execute(insert(tables.dwelling), structs.asdict(dwelling))

    def end_dwelling(self, id: str, *, until_ms: int) -> None:
        """It is theirs no more from then on."""
        query = update(tables.dwelling).where(_DWELLING.id == id)
        self._connection.execute(query.values(until_ms=until_ms))

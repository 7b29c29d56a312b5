"""Rotas of duty in the relational store."""

from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from liftwatch.access.duty import DutyRota
from liftwatch.adapters.sql.people_tables import rota, taken_over
from liftwatch.adapters.sql.rows import upserting
from liftwatch.ports import Stale
from liftwatch.register.rota import Confirmation, Rota
from liftwatch.said import Said

_ROTA, _TAKEN = rota.c, taken_over.c


class _Plan(Struct, frozen=True):
    """What stands in the column `plan`."""

    rota: Rota
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


class SqlRotaReads:
    """What is read of rotas."""

    _connection: Connection

    def rotas(self, organisation: str, *, ended: bool = False) -> list[DutyRota]:
        """The rotas of an organisation in the order in which they were made."""
        query = select(rota).where(_ROTA.organisation == organisation).order_by(_ROTA.id)
        if not ended:
            query = query.where(_ROTA.ended_ms.is_(None))
        return [_rota_of(row) for row in self._connection.execute(query)]

    def rota(self, id: str) -> DutyRota | None:
        """One rota."""
        row = self._connection.execute(select(rota).where(_ROTA.id == id)).one_or_none()
        return None if row is None else _rota_of(row)

    def confirmations(self, rota: str, *, since_ms: int) -> list[Confirmation]:
        """Who said since then that they have taken over, in order of time."""
        query = select(_TAKEN.person, _TAKEN.at_ms).where(_TAKEN.rota == rota)
        rows = self._connection.execute(
            query.where(_TAKEN.at_ms >= since_ms).order_by(_TAKEN.at_ms)
        )
        return [Confirmation(row.person, row.at_ms) for row in rows]


class SqlRotaWork(SqlRotaReads):
    """What is changed of rotas."""

    def add_rota(self, made: DutyRota) -> None:
        """Insert; raises Conflict when the organisation does not exist."""
        self._connection.execute(insert(rota), _values_of(made))

    def update_rota(self, made: DutyRota) -> None:
        """Replace the row whose version is one less; raises Stale when there is none."""
        replace_version(self._connection, rota, _values_of(made))

    def confirm(self, rota: str, confirmation: Confirmation, *, keep_ms: int) -> None:
        """Keep that somebody has taken over, and forget of the rota what was before `keep_ms`."""
        old = delete(taken_over).where(_TAKEN.rota == rota, _TAKEN.at_ms < keep_ms)
        self._connection.execute(old)
        values = {"rota": rota, "person": confirmation.person, "at_ms": confirmation.at_ms}
        statement = upserting(self._connection, taken_over).on_conflict_do_nothing()
        self._connection.execute(statement, values)


def replace_version(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Replace the row of this id whose version is one less; raises Stale when there is none."""
    before = (table.c.id == values["id"]) & (table.c.version == values["version"] - 1)
    done = connection.execute(update(table).where(before).values(values))
    if done.rowcount != 1:
        raise Stale(Said("somebody else has changed it"))


def _values_of(made: DutyRota) -> dict[str, Any]:
    plan = _Plan(made.rota, made.holidays, made.workdays)
    names = ("id", "organisation", "name", "head", "made_ms", "changed_ms", "ended_ms", "version")
    return {name: getattr(made, name) for name in names} | {"plan": msgspec.to_builtins(plan)}


def _rota_of(row: Row[Any]) -> DutyRota:
    values = row._asdict()
    plan = msgspec.convert(values.pop("plan"), _Plan)
    return DutyRota(**values, rota=plan.rota, holidays=plan.holidays, workdays=plan.workdays)

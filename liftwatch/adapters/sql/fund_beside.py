"""Beside the fund's books: closed years, what waits for a second person, first deposits."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Engine, Row, Select, insert, select, update

from liftwatch.adapters.sql import fund_tables as tables
from liftwatch.adapters.sql.rows import upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.fund.books import FirstDeposit, Unreadable
from liftwatch.fund.chain import Head
from liftwatch.fund.closing import WAITING, Closing
from liftwatch.fund.journal import Draft
from liftwatch.fund.pending import Pending
from liftwatch.fund.years import Closed
from liftwatch.ports import Conflict
from liftwatch.said import Said

_YEAR, _PENDING, _FIRST = tables.fund_year.c, tables.fund_pending.c, tables.fund_first.c
_YEARS = [_YEAR[name] for name in Closed.__struct_fields__]
_PENDINGS = [_PENDING[name] for name in Pending.__struct_fields__]
_CLOSING = tables.fund_closing.c
_CLOSINGS = [_CLOSING[name] for name in Closing.__struct_fields__]
_KEY = ["area", "estate", "building", "household"]


class SqlFundBesideWork:
    """Fulfils that part of `liftwatch.fund.books.FundWork`."""

    connection: Connection

    def fund_closed(self) -> list[Closed]:
        """The years that are closed, the first one first."""
        return closed_years(self.connection)

    def fund_close(self, closed: Closed) -> None:
        """Close a year."""
        self.connection.execute(insert(tables.fund_year), structs.asdict(closed))

    def fund_newest(self, last_day: int) -> Head:
        """The newest entry of which the money's day is not after this one."""
        entry = tables.fund_entry.c
        query = select(entry.n, entry.hash).where(entry.day <= last_day)
        row = self.connection.execute(query.order_by(entry.n.desc()).limit(1)).one_or_none()
        return Head() if row is None else Head(n=row.n, hash=row.hash)

    def fund_closing(self, id: str) -> Closing | None:
        """A year that waits, or has waited, to be closed; held until the transaction ends."""
        query = select(*_CLOSINGS).where(_CLOSING.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Closing(**row._asdict())

    def fund_closings_waiting(self) -> list[Closing]:
        """The years that wait."""
        query = select(*_CLOSINGS).where(_CLOSING.state == WAITING).order_by(_CLOSING.year)
        return [Closing(**row._asdict()) for row in self.connection.execute(query)]

    def fund_put_closing(self, closing: Closing) -> None:
        """Insert version 1, replace one whose version is one less."""
        values = structs.asdict(closing)
        if closing.version == 1:
            self.connection.execute(insert(tables.fund_closing), values)
            return
        known = (_CLOSING.id == closing.id) & (_CLOSING.version == closing.version - 1)
        done = self.connection.execute(update(tables.fund_closing).where(known).values(values))
        if done.rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def fund_pending(self, id: str) -> Pending | None:
        """What waits, or has waited, for a second person; held until the transaction ends."""
        query = select(*_PENDINGS).where(_PENDING.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _pending_of(row)

    def fund_put_pending(self, pending: Pending) -> None:
        """Insert version 1, replace one whose version is one less."""
        values = structs.asdict(pending) | {
            "draft": msgspec.json.encode(pending.draft).decode(),
            "person": pending.draft.person,
        }
        if pending.version == 1:
            self.connection.execute(insert(tables.fund_pending), values)
            return
        known = (_PENDING.id == pending.id) & (_PENDING.version == pending.version - 1)
        done = self.connection.execute(update(tables.fund_pending).where(known).values(values))
        if done.rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def fund_put_first(self, first: Iterable[FirstDeposit]) -> None:
        """Note the first deposits of households."""
        values = [structs.asdict(one) for one in first]
        if not values:
            return
        statement = upserting(self.connection, tables.fund_first)
        replaced = {c.name: c for c in statement.excluded if c.name not in _KEY}
        statement = statement.on_conflict_do_update(index_elements=_KEY, set_=replaced)
        self.connection.execute(statement, values)


class SqlFundBesideReads:
    """Fulfils that part of `liftwatch.fund.books.FundReads`."""

    engine: Engine

    def fund_closings(self, *, limit: int = 100) -> list[Closing]:
        """Years that people wanted closed, the newest first."""
        rows = self._rows(select(*_CLOSINGS).order_by(_CLOSING.id.desc()), limit)
        return [Closing(**row._asdict()) for row in rows]

    def fund_places(self) -> list[tuple[str, str, str]]:
        """The buildings that have accounts, in order."""
        names = [tables.fund_account.c[name] for name in ("area", "estate", "building")]
        rows = self._rows(select(*names).distinct().order_by(*names), None)
        return [(row.area, row.estate, row.building) for row in rows]

    def fund_pendings(self, *, state: str, limit: int = 500) -> list[Pending]:
        """What waits for a second person, or was decided, the newest first."""
        query = select(*_PENDINGS).where(_PENDING.state == state)
        return [_pending_of(row) for row in self._rows(query.order_by(_PENDING.id.desc()), limit)]

    def fund_pending_of(self, id: str) -> Pending | None:
        """What waits, or has waited, for a second person."""
        rows = self._rows(select(*_PENDINGS).where(_PENDING.id == id), 1)
        return _pending_of(rows[0]) if rows else None

    def fund_first_deposits(self, place: tuple[str, str, str]) -> dict[str, int]:
        """First deposits of a building's households, in fen."""
        query = select(_FIRST.household, _FIRST.fen).order_by(_FIRST.household)
        for name, value in zip(_KEY, place, strict=False):
            query = query.where(_FIRST[name] == value)
        return {row.household: row.fen for row in self._rows(query, None)}

    def _rows(self, query: Select[Any], limit: int | None) -> list[Row[Any]]:
        with translated(), self.engine.connect() as connection:
            return list(connection.execute(query.limit(limit)))


def closed_years(connection: Connection) -> list[Closed]:
    """The years that are closed, the first one first. Raises Unreadable for what is damaged."""
    rows = connection.execute(select(*_YEARS).order_by(_YEAR.year))
    try:
        named = (dict(zip(Closed.__struct_fields__, row, strict=True)) for row in rows)
        return [msgspec.convert(values, Closed) for values in named]
    except msgspec.ValidationError as error:
        raise Unreadable(0, f"a closed year is damaged: {error}") from error


def _pending_of(row: Row[Any]) -> Pending:
    values = row._asdict()
    return Pending(**values | {"draft": msgspec.json.decode(values["draft"], type=Draft)})

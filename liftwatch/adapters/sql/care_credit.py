"""The credit list in the relational store."""

from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from liftwatch.adapters.sql.care_credit_tables import credit_entry, credit_key, credit_line
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.credit_store import ALL_CREDIT, CreditView
from liftwatch.care.sanctions import LIVING, Entry, Line, whom
from liftwatch.incidents.course import Actor
from liftwatch.ports import Conflict
from liftwatch.said import Said

_ONE, _LINE = credit_entry.c, credit_line.c
_COLUMNS = [_ONE[name] for name in Entry.__struct_fields__]
_ACTOR = Actor.__struct_fields__


class SqlCreditReads:
    """Fulfils `CreditReads`."""

    engine: Engine

    def credit_entry(self, id: str, *, now_ms: int, view: CreditView = ALL_CREDIT) -> Entry | None:
        """One of them."""
        query = _seen(select(*_COLUMNS).where(_ONE.id == id), view, now_ms)
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _entry_of(row)

    def credit_entries(
        self,
        *,
        now_ms: int,
        living: bool = False,
        public: bool = False,
        organisation: str | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        view: CreditView = ALL_CREDIT,
    ) -> list[Entry]:
        """The newest first, after a place."""
        query = _seen(select(*_COLUMNS), view, now_ms)
        if living:
            query = query.where(_ONE.state.in_(sorted(LIVING)))
        if public:
            query = query.where(_public(now_ms))
        if organisation is not None:
            query = query.where(_ONE.organisation == organisation)
        if after is not None:
            query = query.where(tuple_(_ONE.issued_ms, _ONE.id) < tuple_(*after))
        query = query.order_by(_ONE.issued_ms.desc(), _ONE.id.desc()).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [_entry_of(row) for row in connection.execute(query)]

    def credit_lines(self, id: str) -> list[Line]:
        """The story of one, the first line first."""
        query = select(*_LINE).where(_LINE.entry == id).order_by(_LINE.n)
        with translated(), self.engine.connect() as connection:
            return [_line_of(row) for row in connection.execute(query)]

    def credit_due(self, now_ms: int, *, limit: int = 100) -> list[str]:
        """The ids of those that the engine has to look at, the longest overdue first."""
        query = select(_ONE.id).where(_ONE.look_ms <= now_ms)
        query = query.order_by(_ONE.look_ms, _ONE.id).limit(limit)
        with translated(), self.engine.connect() as connection:
            return list(connection.execute(query).scalars())


class SqlCreditWork:
    """Fulfils `CreditWork` on a connection whose transaction has begun."""

    connection: Connection

    def locked_credit_entry(self, id: str) -> Entry | None:
        """One, locked against others until the transaction ends."""
        query = select(*_COLUMNS).where(_ONE.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _entry_of(row)

    def put_credit_entry(self, one: Entry) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = msgspec.to_builtins(one) | {"look_ms": _look_ms(one)}
        if one.version == 1:
            self.connection.execute(insert(credit_entry), values)
            self._claim(one)
            return
        known = (_ONE.id == one.id) & (_ONE.version == one.version - 1)
        if self.connection.execute(update(credit_entry).where(known).values(values)).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))
        if not one.keys:
            self.connection.execute(delete(credit_key).where(credit_key.c.entry == one.id))

    def note_credit_told(self, one: Entry) -> None:
        """Keep `told` of one whose row is held."""
        values = {"told": one.told, "look_ms": _look_ms(one)}
        self.connection.execute(update(credit_entry).where(_ONE.id == one.id).values(values))

    def add_credit_line(self, line: Line) -> Line:
        """Append to the story; whoever writes holds the row, so nobody counts beside."""
        last = select(func.max(_LINE.n)).where(_LINE.entry == line.entry)
        numbered = structs.replace(line, n=(self.connection.execute(last).scalar() or 0) + 1)
        values = structs.asdict(numbered) | structs.asdict(numbered.by)
        del values["by"]
        self.connection.execute(insert(credit_line), values)
        return numbered

    def _claim(self, one: Entry) -> None:
        try:
            rows = [{"key": key, "entry": one.id} for key in one.keys]
            self.connection.execute(insert(credit_key), rows)
        except IntegrityError as error:
            raise Conflict(Said("there is an entry of this kind for the same fact")) from error


def _look_ms(one: Entry) -> int | None:
    """When the engine has to look at it: at once where somebody is still to be told."""
    return one.due_ms if whom(one) is None else 0


def _public(now_ms: int) -> ColumnElement[bool]:
    return (_ONE.state == "in_force") & (_ONE.from_ms <= now_ms) & (_ONE.until_ms > now_ms)


def _seen(query: Select[Any], view: CreditView, now_ms: int) -> Select[Any]:
    if view.everything:
        return query
    mine = list(view.organisations)
    announced = _ONE.organisation.in_(mine) & _ONE.announced_ms.is_not(None)
    known = [_ONE.area.in_(list(view.areas)), _ONE.issuer.in_(mine), announced]
    return query.where(or_(false(), _public(now_ms), *known))


def _entry_of(row: Row[Any]) -> Entry:
    return msgspec.convert(dict(zip(Entry.__struct_fields__, row, strict=True)), Entry)


def _line_of(row: Row[Any]) -> Line:
    values = row._asdict()
    actor = Actor(**{name: values.pop(name) for name in _ACTOR})
    return Line(**values, by=actor)

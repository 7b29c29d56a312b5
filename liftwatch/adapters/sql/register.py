"""The register in the relational store."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.filters import seen_lifts
from liftwatch.adapters.sql.localities import SqlLocalityReads, SqlLocalityWork
from liftwatch.adapters.sql.register_tables import household, lift_entry, lift_register
from liftwatch.adapters.sql.rows import LIFT, upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.records import Door, Holder
from liftwatch.register.changes import UNNOTED, Known, Origin
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.facts import Facts
from liftwatch.register.record import Note, Record, Site

ASKED_MAX = 500
"""Names in one question; far below what SQLite takes."""

_LIFT, _REGISTER, _HOUSE = tables.lift.c, lift_register.c, household.c
_ENTRY = lift_entry.c
_BY = dict[str, Origin]
_ENTERED: tuple[ColumnElement[Any], ...] = (
    _REGISTER.entered,
    _REGISTER.entered_by,
    _REGISTER.said_by,
    _REGISTER.site,
    _REGISTER.site_by,
    _REGISTER.version,
)
_LIFT_AND = [*_LIFT, *_ENTERED]
_KEPT = ("entered", "entered_by", "site", "site_by", "version")
_CODES = ("equipment_code", "rescue_code", "predecessor")


def with_entered() -> Select[Any]:
    """The query of lifts as `lift_of` reads them."""
    joined = tables.lift.outerjoin(lift_register, _REGISTER.lift == _LIFT.lift)
    return select(*LIFT, _REGISTER.entered).select_from(joined)


class SqlRegisterReads(SqlLocalityReads):
    """Fulfils `liftwatch.records.RegisterReads`."""

    engine: Engine

    def record_of(self, lift: str, *, sight: Sight = EVERYTHING) -> Record | None:
        """A lift on record; None for one that is not there, or not seen."""
        query = select(*_LIFT_AND).outerjoin(lift_register, _REGISTER.lift == _LIFT.lift)
        query = seen_lifts(query.where(_LIFT.lift == lift), sight, clock.now_ms())
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record_of(row)

    def entered_versions(self) -> dict[str, int]:
        """The versions of all lifts of which people entered something."""
        query = select(_REGISTER.lift, _REGISTER.version).where(_REGISTER.version > 0)
        with translated(), self.engine.connect() as connection:
            return {row.lift: row.version for row in connection.execute(query)}

    def notes_of(self, lift: str, *, limit: int = 100) -> list[Note]:
        """What people set of a lift, the newest first."""
        query = select(lift_entry).where(_ENTRY.lift == lift)
        query = query.order_by(_ENTRY.version.desc(), _ENTRY.field).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [_note_of(row) for row in connection.execute(query)]

    def successor_of(self, lift: str) -> str | None:
        """The lift that replaced this one."""
        query = select(_REGISTER.lift).where(_REGISTER.predecessor == lift)
        with translated(), self.engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def households(
        self,
        area: str,
        estate: str,
        *,
        building: str | None = None,
        after: Door | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[HouseholdRow]:
        """Of an estate, in order of building, unit and number, after a door."""
        door = (_HOUSE.building, _HOUSE.unit, _HOUSE.number)
        query = select(household).where(_HOUSE.area == area, _HOUSE.estate == estate)
        if not sight.everything:
            query = query.where(or_(false(), *_doors(sight)))
        if building is not None:
            query = query.where(_HOUSE.building == building)
        if after is not None:
            query = query.where(tuple_(*door) > tuple_(*after))
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(*door).limit(limit))
            return [HouseholdRow(**row._asdict() | {"unit": row.unit or None}) for row in rows]


class SqlRegisterWork(SqlLocalityWork):
    """Fulfils `liftwatch.records.RegisterWork` on a transaction that has begun."""

    connection: Connection

    def records(self, lifts: Sequence[str]) -> dict[str, Record]:
        """Those of these lifts that are there, locked against others until the end.

        A row is made for each before it is locked: of two who are the first to enter something
        of a lift, the second waits here.
        """
        found: dict[str, Record] = {}
        for names in _chunks(sorted(set(lifts))):
            blank = upserting(self.connection, lift_register).on_conflict_do_nothing()
            self.connection.execute(blank, [_blank(name) for name in names])
            query = select(*_LIFT_AND).join(lift_register, _REGISTER.lift == _LIFT.lift)
            query = query.where(_LIFT.lift.in_(names)).order_by(_LIFT.lift)
            locked = query.with_for_update(of=lift_register)
            found |= {row.lift: _record_of(row) for row in self.connection.execute(locked)}
        return found

    def put_records(self, records: Sequence[Record]) -> None:
        """Keep lifts of which `records` was asked before in this transaction, new ones too."""
        if not records:
            return
        kept = sorted(records, key=lambda record: record.lift)
        self.connection.execute(*self._places(kept))
        mine = _REGISTER.lift == bindparam("b_lift")
        # first let go of all codes, so that two lifts can change theirs over
        free = update(lift_register).where(mine).values(dict.fromkeys(_CODES))
        self.connection.execute(free, [{"b_lift": record.lift} for record in kept])
        names = (*_KEPT, *_CODES)
        written = update(lift_register).where(mine)
        written = written.values({name: bindparam(f"b_{name}") for name in names})
        self.connection.execute(written, [_values_of(record) for record in kept])

    def _places(self, records: Iterable[Record]) -> tuple[Any, list[dict[str, Any]]]:
        """Lifts nobody has heard of yet stand where people say."""
        statement = upserting(self.connection, tables.lift)
        excluded = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["lift"],
            set_={"area": excluded.area, "estate": excluded.estate},
            where=_LIFT.heard_ms.is_(None),
        )
        blank = {"facts": {}, "exercise": False}
        return statement, [
            {"lift": one.lift, "area": one.area, "estate": one.estate, **blank} for one in records
        ]

    def note_entries(self, notes: Mapping[str, Sequence[Note]]) -> None:
        """Keep for good what people set of some lifts."""
        rows = [_values_of_note(lift, one) for lift, kept in notes.items() for one in kept]
        if rows:
            self.connection.execute(insert(lift_entry), rows)

    def note_said(self, lift: str, said_by: Mapping[str, Origin]) -> None:
        """Keep which terminal said what; no change of the record, and it conflicts with none."""
        statement = upserting(self.connection, lift_register)
        said = {"said_by": statement.excluded.said_by}
        statement = statement.on_conflict_do_update(index_elements=["lift"], set_=said)
        values = _blank(lift) | {"said_by": msgspec.to_builtins(dict(said_by))}
        self.connection.execute(statement, values)

    def holders(
        self,
        *,
        equipment_codes: Collection[str] = (),
        rescue_codes: Collection[str] = (),
        predecessors: Collection[str] = (),
    ) -> list[Holder]:
        """Lifts for which people entered one of these."""
        found: dict[str, Holder] = {}
        asked = (
            (_REGISTER.equipment_code, equipment_codes),
            (_REGISTER.rescue_code, rescue_codes),
            (_REGISTER.predecessor, predecessors),
        )
        columns = [_REGISTER.lift, _LIFT.area, *(_REGISTER[name] for name in _CODES)]
        for column, values in asked:
            for some in _chunks(sorted(set(values))):
                query = select(*columns).join(tables.lift, _LIFT.lift == _REGISTER.lift)
                rows = self.connection.execute(query.where(column.in_(some)))
                found |= {row.lift: Holder(*row) for row in rows}
        return [found[lift] for lift in sorted(found)]

    def households_of(self, area: str, estate: str, building: str) -> list[HouseholdRow]:
        """All of a building, in order of unit and number."""
        query = select(household).where(_HOUSE.area == area, _HOUSE.estate == estate)
        query = query.where(_HOUSE.building == building).order_by(_HOUSE.unit, _HOUSE.number)
        rows = self.connection.execute(query)
        return [HouseholdRow(**row._asdict() | {"unit": row.unit or None}) for row in rows]

    def has_households(self, area: str, estate: str) -> bool:
        """Whether any of an estate is on record."""
        query = select(_HOUSE.area).where(_HOUSE.area == area, _HOUSE.estate == estate)
        return self.connection.execute(query.limit(1)).first() is not None

    def put_households(self, rows: Sequence[HouseholdRow]) -> None:
        """Insert or replace households; what a row does not tell of its owner stays."""
        if not rows:
            return
        statement = upserting(self.connection, household)
        new = statement.excluded
        owned = func.coalesce(new.developer_owned, _HOUSE.developer_owned)
        statement = statement.on_conflict_do_update(
            index_elements=["area", "estate", "building", "unit", "number"],
            set_={"floor_area_dm2": new.floor_area_dm2, "developer_owned": owned},
        )
        values = [structs.asdict(row) | {"unit": row.unit or ""} for row in rows]
        self.connection.execute(statement, values)


def _record_of(row: Row[Any]) -> Record:
    place = {"lift": row.lift, "area": row.area, "estate": row.estate}
    said = msgspec.convert(row.facts, Facts)
    heard_ms = row.heard_ms
    unnoted = Origin(UNNOTED.who, heard_ms or 0)
    told = [name for name in Facts.__struct_fields__ if getattr(said, name) is not None]
    said_by = dict.fromkeys(told, unnoted) | msgspec.convert(row.said_by or {}, _BY)
    known = Known(said=said, said_by=said_by)
    if row.version is None:
        return Record(**place, is_heard=heard_ms is not None, known=known)
    known = structs.replace(
        known,
        entered=msgspec.convert(row.entered, Facts),
        entered_by=msgspec.convert(row.entered_by, _BY),
    )
    return Record(
        **place,
        is_heard=heard_ms is not None,
        known=known,
        site=msgspec.convert(row.site, Site),
        site_by=msgspec.convert(row.site_by, _BY),
        version=row.version,
    )


def _values_of_note(lift: str, note: Note) -> dict[str, Any]:
    values = {"lift": lift, "version": note.version, "field": note.field}
    told = {"who": note.by.who, "at_ms": note.by.at_ms}
    return values | told | {"value": msgspec.to_builtins(note.value)}


def _note_of(row: Row[Any]) -> Note:
    """As it was typed: dates and landings, where the field is one of the register's."""
    value = row.value
    if value is not None and row.field in Facts.__struct_fields__:
        value = getattr(msgspec.convert({row.field: value}, Facts), row.field)
    return Note(row.version, row.field, value, Origin(row.who, row.at_ms))


def _values_of(record: Record) -> dict[str, Any]:
    entered, site = record.known.entered, record.site
    values = {
        "lift": record.lift,
        "entered": msgspec.to_builtins(entered),
        "entered_by": msgspec.to_builtins(record.known.entered_by),
        "site": msgspec.to_builtins(site),
        "site_by": msgspec.to_builtins(record.site_by),
        "version": record.version,
        "equipment_code": entered.equipment_code,
        "rescue_code": entered.rescue_code,
        "predecessor": site.predecessor,
    }
    return {f"b_{name}": value for name, value in values.items()}


def _blank(lift: str) -> dict[str, Any]:
    names = ("entered", "entered_by", "said_by", "site", "site_by")
    return {name: {} for name in names} | {"lift": lift, "version": 0}


def _doors(sight: Sight) -> Iterator[ColumnElement[bool]]:
    """Here a place that is one building shows that building."""
    for place in sight.places:
        parts = [_HOUSE.area == place.area]
        parts += [_HOUSE.estate == place.estate] if place.estate else []
        parts += [_HOUSE.building == place.building] if place.building else []
        yield and_(*parts)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(values), ASKED_MAX):
        yield values[at : at + ASKED_MAX]

"""The fault history in the relational store: what is kept."""

from collections.abc import Sequence

from msgspec import structs, to_builtins
from sqlalchemy import Connection, func, select, update

from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.care_faults_tables import (
    heard_visit,
    replaced_part,
    signature,
    told_code,
)
from liftwatch.adapters.sql.register import with_entered
from liftwatch.adapters.sql.rows import lift_of, upserting
from liftwatch.care.faults import Closing, Heard, ToldCode
from liftwatch.care.parts import part_of_item
from liftwatch.care.signature import Signed
from liftwatch.incidents.incident import OVER, Incident

_INCIDENT, _CODE, _VISIT = tables.incident.c, told_code.c, heard_visit.c
_CODES = [_CODE[name] for name in ToldCode.__struct_fields__]


class SqlFaultWork:
    """Fulfils `liftwatch.care.faults_store.FaultWork` on a transaction that has begun."""

    connection: Connection

    def note_codes(self, rows: Sequence[ToldCode]) -> None:
        """Keep what was told; twice is once."""
        for one in rows:
            found = select(_INCIDENT.id).where(
                _INCIDENT.lift == one.lift,
                _INCIDENT.kind == one.kind,
                _INCIDENT.opened_ms <= one.raised_ms,
                _INCIDENT.state.not_in(sorted(OVER)) | (_INCIDENT.cleared_ms >= one.raised_ms),
            )
            found = found.order_by(_INCIDENT.raised_ms.desc(), _INCIDENT.id.desc()).limit(1)
            incident = None if one.kind is None else self.connection.execute(found).scalar()
            statement = upserting(self.connection, told_code).on_conflict_do_nothing()
            self.connection.execute(statement, structs.asdict(one) | {"incident": incident})

    def close_codes(self, closings: Sequence[Closing]) -> None:
        """The newest open telling of each report is over."""
        for one in closings:
            newest = select(_CODE.id).where(
                _CODE.lift == one.lift,
                _CODE.report == one.report,
                _CODE.raised_ms <= one.at_ms,
                _CODE.closed_ms.is_(None),
            )
            newest = newest.order_by(_CODE.raised_ms.desc(), _CODE.id.desc()).limit(1)
            mine = _CODE.id == newest.scalar_subquery()
            self.connection.execute(update(told_code).where(mine).values(closed_ms=one.at_ms))

    def link_codes(self, incident: Incident, *, since_ms: int) -> None:
        """What was told of its lift and kind since then, and of no other, is its."""
        told = (_CODE.lift == incident.lift) & (_CODE.kind == incident.kind)
        told &= (_CODE.raised_ms >= since_ms) & _CODE.incident.is_(None)
        told &= _CODE.raised_ms <= incident.raised_ms
        self.connection.execute(update(told_code).where(told).values(incident=incident.id))

    def note_visits(self, rows: Sequence[Heard]) -> None:
        """Keep visits and what was replaced in them; twice is once."""
        for one in rows:
            values = structs.asdict(one)
            items = values.pop("replaced")
            statement = upserting(self.connection, heard_visit).on_conflict_do_nothing()
            self.connection.execute(statement, values)
            for item in items:
                row = {name: values[name] for name in ("lift", "area", "estate", "exercise")}
                row |= {"visit": one.id, "item": item, "part": part_of_item(item)}
                put = upserting(self.connection, replaced_part).on_conflict_do_nothing()
                self.connection.execute(put, row | {"raised_ms": one.at_ms})

    def told_between(self, lift: str, from_ms: int, to_ms: int) -> list[ToldCode]:
        """Codes told of a lift in [from, to], the first one first."""
        query = select(*_CODES).where(_CODE.lift == lift, _CODE.raised_ms.between(from_ms, to_ms))
        rows = self.connection.execute(query.order_by(_CODE.raised_ms, _CODE.id).limit(200))
        return [ToldCode(**row._asdict()) for row in rows]

    def kinds_between(self, lift: str, from_ms: int, to_ms: int) -> list[str]:
        """Kinds raised of a lift in [from, to)."""
        query = select(_INCIDENT.kind).where(_INCIDENT.lift == lift)
        query = query.where(_INCIDENT.raised_ms >= from_ms, _INCIDENT.raised_ms < to_ms)
        return sorted(set(self.connection.execute(query).scalars()))

    def cared_before(self, lift: str, at_ms: int) -> int | None:
        """When the last visit before a moment ended."""
        query = select(func.max(_VISIT.at_ms)).where(_VISIT.lift == lift, _VISIT.at_ms <= at_ms)
        found: int | None = self.connection.execute(query).scalar()
        return found

    def make_of(self, lift: str) -> tuple[str | None, str | None]:
        """Manufacturer and model of a lift, as they are on record."""
        query = with_entered().where(tables.lift.c.lift == lift)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None, None
        facts = lift_of(row).facts
        return facts.manufacturer, facts.model

    def put_signature(self, signed: Signed) -> None:
        """Keep the signature of an incident, in the place of an older one."""
        statement = upserting(self.connection, signature)
        replaced = {c.name: c for c in statement.excluded if c.name != "incident"}
        statement = statement.on_conflict_do_update(index_elements=["incident"], set_=replaced)
        self.connection.execute(statement, to_builtins(signed))

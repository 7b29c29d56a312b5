"""Hazards that people wrote down, in the relational store."""

from msgspec import structs
from sqlalchemy import Connection, Engine, case, insert, select, update

from liftwatch.adapters.sql.care_instruction_tables import hazard
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.hazards import Hazard
from liftwatch.ports import Conflict
from liftwatch.said import Said

_HAZARD = hazard.c
_COLUMNS = [_HAZARD[name] for name in Hazard.__struct_fields__]


class SqlHazardReads:
    """Fulfils `HazardReads`."""

    engine: Engine

    def hazard(self, id: str) -> Hazard | None:
        """One of them."""
        with translated(), self.engine.connect() as connection:
            row = connection.execute(select(*_COLUMNS).where(_HAZARD.id == id)).one_or_none()
        return None if row is None else Hazard(**row._asdict())

    def hazards_of(self, lift: str, *, limit: int = 200) -> list[Hazard]:
        """Those of a lift, open ones first, then the newest."""
        query = select(*_COLUMNS).where(_HAZARD.lift == lift)
        over = case((_HAZARD.state == "open", 0), else_=1)
        query = query.order_by(over, _HAZARD.made_ms.desc(), _HAZARD.id).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [Hazard(**row._asdict()) for row in connection.execute(query)]


class SqlHazardWork:
    """Fulfils `HazardWork` on a connection whose transaction has begun."""

    connection: Connection

    def locked_hazard(self, id: str) -> Hazard | None:
        """One of them, locked against others."""
        query = select(*_COLUMNS).where(_HAZARD.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Hazard(**row._asdict())

    def put_hazard(self, one: Hazard) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = structs.asdict(one)
        if one.version == 1:
            self.connection.execute(insert(hazard), values)
            return
        known = (_HAZARD.id == one.id) & (_HAZARD.version == one.version - 1)
        if self.connection.execute(update(hazard).where(known).values(values)).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

"""Silences, what they hid, and what belongs together, in the relational store."""

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy import Connection, Engine, and_, insert, or_, select, update

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.endings import SqlEndingReads, SqlEndingWork
from liftwatch.adapters.sql.filters import seen_incidents, seen_lifts
from liftwatch.adapters.sql.register import with_entered
from liftwatch.adapters.sql.rows import INCIDENT, incident_of, lift_of, upserting
from liftwatch.adapters.sql.statistics import SqlStatisticsReads, SqlVerdictWork
from liftwatch.adapters.sql.trouble import translated
from liftwatch.adapters.sql.whole_tables import hidden, silence, withheld
from liftwatch.clock import now_ms
from liftwatch.incidents.incident import OVER, Incident
from liftwatch.incidents.silences import Hidden, Silence, Withheld
from liftwatch.ports import Conflict
from liftwatch.said import Said

_INCIDENT, _SILENCE, _HIDDEN = tables.incident.c, silence.c, hidden.c
_WITHHELD = withheld.c
_WITHHELDS = [_WITHHELD[name] for name in Withheld.__struct_fields__]
_SILENCES = [_SILENCE[name] for name in Silence.__struct_fields__]
_HIDDENS = [_HIDDEN[name] for name in Hidden.__struct_fields__]


class SqlBesideReads(SqlEndingReads, SqlStatisticsReads):
    """Fulfils `BesideReads`, clocks aside."""

    engine: Engine

    def silence(self, id: str) -> Silence | None:
        """One of them."""
        with translated(), self.engine.connect() as connection:
            row = connection.execute(select(*_SILENCES).where(_SILENCE.id == id)).one_or_none()
        return None if row is None else Silence(**row._asdict())

    def silences(
        self, *, since_ms: int, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Silence]:
        """Those that end after a moment, the newest first."""
        query = select(*_SILENCES).where(_SILENCE.until_ms > since_ms)
        query = seen_lifts(query, sight, now_ms(), columns=_SILENCE)
        query = query.order_by(_SILENCE.made_ms.desc(), _SILENCE.id).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [Silence(**row._asdict()) for row in connection.execute(query)]

    def hidden(
        self,
        *,
        since_ms: int,
        silence: str | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Hidden]:
        """What paged nobody since then, the newest first; with `silence` what that one hid."""
        query = select(*_HIDDENS).where(_HIDDEN.at_ms >= since_ms)
        if not sight.everything:
            query = query.join(tables.incident, _INCIDENT.id == _HIDDEN.incident)
            query = seen_incidents(query, sight)
        if silence is not None:
            query = query.where(_HIDDEN.of == silence)
        query = query.order_by(_HIDDEN.at_ms.desc(), _HIDDEN.incident).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [Hidden(**row._asdict()) for row in connection.execute(query)]

    def withheld(
        self, *, since_ms: int, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Withheld]:
        """What was not raised for a visit or a mode since then, the newest first."""
        query = select(*_WITHHELDS).where(_WITHHELD.at_ms >= since_ms)
        query = seen_lifts(query, sight, now_ms(), columns=_WITHHELD)
        query = query.order_by(_WITHHELD.at_ms.desc(), _WITHHELD.lift, _WITHHELD.kind)
        with translated(), self.engine.connect() as connection:
            return [Withheld(**row._asdict()) for row in connection.execute(query.limit(limit))]


class SqlBesideWork(SqlEndingWork, SqlVerdictWork):
    """Fulfils `BesideWork`, clocks aside, on a connection whose transaction has begun."""

    connection: Connection

    def silences_on(self, incident: Incident) -> list[Silence]:
        """Those of its lift or its estate, unless they have ended; shared against their end."""
        query = select(*_SILENCES).where(
            _SILENCE.area == incident.area,
            _SILENCE.estate == incident.estate,
            _SILENCE.ended_ms.is_(None),
            or_(_SILENCE.lift.is_(None), _SILENCE.lift == incident.lift),
        )
        query = query.order_by(_SILENCE.made_ms, _SILENCE.id).with_for_update(read=True)
        return [Silence(**row._asdict()) for row in self.connection.execute(query)]

    def locked_silence(self, id: str) -> Silence | None:
        """One of them, locked against others."""
        query = select(*_SILENCES).where(_SILENCE.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Silence(**row._asdict())

    def put_silence(self, silence_: Silence) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = structs.asdict(silence_)
        if silence_.version == 1:
            self.connection.execute(insert(silence), values)
            return
        known = (_SILENCE.id == silence_.id) & (_SILENCE.version == silence_.version - 1)
        if self.connection.execute(update(silence).where(known).values(values)).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def note_hidden(self, one: Hidden) -> bool:
        """Keep that an alarm paged nobody; False when that is known."""
        statement = upserting(self.connection, hidden).on_conflict_do_update(
            index_elements=list(hidden.primary_key),
            set_={"at_ms": one.at_ms, "over_ms": None},
            where=_HIDDEN.over_ms.is_not(None),
        )
        statement = statement.returning(_HIDDEN.at_ms)
        return self.connection.execute(statement, structs.asdict(one)).first() is not None

    def still_hidden(self, silence: str, *, limit: int) -> list[Hidden]:
        """What a silence hid and of which nobody has looked whether it stands, the oldest first."""
        query = select(*_HIDDENS).where(_HIDDEN.of == silence, _HIDDEN.over_ms.is_(None))
        query = query.where(_HIDDEN.by == "silence").order_by(_HIDDEN.at_ms, _HIDDEN.incident)
        return [Hidden(**row._asdict()) for row in self.connection.execute(query.limit(limit))]

    def end_hidden(self, one: Hidden, *, at_ms: int) -> bool:
        """Set `over_ms`; False where somebody else has."""
        mine = (column == getattr(one, column.name) for column in hidden.primary_key)
        statement = update(hidden).where(and_(*mine), _HIDDEN.over_ms.is_(None))
        return self.connection.execute(statement.values(over_ms=at_ms)).rowcount == 1

    def note_withheld(self, rows: Sequence[Withheld]) -> None:
        """Keep what was not raised; twice is once."""
        statement = upserting(self.connection, withheld).on_conflict_do_nothing()
        self.connection.execute(statement, [structs.asdict(one) for one in rows])

    def open_children_of(self, parent: str) -> list[Incident]:
        """The open incidents that have this one as their parent, locked."""
        query = select(*INCIDENT).where(
            _INCIDENT.parent == parent, _INCIDENT.state.not_in(sorted(OVER))
        )
        rows = self.connection.execute(query.order_by(_INCIDENT.id).with_for_update())
        return [incident_of(row) for row in rows]

    def building_of(self, lift: str) -> str | None:
        """The scope of a lift's building; None for a lift that is not known."""
        query = with_entered().where(tables.lift.c.lift == lift)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None
        found = lift_of(row)
        return f"{found.estate}/{found.facts.building or found.estate}"

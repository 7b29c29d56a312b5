"""What people ended of alarms that latch, in the relational store."""

from collections.abc import Collection

from sqlalchemy import Connection, Engine, bindparam, literal, select, tuple_

from liftwatch.adapters.sql.rows import upserting
from liftwatch.adapters.sql.tables import alarm_change
from liftwatch.adapters.sql.trouble import translated
from liftwatch.adapters.sql.whole_tables import alarm_ending
from liftwatch.incidents.endings import Claimed, Ending

_ENDING, _CHANGE = alarm_ending.c, alarm_change.c
AT_ONCE = 200


class SqlEndingReads:
    """Fulfils `EndingReads`."""

    engine: Engine

    def endings_of(self, claims: Collection[Claimed]) -> list[Ending]:
        """Those of some claims that people have ended."""
        asked, found = sorted(claims), []
        key = tuple_(_ENDING.lift, _ENDING.kind, _ENDING.opened_ms)
        with translated(), self.engine.connect() as connection:
            for first in range(0, len(asked), AT_ONCE):
                query = select(alarm_ending).where(key.in_(asked[first : first + AT_ONCE]))
                found += [Ending(**row._asdict()) for row in connection.execute(query)]
        return found


class SqlEndingWork:
    """Fulfils `EndingWork` on a connection whose transaction has begun."""

    connection: Connection

    def end_claims(self, lift: str, kind: str, *, at_ms: int) -> None:
        """Keep that whatever detection has claimed of a lift and kind is over.

        Whoever ends holds the incident's row: a claim whose change is being written beside waits
        for it, is not seen here, and opens an incident of its own.
        """
        claims = select(
            _CHANGE.lift, _CHANGE.kind, _CHANGE.opened_ms, literal(at_ms, _ENDING.at_ms.type)
        ).where(_CHANGE.lift == lift, _CHANGE.kind == kind, _CHANGE.edge == "raised", ~_CHANGE.late)
        statement = upserting(self.connection, alarm_ending)
        statement = statement.from_select([c.name for c in alarm_ending.c], claims.distinct())
        self.connection.execute(statement.on_conflict_do_nothing())

    def is_ended(self, claim: Claimed) -> bool:
        """Whether people ended this claim."""
        query = select(_ENDING.at_ms).where(
            _ENDING.lift == bindparam("lift"),
            _ENDING.kind == bindparam("kind"),
            _ENDING.opened_ms == bindparam("opened_ms"),
        )
        return self.connection.execute(query, claim._asdict()).first() is not None

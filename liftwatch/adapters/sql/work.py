"""One transaction over the tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from liftwatch import clock
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.account import SqlAccountWork
from liftwatch.adapters.sql.audit import SqlAuditWork
from liftwatch.adapters.sql.beside import SqlBesideWork
from liftwatch.adapters.sql.care_credit import SqlCreditWork
from liftwatch.adapters.sql.care_faults_work import SqlFaultWork
from liftwatch.adapters.sql.care_instructions import SqlInstructionWork
from liftwatch.adapters.sql.care_recalls import SqlRecallWork
from liftwatch.adapters.sql.care_renewals import SqlRenewalWork
from liftwatch.adapters.sql.care_reports import SqlReportWork
from liftwatch.adapters.sql.care_visits import SqlVisitWork
from liftwatch.adapters.sql.course import SqlCourseWork
from liftwatch.adapters.sql.duties import SqlDuties
from liftwatch.adapters.sql.evidence import SqlEvidenceWork
from liftwatch.adapters.sql.fund import SqlFundWork
from liftwatch.adapters.sql.fund_cases import SqlCaseWork
from liftwatch.adapters.sql.old import SqlOldWork
from liftwatch.adapters.sql.pages import SqlPageWork
from liftwatch.adapters.sql.register import SqlRegisterWork
from liftwatch.adapters.sql.rescue import SqlRescueWork
from liftwatch.adapters.sql.rows import (
    INCIDENT,
    incident_of,
    upserting,
    values_of_change,
    values_of_incident,
    values_of_lift,
)
from liftwatch.audit.chain import Keys
from liftwatch.incidents.incident import OVER, AlarmChange, Incident
from liftwatch.ports import Conflict, LiftRow
from liftwatch.said import Said

_INCIDENT = tables.incident.c
_COUNTER = tables.counter.c


class SqlWork(
    SqlDuties,
    SqlAccountWork,
    SqlAuditWork,
    SqlFundWork,
    SqlCaseWork,
    SqlEvidenceWork,
    SqlCourseWork,
    SqlPageWork,
    SqlRescueWork,
    SqlBesideWork,
    SqlOldWork,
    SqlVisitWork,
    SqlRegisterWork,
    SqlFaultWork,
    SqlInstructionWork,
    SqlRenewalWork,
    SqlReportWork,
    SqlRecallWork,
    SqlCreditWork,
):
    """Fulfils `liftwatch.ports.Work` on a connection whose transaction has begun."""

    def __init__(self, connection: Connection, *, fund_keys: Keys = ()) -> None:
        super().__init__(connection)
        self._drafts, self.fund_keys = [], fund_keys

    def remember(self, change: AlarmChange) -> bool:
        """Write the change down; False when this very change was written down before."""
        statement = upserting(self.connection, tables.alarm_change).on_conflict_do_nothing()
        statement = statement.returning(tables.alarm_change.c.at_ms)
        values = values_of_change(change, clock.now_ms())
        return self.connection.execute(statement, values).first() is not None

    def open_incident_of(self, lift: str, kind: str) -> Incident | None:
        """The one open incident, locked against others until the transaction ends."""
        return self._one(
            select(*INCIDENT).where(
                _INCIDENT.lift == lift,
                _INCIDENT.kind == kind,
                _INCIDENT.state.not_in(sorted(OVER)),
            )
        )

    def open_incident_of_scope(self, scope: str, kind: str) -> Incident | None:
        """The one open incident that stands for several lifts, locked like one of a lift."""
        return self._one(
            select(*INCIDENT).where(
                _INCIDENT.lift.is_(None),
                _INCIDENT.scope == scope,
                _INCIDENT.kind == kind,
                _INCIDENT.state.not_in(sorted(OVER)),
            )
        )

    def late_incident_of(self, lift: str, kind: str, opened_ms: int) -> Incident | None:
        """The late incident of history that began at that moment, the newest of several."""
        return self._one(
            select(*INCIDENT)
            .where(_INCIDENT.lift == lift, _INCIDENT.kind == kind)
            .where(_INCIDENT.late, _INCIDENT.opened_ms == opened_ms)
            .order_by(_INCIDENT.raised_ms.desc(), _INCIDENT.id.desc())
            .limit(1)
        )

    def _one(self, query: Select[Any]) -> Incident | None:
        row = self.connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else incident_of(row)

    def add_incident(self, incident: Incident) -> None:
        """Insert; raises Conflict (by way of `translated`) when another is open."""
        self.connection.execute(insert(tables.incident), values_of_incident(incident))

    def update_incident(self, incident: Incident) -> None:
        """Replace the row whose version is one less; raises Conflict when there is none."""
        done = self.connection.execute(
            update(tables.incident)
            .where(_INCIDENT.id == incident.id, _INCIDENT.version == incident.version - 1)
            .values(values_of_incident(incident))
        )
        if done.rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def publish(self, name: str, data: dict[str, Any]) -> int:
        """Append to the stream; the number it got.

        The counter's row stays locked until the commit: numbers have no gaps, since a rollback
        gives its number back, and they become visible in their order.
        """
        number: int = self.connection.execute(
            update(tables.counter)
            .where(_COUNTER.name == tables.STREAM)
            .values(value=_COUNTER.value + 1)
            .returning(_COUNTER.value)
        ).scalar_one()
        row = {"n": number, "name": name, "data": data, "at_ms": clock.now_ms()}
        self.connection.execute(insert(tables.stream), row)
        return number

    def put_lifts(self, rows: Sequence[LiftRow]) -> None:
        """Insert or replace lifts; of two rows for one lift the last counts."""
        newest = {row.lift: row for row in rows}
        if not newest:
            return
        statement = upserting(self.connection, tables.lift)
        replaced = {c.name: c for c in statement.excluded if c.name != "lift"}
        statement = statement.on_conflict_do_update(index_elements=["lift"], set_=replaced)
        # in order of name, so that two writers lock rows in one order and do not deadlock
        self.connection.execute(statement, [values_of_lift(newest[k]) for k in sorted(newest)])

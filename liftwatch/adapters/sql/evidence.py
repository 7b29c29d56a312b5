"""Windows of evidence in the relational store: a row each, its series as compact JSON."""

from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.trouble import translated
from liftwatch.incidents.evidence import WINDOWS_MAX, EvidenceWindow, Kept

_EVIDENCE = tables.incident_evidence.c
_WINDOW = [_EVIDENCE[name] for name in EvidenceWindow.__struct_fields__]
_KEPT = msgspec.json.Decoder(Kept)


class SqlEvidenceReads:
    """Fulfils `liftwatch.incidents.evidence.EvidenceReads`."""

    engine: Engine

    def evidence_of(self, incident: str) -> list[EvidenceWindow]:
        """The windows of an incident, the first one first."""
        query = select(*_WINDOW).where(_EVIDENCE.incident == incident).order_by(_EVIDENCE.n)
        with translated(), self.engine.connect() as connection:
            return [_window_of(row) for row in connection.execute(query)]

    def next_evidence(self, now_ms: int) -> EvidenceWindow | None:
        """The window that has been due for longest."""
        query = (
            select(*_WINDOW)
            .where(_EVIDENCE.due_ms <= now_ms)
            .order_by(_EVIDENCE.due_ms, _EVIDENCE.incident, _EVIDENCE.n)
            .limit(1)
        )
        with translated(), self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _window_of(row)


class SqlEvidenceWork:
    """Fulfils `liftwatch.incidents.evidence.EvidenceWork` on a transaction that has begun."""

    connection: Connection

    def plan_evidence(self, window: EvidenceWindow) -> bool:
        """Promise a window; whoever raises an incident holds its row, so nobody counts beside."""
        counted = select(func.count()).where(_EVIDENCE.incident == window.incident)
        count: int = self.connection.execute(counted).scalar_one()
        if count >= WINDOWS_MAX:
            return False
        numbered = structs.replace(window, n=count + 1)
        self.connection.execute(insert(tables.incident_evidence), _values_of(numbered))
        return True

    def put_evidence(self, window: EvidenceWindow, *, due_ms: int) -> bool:
        """Replace a window that was due then."""
        done = self.connection.execute(
            update(tables.incident_evidence)
            .where(_EVIDENCE.incident == window.incident, _EVIDENCE.n == window.n)
            .where(_EVIDENCE.due_ms == due_ms)
            .values(_values_of(window))
        )
        return done.rowcount == 1


def _window_of(row: Row[Any]) -> EvidenceWindow:
    values = dict(zip(EvidenceWindow.__struct_fields__, row, strict=True))
    values["kept"] = _KEPT.decode(values["kept"])
    return EvidenceWindow(**values)


def _values_of(window: EvidenceWindow) -> dict[str, Any]:
    return structs.asdict(window) | {"kept": msgspec.json.encode(window.kept).decode()}

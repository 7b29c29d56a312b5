"""Our plain data as rows of the tables, and back."""

from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from liftwatch.adapters.sql import tables
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import Attempt, Deadline, Heartbeat, LiftRow, Promise, StreamEvent
from liftwatch.register.changes import held
from liftwatch.register.facts import Facts

INCIDENT = [tables.incident.c[name] for name in Incident.__struct_fields__]
LIFT = [tables.lift.c[name] for name in LiftRow.__struct_fields__]
EVENT = [tables.stream.c[name] for name in StreamEvent.__struct_fields__]
HEARTBEAT = [tables.canary.c[name] for name in Heartbeat.__struct_fields__]
DEADLINE = [tables.deadline.c[name] for name in Deadline.__struct_fields__]
PROMISE = [tables.outbox.c[name] for name in Promise.__struct_fields__]
CHANGE = [name for name in AlarmChange.__struct_fields__ if name in tables.alarm_change.c]
ATTEMPT = [tables.attempt.c[name] for name in Attempt.__struct_fields__]


def values_of_incident(incident: Incident) -> dict[str, Any]:
    """The columns of an incident."""
    return structs.asdict(incident)


def incident_of(row: Row[Any]) -> Incident:
    """The incident of a row of INCIDENT."""
    values = dict(zip(Incident.__struct_fields__, row, strict=True))
    values["lifts"] = tuple(values["lifts"])
    return Incident(**values)


def values_of_change(change: AlarmChange, noted_ms: int) -> dict[str, Any]:
    """The columns of an alarm's change; `lift` holds its subject."""
    values = {name: getattr(change, name) for name in CHANGE}
    return values | {"lift": change.subject, "noted_ms": noted_ms}


def values_of_lift(row: LiftRow) -> dict[str, Any]:
    """The columns of a lift."""
    return structs.asdict(row) | {"facts": msgspec.to_builtins(row.facts)}


def lift_of(row: Row[Any]) -> LiftRow:
    """The lift of a row of LIFT and what people entered: their word holds."""
    entered, own = row[-1], row[:-1]
    values: dict[str, Any] = dict(zip(LiftRow.__struct_fields__, own, strict=True))
    said = msgspec.convert(values["facts"], Facts)
    values["facts"] = held(said, msgspec.convert(entered, Facts)) if entered else said
    return LiftRow(**values)


def event_of(row: Row[Any]) -> StreamEvent:
    """The change of a row of EVENT."""
    return StreamEvent(row.n, row.name, row.data)


def heartbeat_of(row: Row[Any]) -> Heartbeat:
    """The heartbeat of a row of HEARTBEAT."""
    values = dict(zip(Heartbeat.__struct_fields__, row, strict=True))
    values["serves"] = tuple(values["serves"])
    return Heartbeat(**values)


def deadline_of(row: Row[Any]) -> Deadline:
    """The deadline of a row of DEADLINE."""
    return Deadline(**dict(zip(Deadline.__struct_fields__, row, strict=True)))


def promise_of(row: Row[Any]) -> Promise:
    """The promise of a row of PROMISE."""
    return Promise(**dict(zip(Promise.__struct_fields__, row, strict=True)))


def attempt_of(row: Row[Any]) -> Attempt:
    """The attempt of a row of ATTEMPT."""
    return Attempt(**dict(zip(Attempt.__struct_fields__, row, strict=True)))


def upserting(connection: Connection, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT, alike in both dialects but not in the core."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)

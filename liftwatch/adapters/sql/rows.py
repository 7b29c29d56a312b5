"""Our plain data as rows of the tables, and back."""

from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Row

from liftwatch.adapters.sql import tables
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import LiftRow, StreamEvent
from liftwatch.register.facts import Facts

INCIDENT = [tables.incident.c[name] for name in Incident.__struct_fields__]
LIFT = [tables.lift.c[name] for name in LiftRow.__struct_fields__]
EVENT = [tables.stream.c[name] for name in StreamEvent.__struct_fields__]


def values_of_incident(incident: Incident) -> dict[str, Any]:
    """The columns of an incident."""
    return structs.asdict(incident)


def incident_of(row: Row[Any]) -> Incident:
    """The incident of a row of INCIDENT."""
    values = dict(zip(Incident.__struct_fields__, row, strict=True))
    values["lifts"] = tuple(values["lifts"])
    return Incident(**values)


def values_of_change(change: AlarmChange, noted_ms: int) -> dict[str, Any]:
    """The columns of an alarm's change."""
    return structs.asdict(change) | {"noted_ms": noted_ms}


def values_of_lift(row: LiftRow) -> dict[str, Any]:
    """The columns of a lift."""
    return structs.asdict(row) | {"facts": msgspec.to_builtins(row.facts)}


def lift_of(row: Row[Any]) -> LiftRow:
    """The lift of a row of LIFT."""
    values = dict(zip(LiftRow.__struct_fields__, row, strict=True))
    values["facts"] = msgspec.convert(values["facts"], Facts)
    return LiftRow(**values)


def event_of(row: Row[Any]) -> StreamEvent:
    """The change of a row of EVENT."""
    return StreamEvent(row.n, row.name, row.data)

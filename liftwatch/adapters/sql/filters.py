"""A filter of incidents as conditions of a query."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from liftwatch.adapters.sql import tables
from liftwatch.incidents.incident import OVER
from liftwatch.ports import IncidentFilter

_INCIDENT = tables.incident.c
_ELEMENTS = {"sqlite": func.json_each, "postgresql": func.json_array_elements_text}


def filtered(query: Select[Any], where: IncidentFilter, dialect: str) -> Select[Any]:
    """The query under a filter; `from_ms` and `to_ms` bound `raised_ms`."""
    for name in ("state", "kind", "severity", "estate"):
        wanted = getattr(where, name)
        if wanted:
            query = query.where(_INCIDENT[name].in_(wanted))
    if where.lift is not None:
        query = query.where(_touches(where.lift, dialect))
    if where.from_ms is not None:
        query = query.where(_INCIDENT.raised_ms >= where.from_ms)
    if where.to_ms is not None:
        query = query.where(_INCIDENT.raised_ms < where.to_ms)
    if where.open_only:
        query = query.where(_INCIDENT.state.not_in(sorted(OVER)))
    return query


def _touches(lift: str, dialect: str) -> ColumnElement[bool]:
    """The lift's own incidents, and those that stand for several with it among them."""
    elements = _ELEMENTS[dialect](_INCIDENT.lifts).table_valued("value")
    among = select(1).select_from(elements).where(elements.c.value == lift).exists()
    return (_INCIDENT.lift == lift) | (_INCIDENT.lift.is_(None) & among)

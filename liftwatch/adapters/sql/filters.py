"""What is asked for, and what may be seen, as conditions of a query."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.incidents.incident import OVER
from liftwatch.ports import IncidentFilter

_INCIDENT, _LIFT, _CONTRACT = tables.incident.c, tables.lift.c, contract.c
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


def seen_places(query: Select[Any], sight: Sight, columns: Any) -> Select[Any]:
    """The query, under the places that are seen; `columns` has `area` and `estate`."""
    if sight.everything:
        return query
    return query.where(or_(false(), *_places(sight, columns)))


def seen_lifts(
    query: Select[Any], sight: Sight, now_ms: int, *, columns: Any = _LIFT
) -> Select[Any]:
    """The query of lifts, under what may be seen of them now; `columns` has `lift` too."""
    if sight.everything:
        return query
    conditions = _places(sight, columns)
    if sight.contracts_of:
        current = (_CONTRACT.from_ms <= now_ms) & (
            _CONTRACT.until_ms.is_(None) | (_CONTRACT.until_ms > now_ms)
        )
        held = _held(sight).where(current)
        conditions.append(columns.lift.in_(held.with_only_columns(_CONTRACT.lift)))
    return query.where(or_(false(), *conditions))


def seen_incidents(query: Select[Any], sight: Sight) -> Select[Any]:
    """The query of incidents, under what may be seen of them.

    A maintenance unit sees what was raised of a lift while it held the contract, also later. An
    incident that stands for several lifts it sees when it sees one of its children.
    """
    if sight.everything:
        return query
    conditions = _places(sight, _INCIDENT)
    if sight.contracts_of:
        child = tables.incident.alias("child")
        children = select(1).where(child.c.parent == _INCIDENT.id, _during(child.c, sight))
        conditions.append(_during(_INCIDENT, sight))
        conditions.append(_INCIDENT.lift.is_(None) & children.exists())
    return query.where(or_(false(), *conditions))


def _places(sight: Sight, columns: Any) -> list[ColumnElement[bool]]:
    return [_at(columns, place) for place in sight.places if not place.building]


def _at(columns: Any, place: Place) -> ColumnElement[bool]:
    area: ColumnElement[bool] = columns.area == place.area
    return and_(area, columns.estate == place.estate) if place.estate else area


def _held(sight: Sight) -> Select[Any]:
    return select(_CONTRACT.id).where(_CONTRACT.organisation.in_(sight.contracts_of))


def _during(columns: Any, sight: Sight) -> ColumnElement[bool]:
    """Raised of a lift while one of the organisations had its contract."""
    raised = columns.raised_ms
    held = _held(sight).where(_CONTRACT.lift == columns.lift, _CONTRACT.from_ms <= raised)
    held = held.where(_CONTRACT.until_ms.is_(None) | (_CONTRACT.until_ms > raised))
    during: ColumnElement[bool] = columns.lift.is_not(None) & held.exists()
    return during

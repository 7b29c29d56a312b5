"""What is asked for, and what may be seen, as conditions of a query."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal_column, or_, select, true

from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.incidents.incident import OVER
from liftwatch.ports import IncidentFilter

_INCIDENT, _LIFT, _CONTRACT = tables.incident.c, tables.lift.c, contract.c
_IS_OPEN = _INCIDENT.state.not_in([literal_column(f"'{state}'") for state in sorted(OVER)])
"""In the very words of the index of open ones: planners do not look into what is bound."""
_ELEMENTS = {"sqlite": func.json_each, "postgresql": func.json_array_elements_text}


def filtered(query: Select[Any], where: IncidentFilter) -> Select[Any]:
    """The query under a filter, but for its lift and its times (`incident_lists`)."""
    for name in ("state", "kind", "severity", "estate"):
        wanted = getattr(where, name)
        if wanted:
            query = query.where(_INCIDENT[name].in_(wanted))
    if where.open_only or (where.state and OVER.isdisjoint(where.state)):
        query = query.where(_IS_OPEN)
    return query


def touching(lift: str | None, dialect: str) -> list[tuple[ColumnElement[bool], bool | None]]:
    """The lift's own incidents, and those that stand for several with it among them: two parts,
    and of each whether it has those of several; without a lift one part that has both (None)."""
    if lift is None:
        return [(true(), None)]
    elements = _ELEMENTS[dialect](_INCIDENT.lifts).table_valued("value")
    among = select(1).select_from(elements).where(elements.c.value == lift).exists()
    return [(_INCIDENT.lift == lift, False), (_INCIDENT.lift.is_(None) & among, True)]


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
    return query.where(or_(false(), *lift_conditions(sight, now_ms, columns=columns)))


def lift_conditions(sight: Sight, now_ms: int, *, columns: Any) -> list[ColumnElement[bool]]:
    """Of which one at least holds of a row of a lift that is seen now; `columns` as above."""
    conditions = _places(sight, columns)
    if sight.contracts_of:
        conditions.append(columns.lift.in_(held_now(sight, now_ms)))
    return conditions


def seen_incidents(query: Select[Any], sight: Sight) -> Select[Any]:
    """The query of incidents, under what may be seen of them.

    A maintenance unit sees what was raised of a lift while it held the contract, also later. An
    incident that stands for several lifts it sees when it sees one of its children.
    """
    if sight.everything:
        return query
    conditions = _seen_of_one(sight, _INCIDENT)
    if sight.contracts_of:
        conditions.append(has_seen_child(sight))
    return query.where(or_(false(), *conditions))


def is_own(sight: Sight, columns: Any) -> ColumnElement[bool]:
    """Whether what was raised of one lift is seen as `seen_incidents` has it."""
    return true() if sight.everything else or_(false(), *_seen_of_one(sight, columns))


def seen_history(query: Select[Any], sight: Sight, columns: Any, *, now_ms: int) -> Select[Any]:
    """The query under what may be seen of the history of lifts: what is seen of incidents, and
    all of the lifts that are under contract now, whenever it was raised."""
    if sight.everything:
        return query
    conditions = _seen_of_one(sight, columns)
    if sight.contracts_of:
        conditions.append(columns.lift.in_(held_now(sight, now_ms)))
        if not sight.places:  # lets a planner begin with the few lifts it can be
            ever = select(_CONTRACT.lift).where(_CONTRACT.organisation.in_(sight.contracts_of))
            query = query.where(columns.lift.in_(ever))
    return query.where(or_(false(), *conditions))


def held_now(sight: Sight, now_ms: int) -> Select[Any]:
    """The lifts of contracts that last."""
    begun = _CONTRACT.from_ms <= now_ms
    lasts = _CONTRACT.until_ms.is_(None) | (_CONTRACT.until_ms > now_ms)
    held = select(_CONTRACT.lift).where(_CONTRACT.organisation.in_(sight.contracts_of))
    return held.where(begun, lasts)


def _seen_of_one(sight: Sight, columns: Any) -> list[ColumnElement[bool]]:
    conditions = _places(sight, columns)
    if sight.contracts_of:
        held = select(1).select_from(contract).where(during_contract(columns))
        conditions.append(held.where(_CONTRACT.organisation.in_(sight.contracts_of)).exists())
    return conditions


def during_contract(columns: Any) -> ColumnElement[bool]:
    """Raised of a lift while a contract of it lasted."""
    raised = columns.raised_ms
    begun: ColumnElement[bool] = (_CONTRACT.lift == columns.lift) & (_CONTRACT.from_ms <= raised)
    lasts: ColumnElement[bool] = _CONTRACT.until_ms.is_(None) | (_CONTRACT.until_ms > raised)
    return begun & lasts


def has_seen_child(sight: Sight) -> ColumnElement[bool]:
    """Stands for several lifts, and one of its children is seen by a contract."""
    child = tables.incident.alias("child")
    held = select(1).select_from(child).join(contract, during_contract(child.c))
    held = held.where(child.c.parent == _INCIDENT.id)
    held = held.where(_CONTRACT.organisation.in_(sight.contracts_of))
    return _INCIDENT.lift.is_(None) & held.correlate(tables.incident).exists()


def _places(sight: Sight, columns: Any) -> list[ColumnElement[bool]]:
    return [_at(columns, place) for place in sight.places if not place.building]


def _at(columns: Any, place: Place) -> ColumnElement[bool]:
    area: ColumnElement[bool] = columns.area == place.area
    return and_(area, columns.estate == place.estate) if place.estate else area

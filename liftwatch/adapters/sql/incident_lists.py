"""Pages of incidents: the newest of what is asked for and may be seen.

What may be seen is a union of parts (areas, estates, contracts), and so is a lift (its own, and
what it has a part in). Each part is one walk along one index, newest first, which ends when the
page is full; the rows themselves are looked up for the page alone.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, bindparam, false, select, tuple_, union

from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.filters import during_contract, filtered, has_seen_child, touching
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.adapters.sql.rows import INCIDENT
from liftwatch.clock import DAY_MS
from liftwatch.ports import IncidentFilter

_INCIDENT, _CONTRACT = tables.incident.c, contract.c
_KEY = (_INCIDENT.raised_ms, _INCIDENT.id)
_NEWEST = (_INCIDENT.raised_ms.desc(), _INCIDENT.id.desc())
_RAISED, _ID = _INCIDENT.raised_ms.type, _INCIDENT.id.type
_AFTER = tuple_(bindparam("after_ms", type_=_RAISED), bindparam("after_id", type_=_ID))
_BOUNDS = {
    "since_ms": _INCIDENT.raised_ms >= bindparam("since_ms", type_=_RAISED),
    "to_ms": _INCIDENT.raised_ms < bindparam("to_ms", type_=_RAISED),
    "after_ms": tuple_(*_KEY) < _AFTER,
}
"""What differs from page to page of one list, and is no part of the query that is kept."""
STATEMENTS = 200
"""So many queries are kept, of 20 to 300 kB each."""
PARTS_MAX = 20
SPANS_MS = (7 * DAY_MS, 56 * DAY_MS, 448 * DAY_MS)


def queries(
    where: IncidentFilter,
    sight: Sight,
    *,
    after: tuple[int, str] | None,
    limit: int,
    now_ms: int,
    dialect: str,
) -> Iterator[tuple[Select[Any], dict[str, Any]]]:
    """Queries of INCIDENT and what is bound in them: the first that fills the page has it, else
    the last."""
    bounds: dict[str, Any] = {} if where.to_ms is None else {"to_ms": where.to_ms}
    if after is not None:
        bounds |= {"after_ms": after[0], "after_id": after[1]}
    before_ms = min(now_ms, *(bounds.get(name, now_ms) for name in ("to_ms", "after_ms")))
    kept = replace(where, from_ms=None, to_ms=None)
    for since_ms in spans(where, sight, before_ms=before_ms):
        values = bounds if since_ms is None else bounds | {"since_ms": since_ms}
        names = frozenset(values)
        yield newest(kept, sight, bounds=names, limit=limit, dialect=dialect), values


def spans(where: IncidentFilter, sight: Sight, *, before_ms: int) -> Iterator[int | None]:
    """Since when to look, one after the other until the page is full; None is ever.

    What stands in one index in the order of the page is read no further than the page. What must
    be sorted first would be read whole: there a page of the last days is looked for before.

    >>> list(spans(IncidentFilter(kind=("overload",)), Sight(everything=True), before_ms=0))
    [None]
    >>> list(spans(IncidentFilter(), Sight(contracts_of=("m",)), before_ms=450 * DAY_MS))
    [38275200000, 34041600000, 172800000, None]
    """
    values = (where.state, where.kind, where.severity, where.estate)
    many = len(sight.places) > PARTS_MAX or any(len(one) > 1 for one in values)
    if sight.contracts_of or many:
        for span_ms in SPANS_MS:
            since_ms = before_ms - span_ms
            if where.from_ms is None or where.from_ms < since_ms:
                yield since_ms
    yield where.from_ms


@lru_cache(maxsize=STATEMENTS)
def newest(
    where: IncidentFilter, sight: Sight, *, bounds: frozenset[str], limit: int, dialect: str
) -> Select[Any]:
    """The query of INCIDENT for one page, under a filter without times and what will be bound.

    Making it costs more than running it, and the same people ask the same again and again.
    """
    parts = []
    for seen, of_several in _seen(sight):
        for touched, of_these in touching(where.lift, dialect):
            if None not in (of_several, of_these) and of_several != of_these:
                continue  # no incident is both: of one lift, and of several
            part = filtered(seen.where(touched), where)
            part = part.where(*(_BOUNDS[name] for name in sorted(bounds & _BOUNDS.keys())))
            parts.append(part.order_by(*_NEWEST).limit(limit).subquery())
    page = parts[0] if len(parts) == 1 else union(*map(select, parts)).subquery()
    query = select(*INCIDENT).join(page, page.c.id == _INCIDENT.id)
    return query.order_by(*_NEWEST).limit(limit)


def _seen(sight: Sight) -> Sequence[tuple[Select[Any], bool | None]]:
    """Parts that together are what may be seen, and of each whether it has only incidents of
    several lifts, only of one, or both (None)."""
    if sight.everything:
        return [(select(*_KEY), None)]
    places = [place for place in sight.places if not place.building]
    parts: list[tuple[Select[Any], bool | None]] = [
        (select(*_KEY).where(condition), None) for condition in at_places(places)
    ]
    if sight.contracts_of:
        own = select(*_KEY).join(contract, during_contract(_INCIDENT))
        own = own.where(_CONTRACT.organisation.in_(sight.contracts_of))
        parts += [(own, False), (select(*_KEY).where(has_seen_child(sight)), True)]
    return parts or [(select(*_KEY).where(false()), None)]


def at_places(places: Sequence[Place], columns: Any = _INCIDENT) -> list[ColumnElement[bool]]:
    """One part for each place, while they are few; else one for all areas, one for all estates.

    `columns` has `area` and `estate`.
    """
    areas = sorted({place.area for place in places if not place.estate})
    estates = [(place.area, place.estate) for place in places if place.estate]
    if len(places) <= PARTS_MAX:
        whole = [columns.area == area for area in areas]
        return whole + [(columns.area == a) & (columns.estate == e) for a, e in estates]
    parts: list[ColumnElement[bool]] = []
    if areas:
        parts.append(columns.area.in_(areas))
    if estates:
        names = sorted({name for _, name in estates})
        pair = tuple_(columns.area, columns.estate)
        parts.append(columns.estate.in_(names) & pair.in_(estates))
    return parts

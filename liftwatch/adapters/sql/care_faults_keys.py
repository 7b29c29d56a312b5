"""Which faults are on a page: places in two lists, incidents of one lift and told codes.

Each list is read as pages of incidents are (`incident_lists`): a part for each way of seeing it,
each a walk along one index that ends when the page is full, in widening spans where it must be
sorted first.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select, tuple_, union

from liftwatch.access.sight import Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.care_faults_tables import told_code
from liftwatch.adapters.sql.filters import during_contract, filtered, held_now
from liftwatch.adapters.sql.incident_lists import at_places, spans
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.care.faults import FaultFilter
from liftwatch.care.parts import kinds_of
from liftwatch.ports import IncidentFilter

Key = tuple[int, str]
_INCIDENT, _CODE, _CONTRACT = tables.incident.c, told_code.c, contract.c


def incident_keys(
    connection: Connection,
    where: FaultFilter,
    sight: Sight,
    *,
    after: Key | None,
    limit: int,
    now_ms: int,
) -> list[Key]:
    """Places of incidents, newest first; none where codes are asked for."""
    asked = _as_incidents(where)
    if asked is None or where.of_code:
        return []

    def narrowed(query: Select[Any]) -> Select[Any]:
        query = filtered(query.where(_INCIDENT.lift.is_not(None)), asked)
        return query if where.lift is None else query.where(_INCIDENT.lift == where.lift)

    walk = _Walk(tables.incident, sight, narrowed=narrowed, now_ms=now_ms)
    return walk.newest(connection, asked, after=after, limit=limit)


def code_keys(
    connection: Connection,
    where: FaultFilter,
    sight: Sight,
    *,
    after: Key | None,
    limit: int,
    now_ms: int,
) -> list[Key]:
    """Places of codes, newest first: of those asked for, or else of those that raised nothing."""
    of_incidents = bool(where.severity or where.state)
    if of_incidents and not where.of_code:
        return []

    def narrowed(query: Select[Any]) -> Select[Any]:
        query = _narrowed_codes(query, where)
        if of_incidents:
            joined = IncidentFilter(severity=where.severity, state=where.state)
            query = query.join(tables.incident, _INCIDENT.id == _CODE.incident)
            query = filtered(query, joined)
        return query

    asked = IncidentFilter(
        estate=where.estate,
        kind=where.kind or where.part,
        lift=where.lift,
        from_ms=where.from_ms,
        to_ms=where.to_ms,
    )
    walk = _Walk(told_code, sight, narrowed=narrowed, now_ms=now_ms)
    return walk.newest(connection, asked, after=after, limit=limit)


def _as_incidents(where: FaultFilter) -> IncidentFilter | None:
    """The filter in words of incidents; None where none can be meant."""
    kinds = where.kind
    if where.part:
        of_parts = kinds_of(where.part)
        kinds = tuple(one for one in of_parts if not kinds or one in kinds)
        if not kinds:
            return None
    return IncidentFilter(
        state=where.state,
        kind=kinds,
        severity=where.severity,
        estate=where.estate,
        lift=where.lift,
        from_ms=where.from_ms,
        to_ms=where.to_ms,
    )


def _narrowed_codes(query: Select[Any], where: FaultFilter) -> Select[Any]:
    if where.lift is not None:
        query = query.where(_CODE.lift == where.lift)
    for name in ("estate", "kind", "part"):
        wanted = getattr(where, name)
        if wanted:
            query = query.where(_CODE[name].in_(wanted))
    if where.code is not None:
        query = query.where(_CODE.code == where.code)
    if where.dialect is not None:
        query = query.where(_CODE.dialect == where.dialect)
    if where.of_code:
        return query
    raised_none: ColumnElement[bool] = _CODE.incident.is_(None)
    if where.part:  # its incident, of another part, is not in the list
        raised_none |= _CODE.kind.not_in(kinds_of(where.part))
    return query.where(raised_none)


class _Walk:
    """One list as somebody sees it."""

    def __init__(self, table: Table, sight: Sight, *, narrowed: Any, now_ms: int) -> None:
        self._c, self._sight, self._narrowed, self._now_ms = table.c, sight, narrowed, now_ms
        self._order = (table.c.raised_ms.desc(), table.c.id.desc())

    def newest(
        self, connection: Connection, asked: IncidentFilter, *, after: Key | None, limit: int
    ) -> list[Key]:
        """The newest places after one."""
        found: list[Key] = []
        ends = [self._now_ms, *([asked.to_ms] if asked.to_ms is not None else [])]
        before_ms = min([*ends, *([after[0]] if after else [])])
        for since_ms in spans(asked, self._sight, before_ms=before_ms):
            parts = [
                self._bounded(part, asked, since_ms=since_ms, after=after)
                .order_by(*self._order)
                .limit(limit)
                .subquery()
                for part in self._seen()
            ]
            if not parts:
                return []
            page = parts[0] if len(parts) == 1 else union(*map(select, parts)).subquery()
            order = (page.c.raised_ms.desc(), page.c.id.desc())
            query = select(page.c.raised_ms, page.c.id).order_by(*order).limit(limit)
            found = [(row[0], row[1]) for row in connection.execute(query)]
            if len(found) >= limit:
                break
        return found

    def _bounded(
        self, query: Select[Any], asked: IncidentFilter, *, since_ms: int | None, after: Key | None
    ) -> Select[Any]:
        query = self._narrowed(query)
        if since_ms is not None:
            query = query.where(self._c.raised_ms >= since_ms)
        if asked.to_ms is not None:
            query = query.where(self._c.raised_ms < asked.to_ms)
        if after is not None:
            query = query.where(tuple_(self._c.raised_ms, self._c.id) < tuple_(*after))
        return query

    def _seen(self) -> Iterator[Select[Any]]:
        key = select(self._c.raised_ms, self._c.id)
        if self._sight.everything:
            yield key
            return
        places = [place for place in self._sight.places if not place.building]
        for condition in at_places(places, self._c):
            yield key.where(condition)
        if self._sight.contracts_of:
            own = key.join(contract, during_contract(self._c))
            yield own.where(_CONTRACT.organisation.in_(self._sight.contracts_of))
            yield key.where(self._c.lift.in_(held_now(self._sight, self._now_ms)))

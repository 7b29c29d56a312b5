"""The fault history in the relational store: what is read."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from msgspec import convert, structs
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, select, union

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.care_faults_keys import Key, code_keys, incident_keys
from liftwatch.adapters.sql.care_faults_tables import replaced_part, signature, told_code
from liftwatch.adapters.sql.course_tables import course
from liftwatch.adapters.sql.filters import during_contract, held_now, is_own, seen_history
from liftwatch.adapters.sql.incident_lists import at_places
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.faults import (
    AFTER_MS,
    BACK_MS,
    Fault,
    FaultFilter,
    FaultPage,
    Fixed,
    Replaced,
    ToldCode,
    how_of,
)
from liftwatch.care.faults_store import Scope
from liftwatch.care.parts import kinds_of, part_of
from liftwatch.care.signature import Signed

_INCIDENT, _COURSE, _CODE = tables.incident.c, course.c, told_code.c
_REPLACED, _SIGNED = replaced_part.c, signature.c
_CODES = [_CODE[name] for name in ToldCode.__struct_fields__]
_SIGNEDS = [_SIGNED[name] for name in Signed.__struct_fields__]
_BARE = _SIGNEDS[:-2]
"""Without what is drawn: it is read for the few that are shown."""
_REPLACEDS = [_REPLACED[name] for name in ("lift", "item", "part", "raised_ms")]
_TAKEN = ("raised_ms", "lift", "area", "estate", "kind", "opened_ms", "severity", "severity_max")
_TAKEN_TOO = ("state", "cleared_ms", "late", "exercise", "occurrences", "evidence")
_TOLD = ("arrived_ms", "resolved_ms", "rejected_ms", "cause", "inspection", "reason")
IN_MAX = 500


class SqlFaultReads:
    """Fulfils `liftwatch.care.faults_store.FaultReads`."""

    engine: Engine

    def faults(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        after: Key | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> FaultPage:
        """Faults, newest first."""
        asked: dict[str, Any] = {"after": after, "limit": limit + 1, "now_ms": now_ms}
        with translated(), self.engine.connect() as connection:
            marked = [(key, True) for key in incident_keys(connection, where, sight, **asked)]
            marked += [(key, False) for key in code_keys(connection, where, sight, **asked)]
            marked.sort(reverse=True)
            page = marked[:limit]
            codes = _codes(connection, [key[1] for key, is_one in page if not is_one])
            ids = {key[1] for key, is_one in page if is_one}
            ids |= {code.incident for code, _ in codes.values() if code.incident is not None}
            ones = _incidents(connection, ids, sight=sight, now_ms=now_ms)
        items = [
            ones[key[1]] if is_one else _of_code(*codes[key[1]], ones)
            for key, is_one in page
            if key[1] in ones or key[1] in codes
        ]
        more = len(marked) > limit > 0
        return FaultPage(items, page[-1][0] if more else None)

    def faults_of(
        self, incidents: Collection[str], *, now_ms: int, sight: Sight = EVERYTHING
    ) -> dict[str, Fault]:
        """The history of some incidents, those that are seen."""
        with translated(), self.engine.connect() as connection:
            return _incidents(connection, incidents, sight=sight, now_ms=now_ms)

    def signed(self, incidents: Collection[str]) -> dict[str, Signed]:
        """The signatures of some incidents."""
        query = select(*_SIGNEDS).where(_SIGNED.incident.in_(sorted(incidents)))
        with translated(), self.engine.connect() as connection:
            return {row.incident: _signed_of(row) for row in connection.execute(query)}

    def signed_like(
        self,
        asked: Signed,
        *,
        scope: Scope,
        kinds: Sequence[str],
        now_ms: int,
        limit: int,
        sight: Sight = EVERYTHING,
    ) -> list[Signed]:
        """Signatures of what was raised before, the newest first."""
        if scope == "model" and None in (asked.make, asked.model):
            return []
        newest = (_SIGNED.raised_ms.desc(), _SIGNED.incident.desc())
        parts = [
            _of_scope(part.where(_SIGNED.kind == kind), asked, scope)
            .where(_SIGNED.raised_ms < asked.raised_ms)
            .order_by(*newest)
            .limit(limit)
            .subquery()
            for kind in kinds
            for part in _seen_signatures(sight, now_ms)
        ]
        if not parts:
            return []
        page = union(*map(select, parts)).subquery()
        query = select(*_BARE).join(page, page.c.incident == _SIGNED.incident)
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(*newest).limit(limit))
            return [_signed_of(row) for row in rows]

    def fixed(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        limit: int,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Fixed]:
        """What people put right, the newest first."""
        again = _next_after(tables.incident.alias("next_one"))
        query: Select[Any] = select(
            _INCIDENT.id,
            *(_INCIDENT[name] for name in ("lift", "estate", "kind", "raised_ms")),
            _COURSE.arrived_ms,
            _COURSE.resolved_ms,
            again("raised_ms"),
            again("id"),
            _COURSE.owner_organisation,
        ).join(course, _COURSE.incident == _INCIDENT.id)
        query = query.where(
            _INCIDENT.lift.is_not(None),
            _COURSE.resolved_ms.is_not(None),
            ~_INCIDENT.late,
        )
        if not exercise:
            query = query.where(~_INCIDENT.exercise)
        query = seen_history(_within(query, where, _INCIDENT), sight, _INCIDENT, now_ms=now_ms)
        kinds = where.kind
        if where.part:
            kinds = tuple(k for k in kinds_of(where.part) if not where.kind or k in where.kind)
            query = query.where(_INCIDENT.kind.in_(kinds))
        elif kinds:
            query = query.where(_INCIDENT.kind.in_(kinds))
        if where.severity:
            query = query.where(_INCIDENT.severity.in_(where.severity))
        query = query.order_by(_INCIDENT.raised_ms.desc(), _INCIDENT.id.desc()).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [Fixed(*row) for row in connection.execute(query)]

    def replaced(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        limit: int,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Replaced]:
        """What was replaced, the newest first."""
        query: Select[Any] = select(*_REPLACEDS)
        query = _within(query, where, _REPLACED)
        if not exercise:
            query = query.where(~_REPLACED.exercise)
        if where.part:
            query = query.where(_REPLACED.part.in_(where.part))
        query = seen_history(query, sight, _REPLACED, now_ms=now_ms)
        order = (_REPLACED.raised_ms.desc(), _REPLACED.visit, _REPLACED.item)
        with translated(), self.engine.connect() as connection:
            return [
                Replaced(*row) for row in connection.execute(query.order_by(*order).limit(limit))
            ]


def _seen_signatures(sight: Sight, now_ms: int) -> Iterator[Select[Any]]:
    """Parts that together are the signatures of what is seen, each along an index of its own."""
    key = select(_SIGNED.raised_ms, _SIGNED.incident)
    if sight.everything:
        yield key
        return
    places = [place for place in sight.places if not place.building]
    for condition in at_places(places, _SIGNED):
        yield key.where(condition)
    if sight.contracts_of:
        yield key.where(_SIGNED.lift.in_(held_now(sight, now_ms)))
        own = key.join(contract, during_contract(_SIGNED))
        yield own.where(contract.c.organisation.in_(sight.contracts_of))


def _of_scope(query: Select[Any], asked: Signed, scope: Scope) -> Select[Any]:
    if scope == "lift":
        return query.where(_SIGNED.lift == asked.lift)
    if scope == "model":
        return query.where(_SIGNED.make == asked.make, _SIGNED.model == asked.model)
    return query


def _next_after(other: Any) -> Callable[[str], ColumnElement[Any]]:
    """A column of the next incident of a lift and kind, within 30 days after it was put right."""

    def of(name: str) -> ColumnElement[Any]:
        found = select(other.c[name]).where(
            other.c.lift == _INCIDENT.lift,
            other.c.kind == _INCIDENT.kind,
            other.c.raised_ms > _COURSE.resolved_ms,
            other.c.raised_ms <= _COURSE.resolved_ms + BACK_MS,
        )
        newest = found.order_by(other.c.raised_ms, other.c.id).limit(1)
        return newest.correlate(tables.incident, course).scalar_subquery()

    return of


def _within(query: Select[Any], where: FaultFilter, columns: Any) -> Select[Any]:
    """The query under lift, estates and times."""
    if where.lift is not None:
        query = query.where(columns.lift == where.lift)
    if where.estate:
        query = query.where(columns.estate.in_(where.estate))
    if where.from_ms is not None:
        query = query.where(columns.raised_ms >= where.from_ms)
    if where.to_ms is not None:
        query = query.where(columns.raised_ms < where.to_ms)
    return query


def _codes(
    connection: Connection, ids: Sequence[str]
) -> dict[str, tuple[ToldCode, tuple[int, int | None]]]:
    """Codes, and how often each was told of its lift before, since when."""
    if not ids:
        return {}
    like = told_code.alias("like_it")
    earlier = (like.c.lift == _CODE.lift) & (like.c.code == _CODE.code)
    earlier &= (like.c.dialect == _CODE.dialect) & (like.c.raised_ms < _CODE.raised_ms)
    query = select(
        *_CODES,
        select(func.count()).select_from(like).where(earlier).scalar_subquery(),
        select(func.min(like.c.raised_ms)).where(earlier).scalar_subquery(),
    ).where(_CODE.id.in_(ids))
    fields = ToldCode.__struct_fields__
    return {
        row.id: (ToldCode(**dict(zip(fields, row[:-2], strict=True))), (row[-2], row[-1]))
        for row in connection.execute(query)
    }


def _incidents(
    connection: Connection, ids: Collection[str], *, sight: Sight, now_ms: int
) -> dict[str, Fault]:
    """Incidents of one lift with what people made of them, those that are seen."""
    if not ids:
        return {}
    like = tables.incident.alias("like_it")
    mine = (like.c.lift == _INCIDENT.lift) & (like.c.kind == _INCIDENT.kind)
    again = _next_after(tables.incident.alias("next_one"))
    earlier = mine & (like.c.raised_ms < _INCIDENT.raised_ms)
    query: Select[Any] = select(
        _INCIDENT.id,
        *(_INCIDENT[name] for name in (*_TAKEN, *_TAKEN_TOO)),
        *(_COURSE[name] for name in _TOLD),
        again("raised_ms").label("again_ms"),
        select(func.count()).select_from(like).where(earlier).scalar_subquery().label("before"),
        select(func.min(like.c.raised_ms)).where(earlier).scalar_subquery().label("first_ms"),
        is_own(sight, _INCIDENT).label("own"),
    ).join(course, _COURSE.incident == _INCIDENT.id, isouter=True)
    query = query.where(_INCIDENT.id.in_(sorted(ids)), _INCIDENT.lift.is_not(None))
    query = seen_history(query, sight, _INCIDENT, now_ms=now_ms)
    rows = connection.execute(query).all()
    codes = _codes_of(connection, ids)
    replaced = _replaced_on(connection, rows)
    found = [_fault_of(row, codes.get(row.id, []), replaced.get(row.lift, [])) for row in rows]
    return {one.id: one for one in found}


def _fault_of(row: Row[Any], codes: list[ToldCode], replaced: list[Replaced]) -> Fault:
    values = row._asdict()
    evidence, own = values.pop("evidence") or {}, bool(values.pop("own"))
    if not own:
        values |= {"inspection": None, "reason": None}
    end_ms = row.resolved_ms or row.cleared_ms
    until_ms = None if end_ms is None else end_ms + AFTER_MS
    return Fault(
        **values,
        own=own,
        how=how_of(evidence),
        part=part_of(row.kind),
        incident=row.id,
        codes=tuple(codes),
        replaced=tuple(
            one
            for one in replaced
            if one.at_ms >= row.opened_ms and (until_ms is None or one.at_ms <= until_ms)
        ),
    )


def _codes_of(connection: Connection, ids: Collection[str]) -> dict[str, list[ToldCode]]:
    found: defaultdict[str, list[ToldCode]] = defaultdict(list)
    query = select(*_CODES).where(_CODE.incident.in_(sorted(ids)))
    for row in connection.execute(query.order_by(_CODE.raised_ms, _CODE.id).limit(20 * IN_MAX)):
        found[row.incident].append(ToldCode(**row._asdict()))
    return found


def _replaced_on(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, list[Replaced]]:
    """What was replaced on lifts of a page since the first of it."""
    if not rows:
        return {}
    lifts, since_ms = sorted({row.lift for row in rows}), min(row.opened_ms for row in rows)
    query = select(*_REPLACEDS).where(_REPLACED.lift.in_(lifts), _REPLACED.raised_ms >= since_ms)
    found: defaultdict[str, list[Replaced]] = defaultdict(list)
    for row in connection.execute(query.order_by(_REPLACED.raised_ms, _REPLACED.item)):
        found[row.lift].append(Replaced(*row))
    return found


def _of_code(code: ToldCode, earlier: tuple[int, int | None], ones: dict[str, Fault]) -> Fault:
    """A telling of a code; what its incident tells stands with it."""
    before, first_ms = earlier
    if code.incident in ones:
        return structs.replace(
            ones[code.incident],
            id=code.id,
            raised_ms=code.raised_ms,
            codes=(code,),
            part=code.part,
            how="reported",
            before=before,
            first_ms=first_ms,
        )
    return Fault(
        id=code.id,
        raised_ms=code.raised_ms,
        lift=code.lift,
        area=code.area,
        estate=code.estate,
        how="told",
        kind=code.kind,
        part=code.part,
        cleared_ms=code.closed_ms,
        late=code.late,
        exercise=code.exercise,
        codes=(code,),
        before=before,
        first_ms=first_ms,
    )


def _signed_of(row: Row[Any]) -> Signed:
    return convert(dict(zip(Signed.__struct_fields__, row, strict=False)), Signed)

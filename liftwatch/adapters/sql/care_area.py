"""How an area stands, counted in the relational store."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Select, and_, case, func, or_, select

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.course_tables import course
from liftwatch.adapters.sql.filters import seen_incidents, seen_lifts
from liftwatch.adapters.sql.people_tables import contract
from liftwatch.adapters.sql.register_tables import lift_register
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.area import EstateLifts, LiftCount, OpenCount, UnitCount
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.incidents.incident import OVER

_LIFT, _INCIDENT, _COURSE = tables.lift.c, tables.incident.c, course.c
_CONTRACT, _ENTERED = contract.c, lift_register.c.entered


class SqlAreaReads:
    """Fulfils `AreaReads`."""

    engine: Engine

    def area_lifts(self, *, sight: Sight = EVERYTHING) -> list[EstateLifts]:
        """By estate, in order of area and estate."""

        def fact(name: str, *, number: bool) -> Any:
            entered, said = _ENTERED[name], _LIFT.facts[name]
            if number:
                return func.coalesce(entered.as_float(), said.as_float())
            return func.coalesce(entered.as_string(), said.as_string())

        joined = tables.lift.outerjoin(lift_register, lift_register.c.lift == _LIFT.lift)
        query = select(
            _LIFT.area,
            _LIFT.estate,
            func.count().label("lifts"),
            func.sum(case((_LIFT.online == "offline", 1), else_=0)).label("offline"),
            func.avg(fact("latitude", number=True)).label("latitude"),
            func.avg(fact("longitude", number=True)).label("longitude"),
            func.max(fact("datum", number=False)).label("datum"),
        ).select_from(joined)
        query = seen_lifts(query, sight, now_ms()).group_by(_LIFT.area, _LIFT.estate)
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(_LIFT.area, _LIFT.estate))
            return [EstateLifts(**row._asdict()) for row in rows]

    def area_open(self, *, sight: Sight = EVERYTHING) -> list[OpenCount]:
        """What is open by estate, kind and severity."""
        by = (_INCIDENT.area, _INCIDENT.estate, _INCIDENT.kind, _INCIDENT.severity)
        query = select(*by, func.count()).where(_INCIDENT.state.not_in(sorted(OVER)))
        query = seen_incidents(query, sight).group_by(*by).order_by(*by)
        with translated(), self.engine.connect() as connection:
            return [OpenCount(*row) for row in connection.execute(query)]

    def area_faults(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[LiftCount]:
        """By lift, those with any, in order of their names."""
        query = select(_INCIDENT.lift, func.count()).where(_INCIDENT.lift.is_not(None))
        query = _counted(query, from_ms, to_ms, kinds=kinds, exercise=exercise)
        query = seen_incidents(query, sight).group_by(_INCIDENT.lift).order_by(_INCIDENT.lift)
        with translated(), self.engine.connect() as connection:
            return [LiftCount(*row) for row in connection.execute(query)]

    def area_units(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[UnitCount]:
        """By unit, those with a contract of a lift that is seen in between."""
        during = and_(
            _CONTRACT.from_ms < to_ms,
            or_(_CONTRACT.until_ms.is_(None), _CONTRACT.until_ms > from_ms),
        )
        held = select(
            _CONTRACT.organisation, _CONTRACT.lift, _CONTRACT.from_ms, _CONTRACT.until_ms
        ).select_from(contract.join(tables.lift, _LIFT.lift == _CONTRACT.lift))
        held = seen_lifts(held.where(during), sight, now_ms())
        raised = select(_CONTRACT.organisation, func.count()).select_from(
            contract.join(tables.incident, _INCIDENT.lift == _CONTRACT.lift)
        )
        raised = raised.where(
            _CONTRACT.from_ms <= _INCIDENT.raised_ms,
            or_(_CONTRACT.until_ms.is_(None), _CONTRACT.until_ms > _INCIDENT.raised_ms),
        )
        raised = _counted(raised, from_ms, to_ms, kinds=kinds, exercise=exercise)
        raised = seen_incidents(raised, sight).group_by(_CONTRACT.organisation)
        lifts, days = defaultdict[str, set[str]](set), defaultdict[str, float](float)
        with translated(), self.engine.connect() as connection:
            for row in connection.execute(held):
                end_ms = to_ms if row.until_ms is None else min(row.until_ms, to_ms)
                lifts[row.organisation].add(row.lift)
                days[row.organisation] += (end_ms - max(row.from_ms, from_ms)) / DAY_MS
            counts = {row[0]: row[1] for row in connection.execute(raised)}
        return [
            UnitCount(unit, len(lifts[unit]), round(days[unit], 3), counts.get(unit, 0))
            for unit in sorted(lifts)
        ]


def _counted(
    query: Select[Any], from_ms: int, to_ms: int, *, kinds: Sequence[str], exercise: bool
) -> Select[Any]:
    """What was raised in between, and counts."""
    rejected = select(1).where(_COURSE.incident == _INCIDENT.id, _COURSE.rejected_ms.is_not(None))
    query = query.where(
        _INCIDENT.raised_ms >= from_ms,
        _INCIDENT.raised_ms < to_ms,
        _INCIDENT.kind.in_(list(kinds)),
        ~_INCIDENT.late,
        ~rejected.exists(),
    )
    return query if exercise else query.where(~_INCIDENT.exercise)

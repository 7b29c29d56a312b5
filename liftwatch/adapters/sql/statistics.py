"""What people made of incidents, counted: verdicts and times of rescue, in the relational store."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, Engine, Select, case, delete, func, insert, select

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import tables
from liftwatch.adapters.sql.course_tables import course
from liftwatch.adapters.sql.filters import seen_incidents
from liftwatch.adapters.sql.trouble import translated
from liftwatch.adapters.sql.whole_tables import recorded
from liftwatch.incidents.incident import BY_HAND
from liftwatch.incidents.statistics import Rescue
from liftwatch.incidents.verdicts import Judged, Recorded, Rejected

_INCIDENT, _COURSE, _RECORDED = tables.incident.c, course.c, recorded.c
_RECORDEDS = [_RECORDED[name] for name in Recorded.__struct_fields__]


def _judged_by_people(from_ms: int, to_ms: int, *columns: Any, exercise: bool) -> Select[Any]:
    joined = tables.incident.join(course, _COURSE.incident == _INCIDENT.id)
    query = select(*columns).select_from(joined)
    query = query.where(_INCIDENT.raised_ms >= from_ms, _INCIDENT.raised_ms < to_ms)
    query = query.where(~_INCIDENT.late)
    return query if exercise else query.where(~_INCIDENT.exercise)


class SqlStatisticsReads:
    """Fulfils `VerdictReads` and `StatisticsReads`."""

    engine: Engine

    def judged(
        self, from_ms: int, to_ms: int, *, exercise: bool = False, sight: Sight = EVERYTHING
    ) -> list[Judged]:
        """Counts by kind and branch, of incidents raised in between."""
        evidence = _INCIDENT.evidence
        branch = func.coalesce(
            evidence["branch"].as_string(),
            evidence["by"].as_string(),
            case((evidence["reported"].as_string().is_not(None), "reported"), else_=""),
        )
        wrong = func.count(_COURSE.rejected_ms)
        query = _judged_by_people(
            from_ms,
            to_ms,
            _INCIDENT.kind,
            branch.label("branch"),
            (func.count() - wrong).label("right"),
            wrong.label("wrong"),
            exercise=exercise,
        ).where(
            evidence[BY_HAND].as_string().is_(None),
            func.coalesce(_COURSE.rejected_ms, _COURSE.released_ms, _COURSE.resolved_ms).is_not(
                None
            ),
        )
        query = seen_incidents(query, sight).group_by(_INCIDENT.kind, branch)
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(_INCIDENT.kind, branch))
            return [Judged(**row._asdict()) for row in rows]

    def rejected(
        self, from_ms: int, to_ms: int, *, limit: int = 100, sight: Sight = EVERYTHING
    ) -> list[Rejected]:
        """Those that were rejected, of incidents raised in between, the newest first."""
        query = _judged_by_people(
            from_ms,
            to_ms,
            _INCIDENT.id.label("incident"),
            _INCIDENT.kind,
            _INCIDENT.lift,
            _COURSE.rejected_ms.label("at_ms"),
            func.coalesce(_COURSE.reason, "").label("reason"),
            exercise=True,
        ).where(_COURSE.rejected_ms.is_not(None))
        query = seen_incidents(query, sight).order_by(_INCIDENT.raised_ms.desc(), _INCIDENT.id)
        with translated(), self.engine.connect() as connection:
            return [Rejected(**r._asdict()) for r in connection.execute(query.limit(limit))]

    def recorded(self) -> list[Recorded]:
        """The kinds that page nobody now."""
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(select(*_RECORDEDS).order_by(_RECORDED.kind))
            return [Recorded(**row._asdict()) for row in rows]

    def rescues(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Rescue]:
        """Incidents raised in between that people took up and did not reject."""
        query = _judged_by_people(
            from_ms,
            to_ms,
            _INCIDENT.kind,
            _INCIDENT.area,
            _INCIDENT.estate,
            _COURSE.owner_organisation,
            _COURSE.cause,
            _INCIDENT.opened_ms,
            _COURSE.acknowledged_ms,
            _COURSE.arrived_ms,
            _COURSE.released_ms,
            _COURSE.trapped,
            _COURSE.injured,
            _COURSE.without_help,
            exercise=exercise,
        ).where(_COURSE.rejected_ms.is_(None), _INCIDENT.kind.in_(kinds))
        with translated(), self.engine.connect() as connection:
            return [Rescue(*row) for row in connection.execute(seen_incidents(query, sight))]


class SqlVerdictWork:
    """Fulfils `VerdictWork` on a connection whose transaction has begun."""

    connection: Connection

    def is_recorded(self, kind: str) -> bool:
        """Whether a kind pages nobody now."""
        query = select(_RECORDED.kind).where(_RECORDED.kind == kind)
        return self.connection.execute(query).first() is not None

    def put_recorded(self, rows: Iterable[Recorded]) -> None:
        """These kinds, and no others, page nobody from now on; one that stays keeps its since."""
        known = {r.kind: r.since_ms for r in self.connection.execute(select(*_RECORDEDS))}
        kept = [structs.replace(o, since_ms=known.get(o.kind, o.since_ms)) for o in rows]
        self.connection.execute(delete(recorded))
        if kept:
            self.connection.execute(insert(recorded), [structs.asdict(one) for one in kept])

"""What people made of incidents, in the relational store."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import BindParameter, Connection, Engine, Row, bindparam, func, insert, select

from liftwatch.adapters.sql import course_tables as tables
from liftwatch.adapters.sql import tables as books_tables
from liftwatch.adapters.sql.rows import INCIDENT, incident_of, upserting
from liftwatch.adapters.sql.trouble import translated
from liftwatch.incidents.clocks import Clock
from liftwatch.incidents.course import Actor, Course, Line
from liftwatch.incidents.incident import Incident

_COURSE, _LINE, _CLOCK = tables.course.c, tables.line.c, tables.clock.c
_COURSES = [_COURSE[name] for name in Course.__struct_fields__]
_CLOCKS = [_CLOCK[name] for name in Clock.__struct_fields__]
ACTOR = Actor.__struct_fields__
_THESE: BindParameter[Any] = bindparam("incidents", expanding=True)
_COURSES_OF = select(*_COURSES).where(_COURSE.incident.in_(_THESE))
_CLOCKS_OF = (
    select(*_CLOCKS).where(_CLOCK.incident.in_(_THESE)).order_by(_CLOCK.due_ms, _CLOCK.name)
)
"""Made once: every list asks them, and making one costs as much as running it."""


class SqlCourseReads:
    """Fulfils `CourseReads` and `ClockReads`."""

    engine: Engine

    def courses(self, incidents: Sequence[str]) -> dict[str, Course]:
        """Of those that anybody has taken up."""
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(_COURSES_OF, {"incidents": incidents}).all()
        return {row.incident: _course_of(row) for row in rows}

    def lines_of(self, incident: str, *, after: int = 0, limit: int = 500) -> list[Line]:
        """Its story, the first line first."""
        query = select(tables.line).where(_LINE.incident == incident, _LINE.n > after)
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(query.order_by(_LINE.n).limit(limit))
            return [_line_of(row) for row in rows]

    def clocks_of(self, incidents: Sequence[str]) -> dict[str, list[Clock]]:
        """The clocks of some incidents, the next one first."""
        found: defaultdict[str, list[Clock]] = defaultdict(list)
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(_CLOCKS_OF, {"incidents": incidents}).all()
        for row in rows:
            found[row.incident].append(_clock_of(row))
        return dict(found)


class SqlCourseWork:
    """Fulfils `CourseWork` and `ClockWork` on a connection whose transaction has begun."""

    connection: Connection

    def locked_incident(self, id: str) -> Incident | None:
        """One incident, locked against others until the transaction ends."""
        query = select(*INCIDENT).where(books_tables.incident.c.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else incident_of(row)

    def course_of(self, incident: str) -> Course:
        """Where it stands; a fresh one when nobody has taken it up."""
        query = select(*_COURSES).where(_COURSE.incident == incident)
        row = self.connection.execute(query).one_or_none()
        return Course(incident=incident) if row is None else _course_of(row)

    def put_course(self, course: Course) -> None:
        """Keep where it stands."""
        statement = upserting(self.connection, tables.course)
        replaced = {c.name: c for c in statement.excluded if c.name != "incident"}
        statement = statement.on_conflict_do_update(index_elements=["incident"], set_=replaced)
        self.connection.execute(statement, structs.asdict(course))

    def add_line(self, line: Line) -> Line:
        """Append to the story; whoever writes holds the incident's row, so nobody counts beside."""
        last = select(func.max(_LINE.n)).where(_LINE.incident == line.incident)
        numbered = structs.replace(line, n=(self.connection.execute(last).scalar() or 0) + 1)
        values = structs.asdict(numbered) | structs.asdict(numbered.by)
        del values["by"]
        self.connection.execute(insert(tables.line), values)
        return numbered

    def clocks(self, incident: str) -> list[Clock]:
        """Those of one incident whose row is held, the next one first."""
        query = select(*_CLOCKS).where(_CLOCK.incident == incident)
        rows = self.connection.execute(query.order_by(_CLOCK.due_ms, _CLOCK.name))
        return [_clock_of(row) for row in rows]

    def put_clocks(self, clocks: Sequence[Clock]) -> None:
        """Insert or replace."""
        if not clocks:
            return
        keys = ["incident", "occurrence", "name"]
        statement = upserting(self.connection, tables.clock)
        replaced = {c.name: c for c in statement.excluded if c.name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=replaced)
        self.connection.execute(statement, [structs.asdict(clock) for clock in clocks])


def _course_of(row: Row[Any]) -> Course:
    return Course(**row._asdict())


def _clock_of(row: Row[Any]) -> Clock:
    return Clock(**row._asdict())


def _line_of(row: Row[Any]) -> Line:
    values = row._asdict()
    actor = Actor(**{name: values.pop(name) for name in ACTOR})
    return Line(**values, by=actor)

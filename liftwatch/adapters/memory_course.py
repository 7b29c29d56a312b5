"""What people made of incidents, in memory: the measure for the real ones."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import structs

from liftwatch.incidents.clocks import Clock
from liftwatch.incidents.course import Course, Line
from liftwatch.incidents.incident import Incident


class CourseState:
    """Where incidents stand, their stories, their clocks."""

    def __init__(self, incidents: dict[str, Incident]) -> None:
        self.incidents = incidents
        self.courses: dict[str, Course] = {}
        self.lines: dict[str, tuple[Line, ...]] = {}
        self.clocks: dict[str, dict[tuple[int, str], Clock]] = {}


class MemoryCourseReads:
    """Fulfils `CourseReads` and `ClockReads`."""

    _course: CourseState

    def courses(self, incidents: Sequence[str]) -> dict[str, Course]:
        """Of those that anybody has taken up."""
        known = self._course.courses
        return {id: known[id] for id in incidents if id in known}

    def lines_of(self, incident: str, *, after: int = 0, limit: int = 500) -> list[Line]:
        """Its story, the first line first."""
        return list(self._course.lines.get(incident, ())[after : after + limit])

    def clocks_of(self, incidents: Sequence[str]) -> dict[str, list[Clock]]:
        """The clocks of some incidents, the next one first."""
        found = {id: _in_order(self._course.clocks.get(id, {})) for id in incidents}
        return {id: clocks for id, clocks in found.items() if clocks}


class MemoryCourseWork:
    """Fulfils `CourseWork` and `ClockWork`; each step says how it is undone."""

    _course: CourseState
    _undo: list[Callable[[], Any]]

    def locked_incident(self, id: str) -> Incident | None:
        """One incident."""
        return self._course.incidents.get(id)

    def course_of(self, incident: str) -> Course:
        """Where it stands; a fresh one when nobody has taken it up."""
        return self._course.courses.get(incident) or Course(incident=incident)

    def put_course(self, course: Course) -> None:
        """Keep where it stands."""
        self._replace(self._course.courses, course.incident, course)

    def add_line(self, line: Line) -> Line:
        """Append to the story."""
        before = self._course.lines.get(line.incident, ())
        numbered = structs.replace(line, n=len(before) + 1)
        self._replace(self._course.lines, line.incident, (*before, numbered))
        return numbered

    def clocks(self, incident: str) -> list[Clock]:
        """Those of one incident, the next one first."""
        return _in_order(self._course.clocks.get(incident, {}))

    def put_clocks(self, clocks: Sequence[Clock]) -> None:
        """Insert or replace."""
        for clock in clocks:
            known = self._course.clocks.get(clock.incident, {})
            changed = known | {(clock.occurrence, clock.name): clock}
            self._replace(self._course.clocks, clock.incident, changed)

    def _replace(self, where: dict[Any, Any], name: str, value: Any) -> None:
        old = where.get(name)
        self._undo.append(partial(_put_back, where, name, old))
        where[name] = value


def _put_back(where: dict[Any, Any], name: str, old: Any) -> None:
    if old is None:
        where.pop(name, None)
    else:
        where[name] = old


def _in_order(clocks: dict[tuple[int, str], Clock]) -> list[Clock]:
    return sorted(clocks.values(), key=lambda one: (one.due_ms, one.name))

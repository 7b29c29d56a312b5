"""What people made of an incident, as plain data: where it stands, and every line of its story."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from liftwatch.incidents.incident import Incident


class Actor(Struct, frozen=True, kw_only=True):
    """Who did something: a person of the register and for which organisation, or what else.

    `channel` is how it came: console, api, platform, engine, detector.
    """

    person: str | None = None
    organisation: str | None = None
    channel: str = "api"


class Course(Struct, frozen=True, kw_only=True):
    """Who has an incident, since when it was what, and what was told of people and cause.

    A moment is the first of its kind since the alarm was last raised anew; `last_ms` is the latest
    of all. `level` is how high the call for rescue has gone: 1 the contracted maintenance unit, 2
    the nearest rescue station, 3 the fire service (domain 4.1).
    """

    incident: str
    owner: str | None = None
    owner_organisation: str | None = None
    level: int = 1
    acknowledged_ms: int | None = None
    dispatched_ms: int | None = None
    arrived_ms: int | None = None
    released_ms: int | None = None
    resolved_ms: int | None = None
    closed_ms: int | None = None
    rejected_ms: int | None = None
    reported_ms: int | None = None
    last_ms: int | None = None
    crew: str | None = None
    trapped: int | None = None
    injured: int | None = None
    without_help: bool = False
    confirmed_by: str | None = None
    cause: str | None = None
    inspection: str | None = None
    reason: str | None = None


SAID = "said"
"""The fact of a line that holds its text as data (`liftwatch.said.kept`), where no person wrote
it: who reads it reads it in their language."""


class Line(Struct, frozen=True, kw_only=True):
    """One line of an incident's story, the `n`th from 1: what came about when, noted when."""

    incident: str
    n: int = 0
    at_ms: int
    noted_ms: int
    what: str
    before: str
    state: str
    by: Actor = Actor()
    text: str | None = None
    facts: dict[str, Any] = {}


class CourseReads(Protocol):
    """What is read of the course of incidents."""

    def courses(self, incidents: Sequence[str]) -> dict[str, Course]:
        """Of those that anybody has taken up."""

    def lines_of(self, incident: str, *, after: int = 0, limit: int = 500) -> list[Line]:
        """Its story, the first line first."""


class CourseWork(Protocol):
    """The part of a transaction in which people move incidents."""

    def locked_incident(self, id: str) -> Incident | None:
        """One incident, locked against others until the transaction ends."""

    def course_of(self, incident: str) -> Course:
        """Where it stands; a fresh one when nobody has taken it up."""

    def put_course(self, course: Course) -> None:
        """Keep where it stands; whoever changes it holds the incident's row."""

    def add_line(self, line: Line) -> Line:
        """Append to the story; the line with its number."""

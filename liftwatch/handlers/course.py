"""What follows from every change of an incident: its clocks, its story, and who is told.

All of it happens in the transaction of the change, by which the incident's row is held.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from liftwatch.clock import rfc3339
from liftwatch.handlers.rescue import tell_rescue
from liftwatch.incidents.clocks import Clock, set_clocks, stop_clocks
from liftwatch.incidents.course import Course, Line
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Deadline, Work

CLOCKS = "incident-clocks"
"""The engine's job that looks at the clocks of one incident when the next of them is due."""


def set_out(
    work: Work,
    incident: Incident,
    *,
    from_ms: int,
    times: Mapping[str, int],
    afresh: bool = False,
) -> None:
    """Set the clocks of an incident's newest occurrence; those of one before run no more.

    `afresh`: also those that it had and that were dropped meanwhile.
    """
    known = work.clocks(incident.id)
    names = {one.name for one in known if one.occurrence == incident.occurrences and not afresh}
    before = [one for one in known if one.waits and one.occurrence < incident.occurrences]
    fresh = [
        one for one in set_clocks(incident, opened_ms=from_ms, times=times) if one.name not in names
    ]
    dropped = [structs.replace(one, dropped_ms=from_ms) for one in before]
    met = stop_clocks(fresh, incident, work.course_of(incident.id), at_ms=from_ms)
    stopped = {one.name: one for one in met}
    work.put_clocks([*dropped, *(stopped.get(one.name, one) for one in fresh)])
    due = [one.due_ms for one in fresh if one.name not in stopped]
    if due:
        work.arm(due_at(incident.id, min(due)))


def settle(
    work: Work, incident: Incident, *, at_ms: int, course: Course | None = None
) -> list[Clock]:
    """Stop the clocks that a change of an incident has met, or made pointless; which those are."""
    course = work.course_of(incident.id) if course is None else course
    stopped = stop_clocks(work.clocks(incident.id), incident, course, at_ms=at_ms)
    work.put_clocks(stopped)
    return stopped


def due_at(incident: str, due_ms: int) -> Deadline:
    """When the engine looks at the clocks of an incident."""
    return Deadline(
        name=f"{CLOCKS}/{incident}", what=CLOCKS, due_ms=due_ms, data={"incident": incident}
    )


def note(work: Work, line: Line) -> Line:
    """Append to the story."""
    return work.add_line(line)


def tell(work: Work, incident: Incident, *, attended: bool = True, stood: bool = False) -> int:
    """Tell whoever follows the stream how an incident stands; the number of the change.

    Where people work, the rescue platform learns of what it must know: also of a suspicion, when
    it has `stood` as long as its clock says.
    """
    course, clocks = work.course_of(incident.id), work.clocks(incident.id)
    data = incident_data(incident, course, clocks)
    n = work.publish("incident", data)
    if attended:
        tell_rescue(work, incident, course=course, data=data, stood=stood)
    return n


def incident_data(
    incident: Incident, course: Course | None = None, clocks: Sequence[Clock] = ()
) -> dict[str, Any]:
    """An incident as the API and the stream show it (contract, section 4)."""
    return {
        "id": incident.id,
        "lift": incident.lift,
        "kind": incident.kind,
        "severity": incident.severity,
        "severity_max": incident.severity_max,
        "state": incident.state,
        "alarm": incident.alarm,
        "opened_at": rfc3339(incident.opened_ms),
        "raised_at": rfc3339(incident.raised_ms),
        "cleared_at": _at(incident.cleared_ms),
        "late": incident.late,
        "exercise": incident.exercise,
        "scope": incident.scope,
        "lifts": list(incident.lifts),
        "parent": incident.parent,
        "version": incident.version,
        "occurrences": incident.occurrences,
        "area": incident.area,
        "estate": incident.estate,
        "evidence": incident.evidence,
        "owner": _owner(course),
        "deadlines": [clock_data(one) for one in clocks if one.occurrence == incident.occurrences],
    }


def clock_data(clock: Clock) -> dict[str, Any]:
    """A clock as the API shows it: when it is due, and what became of it."""
    state = "waits"
    if clock.missed_ms is not None:
        state = "missed"
    elif clock.met_ms is not None:
        state = "met"
    elif clock.dropped_ms is not None:
        state = "dropped"
    return {
        "name": clock.name,
        "due_at": rfc3339(clock.due_ms),
        "state": state,
        "met_at": _at(clock.met_ms),
    }


def _owner(course: Course | None) -> dict[str, Any] | None:
    if course is None or course.owner is None:
        return None
    return {"person": course.owner, "organisation": course.owner_organisation}


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)

"""Looks at the clocks of one incident when the next of them is due: what is missed is told.

Marking a clock as missed, the line of the story, the level of the call for rescue and the promise
to tell people are one transaction, under the incident's row: an engine that dies at any point, or
another beside it, finds either a clock that waits or one that is missed, and never misses it twice.
"""

from functools import partial

import structlog
from msgspec import structs

from liftwatch.engine.clockwork import Job, Ran
from liftwatch.handlers.course import CLOCKS, note, tell
from liftwatch.handlers.notices import summon_missed
from liftwatch.incidents.clock_rules import TELL_RESCUE
from liftwatch.incidents.clocks import Clock, rule_of
from liftwatch.incidents.course import Actor, Line
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, Deadline, Work

log = structlog.get_logger()

ENGINE = Actor(channel="engine")
MISSED = "missed"
"""What a line of the story is called that tells of a clock; its facts name the clock."""


def clocks_job(books: Books) -> Job:
    """The row of the table of jobs."""
    return Job(CLOCKS, None, lambda now_ms, due: miss_due(books, due, now_ms))


def miss_due(books: Books, due: Deadline, now_ms: int) -> Ran:
    """Miss every clock of an incident that is due and waits still, and say when the next is due.

    Raises StoreUnavailable, and then nothing has happened.
    """
    id = str(due.data["incident"])
    with books.begin() as work:
        incident = work.locked_incident(id)
        missed = [] if incident is None else _missed(work, incident, now_ms)
        if incident is not None and missed:
            for clock in missed:
                _miss(work, incident, clock, now_ms=now_ms)
            stood = any(clock.name == TELL_RESCUE for clock in missed)
            tell(work, incident, stood=stood)
    for clock in missed:
        log.warning("a deadline of an incident is missed", incident=id, clock=clock.name)
    return Ran(due=partial(next_due, id))


def next_due(incident: str, work: Work) -> int | None:
    """When the next clock of an incident is due; it holds the row, so that nobody sets one."""
    if work.locked_incident(incident) is None:
        return None
    return min((one.due_ms for one in work.clocks(incident) if one.waits), default=None)


def _missed(work: Work, incident: Incident, now_ms: int) -> list[Clock]:
    waiting = (one for one in work.clocks(incident.id) if one.waits and one.due_ms <= now_ms)
    missed = [structs.replace(one, missed_ms=now_ms) for one in waiting]
    work.put_clocks(missed)
    return missed


def _miss(work: Work, incident: Incident, clock: Clock, *, now_ms: int) -> None:
    rule = rule_of(incident, clock.name)
    course = work.course_of(incident.id)
    level = course.level if rule is None else max(course.level, rule.level)
    facts = {"clock": clock.name, "occurrence": clock.occurrence}
    if level > course.level:
        work.put_course(structs.replace(course, level=level))
        facts |= {"level": level}
    line = Line(
        incident=incident.id,
        at_ms=clock.due_ms,
        noted_ms=now_ms,
        what=MISSED,
        before=incident.state,
        state=incident.state,
        by=ENGINE,
        facts=facts,
    )
    note(work, line)
    if rule is not None:
        summon_missed(work, incident, rule, now_ms=now_ms)

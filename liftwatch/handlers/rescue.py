"""The rescue platform's part of every change: what it is told, and what it answers.

All of it happens in the transaction of the change, by which the incident's row is held.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import structs

from liftwatch.clock import now_ms, rfc3339
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Work
from liftwatch.register.facts import Facts
from liftwatch.rescue.events import (
    LIFT_FACTS,
    RescueEvent,
    feed_of,
    is_suspected,
    must_know,
    what_of,
)

COURSE = ("level", "crew", "trapped", "injured", "without_help", "cause")
"""Of what people made of it; who they are is none of the platform's business."""


def tell_rescue(
    work: Work, incident: Incident, *, course: Course, data: Mapping[str, Any], stood: bool = False
) -> RescueEvent | None:
    """Write down what the platform must know of a change; None when it need not.

    `data` is the incident as the API shows it; `stood` says that a suspicion has stood long
    enough: its clock `tell-rescue` is missed.
    """
    feed = feed_of(incident.area, exercise=incident.exercise)
    last = work.last_rescue_event(feed, incident.id)
    if last is None and not (must_know(incident) or (stood and is_suspected(incident))):
        return None
    facts = work.facts_of_lift(incident.lift) if incident.lift is not None else None
    before = None if last is None else last.data["incident"]
    event = event_of(incident, before=before, course=course, data=data, facts=facts, at_ms=now_ms())
    return work.add_rescue_event(event)


def event_of(
    incident: Incident,
    *,
    before: Mapping[str, Any] | None,
    course: Course,
    data: Mapping[str, Any],
    facts: Facts | None,
    at_ms: int,
) -> RescueEvent:
    """What came about with an incident since it was told `before`, not numbered yet."""
    told = {name: value for name, value in data.items() if name not in ("owner", "deadlines")}
    what = what_of(before, told)
    known = structs.asdict(facts or Facts())
    snapshot = {
        "what": what,
        "at": rfc3339(at_ms),
        "incident": told,
        "course": {name: getattr(course, name) for name in COURSE},
        "lift": {name: known[name] for name in LIFT_FACTS if known[name] is not None},
    }
    return RescueEvent(
        feed=feed_of(incident.area, exercise=incident.exercise),
        incident=incident.id,
        lift=incident.lift,
        what=what,
        at_ms=at_ms,
        due_ms=at_ms,
        data=msgspec.to_builtins(snapshot),
    )

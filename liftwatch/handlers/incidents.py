"""What people do with incidents: each is one act, in the caller's transaction."""

from collections.abc import Mapping
from typing import NamedTuple

from liftwatch.clock import DAY_MS
from liftwatch.handlers.course import note, set_out, settle, tell
from liftwatch.handlers.notices import stand_alone, summon
from liftwatch.handlers.together import adopt
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor, Course, Line
from liftwatch.incidents.endings import ended_by_move
from liftwatch.incidents.evidence import plan_window
from liftwatch.incidents.incident import BY_HAND, Incident
from liftwatch.incidents.kinds import BY_NAME, KINDS
from liftwatch.incidents.moves import AHEAD_MS, Told, Untold, move
from liftwatch.ports import LiftRow, Stale, Work
from liftwatch.said import Said

KINDS_BY_HAND = tuple(kind.name for kind in KINDS if kind.severity <= 3 and kind.group != "fleet")
"""What somebody may tell by telephone: what has happened, no trend and no duty."""
BACK_MS = DAY_MS
"""So long ago it may have begun [our choice]."""


STANDARD: Mapping[str, int] = {}
"""Clocks with the times of their table."""


class ByHand(NamedTuple):
    """What somebody told: of which kind, in their words, since when."""

    kind: str
    text: str
    opened_ms: int


class NoSuchIncident(Exception):
    """There is none of that id."""


def make_move(
    work: Work,
    id: str,
    name: str,
    *,
    told: Told,
    by: Actor,
    version: int,
    now_ms: int,
    times: Mapping[str, int] = STANDARD,
) -> tuple[Incident, Course]:
    """Move an incident, with its clocks, its story, and the stream that tells of it.

    Raises NoSuchIncident, Stale when the version is another, and what `moves.move` raises.
    """
    incident = work.locked_incident(id)
    if incident is None:
        raise NoSuchIncident(id)
    if incident.version != version:
        raise Stale(Said("somebody else has changed it"))
    before = work.course_of(id)
    moved, course, line = move(incident, before, name, told=told, by=by, now_ms=now_ms)
    work.update_incident(moved)
    if ended_by_move(incident, moved):
        work.end_claims(moved.lift or "", moved.kind, at_ms=now_ms)
    if course != before:
        work.put_course(course)
    note(work, line)
    settle(work, moved, at_ms=line.at_ms, course=course)
    stand_alone(work, moved, times=times, now_ms=now_ms)
    tell(work, moved)
    return moved, course


def open_by_hand(
    work: Work,
    lift: LiftRow,
    told: ByHand,
    *,
    by: Actor,
    now_ms: int,
    exercise: bool = False,
    times: Mapping[str, int] = STANDARD,
) -> tuple[Incident, Course]:
    """The incident somebody told of: a new one, or the one of that lift and kind that is open.

    Raises Untold for a moment that cannot be.
    """
    if not now_ms - BACK_MS <= told.opened_ms <= now_ms + AHEAD_MS:
        raise Untold(Said("it has not begun yet, or more than a day ago"))
    found = work.open_incident_of(lift.lift, told.kind)
    incident = found or _told(lift, told, exercise=exercise or lift.exercise, now_ms=now_ms)
    if found is None:
        work.add_incident(incident)
        work.plan_evidence(
            plan_window(
                incident.kind,
                incident=incident.id,
                opened_ms=incident.opened_ms,
                raised_ms=now_ms,
                noted_ms=now_ms,
            )
        )
    line = Line(
        incident=incident.id,
        at_ms=told.opened_ms,
        noted_ms=now_ms,
        what="told",
        before=incident.state,
        state=incident.state,
        by=by,
        text=told.text,
    )
    note(work, line)
    if found is None:
        set_out(work, incident, from_ms=incident.opened_ms, times=times)
        summon(work, incident, "raised", now_ms=now_ms)
        adopt(work, incident, at_ms=now_ms)
        tell(work, incident)
    return incident, work.course_of(incident.id)


def _told(lift: LiftRow, told: ByHand, *, exercise: bool, now_ms: int) -> Incident:
    severity = BY_NAME[told.kind].severity
    return Incident(
        id=new_id(),
        kind=told.kind,
        severity=severity,
        severity_max=severity,
        opened_ms=told.opened_ms,
        raised_ms=now_ms,
        area=lift.area,
        estate=lift.estate,
        lift=lift.lift,
        exercise=exercise,
        evidence={BY_HAND: True},
    )

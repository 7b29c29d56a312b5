"""An alarm's change becomes, joins or clears an incident."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import structs

from liftwatch.clock import MINUTE_MS, now_ms
from liftwatch.handlers import care_faults
from liftwatch.handlers.course import note, set_out, settle, tell
from liftwatch.handlers.notices import call_off, stand_alone, summon
from liftwatch.handlers.together import adopt, cause_for
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor, Line
from liftwatch.incidents.endings import claim_of
from liftwatch.incidents.evidence import plan_window
from liftwatch.incidents.incident import (
    AlarmChange,
    Incident,
    clear_incident,
    close_incident,
    join_incident,
    open_incident,
    reopen_incident,
)
from liftwatch.ports import Books, Conflict, StoreUnavailable, Work

ATTEMPTS = 20
FLAP_MS = 30 * MINUTE_MS
"""An alarm that comes again so soon after it was put right was not put right [our choice]."""
DETECTOR = Actor(channel="detector")


class Life(NamedTuple):
    """How incidents live here. `attended`: people work on them, so that clocks run for them."""

    attended: bool = True
    times: Mapping[str, int] = {}


ATTENDED, UNATTENDED = Life(), Life(attended=False)
"""Where people work with the default times, and where nobody does: in a replay."""


def apply_alarm(books: Books, change: AlarmChange, *, life: Life = ATTENDED) -> Incident | None:
    """Carry one change into the incidents, in one transaction; None when nothing had to change.

    A change told twice counts once. Raises StoreUnavailable when the database does not take it
    now, or when others keep winning the race for the same row.
    """
    lost: Conflict | None = None
    for _ in range(ATTEMPTS):
        try:
            with books.begin() as work:
                return _apply(work, change, life)
        except Conflict as conflict:
            lost = conflict
    raise StoreUnavailable(f"lost {ATTEMPTS} races: {lost}")


def _apply(work: Work, change: AlarmChange, life: Life) -> Incident | None:
    if not work.remember(change):
        return None
    if change.edge == "cleared":
        moved = _cleared(work, change, life)
    else:
        moved = _raised(work, change, life)
    if moved is not None:
        tell(work, moved, attended=life.attended)
        if change.scope is not None and change.edge != "cleared":
            _adopt(work, moved, change, life=life)
    return moved


def _adopt(work: Work, parent: Incident, change: AlarmChange, *, life: Life) -> None:
    """Each lift's own incident becomes a child of the one that stands for all."""
    for lift in change.lifts:
        child = work.open_incident_of(lift, change.of_kind or "")
        if child is not None and child.parent != parent.id:
            child = structs.replace(child, parent=parent.id, version=child.version + 1)
            work.update_incident(child)
            tell(work, child, attended=life.attended)


def _open_one(work: Work, change: AlarmChange) -> Incident | None:
    if change.lift is None:
        return work.open_incident_of_scope(change.scope or "", change.kind)
    return work.open_incident_of(change.lift, change.kind)


def _raised(work: Work, change: AlarmChange, life: Life) -> Incident | None:
    open_one = _open_one(work, change)
    apart = open_one is not None and change.late and change.opened_ms < open_one.opened_ms
    if open_one is not None and not apart and _is_put_right(open_one, change):
        course = work.course_of(open_one.id)
        if change.at_ms - (course.resolved_ms or 0) > FLAP_MS:
            _over(work, open_one, change, life=life)
            open_one = None
    if open_one is None or apart:
        return _opened(work, change, life) if change.edge == "raised" else None
    return _joined(work, open_one, change, life=life)


def _is_put_right(incident: Incident, change: AlarmChange) -> bool:
    """Whether people said that it is put right, and its alarm, which was over, comes again."""
    again = change.edge == "raised" and not change.late and incident.alarm == "cleared"
    return again and incident.state == "resolved"


def _over(work: Work, incident: Incident, change: AlarmChange, *, life: Life) -> None:
    """What was put right is over: what happens now is another."""
    closed = close_incident(incident)
    work.update_incident(closed)
    _note(work, (incident, closed), change, life=life, what="close")
    if life.attended:
        settle(work, closed, at_ms=change.at_ms)
    tell(work, closed, attended=life.attended)


def _opened(work: Work, change: AlarmChange, life: Life) -> Incident:
    incident = open_incident(change, id=new_id())
    if life.attended and incident.is_open:
        parent = cause_for(work, incident, at_ms=change.at_ms)
        incident = structs.replace(incident, parent=parent)
    work.add_incident(incident)
    care_faults.link(work, incident)
    _plan_evidence(work, incident, change)
    _note(work, (incident, incident), change, life=life)
    if life.attended and incident.is_open:
        _begin(work, (incident, "raised"), from_ms=change.opened_ms, at_ms=change.at_ms, life=life)
    return incident


def _begin(
    work: Work, raised: tuple[Incident, str], *, from_ms: int, at_ms: int, life: Life
) -> None:
    """What a raised alarm begins: its clocks, who is told, and its place among others."""
    incident, why = raised
    set_out(work, incident, from_ms=from_ms, times=life.times)
    summon(work, incident, why, now_ms=at_ms)
    adopt(work, incident, at_ms=at_ms)


def _joined(work: Work, open_one: Incident, change: AlarmChange, *, life: Life) -> Incident:
    joined = join_incident(open_one, change)
    if _is_put_right(open_one, change):
        joined = reopen_incident(joined)
    again = joined.occurrences > open_one.occurrences
    if again and life.attended:
        parent = cause_for(work, joined, at_ms=change.at_ms)
        joined = structs.replace(joined, parent=parent)
    work.update_incident(joined)
    if again or change.edge == "graver":
        _plan_evidence(work, joined, change)
    what = "again" if again else change.edge
    _note(work, (open_one, joined), change, life=life, what=what)
    graver = joined.severity_max < open_one.severity_max
    if life.attended and (again or graver):
        from_ms = change.opened_ms if again else change.at_ms
        why = "again" if again else "graver"
        _begin(work, (joined, why), from_ms=from_ms, at_ms=change.at_ms, life=life)
    return joined


def _note(
    work: Work, moved: tuple[Incident, Incident], change: AlarmChange, *, life: Life, what: str = ""
) -> None:
    """A line of the story, where there is anybody to read it."""
    before, after = moved
    if life.attended:
        note(
            work,
            Line(
                incident=after.id,
                at_ms=change.at_ms,
                noted_ms=now_ms(),
                what=what or change.edge,
                before=before.state,
                state=after.state,
                by=DETECTOR,
            ),
        )


def _plan_evidence(work: Work, incident: Incident, change: AlarmChange) -> None:
    """See to it that the signals around this moment are kept, when they have come.

    What several lifts share has none of its own: each lift's incident has them.
    """
    if incident.lift is None:
        return
    work.plan_evidence(
        plan_window(
            incident.kind,
            incident=incident.id,
            opened_ms=change.opened_ms,
            raised_ms=change.at_ms,
            noted_ms=now_ms(),
        )
    )


def _cleared(work: Work, change: AlarmChange, life: Life) -> Incident | None:
    claim = claim_of(change)
    if claim is not None and work.is_ended(claim):
        return None  # it ended with the word of people; what is open now is another
    if change.late and change.lift is not None:
        incident = work.late_incident_of(change.lift, change.kind, change.opened_ms)
    else:
        incident = _open_one(work, change)
    if incident is None or incident.alarm == "cleared":
        return None
    cleared = clear_incident(incident, change, attended=life.attended)
    work.update_incident(cleared)
    _note(work, (incident, cleared), change, life=life)
    if life.attended:
        settle(work, cleared, at_ms=change.at_ms)
        call_off(work, cleared, now_ms=change.at_ms)
        stand_alone(work, cleared, times=life.times, now_ms=change.at_ms)
    return cleared

"""An alarm's change becomes, joins or clears an incident."""

from typing import Any

from msgspec import structs

from liftwatch.clock import now_ms, rfc3339
from liftwatch.ids import new_id
from liftwatch.incidents.evidence import plan_window
from liftwatch.incidents.incident import (
    AlarmChange,
    Incident,
    clear_incident,
    join_incident,
    open_incident,
)
from liftwatch.ports import Books, Conflict, StoreUnavailable, Work

ATTEMPTS = 20


def apply_alarm(books: Books, change: AlarmChange) -> Incident | None:
    """Carry one change into the incidents, in one transaction; None when nothing had to change.

    A change told twice counts once. Raises StoreUnavailable when the database does not take it
    now, or when others keep winning the race for the same row.
    """
    lost: Conflict | None = None
    for _ in range(ATTEMPTS):
        try:
            with books.begin() as work:
                return _apply(work, change)
        except Conflict as conflict:
            lost = conflict
    raise StoreUnavailable(f"lost {ATTEMPTS} races: {lost}")


def _apply(work: Work, change: AlarmChange) -> Incident | None:
    if not work.remember(change):
        return None
    moved = _cleared(work, change) if change.edge == "cleared" else _raised(work, change)
    if moved is not None:
        work.publish("incident", incident_data(moved))
        if change.scope is not None and change.edge != "cleared":
            _adopt(work, moved, change)
    return moved


def _adopt(work: Work, parent: Incident, change: AlarmChange) -> None:
    """Each lift's own incident becomes a child of the one that stands for all."""
    for lift in change.lifts:
        child = work.open_incident_of(lift, change.of_kind or "")
        if child is not None and child.parent != parent.id:
            child = structs.replace(child, parent=parent.id, version=child.version + 1)
            work.update_incident(child)
            work.publish("incident", incident_data(child))


def _open_one(work: Work, change: AlarmChange) -> Incident | None:
    if change.lift is None:
        return work.open_incident_of_scope(change.scope or "", change.kind)
    return work.open_incident_of(change.lift, change.kind)


def _raised(work: Work, change: AlarmChange) -> Incident | None:
    open_one = _open_one(work, change)
    apart = open_one is not None and change.late and change.opened_ms < open_one.opened_ms
    if open_one is None or apart:
        if change.edge != "raised":
            return None
        incident = open_incident(change, id=new_id())
        work.add_incident(incident)
        _plan_evidence(work, incident, change)
        return incident
    joined = join_incident(open_one, change)
    work.update_incident(joined)
    if joined.occurrences > open_one.occurrences or change.edge == "graver":
        _plan_evidence(work, joined, change)
    return joined


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


def _cleared(work: Work, change: AlarmChange) -> Incident | None:
    if change.late and change.lift is not None:
        incident = work.late_incident_of(change.lift, change.kind, change.opened_ms)
    else:
        incident = _open_one(work, change)
    if incident is None or incident.alarm == "cleared":
        return None
    cleared = clear_incident(incident, change)
    work.update_incident(cleared)
    return cleared


def incident_data(incident: Incident) -> dict[str, Any]:
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
        "cleared_at": None if incident.cleared_ms is None else rfc3339(incident.cleared_ms),
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
        "owner": None,
        "deadlines": [],
    }

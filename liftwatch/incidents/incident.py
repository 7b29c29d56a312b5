"""Alarms and incidents as plain data, and how an alarm's change moves an incident.

    nothing ──raised──▶ raised/raised ──cleared──▶ closed/cleared      nobody had taken it up
                          │  ▲
                 a person │  │ raised again: joins, pages again
                          ▼  │
                     acknowledged … released ──cleared──▶ stays, alarm cleared
                     resolved ──raised again at once──▶ raised, later──▶ closed, and a new one

The state of the work stands beside the state of the alarm. An incident nobody has taken up ends
with its alarm, unless people were in the car; one that people work on stays theirs, and what they
do stands in `liftwatch.incidents.moves`. Late history is written down as closed.
"""

from hashlib import blake2b
from typing import Any, Literal

from msgspec import Struct, structs

from liftwatch.incidents.kinds import BY_NAME

State = Literal[
    "raised", "acknowledged", "dispatched", "arrived", "released", "resolved", "closed", "rejected"
]
Edge = Literal["raised", "cleared", "graver", "wider"]

BY_HAND = "by_hand"
"""The mark in the evidence of what a person told, and no lift."""
OVER: frozenset[str] = frozenset({"closed", "rejected"})
"""States in which nothing is open any more; the database's uniqueness rule leaves them out."""


class AlarmChange(Struct, kw_only=True, frozen=True):
    """What a detector claims about one lift: an alarm is raised, grows graver, or is cleared.

    `opened_ms` is when the condition began, `at_ms` when this change became certain; both are
    event time. `(subject, kind, edge, opened_ms, at_ms)` is its identity: told twice, it counts
    once. What several lifts share has no `lift` but a `scope`, their `lifts`, and in `of_kind` the
    kind of the alarms that each of them keeps; it grows wider when others join.
    """

    area: str
    estate: str
    lift: str | None
    kind: str
    edge: Edge
    opened_ms: int
    at_ms: int
    severity: int
    late: bool = False
    exercise: bool = False
    evidence: dict[str, Any] = {}
    scope: str | None = None
    lifts: tuple[str, ...] = ()
    of_kind: str | None = None

    @property
    def subject(self) -> str:
        """Whom it is about, at most 64 characters: the lift, or a mark of scope and lifts.

        No lift is called so, for `~` stands in no topic (contract, section 1).
        """
        if self.lift is not None:
            return self.lift
        told = "\n".join((self.scope or "", self.of_kind or "", *self.lifts))
        return "~" + blake2b(told.encode(), digest_size=24).hexdigest()


class Incident(Struct, kw_only=True, frozen=True):
    """What people work on. `lift` is None where it stands for several (`scope`, `lifts`)."""

    id: str
    kind: str
    severity: int
    severity_max: int
    opened_ms: int
    raised_ms: int
    area: str
    estate: str
    lift: str | None
    state: State = "raised"
    alarm: Literal["raised", "cleared"] = "raised"
    cleared_ms: int | None = None
    late: bool = False
    exercise: bool = False
    scope: str | None = None
    lifts: tuple[str, ...] = ()
    parent: str | None = None
    version: int = 1
    occurrences: int = 1
    evidence: dict[str, Any] = {}

    @property
    def is_open(self) -> bool:
        """Whether it still counts as the one open incident of its lift and kind."""
        return self.state not in OVER


def open_incident(change: AlarmChange, *, id: str) -> Incident:
    """The incident a raised alarm begins; late history begins closed and pages nobody."""
    return Incident(
        id=id,
        kind=change.kind,
        severity=change.severity,
        severity_max=change.severity,
        opened_ms=change.opened_ms,
        raised_ms=change.at_ms,
        area=change.area,
        estate=change.estate,
        lift=change.lift,
        state="closed" if change.late else "raised",
        late=change.late,
        exercise=change.exercise,
        scope=change.scope,
        lifts=change.lifts,
        evidence=change.evidence,
    )


def join_incident(incident: Incident, change: AlarmChange) -> Incident:
    """The incident after its alarm was raised again, grew graver or wider, while it was open."""
    again = incident.alarm == "cleared" and change.edge == "raised" and not change.late
    return structs.replace(
        incident,
        alarm="raised" if again else incident.alarm,
        cleared_ms=None if again else incident.cleared_ms,
        occurrences=incident.occurrences + again,
        severity=change.severity if again else min(incident.severity, change.severity),
        severity_max=min(incident.severity_max, change.severity),
        exercise=incident.exercise and change.exercise,
        lifts=tuple(sorted({*incident.lifts, *change.lifts})),
        version=incident.version + 1,
        evidence=incident.evidence | change.evidence if again else incident.evidence,
    )


def clear_incident(incident: Incident, change: AlarmChange, *, attended: bool) -> Incident:
    """The incident after its alarm was cleared: over if nobody had taken it up.

    Where it is `attended` an entrapment is not: somebody says by name who was freed, and how.
    """
    stays = attended and BY_NAME[incident.kind].group == "people"
    return structs.replace(
        incident,
        alarm="cleared",
        cleared_ms=change.at_ms,
        state="closed" if incident.state == "raised" and not stays else incident.state,
        version=incident.version + 1,
    )


def close_incident(incident: Incident) -> Incident:
    """An incident that is over."""
    return structs.replace(incident, state="closed", version=incident.version + 1)


def reopen_incident(incident: Incident) -> Incident:
    """A resolved incident whose alarm has come again at once: nobody is at it any more."""
    return structs.replace(incident, state="raised")

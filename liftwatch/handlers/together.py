"""Brings together what belongs together, and says whether an incident pages anybody."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import structs

from liftwatch.clock import now_ms
from liftwatch.handlers.course import note, set_out, tell
from liftwatch.incidents.course import Actor, Line
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.inhibition import CAUSES, causes_of, lasts, takes
from liftwatch.incidents.silences import Hidden, HiddenBy, may_be_silenced, silences
from liftwatch.ports import Deadline, Work

ENGINE = Actor(channel="engine")
SILENCES = "end-silences"
"""The engine's job that looks at what a silence hid when it is over."""
MAINS = "mains_lost"


class Paged(NamedTuple):
    """Whether anybody is paged, else what hides it: the id of that, and of a silence its end.

    What is over, or late history, pages nobody and is hidden by nothing.
    """

    yes: bool
    by: HiddenBy | None = None
    of: str = ""
    until_ms: int | None = None


YES = Paged(True)


def is_paged(work: Work, incident: Incident, *, at_ms: int) -> Paged:
    """Whether an incident pages at that moment; asked again whenever somebody is to be called.

    A silence that is over hides nothing any more, nor does a cause that is.
    """
    if not incident.is_open or incident.late:
        return Paged(False)
    cause = None if incident.parent is None else work.locked_incident(incident.parent)
    if cause is not None and takes_still(cause, incident):
        return Paged(False, "cause", cause.id)
    for silence in work.silences_on(incident):
        if silences(silence, incident, at_ms=at_ms):
            return Paged(False, "silence", silence.id, silence.until_ms)
    if may_be_silenced(incident.kind) and incident.severity > 1 and work.is_recorded(incident.kind):
        return Paged(False, "verdict", incident.kind)
    return YES


def takes_still(cause: Incident, child: Incident) -> bool:
    """Whether a parent is more than a name for several: it explains the child, and lasts."""
    row = CAUSES.get(cause.kind)
    return row is not None and child.kind in row.takes and lasts(cause)


def cause_for(work: Work, incident: Incident, *, at_ms: int) -> str | None:
    """The id of what explains an incident whose alarm is raised at that moment, or its parent."""
    if incident.lift is None:
        return incident.parent
    for row in causes_of(incident.kind):
        for cause in _open_causes(work, incident, row.cause):
            if takes(cause, incident, at_ms=at_ms):
                return cause.id
    return incident.parent


def _open_causes(work: Work, incident: Incident, kind: str) -> list[Incident]:
    lift = incident.lift or ""
    found = [work.open_incident_of(lift, kind)] if kind != incident.kind else []
    if kind == MAINS and (scope := work.building_of(lift)) is not None:
        found.append(work.open_incident_of_scope(scope, kind))
    return [one for one in found if one is not None and one.area == incident.area]


def adopt(work: Work, cause: Incident, *, at_ms: int) -> None:
    """Make children of what is open already and is explained by an alarm raised now."""
    row = CAUSES.get(cause.kind)
    if row is None or cause.lift is None or cause.late:
        return
    for kind in sorted(row.takes - {cause.kind}):
        one = work.open_incident_of(cause.lift, kind)
        if one is None or not takes(cause, one, at_ms=one.raised_ms):
            continue
        if one.parent is None or cause.kind == "entrapment":
            child = structs.replace(one, parent=cause.id, version=one.version + 1)
            work.update_incident(child)
            hide(work, child, Paged(False, "cause", cause.id), at_ms=at_ms)
            tell(work, child)


def hide(work: Work, incident: Incident, paged: Paged, *, at_ms: int) -> None:
    """Write down that an alarm pages nobody; what a cause explains has no clocks of its own.

    An alarm that is taken in after a silence's end, and was raised before, has it looked at again.
    """
    assert paged.by is not None, "what is over is not hidden"
    hidden = Hidden(
        incident=incident.id,
        occurrence=incident.occurrences,
        at_ms=at_ms,
        by=paged.by,
        of=paged.of,
    )
    if work.note_hidden(hidden):
        story(work, incident, "hidden", at_ms=at_ms, by=paged.by, of=paged.of)
    if paged.until_ms is not None and paged.until_ms <= now_ms():
        work.arm(over_at(paged.of, paged.until_ms))
    if paged.by == "cause":
        waiting = [one for one in work.clocks(incident.id) if one.waits]
        work.put_clocks([structs.replace(one, dropped_ms=at_ms) for one in waiting])


def let_go(work: Work, cause: Incident, *, times: Mapping[str, int], at_ms: int) -> list[Incident]:
    """A cause is over: what it explained and still stands has clocks of its own from now on.

    Those are what it gives back: nobody was told of them so far.
    """
    row, freed = CAUSES.get(cause.kind), list[Incident]()
    if row is None or lasts(cause):
        return freed
    for child in work.open_children_of(cause.id):
        if child.kind not in row.takes or child.kind == cause.kind or child.alarm == "cleared":
            continue
        alone = structs.replace(child, parent=None, version=child.version + 1)
        work.update_incident(alone)
        story(work, alone, "alone", at_ms=at_ms, by="cause", of=cause.id)
        set_out(work, alone, from_ms=at_ms, times=times, afresh=True)
        tell(work, alone)
        freed.append(alone)
    return freed


def over_at(silence: str, due_ms: int) -> Deadline:
    """When the engine looks at what a silence hid (`liftwatch.engine.silences`)."""
    name = f"{SILENCES}/{silence}"
    return Deadline(name=name, what=SILENCES, due_ms=due_ms, data={"silence": silence})


def story(work: Work, incident: Incident, what: str, *, at_ms: int, by: str, of: str) -> None:
    """A line that tells what hides an incident, or does no more."""
    note(
        work,
        Line(
            incident=incident.id,
            at_ms=at_ms,
            noted_ms=now_ms(),
            what=what,
            before=incident.state,
            state=incident.state,
            by=ENGINE,
            facts={"by": by, "of": of},
        ),
    )

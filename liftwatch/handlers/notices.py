"""What makes people learn of an incident: a notice, in the transaction of what it tells of.

Whom that wakes is found by the engine (`liftwatch.handlers.paging`): people's names are sealed,
and whoever takes alarms in need not open them.
"""

from collections.abc import Mapping

from liftwatch.clock import MINUTE_MS
from liftwatch.handlers.together import hide, is_paged, let_go
from liftwatch.incidents.clock_rules import Rule
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import RESCUE
from liftwatch.incidents.pages import (
    CLEARED,
    LIMIT,
    LIMIT_MS,
    STATION,
    Held,
    Notice,
    at_once,
    told_of,
)
from liftwatch.ports import Deadline, Work

PAGE = "page-people"
"""The engine's job that tells people of one incident."""
LEAST_GRAVE, HEAD_START_MS = 4, MINUTE_MS
"""For each degree of severity an incident is told before those that came so long before it: in a
black-out hundreds wait, and none of them for ever [our choice]."""


def summon(work: Work, incident: Incident, why: str, *, now_ms: int) -> None:
    """Tell those who learn of its kind at once, unless they were told too often already.

    Nobody is told of late history, nor of what a cause explains, a silence mutes or people reject
    too often: that is written down instead.
    """
    paged = is_paged(work, incident, at_ms=now_ms)
    if paged.by is not None:
        hide(work, incident, paged, at_ms=now_ms)
    if not paged.yes:
        return
    held: Held | None = None
    if incident.severity_max > 1:
        before = work.raisings_since(incident, now_ms - LIMIT_MS)
        held = "limit" if before >= LIMIT else None
    parties = at_once(incident.kind, incident.evidence)
    _put(work, incident, why, parties=parties, now_ms=now_ms, held=held)


def summon_missed(work: Work, incident: Incident, rule: Rule, *, now_ms: int) -> None:
    """Tell those whom the row of a missed clock names, where anybody is told of it.

    What a silence keeps from them is told when that is over.
    """
    paged = is_paged(work, incident, at_ms=now_ms)
    if paged.yes:
        _put(work, incident, rule.name, parties=told_of(rule), now_ms=now_ms)
    elif paged.by == "silence":
        hide(work, incident, paged, at_ms=now_ms)


def summon_instead(work: Work, incident: Incident, why: str, *, now_ms: int) -> None:
    """The rescue platform does not help: tell all others who learn of it, and the next station."""
    if incident.is_open:
        others = at_once(incident.kind, incident.evidence).replace(RESCUE, "")
        _put(work, incident, why, parties=others + STATION, now_ms=now_ms)


def stand_alone(work: Work, cause: Incident, *, times: Mapping[str, int], now_ms: int) -> None:
    """Where a cause is over, tell of what it explained and still stands."""
    for incident in let_go(work, cause, times=times, at_ms=now_ms):
        summon(work, incident, "raised", now_ms=now_ms)


def call_off(work: Work, incident: Incident, *, now_ms: int) -> None:
    """Tell whoever was told of it that its alarm has cleared."""
    told = [one for one in work.notices(incident.id) if one.held is None or one.step > 1]
    if told:
        parties = "".join(dict.fromkeys("".join(one.parties for one in told)))
        _put(work, incident, CLEARED, parties=parties, now_ms=now_ms)


def page_at(incident: str, due_ms: int) -> Deadline:
    """When the engine tells people of an incident."""
    name = f"{PAGE}/{incident}"
    return Deadline(name=name, what=PAGE, due_ms=due_ms, data={"incident": incident})


def _put(
    work: Work,
    incident: Incident,
    why: str,
    *,
    parties: str,
    now_ms: int,
    held: Held | None = None,
) -> None:
    notice = Notice(
        incident=incident.id,
        occurrence=incident.occurrences,
        why=why,
        parties=parties,
        made_ms=now_ms,
        due_ms=None if held else now_ms,
        held=held,
    )
    work.put_notice(notice)
    if notice.due_ms is not None:
        ahead_ms = (LEAST_GRAVE - incident.severity) * HEAD_START_MS
        work.arm(page_at(incident.id, notice.due_ms - ahead_ms))

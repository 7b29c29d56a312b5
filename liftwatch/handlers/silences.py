"""People silence kinds for a time, and end a silence before its time; what it hid is told then."""

from msgspec import structs

from liftwatch.clock import rfc3339
from liftwatch.handlers.notices import summon
from liftwatch.handlers.together import is_paged, over_at, story
from liftwatch.incidents.moves import too_long
from liftwatch.incidents.pages import RAISINGS
from liftwatch.incidents.silences import SILENCE_MS_MAX, WHY_MAX, Hidden, Silence, may_be_silenced
from liftwatch.ports import Stale, Work
from liftwatch.said import Said

HEARD = "heard"
"""What a line of the story is called that tells that a silence is over."""


class CannotSilence(Exception):
    """What was asked cannot be; one line says why."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class NoSuchSilence(Exception):
    """There is none of that id."""


def silence(work: Work, asked: Silence, *, now_ms: int) -> Silence:
    """Begin a silence; raises CannotSilence for one without end or reason, or of what is grave."""
    if asked.kind is not None and not may_be_silenced(asked.kind):
        raise CannotSilence(
            Said(
                "a %(kind)s is never silenced: somebody may be inside or in danger", kind=asked.kind
            )
        )
    if not asked.why.strip() or len(asked.why) > WHY_MAX:
        raise CannotSilence(too_long("why", WHY_MAX))
    if asked.until_ms <= now_ms:
        raise CannotSilence(Said("until is over already"))
    if asked.until_ms > now_ms + SILENCE_MS_MAX:
        latest = rfc3339(now_ms + SILENCE_MS_MAX)
        raise CannotSilence(
            Said("a silence ends within 7 days: until is at most %(latest)s", latest=latest)
        )
    work.put_silence(asked)
    work.arm(over_at(asked.id, asked.until_ms))
    return asked


def end_silence(work: Work, id: str, *, version: int, now_ms: int) -> Silence:
    """End one before its time. Raises NoSuchSilence, Stale, CannotSilence where it is over."""
    found = work.locked_silence(id)
    if found is None:
        raise NoSuchSilence(id)
    if found.version != version:
        raise Stale(Said("somebody else has changed it"))
    if not found.holds(now_ms):
        raise CannotSilence(Said("it is over already"))
    ended = structs.replace(found, ended_ms=now_ms, version=version + 1)
    work.put_silence(ended)
    work.arm(over_at(id, now_ms))
    return ended


def tell_after_all(work: Work, hidden: Hidden, *, now_ms: int) -> bool:
    """A silence is over: what it hid is told as raised where it still stands; whether it was.

    Not where another silence or a cause goes on to hide it, nor what has been told meanwhile.
    """
    incident = work.locked_incident(hidden.incident)
    if not work.end_hidden(hidden, at_ms=now_ms) or incident is None:
        return False
    stands = incident.is_open and incident.alarm == "raised"
    if not stands or incident.occurrences != hidden.occurrence or _is_told(work, hidden):
        return False
    paged = is_paged(work, incident, at_ms=now_ms)
    if paged.by == "cause":
        return False  # when that is over it stands by itself again
    if paged.yes:
        story(work, incident, HEARD, at_ms=now_ms, by="silence", of=hidden.of)
    summon(work, incident, "raised", now_ms=now_ms)
    return paged.yes


def _is_told(work: Work, hidden: Hidden) -> bool:
    """Whether people were told that it is raised since it was hidden."""
    return any(
        one.occurrence == hidden.occurrence and one.made_ms >= hidden.at_ms
        for one in work.notices(hidden.incident)
        if one.why in RAISINGS and one.held is None
    )

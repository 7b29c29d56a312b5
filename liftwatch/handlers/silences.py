"""People silence kinds for a time, and end a silence before its time."""

from msgspec import structs

from liftwatch.clock import rfc3339
from liftwatch.incidents.moves import too_long
from liftwatch.incidents.silences import SILENCE_MS_MAX, WHY_MAX, Silence, may_be_silenced
from liftwatch.ports import Stale, Work
from liftwatch.said import Said


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
    return ended

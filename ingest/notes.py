"""What the journal holds beside publications: when we could not hear, steps of our clock, retries,
what people enter of lifts, which alarms they end, when they come and go, how risky a lift is held
to be.

They are part of the input: after a crash, detection reads them again in their place and comes to
the same alarms. Their topics begin with `$`, which no subscription of ours matches.
"""

from typing import NamedTuple

import msgspec

from liftwatch.care.phases import Phase
from liftwatch.care.risk import Score
from liftwatch.incidents.endings import Ending
from liftwatch.register.facts import Facts

NOTE_ROOT = "$liftwatch/"
LINK_UP, LINK_DOWN, STEP = f"{NOTE_ROOT}up", f"{NOTE_ROOT}down", f"{NOTE_ROOT}step"
RETRY, ENTERED, ENDED = f"{NOTE_ROOT}retry", f"{NOTE_ROOT}entered", f"{NOTE_ROOT}ended"
VISITED, SCORED = f"{NOTE_ROOT}visited", f"{NOTE_ROOT}scored"


class Entered(msgspec.Struct, array_like=True, frozen=True):
    """What people have entered of a lift, all of it, and the version of its record."""

    lift: str
    version: int
    facts: Facts


class Note(NamedTuple):
    """`up` and `down`: the link to the broker; `step`: our clock stepped by `ms`; `retry`: of a
    dead letter, by its number; `entered`: what people say of a lift; `ended`: an alarm that
    they ended; `visited`: a technician came or went; `scored`: how risky a lift is."""

    what: str
    ms: int = 0
    letter: int = 0
    entered: Entered | None = None
    ended: Ending | None = None
    visited: Phase | None = None
    scored: Score | None = None


class Retry(msgspec.Struct, array_like=True, frozen=True):
    """A dead letter that is to be understood once more, as it was received then."""

    letter: int
    topic: str
    payload: bytes
    received_ms: int


_ENDED = msgspec.msgpack.Decoder(Ending)
_ENTERED = msgspec.msgpack.Decoder(Entered)
_SCORED = msgspec.msgpack.Decoder(Score)
_VISITED = msgspec.msgpack.Decoder(Phase)
_RETRY = msgspec.msgpack.Decoder(Retry)


def read_note(topic: str, payload: bytes) -> Note:
    """The note that a journal's entry is; ValueError when it is none.

    >>> step = read_note("$liftwatch/step", b"-3600000")
    >>> step.what, step.ms, read_note("$liftwatch/up", b"").what
    ('step', -3600000, 'up')
    """
    if topic == ENTERED:
        return Note("entered", entered=_ENTERED.decode(payload))
    if topic == ENDED:
        return Note("ended", ended=_ENDED.decode(payload))
    if topic == VISITED:
        return Note("visited", visited=_VISITED.decode(payload))
    if topic == SCORED:
        return Note("scored", scored=_SCORED.decode(payload))
    what = topic.removeprefix(NOTE_ROOT)
    if what not in ("up", "down", "step"):
        raise ValueError(f"{topic} is no note")
    return Note(what, int(payload or b"0"))


def write_retry(retry: Retry) -> bytes:
    """The payload of a retry, for `read_retry`."""
    return msgspec.msgpack.encode(retry)


def read_retry(payload: bytes) -> Retry:
    """What `write_retry` wrote."""
    return _RETRY.decode(payload)

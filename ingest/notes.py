"""What the journal holds beside publications: when we could not hear, and steps of our clock.

They are part of the input: after a crash, detection reads them again in their place and comes to
the same alarms. Their topics begin with `$`, which no subscription of ours matches.
"""

from typing import NamedTuple

NOTE_ROOT = "$liftwatch/"
LINK_UP, LINK_DOWN, STEP = f"{NOTE_ROOT}up", f"{NOTE_ROOT}down", f"{NOTE_ROOT}step"


class Note(NamedTuple):
    """`up` and `down`: the link to the broker; `step`: our clock stepped by `ms`."""

    what: str
    ms: int = 0


def read_note(topic: str, payload: bytes) -> Note:
    """The note that a journal's entry is; ValueError when it is none.

    >>> read_note("$liftwatch/step", b"-3600000"), read_note("$liftwatch/up", b"")
    (Note(what='step', ms=-3600000), Note(what='up', ms=0))
    """
    what = topic.removeprefix(NOTE_ROOT)
    if what not in ("up", "down", "step"):
        raise ValueError(f"{topic} is no note")
    return Note(what, int(payload or b"0"))

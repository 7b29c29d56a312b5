"""Silences: a person mutes kinds of a lift or an estate for a time, with a reason and an end.

What is silenced is written down as ever and pages nobody; what a silence hid is kept beside it.
Where people may be inside nothing is silenced.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.clock import DAY_MS
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.incidents.moves import PEOPLE_INSIDE

SILENCE_MS_MAX = 7 * DAY_MS
"""No silence is longer (issue 7, part 3)."""
WHY_MAX = 500

HiddenBy = Literal["silence", "cause", "verdict"]
WithheldBy = Literal["visit", "mode"]


class Silence(Struct, frozen=True, kw_only=True):
    """Who muted what, from when until when, and why. Without a kind all that may be."""

    id: str
    area: str
    estate: str
    lift: str | None = None
    kind: str | None = None
    from_ms: int
    until_ms: int
    why: str
    person: str | None = None
    organisation: str | None = None
    made_ms: int
    ended_ms: int | None = None
    version: int = 1

    @property
    def end_ms(self) -> int:
        """When it is over: in its time, or when somebody ended it before."""
        return self.until_ms if self.ended_ms is None else min(self.until_ms, self.ended_ms)

    def holds(self, at_ms: int) -> bool:
        """Whether it is in force then."""
        return self.from_ms <= at_ms < self.end_ms


class Hidden(Struct, frozen=True, kw_only=True):
    """An incident's alarm that paged nobody, and what hid it: `by` with the id of that.

    `over_ms` is when a silence that hid it was over and what still stood was told.
    """

    incident: str
    occurrence: int
    at_ms: int
    by: HiddenBy
    of: str
    over_ms: int | None = None


class Withheld(Struct, frozen=True, kw_only=True):
    """What detectors did not raise while a lift was worked on: a visit is open, or its mode says
    so. It never was an alarm; the first of each kind is kept."""

    lift: str
    kind: str
    area: str
    estate: str
    at_ms: int
    by: WithheldBy


class SilenceReads(Protocol):
    """What is read of silences."""

    def silence(self, id: str) -> Silence | None:
        """One of them."""

    def silences(
        self, *, since_ms: int, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Silence]:
        """Those that end after a moment, the newest first."""

    def hidden(
        self,
        *,
        since_ms: int,
        silence: str | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Hidden]:
        """What paged nobody since then, the newest first; with `silence` what that one hid."""

    def withheld(
        self, *, since_ms: int, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Withheld]:
        """What was not raised for a visit or a mode since then, the newest first."""


class SilenceWork(Protocol):
    """The part of a transaction in which people silence."""

    def silences_on(self, incident: Incident) -> list[Silence]:
        """Those of its lift or its estate, whatever their kind and time, unless they have ended.

        Nobody ends one of them before this transaction is over, so that whoever does finds what
        was hidden here.
        """

    def locked_silence(self, id: str) -> Silence | None:
        """One of them, locked against others."""

    def put_silence(self, silence: Silence) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""

    def note_hidden(self, hidden: Hidden) -> bool:
        """Keep that an alarm paged nobody, False when that is known; one that was over is not."""

    def still_hidden(self, silence: str, *, limit: int) -> list[Hidden]:
        """What a silence hid and of which nobody has looked whether it stands, the oldest first."""

    def end_hidden(self, hidden: Hidden, *, at_ms: int) -> bool:
        """Set `over_ms`; False where somebody else has."""

    def note_withheld(self, rows: Sequence[Withheld]) -> None:
        """Keep what was not raised; twice is once."""


def may_be_silenced(kind: str) -> bool:
    """Whether people may mute a kind at all: never where somebody may be inside or in danger.

    >>> may_be_silenced("door_fault"), may_be_silenced("overspeed")
    (True, False)
    >>> may_be_silenced("entrapment_suspected")
    False
    """
    return kind not in PEOPLE_INSIDE and BY_NAME[kind].severity > 1


def silences(silence: Silence, incident: Incident, *, at_ms: int) -> bool:
    """Whether a silence mutes an incident at a moment."""
    if not silence.holds(at_ms) or incident.severity <= 1 or not may_be_silenced(incident.kind):
        return False
    if (silence.area, silence.estate) != (incident.area, incident.estate):
        return False
    return silence.lift in (None, incident.lift) and silence.kind in (None, incident.kind)

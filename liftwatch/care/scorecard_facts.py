"""What score cards are counted from, as plain data: who answered for which lift, what happened.

Nothing here is an opinion: a moment, a deadline, a visit, a decision. What counts nowhere is left
out where it is read: late history, exercises (unless the whole installation is one).
"""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, Protocol, get_args

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.answer import Answer
from liftwatch.care.area import FAULTS
from liftwatch.care.complaints import Complaint
from liftwatch.care.instructions import Instruction
from liftwatch.care.residents import HELP, STANDS
from liftwatch.clock import DAY_MS

Party = Literal["unit", "property", "estate"]
PARTIES: tuple[Party, ...] = get_args(Party)
MISUSES: tuple[str, ...] = ("door_blocked", "overload", "heavy_haulage")
BLIND, UNTESTED, INSPECTION = "terminal_offline", "emergency_call_untested", "inspection_due"
CONTRADICTED = "maintenance_contradicted"
KINDS: tuple[str, ...] = tuple(
    sorted({*FAULTS, *MISUSES, *HELP, *STANDS, BLIND, UNTESTED, INSPECTION, CONTRADICTED})
)
"""The kinds of incidents that any measure asks for."""
CLOCKS: tuple[str, ...] = ("acknowledge", "arrive")
BEFORE_MS = 120 * DAY_MS
"""So far before a period care is looked for: the longest filed interval is 90 days."""


class Period(NamedTuple):
    """From a moment to another, and the moment up to which anything is known."""

    from_ms: int
    to_ms: int
    now_ms: int

    @property
    def end_ms(self) -> int:
        """What lies behind it is not known, or does not count."""
        return min(self.to_ms, self.now_ms)

    def holds(self, at_ms: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_ms <= at_ms < self.end_ms


class Hold(Struct, frozen=True, array_like=True):
    """A party answered for a lift for some time."""

    party: Party
    id: str
    lift: str
    area: str
    estate: str
    from_ms: int
    to_ms: int


class Held(Struct, frozen=True, array_like=True):
    """A contract of a lift, as it is on record."""

    organisation: str
    lift: str
    from_ms: int
    until_ms: int | None


class Happened(Struct, frozen=True, array_like=True):
    """An incident of one lift, and what people made of it."""

    id: str
    kind: str
    severity_max: int
    lift: str
    area: str
    estate: str
    opened_ms: int
    raised_ms: int
    cleared_ms: int | None
    acknowledged_ms: int | None
    arrived_ms: int | None
    resolved_ms: int | None
    rejected_ms: int | None


class Timed(Struct, frozen=True, array_like=True):
    """A clock of an incident that was due in the period, and was not dropped."""

    incident: str
    name: str
    due_ms: int
    met_ms: int | None
    missed_ms: int | None


class Cared(Struct, frozen=True, array_like=True):
    """Routine care was finished on a lift; `visit` None: a terminal told it, nobody checked in."""

    lift: str
    at_ms: int
    visit: str | None
    organisation: str | None
    agreed: bool = False


class Came(Struct, frozen=True, array_like=True):
    """Of all that was sent for a lift in the period, how much came and how much is missing."""

    lift: str
    heard: int
    missing: int


class Lift(NamedTuple):
    """A lift where it stands."""

    lift: str
    area: str
    estate: str


class Facts(Struct, frozen=True, kw_only=True):
    """All that a period's cards are made of. `holds` says who answered for what."""

    period: Period
    holds: Sequence[Hold] = ()
    happened: Sequence[Happened] = ()
    timed: Sequence[Timed] = ()
    cared: Sequence[Cared] = ()
    answers: Sequence[Answer] = ()
    instructions: Sequence[Instruction] = ()
    complaints: Sequence[Complaint] = ()
    came: Sequence[Came] = ()
    intervals: dict[str, int] = {}
    """Days between two visits, of lifts whose filing says another number than the law."""


class ScoreRead(Struct, frozen=True, kw_only=True):
    """What the books have of it."""

    lifts: Sequence[Lift] = ()
    held: Sequence[Held] = ()
    happened: Sequence[Happened] = ()
    timed: Sequence[Timed] = ()
    cared: Sequence[Cared] = ()
    answers: Sequence[Answer] = ()
    came: Sequence[Came] = ()
    began: dict[str, int] = {}
    """Since when anything is known of a lift: its first message, visit or incident. Of what was
    before, and of a lift that is not in it, nobody can say anything."""


class ScoreReads(Protocol):
    """What the books tell of it."""

    def score_facts(
        self,
        period: Period,
        *,
        kinds: Collection[str] = KINDS,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> ScoreRead:
        """Of what is seen: lifts as of now; of a unit only its own contracts, and what was raised
        during them. Incidents from 30 days before the period (what came again) to 30 days after,
        and what stood at its beginning; care from `BEFORE_MS` before it."""

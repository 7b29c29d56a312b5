"""Which alarm explains which: a cause takes its consequences as children, which page nobody.

    cause                 takes, of the same lift                            for as long as
    mains_lost            what a lift without mains does                     its alarm stands
    entrapment            what else tells of the people in the car           they are inside
    what latches          a car that stands off its landing afterwards       its alarm stands

An entrapment is nobody's child and is never silenced; nothing that endangers life is a child, but
the call of those whose entrapment is known. When the cause is over, what still stands stands by
itself again, with clocks of its own.
"""

from typing import NamedTuple

from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME, KINDS

INSIDE = frozenset({"raised", "acknowledged", "dispatched", "arrived"})
"""Until they are released people are inside."""


class Row(NamedTuple):
    """A cause, what it takes, how long before and after it (None: for as long as it lasts)."""

    cause: str
    takes: frozenset[str]
    before_ms: int
    after_ms: int | None
    why: str


_AFTER_DANGER = frozenset({"safety_chain_open", "stopped_outside_zone"})
TABLE: tuple[Row, ...] = (
    Row(
        "entrapment",
        frozenset(
            {"entrapment_suspected", "emergency_call", "stopped_outside_zone", "safety_chain_open"}
        ),
        10 * MINUTE_MS,
        10 * MINUTE_MS,
        "issue 7, part 3: within minutes [10: our choice]; a call later than that is heard",
    ),
    Row(
        "mains_lost",
        frozenset(
            {
                "mains_lost",
                "out_of_service",
                "stopped_outside_zone",
                "safety_chain_open",
                "position_lost",
                "terminal_offline",
            }
        ),
        MINUTE_MS,
        None,
        "issue 7, part 3; domain 10 [a minute before: our choice]",
    ),
    *(
        Row(kind.name, _AFTER_DANGER, MINUTE_MS, 10 * MINUTE_MS, "safety gear stops a car anywhere")
        for kind in KINDS
        if kind.latches
    ),
)
"""In order of rank: of two causes the first has it."""
CAUSES = {row.cause: row for row in TABLE}
ON_TOP = frozenset(kind.name for kind in KINDS if kind.group == "people")
for _row in TABLE:
    for _kind in _row.takes:
        assert _kind not in ON_TOP or BY_NAME[_kind].severity > 1, "an entrapment is on top"
        _call = (_row.cause, _kind) == ("entrapment", "emergency_call")
        assert BY_NAME[_kind].severity > 1 or _call, "what endangers life pages"


def causes_of(kind: str) -> tuple[Row, ...]:
    """The rows that may take a kind, the first one first.

    >>> [row.cause for row in causes_of("emergency_call")], causes_of("entrapment")
    (['entrapment'], ())
    """
    return tuple(row for row in TABLE if kind in row.takes)


def lasts(cause: Incident) -> bool:
    """Whether an incident still explains others: its alarm stands, or people are inside."""
    if cause.kind in ON_TOP:
        return cause.state in INSIDE
    return cause.is_open and cause.alarm == "raised"


def takes(cause: Incident, one: Incident, *, at_ms: int) -> bool:
    """Whether `one`, whose alarm was raised at that moment, is explained by `cause`.

    >>> from msgspec.structs import replace
    >>> cause = Incident(id="c", kind="entrapment", severity=1, severity_max=1, opened_ms=0,
    ...     raised_ms=45_000, area="320583", estate="garden", lift="L-1")
    >>> call = replace(cause, id="o", kind="emergency_call")
    >>> takes(cause, call, at_ms=60_000), takes(cause, call, at_ms=60 * 60_000)
    (True, False)
    """
    row = CAUSES.get(cause.kind)
    if row is None or one.kind not in row.takes or one.id == cause.id or not lasts(cause):
        return False
    if one.late or cause.late or (cause.exercise and not one.exercise):
        return False  # a drill explains nothing that is real
    if cause.kind == one.kind and (cause.lift is not None or one.lift is None):
        return False  # a building takes its lifts, no lift another one
    early = at_ms < min(cause.opened_ms, cause.raised_ms) - row.before_ms
    return not early and (row.after_ms is None or at_ms <= cause.raised_ms + row.after_ms)

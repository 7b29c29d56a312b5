"""Mutants that no test can tell, or that nobody needs to tell, each with its reason.

A row that matches nothing is an error.
"""

from typing import NamedTuple


class Known(NamedTuple):
    """A module, the function or constant, what its line becomes, and why that is no matter."""

    path: str
    scope: str
    line: str
    reason: str


SAME_AT_LIMIT = "at equality both branches give the same"
NEVER_EQUAL = "the two numbers are never equal: they have no common binary fraction"

KNOWN: tuple[Known, ...] = (
    Known(
        "detectors/falling.py",
        "Falling._judge",
        "(float(t) for t in times[first : last + 1] if t - began > LASTING_MS - 1e-6), None",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/rules/entrapment.py",
        "Entrapment._judge_suspicion",
        "certain_ms = now_ms if occupied is True and now_ms <= limit_ms else limit_ms",
        SAME_AT_LIMIT,
    ),
    Known(
        "detectors/rules/maintenance_contradicted.py",
        "MaintenanceContradicted.witness",
        "against = [one for one in self.reported if claim.at_ms < one.until_ms]",
        "at that very millisecond `tick` has taken the item away before anything is heard",
    ),
    Known(
        "detectors/rules/button_silent.py",
        "ButtonSilent._judge",
        "if missing <= LONGEST * longest or chance(missing, presses) >= CHANCE / gaps:",
        NEVER_EQUAL,
    ),
)

"""On what ground a kind is raised: its row, and the limits that its signals passed."""

from collections.abc import Mapping
from typing import Any

from liftwatch.incidents.ground import Ground
from liftwatch.incidents.ground_rows import ROWS

GROUNDS: dict[str, Ground] = {row.kind: row for row in ROWS}
NOTHING = Ground("", (), "", "", ())


def ground_of(kind: str) -> Ground:
    """The row of a kind; one that says nothing for a kind newer than ours."""
    return GROUNDS.get(kind, NOTHING)


def limits_of(kind: str, evidence: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Signals and the values from which on they were too much, as far as they have one.

    >>> limits_of("overspeed", {"limit_mps": 1.15})[:2], limits_of("overspeed", {})
    ([('state.speed_mps', 1.15), ('state.speed_mps', -1.15)], [])
    """
    found = []
    for limit in ground_of(kind).limits:
        told = evidence.get(limit.key) if limit.key else None
        if isinstance(told, int | float) and not isinstance(told, bool):
            value: float | None = round(told * limit.scale, 6)
        else:
            value = limit.value
        if value is not None:
            found += [(limit.signal, value), *([(limit.signal, -value)] if limit.both else [])]
    return found

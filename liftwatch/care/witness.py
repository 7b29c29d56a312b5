"""What the signals say of a visit (domain 5.4): facts beside the record, both sides' view.

It judges nobody: detectors claim a contradiction by rules of their own, `maintenance_contradicted`;
here stands what a person may want to see before they answer or decide.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from liftwatch.care.checklist import BY_CODE
from liftwatch.care.visit import Visit
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS
from liftwatch.incidents.incident import Incident

STATE_MS_MAX = 90 * SECOND_MS
"""An idle lift tells its state every 60 s (contract, section 1): a longer gap tells nothing."""
WORKED_MS_MIN = 20 * MINUTE_MS
"""Inspection mode of a visit that was one (domain 5.4)."""
AFTER_MS = DAY_MS  # contract, section 2: within 24 hours
DONE = frozenset({"ok", "adjusted", "replaced"})
PANELS = {"A-1-19": "car", "A-1-24": "landing"}
After = Literal["better", "quiet", "again", "still", "too_early"]


class Witness(NamedTuple):
    """What was seen from check-in to check-out; `told` counts states, without any nobody knows."""

    told: int
    inspection_ms: int
    doors: int
    rides: int
    rides_with_people: int
    tests_ok: int
    tests_failed: int

    @property
    def speaks(self) -> bool:
        """Whether the lift said enough to tell anything."""
        return self.told > 1


class ItemAfter(NamedTuple):
    """What became of what an item bears on, in the day after; `incidents` say so."""

    code: str
    result: str
    after: After
    incidents: tuple[str, ...]


def witness(
    states: Sequence[tuple[int, str | None]],
    *,
    doors: int,
    rides: Iterable[bool | None],
    tests: Iterable[str],
    until_ms: int,
) -> Witness:
    """Facts of what a lift told: times and service modes in order, cycles, rides (was somebody
    inside?), phases of calls.

    >>> told = [(0, "normal"), (60_000, "inspection"), (120_000, "inspection"), (900_000, "normal")]
    >>> one = witness(told, doors=2, rides=[True, None], tests=["test_ok"], until_ms=960_000)
    >>> one.inspection_ms, one.rides, one.rides_with_people, one.tests_ok
    (150000, 2, 1, 1)
    """
    inside = list(rides)
    phases = list(tests)
    ends = [*states, (until_ms, None)]
    spans = (
        min(after[0] - before[0], STATE_MS_MAX)
        for before, after in pairwise(ends)
        if before[1] == "inspection"
    )
    return Witness(
        told=len(states),
        inspection_ms=sum(spans),
        doors=doors,
        rides=len(inside),
        rides_with_people=sum(one is True for one in inside),
        tests_ok=phases.count("test_ok"),
        tests_failed=phases.count("test_failed"),
    )


def kinds_after(visit: Visit) -> tuple[str, ...]:
    """The kinds of incident that items of a visit are held against."""
    codes = [one.code for one in visit.entries if one.result in DONE and BY_CODE[one.code].judged]
    return tuple(sorted({kind for code in codes for kind in BY_CODE[code].kinds}))


def items_after(visit: Visit, incidents: Sequence[Incident], *, now_ms: int) -> list[ItemAfter]:
    """Of each item said to be done whether it really got better: its kinds in the day after.

    `again`: raised anew; `still`: it was open then and did not clear; `better`: it was and did;
    `quiet`: nothing was and nothing came; `too_early`: the day is not over.
    """
    if visit.out_ms is None:
        return []
    found = []
    for one in visit.entries:
        item = BY_CODE[one.code]
        if not item.judged or one.result not in DONE:
            continue
        own = [inc for inc in incidents if inc.kind in item.kinds and _is_of(one.code, inc)]
        after, which = _after(own, visit.out_ms, now_ms)
        found.append(ItemAfter(one.code, one.result, after, tuple(inc.id for inc in which)))
    return found


def _after(own: list[Incident], out_ms: int, now_ms: int) -> tuple[After, list[Incident]]:
    until_ms = out_ms + AFTER_MS
    again = [one for one in own if out_ms < one.raised_ms <= until_ms]
    if again:
        return "again", again
    then = [
        one
        for one in own
        if one.raised_ms <= out_ms and (one.cleared_ms is None or one.cleared_ms > out_ms)
    ]
    still = [one for one in then if one.cleared_ms is None or one.cleared_ms > until_ms]
    if still and now_ms >= until_ms:
        return "still", still
    if now_ms < until_ms:
        return "too_early", then
    return ("better", then) if then else ("quiet", [])


def _is_of(code: str, incident: Incident) -> bool:
    """Whether an incident is of the panel of an item; one that names none is of both."""
    panel = str(incident.evidence.get("button", "")).partition("/")[0]
    return panel not in ("car", "landing") or PANELS.get(code, panel) == panel

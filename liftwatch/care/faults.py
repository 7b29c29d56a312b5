"""The fault history: what went wrong on a lift, as the maintenance unit needs it, as plain data.

A fault is an incident of one lift, or a code that was told and raised nothing. What people found
stands beside it as facts: the cause, the parts replaced, whether it came back. What they wrote is
shown to whoever sees the incident itself; a unit that took a lift over sees the facts alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from liftwatch.clock import DAY_MS
from liftwatch.incidents.incident import BY_HAND
from liftwatch.incidents.verdicts import interval

BACK_MS = 30 * DAY_MS
"""What comes again within so long after it was put right was not put right (issue 10, part 7)."""
TELLING_MS = 10 * 60_000
"""A code told so long before a condition began belongs to it [our choice]."""
AFTER_MS = DAY_MS
"""What is replaced until a day after it was put right was replaced for it [our choice]."""
TEXT_MAX = 500

How = Literal["detector", "reported", "by_hand", "told"]
Verdict = Literal["open", "resolved", "rejected", "by_itself", "noted"]


def how_of(evidence: Mapping[str, Any]) -> How:
    """How an incident was raised, by its evidence.

    >>> how_of({"reported": "E-1"}), how_of({BY_HAND: True}), how_of({})
    ('reported', 'by_hand', 'detector')
    """
    if "reported" in evidence:
        return "reported"
    return "by_hand" if evidence.get(BY_HAND) else "detector"


class ToldCode(Struct, frozen=True, kw_only=True):
    """A code as a controller or a terminal told it; `raised_ms` is when. `incident` is the one it
    belongs to, None when it raised nothing."""

    id: str
    lift: str
    area: str
    estate: str
    raised_ms: int
    dialect: str
    code: str
    text: str = ""
    kind: str | None = None
    part: str
    report: str = ""
    closed_ms: int | None = None
    incident: str | None = None
    late: bool = False
    exercise: bool = False


class Closing(NamedTuple):
    """What was told is over: of which lift, which report, when."""

    lift: str
    report: str
    at_ms: int


class Heard(Struct, frozen=True, kw_only=True):
    """A visit that a terminal told has ended, and the lines of its list that were replaced.

    Who came is not kept here: what is asked of it is how long ago it was.
    """

    id: str
    lift: str
    area: str
    estate: str
    at_ms: int
    work: str = ""
    replaced: tuple[str, ...] = ()
    exercise: bool = False


class Replaced(Struct, frozen=True):
    """A line of a check list whose part was replaced on a lift."""

    lift: str
    item: str
    part: str
    at_ms: int


class FaultFilter(Struct, frozen=True, kw_only=True):
    """Which faults; what is empty is no condition. With `code` each telling of it is a row."""

    lift: str | None = None
    estate: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    severity: tuple[int, ...] = ()
    state: tuple[str, ...] = ()
    dialect: str | None = None
    code: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def of_code(self) -> bool:
        """Whether it asks for codes."""
        return self.code is not None or self.dialect is not None


class Fault(Struct, frozen=True, kw_only=True):
    """One fault. `before` is how often there was the like on this lift before, since `first_ms`.

    `own` says that the reader sees the incident itself, and not only the history of a lift that
    is under their contract now.
    """

    id: str
    raised_ms: int
    lift: str
    area: str
    estate: str
    how: How
    kind: str | None = None
    part: str
    incident: str | None = None
    own: bool = True
    opened_ms: int | None = None
    severity: int | None = None
    severity_max: int | None = None
    state: str | None = None
    cleared_ms: int | None = None
    late: bool = False
    exercise: bool = False
    occurrences: int = 1
    codes: tuple[ToldCode, ...] = ()
    arrived_ms: int | None = None
    resolved_ms: int | None = None
    rejected_ms: int | None = None
    cause: str | None = None
    inspection: str | None = None
    reason: str | None = None
    replaced: tuple[Replaced, ...] = ()
    again_ms: int | None = None
    before: int = 0
    first_ms: int | None = None

    @property
    def verdict(self) -> Verdict:
        """What came of it: by people's word, or by itself when nobody took it up; a code that
        raised nothing is noted, whether it was told to be over or not."""
        if self.rejected_ms is not None:
            return "rejected"
        if self.resolved_ms is not None:
            return "resolved"
        if self.state is None:
            return "noted"
        return "by_itself" if self.state == "closed" else "open"

    @property
    def back_after_ms(self) -> int | None:
        """How long after it was put right it came again, if that was within 30 days."""
        if self.resolved_ms is None or self.again_ms is None:
            return None
        after_ms = self.again_ms - self.resolved_ms
        return after_ms if after_ms <= BACK_MS else None


class FaultPage(NamedTuple):
    """Some faults, the newest first, and the place where the next page begins."""

    items: list[Fault]
    next: tuple[int, str] | None


class Fixed(Struct, frozen=True, array_like=True):
    """One incident that people put right: when, and when there was the next of its lift and kind.

    `raised_ms` is when it was raised; `again_ms` None: not again within 30 days.
    """

    incident: str
    lift: str
    estate: str
    kind: str
    raised_ms: int
    arrived_ms: int | None
    resolved_ms: int
    again_ms: int | None
    again: str | None
    unit: str | None

    @property
    def came_back(self) -> bool:
        """Whether it came again within 30 days."""
        return self.again_ms is not None and self.again_ms - self.resolved_ms <= BACK_MS


class FixRate(NamedTuple):
    """Of how many it is known whether they stayed right for 30 days, and how many did."""

    fixed: int
    judged: int
    stayed: int
    share: float | None
    low: float
    high: float
    arrival_s: float | None
    repair_s: float | None


def fix_rate(rows: Sequence[Fixed], *, now_ms: int) -> FixRate:
    """First-fix: the share that did not come again within 30 days, with its exact 95 % bounds.

    What was put right less than 30 days ago and has not come again is not judged yet. Arrival is
    from the raising, repair from the arrival; of each the median.

    >>> def one(resolved_ms: int, again_ms: int | None) -> Fixed:
    ...     return Fixed("i", "L", "e", "door_fault", 0, 60_000, resolved_ms, again_ms, None, None)
    >>> rate = fix_rate([one(120_000, None), one(120_000, 240_000)], now_ms=31 * DAY_MS)
    >>> rate.share, rate.arrival_s, rate.repair_s, fix_rate([one(0, None)], now_ms=0).judged
    (0.5, 60.0, 60.0, 0)
    """
    judged = [one for one in rows if one.came_back or now_ms - one.resolved_ms >= BACK_MS]
    stayed = sum(not one.came_back for one in judged)
    low, high = interval(stayed, len(judged))
    there = [one for one in rows if one.arrived_ms is not None]
    return FixRate(
        fixed=len(rows),
        judged=len(judged),
        stayed=stayed,
        share=stayed / len(judged) if judged else None,
        low=low,
        high=high,
        arrival_s=_median_s((one.arrived_ms or 0) - one.raised_ms for one in there),
        repair_s=_median_s(one.resolved_ms - (one.arrived_ms or 0) for one in there),
    )


class PartLife(NamedTuple):
    """How long parts of one kind last: times from one replacement to the next, in days.

    `median_days` is None while fewer than half have ended by what is known.
    """

    part: str
    item: str
    replaced: int
    lifts: int
    ended: int
    median_days: float | None


def part_lives(rows: Iterable[Replaced], *, now_ms: int) -> list[PartLife]:
    """By line of the list, those replaced most often first.

    A life begins with a replacement and ends with the next of that line on that lift; those that
    still last count as far as they have got (Kaplan and Meier, 1958). When what was there before
    the first replacement came into the lift nobody has told: it is no life.

    >>> day = DAY_MS
    >>> rows = [Replaced("L", "A-1-22", "door_operator", at * day) for at in (0, 100, 300)]
    >>> part_lives(rows, now_ms=350 * day)[0][2:]
    (3, 1, 2, 100.0)
    """
    moments: dict[tuple[str, str], dict[str, list[int]]] = {}
    for one in rows:
        by_lift = moments.setdefault((one.part, one.item), {})
        by_lift.setdefault(one.lift, []).append(one.at_ms)
    found = []
    for (part, item), by_lift in moments.items():
        lives = [life for times in by_lift.values() for life in _lives(sorted(times), now_ms)]
        ended = sum(over for _, over in lives)
        replaced = sum(map(len, by_lift.values()))
        found.append(PartLife(part, item, replaced, len(by_lift), ended, _median_life(lives)))
    return sorted(found, key=lambda one: (-one.replaced, one.part, one.item))


def _lives(times: Sequence[int], now_ms: int) -> list[tuple[int, bool]]:
    ended = [(after - before, True) for before, after in pairwise(times)]
    return [*ended, (max(now_ms - times[-1], 0), False)]


def _median_life(lives: Sequence[tuple[int, bool]]) -> float | None:
    """The days after which half have ended, by the product-limit estimate."""
    left, at_risk = 1.0, len(lives)
    for life_ms, over in sorted(lives, key=lambda one: (one[0], not one[1])):
        if over:
            left *= 1 - 1 / at_risk
            if left <= 0.5 + 1e-9:
                return round(life_ms / DAY_MS, 1)
        at_risk -= 1
    return None


def _median_s(spans: Iterable[int]) -> float | None:
    known = sorted(one for one in spans if one >= 0)
    return known[(len(known) + 1) // 2 - 1] / 1000 if known else None

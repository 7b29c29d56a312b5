"""How fast help came: by area, estate, unit, kind, cause or month, as the centres publish it.

Times count from `opened_at`. Response is until somebody had it, arrival until somebody was there,
release until all were out; on site is from arrival to release (domain 4.2). A move may have been
noted later than it happened: what counts is when it happened. Exercises and late history count
nowhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol, get_args

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, day_text, estate_day
from liftwatch.incidents.moves import Cause

By = Literal["month", "area", "estate", "unit", "kind", "cause"]
BY: tuple[By, ...] = get_args(By)
CAUSES: tuple[str, ...] = get_args(Cause)
RESPONSE_MS = 3 * MINUTE_MS
"""The published rate of response (domain 4.1)."""
ARRIVAL_MS = 30 * MINUTE_MS
"""The published rate of arrival (domain 4.1)."""
RELEASE_MS = 2 * HOUR_MS
"""From then on it is an accident in law (domain 4.1)."""
SPAN_MS_MAX = 5 * 366 * DAY_MS


class Rescue(Struct, frozen=True, array_like=True):
    """One incident and its moments, as far as they are known."""

    kind: str
    area: str
    estate: str
    unit: str | None
    cause: str | None
    opened_ms: int
    acknowledged_ms: int | None
    arrived_ms: int | None
    released_ms: int | None
    trapped: int | None
    injured: int | None
    without_help: bool | None


class Times(Struct, frozen=True, kw_only=True):
    """Of how many it is known, and in seconds; the share within its limit."""

    known: int
    mean_s: float | None = None
    median_s: float | None = None
    p90_s: float | None = None
    within: float | None = None


class Sum(Struct, frozen=True, kw_only=True):
    """A row of the statistics: one month, estate, ... by its name."""

    group: str
    events: int
    freed_without_help: int
    persons: int
    injured: int
    response: Times
    arrival: Times
    on_site: Times
    release: Times
    causes: dict[str, int]


class StatisticsReads(Protocol):
    """What statistics are made of."""

    def rescues(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Rescue]:
        """Incidents raised in between that people took up and did not reject.

        Late ones never; exercises only where the whole installation is one.
        """


def summed(rescues: Iterable[Rescue], *, by: By) -> list[Sum]:
    """One row a group, in order of its name; what is not known of one is the group `-`."""
    groups: dict[str, list[Rescue]] = {}
    for one in rescues:
        groups.setdefault(_GROUP[by](one), []).append(one)
    return [_sum(name, groups[name]) for name in sorted(groups)]


_GROUP: dict[By, Callable[[Rescue], str]] = {
    "month": lambda one: day_text(estate_day(one.opened_ms))[:7],
    "area": lambda one: one.area,
    "estate": lambda one: f"{one.area}/{one.estate}",
    "unit": lambda one: one.unit or "-",
    "kind": lambda one: one.kind,
    "cause": lambda one: one.cause or "-",
}


def _sum(name: str, rows: list[Rescue]) -> Sum:
    causes = Counter(one.cause for one in rows if one.cause is not None)
    helped = [one for one in rows if not one.without_help]
    return Sum(
        group=name,
        events=len(rows),
        freed_without_help=len(rows) - len(helped),
        persons=sum(one.trapped or 0 for one in rows),
        injured=sum(one.injured or 0 for one in rows),
        response=_times((_span(r.opened_ms, r.acknowledged_ms) for r in rows), RESPONSE_MS),
        arrival=_times((_span(r.opened_ms, r.arrived_ms) for r in helped), ARRIVAL_MS),
        on_site=_times((_span(r.arrived_ms, r.released_ms) for r in helped), None),
        release=_times((_span(r.opened_ms, r.released_ms) for r in rows), RELEASE_MS),
        causes={cause: causes[cause] for cause in CAUSES if causes[cause]},
    )


def _span(from_ms: int | None, to_ms: int | None) -> int | None:
    return None if from_ms is None or to_ms is None else to_ms - from_ms


def _times(spans: Iterable[int | None], limit_ms: int | None) -> Times:
    """Mean, median and 90th percentile (the nearest rank), and what share is within a limit.

    >>> _times([60_000, 120_000, None, 180_000, 240_000], 180_000)
    Times(known=4, mean_s=150.0, median_s=120.0, p90_s=240.0, within=0.75)
    >>> _times([None], 1)
    Times(known=0, mean_s=None, median_s=None, p90_s=None, within=None)
    """
    known = sorted(one for one in spans if one is not None)
    if not known:
        return Times(known=0)
    within = None if limit_ms is None else sum(one <= limit_ms for one in known) / len(known)
    return Times(
        known=len(known),
        mean_s=round(sum(known) / len(known) / 1000, 1),
        median_s=known[(len(known) + 1) // 2 - 1] / 1000,
        p90_s=known[-(-len(known) * 9 // 10) - 1] / 1000,
        within=within,
    )

"""What a party answered for and what happened meanwhile; figures, and the facts behind them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.care.scorecard_facts import Cared, Facts, Happened, Hold, Period, Timed
from liftwatch.clock import DAY_MS

GROUNDS_MAX = 200
"""So many facts of a measure can be opened from a card: those against the party first."""
YEAR_MS = 365.25 * DAY_MS
Thing = Literal["incident", "visit", "instruction", "complaint", "lift"]


class Ground(Struct, frozen=True, array_like=True):
    """A fact behind a number: where it can be opened, and whether it speaks for the party."""

    thing: Thing
    id: str
    lift: str | None
    at_ms: int
    good: bool
    disputed: bool = False


class Figure(Struct, frozen=True, kw_only=True):
    """A numerator and a denominator. `other` is the numerator if what is disputed were decided the
    other way, `other_total` the denominator then; `parts` are the shares by lift of a mean."""

    measure: str
    good: float = 0.0
    total: float = 0.0
    disputed: int = 0
    other: float = 0.0
    other_total: float | None = None
    parts: tuple[float, ...] = ()
    grounds: tuple[Ground, ...] = ()


class Grounds(NamedTuple):
    """What a party answered for, and its figures by measure."""

    holds: Sequence[Hold]
    figures: Mapping[str, Figure]


class Mine:
    """What one party answered for, in one period."""

    def __init__(self, facts: Facts, world: "World", holds: Sequence[Hold]) -> None:
        self.facts, self.world, self.holds = facts, world, holds
        self.period: Period = facts.period
        self.party, self.id = holds[0].party, holds[0].id
        self.spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for one in holds:
            self.spans[one.lift].append((one.from_ms, one.to_ms))

    def answers_for(self, lift: str | None, at_ms: int) -> bool:
        """Whether a lift was theirs at a moment."""
        return any(from_ms <= at_ms < to_ms for from_ms, to_ms in self.spans.get(lift or "", ()))

    def raised(self, kinds: Collection[str]) -> Iterator[Happened]:
        """Incidents of these kinds raised while a lift was theirs, in the period."""
        for lift in self.spans:
            for one in self.world.of_lift.get(lift, ()):
                here = self.answers_for(lift, one.raised_ms)
                if here and one.kind in kinds and self.period.holds(one.raised_ms):
                    yield one

    @property
    def years(self) -> float:
        """Lift-years."""
        return sum(one.to_ms - one.from_ms for one in self.holds) / YEAR_MS


class World:
    """The facts by what they are looked up by, once for all parties."""

    def __init__(self, facts: Facts) -> None:
        self.incidents = {one.id: one for one in facts.happened}
        self.of_lift: dict[str, list[Happened]] = defaultdict(list)
        for one in sorted(facts.happened, key=lambda one: one.raised_ms):
            self.of_lift[one.lift].append(one)
        self.cared: dict[str, list[Cared]] = defaultdict(list)
        for visit in sorted(facts.cared, key=lambda one: one.at_ms):
            self.cared[visit.lift].append(visit)
        self.timed: dict[str, list[tuple[Timed, Happened]]] = defaultdict(list)
        for clock in facts.timed:
            incident = self.incidents.get(clock.incident)
            if incident is not None:
                self.timed[incident.lift].append((clock, incident))


def cases(measure: str, grounds: Iterable[Ground]) -> Figure:
    """Of cases: which speak for the party, which are disputed; those against it are shown first."""
    every = list(grounds)
    good = sum(one.good for one in every)
    disputed = [one for one in every if one.disputed]
    other = good + sum(-1 if one.good else 1 for one in disputed)
    return Figure(
        measure=measure,
        good=good,
        total=len(every),
        disputed=len(disputed),
        other=other,
        grounds=shown(every),
    )


def against(measure: str, grounds: Iterable[Ground], *, total: float) -> Figure:
    """Of events that speak against the party, of so much; what was rejected is disputed and does
    not count."""
    every = list(grounds)
    counted = [one for one in every if not one.disputed]
    return Figure(
        measure=measure,
        good=len(counted),
        total=total,
        disputed=len(every) - len(counted),
        other=len(every),
        grounds=shown(every),
    )


def shown(grounds: Iterable[Ground]) -> tuple[Ground, ...]:
    """At most GROUNDS_MAX facts: those against the party first, then what is disputed."""
    order = sorted(grounds, key=lambda one: (one.good, not one.disputed, -one.at_ms, one.id))
    return tuple(order[:GROUNDS_MAX])

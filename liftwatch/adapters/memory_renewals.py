"""Scores as they were told, and people's estimates, in memory."""

from collections.abc import Callable, Collection
from typing import Any

from msgspec import structs

from liftwatch.care.renewal import Estimate
from liftwatch.care.risk import Score
from liftwatch.ports import Conflict
from liftwatch.said import Said


class RenewalState:
    """The newest score of each lift, and its estimates, the oldest first."""

    def __init__(self) -> None:
        self.scores: dict[str, Score] = {}
        self.estimates: dict[str, tuple[Estimate, ...]] = {}


class MemoryRenewalReads:
    """Fulfils `RenewalReads`."""

    _renewals: RenewalState

    def score_heads(self) -> dict[str, int]:
        """Of each lift of which a score was told the number of the newest."""
        return {lift: one.n for lift, one in self._renewals.scores.items()}

    def scores(self, lifts: Collection[str] | None = None) -> dict[str, Score]:
        """The newest score told of each lift; None: of all."""
        held = self._renewals.scores
        return {lift: one for lift, one in held.items() if lifts is None or lift in lifts}

    def estimates(self, lifts: Collection[str]) -> dict[str, Estimate]:
        """The newest estimate of each lift that has any."""
        held = self._renewals.estimates
        return {lift: rows[-1] for lift, rows in held.items() if lift in lifts}

    def estimates_of(self, lift: str, *, limit: int = 50) -> list[Estimate]:
        """All estimates of a lift, the newest first."""
        return list(self._renewals.estimates.get(lift, ())[::-1][:limit])


class MemoryRenewalWork:
    """Fulfils `RenewalWork`; each step says how it is undone."""

    _renewals: RenewalState
    _swap: Callable[[dict[str, Any], str, Any], None]

    def put_score(self, one: Score) -> None:
        """Insert number 1, replace the one whose number is one less; raises Conflict else."""
        known = self._renewals.scores.get(one.lift)
        if (0 if known is None else known.n) != one.n - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._swap(self._renewals.scores, one.lift, one)

    def add_estimate(self, one: Estimate) -> Estimate:
        """Append; the estimate with its number. Nothing changes it."""
        known = self._renewals.estimates.get(one.lift, ())
        made = structs.replace(one, n=len(known) + 1)
        self._swap(self._renewals.estimates, one.lift, (*known, made))
        return made

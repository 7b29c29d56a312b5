"""What is kept of scores and of estimates: the ports that write and read them."""

from collections.abc import Collection
from typing import Protocol

from liftwatch.care.renewal import Estimate
from liftwatch.care.risk import Score


class RenewalReads(Protocol):
    """The part of the books that tells of scores and estimates."""

    def score_heads(self) -> dict[str, int]:
        """Of each lift of which a score was told the number of the newest."""

    def scores(self, lifts: Collection[str] | None = None) -> dict[str, Score]:
        """The newest score told of each lift; None: of all."""

    def estimates(self, lifts: Collection[str]) -> dict[str, Estimate]:
        """The newest estimate of each lift that has any."""

    def estimates_of(self, lift: str, *, limit: int = 50) -> list[Estimate]:
        """All estimates of a lift, the newest first."""


class RenewalWork(Protocol):
    """The part of a transaction that writes them."""

    def put_score(self, one: Score) -> None:
        """Insert number 1, replace the one whose number is one less; raises Conflict else."""

    def add_estimate(self, one: Estimate) -> Estimate:
        """Append; the estimate with its number. Nothing changes it. Raises Conflict."""

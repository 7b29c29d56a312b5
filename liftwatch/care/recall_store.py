"""What the core needs of the store for recalls, as protocols."""

from collections.abc import Sequence
from typing import Protocol

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.recalls import Hit, Recall, RecallLift


class RecallReads(Protocol):
    """What is read of recalls.

    Somebody sees the lifts of a recall that they see, and those whose instruction lies with an
    organisation of theirs; a recall where they see one of its lifts, or issued it.
    """

    def recall(
        self, id: str, *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> Recall | None:
        """One of them."""

    def recalls(
        self,
        *,
        open_only: bool = False,
        limit: int = 50,
        after: tuple[int, str] | None = None,
        sight: Sight = EVERYTHING,
        organisations: Sequence[str] = (),
    ) -> list[Recall]:
        """The newest first, after a place (when it was issued, and its id)."""

    def recall_hits(
        self, ids: Sequence[str], *, sight: Sight = EVERYTHING, organisations: Sequence[str] = ()
    ) -> list[Hit]:
        """The lifts of some recalls, each with how its instruction stands, in order of both."""


class RecallWork(Protocol):
    """The part of a transaction that recalls."""

    def locked_recall(self, id: str) -> Recall | None:
        """One, locked against others until the transaction ends."""

    def put_recall(self, one: Recall) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else, and
        where another of the same authority asks the same and is open."""

    def held_hits(self, id: str) -> list[Hit]:
        """The lifts of one whose row is held."""

    def put_recall_lift(self, one: RecallLift) -> None:
        """Insert, or keep what has changed of a lift in a recall whose row is held."""

"""What people ended of alarms that latch: detection is told so, or it holds what was for ever.

An ending is kept with the move that made it, for every claim that the incidents had heard of
then: a claim they have not heard of is another event, and stays. It is found again by whoever
still holds the claim, so that a crash between the two, of either side, loses nothing.
"""

from collections.abc import Collection
from typing import NamedTuple, Protocol

from msgspec import Struct

from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.kinds import BY_NAME


class Claimed(NamedTuple):
    """A claim that detection holds up: of which lift, of which kind, since when."""

    lift: str
    kind: str
    opened_ms: int


class Ending(Struct, frozen=True, array_like=True):
    """A claim that people ended, and when they did, by our clock."""

    lift: str
    kind: str
    opened_ms: int
    at_ms: int


class EndingReads(Protocol):
    """What detection asks."""

    def endings_of(self, claims: Collection[Claimed]) -> list[Ending]:
        """Those of some claims that people have ended."""


class EndingWork(Protocol):
    """The part of a transaction in which people end alarms that latch."""

    def end_claims(self, lift: str, kind: str, *, at_ms: int) -> None:
        """Keep that whatever detection has claimed of a lift and kind is over."""

    def is_ended(self, claim: Claimed) -> bool:
        """Whether people ended this claim."""


def ended_by_move(before: Incident, after: Incident) -> bool:
    """Whether a move of people ended an alarm that would else stand until they do.

    >>> one = Incident(id="i", kind="overspeed", severity=1, severity_max=1, opened_ms=0,
    ...     raised_ms=0, area="320583", estate="garden", lift="L-1")
    >>> from msgspec.structs import replace
    >>> ended_by_move(one, replace(one, state="rejected", alarm="cleared")), ended_by_move(one, one)
    (True, False)
    """
    ended = before.alarm == "raised" and after.alarm == "cleared"
    return ended and after.lift is not None and BY_NAME[after.kind].latches


def claim_of(change: AlarmChange) -> Claimed | None:
    """The claim a change is of, where people may have ended it."""
    if change.lift is None or change.late or not BY_NAME[change.kind].latches:
        return None
    return Claimed(change.lift, change.kind, change.opened_ms)

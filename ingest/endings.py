"""Tells the detectors which of their latched alarms people ended: by way of the journal, so that
it has a place among the messages and is read again in that place after a crash.
"""

from collections.abc import Callable, Collection, Sequence

import msgspec

from ingest.notes import ENDED
from liftwatch import clock
from liftwatch.incidents.endings import Claimed, Ending
from liftwatch.ports import Books

AGAIN_S = 60.0
"""What detection has not taken by then is told once more; twice is once."""


class Endings:
    """Compares what detection holds up with what people have ended.

    `claims` tells which latched alarms this process's detectors hold up: it asks for its own
    alone, and what stands after a restart is asked for again.
    """

    def __init__(
        self,
        books: Books,
        *,
        claims: Callable[[], Collection[Claimed]],
        take: Callable[[Sequence[tuple[str, bytes]]], None],
    ) -> None:
        self._books, self._claims, self._take = books, claims, take
        self._told: dict[Claimed, float] = {}

    def step(self) -> int:
        """Put what is new into the journal; how many endings. Raises StoreUnavailable."""
        now_s, standing = clock.monotonic_s(), self._claims()
        if not standing:
            return 0
        self._told = {claim: at_s for claim, at_s in self._told.items() if claim in standing}
        due = [
            ending
            for ending in self._books.endings_of(standing)
            if now_s - self._told.get(_claim(ending), -AGAIN_S) >= AGAIN_S
        ]
        if due:
            self._take([(ENDED, msgspec.msgpack.encode(ending)) for ending in due])
            self._told |= {_claim(ending): now_s for ending in due}
        return len(due)


def _claim(ending: Ending) -> Claimed:
    return Claimed(ending.lift, ending.kind, ending.opened_ms)

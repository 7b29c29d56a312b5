"""Tells the detectors how risky a lift is held to be: by way of the journal, so that it has a place
among the messages and is read again in that place after a crash.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from ingest.notes import SCORED
from liftwatch import clock
from liftwatch.ports import Books

AGAIN_S = 60.0
"""What detection has not taken by then is told once more; each has a number: twice is once."""
AT_ONCE = 500


class Scores:
    """Compares the newest score of each lift with the one that detection has heard of.

    `heard` tells the number of the newest that each lift heard; only the newest one matters.
    """

    def __init__(
        self,
        books: Books,
        *,
        heard: Callable[[], Mapping[str, int]],
        take: Callable[[Sequence[tuple[str, bytes]]], None],
    ) -> None:
        self._books, self._heard, self._take = books, heard, take
        self._told: dict[str, tuple[int, float]] = {}

    def step(self) -> int:
        """Put what is new into the journal; of how many lifts. Raises StoreUnavailable."""
        now_s, heard = clock.monotonic_s(), self._heard()
        heads = self._books.score_heads()
        new = [
            lift
            for lift, n in sorted(heads.items())
            if n > heard.get(lift, n) and self._is_due(lift, n, now_s)
        ]
        scores = self._books.scores(new[:AT_ONCE]) if new else {}
        for lift, one in scores.items():
            self._told[lift] = (one.n, now_s)
        if scores:
            self._take([(SCORED, msgspec.msgpack.encode(one)) for one in scores.values()])
        return len(scores)

    def _is_due(self, lift: str, n: int, now_s: float) -> bool:
        told, at_s = self._told.get(lift, (0, now_s))
        return told < n or now_s - at_s >= AGAIN_S

"""Tells the detectors what people entered of lifts: by way of the journal, so that it has a place
among the messages and is read again in that place after a crash.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from ingest.notes import ENTERED, Entered
from liftwatch import clock
from liftwatch.ports import Books

AGAIN_S = 60.0
"""What detection has not taken by then is told once more; twice is once."""
AT_ONCE = 500


class Entries:
    """Compares what the register holds with what detection goes by.

    `versions` tells by which version of its record detection judges each lift it has heard of.
    """

    def __init__(
        self,
        books: Books,
        *,
        versions: Callable[[], Mapping[str, int]],
        take: Callable[[Sequence[tuple[str, bytes]]], None],
    ) -> None:
        self._books, self._versions, self._take = books, versions, take
        self._told: dict[str, tuple[int, float]] = {}

    def step(self) -> int:
        """Put what is new into the journal; of how many lifts. Raises StoreUnavailable."""
        now_s, taken = clock.monotonic_s(), self._versions()
        entered = self._books.entered_versions()
        wanted = [lift for lift, version in taken.items() if entered.get(lift, 0) != version]
        new = [lift for lift in sorted(wanted) if self._is_due(lift, entered.get(lift, 0), now_s)]
        notes = []
        for lift in new[:AT_ONCE]:
            record = self._books.record_of(lift)
            if record is not None:
                self._told[lift] = (record.version, now_s)
                notes.append(Entered(lift, record.version, record.known.entered))
        if notes:
            self._take([(ENTERED, msgspec.msgpack.encode(note)) for note in notes])
        return len(notes)

    def _is_due(self, lift: str, version: int, now_s: float) -> bool:
        told, at_s = self._told.get(lift, (None, now_s))
        return told != version or now_s - at_s >= AGAIN_S

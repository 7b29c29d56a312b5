"""Tells the detectors what people entered of lifts: by way of the journal, so that it has a place
among the messages and is read again in that place after a crash.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from ingest.notes import ENTERED, Entered
from liftwatch import clock
from liftwatch.ports import Books, StoreUnavailable

log = structlog.get_logger()

LOOK_S = 5.0
AGAIN_S = 60.0
"""What detection has not taken by then is told once more; twice is once."""
AT_ONCE = 500


class Entries:
    """A thread that compares what the register holds with what detection goes by.

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
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="entries", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.step()
            except StoreUnavailable as error:
                log.warning("what people enter of lifts is not looked up", reason=str(error))

    def step(self) -> int:
        """Put what is new into the journal; of how many lifts."""
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

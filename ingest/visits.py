"""Tells the detectors of visits entered in the console: by way of the journal, so that each has a
place among the messages and is read again in that place after a crash.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from detectors.fleet import Fleet
from ingest.notes import VISITED
from liftwatch import clock
from liftwatch.care.phases import Phase
from liftwatch.incidents.incident import AlarmChange
from liftwatch.ports import Books

log = structlog.get_logger()

AGAIN_S = 60.0
"""What detection has not taken by then is told once more; each has a number: twice is once."""
AT_ONCE = 500


def take_visit(fleet: Fleet, phase: Phase, *, received_ms: int) -> list[AlarmChange]:
    """What a phase changes; what ends in an error is logged, and everything else goes on."""
    try:
        return fleet.visit(phase, received_ms=received_ms)
    except Exception:
        log.exception("a visit ended in an error", lift=phase.lift, visit=phase.visit)
        return []


class Visits:
    """Compares the phases that are kept of each lift with those that detection has heard.

    `heard` tells the newest phase heard of each lift that detection knows.
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
        """Put what is new into the journal; how many phases. Raises StoreUnavailable."""
        now_s, heard = clock.monotonic_s(), self._heard()
        notes = []
        for lift, head in sorted(self._books.phase_heads().items()):
            known = heard.get(lift)
            if known is None or known >= head:
                continue
            told, at_s = self._told.get(lift, (known, now_s))
            after = known if now_s - at_s >= AGAIN_S else max(known, told)
            phases = self._books.phases(lift, after=after) if after < head else []
            if phases:
                self._told[lift] = (phases[-1].n, now_s)
                notes += phases
            if len(notes) >= AT_ONCE:
                break
        if notes:
            self._take([(VISITED, msgspec.msgpack.encode(one)) for one in notes])
        return len(notes)

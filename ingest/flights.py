"""How far each canary on its way has come, and what that says about the way.

Told by whoever sees one pass, in any thread. It holds no more than the newest `FLIGHTS_MAX`.
"""

import threading
from collections.abc import Collection, Sequence
from typing import Literal, get_args

from msgspec import Struct, field

from ingest.decode import Publication
from liftwatch import clock
from liftwatch.telemetry.messages import Message

FLIGHTS_MAX = 120
"""Ten minutes at the default period: what is older is no news of whether anything comes through."""

Stage = Literal["published", "acknowledged", "journaled", "judged", "stored", "noted"]
STAGES: tuple[Stage, ...] = get_args(Stage)
SIDE_BY_SIDE: frozenset[Stage] = frozenset({"judged", "stored"})
"""Detection and relay read the journal each by itself."""


class Flight(Struct):
    """One canary on its way: when it left, by the steady clock, and the stages it has passed."""

    seq: int
    payload: bytes
    at_ms: int
    left_s: float
    stages: set[Stage] = field(default_factory=set)


class Flights:
    """The canaries of one process since it began; `boot` tells them from all others."""

    def __init__(self, *, topic: str, terminal: str, boot: str) -> None:
        self.topic, self.terminal, self.boot = topic, terminal, boot
        self._lock = threading.Lock()
        self._flights: dict[int, Flight] = {}
        self._newest_s = clock.monotonic_s()
        self.round_trip_s: float | None = None
        self.news = threading.Event()

    def leave(self, flight: Flight) -> None:
        """One sets off."""
        with self._lock:
            self._flights[flight.seq] = flight
            while len(self._flights) > FLIGHTS_MAX:
                del self._flights[min(self._flights)]

    def reached(self, seq: int, stage: Stage) -> None:
        """One has passed a stage; `news` is set when it only has to be noted."""
        with self._lock:
            flight = self._flights.get(seq)
            if flight is None:
                return
            flight.stages.add(stage)
            if flight.stages >= SIDE_BY_SIDE:
                self.news.set()

    def journaled(self, publications: Sequence[Publication]) -> None:
        """Look for ours among what was synced."""
        payloads = {one.payload for one in publications if one.topic == self.topic}
        with self._lock:
            for flight in self._flights.values():
                if flight.payload in payloads:
                    flight.stages.add("journaled")

    def judged(self, message: Message) -> None:
        """Detection has seen a canary."""
        if self._is_ours(message):
            self.reached(message.seq, "judged")

    def stored(self, message: Message) -> None:
        """A canary is in the telemetry store."""
        if self._is_ours(message):
            self.reached(message.seq, "stored")

    def _is_ours(self, message: Message) -> bool:
        return (message.terminal, message.boot) == (self.terminal, self.boot)

    def to_note(self) -> Flight | None:
        """The newest that has passed all but the last stage, and has not been noted."""
        self.news.clear()
        with self._lock:
            ready = [f for f in self._flights.values() if f.stages >= SIDE_BY_SIDE]
        return max(ready, key=lambda flight: flight.seq, default=None)

    def through(self, flight: Flight, now_s: float) -> None:
        """It has come the whole way; it and what left before are no more waited for."""
        with self._lock:
            self._newest_s = flight.left_s
            self.round_trip_s = now_s - flight.left_s
            for seq in [seq for seq in self._flights if seq <= flight.seq]:
                del self._flights[seq]

    def age_s(self, now_s: float) -> float:
        """How long ago the newest that has come through set off."""
        return now_s - self._newest_s

    def standing(self) -> tuple[Stage | None, tuple[Stage, ...]]:
        """The furthest stage that any on their way has reached, and which come next and lack."""
        with self._lock:
            reached = {stage for flight in self._flights.values() for stage in flight.stages}
        return furthest(reached), lacking(reached)


def furthest(reached: Collection[Stage]) -> Stage | None:
    """The last of these on the way.

    >>> furthest({"published", "acknowledged"}), furthest(())
    ('acknowledged', None)
    """
    return next((stage for stage in reversed(STAGES) if stage in reached), None)


def lacking(reached: Collection[Stage]) -> tuple[Stage, ...]:
    """The first stage that is not among these; both of two that go side by side.

    >>> lacking({"published"}), lacking({"published", "acknowledged", "journaled"})
    (('acknowledged',), ('judged', 'stored'))
    >>> lacking({"published", "acknowledged", "journaled", "judged"})
    ('stored',)
    """
    rest = [stage for stage in STAGES if stage not in reached]
    if rest and rest[0] in SIDE_BY_SIDE:
        return tuple(stage for stage in rest if stage in SIDE_BY_SIDE)
    return tuple(rest[:1])

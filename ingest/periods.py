"""How often a terminal speaks: what the contract asks of each kind, per lift."""

from collections import deque
from collections.abc import Iterable, Iterator

from liftwatch.clock import MINUTE_MS, SECOND_MS, rfc3339
from liftwatch.telemetry.messages import Door, Message, State

Verdict = tuple[str, str | None]
"""A clause, and how it was broken, or None."""

SLACK = 1.25  # of a period: timers of small computers, and a busy moment
PERIODS_MS = {"state": MINUTE_MS, "counters": 15 * MINUTE_MS, "health": 5 * MINUTE_MS}
HELD_MS = 10 * SECOND_MS
RATE_STATES, RATE_MS = 11, 4_500
"""Ten gaps between states of a moving car take 5 s, less what a clock's rounding makes of it."""


class Periods:
    """Remembers when each lift last said each kind, by the time of its events."""

    def __init__(self) -> None:
        self._last_ms: dict[tuple[str, str], int] = {}
        self._moving: dict[str, deque[int]] = {}
        self._held: dict[str, tuple[int, Door]] = {}

    def hear(self, message: Message) -> Iterator[Verdict]:
        """What one message tells of how often its kind is said."""
        lift, kind, at_ms = message.lift, message.kind, message.stored_ms
        if kind in PERIODS_MS:
            before_ms = self._last_ms.get((lift, kind))
            self._last_ms[lift, kind] = max(at_ms, before_ms or at_ms)
            if before_ms is not None and at_ms >= before_ms:
                yield kind, _too_long(kind, lift, before_ms=before_ms, at_ms=at_ms)
        if isinstance(message.body, State):
            yield from self._hear_rate(lift, at_ms, message.body)
        if isinstance(message.body, Door):
            yield from self._hear_door(lift, at_ms, message.body)

    def _hear_rate(self, lift: str, at_ms: int, state: State) -> Iterator[Verdict]:
        moments = self._moving.setdefault(lift, deque(maxlen=RATE_STATES))
        if state.car != "moving":
            moments.clear()
            return
        moments.append(at_ms)
        if len(moments) == RATE_STATES:
            span_ms = moments[-1] - moments[0]
            how = f"{lift}: {RATE_STATES} states within {span_ms} ms until {rfc3339(at_ms)}"
            yield "state rate", how if 0 <= span_ms < RATE_MS else None
            if 0 <= span_ms < RATE_MS:
                moments.clear()

    def _hear_door(self, lift: str, at_ms: int, door: Door) -> Iterator[Verdict]:
        before = self._held.pop(lift, None)
        if door.result == "held":
            self._held[lift] = (at_ms, door)
        if before is None or before[1].opened_at != door.opened_at or at_ms < before[0]:
            return
        gap_ms = at_ms - before[0]
        how = f"{lift}: {gap_ms / SECOND_MS:.0f} s without word until {rfc3339(at_ms)}"
        yield "door", how if gap_ms > HELD_MS * SLACK else None

    def finish(self, lifts: Iterable[str], listened_s: float) -> Iterator[Verdict]:
        """What was never said although there was time for it."""
        for lift in sorted(lifts):
            for kind, period_ms in PERIODS_MS.items():
                patience_s = period_ms * SLACK / SECOND_MS
                if (lift, kind) not in self._last_ms and listened_s > patience_s:
                    yield kind, f"{lift}: none in {listened_s:.0f} s"


def _too_long(kind: str, lift: str, *, before_ms: int, at_ms: int) -> str | None:
    gap_ms = at_ms - before_ms
    if gap_ms <= PERIODS_MS[kind] * SLACK:
        return None
    return f"{lift}: {gap_ms / SECOND_MS:.0f} s without one until {rfc3339(at_ms)}"

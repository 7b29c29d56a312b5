"""Doors that do not open, or do not close, in time."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector, soonest
from detectors.view import SILENT_MS, View
from liftwatch.clock import SECOND_MS, to_ms
from liftwatch.telemetry.messages import Door, Message, State

SLOW_S = 15.0  # a controller gives up after 15 s, three times (domain 1.6, contract section 2)
SLOW_TIMES = 3
STUCK_S = 30.0  # once is enough (contract, section 2)
GOOD_CYCLES = 10  # to clear (domain, section 10: DOR-1)

PARTS = ("opening", "closing")


def is_obstructed(door: Door) -> bool:
    """Tell whether something stood in the closing door: that is no fault of the door."""
    return (door.obstructed_s or 0.0) > 0


def part_s(door: Door, part: str) -> float | None:
    """How long a part of the cycle took, as far as a timeout or a time tells.

    >>> said = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> part_s(Door(**said, result="timeout_opening"), "opening")
    15.0
    >>> part_s(Door(**said, result="closed", close_s=3.1), "opening") is None
    True
    """
    told = door.open_s if part == "opening" else door.close_s
    if door.result == f"timeout_{part}":
        return max(told or 0.0, SLOW_S)
    return told


class DoorFault(Detector):
    """Not open or not closed within 15 s three times running, or once within 30 s.

    Heard from the record of each cycle, and from the state while it lasts; a cycle told both ways
    counts once. It clears after ten good cycles. A blocked door is not a faulty one.
    """

    name = "door_fault"
    kinds = ("door_fault",)
    hears = ("door", "state")
    needs = ("door record, or car_door",)

    slow: dict[str, int] = {}
    slow_from_ms: dict[str, int] = {}
    part: str | None = None
    since_ms: int | None = None
    told_ms: int | None = None
    counted_ms: int | None = None
    good: int = 0
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Count a cycle, or follow the leaf."""
        if isinstance(message.body, Door):
            return self._hear_door(message.body, message.at_ms)
        now = view.newest(message)
        if now is None:
            return ()
        self._hear_state(now.state, now.at_ms)
        return self.tick(now.at_ms, view) if self.part is not None else ()

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See whether the leaf has been on its way for too long, by a state that still says so."""
        if self.part is None or self.since_ms is None or not view.is_seen(self.since_ms):
            return ()
        lasting_s = (now_ms - self.since_ms) / 1000
        claims: list[Claim] = []
        if lasting_s >= SLOW_S and self.counted_ms is None:
            self.counted_ms = self.since_ms
            at_ms = self.since_ms + int(SLOW_S * SECOND_MS)
            claims += self._slow(self.part, began_ms=self.since_ms, at_ms=at_ms, took_s=SLOW_S)
        if lasting_s >= STUCK_S:
            at_ms = self.since_ms + int(STUCK_S * SECOND_MS)
            claims += self._raise(self.part, opened_ms=self.since_ms, at_ms=at_ms, took_s=STUCK_S)
        return claims

    def due_ms(self, after_ms: int) -> int | None:
        """When the leaf will have been slow, or stuck."""
        if self.part is None or self.since_ms is None or self.raised:
            return None
        limits = (self.since_ms + int(limit_s * SECOND_MS) for limit_s in (SLOW_S, STUCK_S))
        return soonest(limits, after_ms=after_ms)

    def _hear_state(self, state: State, at_ms: int) -> None:
        door = state.car_door
        if door is None or door == "unknown":
            return
        part = door if door in PARTS else None
        silent = at_ms - (self.told_ms or at_ms) > SILENT_MS  # it may have arrived meanwhile
        self.told_ms = at_ms
        if part != self.part or silent:
            arrived = (self.part, door) in {("opening", "open"), ("closing", "closed")}
            if self.part is not None and arrived and self.counted_ms is None:
                self.slow.pop(self.part, None)
            self.part, self.since_ms, self.counted_ms = part, at_ms if part else None, None

    def _hear_door(self, door: Door, at_ms: int) -> Iterable[Claim]:
        claims: list[Claim] = []
        began_ms = to_ms(door.opened_at) if door.opened_at else at_ms
        bad = False
        for part in PARTS:
            took_s = part_s(door, part)
            if took_s is None or (part == "closing" and is_obstructed(door)):
                continue
            timed_out = door.result == f"timeout_{part}"
            if not timed_out and took_s <= SLOW_S:
                self.slow.pop(part, None)
                continue
            bad = True
            if took_s >= STUCK_S:
                claims += self._raise(part, opened_ms=began_ms, at_ms=at_ms, took_s=took_s)
            elif not self._told_by_state(began_ms, at_ms):
                claims += self._slow(part, began_ms=began_ms, at_ms=at_ms, took_s=took_s)
        return [*claims, *self._count_good(door, at_ms, bad=bad)]

    def _told_by_state(self, began_ms: int, at_ms: int) -> bool:
        counted = self.counted_ms
        return counted is not None and began_ms - SECOND_MS <= counted <= at_ms

    def _slow(self, part: str, *, began_ms: int, at_ms: int, took_s: float) -> list[Claim]:
        self.good = 0
        self.slow[part] = self.slow.get(part, 0) + 1
        if self.slow[part] == 1:
            self.slow_from_ms[part] = began_ms
        if self.slow[part] < SLOW_TIMES:
            return []
        opened_ms = self.slow_from_ms.get(part, began_ms)
        return self._raise(part, opened_ms=opened_ms, at_ms=at_ms, took_s=took_s)

    def _raise(self, part: str, *, opened_ms: int, at_ms: int, took_s: float) -> list[Claim]:
        self.good = 0
        if self.raised:
            return []
        self.raised = True
        evidence = {
            "part": part,
            "took_s": took_s,
            "times": self.slow.get(part, 1),
            "limit_s": STUCK_S if took_s >= STUCK_S else SLOW_S,
        }
        return [
            Claim(
                kind="door_fault",
                edge="raised",
                at_ms=at_ms,
                opened_ms=opened_ms,
                evidence=evidence,
            )
        ]

    def _count_good(self, door: Door, at_ms: int, *, bad: bool) -> list[Claim]:
        if bad or door.result != "closed":
            return []
        self.good += 1
        if not self.raised or self.good < GOOD_CYCLES:
            return []
        self.raised = False
        return [Claim(kind="door_fault", edge="cleared", at_ms=at_ms)]

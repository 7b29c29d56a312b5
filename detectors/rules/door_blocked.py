"""A door held or obstructed for long: a matter of use, not of the door."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.moment import Moment
from detectors.view import SILENT_MS, View
from liftwatch.clock import SECOND_MS, to_ms
from liftwatch.telemetry.messages import Door, Message

OPEN_S = 300.0  # contract, section 2
REOPENS = 20  # the device default of door-blocked counters (domain 1.6)


class DoorBlocked(Detector):
    """Open for 300 s in normal mode, or 20 reopenings at one stop; it clears when closed.

    Where nobody tells the service mode it cannot tell.
    """

    name = "door_blocked"
    kinds = ("door_blocked",)
    hears = ("state", "door")
    needs = ("service_mode", "doors_closed or car_door, or door record")

    open_ms: int | None = None
    told_ms: int = 0
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow the doors."""
        if isinstance(message.body, Door):
            return self._hear_door(message.body, message.at_ms, view)
        now = view.newest(message)
        return () if now is None else self._hear_state(now, view)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See whether the doors have stood open for too long."""
        if self.open_ms is None or self.raised or view.mode != "normal":
            return ()
        due_ms = self.open_ms + int(OPEN_S * SECOND_MS)
        if now_ms < due_ms or view.is_silent(due_ms):
            return ()
        return self._raise(self.open_ms, due_ms, {"open_s": OPEN_S, "limit_s": OPEN_S})

    def due_ms(self, after_ms: int) -> int | None:
        """When the doors will have stood open for too long."""
        if self.open_ms is None or self.raised:
            return None
        due_ms = self.open_ms + int(OPEN_S * SECOND_MS)
        return due_ms if due_ms > after_ms else None

    def _hear_state(self, now: Moment, view: View) -> Iterable[Claim]:
        if self.open_ms is not None and now.at_ms - self.told_ms > SILENT_MS:
            self.open_ms = None  # it may have closed meanwhile
        self.told_ms = now.at_ms
        if now.closed is True:
            self.open_ms = None
            return self._clear(now.at_ms)
        mode = now.state.service_mode
        if mode is not None and mode != "normal":
            self.open_ms = None  # the time counts in normal mode only
        elif now.closed is False and mode == "normal" and self.open_ms is None:
            self.open_ms = now.at_ms
        return self.tick(now.at_ms, view)

    def _hear_door(self, door: Door, at_ms: int, view: View) -> Iterable[Claim]:
        if (door.reopens or 0) >= REOPENS and view.mode == "normal":
            opened_ms = to_ms(door.opened_at) if door.opened_at else at_ms
            return self._raise(opened_ms, at_ms, {"reopens": door.reopens, "limit": REOPENS})
        if door.result == "held" and door.opened_at and view.mode == "normal":
            opened_ms = to_ms(door.opened_at)
            if view.mode_ms is not None and opened_ms < view.mode_ms:
                return ()
            self.open_ms = opened_ms if self.open_ms is None else min(self.open_ms, opened_ms)
            return self.tick(at_ms, view)
        if door.result == "closed":
            self.open_ms = None
            return self._clear(at_ms)
        return ()

    def _raise(self, opened_ms: int, at_ms: int, evidence: dict[str, object]) -> Iterable[Claim]:
        if self.raised:
            return ()
        self.raised = True
        return (
            Claim(
                kind="door_blocked",
                edge="raised",
                at_ms=at_ms,
                opened_ms=opened_ms,
                evidence=evidence,
            ),
        )

    def _clear(self, at_ms: int) -> Iterable[Claim]:
        if not self.raised:
            return ()
        self.raised = False
        return (Claim(kind="door_blocked", edge="cleared", at_ms=at_ms),)

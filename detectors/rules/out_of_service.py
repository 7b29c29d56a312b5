"""A lift that nobody can use, although nobody planned it so."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector, soonest
from detectors.moment import Moment, is_moving
from detectors.rules.button_dead import name_of
from detectors.view import View
from liftwatch.clock import MINUTE_MS, to_ms
from liftwatch.telemetry.messages import Button, Message, Ride, State

OUT_MS = 10 * MINUTE_MS  # contract, section 2
CALLED_MS = 15 * MINUTE_MS  # contract, section 2
BACK_MS = 1 * MINUTE_MS  # in normal service again; a ride says so sooner [our choice]
BLIND_MS = 10 * MINUTE_MS  # silence after which we are blind for a lift (contract, section 2)
CALLS_MAX = 300


class OutOfService(Detector):
    """Mode `out_of_service` for 10 minutes, or called, able and not moving for 15.

    Severity 2 where the unit has no other lift. It clears with a ride, or after a minute back in
    normal mode. Calls made before the car last moved do not count, for they may have been served;
    and whether a silent lift moves nobody can tell.
    """

    name = "out_of_service"
    kinds = ("out_of_service",)
    hears = ("state", "button", "ride")
    needs = ("service_mode, or button edges with movement",)

    out_ms: int | None = None
    back_ms: int | None = None
    calls: dict[str, int] = {}
    raised_by: str | None = None
    opened_ms: int = 0

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow mode, calls and movement."""
        body = message.body
        if isinstance(body, Button):
            self._hear_button(body, view)
        elif isinstance(body, Ride):
            return self._moved(message.at_ms)
        elif isinstance(body, State) and (now := view.newest(message)) is not None:
            return self._hear_state(now, view)
        return ()

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Judge by the time that has passed."""
        if self.raised_by is None:
            if view.is_planned(now_ms):
                return ()
            if self.out_ms is not None and now_ms >= self.out_ms + OUT_MS:
                return self._raise("mode", view, since_ms=self.out_ms, lasting_ms=OUT_MS)
            called_ms = min(self.calls.values(), default=None)
            blind = view.unheard_ms(now_ms) > BLIND_MS
            if called_ms is not None and now_ms >= called_ms + CALLED_MS and not blind:
                return self._raise("called", view, since_ms=called_ms, lasting_ms=CALLED_MS)
        elif self.back_ms is not None and now_ms >= self.back_ms + BACK_MS:
            return self._clear(self.back_ms + BACK_MS)
        return ()

    def due_ms(self, after_ms: int) -> int | None:
        """The next moment at which one of the rules has lasted."""
        if self.raised_by is not None:
            back = None if self.back_ms is None else self.back_ms + BACK_MS
            return soonest([back], after_ms=after_ms)
        if self.out_ms is None and not self.calls:
            return None
        out = None if self.out_ms is None else self.out_ms + OUT_MS
        called = min(self.calls.values()) + CALLED_MS if self.calls else None
        return soonest([out, called], after_ms=after_ms)

    def _hear_state(self, now: Moment, view: View) -> Iterable[Claim]:
        at_ms, mode = now.at_ms, now.state.service_mode
        if now.moving and self.calls:
            self.calls = {}
        if mode is None or mode == "unknown":
            return ()
        if mode != "out_of_service" or view.is_planned(at_ms):
            self.out_ms = None
        elif self.out_ms is None:
            self.out_ms = at_ms
        if mode != "normal":
            self.calls, self.back_ms = {}, None
        elif now.moving and self.raised_by == "called":
            return self._moved(at_ms)
        elif self.raised_by == "mode" and self.back_ms is None:
            self.back_ms = at_ms
        return ()

    def _hear_button(self, button: Button, view: View) -> None:
        for edge in button.edges or ():
            if edge.at is None or edge.button != "floor":
                continue
            at_ms, key = to_ms(edge.at), name_of(edge)
            if edge.edge == "cancelled":
                self.calls.pop(key, None)
            elif edge.edge == "registered" and self._counts(at_ms, view):
                self.calls.setdefault(key, at_ms)

    def _counts(self, at_ms: int, view: View) -> bool:
        able = view.mode == "normal" and not (view.state and is_moving(view.state))
        if view.is_overtaken(at_ms):  # it may have been answered in what was told before
            return False
        return able and at_ms > (view.moved_ms or 0) and len(self.calls) < CALLS_MAX

    def _moved(self, at_ms: int) -> Iterable[Claim]:
        self.calls = {}
        if self.raised_by == "called" or self.back_ms is not None:
            return self._clear(at_ms)
        return ()

    def _raise(self, by: str, view: View, *, since_ms: int, lasting_ms: int) -> Iterable[Claim]:
        self.raised_by, self.opened_ms, self.back_ms = by, since_ms, None
        only = view.facts.only_lift_of_unit is True
        evidence = {"by": by, "limit_s": lasting_ms // 1000, "only_lift_of_unit": only}
        return (
            Claim(
                kind="out_of_service",
                edge="raised",
                at_ms=since_ms + lasting_ms,
                opened_ms=since_ms,
                severity=2 if only else 3,
                evidence=evidence,
            ),
        )

    def _clear(self, at_ms: int) -> Iterable[Claim]:
        if self.raised_by is None:
            return ()
        self.raised_by = self.back_ms = None
        return (
            Claim(kind="out_of_service", edge="cleared", at_ms=at_ms, opened_ms=self.opened_ms),
        )

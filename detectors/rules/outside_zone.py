"""An empty car that stands between landings, with its safety chain open or closed."""

from collections.abc import Iterable
from typing import Literal

from msgspec import field

from detectors.contract import Claim, Detector, soonest
from detectors.lasting import Span
from detectors.moment import Moment
from detectors.view import View
from liftwatch.clock import SECOND_MS
from liftwatch.telemetry.messages import Message

LASTING_MS = 60 * SECOND_MS  # contract, section 2
KIND: dict[bool, Literal["safety_chain_open", "stopped_outside_zone"]] = {
    True: "safety_chain_open",
    False: "stopped_outside_zone",
}


class OutsideZone(Detector):
    """Stopped off the door zone for 60 s and nobody inside; the chain decides which kind.

    With people inside, or nobody knowing, it is a matter of `entrapment`. It clears when the car
    is in a door zone again, and as one kind when it becomes the other.
    """

    name = "outside_zone"
    kinds = ("safety_chain_open", "stopped_outside_zone")
    hears = ("state",)
    needs = ("car or speed_mps", "in_door_zone", "occupied or people")

    chain_open: Span = field(default_factory=Span)
    chain_closed: Span = field(default_factory=Span)
    unsure: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow where the car stands."""
        now = view.newest(message)
        if now is None:
            return ()
        if now.state.in_door_zone is not False:
            if self.chain_open.since_ms is None and self.chain_closed.since_ms is None:
                return ()
            return self._end(now) if now.state.in_door_zone else ()
        return self._outside(now, view)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See whether it has stood for long enough, and is known to be empty."""
        ripe = [
            (is_open, span, due_ms)
            for is_open, span in self._spans()
            if not span.raised
            and (due_ms := span.due_ms(LASTING_MS, 0)) is not None
            and due_ms <= now_ms
        ]
        if not ripe:
            return ()
        if view.occupied(now_ms) is not False:
            self.unsure = True
            return ()
        claims = []
        for is_open, span, due_ms in ripe:
            span.raised = True
            claims.append(self._claim(is_open, now_ms if self.unsure else due_ms, view))
        self.unsure = False
        return claims

    def due_ms(self, after_ms: int) -> int | None:
        """When it will have stood for long enough."""
        if self.chain_open.since_ms is None and self.chain_closed.since_ms is None:
            return None
        dues = (None if s.raised else s.due_ms(LASTING_MS, 0) for _, s in self._spans())
        return soonest(dues, after_ms=after_ms)

    def _spans(self) -> Iterable[tuple[bool, Span]]:
        return ((True, self.chain_open), (False, self.chain_closed))

    def _other(self, is_open: bool) -> Span:
        return self.chain_closed if is_open else self.chain_open

    def _outside(self, now: Moment, view: View) -> Iterable[Claim]:
        if now.moving is not False:
            if now.moving and not (self.chain_open.raised or self.chain_closed.raised):
                self.chain_open.reset()
                self.chain_closed.reset()
                self.unsure = False
            return ()
        is_open = now.state.safety_chain_ok is False
        claims = []
        other = self._other(is_open)
        if other.since_ms is not None:
            claims = self._drop(not is_open, other, now.at_ms)
        (self.chain_open if is_open else self.chain_closed).follow(True, now.at_ms)
        return [*claims, *self.tick(now.at_ms, view)]

    def _end(self, now: Moment) -> list[Claim]:
        self.unsure = False
        found = [self._drop(is_open, span, now.at_ms) for is_open, span in self._spans()]
        return [claim for claims in found for claim in claims]

    def _drop(self, is_open: bool, span: Span, at_ms: int) -> list[Claim]:
        raised = span.raised
        span.reset()
        return [Claim(kind=KIND[is_open], edge="cleared", at_ms=at_ms)] if raised else []

    def _claim(self, is_open: bool, at_ms: int, view: View) -> Claim:
        span, state = (self.chain_open if is_open else self.chain_closed), view.state
        evidence = {
            "floor": state.floor if state else None,
            "position_m": state.position_m if state else None,
            "safety_chain_ok": state.safety_chain_ok if state else None,
            "limit_s": LASTING_MS // 1000,
        }
        return Claim(
            kind=KIND[is_open],
            edge="raised",
            at_ms=at_ms,
            opened_ms=span.since_ms or at_ms,
            evidence=evidence,
        )

"""A battery that would not carry the terminal, or the emergency call, through a power cut."""

from collections.abc import Iterable

from msgspec import field

from detectors.contract import Claim, Detector
from detectors.lasting import Span
from detectors.view import View
from liftwatch.clock import MINUTE_MS
from liftwatch.telemetry.messages import EmergencyCall, Health, Message

LIMIT_PCT = 20.0  # contract, section 2
LOW_MS = 30 * MINUTE_MS  # contract, section 2
TOLD_MIN = 3  # health comes every 5 min: one odd reading is none


class BatteryLow(Detector):
    """`battery_ok` false of the emergency call, or `battery_pct` below 20 for 30 min.

    Each clears by its own word: `battery_ok` true, or 30 min at or above the limit.
    """

    name = "battery_low"
    kinds = ("battery_low",)
    hears = ("health", "emergency_call")
    needs = ("battery_pct or battery_ok",)

    span: Span = field(default_factory=Span)
    lowest_pct: float = 100.0
    call_low: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow both batteries."""
        body, at_ms = message.body, message.at_ms
        if isinstance(body, EmergencyCall):
            return self._hear_call(body.battery_ok, at_ms)
        pct = body.battery_pct if isinstance(body, Health) else None
        if pct is None:
            return ()
        low = pct < LIMIT_PCT
        self.span.follow(low, at_ms)
        if self.span.since_ms is None:
            self.lowest_pct = 100.0
        elif low:
            self.lowest_pct = min(self.lowest_pct, pct)
        return self.tick(at_ms, view)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See whether the charge has been low, or good again, for long enough."""
        del view
        due_ms = self.span.due_ms(LOW_MS, LOW_MS, told_min=TOLD_MIN)
        if due_ms is None or due_ms > now_ms:
            return ()
        if self.span.raised:
            self.span.reset()
            return (_cleared(due_ms, "charge"),)
        self.span.raised = True
        evidence = {"of": "terminal", "battery_pct": self.lowest_pct, "limit_pct": LIMIT_PCT}
        opened_ms = self.span.since_ms or due_ms
        return (
            Claim(
                kind="battery_low",
                edge="raised",
                at_ms=due_ms,
                opened_ms=opened_ms,
                source="charge",
                evidence=evidence,
            ),
        )

    def due_ms(self, after_ms: int) -> int | None:
        """When the charge will have been low, or good again, for long enough."""
        due_ms = self.span.due_ms(LOW_MS, LOW_MS, told_min=TOLD_MIN)
        return due_ms if due_ms is not None and due_ms > after_ms else None

    def _hear_call(self, battery_ok: bool | None, at_ms: int) -> Iterable[Claim]:
        if battery_ok is None or battery_ok is not self.call_low:
            return ()
        self.call_low = not battery_ok
        if battery_ok:
            return (_cleared(at_ms, "call"),)
        evidence = {"of": "emergency_call", "battery_ok": False}
        return (
            Claim(
                kind="battery_low",
                edge="raised",
                at_ms=at_ms,
                opened_ms=at_ms,
                source="call",
                evidence=evidence,
            ),
        )


def _cleared(at_ms: int, source: str) -> Claim:
    return Claim(kind="battery_low", edge="cleared", at_ms=at_ms, source=source)

"""The machine room is hotter than its machinery is made for."""

from collections.abc import Iterable
from typing import Any

from detectors.contract import Claim
from detectors.lasting import Condition
from detectors.view import View
from liftwatch.clock import MINUTE_MS
from liftwatch.telemetry.messages import Message

LIMIT_C = 40.0  # contract, section 2; EN 81-20 0.4.2 assumes +5 to +40 °C
HOT_MS = 10 * MINUTE_MS  # contract, section 2
TOLD_MIN = 3  # an idle lift tells its state every minute: one odd reading is none


class MachineRoomHot(Condition):
    """Above 40 °C for 10 min, by three readings at least; it clears after 10 min at or below."""

    name = "machine_room_hot"
    kinds = ("machine_room_hot",)
    hears = ("state",)
    needs = ("machine_room_c",)
    lasting_ms = gone_for_ms = HOT_MS
    told_min = TOLD_MIN

    top_c: float = 0.0

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow the temperature."""
        now = view.newest(message)
        warmth_c = None if now is None else now.state.machine_room_c
        if warmth_c is None:
            return ()
        hot = warmth_c > LIMIT_C
        if not hot and self.span.since_ms is None:
            return ()
        self.span.follow(hot, message.at_ms)
        self.top_c = max(self.top_c, warmth_c) if hot else self.top_c
        if self.span.since_ms is None:
            self.top_c = 0.0
        return self.judge(message.at_ms, view)

    def evidence(self, view: View) -> dict[str, Any]:
        """How hot it got."""
        del view
        return {"machine_room_c": self.top_c, "limit_c": LIMIT_C, "limit_s": HOT_MS // 1000}

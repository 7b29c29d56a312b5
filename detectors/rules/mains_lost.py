"""The mains are gone at one lift; several of a building are put together elsewhere."""

from collections.abc import Iterable
from typing import Any

from detectors.contract import Claim
from detectors.lasting import Condition
from detectors.view import View
from liftwatch.clock import SECOND_MS
from liftwatch.telemetry.messages import Message

LOST_MS = 3 * SECOND_MS  # contract, section 2
BACK_MS = 60 * SECOND_MS  # domain, section 11: rule 32


class MainsLost(Condition):
    """`mains_ok` false for 3 s; it clears when true for a minute, for power comes back in steps."""

    name = "mains_lost"
    kinds = ("mains_lost",)
    hears = ("state",)
    needs = ("mains_ok",)
    lasting_ms, gone_for_ms = LOST_MS, BACK_MS

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow the supply."""
        now = view.newest(message)
        mains_ok = None if now is None else now.state.mains_ok
        if mains_ok is None or (mains_ok and self.span.since_ms is None):
            return ()
        self.span.follow(not mains_ok, message.at_ms)
        return self.judge(message.at_ms, view)

    def evidence(self, view: View) -> dict[str, Any]:
        """Where the car was when the power went."""
        state = view.state
        floor = state.floor if state else None
        zone = state.in_door_zone if state else None
        return {"limit_s": LOST_MS // 1000, "floor": floor, "in_door_zone": zone}

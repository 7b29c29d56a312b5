"""The passenger's button, until somebody has spoken to them."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.moment import is_moving, is_open
from detectors.view import View
from liftwatch.clock import MINUTE_MS
from liftwatch.telemetry.messages import EmergencyCall as EmergencyCallMessage
from liftwatch.telemetry.messages import Message, State

ENDS = ("voice", "acknowledged", "ended_on_site")
CALLS_MAX = 16
FRESH_MS = 3 * MINUTE_MS
"""An idle lift tells its state every 60 s; one silent for three of those is not known to stand
with its door open, and then a call is never filtered."""


def is_filtered(state: State) -> bool:
    """Tell whether the caller can simply step out (EN 81-28 4.1.5; unknown is not filtered).

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> is_filtered(State(**base, in_door_zone=True, car_door="open", car="stopped"))
    True
    >>> is_filtered(State(**base, in_door_zone=True))
    False
    """
    at_landing = state.in_door_zone is True and is_moving(state) is not True
    return at_landing and is_open(state) is True


class EmergencyCall(Detector):
    """Raised at once and never silenced; cleared by voice, acknowledgement or its end on site."""

    name = "emergency_call"
    kinds = ("emergency_call",)
    hears = ("emergency_call",)

    calls: list[str] = []
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow each call by its id."""
        body = message.body
        if not isinstance(body, EmergencyCallMessage):
            return ()
        name = body.id or ""
        if body.phase == "raised":
            return self._begin(name, message.at_ms, view)
        if body.phase in ENDS:
            return self._end(name, message.at_ms)
        return ()

    def _begin(self, name: str, at_ms: int, view: View) -> Iterable[Claim]:
        now = view.now
        if now is not None and at_ms - now.at_ms <= FRESH_MS and is_filtered(now.state):
            return ()
        if name not in self.calls:
            self.calls = [*self.calls[-CALLS_MAX + 1 :], name]
        if self.raised:
            return ()
        self.raised = True
        evidence = {"call": name, "occupied": view.occupied(at_ms)}
        return (
            Claim(
                kind="emergency_call",
                edge="raised",
                at_ms=at_ms,
                opened_ms=at_ms,
                evidence=evidence,
            ),
        )

    def _end(self, name: str, at_ms: int) -> Iterable[Claim]:
        if name:
            self.calls = [call for call in self.calls if call not in (name, "")]
        else:
            self.calls = []  # an end without a name can only mean what is under way
        if self.calls or not self.raised:
            return ()
        self.raised = False
        return (Claim(kind="emergency_call", edge="cleared", at_ms=at_ms),)

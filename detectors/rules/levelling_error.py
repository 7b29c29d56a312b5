"""The car stops off the landing: a step to stumble over."""

import struct
from collections.abc import Iterable
from typing import NamedTuple

from detectors.contract import Claim, Detector
from detectors.moment import Moment
from detectors.view import View
from liftwatch.telemetry.messages import Message, Ride

STEP_MM = 20.0  # contract, section 2; ±10 mm is stopping accuracy, ±20 mm is kept (domain 2.2)
STEP_MM_ONCE = 35.0  # contract, section 2
STOPS, BAD_STOPS = 10, 3  # contract, section 2
GOOD_STOPS = 10  # to clear (domain, section 10: LVL-1)
SAME_MM = 5.0  # two states of one standing car; loading moves it by some millimetres
FROZEN_STOPS, FROZEN_FLOORS = 6, 3
"""The very same value, not zero, at so many stops running of so many floors is no measurement."""
FLOORS_MAX = 160  # contract, section 1: floor -9..150
_STOP, _LAST = struct.Struct("<qd"), struct.Struct("<hd")


class Stop(NamedTuple):
    """One stop at a landing."""

    at_ms: int
    error_mm: float


class LevellingError(Detector):
    """Above 20 mm at 3 of the last 10 stops of a floor; above 35 mm once, which is graver.

    Stops are told by rides; of a lift whose rides tell no error, by two states of the standing car
    with open doors that agree. It clears when every such floor has seen ten good stops running.
    """

    name = "levelling_error"
    kinds = ("levelling_error",)
    hears = ("ride", "state")
    needs = ("level_error_mm", "to_floor or floor")

    stops: dict[int, bytes] = {}
    bad: dict[int, int] = {}
    last: bytes = b""
    by_ride: bool = False
    standing: tuple[int, float, bool] | None = None
    severity: int = 0

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Note a stop."""
        body = message.body
        if isinstance(body, Ride):
            if body.level_error_mm is None or body.to_floor is None or "level" in view.faulty:
                return ()
            self.by_ride = True
            return self._note(body.to_floor, Stop(message.at_ms, body.level_error_mm))
        if self.by_ride:
            return ()
        now = view.newest(message)
        return () if now is None else self._hear_state(now)

    def _hear_state(self, now: Moment) -> Iterable[Claim]:
        state = now.state
        if now.moving is not False or state.in_door_zone is False:
            self.standing = None
            return ()
        error_mm, floor = state.level_error_mm, state.floor
        if error_mm is None or floor is None or now.closed is not False:
            return ()
        if self.standing is None or self.standing[0] != floor:
            self.standing = (floor, error_mm, False)
            return ()
        _, first_mm, noted = self.standing
        if noted or abs(error_mm - first_mm) > SAME_MM:
            return ()
        self.standing = (floor, first_mm, True)
        return self._note(floor, Stop(now.at_ms, first_mm))

    def _note(self, floor: int, stop: Stop) -> Iterable[Claim]:
        if floor not in self.stops and len(self.stops) >= FLOORS_MAX:
            return ()
        self.last = (self.last + _LAST.pack(floor, stop.error_mm))[-FROZEN_STOPS * _LAST.size :]
        if self._is_frozen():
            return ()
        packed = (self.stops.get(floor, b"") + _STOP.pack(*stop))[-STOPS * _STOP.size :]
        self.stops[floor] = packed
        stops = [Stop(*one) for one in _STOP.iter_unpack(packed)]
        steps = [one for one in stops if abs(one.error_mm) > STEP_MM]
        if abs(stop.error_mm) > STEP_MM_ONCE:
            return self._raise(floor, [stop], severity=2)
        if abs(stop.error_mm) > STEP_MM and len(steps) >= BAD_STOPS:
            return self._raise(floor, steps, severity=3)
        return self._good(floor, stop)

    def _is_frozen(self) -> bool:
        last = list(_LAST.iter_unpack(self.last))
        values = {error_mm for _, error_mm in last}
        floors = {floor for floor, _ in last}
        full = len(last) == FROZEN_STOPS and len(floors) >= FROZEN_FLOORS
        return full and len(values) == 1 and 0.0 not in values

    def _raise(self, floor: int, steps: list[Stop], *, severity: int) -> Iterable[Claim]:
        self.bad[floor] = 0
        if self.severity and self.severity <= severity:
            return
        self.severity = severity
        limit_mm = STEP_MM_ONCE if severity == 2 else STEP_MM
        evidence = {
            "floor": floor,
            "level_error_mm": steps[-1].error_mm,
            "stops": len(steps),
            "limit_mm": limit_mm,
        }
        yield Claim(
            kind="levelling_error",
            edge="raised",
            at_ms=steps[-1].at_ms,
            opened_ms=steps[0].at_ms,
            severity=severity,
            evidence=evidence,
        )

    def _good(self, floor: int, stop: Stop) -> Iterable[Claim]:
        if floor not in self.bad:
            return
        self.bad[floor] = self.bad[floor] + 1 if abs(stop.error_mm) <= STEP_MM else 0
        if self.bad[floor] >= GOOD_STOPS:
            del self.bad[floor]
        if not self.bad:
            self.severity = 0
            yield Claim(kind="levelling_error", edge="cleared", at_ms=stop.at_ms)

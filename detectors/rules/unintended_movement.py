"""The car leaves the landing with a door open, or moves although nobody told it to."""

from collections.abc import Iterable
from itertools import pairwise

from detectors.contract import Claim, Detector
from detectors.moment import LEVELLING_MPS, STANDSTILL_MPS, Moment, is_closed, without_command
from detectors.motion import ACCEL_MAX_MPS2, NEIGHBOUR_MS_MAX, accel_mps2, position_agrees
from detectors.view import View
from liftwatch.telemetry.messages import Message, State

LEFT_M = 0.10  # contract, section 2: more than 0.10 m from the landing
BRAKING_MPS2 = 0.2
"""An emergency stop slows the car by at least this; a car that coasts on without command does
not. A gear brakes with 0.2 g at least (EN 81-20 5.6.2.1), worn brakes with less [our choice]."""
NEARLY_STILL_MPS = 0.15  # the tail of an emergency stop, sampled twice a second
AT_LANDING_M = 0.35  # the widest unlocking zone (EN 81-20 5.3.8.1)
FALL_MPS2 = 0.6  # from here on it is a fall, once it lasts (contract, section 2)
STOOD_M = 0.01  # a standing car sinks by millimetres when people enter (domain 2.2: ±10 mm)
AGREEING_M = 0.02  # two position readings further apart than their noise

Pair = tuple[Moment, Moment]


class UnintendedMovement(Detector):
    """More than 0.10 m off its landing with a door open, or moving without command. It latches.

    Not counted: an emergency stop that brakes, levelling, and the slow movement by hand of a car
    in which people are known to be trapped.
    """

    name = "unintended_movement"
    kinds = ("unintended_movement",)
    hears = ("state",)
    needs = ("position_m or level_error_mm or in_door_zone", "run_command or brake or doors_closed")

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Look at how this state follows the ones before it."""
        state = message.body
        if not isinstance(state, State) or not view.has_moved():
            return ()
        if without_command(state) is not True and is_closed(state) is not False:
            return ()  # commanded behind closed doors, as nearly always: nothing to look at
        return self._judge(view)

    def _judge(self, view: View) -> Iterable[Claim]:
        suspects = self._suspects(view)
        if not suspects:
            return
        certain = self._certain(suspects, view)
        if certain is not None:
            yield Claim(
                kind="unintended_movement",
                edge="raised",
                at_ms=certain.at_ms,
                opened_ms=suspects[0][0].at_ms,
                evidence=_evidence(certain, view),
            )

    def _suspects(self, view: View) -> list[Pair]:
        """Neighbouring states between which the car moved as it must not."""
        pairs = [
            (before, after)
            for before, after in pairwise(view.window)
            if (after.untold or after.closed is False) and _moves(before, after)
        ]
        untold = [pair for pair in pairs if _untold(*pair, view)]
        if "free_fall" in view.active:
            untold = []  # that is the graver word for the same movement
        elif untold and untold[-1][1] is view.window[-1]:
            # Speeding up still: after 1.0 s it is a fall, and only if it ends before it is this.
            while untold and _falls(*untold[-1]):
                untold.pop()
        return [pair for pair in pairs if pair in untold or _leaves_open(*pair, view)]

    def _certain(self, suspects: list[Pair], view: View) -> Moment | None:
        """The state that settles it: beyond 0.10 m, and its neighbour or its position agrees."""
        for before, after in suspects:
            distance = view.distance_m(after.state)
            if distance is None or distance <= LEFT_M:
                continue
            if _confirms(before, after):
                return _settled(before, after, view)
            following = _still_beyond(after, view)
            if following is not None:
                return following
        return None


def _moves(before: Moment, after: Moment) -> bool:
    """Whether two states are neighbours between which the car moved."""
    if not (before.moving or after.moving) or _stood(before.state, after.state):
        return False
    return 0 < after.at_ms - before.at_ms <= NEIGHBOUR_MS_MAX


def _stood(before: State, after: State) -> bool:
    """Whether position and speed contradict that the car moves: the same twice, or at rest."""
    if before.position_m is None or after.position_m is None:
        return False
    if abs(before.position_m - after.position_m) > STOOD_M:
        return False
    speeds = (before.speed_mps, after.speed_mps)
    return speeds in ((None, None), (0.0, 0.0)) or (None not in speeds and speeds[0] == speeds[1])


def _untold(before: Moment, after: Moment, view: View) -> bool:
    """Whether nobody told the car to move, and it is not just coming to rest."""
    return (
        after.untold is True
        and before.untold is not False
        and not _brakes(before, after)
        and not _moved_by_hand(before, after, view)
    )


def _leaves_open(before: Moment, after: Moment, view: View) -> bool:
    """Whether the car goes away from the landing where it stands with its door open.

    A door lost in the middle of a ride is another matter (`moving_with_open_door`).
    """
    if before.closed is not False or after.closed is not False:
        return False
    distance = view.distance_m(before.state)
    at_landing = before.state.in_door_zone if distance is None else distance <= AT_LANDING_M
    return bool(at_landing) and view.stand_ms is not None and _goes_away(before, after, view)


def _falls(before: Moment, after: Moment) -> bool:
    """Whether the car speeds up as in a fall (`free_fall`)."""
    accel = accel_mps2(before, after)
    return accel is not None and abs(accel) >= FALL_MPS2


def _goes_away(before: Moment, after: Moment, view: View) -> bool:
    d0, d1 = view.distance_m(before.state), view.distance_m(after.state)
    return d1 is not None and (d0 is None or d1 > d0)


def _brakes(before: Moment, after: Moment) -> bool:
    """Whether the car only comes to rest: its speed falls, as in an emergency stop."""
    v0, v1 = before.state.speed_mps, after.state.speed_mps
    accel = accel_mps2(before, after)
    if v0 is None or v1 is None or accel is None:
        return after.moving is False
    at_rest = after.moving is False or abs(v1) <= STANDSTILL_MPS
    at_rest_soon = at_rest or abs(v0) <= NEARLY_STILL_MPS
    return abs(v1) < abs(v0) and (abs(accel) >= BRAKING_MPS2 or at_rest_soon)


def _moved_by_hand(before: Moment, after: Moment, view: View) -> bool:
    trapped = "entrapment" in view.active or "entrapment_suspected" in view.active
    speeds = (before.state.speed_mps or 0.0, after.state.speed_mps or 0.0)
    return trapped and max(map(abs, speeds)) <= LEVELLING_MPS


def _confirms(before: Moment, after: Moment) -> bool:
    """Whether speed and position of two states tell the same movement."""
    accel = accel_mps2(before, after)
    p0, p1 = before.state.position_m, after.state.position_m
    if accel is None or abs(accel) > ACCEL_MAX_MPS2 or p0 is None or p1 is None:
        return False
    speed = after.state.speed_mps or before.state.speed_mps or 0.0
    return (
        abs(p1 - p0) >= AGREEING_M and (p1 > p0) == (speed > 0) and position_agrees(before, after)
    )


def _settled(before: Moment, after: Moment, view: View) -> Moment:
    """The state that shows it is no fall: the first with which the car speeds up no more."""
    while _falls(before, after) and (following := _next(after, view)) is not None:
        before, after = after, following
    return after


def _still_beyond(after: Moment, view: View) -> Moment | None:
    """The next state, if it says too that the car is off its landing."""
    following = _next(after, view)
    if following is None or _stood(after.state, following.state):
        return None
    distance = view.distance_m(following.state)
    return following if distance is not None and distance > LEFT_M else None


def _next(moment: Moment, view: View) -> Moment | None:
    return next((later for later in view.window if later.at_ms > moment.at_ms), None)


def _evidence(certain: Moment, view: View) -> dict[str, object]:
    state = certain.state
    return {
        "distance_m": round(view.distance_m(state) or 0.0, 3),
        "speed_mps": state.speed_mps,
        "run_command": state.run_command,
        "brake": state.brake,
        "doors_closed": state.doors_closed,
        "limit_m": LEFT_M,
        "occupied": view.occupied(certain.at_ms),
    }

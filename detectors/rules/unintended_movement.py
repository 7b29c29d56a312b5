"""The car leaves the landing with a door open, or moves although nobody told it to."""

from collections.abc import Iterable, Sequence

from detectors.contract import Claim, Detector
from detectors.motion import (
    ACCEL_MAX_MPS2,
    LEVELLING_MPS,
    NEIGHBOUR_MS_MAX,
    accel_mps2,
    position_agrees,
    without_command,
)
from detectors.view import Moment, View, is_closed, is_moving
from liftwatch.telemetry.messages import Message, State

LEFT_M = 0.10  # contract, section 2: more than 0.10 m from the landing
BRAKING_MPS2 = 0.2
"""An emergency stop slows the car by at least this; a car that coasts on without command does
not. A gear brakes with 0.2 g at least (EN 81-20 5.6.2.1), worn brakes with less [our choice]."""
NEARLY_STILL_MPS = 0.15  # the tail of an emergency stop, sampled twice a second
AGREEING_M = 0.02  # two position readings further apart than their noise


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
        if not isinstance(state, State) or len(view.window) < 2:
            return
        if without_command(state) is not True and is_closed(state) is not False:
            return  # commanded behind closed doors, as nearly always: nothing to look at
        pairs = list(zip(view.window, view.window[1:], strict=False))
        suspects = [pair for pair in pairs if self._leaves(*pair, view)]
        if not suspects:
            return
        certain = self._certain(suspects, view)
        if certain is not None:
            yield Claim(
                kind="unintended_movement",
                edge="raised",
                at_ms=certain.at_ms,
                opened_ms=suspects[0][0].at_ms,
                evidence=_evidence(certain.state, view),
            )

    def _leaves(self, before: Moment, after: Moment, view: View) -> bool:
        """Whether the car went off its landing between two neighbouring states, untold."""
        if not 0 < after.at_ms - before.at_ms <= NEIGHBOUR_MS_MAX:
            return False
        if not (is_moving(before.state) or is_moving(after.state)):
            return False
        away = _goes_away(before, after, view)
        open_door = is_closed(before.state) is False and is_closed(after.state) is False
        if open_door and away and view.stand_ms is not None:
            return True
        return (
            without_command(after.state) is True
            and without_command(before.state) is not False
            and not _brakes(before, after)
            and not _moved_by_hand(before, after, view)
        )

    def _certain(self, suspects: Sequence[tuple[Moment, Moment]], view: View) -> Moment | None:
        """The state that settles it: beyond 0.10 m, and its neighbour or its position agrees."""
        for before, after in suspects:
            distance = view.distance_m(after.state)
            if distance is None or distance <= LEFT_M:
                continue
            if _confirms(before, after):
                return after
            following = _still_beyond(after, view)
            if following is not None:
                return following
        return None


def _goes_away(before: Moment, after: Moment, view: View) -> bool:
    d0, d1 = view.distance_m(before.state), view.distance_m(after.state)
    return d1 is not None and (d0 is None or d1 > d0)


def _brakes(before: Moment, after: Moment) -> bool:
    """Whether the car only comes to rest: its speed falls, as in an emergency stop."""
    v0, v1 = before.state.speed_mps, after.state.speed_mps
    accel = accel_mps2(before, after)
    if v0 is None or v1 is None or accel is None:
        return is_moving(after.state) is False
    at_rest_soon = is_moving(after.state) is False or abs(v0) <= NEARLY_STILL_MPS
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


def _still_beyond(after: Moment, view: View) -> Moment | None:
    """The next state, if it says too that the car is off its landing."""
    following = next((moment for moment in view.window if moment.at_ms > after.at_ms), None)
    distance = view.distance_m(following.state) if following else None
    return following if distance is not None and distance > LEFT_M else None


def _evidence(state: State, view: View) -> dict[str, object]:
    return {
        "distance_m": round(view.distance_m(state) or 0.0, 3),
        "speed_mps": state.speed_mps,
        "run_command": state.run_command,
        "brake": state.brake,
        "doors_closed": state.doors_closed,
        "limit_m": LEFT_M,
    }

"""A door open, or its lock lost, during a ride."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.motion import certain_ms, runs
from detectors.view import View
from liftwatch.telemetry.messages import Message, State

SPEED_MPS = 0.3  # contract, section 2; levelling may be that fast
LASTING_MS = 500  # contract, section 2: a bad door switch bounces for less (domain 1.6)


def is_door_lost(state: State) -> bool:
    """Tell whether a door is open or its lock not made, by any signal that says so.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> is_door_lost(State(**base, doors_closed=True, doors_locked=False))
    True
    >>> is_door_lost(State(**base))
    False
    """
    return (
        state.doors_closed is False
        or state.doors_locked is False
        or state.car_door in ("open", "held", "opening")
    )


def is_dangerous(state: State) -> bool:
    """Tell whether the car moves off the landing with a door lost; unknown is no claim."""
    if state.in_door_zone is not False or not is_door_lost(state):
        return False
    return state.speed_mps is not None and abs(state.speed_mps) > SPEED_MPS


class MovingWithOpenDoor(Detector):
    """Faster than 0.3 m/s outside the door zone with a door lost, for 0.5 s. It latches."""

    name = "moving_with_open_door"
    kinds = ("moving_with_open_door",)
    hears = ("state",)
    needs = ("speed_mps", "in_door_zone", "doors_closed or doors_locked or car_door")

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Look at the states around this one."""
        body = message.body
        if isinstance(body, State) and is_dangerous(view.masked(body)):
            return self._judge(view)
        return ()

    def _judge(self, view: View) -> Iterable[Claim]:
        for run in runs(view.window, [is_dangerous(moment.state) for moment in view.window]):
            at_ms = certain_ms(run, LASTING_MS)
            if at_ms is not None:
                state = run[-1].state
                evidence = {
                    "speed_mps": state.speed_mps,
                    "doors_closed": state.doors_closed,
                    "doors_locked": state.doors_locked,
                    "car_door": state.car_door,
                    "lasting_s": (run[-1].at_ms - run[0].at_ms) / 1000,
                    "occupied": view.occupied(at_ms),
                }
                yield Claim(
                    kind="moving_with_open_door",
                    edge="raised",
                    at_ms=at_ms,
                    opened_ms=run[0].at_ms,
                    evidence=evidence,
                )
                return

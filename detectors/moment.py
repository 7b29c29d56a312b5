"""One state of a lift, and what can be read off it without any other."""

from msgspec import Struct

from liftwatch.telemetry.messages import State

STANDSTILL_MPS = 0.03  # below the noise of an integrated accelerometer at rest [our choice]
LEVELLING_MPS = 0.3  # levelling and re-levelling speed (EN 81-20 5.12.1.1.4)


class Moment(Struct, frozen=True, gc=False):
    """A state, its event time, and what nearly every rule asks of it."""

    at_ms: int
    state: State
    moving: bool | None = None
    closed: bool | None = None
    untold: bool | None = None


def is_closed(state: State) -> bool | None:
    """Whether car and landing doors are closed.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> is_closed(State(**base, doors_closed=True)), is_closed(State(**base))
    (True, None)
    """
    if state.doors_closed is not None:
        return state.doors_closed
    if state.car_door in ("opening", "open", "closing", "held"):
        return False
    return True if state.car_door == "closed" else None


def is_open(state: State) -> bool | None:
    """Whether the doors stand open, so that people can pass."""
    if state.car_door in ("open", "held"):
        return True
    if state.car_door in ("opening", "closing", "closed"):
        return False
    return None if state.doors_closed is None else not state.doors_closed


def is_moving(state: State) -> bool | None:
    """Whether the car moves: by its speed where it is told, else by what the terminal says."""
    if state.speed_mps is not None and abs(state.speed_mps) > STANDSTILL_MPS:
        return True
    if state.car is not None:
        return state.car == "moving"
    return None if state.speed_mps is None else False


def is_levelling(state: State) -> bool:
    """Whether movement with open doors is what a lift may do: slow, and inside the door zone."""
    slow = state.speed_mps is None or abs(state.speed_mps) <= LEVELLING_MPS
    return slow and state.in_door_zone is not False


def without_command(state: State) -> bool | None:
    """Whether nobody told the drive to move: no run command, or the brake applied.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> without_command(State(**base, run_command=True, brake="applied"))
    True
    >>> without_command(State(**base)) is None
    True
    """
    if state.run_command is False or state.brake == "applied":
        return True
    if state.run_command is True or state.brake == "lifted":
        return False
    if is_closed(state) is False and is_moving(state) and not is_levelling(state):
        return True
    return None


def moment_of(at_ms: int, state: State) -> Moment:
    """A state at its event time.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> moment = moment_of(7, State(**base, speed_mps=1.0, car_door="open", brake="lifted"))
    >>> moment.moving, moment.closed, moment.untold
    (True, False, False)
    """
    return Moment(at_ms, state, is_moving(state), is_closed(state), without_command(state))

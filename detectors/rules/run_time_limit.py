"""The drive turns and the car does not arrive."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.moment import Moment
from detectors.view import View
from liftwatch.clock import SECOND_MS, to_ms
from liftwatch.telemetry.messages import Message, Ride, State

LIMIT_MS = 45 * SECOND_MS  # EN 81-20 5.9.2.7.1 (domain 2.2), contract section 2
LIMIT_MS_MIN = 20 * SECOND_MS  # the same
BEYOND_MS = 10 * SECOND_MS  # over the time of full travel; the same
SPEEDING_UP_MPS2 = 0.5  # a gentle drive: what full travel takes beyond height over speed
STILL_M = 0.1  # domain, section 11: rule 26
FRESH_MS = 5 * SECOND_MS  # a moving car is told twice a second: silent for longer, nobody knows


def full_travel_ms(view: View) -> int | None:
    """How long a ride from end to end takes; None when the register does not tell."""
    ends, rated = view.ends_m, view.facts.rated_speed_mps
    if ends is None or not rated:
        return None
    return int(1000 * ((ends[1] - ends[0]) / rated + rated / SPEEDING_UP_MPS2))


def limit_ms(full_ms: int | None) -> int:
    """The lesser of 45 s and full travel and 10 s, and 20 s at least.

    >>> limit_ms(None), limit_ms(5_000), limit_ms(25_000), limit_ms(60_000)
    (45000, 20000, 35000, 45000)
    """
    if full_ms is None:
        return LIMIT_MS
    return max(min(LIMIT_MS, full_ms + BEYOND_MS), LIMIT_MS_MIN)


def riding_ms(full_ms: int) -> int:
    """How long a car that moves may be under way: full travel and 10 s, and 20 s at least."""
    return max(full_ms + BEYOND_MS, LIMIT_MS_MIN)


class RunTimeLimit(Detector):
    """`run_command` for longer than the limit while the car does not move; or, while it moves,
    for longer than full travel and 10 s, for in a tall building an honest ride takes above 45 s.

    A moving car of unknown travel is not judged, nor one not heard of for 5 s. It clears with a
    ride that has arrived, or at another landing.
    """

    name = "run_time_limit"
    kinds = ("run_time_limit",)
    hears = ("state", "ride")
    needs = ("run_command", "speed_mps or position_m")

    full_ms: int | None = None
    since_ms: int | None = None
    heard_ms: int = 0
    still_ms: int | None = None
    still_m: float | None = None
    raised_ms: int | None = None
    raised_floor: int | None = None

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow command and progress."""
        body = message.body
        if isinstance(body, Ride):
            return self._hear_ride(body, message.at_ms)
        now = view.newest(message)
        if now is None:
            return ()
        if not turns(now):
            self.since_ms = self.still_ms = self.still_m = None
            return self._arrived(now) if self.raised_ms is not None else ()
        if self.since_ms is None or (now.moving and now.at_ms - self.heard_ms > FRESH_MS):
            self.since_ms = now.at_ms  # what lies between may have been another ride
        self.heard_ms = now.at_ms
        self.full_ms = full_travel_ms(view)
        self._follow(now)
        return self._judge(now.at_ms, view)

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Judge by the time that has passed."""
        return self._judge(now_ms, view)

    def due_ms(self, after_ms: int) -> int | None:
        """When the car will have stood still, or moved, under command for too long."""
        if self.raised_ms is not None or self.since_ms is None:
            return None
        if self.still_ms is not None:
            due_ms = self.still_ms + limit_ms(self.full_ms)
        elif self.full_ms is not None:
            due_ms = self.since_ms + riding_ms(self.full_ms)
        else:
            return None
        return due_ms if due_ms > after_ms else None

    def _follow(self, now: Moment) -> None:
        """Keep since when and where the car stands still under command."""
        position_m = now.state.position_m
        known = position_m is not None and now.state.position_known is not False
        moved = (
            known
            and position_m is not None
            and self.still_m is not None
            and abs(position_m - self.still_m) > STILL_M
        )
        if now.moving or moved:
            self.still_ms, self.still_m = None, None
        elif now.moving is False and self.still_ms is None:
            self.still_ms, self.still_m = now.at_ms, position_m if known else None

    def _judge(self, now_ms: int, view: View) -> Iterable[Claim]:
        if self.raised_ms is not None or self.since_ms is None:
            return
        full_ms = full_travel_ms(view)
        if self.still_ms is not None:
            opened_ms, allowed_ms, moving = self.still_ms, limit_ms(full_ms), False
        elif full_ms is not None and _is_fresh(view, now_ms):
            opened_ms, moving = self.since_ms, True
            allowed_ms = riding_ms(full_ms)
        else:
            return
        if opened_ms + allowed_ms > now_ms:
            return
        state = view.state
        self.raised_ms, self.raised_floor = opened_ms, state.floor if state else None
        evidence = {
            "car_moves": moving,
            "floor": self.raised_floor,
            "limit_s": allowed_ms / 1000,
            "full_travel_s": None if full_ms is None else full_ms / 1000,
        }
        yield Claim(
            kind="run_time_limit",
            edge="raised",
            at_ms=opened_ms + allowed_ms,
            opened_ms=opened_ms,
            evidence=evidence,
        )

    def _hear_ride(self, ride: Ride, at_ms: int) -> Iterable[Claim]:
        began_ms = to_ms(ride.started_at) if ride.started_at else at_ms
        if self.raised_ms is None or began_ms < self.raised_ms:
            return ()
        return self._clear(at_ms)

    def _arrived(self, now: Moment) -> Iterable[Claim]:
        if is_elsewhere(now.state, self.raised_floor) and now.moving is False:
            return self._clear(now.at_ms)
        return ()

    def _clear(self, at_ms: int) -> Iterable[Claim]:
        self.raised_ms = self.raised_floor = None
        return (Claim(kind="run_time_limit", edge="cleared", at_ms=at_ms),)


def turns(now: Moment) -> bool:
    """Whether the drive is told to move, and may: brake lifted as far as known, doors not open."""
    state = now.state
    return state.run_command is True and state.brake != "applied" and now.closed is not False


def is_elsewhere(state: State, floor: int | None) -> bool:
    """Whether the car has reached another landing than that next to which it was held up."""
    return bool(state.in_door_zone) and state.floor is not None and state.floor != floor


def _is_fresh(view: View, now_ms: int) -> bool:
    return view.now is not None and now_ms - view.now.at_ms <= FRESH_MS

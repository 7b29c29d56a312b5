"""The car is past the top or the bottom landing."""

from collections.abc import Iterable, Sequence

from msgspec import field

from detectors.contract import Claim, Detector
from detectors.moment import Moment, is_levelling
from detectors.motion import NEIGHBOUR_MS_MAX, can_follow, position_agrees
from detectors.view import View
from liftwatch.clock import MINUTE_MS
from liftwatch.register.facts import Facts, landing_height_m
from liftwatch.telemetry.messages import Message, State

PAST_M = 0.05  # contract, section 2
PAST_M_MAX = 8.0
"""There is no shaft beyond: headroom and pit are a few metres (EN 81-20 5.2.5) [our choice]."""
AGREE_M = 0.3
"""How far position and register may be apart at a landing before neither is believed; above the
noise of a barometer, below half a storey [our choice]."""
TWICE_M = 0.03  # as far as position and level error may differ to be one finding [our choice]
APART_MS_MAX = 3 * MINUTE_MS  # two states of a standing car come at most 60 s apart


class Overrun(Detector):
    """More than 0.05 m past the last landing, by position and register, or by the level error at
    the last landing. Two states in a row must say so, the second in agreement with the first; one
    is enough where position and level error agree and the state before leads there.

    A car in its zone with open doors has not overrun: it sinks under its load, is levelled again,
    or has stopped badly. Where position and register contradict each other at an open door, the
    last or any in that half of the shaft, it cannot tell.
    """

    name = "overrun"
    kinds = ("overrun",)
    hears = ("state",)
    needs = ("position_m or level_error_mm", "floors with height_m")

    past: Moment | None = None
    end: str = ""
    disagrees: bool = False
    wrong: set[int] = field(default_factory=set)

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Compare with the ends of the shaft."""
        now = view.newest(message)
        if now is None or view.ends_m is None:
            return ()
        state = now.state
        if state.in_door_zone and now.closed is False and not now.moving:
            self._compare(state, view.facts)
        found = None
        sinks = now.closed is False and state.in_door_zone and is_levelling(state)
        if not sinks and (not self.disagrees or state.position_m is None):
            found = past_end(state, view.facts, ends_m=view.ends_m)
        before, self.past = self.past, None
        if found is None:
            return ()
        end, past_m = found
        if not _may_be(view.window, now) or self._doubts(end, view):
            return ()
        self.past = now
        if before is not None and end == self.end and _follows(before, now):
            return self._claim(before, now, past_m=past_m, view=view)
        self.end = end
        if _says_twice(state, past_m) and _leads_here(view.window, now):
            return self._claim(now, now, past_m=past_m, view=view)
        return ()

    def _compare(self, state: State, facts: Facts) -> None:
        height_m = landing_height_m(facts, state.floor)
        if height_m is None or state.position_m is None or state.position_known is False:
            return
        assert state.floor is not None, "a height has a floor"
        self.disagrees = abs(state.position_m - height_m) > AGREE_M
        if self.disagrees:
            self.wrong.add(state.floor)
        else:
            self.wrong.discard(state.floor)

    def _doubts(self, end: str, view: View) -> bool:
        """Whether a landing in that half of the shaft has contradicted its height."""
        if not self.wrong or view.ends_m is None:
            return False
        low_m, high_m = view.ends_m
        middle_m = (low_m + high_m) / 2
        heights = [landing_height_m(view.facts, floor) for floor in self.wrong]
        return any(h is not None and (h >= middle_m) == (end == "top") for h in heights)

    def _claim(self, before: Moment, now: Moment, *, past_m: float, view: View) -> Iterable[Claim]:
        evidence = {
            "end": self.end,
            "past_m": round(past_m, 3),
            "position_m": now.state.position_m,
            "speed_mps": now.state.speed_mps,
            "limit_m": PAST_M,
            "occupied": view.occupied(now.at_ms),
        }
        yield Claim(
            kind="overrun",
            edge="raised",
            at_ms=now.at_ms,
            opened_ms=before.at_ms,
            evidence=evidence,
        )


def past_end(
    state: State, facts: Facts, *, ends_m: tuple[float, float]
) -> tuple[str, float] | None:
    """Which end the car is past and by how many metres; None when it is not, or nothing tells.

    >>> from liftwatch.telemetry.messages import FloorOfLift
    >>> floors = [FloorOfLift(index=n, height_m=3.0 * n) for n in (1, 2, 3)]
    >>> state = State(v=1, terminal="T", boot="b", seq=0, at="", position_m=9.25)
    >>> past_end(state, Facts(floors=floors), ends_m=(3.0, 9.0))
    ('top', 0.25)
    """
    if state.position_known is False:
        return None
    low_m, high_m = ends_m
    if state.position_m is not None:
        above, below = state.position_m - high_m, low_m - state.position_m
    elif state.level_error_mm is not None and state.floor is not None:
        height_m = landing_height_m(facts, state.floor)
        above = state.level_error_mm / 1000 if height_m == high_m else 0.0
        below = -state.level_error_mm / 1000 if height_m == low_m else 0.0
    else:
        return None
    if max(above, below) <= PAST_M:
        return None
    if max(above, below) > PAST_M_MAX:
        return None
    return ("top", above) if above > below else ("bottom", below)


def _follows(before: Moment, now: Moment) -> bool:
    """Whether the second state is of the same happening and physics allows it."""
    apart_ms = now.at_ms - before.at_ms
    if not 0 < apart_ms <= APART_MS_MAX:
        return False
    return apart_ms > NEIGHBOUR_MS_MAX or position_agrees(before, now)


def _says_twice(state: State, past_m: float) -> bool:
    """Whether the level error, told by another sensor, says the same as the position."""
    if state.position_m is None or state.level_error_mm is None:
        return False
    return abs(abs(state.level_error_mm) / 1000 - past_m) <= TWICE_M


def _may_be(window: Sequence[Moment], now: Moment) -> bool:
    """Whether the state a moment ago allows it; of one that stands alone nobody knows."""
    before = [moment for moment in window if moment.at_ms < now.at_ms]
    if not before or now.at_ms - before[-1].at_ms > NEIGHBOUR_MS_MAX:
        return True
    return position_agrees(before[-1], now)


def _leads_here(window: Sequence[Moment], now: Moment) -> bool:
    """Whether the state before, a moment ago, was of a car on its way there."""
    before = [moment for moment in window if moment.at_ms < now.at_ms]
    return bool(before) and bool(before[-1].moving) and can_follow(before[-1], now)

"""Faster than the governor allows."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.moment import Moment, moment_of
from detectors.motion import certain_ms, runs
from detectors.view import View
from liftwatch.clock import to_ms
from liftwatch.telemetry.messages import Burst, Message, State

TRIP_RATIO = 1.15  # governor trips at 115 % of rated speed (EN 81-20 5.6.2.2.1.1)
LASTING_MS = 200  # contract, section 2


def is_overspeed(speed_mps: float, *, rated_mps: float) -> bool:
    """Tell whether the governor ought to have tripped.

    >>> is_overspeed(-1.10, rated_mps=1.0), is_overspeed(-1.16, rated_mps=1.0)
    (False, True)
    """
    return abs(speed_mps) >= TRIP_RATIO * rated_mps


class Overspeed(Detector):
    """At or above 115 % of rated for 0.2 s, by two samples that can follow each other.

    It latches: the end of a visit, or a person, ends it. Without a rated speed it cannot tell.
    """

    name = "overspeed"
    kinds = ("overspeed",)
    hears = ("state", "burst")
    needs = ("speed_mps", "rated_speed_mps")

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Look at the newest states around this one, or at the speeds inside a burst."""
        rated = view.facts.rated_speed_mps
        body = message.body
        if rated is None:
            return ()
        if isinstance(body, Burst):
            return self._judge(speeds_of(body), rated, view)
        speed = body.speed_mps if isinstance(body, State) else None
        if speed is None or not is_overspeed(speed, rated_mps=rated):
            return ()
        return self._judge(view.window, rated, view)

    def _judge(self, window: list[Moment], rated: float, view: View) -> Iterable[Claim]:
        for run in _one_way(window, rated, +1) + _one_way(window, rated, -1):
            at_ms = certain_ms(run, LASTING_MS)
            if at_ms is not None:
                top = max((moment.state.speed_mps or 0.0 for moment in run), key=abs)
                evidence = {
                    "speed_mps": round(top, 3),
                    "rated_speed_mps": rated,
                    "limit_mps": round(TRIP_RATIO * rated, 3),
                    "occupied": view.occupied(at_ms),
                }
                yield Claim(
                    kind="overspeed",
                    edge="raised",
                    at_ms=at_ms,
                    opened_ms=run[0].at_ms,
                    evidence=evidence,
                )
                return


def _one_way(window: list[Moment], rated: float, sign: int) -> list[list[Moment]]:
    """Stretches of overspeed in one direction: no car turns round without slowing down."""
    fast = []
    for moment in window:
        speed = (moment.state.speed_mps or 0.0) * sign
        fast.append(speed > 0 and is_overspeed(speed, rated_mps=rated))
    return runs(window, fast)


def speeds_of(burst: Burst) -> list[Moment]:
    """Speeds and positions on a burst's slow channel; sample k lies at its start + k / rate."""
    if burst.started_at is None or not burst.slow_rate_hz or not burst.speed_mps:
        return []
    start_ms, positions = to_ms(burst.started_at), burst.position_m or []
    return [
        moment_of(
            start_ms + int(k * 1000 / burst.slow_rate_hz),
            State(
                v=1,
                terminal=burst.terminal,
                boot=burst.boot,
                seq=burst.seq,
                at=burst.at,
                speed_mps=speed,
                position_m=positions[k] if k < len(positions) else None,
            ),
        )
        for k, speed in enumerate(burst.speed_mps)
    ]

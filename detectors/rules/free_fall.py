"""The suspension is lost, or the car accelerates steadily although nobody told it to."""

from collections.abc import Iterable

from detectors.contract import Claim, Detector
from detectors.falling import Falling
from detectors.moment import STANDSTILL_MPS, Moment, without_command
from detectors.motion import ACCEL_MAX_MPS2, accel_mps2, position_agrees
from detectors.view import View
from liftwatch.telemetry.messages import Burst, Message, State

ACCEL_MPS2 = 0.6  # contract, section 2; masses out of balance give 0.8 to 2.2 (domain 3.1)
STEADY_MPS2 = 0.3  # no stretch of it below half the limit: constant, not a jerk and a coast
LASTING_MS = 1_000  # contract, section 2


class FreeFall(Detector):
    """By a burst: below 0.3 g for 0.15 s. By states: 0.6 m/s² for 1.0 s without command.

    It latches. A burst whose own position or pressure shows that the car did not drop is no fall.
    """

    name = "free_fall"
    kinds = ("free_fall",)
    hears = ("burst", "state")
    needs = ("z_mps2, or speed_mps with run_command or brake",)

    falling: Falling = Falling()

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Judge a burst by its samples, a state by how it follows those before."""
        body = message.body
        if isinstance(body, State):
            if without_command(body) is True and view.has_moved():
                return self._hear_state(view)
        elif isinstance(body, Burst):
            return self._hear_burst(body, view)
        return ()

    def _hear_burst(self, burst: Burst, view: View) -> Iterable[Claim]:
        if "accelerometer" in view.faulty:
            return
        self.falling, fall = self.falling.after(burst, pressure_ok="pressure" not in view.faulty)
        if fall is not None:
            yield Claim(
                kind="free_fall",
                edge="raised",
                at_ms=fall.certain_ms,
                opened_ms=fall.began_ms,
                evidence=fall.evidence | {"occupied": view.occupied(fall.certain_ms)},
            )

    def _hear_state(self, view: View) -> Iterable[Claim]:
        if not any(moment.untold and moment.moving for moment in view.window):
            return  # a stop after a commanded ride, as nearly always
        stretch = _steady(view.window)
        if _lasting_ms(stretch) < LASTING_MS:
            return
        certain = next(m for m in stretch if m.at_ms - stretch[0].at_ms >= LASTING_MS)
        v0, v1 = stretch[0].state.speed_mps or 0.0, certain.state.speed_mps or 0.0
        mean = (v1 - v0) / ((certain.at_ms - stretch[0].at_ms) / 1000)
        if abs(mean) < ACCEL_MPS2:
            return
        evidence = {
            "acceleration_mps2": round(mean, 3),
            "speed_mps": v1,
            "limit_mps2": ACCEL_MPS2,
            "run_command": certain.state.run_command,
            "brake": certain.state.brake,
            "occupied": view.occupied(certain.at_ms),
        }
        yield Claim(
            kind="free_fall",
            edge="raised",
            at_ms=certain.at_ms,
            opened_ms=stretch[0].at_ms,
            evidence=evidence,
        )


def _steady(window: list[Moment]) -> list[Moment]:
    """The longest stretch of time through which the car speeds up steadily without command."""
    best: list[Moment] = []
    stretch: list[Moment] = []
    for moment in window:
        if stretch and _speeds_up(stretch[-1], moment, first=len(stretch) == 1):
            stretch.append(moment)
        else:
            stretch = [moment]
        if _lasting_ms(stretch) > _lasting_ms(best):
            best = list(stretch)
    return best


def _lasting_ms(stretch: list[Moment]) -> int:
    return stretch[-1].at_ms - stretch[0].at_ms if stretch else 0


def _speeds_up(before: Moment, after: Moment, *, first: bool) -> bool:
    if after.untold is not True:
        return False
    accel = accel_mps2(before, after)
    if accel is None or not STEADY_MPS2 <= abs(accel) <= ACCEL_MAX_MPS2:
        return False
    if not position_agrees(before, after):
        return False
    v0, v1 = before.state.speed_mps or 0.0, after.state.speed_mps or 0.0
    from_rest = first and abs(v0) <= STANDSTILL_MPS
    if not from_rest and before.untold is not True:
        return False
    return abs(v1) > abs(v0) and v1 * v0 >= 0

"""Parts that wear over days and weeks, until a technician changes them before or at their limit.

All play beside the controller: the lift serves people meanwhile, and only its rides and doors tell.
"""

from collections.abc import Callable
from typing import NamedTuple

from simulators.agenda import Process
from simulators.condition import LIMITS, PARTS
from simulators.faults.rescue import mend, part
from simulators.faults.scene import Scene, note, wait_until
from simulators.lift import Lift
from simulators.truth import Truth

STEPS_MIN = 60
STEP_S = 1_800.0
QUICKENING = 1.5
"""Wear feeds on itself: the share of it that is done grows with the share of time to this power
[our choice]."""


class Wear(NamedTuple):
    """What grows, as which kind, to how many times its healthy figure, and which is its limit."""

    kind: str
    grown: float
    limit: float
    code: str
    also: tuple[str, ...] = ()

    def limit_share(self) -> float:
        """At which share of the time the limit is reached.

        >>> Wear("brake_wear", 1.4, 1.4, "A-1-05").limit_share()
        1.0
        """
        if self.grown <= self.limit:
            return 1.0
        worn = (self.limit - 1.0) / (self.grown - 1.0)
        return float(worn ** (1 / QUICKENING))


def _wear_out(lift: Lift, scene: Scene, wear: Wear, *, apply: Callable[[float], None]) -> Process:
    """Let a part wear to the end of the scene, then have it changed; `apply` takes the factor."""
    within_s = scene.for_s * wear.limit_share()
    truth = note(lift, wear.kind, within_s=within_s, also=wear.also)
    steps = max(STEPS_MIN, int(scene.for_s / STEP_S))
    begin_ms = lift.now_ms
    for k in range(1, steps + 1):
        yield begin_ms + round(1000 * scene.for_s * k / steps)
        apply(1.0 + (wear.grown - 1.0) * (k / steps) ** QUICKENING)

    def change() -> None:
        apply(1.0)

    lift.play(lambda lift: mend(lift, change, items=part(wear.code), truths=[truth]))


def vibration_wear(lift: Lift, scene: Scene) -> Process:
    """Rails, rollers, sheave or motor shake more and more (option `part`: 0 to 3 in this order)."""
    name = PARTS[int(scene.options["part"]) % len(PARTS)]
    code = {"rail": "A-4-11", "roller": "A-2-07", "sheave": "A-3-03", "motor": "A-1-03"}[name]
    wear = Wear("vibration_wear", scene.options["grown"], LIMITS["vibration"], code)

    def apply(factor: float) -> None:
        lift.condition.wear[name] = factor

    yield from _wear_out(lift, scene, wear._replace(also=("ride_anomaly",)), apply=apply)


def door_wear(lift: Lift, scene: Scene) -> Process:
    """Doors close more slowly and draw more current, at one floor (a landing door) or at all."""
    floor = lift.plan.entrance
    wear = Wear("door_wear", scene.options["grown"], LIMITS["door"], "A-1-22", ("ride_anomaly",))

    def apply(factor: float) -> None:
        if scene.options["everywhere"]:
            lift.condition.drag_everywhere = factor
        else:
            lift.condition.drag[floor] = factor

    yield from _wear_out(lift, scene, wear, apply=apply)


def brake_wear(lift: Lift, scene: Scene) -> Process:
    """The lining wears: the brake stops the car later and later."""
    wear = Wear("brake_wear", scene.options["grown"], LIMITS["brake"], "A-1-05")

    def apply(factor: float) -> None:
        lift.condition.lining = factor

    yield from _wear_out(lift, scene, wear._replace(also=("ride_anomaly",)), apply=apply)


def rope_slip(lift: Lift, scene: Scene) -> Process:
    """The grooves of the sheave wear: it turns farther than the car goes."""
    slip_pct = scene.options["slip_pct"]
    limit = 1.0 + LIMITS["slip"] * 100 / slip_pct
    wear = Wear("rope_slip", 2.0, limit, "A-4-04", ("ride_anomaly",))

    def apply(factor: float) -> None:
        lift.condition.slip = slip_pct / 100 * (factor - 1.0)

    yield from _wear_out(lift, scene, wear, apply=apply)


def levelling_drift(lift: Lift, scene: Scene) -> Process:
    """The mark of one floor slips: the car stops farther and farther off, up to `step_mm`."""
    floor, step_mm = lift.plan.entrance, scene.options["step_mm"]
    # Unmended for weeks it stands more than 50 mm beyond its last landing: an overrun by contract.
    truth = note(lift, "levelling_error", within_s=scene.for_s, also=("overrun",))
    steps, told, begin_ms = 400, False, lift.now_ms
    for k in range(1, steps + 1):
        yield begin_ms + round(1000 * scene.for_s * k / steps)
        lift.condition.level_mm[floor] = -step_mm * k / steps
        # Half of the last ten stops worse than the accuracy: surely three of ten (contract).
        if not told and sum(lift.off_stops.get(floor, ())) >= 5:
            told = True
            truth.expect_within_s = (lift.now_ms - truth.from_ms) / 1000

    def adjust() -> None:
        lift.condition.level_mm.pop(floor, None)

    items = part("A-1-23", "adjusted")
    lift.play(lambda lift: mend(lift, adjust, items=items, truths=[truth]))


def ride_anomaly(lift: Lift, scene: Scene) -> Process:
    """The drive has lost its tuning: rides jerk, hunt and hum, from one ride to the next.

    Whoever has it tuned has ridden: through a night without passengers it stays as it is.
    """
    yield from wait_until(lift, scene.at_ms)
    condition = lift.condition
    condition.jerk, condition.hunting = scene.options["jerk"], scene.options["hunting"]
    condition.noise_db = scene.options["noise_db"]
    truth = note(lift, "ride_anomaly", within_s=scene.for_s, also=("vibration_wear",))
    rides, told = lift.totals.rides, False
    while lift.now_ms < scene.end_ms or not told:
        if not told:  # with fewer rides nobody could tell
            truth.expect_within_s = max(scene.for_s, _since_s(lift, truth) + 2 * LOOK_S)
        yield lift.after(LOOK_S)
        if not told and lift.totals.rides >= rides + ANOMALOUS_RIDES:
            told = True
            truth.expect_within_s = _since_s(lift, truth)

    def tune() -> None:
        condition.jerk, condition.hunting, condition.noise_db = 1.0, 0.0, 0.0

    lift.play(lambda lift: _tuned(lift, tune, truth))


ANOMALOUS_RIDES = 10
"""Rides like no other of the lift that ought to be enough [our choice]."""
LOOK_S = 30.0


def _since_s(lift: Lift, truth: Truth) -> float:
    return (lift.now_ms - truth.from_ms) / 1000


def _tuned(lift: Lift, tune: Callable[[], None], truth: Truth) -> Process:
    yield from mend(lift, tune, items=part("A-1-03", "adjusted"), truths=[truth])

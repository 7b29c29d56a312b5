"""How worn, warm and well adjusted one lift is: what faults change and repairs renew.

A healthy lift has factors of 1 and nothing added; its own figures come from its age and make.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from simulators.plan import Plan

Part = Literal["rail", "roller", "sheave", "motor"]
PARTS: tuple[Part, ...] = ("rail", "roller", "sheave", "motor")

USUAL_MG: dict[Part, float] = {"rail": 2.0, "roller": 1.5, "sheave": 1.2, "motor": 0.8}
"""RMS in the band of a part at rated speed, of a lift in order [our choice; the A95 it makes
stays below 20 mg on z and 15 mg on x and y, GB/T 10058 in domain 2.3]."""

LIMITS = {
    "brake": 1.4,  # stopping distance over commissioning: fault (domain 3.2)
    "slip": 0.01,  # of the car's way: fault (domain 3.2)
    "vibration": 3.0,  # order-tracked peak over baseline (domain 3.2)
    "door": 1.6,  # closing time over its median: fault (domain 3.2)
    "level_mm": 20.0,  # GB/T 7588 levelling accuracy (domain 2.2)
}
"""Where a worn part has to be changed; the simulated life of a part ends here."""


@dataclass
class Condition:
    """One lift's. `wear` multiplies a part's vibration, `lining` the brake's stopping distance,
    `drag` what the doors need in time and current at a floor (`drag_everywhere` at all of them).
    """

    brake_mm: float  # half a load's stopping distance when commissioned
    creep: float  # of the sheave's way over the car's: 0.1 to 0.3 % (domain 3.2)
    amplitude_mg: dict[Part, float]
    level_spread_mm: float  # of stops; stopping accuracy is ±10 mm (domain 2.2)
    stretch: float  # of old ropes over new ones under the same load
    force_n: float  # closing force as adjusted, below 150 (domain 2.2)
    wear: dict[Part, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 1.0))
    lining: float = 1.0
    slip: float = 0.0
    level_mm: dict[int, float] = field(default_factory=dict)
    drag: dict[int, float] = field(default_factory=dict)
    own_drag: dict[int, float] = field(default_factory=dict)  # no two landing doors are alike
    drag_everywhere: float = 1.0
    jerk: float = 1.0
    hunting: float = 0.0  # of a drive that is badly tuned: speed swings, ±share
    noise_db: float = 0.0
    room_c: float = 0.0
    battery_pct: float | None = None  # None: charged
    miscount: int = 0  # floors by which the controller is wrong
    position_known: bool = True
    faulty: set[str] = field(default_factory=set)  # sensors that report themselves

    def drag_at(self, floor: int) -> float:
        """How much longer the doors take at a floor than the lift's doors in general."""
        own = self.own_drag.get(floor, 1.0)
        return self.drag_everywhere * self.drag.get(floor, 1.0) * own


def condition_of(plan: Plan, rng: Random, *, age_years: float) -> Condition:
    """A healthy lift of an age: older ones stop less exactly, on longer ropes, and shake more."""
    aged = min(age_years, 30.0) / 30.0
    return Condition(
        brake_mm=round(rng.uniform(1.8, 2.6), 2),
        creep=rng.uniform(0.0010, 0.0020),
        amplitude_mg={
            part: usual * rng.uniform(0.85, 1.15) * (1 + 0.3 * aged)
            for part, usual in USUAL_MG.items()
        },
        level_spread_mm=rng.uniform(2.0, 3.0) + 1.5 * aged,
        stretch=1.0 + 0.3 * aged,
        own_drag={landing.floor: rng.uniform(0.97, 1.03) for landing in plan.landings},
        force_n=rng.uniform(80.0, 105.0) * (0.9 if plan.limits.speed_mps < 1.2 else 1.0),
    )

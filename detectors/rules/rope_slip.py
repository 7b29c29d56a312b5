"""The ropes slip on the sheave."""

from collections.abc import Iterable

from detectors.trend import Series
from detectors.view import View
from detectors.wear import Limit, Measure, Part, Wear
from liftwatch.telemetry.messages import Message, Ride

SLIP = Part(
    "traction",
    "share of the way",
    50,
    (Limit(4, "contract, section 2; creep of 0.1 to 0.3 % is normal, domain 3.2", value=0.005),),
    "grooves or ropes worn, or greased: measure ropes and grooves (A-3), test traction (A-4-04)",
)
WAY_M_MIN = 5.0
"""A shorter ride tells slip too coarsely: a landing's tolerance of 10 mm is 0.2 % of it."""
SLIP_MAX = 0.2  # beyond it the two ways are not of one ride [our choice]
ROPINGS = (1, 2)


class RopeSlip(Wear):
    """Above 0.5 % in the median of 50 rides; it is a share of itself and needs no baseline."""

    name = "rope_slip"
    kinds = ("rope_slip",)
    hears = ("ride", "maintenance")
    needs = ("distance_m", "sheave_distance_m")

    def fresh(self) -> Series:
        """Judged against the whole way."""
        return Series(base={0: 1.0})

    def measure(self, message: Message, view: View) -> Iterable[Measure]:
        """The slip of one ride."""
        ride = message.body
        if isinstance(ride, Ride):
            slip = slip_of(ride, roping=view.facts.roping)
            if slip is not None:
                yield Measure(SLIP, slip)


def slip_of(ride: Ride, *, roping: int | None) -> float | None:
    """How much farther the sheave went than the car, as a share; None when nobody can tell.

    Some terminals tell the way of the ropes, which of a car roped 2:1 is twice the car's.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="", distance_m=20.0)
    >>> one, two = (Ride(**base, sheave_distance_m=way) for way in (20.1, 40.2))
    >>> round(slip_of(one, roping=None), 4), round(slip_of(two, roping=2), 4)
    (0.005, 0.005)
    """
    way_m, sheave_m = ride.distance_m, ride.sheave_distance_m
    if way_m is None or sheave_m is None or way_m < WAY_M_MIN:
        return None
    ropings = ROPINGS if roping is None else (1, roping)
    slip = min(abs(sheave_m / (way_m * ratio) - 1.0) for ratio in ropings)
    return slip if slip <= SLIP_MAX else None

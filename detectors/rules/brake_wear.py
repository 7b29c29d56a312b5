"""The brake takes longer to stop the car than when it was commissioned."""

from collections.abc import Iterable

from detectors.view import View
from detectors.wear import Limit, Measure, Part, Wear
from liftwatch.telemetry.messages import Message, Ride

SOURCE = "contract, section 2; stopping distance over commissioning, domain 3.2"
BRAKE = Part(
    "brake",
    "mm",
    50,
    (Limit(2, SOURCE, share=1.40), Limit(4, SOURCE, share=1.20)),
    "linings worn or glazed, or the gap has grown: adjust or replace, then test (A-1-05, A-4-04)",
)
LIGHT_PCT, HEAVY_PCT = 20.0, 60.0
"""About the counterweight's 45 %: below and above the masses pull the other way (domain 3.1)."""


class BrakeWear(Wear):
    """20 % over its own commissioning value, 40 % is graver, in the median of 50 rides.

    Loads and directions are compared with their own: what a brake has to stop depends on them.
    """

    name = "brake_wear"
    kinds = ("brake_wear",)
    hears = ("ride", "maintenance")
    needs = ("brake_stop_mm",)
    items = frozenset({"A-1-04", "A-1-05", "A-1-06"})

    def measure(self, message: Message, view: View) -> Iterable[Measure]:
        """The stop of one ride."""
        del view
        ride = message.body
        if isinstance(ride, Ride) and ride.brake_stop_mm:
            yield Measure(BRAKE, ride.brake_stop_mm, class_of(ride))


def class_of(ride: Ride) -> int:
    """Rides whose stops can be compared: by load and direction, as far as they are told.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> class_of(Ride(**base)), class_of(Ride(**base, load_pct=70.0, from_floor=5, to_floor=1))
    (0, 11)
    """
    direction = 0
    if ride.from_floor is not None and ride.to_floor is not None:
        direction = 1 if ride.to_floor > ride.from_floor else 2
    load = 0
    if ride.load_pct is not None:
        load = 1 if ride.load_pct < LIGHT_PCT else 2 if ride.load_pct < HEAVY_PCT else 3
    return 3 * load + direction

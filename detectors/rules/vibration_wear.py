"""Rides shake more than they may, or than they used to."""

from collections.abc import Iterable

from detectors.view import View
from detectors.wear import Limit, Measure, Part, Wear
from liftwatch.telemetry.messages import Message, Ride

GB_10058 = "GB/T 10058: A95 peak to peak 0.20 m/s² vertical, 0.15 m/s² horizontal (domain 2.3)"
TWICE = "twice its own baseline over 20 rides (domain 3.2 and 11)"
RIDES = 20
DOUBLED = Limit(4, TWICE, share=2.0)
PARTS: dict[str, Part] = {
    "vibration_z_mg": Part(
        "vertical",
        "mg",
        RIDES,
        (Limit(4, GB_10058, value=20.0), DOUBLED),
        "machine, ropes or sheave shake the car up and down",
    ),
    "vibration_x_mg": Part(
        "sideways", "mg", RIDES, (Limit(4, GB_10058, value=15.0), DOUBLED), "guides or rails"
    ),
    "vibration_y_mg": Part(
        "front to back", "mg", RIDES, (Limit(4, GB_10058, value=15.0), DOUBLED), "guides or rails"
    ),
    "rail_mg": Part("rail", "mg", RIDES, (DOUBLED,), "rail joints or brackets are out of line"),
    "roller_mg": Part("roller", "mg", RIDES, (DOUBLED,), "a guide roller or shoe is worn (A-2)"),
    "sheave_mg": Part("sheave", "mg", RIDES, (DOUBLED,), "sheave or pulley, or its bearing (A-3)"),
    "motor_mg": Part("motor", "mg", RIDES, (DOUBLED,), "motor or its bearings (A-1-03)"),
}
FULL_SPEED = 0.9
"""Of rated speed: bands of parts lie at speed over length, and are compared at one speed only."""
NOTHING_MG = 0.05  # a sensor that tells less tells nothing


class VibrationWear(Wear):
    """A95 above 20 mg vertical or 15 mg horizontal, or any twice its own, in the median of 20.

    Only rides at full speed count: of the rated speed, or of the fastest ride seen.
    """

    name = "vibration_wear"
    kinds = ("vibration_wear",)
    hears = ("ride", "maintenance")
    needs = ("vibration_x_mg, vibration_y_mg, vibration_z_mg or a band", "speed_max_mps")
    items = frozenset({"A-1-03"})

    fastest_mps: float = 0.0

    def measure(self, message: Message, view: View) -> Iterable[Measure]:
        """The bands of one ride at full speed."""
        ride = message.body
        if not isinstance(ride, Ride) or "accelerometer" in view.faulty:
            return
        speed_mps = ride.speed_max_mps
        if speed_mps is None:
            return
        self.fastest_mps = max(self.fastest_mps, speed_mps)
        rated_mps = view.facts.rated_speed_mps or self.fastest_mps
        if speed_mps < FULL_SPEED * min(rated_mps, self.fastest_mps):
            return
        for name, part in PARTS.items():
            value_mg = getattr(ride, name)
            if value_mg is not None and value_mg > NOTHING_MG:
                yield Measure(part, value_mg)

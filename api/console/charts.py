"""The charts of a lift's last day: a table, drawn by `static/day.js` from the telemetry API."""

from typing import NamedTuple

from api.console.marks import N_


class Chart(NamedTuple):
    """One row: `name` is what the script draws, `series` the words of its lines."""

    name: str
    title: str
    note: str
    series: tuple[str, ...] = ()


CHARTS = (
    Chart("rides", N_("Rides per hour"), N_("How much the lift is used"), (N_("Rides"),)),
    Chart(
        "position",
        N_("Where the car was"),
        N_("Lowest and highest point in metres, every ten minutes"),
        (N_("Position"),),
    ),
    Chart(
        "level",
        N_("Accuracy of stops"),
        N_("Step at the landing in mm; the red lines are the limits"),
        (N_("Off level by"),),
    ),
    Chart(
        "doors",
        N_("Door times"),
        N_("Seconds to open and to close, each cycle"),
        (N_("Opening time"), N_("Closing time")),
    ),
    Chart("load", N_("Load"), N_("Per cent of the rated load, each ride"), (N_("Load"),)),
    Chart(
        "heat",
        N_("Temperatures"),
        N_("In °C"),
        (N_("Machine room"), N_("Temperature in the car")),
    ),
)

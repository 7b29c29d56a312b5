"""How long telemetry is kept: the class of every kind, and what is left when raw data have gone.

Raw messages of every kind lie in the default place for 90 days. The few that people ask for a year
later (rides, doors, reports, visits) lie for 400 days in a place of their own as well, and what is
numeric lies for five years as 15-minute sums (decision 6).
"""

from typing import NamedTuple

from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.telemetry.signals import signals_of

QUARTER_MS = 15 * MINUTE_MS


class Retention(NamedTuple):
    """A class: how many days, and the name of its place beside the default one."""

    days: int
    place: str
    holds: str

    @property
    def ms(self) -> int:
        """The same in milliseconds."""
        return self.days * DAY_MS


RAW = Retention(90, "", "every message")
LONG = Retention(400, "days_400", "rides, doors, reports and visits")
SUMS = Retention(1_826, "years_5", "15-minute sums")
CLASSES = (RAW, LONG, SUMS)

CLASS_OF = {
    "register": LONG,
    "online": RAW,
    "state": RAW,
    "ride": LONG,
    "door": LONG,
    "button": RAW,
    "burst": RAW,
    "event": LONG,
    "emergency_call": LONG,
    "counters": LONG,
    "health": RAW,
    "maintenance": LONG,
}

SUMMED = ("state", "ride", "door", "counters", "health")
"""The kinds whose numbers are summed up: neither samples of bursts nor floors of buttons."""


def summed_signals(kind: str) -> tuple[str, ...]:
    """The numeric signals of a kind that is summed up, in the order of the contract.

    >>> summed_signals("health"), summed_signals("burst")
    (('battery_pct', 'rssi_dbm', 'clock_offset_ms', 'temperature_c'), ())
    """
    if kind not in SUMMED:
        return ()
    return tuple(row.name for row in signals_of(kind) if row.type in ("int", "float"))


def kept_ms(kind: str) -> int:
    """How long raw messages of a kind are kept.

    >>> kept_ms("state") // DAY_MS, kept_ms("ride") // DAY_MS, kept_ms("nothing") // DAY_MS
    (90, 400, 90)
    """
    return CLASS_OF.get(kind, RAW).ms

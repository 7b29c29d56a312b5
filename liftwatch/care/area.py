"""How an area stands, as plain data: what is counted by estate, by lift and by unit."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.incidents.kinds import KINDS

FAULTS: tuple[str, ...] = tuple(
    kind.name
    for kind in KINDS
    if kind.group in ("people", "motion", "fall", "door", "button", "service")
    and kind.name not in ("door_blocked", "entrapment_suspected")
)
"""Kinds by which lifts and units are compared: what a lift did, not how it was used (a door held
open, an overload), nor what the calendar asks, nor what became another kind."""
DUTIES: tuple[str, ...] = (
    *("maintenance_overdue", "inspection_due", "emergency_call_untested"),
    *("maintenance_contradicted", "ageing"),
)
"""Kinds of duties that were not met."""


class EstateLifts(Struct, frozen=True, kw_only=True):
    """The lifts of an estate; where they stand on the mean of those that the register knows."""

    area: str
    estate: str
    lifts: int
    offline: int
    latitude: float | None = None
    longitude: float | None = None
    datum: str | None = None


class OpenCount(Struct, frozen=True):
    """How many incidents of a kind and a severity are open in an estate."""

    area: str
    estate: str
    kind: str
    severity: int
    count: int


class LiftCount(Struct, frozen=True):
    """How many of the kinds asked for were raised of a lift."""

    lift: str
    count: int


class UnitCount(Struct, frozen=True):
    """Of a maintenance unit: lifts and days under its contracts, what was raised of them then."""

    organisation: str
    lifts: int
    days: float
    count: int


class AreaReads(Protocol):
    """What the page of an area is made of; each bounded by a sight.

    Late history, exercises (unless the whole installation is one) and what people rejected count
    nowhere but among what is open.
    """

    def area_lifts(self, *, sight: Sight = EVERYTHING) -> list[EstateLifts]:
        """By estate, in order of area and estate."""

    def area_open(self, *, sight: Sight = EVERYTHING) -> list[OpenCount]:
        """What is open by estate, kind and severity."""

    def area_faults(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[LiftCount]:
        """By lift, those with any, in order of their names."""

    def area_units(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[UnitCount]:
        """By unit, those with a contract of a lift that is seen in between."""

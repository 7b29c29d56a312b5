"""The charts of what wears: a table of quantities, each with the limits of its detector.

A chart shows daily means with the least and the greatest value of each day. What is usual is the
median of the first week's; limits that are shares of what is usual are drawn from it.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from api.console.marks import N_
from detectors.rules import brake_wear, door_wear, levelling_drift, rope_slip, vibration_wear
from detectors.wear import HALF_MONTHLY, Limit
from liftwatch.ports import Summary, TelemetryRow

BASE_DAYS = 7
"""Days with values that make what is usual [our choice]; detectors count 40 values."""


class Chart(NamedTuple):
    """One row: which signals of which kind, times `scale`; the incident that tells of its wear, and
    by which words of its evidence; the items of a visit that begin it anew. `landings`: there is
    one for each landing, too."""

    name: str
    title: str
    kind: str
    signals: tuple[str, ...]
    unit: str
    told_by: str
    part: str
    limits: tuple[Limit, ...]
    items: frozenset[str]
    landings: bool = False
    scale: float = 1.0


_STEPS = tuple(
    Limit(severity, source, value=value)
    for severity, source, side in (
        (3, "contract, section 2", levelling_drift.STEP_MM),
        (4, "EN 81-20 5.12.1.1.4", levelling_drift.ACCURACY_MM),
    )
    for value in (side, -side)
)
_DOORS = frozenset(door_wear.DoorWear.items)
CHARTS: tuple[Chart, ...] = (
    *(
        Chart(
            *(name, title, "ride", (name,), part.unit, "vibration_wear", part.name, part.limits),
            items=vibration_wear.VibrationWear.items,
        )
        for (name, part), title in zip(
            vibration_wear.PARTS.items(),
            (
                N_("Vibration upright"),
                N_("Vibration sideways"),
                N_("Vibration from front to back"),
                N_("Vibration of the rails"),
                N_("Vibration of the rollers"),
                N_("Vibration of the sheave"),
                N_("Vibration of the motor"),
            ),
            strict=True,
        )
    ),
    *(
        Chart(
            *(name, title, "door", (name,), door_wear.UNITS[name], "door_wear", part.name),
            limits=part.limits,
            items=_DOORS,
            landings=True,
        )
        for (name, part), title in zip(
            door_wear.PARTS.items(),
            (N_("Closing time"), N_("Opening time"), N_("Current of the door")),
            strict=True,
        )
    ),
    Chart(
        *("brake", N_("Stopping distance of the brake"), "ride", ("brake_stop_mm",), "mm"),
        told_by="brake_wear",
        part=brake_wear.BRAKE.name,
        limits=brake_wear.BRAKE.limits,
        items=brake_wear.BrakeWear.items,
    ),
    Chart(
        *("slip", N_("Slip of the ropes"), "ride", ("sheave_distance_m", "distance_m"), "%"),
        told_by="rope_slip",
        part=rope_slip.SLIP.name,
        limits=rope_slip.SLIP.limits,
        items=rope_slip.RopeSlip.items,
        scale=100.0,
    ),
    Chart(
        *("level", N_("Step at the landing"), "ride", ("level_error_mm",), "mm"),
        told_by="levelling_error",
        part="",
        limits=_STEPS,
        items=levelling_drift.ITEMS,
        landings=True,
    ),
)
TOLD_BY = tuple(dict.fromkeys(chart.told_by for chart in CHARTS))


class Day(NamedTuple):
    """A day's values; a quotient of two signals has no least and no greatest."""

    at_ms: int
    mean: float
    low: float | None = None
    high: float | None = None


def days_of(chart: Chart, rows: Sequence[TelemetryRow], *, roping: int | None) -> list[Day]:
    """The days on which its signals were told."""
    found = []
    for row in rows:
        told = [row.values.get(name) for name in chart.signals]
        if not all(isinstance(one, Summary) for one in told):
            continue
        if chart.name == "slip":
            found += _slip(row.at_ms, told, roping=roping)  # type: ignore[arg-type]  # asked above
        else:
            (one,) = told
            assert isinstance(one, Summary), "asked above"
            found.append(Day(row.at_ms, one.mean, one.min, one.max))
    return found


def _slip(at_ms: int, told: Sequence[Summary], *, roping: int | None) -> list[Day]:
    """How much farther the sheave went that day than the car, as a share."""
    sheave_m, way_m = told[0].mean, told[1].mean
    if way_m <= 0.0:
        return []
    ropings = rope_slip.ROPINGS if roping is None else (1, roping)
    slip = min(abs(sheave_m / (way_m * one) - 1.0) for one in ropings)
    return [Day(at_ms, slip)] if slip <= rope_slip.SLIP_MAX else []


class Replaced(NamedTuple):
    """A part that a visit replaced."""

    at_ms: int
    code: str


def replaced_of(chart: Chart, visits: Sequence[TelemetryRow]) -> list[Replaced]:
    """The visits that make what is usual anew: an item of the part, or of the longer lists."""
    found = []
    for row in visits:
        code = str(row.values.get("code") or "")
        if row.values.get("result") == "replaced" and (
            code in chart.items or not HALF_MONTHLY.match(code)
        ):
            found.append(Replaced(row.at_ms, code))
    return found


class Usual(NamedTuple):
    """What is usual, None while there are too few days; `days` counts those that there are."""

    value: float | None
    days: int


def usual_of(days: Sequence[Day], *, since_ms: int) -> Usual:
    """The median of the first days' means since a moment.

    >>> week = [Day(n, 10.0 + n % 3) for n in range(7)]
    >>> usual_of(week, since_ms=0), usual_of(week, since_ms=5)
    (Usual(value=11.0, days=7), Usual(value=None, days=2))
    """
    means = [day.mean for day in days if day.at_ms >= since_ms]
    value = median(means[:BASE_DAYS]) if len(means) >= BASE_DAYS else None
    return Usual(value, len(means))


def limits_of(chart: Chart, usual: float | None) -> dict[float, Limit]:
    """The limits that can be drawn, by their value; the gravest first."""
    found: dict[float, Limit] = {}
    for limit in chart.limits:
        value = limit.value
        if limit.share is not None and usual is not None:
            value = limit.share * usual
        if value is not None:
            found.setdefault(value, limit)
    return found


def signals_by_kind(charts: Sequence[Chart]) -> Mapping[str, tuple[str, ...]]:
    """What to read for some charts, a query for each kind."""
    found: dict[str, dict[str, None]] = {}
    for chart in charts:
        found.setdefault(chart.kind, {}).update(dict.fromkeys(chart.signals))
    return {kind: tuple(names) for kind, names in found.items()}

"""What is known of a lift for good: the merged content of its `register` messages."""

from datetime import date
from itertools import pairwise

from msgspec import Struct, structs

from liftwatch.telemetry.messages import FloorOfLift, Register

DOOR_ZONE_MM = 200.0
"""Unlocking zone where the register is silent: ±0.20 m (EN 81-20 5.3.8.1, domain 2.2)."""


class Facts(Struct, kw_only=True, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """The fields of `register`; None is unknown."""

    equipment_code: str | None = None
    rescue_code: str | None = None
    address: str | None = None
    building: str | None = None
    unit: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    datum: str | None = None
    floors: list[FloorOfLift] | None = None
    rated_speed_mps: float | None = None
    rated_load_kg: float | None = None
    roping: int | None = None
    door_zone_mm: float | None = None
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    installed_on: date | None = None
    renewed_on: date | None = None
    design_life_years: float | None = None
    assessed_on: date | None = None
    inspected_on: date | None = None
    next_inspection_on: date | None = None
    maintenance_unit: str | None = None
    use_unit: str | None = None
    households: int | None = None
    only_lift_of_unit: bool | None = None


def merge(facts: Facts, message: Register) -> Facts:
    """Facts after a register message: what it is silent about stays.

    >>> known = Facts(rated_speed_mps=1.75, unit="1")
    >>> said = Register(v=1, terminal="T", boot="b", seq=0, at="2026-03-02T08:00:00Z", unit="2")
    >>> merge(known, said)
    Facts(unit='2', rated_speed_mps=1.75)
    """
    said = {name: getattr(message, name) for name in Facts.__struct_fields__}
    known = {name: value for name, value in said.items() if value is not None}
    return structs.replace(facts, **known)


def landing_height_m(facts: Facts, floor: int | None) -> float | None:
    """Height of the sill of a landing in metres, or None when the register does not tell."""
    return next(
        (row.height_m for row in facts.floors or () if row.index == floor and floor is not None),
        None,
    )


def ends_m(facts: Facts) -> tuple[float, float] | None:
    """Heights of the lowest and the highest landing; None when the register contradicts itself.

    It must tell the height of every landing, rising with the index.

    >>> floors = [FloorOfLift(index=1, height_m=0.0), FloorOfLift(index=2, height_m=3.0)]
    >>> ends_m(Facts(floors=floors)), ends_m(Facts(floors=floors[::-1])), ends_m(Facts())
    ((0.0, 3.0), (0.0, 3.0), None)
    """
    rows = heights_m(facts)
    return None if rows is None else (rows[0][1], rows[-1][1])


def heights_m(facts: Facts) -> list[tuple[int, float]] | None:
    """Index and height of every landing, from below; None as in `ends_m`."""
    rows: list[tuple[int, float]] = []
    for row in facts.floors or ():
        if row.index is None or row.height_m is None:
            return None
        rows.append((row.index, row.height_m))
    rows.sort()
    rising = all(low[0] < high[0] and low[1] < high[1] for low, high in pairwise(rows))
    return rows if len(rows) > 1 and rising else None

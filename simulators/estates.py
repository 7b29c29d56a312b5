"""Made-up estates of Kunshan: how blocks of flats, their lifts and their terminals look."""

from random import Random
from typing import Any, NamedTuple

from simulators.physics import Limits
from simulators.plan import BLIND, SENSORS, DoorTimes, Landing, Plan, landings

AREA = "320583"
SITE = (31.385, 120.981)  # Kunshan, WGS 84
MAKERS = (("Sujiang", "SJ-600"), ("Huadong", "HD-3000"), ("Yangzi", "YZ-Home"), ("Tailian", "TL-9"))
LIFTS_PER_ESTATE = 24
BLIND_EVERY = 6


class Block(NamedTuple):
    """A kind of block: floors up to a height, speeds, loads, lifts a unit (domain 4.3)."""

    floors: tuple[int, int]
    speeds_mps: tuple[float, ...]
    loads_kg: tuple[int, ...]
    rides_per_day: int
    lifts_per_unit: int


BLOCKS = (
    Block((7, 11), (1.0,), (630, 800), 120, 1),
    Block((12, 18), (1.5, 1.75), (800, 1000), 270, 2),
    Block((19, 26), (1.75, 2.0), (1000,), 400, 2),
    Block((27, 33), (2.0, 2.5), (1000, 1050), 540, 2),
)


class Place(NamedTuple):
    """Where a lift stands and which number it has in its fleet."""

    number: int
    estate: str
    building: str
    unit: str
    block: Block
    blind: bool = False


def place_of(index: int, *, seed: int) -> Place:
    """The place of the n-th lift of a generated fleet; two of one unit share a building."""
    estate, within = divmod(index, LIFTS_PER_ESTATE)
    block = Random(f"{seed}/estate/{estate}").choice(BLOCKS)
    unit = within // block.lifts_per_unit
    blind = index % BLIND_EVERY == BLIND_EVERY - 1
    building, door = divmod(unit, 2)
    name = f"estate-{estate + 1:04d}"
    return Place(index, name, str(building + 1), str(door + 1), block, blind)


def code_of(place: Place, *, year: int) -> str:
    """A 20-character equipment code: catalogue 3110, area, year, month, number (domain 1.5).

    >>> code_of(Place(0, "garden", "1", "1", BLOCKS[0]), year=2018)
    '31103205832018010001'
    """
    batch, number = divmod(place.number, 9_999)
    return f"3110{AREA}{year}{batch % 12 + 1:02d}{number + 1:04d}"


def plan_lift(place: Place, *, seed: int) -> Plan:
    """A lift for a place, by the seed."""
    unit = Random(f"{seed}/{place.estate}/{place.building}/{place.unit}")
    rng = Random(f"{seed}/plan/{place.number}")
    block = place.block
    rows = landings(
        unit.randint(*block.floors),
        storey_m=unit.choice((2.9, 2.95, 3.0)),
        basement=block.lifts_per_unit > 1 and unit.random() < 0.5,
    )
    year = unit.randint(2007, 2023)
    limits = Limits(
        unit.choice(block.speeds_mps),
        round(rng.uniform(0.6, 1.0), 2),
        round(rng.uniform(0.8, 1.2), 2),
    )
    return Plan(
        name=code_of(place, year=year),
        area=AREA,
        estate=place.estate,
        terminal=f"T-{place.number + 1:05d}",
        landings=rows,
        limits=limits,
        rated_load_kg=unit.choice(block.loads_kg),
        doors=_doors(rng),
        people_per_day=block.rides_per_day * rng.uniform(0.7, 1.2),
        entrance=1,
        register=_register(place, rows, year=year, rng=rng),
        sensors=BLIND if place.blind else SENSORS,
    )


def _doors(rng: Random) -> DoorTimes:
    return DoorTimes(
        round(rng.uniform(2.05, 2.55), 2),
        round(rng.uniform(2.65, 3.35), 2),
        round(rng.uniform(3.1, 4.9), 1),
    )


def _register(place: Place, rows: tuple[Landing, ...], *, year: int, rng: Random) -> dict[str, Any]:
    maker, model = MAKERS[(place.number // 8) % len(MAKERS)]
    return {
        "rescue_code": f"{rng.randrange(60_000, 99_999):06d}",
        "address": f"昆山市 {place.estate} {place.building}幢{place.unit}单元",
        "building": place.building,
        "unit": place.unit,
        "latitude": round(SITE[0] + rng.uniform(-0.02, 0.02), 6),
        "longitude": round(SITE[1] + rng.uniform(-0.02, 0.02), 6),
        "datum": "wgs84",
        "roping": 2,
        "manufacturer": maker,
        "model": model,
        "firmware": f"{rng.choice(('2.1', '2.2', '3.0'))}.{rng.randrange(8)}",
        "installed_on": f"{year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "design_life_years": 15,
        "maintenance_unit": "kunshan-lift-service" if place.number % 3 else "yushan-lift-works",
        "use_unit": f"{place.estate}-property",
        "households": 2 * len(rows) * place.block.lifts_per_unit,
        "only_lift_of_unit": place.block.lifts_per_unit == 1,
    }

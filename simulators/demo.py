"""The demo: three estates in Kunshan, an hour of history, and a script in which every kind speaks.

The hour is over when a viewer first looks; seconds below count from that moment.
"""

from itertools import count, cycle, takewhile
from typing import NamedTuple

from simulators.estates import BLOCKS, Block, Place, plan_lift
from simulators.faults import FAULTS
from simulators.fleet import Fleet
from simulators.plan import SENSORS, Plan
from simulators.scenario import Scenario, fault

HISTORY_S = 3_600.0
LIFTS = 12
UNSEEN = "entrapment_suspected"
PEOPLE_PER_DAY = 700  # busier than life: somebody is looking


class Estate(NamedTuple):
    """An estate of the demo; building and unit of each of its four lifts."""

    name: str
    address: str
    block: Block
    doors: tuple[str, ...]


ESTATES = (
    Estate("yushan-garden", "昆山市玉山镇", BLOCKS[1], ("1-1", "1-1", "2-1", "2-1")),
    Estate("tinglin-court", "昆山市亭林路", BLOCKS[3], ("5-1", "5-1", "6-1", "6-1")),
    Estate("bailu-village", "昆山市白鹭新村", BLOCKS[0], ("9-1", "9-2", "10-1", "10-2")),
)

SCRIPT: tuple[tuple[float, str, int], ...] = (
    (-3_000.0, "visit", 9),
    (-1_500.0, "jumping", 11),
    (-540.0, "out_of_service", 2),
    (-215.0, "door_blocked", 5),
    (-100.0, "door_fault", 8),
    (-15.0, "entrapment_suspected", 10),
    (-10.0, "button_dead", 0),
    (5.0, "entrapment", 3),
    (40.0, "emergency_call", 0),
    (65.0, "overspeed", 6),
    (90.0, "moving_with_open_door", 1),
    (110.0, "unintended_movement", 4),
    (125.0, "free_fall", 8),
    (145.0, "uncontrolled_movement", 7),
)
"""When, what, on which lift; 9 and 11 stay healthy until the cycle begins, and 9 throughout."""

CYCLE_FROM_S, CYCLE_EVERY_S, CYCLE_FOR_S = 720.0, 240.0, 86_400.0
CYCLE: tuple[tuple[str, int], ...] = (
    ("emergency_call", 11),
    ("door_fault", 2),
    ("button_dead", 4),
    ("overspeed", 0),
    ("entrapment", 7),
    ("door_blocked", 1),
    ("moving_with_open_door", 5),
    ("entrapment_suspected", 10),
    ("unintended_movement", 6),
    ("jumping", 11),
    ("free_fall", 3),
    ("out_of_service", 8),
    ("uncontrolled_movement", 2),
)


def demo_fleet(*, seed: int, start_ms: int, lifts: int = LIFTS) -> Fleet:
    """The demo's fleet, to be started an hour before anybody looks.

    With fewer lifts the script shares them, with more the others stay healthy.
    """
    plans = [demo_plan(index, seed=seed) for index in range(lifts)]
    return Fleet(plans, seed=seed, start_ms=start_ms, scenario=demo_scenario(lifts))


def demo_scenario(lifts: int) -> Scenario:
    """The script and after it the cycle, on so many lifts."""
    times = count(CYCLE_FROM_S, CYCLE_EVERY_S)
    repeated = takewhile(lambda row: row[0] < CYCLE_FOR_S, zip(times, cycle(CYCLE), strict=False))
    rows = [*SCRIPT, *((at_s, name, number) for at_s, (name, number) in repeated)]
    faults = (
        fault(_lift_of(name, number, lifts), name, HISTORY_S + at_s)
        for at_s, name, number in rows
        if lifts > 1 or name != UNSEEN
    )
    return Scenario(tuple(faults))


def _lift_of(name: str, number: int, lifts: int) -> int:
    """The script's lift; in a small fleet the last one is for what must not see people."""
    if lifts >= LIFTS:
        return number
    return lifts - 1 if name == UNSEEN else number % max(lifts - 1, 1)


def demo_plan(index: int, *, seed: int) -> Plan:
    """One lift of the demo, by its number."""
    round_, within = divmod(index, LIFTS)
    estate = ESTATES[within // 4]
    building, unit = estate.doors[within % 4].split("-")
    if round_:
        building = str(int(building) + 20 * round_)
    plan = plan_lift(Place(index, estate.name, building, unit, estate.block), seed=seed)
    address = f"{estate.address} {building}幢{unit}单元"
    return plan._replace(
        register={**plan.register, "address": address},
        people_per_day=PEOPLE_PER_DAY,
        sensors=SENSORS,
    )


assert all(name in FAULTS for _, name, _ in SCRIPT)

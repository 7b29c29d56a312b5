"""People: when they come, where they go, how they wait, get in and get out."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from liftwatch.clock import HOUR_MS
from simulators.agenda import Process
from simulators.panel import Button
from simulators.plan import PERSON_KG, Plan

if TYPE_CHECKING:
    from simulators.lift import Lift

SHANGHAI_MS = 8 * HOUR_MS
PATIENCE_S = 240.0

SHARE_BY_HOUR = (
    (7, 0.06),  # seven hours of night together
    (9, 0.22),  # two peaks, 7 to 9 and 17 to 20 (domain 4.3)
    (17, 0.32),
    (20, 0.28),
    (24, 0.12),
)
"""Until which hour, and which share of a day's people comes since the row above."""


@dataclass(eq=False)
class Person:
    """Somebody on the way from one floor to another."""

    from_floor: int
    to_floor: int
    mass_kg: float = PERSON_KG


def share_per_hour(hour: int) -> float:
    """The share of a day's people in one hour of local time.

    >>> round(sum(share_per_hour(hour) for hour in range(24)), 9), share_per_hour(8)
    (1.0, 0.11)
    """
    begin = 0
    for until, share in SHARE_BY_HOUR:
        if hour < until:
            return share / (until - begin)
        begin = until
    raise ValueError(f"no hour of a day: {hour}")


def local_hour(at_ms: int) -> int:
    """The hour of the day in Kunshan.

    >>> local_hour(0)
    8
    """
    return (at_ms + SHANGHAI_MS) // HOUR_MS % 24


SHARE_MAX = max(share_per_hour(hour) for hour in range(24))


def someone(plan: Plan, rng: Random, *, hour: int) -> Person:
    """A person of this hour: mornings down and out, evenings in and up, a few between floors."""
    others = [landing.floor for landing in plan.landings if landing.floor != plan.entrance]
    home = rng.choice(others)
    mass_kg = min(max(rng.gauss(PERSON_KG, 14.0), 20.0), 120.0)
    if rng.random() < 0.1 and len(others) > 1:
        return Person(home, rng.choice([floor for floor in others if floor != home]), mass_kg)
    leaves = rng.random() < (0.75 if hour < 12 else 0.3)
    ends = (home, plan.entrance) if leaves else (plan.entrance, home)
    return Person(*ends, mass_kg)


def arrivals(lift: "Lift") -> Process:
    """People arrive as a Poisson process whose rate follows the hour (by thinning)."""
    plan, rng = lift.plan, lift.rng
    per_hour_max = max(plan.people_per_day * SHARE_MAX, 1e-6)
    while True:
        yield lift.after(rng.expovariate(per_hour_max / 3_600))
        hour = local_hour(lift.now_ms)
        if rng.random() * SHARE_MAX < share_per_hour(hour) * lift.busy:
            lift.agenda.start(wait_for_lift(lift, someone(plan, rng, hour=hour)))


def landing_button(person: Person) -> Button:
    """The button somebody presses at the landing."""
    direction = "up" if person.to_floor > person.from_floor else "down"
    return Button("landing", floor=person.from_floor, direction=direction)


def wait_for_lift(lift: "Lift", person: Person) -> Process:
    """Wait at the landing; press, and again while the lamp is dark; give up after some minutes."""
    lift.waiting.append(person)
    gives_up_ms = lift.after(PATIENCE_S)
    button = landing_button(person)
    while person in lift.waiting and lift.now_ms < gives_up_ms:
        if button not in lift.panel.lit and not lift.stands_open_at(person.from_floor):
            lift.panel.press(button)
        yield lift.after(lift.rng.uniform(12.0, 30.0))
    if person in lift.waiting:
        lift.waiting.remove(person)


def get_out(lift: "Lift", *, everybody: bool = False) -> bool:
    """Whoever wants this floor leaves the car; tell whether somebody did."""
    staying = [one for one in lift.car.people if not everybody and one.to_floor != lift.floor]
    leaving = len(lift.car.people) - len(staying)
    lift.car.people = staying
    lift.totals.passengers += leaving
    return leaving > 0


def get_in(lift: "Lift") -> bool:
    """Whoever waits here enters while there is room, and presses a button; tell whether anybody."""
    before = len(lift.car.people)
    for person in [one for one in lift.waiting if one.from_floor == lift.floor]:
        if len(lift.car.people) >= lift.plan.persons_max:
            break
        lift.waiting.remove(person)
        lift.car.people.append(person)
        lift.agenda.start(_choose_floor(lift, person))
    return len(lift.car.people) > before


def _choose_floor(lift: "Lift", person: Person) -> Process:
    yield lift.after(lift.rng.uniform(0.4, 1.2))
    button = Button("car", floor=person.to_floor)
    if button not in lift.panel.lit or lift.rng.random() < 0.2:
        lift.panel.press(button)

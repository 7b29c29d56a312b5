"""The worlds of `make evaluate`: which faults and hard negatives happen to which simulated lifts.

A world is a fleet, a scenario and a length; the same seed makes the same one. Faults follow each
other on a lift with time to be repaired in between; no kind twice in a row.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Literal, NamedTuple

from simulators.faults import DUTIES, FAULTS, HARMLESS, TRENDS, kind_of_fault
from simulators.rates import RATES, Rate
from simulators.scenario import Fault, fault

HOUR_S, DAY_S = 3_600.0, 86_400.0
SHORT_S = 3 * HOUR_S  # what lasts longer plays in the long worlds
BEGIN_S = 1.0 * HOUR_S
REPAIR_S = 1_500.0
LIFT_DAY_S = 22 * HOUR_S  # of faults, on one lift of a short world
DANGER, OTHER, NEGATIVE = 300, 60, 100
GROUP_LIFTS, GROUP_EVERY_S = 24, 3_000.0
APART_S = 600.0  # a fault of the make is five lifts within ten minutes (contract, section 2)
WEAR_FROM_S, LONG_DAYS = 7 * DAY_S, 30.0
ODD_DAYS = 12.0  # beside each lift whose parts wear one that is well, but for two odd hours
SILENT_FROM_S, SILENT_FOR_S = 15.5 * DAY_S, 13.0 * DAY_S  # a habit takes a fortnight

VISITS = frozenset({"visit", "planned_outage"})
RECORDS = frozenset(name for name in DUTIES if name.startswith("contradicted_"))
"""Both end with a record that all is well: on lifts of their own, elsewhere it would not be."""
BUTTON_RECORD = "contradicted_by_button"  # it contradicts any record of the day: one a lift

SHARES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "free_fall": (("free_fall", 0.5), ("uncontrolled_movement", 0.5)),
    "overspeed": (("overspeed", 1.0),),
    "moving_with_open_door": (("moving_with_open_door", 1.0),),
    "unintended_movement": (("unintended_movement", 1.0),),
    "overrun": (("overrun", 1.0),),
    "entrapment": (
        ("entrapment", 0.4),
        ("entrapment_at_landing", 0.3),
        ("entrapment_closed", 0.3),
    ),
    "emergency_call": (("emergency_call", 1.0),),
}
"""Kinds of severity 1, and by which faults they come about."""

VARIED: Mapping[str, Mapping[str, Sequence[float]]] = {
    "free_fall": {"fall_s": (0.35, 0.45, 0.6)},
    "overspeed": {"ratio": (1.2, 1.26, 1.4)},
    "moving_with_open_door": {"open_s": (1.5, 2.5, 4.0)},
    "unintended_movement": {"way_m": (0.35, 0.6, 1.1)},
    "overrun": {"bottom": (0.0, 1.0), "people": (0.0, 1.0), "past_m": (0.12, 0.25)},
    "entrapment": {"people": (1.0, 2.0, 4.0), "mains": (0.0, 1.0)},
    "entrapment_at_landing": {"people": (1.0, 3.0)},
    "entrapment_closed": {"people": (1.0, 3.0)},
    "run_time_limit": {"people": (0.0, 1.0)},
    "door_impact": {"force_n": (165.0, 178.0, 230.0)},
    "button_stuck": {"held": (0.0, 1.0)},
    "levelling_step": {"step_mm": (44.0, 50.0, 60.0)},
    "terminal_offline": {"will": (0.0, 1.0), "stores": (0.0, 1.0)},
    "vibration_wear": {"part": (0.0, 1.0, 2.0, 3.0)},
    "door_wear": {"everywhere": (0.0, 1.0)},
    "clock_drift": {"fast": (0.0, 1.0)},
}
"""Options that differ from one instance to the next."""


TROUBLED_LIFTS, TROUBLED_DAYS = 12, 6.0
TROUBLE: Mapping[str, float] = {
    "terminal_offline": 150.0,
    "terminal_restart": 80.0,
    "speed_spike": 60.0,
    "position_frozen": 60.0,
    "door_contact_bouncing": 60.0,
    "planned_outage": 60.0,
    "short_outage": 50.0,
    "clock_drift": 40.0,
    "accelerometer_off": 40.0,
    "power_dip": 40.0,
    "bad_network": 30.0,
    "firefighter_drill": 30.0,
    "out_of_service": 20.0,
    "door_blocked": 10.0,
    "jumping": 5.0,
    "miscount_once": 5.0,
    "presence_flapping": 3.0,
    "held_by_people": 3.0,
    "overload_once": 3.0,
}
"""How many times its base rate: so that a lift has some trouble every other hour."""


class World(NamedTuple):
    """One fleet and what happens to it; `thin` leaves out the states of moving cars."""

    name: str
    seed: int
    lifts: int
    days: float
    faults: tuple[Fault, ...] = ()
    thin: bool = False
    rates: Literal["none", "base", "troubled"] = "none"


def worlds_of(seeds: Sequence[int], *, share: float = 1.0) -> list[World]:
    """The scenario set: so many instances of each kind, spread over the seeds."""
    made: list[World] = []
    for seed in seeds:
        part = share / len(seeds)
        made += _short_worlds(seed, part)
        made += _group_worlds(seed, part)
        made += _long_worlds(seed, part)
    return made


def quiet_worlds(seeds: Sequence[int], *, lifts: int, days: float) -> list[World]:
    """Fleets at base rates, a dozen lifts each."""
    sizes = [min(12, lifts - begin) for begin in range(0, lifts, 12)]
    pairs = zip(itertools.cycle(seeds), sizes, strict=False)
    return [
        World(f"quiet-{seed}-{n}", 1000 * seed + n, size, days, rates="base")
        for n, (seed, size) in enumerate(pairs)
    ]


def troubled_worlds(seeds: Sequence[int], *, share: float = 1.0) -> list[World]:
    """Fleets at base rates whose terminals, sensors and links have much trouble: what they make up
    shows in days instead of years."""
    lifts = max(round(TROUBLED_LIFTS * share), 1)
    return [
        World(f"troubled-{seed}", 1000 * seed + 500, lifts, TROUBLED_DAYS, rates="troubled")
        for seed in seeds
    ]


def rates_of(world: World) -> Sequence[Rate]:
    """How often what befalls its lifts by chance; nothing does in most worlds."""
    if world.rates == "base":
        return RATES
    if world.rates == "none":
        return ()
    return [one._replace(per_year=one.per_year * TROUBLE.get(one.fault, 1.0)) for one in RATES]


def counts(part: float) -> dict[str, int]:
    """How many instances of each fault that is over within hours."""
    wanted: dict[str, int] = {}
    shared = {name: DANGER * by for rows in SHARES.values() for name, by in rows}
    plain = [
        name
        for name, row in FAULTS.items()
        if row.for_s <= SHORT_S and not row.group and name not in TRENDS
    ]
    of_kind: dict[str, int] = {}
    for name in plain:
        of_kind[kind_of_fault(name)] = of_kind.get(kind_of_fault(name), 0) + 1
    for name in plain:
        if name in HARMLESS:
            count: float = NEGATIVE
        else:
            count = shared.get(name, OTHER / of_kind[kind_of_fault(name)])
        wanted[name] = max(round(count * part + 0.49), 1)
    return wanted


def _varied(rng: Random, name: str) -> dict[str, float]:
    return {option: rng.choice(values) for option, values in VARIED.get(name, {}).items()}


def _short_worlds(seed: int, part: float) -> Iterator[World]:
    rng = Random(f"{seed}/short")
    wanted = counts(part)
    blind = [name for name in wanted if FAULTS[name].without]
    visited = [name for name in wanted if name in VISITS]
    records = [name for name in wanted if name in RECORDS and name != BUTTON_RECORD]
    apart = {*blind, *visited, *records, BUTTON_RECORD}
    others = [name for name in wanted if name not in apart]
    labels = (("blind", blind), ("visited", visited), ("records", records), ("short", others))
    for label, names in (*labels, ("button-record", [BUTTON_RECORD])):
        total_s = sum(wanted[name] * (FAULTS[name].for_s + REPAIR_S) for name in names)
        lifts = max(int(total_s / LIFT_DAY_S) + 1, 3)
        if label == "button-record":
            lifts = wanted[BUTTON_RECORD]
        faults = tuple(_dealt(rng, {name: wanted[name] for name in names}, lifts))
        if label == "button-record":  # as one they would be a fault of the make
            faults = tuple(
                one._replace(after_s=one.after_s + int(one.lift) * APART_S) for one in faults
            )
        for begin in range(0, lifts, GROUP_LIFTS):
            size = min(GROUP_LIFTS, lifts - begin)
            mine = tuple(
                one._replace(lift=int(one.lift) - begin)
                for one in faults
                if begin <= int(one.lift) < begin + size
            )
            until_s = max((one.after_s + one.for_s for one in mine), default=0.0) + 2 * REPAIR_S
            name = f"{label}-{seed}-{begin // GROUP_LIFTS}"
            yield World(name, 100 * seed + begin, size, until_s / DAY_S, mine)


def _dealt(rng: Random, wanted: Mapping[str, int], lifts: int) -> Iterator[Fault]:
    """Instances dealt like cards, so that no lift has one kind too often; then shuffled."""
    hands: list[list[str]] = [[] for _ in range(lifts)]
    place = 0
    for name in sorted(wanted):
        for _ in range(wanted[name]):
            hands[place % lifts].append(name)
            place += 1
    for lift, hand in enumerate(hands):
        rng.shuffle(hand)
        if hand and hand[0] in RECORDS:  # a visit that is well ends what another began
            hand = [one for name in hand for one in (name, "planned_outage")]
        at_s = BEGIN_S + rng.uniform(0.0, 600.0)
        for name in hand:
            yield fault(lift, name, at_s, **_varied(rng, name))
            at_s += FAULTS[name].for_s + REPAIR_S + rng.uniform(0.0, 300.0)


def _group_worlds(seed: int, part: float) -> Iterator[World]:
    rng = Random(f"{seed}/group")
    names = [name for name, row in FAULTS.items() if row.group]
    wanted = [name for name in names for _ in range(max(round(OTHER * part + 0.49), 1))]
    per_world = int(LIFT_DAY_S / GROUP_EVERY_S)
    rng.shuffle(wanted)
    for n, begin in enumerate(range(0, len(wanted), per_world)):
        mine = wanted[begin : begin + per_world]
        faults = tuple(
            fault(rng.randrange(GROUP_LIFTS), name, BEGIN_S + k * GROUP_EVERY_S)
            for k, name in enumerate(mine)
        )
        days = (BEGIN_S + (len(mine) + 1) * GROUP_EVERY_S) / DAY_S
        yield World(f"group-{seed}-{n}", 100 * seed + 50 + n, GROUP_LIFTS, days, faults)


def _long_worlds(seed: int, part: float) -> Iterator[World]:
    """Weeks of one lift each: its parts wear together, or one thing is not done."""
    rng = Random(f"{seed}/long")
    count = max(round(OTHER * part + 0.49), 1)
    together = ("vibration_wear", "door_wear", "brake_wear", "rope_slip")
    alone = [
        name
        for name, row in FAULTS.items()
        if row.for_s > SHORT_S and name not in (*together, *HARMLESS, "button_silent")
    ]
    for n in range(count):
        wear = [
            fault(0, name, WEAR_FROM_S + rng.uniform(0, DAY_S), **_varied(rng, name))
            for name in together
        ]
        wear.append(fault(0, "button_silent", SILENT_FROM_S, for_s=SILENT_FOR_S))
        yield World(f"wear-{seed}-{n}", 1000 * seed + n, 1, LONG_DAYS, tuple(wear), thin=True)
        odd = fault(0, "ride_anomaly", WEAR_FROM_S + rng.uniform(0, 3 * DAY_S))
        empty = fault(0, "nobody_comes", 2 * DAY_S)
        yield World(f"odd-{seed}-{n}", 1000 * seed + 300 + n, 1, ODD_DAYS, (empty, odd), thin=True)
    for place, name in enumerate(alone):
        days = (FAULTS[name].for_s + 2 * DAY_S) / DAY_S
        begin_s = WEAR_FROM_S if name == "levelling_drift" else DAY_S
        for n in range(count):
            one = (fault(0, name, begin_s + rng.uniform(0, HOUR_S), **_varied(rng, name)),)
            if name in DUTIES or name == "emergency_call_untested":  # nobody need ride for these
                one = (*one, fault(0, "holiday", 0.0, for_s=(days + 1) * DAY_S))
            begin = 1000 * seed + 600 + 100 * place + n
            yield World(f"{name}-{seed}-{n}", begin, 1, days + begin_s / DAY_S, one, thin=True)

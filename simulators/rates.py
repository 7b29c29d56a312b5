"""How often what happens: the published base rates, and what befalls each lift by them.

Only asked for (`liftwatch simulate --base-rates`); without it lifts stay healthy. Real
uncontrolled movement, overspeed, overrun and falls are so rare (below 1e-3 a lift-year, domain 4.3)
that they are never drawn: a scenario names them.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import NamedTuple, Protocol

from liftwatch.clock import DAY_MS, HOUR_MS, date_of, estate_day
from simulators.agenda import Process
from simulators.faults import FAULTS, Row, schedule
from simulators.faults.scene import Scene
from simulators.lift import Lift
from simulators.people import SHARE_MAX, local_hour, share_per_hour
from simulators.plan import Plan

YEAR_MS = 365 * DAY_MS
Draw = Callable[[Random], tuple[float, dict[str, float]]]
"""How long it lasts, and options that differ from the table's."""


class Rate(NamedTuple):
    """One row. `trapped` rows follow the lift's own luck; `day` ones the hours of its people.

    What is against a lift's habit cannot happen before it has one: `habit_days` from the begin.
    """

    fault: str
    per_year: float
    source: str
    draw: Draw | None = None
    trapped: bool = False
    day: bool = True
    habit_days: float = 0.0


def _rescue(rng: Random) -> tuple[float, dict[str, float]]:
    """Arrival log-normal, median 11.8 min, sigma 0.36; 1 + Poisson(0.7) people (domain 4.3)."""
    people = 1.0
    left = math.exp(-0.7)
    product = rng.random()
    while product > left:
        people += 1
        product *= rng.random()
    return 60 * rng.lognormvariate(math.log(11.8), 0.36), {"people": min(people, 6.0)}


def _by_mains(rng: Random) -> tuple[float, dict[str, float]]:
    for_s, options = _rescue(rng)
    return for_s, {**options, "mains": 1.0}


def _outage(rng: Random) -> tuple[float, dict[str, float]]:
    """Median 12 min (domain 4.3); the broker tells of half of them."""
    for_s = 60 * rng.lognormvariate(math.log(12.0), 0.8)
    return for_s, {"will": float(rng.random() < 0.5), "shuffled": float(rng.random() < 0.2)}


def _lasting(low_s: float, high_s: float) -> Draw:
    return lambda rng: (rng.uniform(low_s, high_s), {})


def _held_or_not(rng: Random) -> tuple[float, dict[str, float]]:
    return rng.uniform(600.0, 3_600.0), {"held": float(rng.random() < 0.5)}


def _vibration(rng: Random) -> tuple[float, dict[str, float]]:
    for_s = 86_400 * rng.uniform(30.0, 90.0)
    return for_s, {"part": float(rng.randrange(4)), "grown": rng.uniform(2.0, 4.0)}


_WEEKS = _lasting(30 * 86_400.0, 90 * 86_400.0)
_TRAPPED = 0.09  # entrapments a lift-year: 0.08 to 0.10 (domain 4.3), published 0.06 to 0.11 (4.2)
_MIX = "domain 4.3, cause mix"
_LOGGED = "domain 4.3: 2 to 6 faults a lift-year in the controller's log, shared out [our choice]"
_CHOICE = "[our choice]"

RATES: tuple[Rate, ...] = (
    Rate("entrapment", 0.46 * _TRAPPED, f"{_MIX}: control, level, other, human", _rescue, True),
    Rate("entrapment", 0.22 * _TRAPPED, f"{_MIX}: mains", _by_mains, True),
    Rate("entrapment_at_landing", 0.27 * _TRAPPED, f"{_MIX}: doors, rubbish", _rescue, True),
    Rate("entrapment_closed", 0.05 * _TRAPPED, f"{_MIX}: control", _rescue, True),
    Rate("entrapment_suspected", _TRAPPED, "the same where nobody is seen", None, True),
    Rate("door_fault", 1.0, _LOGGED),
    Rate("door_fault_opening", 0.6, _LOGGED),
    Rate("position_lost", 0.4, _LOGGED, day=False),
    Rate("position_miscounted", 0.2, _LOGGED),
    Rate("safety_chain_open", 0.4, _LOGGED),
    Rate("stopped_outside_zone", 0.3, _LOGGED),
    Rate("run_time_limit", 0.1, _LOGGED),
    Rate("out_of_service", 0.5, _LOGGED, _lasting(900.0, 14_400.0)),
    Rate("door_reopening", 0.3, _LOGGED),
    Rate("door_impact", 0.1, _LOGGED),
    Rate("button_dead", 0.07, "domain 4.3: 0.15 a lift-year, 70 % dead"),
    Rate(
        "button_silent",
        0.035,
        "the same; a habit takes 14 days (domain, section 11, row 21)",
        _lasting(7 * 86_400.0, 21 * 86_400.0),
        habit_days=14.0,
    ),
    Rate("button_stuck", 0.045, "domain 4.3: 0.15 a lift-year, 30 % stuck", _held_or_not),
    Rate("levelling_drift", 0.24, "domain 4.3: 0.3 a lift-year, 80 % drift", day=False),
    Rate("levelling_step", 0.06, "domain 4.3: 0.3 a lift-year"),
    Rate("door_blocked", 2.0, _CHOICE, _lasting(310.0, 1_200.0)),
    Rate("machine_room_hot", 0.05, "domain 4.3: 0.02 of entrapments, and warnings before"),
    Rate("battery_low", 0.05, _CHOICE, day=False),
    Rate("call_battery_low", 0.05, _CHOICE, day=False),
    Rate("emergency_call_untested", 0.05, _CHOICE, day=False),
    Rate("emergency_call", 0.2, _CHOICE),
    Rate("overload", 0.5, _CHOICE),
    Rate("heavy_haulage", 0.3, _CHOICE),
    Rate("terminal_offline", 3.6, "domain 4.3: 0.3 outages a device-month", _outage, day=False),
    Rate("ride_anomaly", 0.1, _CHOICE, day=False),
    Rate("vibration_wear", 0.15, _CHOICE, _vibration, day=False),
    Rate("door_wear", 0.3, _CHOICE, _WEEKS, day=False),
    Rate("brake_wear", 0.05, _CHOICE, _WEEKS, day=False),
    Rate("rope_slip", 0.05, _CHOICE, _WEEKS, day=False),
    Rate("maintenance_overdue", 0.05, _CHOICE, _lasting(17 * 86_400.0, 25 * 86_400.0), day=False),
    Rate("contradicted_by_rides", 0.1, _CHOICE),
    Rate("contradicted_by_haste", 0.1, _CHOICE),
    Rate("pram_in_door", 365.0, "domain 4.3: 0.5 to 3 door obstructions a lift-day"),
    Rate("held_by_people", 100.0, _CHOICE, _lasting(60.0, 180.0)),
    Rate("presence_flapping", 300.0, "domain 4.3: 1 a 200 rides", _lasting(12.0, 30.0)),
    Rate("miscount_once", 20.0, "domain 4.3: 1 a 5 000 rides"),
    Rate("clock_drift", 6.0, "domain 4.3: 2 s a day", _lasting(86_400.0, 432_000.0), day=False),
    Rate("terminal_restart", 4.0, _CHOICE),
    Rate("short_outage", 12.0, _CHOICE, _lasting(10.0, 170.0), day=False),
    Rate("bad_network", 12.0, _CHOICE, _lasting(600.0, 7_200.0), day=False),
    Rate("speed_spike", 2.0, _CHOICE),
    Rate("position_frozen", 1.0, _CHOICE),
    Rate("door_contact_bouncing", 0.5, _CHOICE),
    Rate("accelerometer_off", 0.1, _CHOICE),
    Rate("power_dip", 4.0, _CHOICE, day=False),
    Rate("jumping", 12.0, _CHOICE),
    Rate("alarm_by_mistake", 6.0, _CHOICE),
    Rate("child_at_buttons", 50.0, _CHOICE),
    Rate("furniture", 6.0, _CHOICE),
    Rate("overload_once", 20.0, _CHOICE),
    Rate("planned_outage", 0.5, _CHOICE, _lasting(1_800.0, 7_200.0)),
    Rate("warm_room", 5.0, _CHOICE),
    Rate("firefighter_drill", 0.5, "domain 5.2: a drill every half year for each kind of lift"),
)
"""Events a lift-year, with where the figure comes from."""

MAINS_PER_YEAR = 0.3
"""Outages of a building [our choice: with 0.17 of 0.09 entrapments by them (domain 4.3), every
twentieth catches somebody]."""

LUCK_SHAPE = 0.09  # of the gamma-Poisson: 0.08 to 0.10 (domain 4.3): few lifts have most of it
SUMMER = 1.6  # July and August: heat and thunderstorms (domain 4.3)
AGES = ((5.0, 0.7), (10.0, 1.0), (15.0, 1.8), (math.inf, 1.6))
"""Until which age, and how many times as many entrapments as the mean (domain 4.3)."""


class Befallen(Protocol):
    """What is asked of a lift to which something happens: a real one of the simulator, or one on
    paper (`bench.risk_curve`)."""

    plan: Plan
    age_years: float
    started_ms: int

    @property
    def now_ms(self) -> int:
        """The moment it is for it."""

    def after(self, seconds: float) -> int:
        """The moment some seconds from now."""


def luck_of(lift: Befallen, rng: Random) -> float:
    """How many times the mean of entrapments this lift has: by its age, and by itself."""
    age = next(times for until, times in AGES if lift.age_years < until)
    return age * rng.gammavariate(LUCK_SHAPE, 1 / LUCK_SHAPE)


def befall(lift: Lift, *, seed: int, rates: Sequence[Rate] = RATES) -> Process:
    """Whatever happens to one lift by the rates."""
    return happenings(lift, seed=seed, happen=partial(schedule, lift), rates=rates)


def happenings(
    lift: Befallen,
    *,
    seed: int,
    happen: Callable[[str, Scene], None],
    rates: Sequence[Rate] = RATES,
    frailty: float = 1.0,
) -> Process:
    """What happens to one lift by rates, as a Poisson process thinned by the hour; `happen` is
    given each fault and its scene.

    `frailty` is how many times the mean of logged faults this one has (`frailty_of`).
    """
    rng = Random(f"{seed}/rates/{lift.plan.name}")
    luck = luck_of(lift, rng)
    rows = [rate for rate in rates if _fits(FAULTS[rate.fault], lift.plan)]
    weights = [rate.per_year * times_of(rate, luck=luck, frailty=frailty) for rate in rows]
    total = sum(weights)
    while True:
        yield lift.now_ms + max(round(rng.expovariate(total / YEAR_MS) / DAYTIME), 1)
        (rate,) = rng.choices(rows, weights)
        young = lift.now_ms - lift.started_ms < rate.habit_days * DAY_MS
        if _happens(rate, lift.now_ms, rng) and not young:
            row = FAULTS[rate.fault]
            drawn = rate.draw(rng) if rate.draw else (row.for_s * rng.uniform(0.8, 1.25), {})
            for_s, options = drawn
            at_ms = lift.after(row.prepare_s + 1.0)
            happen(rate.fault, Scene(at_ms, for_s, {**row.options, **options}))
            if for_s < DAY_MS / 1000:  # one trouble at a time, but for what grows beside
                yield at_ms + round(for_s * 1000) + HOUR_MS


def times_of(rate: Rate, *, luck: float, frailty: float) -> float:
    """How many times its row a lift draws; of entrapments as in summer, thinned in other months."""
    if rate.trapped:
        return luck * SUMMER
    return frailty if rate.source == _LOGGED else 1.0


FRAILTY_SHAPE = 10.0
"""Lifts' own rates of logged faults, as a gamma of mean 1. Published is a span, 2 to 6 a lift-year
(domain 4.3, there marked as proposed): read as the middle nine tenths of lifts about the mean of
3.9 that the rows above have, it is a shape of 10 [our choice]. What befalls the simulator's lifts
leaves it out: `bench.risk_curve` shows both."""


def frailty_of(name: str, *, seed: int) -> float:
    """How many times the mean of logged faults a lift has, by itself."""
    rng = Random(f"{seed}/frailty/{name}")
    return rng.gammavariate(FRAILTY_SHAPE, 1 / FRAILTY_SHAPE)


DAYTIME = SHARE_MAX * 24
"""How many times as many candidates are drawn as are to happen, so that thinning leaves the mean:
the busiest hour over the mean hour."""


def _happens(rate: Rate, at_ms: int, rng: Random) -> bool:
    kept = share_per_hour(local_hour(at_ms)) / SHARE_MAX if rate.day else 1 / DAYTIME
    if rate.trapped and date_of(estate_day(at_ms)).month not in (7, 8):
        kept /= SUMMER
    return rng.random() < kept


def _fits(row: Row, plan: Plan) -> bool:
    sensors = plan.sensors
    return row.needs <= sensors and not row.without & sensors


def outages(lift: Lift, *, seed: int) -> Process:
    """The mains of the lift's building fail: every lift of it draws the same moments."""
    plan = lift.plan
    building = plan.register.get("building", plan.estate)
    rng = Random(f"{seed}/mains/{plan.estate}/{building}")
    row, at_ms = FAULTS["mains_lost"], lift.started_ms // DAY_MS * DAY_MS
    while True:
        at_ms += round(rng.expovariate(MAINS_PER_YEAR / YEAR_MS))
        for_s = rng.lognormvariate(math.log(1_200.0), 1.0)
        begin_ms = at_ms - round(row.prepare_s * 1000)
        if begin_ms <= lift.now_ms:
            continue
        yield begin_ms
        schedule(lift, "mains_lost", Scene(at_ms, for_s, row.options))

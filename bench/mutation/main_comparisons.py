"""Which comparison makes each rule what it is: the figures of the contract's table of defaults.

A row names constants, and expressions as they stand in the source; what is not found there is an
error, so that a rule that is rewritten is marked anew.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.mutation.mutants import Mutant


class Main(NamedTuple):
    """A rule, the module under `detectors/` in which it decides, and what decides there."""

    rule: str
    module: str
    constants: tuple[str, ...] = ()
    comparisons: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The file, from the root."""
        return f"detectors/{self.module}.py"


class StaleError(ValueError):
    """A row names what is no longer there."""


LASTED = ("moment.at_ms - run[0].at_ms >= lasting_ms",)
DUE = ("due_ms > now_ms",)

MAINS: tuple[Main, ...] = (
    Main(
        "free_fall",
        "falling",
        ("LIMIT_MPS2", "LASTING_MS"),
        ("force < LIMIT_MPS2", "t - began >= LASTING_MS - 1e-6"),
    ),
    Main(
        "free_fall",
        "rules/free_fall",
        ("ACCEL_MPS2", "LASTING_MS"),
        ("abs(mean) < ACCEL_MPS2", "m.at_ms - stretch[0].at_ms >= LASTING_MS"),
    ),
    Main(
        "overspeed",
        "rules/overspeed",
        ("TRIP_RATIO", "LASTING_MS"),
        ("abs(speed_mps) >= TRIP_RATIO * rated_mps",),
    ),
    Main("overspeed", "motion", (), LASTED),
    Main(
        "moving_with_open_door",
        "rules/moving_with_open_door",
        ("SPEED_MPS", "LASTING_MS"),
        ("abs(state.speed_mps) > SPEED_MPS",),
    ),
    Main("unintended_movement", "rules/unintended_movement", ("LEFT_M",), ("distance <= LEFT_M",)),
    Main("overrun", "rules/overrun", ("PAST_M",), ("max(above, below) <= PAST_M",)),
    Main(
        "entrapment",
        "rules/entrapment",
        ("OFF_ZONE_MS", "ASKED_MS", "STANDING_MS", "SUSPECTED_MS"),
        ("since + RULE_MS[branch] <= now_ms", "now_ms < limit_ms"),
    ),
    Main("outside_zone", "rules/outside_zone", ("LASTING_MS",), ("due_ms <= now_ms",)),
    Main(
        "door_fault",
        "rules/door_fault",
        ("SLOW_S", "SLOW_TIMES", "STUCK_S"),
        (
            "lasting_s >= SLOW_S",
            "took_s <= SLOW_S",
            "lasting_s >= STUCK_S",
            "took_s >= STUCK_S",
            "self.slow[part] < SLOW_TIMES",
        ),
    ),
    Main(
        "door_impact",
        "rules/door_impact",
        ("FORCE_N", "OBSTRUCTED_S"),
        ("door.closing_force_n > FORCE_N", "obstructed_s >= OBSTRUCTED_S"),
    ),
    Main(
        "door_blocked",
        "rules/door_blocked",
        ("OPEN_S", "REOPENS"),
        ("now_ms < due_ms", "(door.reopens or 0) >= REOPENS"),
    ),
    Main(
        "button_dead",
        "rules/button_dead",
        ("REGISTER_MS", "PRESSES", "UNANSWERED"),
        (
            "at_ms - press_ms <= REGISTER_MS",
            "judged.waiting[0] + REGISTER_MS <= until_ms",
            "len(judged.unanswered_ms) >= UNANSWERED",
        ),
    ),
    Main(
        "button_silent",
        "rules/button_silent",
        ("CHANCE", "MONTH_DAYS"),
        ("chance(expected, presses) > CHANCE / gaps",),
    ),
    Main(
        "button_stuck",
        "rules/button_stuck",
        ("PRESSED_MS", "AGAIN_MS", "AGAIN_TIMES"),
        (
            "at_ms - since_ms < PRESSED_MS",
            "told_ms > now_ms",
            "0 <= at_ms - cancelled_ms <= AGAIN_MS",
            "len(pressed.again_ms) < AGAIN_TIMES",
        ),
    ),
    Main(
        "levelling_error",
        "rules/levelling_error",
        ("STEP_MM", "STEP_MM_ONCE", "STOPS", "BAD_STOPS"),
        (
            "abs(one.error_mm) > STEP_MM",
            "abs(stop.error_mm) > STEP_MM_ONCE",
            "abs(stop.error_mm) > STEP_MM",
            "len(steps) >= BAD_STOPS",
        ),
    ),
    Main(
        "position_lost",
        "rules/position_lost",
        ("UNKNOWN_MS", "STOPS"),
        (*DUE, "apart > 1", "self.apart == STOPS"),
    ),
    Main(
        "run_time_limit",
        "rules/run_time_limit",
        ("LIMIT_MS", "LIMIT_MS_MIN", "BEYOND_MS"),
        ("opened_ms + allowed_ms > now_ms",),
    ),
    Main(
        "out_of_service",
        "rules/out_of_service",
        ("OUT_MS", "CALLED_MS"),
        ("now_ms >= self.out_ms + OUT_MS", "now_ms >= called_ms + CALLED_MS"),
    ),
    Main(
        "emergency_call",
        "rules/emergency_call",
        ("FRESH_MS",),
        ('body.phase == "raised"', "body.phase in ENDS", "at_ms - now.at_ms <= FRESH_MS"),
    ),
    Main("mains_lost", "rules/mains_lost", ("LOST_MS", "BACK_MS")),
    Main("mains_lost", "lasting", (), DUE),
    Main("mains_lost", "together", ("BUILDING_LIFTS",), ("len(dark) < BUILDING_LIFTS",)),
    Main(
        "machine_room_hot",
        "rules/machine_room_hot",
        ("LIMIT_C", "HOT_MS"),
        ("warmth_c > LIMIT_C",),
    ),
    Main("battery_low", "rules/battery_low", ("LIMIT_PCT", "LOW_MS"), ("pct < LIMIT_PCT", *DUE)),
    Main(
        "overload",
        "rules/overload",
        ("LIMIT_PCT", "LASTING_MS", "TIMES"),
        (
            "state.load_pct > LIMIT_PCT",
            "due_ms <= now_ms",
            "len(self.times_ms) < times",
            "at_ms - first_ms > within_ms",
        ),
    ),
    Main(
        "heavy_haulage",
        "rules/heavy_haulage",
        ("LIMIT_PCT", "RIDES", "WITHIN_MS"),
        (
            "(ride.load_pct or 0.0) <= LIMIT_PCT",
            "at_ms - t <= WITHIN_MS",
            "len(lately[pair]) < RIDES",
        ),
    ),
    Main("brake_wear", "rules/brake_wear", ("BRAKE",)),
    Main("brake_wear", "wear", ("SURE",), ("share > limit.share",)),
    Main("rope_slip", "rules/rope_slip", ("SLIP",)),
    Main("rope_slip", "wear", (), ("share > limit_share(series, limit)",)),
    Main("vibration_wear", "rules/vibration_wear", ("DOUBLED", "RIDES", "PARTS")),
    Main(
        "door_wear",
        "rules/door_wear",
        ("SHARE", "CYCLES"),
        ("share > SHARE", "2 * over > CYCLES"),
    ),
    Main(
        "levelling_drift",
        "rules/levelling_drift",
        ("ACCURACY_MM", "OUTLOOK_DAYS"),
        ("abs(now_mm) < ACCURACY_MM", "ahead / rate > OUTLOOK_DAYS"),
    ),
    Main("ride_anomaly", "rules/ride_anomaly", (), ("series.marks.bit_count() < ODD",)),
    Main("terminal_offline", "rules/terminal_offline", ("WILL_MS", "SILENCE_MS"), DUE),
    Main("calendar", "rules/calendar", (), ("step.at_ms <= now_ms",)),
    Main(
        "calendar",
        "duties",
        (
            "CARE_MS",
            "CARE_GRAVE_MS",
            "TEST_MS",
            "INSPECTION_NOTICE_DAYS",
            "DESIGN_LIFE_YEARS",
            "ASSESSED_FOR_YEARS",
        ),
        ("hazard.score <= hazard.limit",),
    ),
    Main(
        "maintenance_contradicted",
        "rules/maintenance_contradicted",
        ("VISIT_MS_MIN", "SAME_MS_MAX", "AFTER_MS", "PASSENGER_RIDES"),
        (
            "at_ms - visit.in_ms <= SAME_MS_MAX",
            "took_ms < VISIT_MS_MIN",
            "visit.rides >= PASSENGER_RIDES",
            "claim.at_ms <= one.until_ms",
        ),
    ),
    Main(
        "reported",
        "rules/reported",
        (),
        ('event.edge == "open"', "event.code in REPORTABLE", 'event.edge == "close"'),
    ),
    Main(
        "fleet_fault",
        "together",
        ("FLEET_LIFTS", "FLEET_MS"),
        ("one.at_ms > change.at_ms - FLEET_MS", "len(recent) < FLEET_LIFTS"),
    ),
)


def chosen(main: Main, mutants: Sequence[Mutant]) -> Iterator[Mutant]:
    """The mutants of a module that break what a row names; raises StaleError."""
    wanted = {*main.constants, *main.comparisons}
    for mutant in mutants:
        of_constant = mutant.what in ("grown", "shrunk") and mutant.scope in main.constants
        of_comparison = mutant.what in ("flipped", "boundary") and mutant.whole in wanted
        if of_constant or of_comparison:
            yield mutant
    there = {mutant.scope for mutant in mutants} | {mutant.whole for mutant in mutants}
    if wanted - there:
        raise StaleError(f"{main.path} has no {sorted(wanted - there)}, said of {main.rule}")

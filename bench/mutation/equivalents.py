"""Mutants that no test can tell, or that nobody needs to tell, each with its reason.

A row that matches nothing is an error.
"""

from typing import NamedTuple


class Known(NamedTuple):
    """A module, the function or constant, what its line becomes, and why that is no matter."""

    path: str
    scope: str
    line: str
    reason: str


SAME_AT_LIMIT = "at equality both branches give the same"
NEVER_EQUAL = "the two numbers are never equal: they have no common binary fraction"
SHORT_CUT = "a short cut for speed: without it the same is found, later in the same call"
EDGE = "one height more at the very edge moves a mean by less than its doubt"
BOUND = "a bound on memory, several times what a whole fleet tells"

KNOWN: tuple[Known, ...] = (
    Known(
        "detectors/falling.py",
        "Falling._judge",
        "(float(t) for t in times[first : last + 1] if t - began > LASTING_MS - 1e-6), None",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/rules/entrapment.py",
        "Entrapment._judge_suspicion",
        "certain_ms = now_ms if occupied is True and now_ms <= limit_ms else limit_ms",
        SAME_AT_LIMIT,
    ),
    Known(
        "detectors/rules/maintenance_contradicted.py",
        "MaintenanceContradicted.witness",
        "against = [one for one in self.reported if claim.at_ms < one.until_ms]",
        "at that very millisecond `tick` has taken the item away before anything is heard",
    ),
    Known(
        "detectors/rules/levelling_drift.py",
        "LevellingDrift._judge",
        "if abs(now_mm) <= ACCURACY_MM or now_mm * rate < 0 or ahead / rate > OUTLOOK_DAYS:",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/rules/levelling_drift.py",
        "LevellingDrift._judge",
        "if abs(now_mm) < ACCURACY_MM or now_mm * rate < 0 or ahead / rate >= OUTLOOK_DAYS:",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/rules/button_silent.py",
        "ButtonSilent._judge",
        "if chance(expected, presses) >= CHANCE / gaps:",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/rules/entrapment.py",
        "Entrapment._judge_suspicion",
        "certain_ms = now_ms if occupied is True or now_ms < limit_ms else limit_ms",
        "the tick at the limit comes before whatever is heard after it",
    ),
    Known(
        "detectors/rules/free_fall.py",
        "FreeFall.hear",
        "if without_command(body) is True or view.has_moved():",
        SHORT_CUT,
    ),
    Known(
        "detectors/rules/free_fall.py",
        "FreeFall._hear_state",
        "if not any(moment.untold or moment.moving for moment in view.window):",
        SHORT_CUT,
    ),
    Known(
        "detectors/rules/moving_with_open_door.py",
        "MovingWithOpenDoor.hear",
        "if isinstance(body, State) or is_dangerous(view.masked(body)):",
        SHORT_CUT,
    ),
    Known(
        "detectors/rules/overrun.py",
        "past_end",
        'return ("top", above) if above >= below else ("bottom", below)',
        "no car is past both ends by as much",
    ),
    Known(
        "detectors/rules/overspeed.py",
        "_one_way",
        "fast.append(speed <= 0 and is_overspeed(speed, rated_mps=rated))",
        "both ways are looked at, in whichever order",
    ),
    Known(
        "detectors/rules/overspeed.py",
        "_one_way",
        "fast.append(speed >= 0 and is_overspeed(speed, rated_mps=rated))",
        "a speed of 0 is no overspeed of any lift",
    ),
    Known(
        "detectors/rules/free_fall.py",
        "_speeds_up",
        "return abs(v1) >= abs(v0) and v1 * v0 >= 0",
        "two equal speeds have no acceleration, and opposite ones are refused beside it",
    ),
    Known(
        "detectors/rules/free_fall.py",
        "_steady",
        "if _lasting_ms(stretch) >= _lasting_ms(best):",
        "of two that are as long the first has been claimed, and it latches",
    ),
    Known(
        "detectors/rules/unintended_movement.py",
        "UnintendedMovement.hear",
        "if not isinstance(state, State) and not view.has_moved():",
        SHORT_CUT,
    ),
    Known(
        "detectors/rules/unintended_movement.py",
        "_brakes",
        "if v0 is None and v1 is None or accel is None:",
        "there is no acceleration without both speeds",
    ),
    Known(
        "detectors/rules/unintended_movement.py",
        "_brakes",
        "if v0 is None or v1 is None and accel is None:",
        "there is no acceleration without both speeds",
    ),
    Known(
        "detectors/rules/unintended_movement.py",
        "_confirms",
        "if accel is None or abs(accel) >= ACCEL_MAX_MPS2 or p0 is None or p1 is None:",
        "what speeds up by as much is told with the next state in either case",
    ),
    Known(
        "detectors/rules/unintended_movement.py",
        "_confirms",
        "abs(p1 - p0) >= AGREEING_M and (p1 >= p0) == (speed > 0)"
        " and position_agrees(before, after)",
        "two equal positions have no way between them",
    ),
    Known(
        "detectors/rules/unintended_movement.py",
        "_confirms",
        "abs(p1 - p0) >= AGREEING_M and (p1 > p0) == (speed >= 0)"
        " and position_agrees(before, after)",
        "of a car that is said to move at 0 m/s the next state tells",
    ),
    Known(
        "detectors/motion.py",
        "can_follow",
        "if accel is None or not 0 <= dt_ms <= NEIGHBOUR_MS_MAX or abs(accel) > ACCEL_MAX_MPS2:",
        "without a time between them there is no acceleration",
    ),
    Known(
        "detectors/trend.py",
        "Series._note_day",
        "if self.recent or self.day:",
        "both are set by the first value, and neither before it",
    ),
    Known(
        "detectors/lasting.py",
        "Span.due_ms",
        "if self.since_ms is None and self.ready_ms is None or self.told < told_min:",
        "both are set together",
    ),
    Known(
        "detectors/lasting.py",
        "Condition.due_ms",
        "return due_ms if due_ms is not None and due_ms >= after_ms else None",
        "what is due at a moment has been judged then",
    ),
    Known(
        "detectors/wear.py",
        "is_over",
        "return share > limit.share and share - SURE * series.error() >= 1.0",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/falling.py",
        "Falling.after",
        "adjoins = self.start_ms <= start_ms <= self.end_ms + ADJOIN_PERIODS * period_ms",
        "a burst told again under another count raises what is raised",
    ),
    Known(
        "detectors/falling.py",
        "Falling.after",
        "fresh = times >= self.end_ms",
        "a sample that is taken twice is as low or as high as it was",
    ),
    Known(
        "detectors/falling.py",
        "_no_drop",
        "standing = abs(slope) * 1000 < STANDING_MPS",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/falling.py",
        "_no_drop",
        "during = (times >= began + LASTING_MS / 2) & (times <= until)",
        EDGE,
    ),
    Known(
        "detectors/falling.py",
        "_no_drop",
        "during = (times > began + LASTING_MS / 2) & (times < until)",
        EDGE,
    ),
    Known(
        "detectors/falling.py",
        "_no_drop",
        "return observed + doubt <= DROP_SHARE * expected",
        NEVER_EQUAL,
    ),
    Known(
        "detectors/falling.py",
        "_line",
        "recent = times > times[-1] - 1000.0",
        EDGE,
    ),
    Known(
        "detectors/together.py",
        "RECENT_MAX",
        "20_000 times 1.5: RECENT_MAX = 20_000  # alarms of one kind "
        "within ten minutes that are looked at",
        BOUND,
    ),
    Known(
        "detectors/together.py",
        "RECENT_MAX",
        "20_000 by 1.5: RECENT_MAX = 20_000  # alarms of one kind wit"
        "hin ten minutes that are looked at",
        BOUND,
    ),
)

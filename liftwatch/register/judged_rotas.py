"""Looking at a rota before it is kept: what no rota can be, and where two entries contend."""

from itertools import pairwise

from liftwatch.clock import DAY_MS
from liftwatch.register.doubts import Doubt, Unusual, Wrong
from liftwatch.register.rota import (
    DAY_MIN,
    HOLIDAY,
    MONDAY,
    PERSONS_MAX,
    SHIFTS_MAX,
    SUBSTITUTIONS_MAX,
    TURN_HOURS_MAX,
    TURNS_MAX,
    Rota,
    Shift,
    Substitution,
    Turns,
)
from liftwatch.said import Said


def judge_rota(rota: Rota) -> Doubt | None:
    """Look at a rota before it is kept: what no rota can be, and where two entries contend.

    >>> judge_rota(Rota(shifts=(Shift(days=(0, 9), from_min=0, to_min=480, persons=("A",)),))).text
    'shift 1: a day is 0 (Monday) to 6, or 7 for holidays'
    """
    if len(rota.shifts) > SHIFTS_MAX or len(rota.substitutions) > SUBSTITUTIONS_MAX:
        return Wrong(
            Said(
                "at most %(shifts)s shifts and %(substitutions)s substitutions",
                shifts=SHIFTS_MAX,
                substitutions=SUBSTITUTIONS_MAX,
            )
        )
    if len(rota.turns) > TURNS_MAX:
        return Wrong(Said("at most %(most)s rows of turns", most=TURNS_MAX))
    if not 0 <= rota.grace_ms <= DAY_MS:
        return Wrong(Said("the grace of a hand-over is from nothing to a day"))
    if not (MONDAY <= rota.holiday_as <= HOLIDAY and MONDAY <= rota.workday_as <= HOLIDAY):
        return Wrong(Said("holidays and made-up workdays follow the pattern of a day from 0 to 7"))
    for number, shift in enumerate(rota.shifts, 1):
        text = _wrong_shift(shift)
        if text is not None:
            return Wrong(Said("shift %(number)s: %(why)s", number=number, why=text))
    for number, turns in enumerate(rota.turns, 1):
        text = _wrong_turns(turns)
        if text is not None:
            return Wrong(Said("turns %(number)s: %(why)s", number=number, why=text))
    for number, one in enumerate(rota.substitutions, 1):
        if one.from_ms >= one.to_ms:
            return Wrong(Said("substitution %(number)s ends before it begins", number=number))
        if one.person == one.by and one.by is not None:
            return Wrong(
                Said(
                    "substitution %(number)s: %(person)s cannot stand in for themselves",
                    number=number,
                    person=one.person,
                )
            )
    return _contending(rota)


def _wrong_shift(shift: Shift) -> Said | None:
    if not shift.days or not all(MONDAY <= day <= HOLIDAY for day in shift.days):
        return Said("a day is 0 (Monday) to 6, or 7 for holidays")
    if not (0 <= shift.from_min < DAY_MIN and 0 <= shift.to_min <= DAY_MIN):
        return Said("it begins at minute 0 to 1439 of the day and ends at 0 to 1440")
    if not 0 < len(shift.persons) <= PERSONS_MAX:
        return Said("it has one person to %(most)s", most=PERSONS_MAX)
    if len(set(shift.persons)) < len(shift.persons):
        return Said("a person is in it twice")
    return None


def _wrong_turns(turns: Turns) -> Said | None:
    if not 0 <= turns.from_min < DAY_MIN:
        return Said("the hand-over is at minute 0 to 1439 of the day")
    if not 0 < len(turns.persons) <= PERSONS_MAX:
        return Said("it has one person to %(most)s", most=PERSONS_MAX)
    hours = turns.hours
    if not 0 < hours <= TURN_HOURS_MAX or (24 % hours and hours % 24):
        return Said(
            "a turn is a whole part of a day, or whole days: up to %(most)s hours",
            most=TURN_HOURS_MAX,
        )
    return None


def _contending(rota: Rota) -> Unusual | None:
    """Two substitutions of one person at once, or a stand-in who is away: was it meant?"""
    rows: dict[str | None, list[Substitution]] = {}
    for one in rota.substitutions:
        rows.setdefault(one.person, []).append(one)
    for person, own in rows.items():
        own.sort(key=lambda one: one.from_ms)
        if any(first.to_ms > then.from_ms for first, then in pairwise(own)):
            whoever = person or Said("whoever is planned")
            return Unusual(
                Said("%(person)s is replaced twice at once; the later entry holds", person=whoever)
            )
    for one in rota.substitutions:
        away = (other for other in rows.get(one.by or "", ()) if other.by != one.person)
        if any(one.from_ms < other.to_ms and other.from_ms < one.to_ms for other in away):
            return Unusual(
                Said(
                    "%(by)s stands in for %(person)s while being replaced",
                    by=one.by,
                    person=one.person,
                )
            )
    return None

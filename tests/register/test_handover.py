"""The hand-over of a duty against the rule told step by step, and as stories."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.register.rota import (
    LOOK_BACK_DAYS,
    Confirmation,
    DayKind,
    Rota,
    Span,
    Substitution,
    on_duty,
    responsible,
    stretches,
    uncovered,
)
from tests.register.rotas import (
    CALENDARS,
    DAY_AND_NIGHT,
    MOMENTS,
    MONDAY_MS,
    NAMES,
    ROTAS,
    STEP_MIN,
    at,
    plain,
    shift,
)


def told(
    rota: Rota, said: list[Confirmation], *, from_ms: int, to: int, calendar: dict[date, DayKind]
) -> list[set[str]]:
    """Who is responsible each half hour, by the rule told step by step from a beginning."""
    answer: list[set[str]] = []
    held: set[str] = set()
    began: dict[str, int] = {}
    for now in range(from_ms, to, STEP_MIN * MINUTE_MS):
        planned = plain(rota, now, calendar)
        began = {name: began.get(name, now) for name in planned}
        taken = {
            name
            for name, since in began.items()
            if now >= since + rota.grace_ms
            or any(one.person == name and since - rota.grace_ms <= one.at_ms <= now for one in said)
        }
        held = held or set(planned)
        held = set(planned) if planned and taken == set(planned) else held | taken
        answer.append(held)
    return answer


CONFIRMATIONS = st.lists(st.builds(Confirmation, NAMES, MOMENTS), max_size=12)


@settings(max_examples=60)
@given(ROTAS, CALENDARS, CONFIRMATIONS, MOMENTS)
def test_those_are_responsible_whom_the_hand_over_leaves_so(
    rota: Rota, calendar: dict[date, DayKind], said: list[Confirmation], moment: int
) -> None:
    """Told from five weeks before; substitutions only begin and end on the half hour here."""
    rounded = tuple(
        Substitution(person=one.person, by=one.by, from_ms=one.from_ms, to_ms=one.to_ms - MINUTE_MS)
        for one in rota.substitutions
        if one.to_ms - MINUTE_MS > one.from_ms
    )
    rota = Rota(
        shifts=rota.shifts,
        turns=rota.turns,
        substitutions=rounded,
        holiday_as=rota.holiday_as,
        workday_as=rota.workday_as,
        grace_ms=0 if rota.grace_ms == 0 else 2 * HOUR_MS,
    )
    first = moment - LOOK_BACK_DAYS * DAY_MS
    steps = told(rota, said, from_ms=first, to=moment + 1, calendar=calendar)
    assert set(responsible(rota, moment, said, calendar=calendar)) == steps[-1]


@given(ROTAS, CALENDARS, CONFIRMATIONS, MOMENTS)
def test_somebody_is_always_responsible(
    rota: Rota, calendar: dict[date, DayKind], said: list[Confirmation], moment: int
) -> None:
    """Unless nobody was planned for five weeks; and after the grace all who are planned are."""
    found = responsible(rota, moment, said, calendar=calendar)
    begin = moment - LOOK_BACK_DAYS * DAY_MS
    nobody = [Span(begin, moment + 1)]
    assert bool(found) == (uncovered(rota, begin, moment + 1, calendar=calendar) != nobody)
    assert len(set(found)) == len(found)
    since = moment - rota.grace_ms
    planned = [set(one.persons) for one in stretches(rota, since, moment + 1, calendar=calendar)]
    assert set.intersection(*planned) <= set(found)


@pytest.mark.parametrize(
    ("said", "moment", "who"),
    [
        ([], "19:59", ("day",)),
        ([], "20:00", ("day",)),
        ([], "20:14:59.999", ("day",)),
        ([], "20:15", ("night",)),
        (["20:05"], "20:04:59.999", ("day",)),
        (["20:05"], "20:05", ("night",)),
        (["19:50"], "19:55", ("day",)),
        (["19:50"], "20:00", ("night",)),
        (["19:40"], "20:00", ("day",)),
        (["20:40"], "20:14", ("day",)),
    ],
)
def test_the_night_takes_over_from_the_day(
    said: list[str], moment: str, who: tuple[str, ...]
) -> None:
    """When it says so, not before eight, at the latest a quarter past; too early says nothing."""
    confirmed = [Confirmation("night", at(f"2026-03-02T{one}")) for one in said]
    assert responsible(DAY_AND_NIGHT, at(f"2026-03-02T{moment}"), confirmed) == who


def test_anothers_confirmation_relieves_nobody() -> None:
    """Nor does one of last week."""
    said = [
        Confirmation("day", at("2026-03-02T20:01")),
        Confirmation("night", at("2026-02-23T20:01")),
    ]
    assert responsible(DAY_AND_NIGHT, at("2026-03-02T20:02"), said) == ("day",)


def test_of_two_who_come_one_alone_relieves_nobody() -> None:
    """Those before stay beside the first until the second is there."""
    rota = Rota(shifts=(shift("8-20", "a", "b"), shift("20-8", "c", "d")))
    said = [Confirmation("c", at("2026-03-02T20:03"))]
    assert responsible(rota, at("2026-03-02T20:05"), said) == ("a", "b", "c")
    said.append(Confirmation("d", at("2026-03-02T20:06")))
    assert responsible(rota, at("2026-03-02T20:06"), said) == ("c", "d")


def test_nobody_is_named_twice_while_a_hand_over_drags_on() -> None:
    """The plan changes before it is done."""
    shifts = (shift("8-20", "a"), shift("20-8", "c", "d"), shift("21-8", "e"))
    rota = Rota(shifts=shifts, grace_ms=2 * HOUR_MS)
    said = [Confirmation("c", at("2026-03-02T20:05"))]
    assert responsible(rota, at("2026-03-02T21:30"), said) == ("a", "c")
    assert responsible(rota, at("2026-03-02T23:00"), said) == ("c", "d", "e")


def test_who_stays_on_need_not_confirm_again() -> None:
    """Two shifts of one person are one duty."""
    rota = Rota(shifts=(shift("8-16", "a", "b"), shift("16-0", "b")))
    assert responsible(rota, at("2026-03-02T16:00")) == ("b",)


def test_the_last_before_a_gap_stays_responsible() -> None:
    """Through the night, and until the next has taken over."""
    rota = Rota(shifts=(shift("8-16", "a", days=(0,)), shift("8-16", "b", days=(1,))))
    assert on_duty(rota, at("2026-03-03T03:00")) == ()
    assert responsible(rota, at("2026-03-03T03:00")) == ("a",)
    assert responsible(rota, at("2026-03-03T08:10")) == ("a",)
    assert responsible(rota, at("2026-03-03T08:15")) == ("b",)
    assert responsible(rota, at("2026-03-08T23:00")) == ("b",)


def test_an_empty_rota_has_nobody() -> None:
    """And says so for the whole window."""
    rota = Rota(shifts=())
    assert responsible(rota, MONDAY_MS) == ()
    assert uncovered(rota, MONDAY_MS, MONDAY_MS + DAY_MS) == [Span(MONDAY_MS, MONDAY_MS + DAY_MS)]

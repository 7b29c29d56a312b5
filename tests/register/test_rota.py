"""The plan of a rota against the plain rule, and stories of calendars and stand-ins."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.register.doubts import Unusual, Wrong
from liftwatch.register.judged_rotas import judge_rota
from liftwatch.register.rota import (
    HOLIDAY,
    WINDOW_DAYS_MAX,
    DayKind,
    Rota,
    Span,
    Substitution,
    Turns,
    on_duty,
    overlapping,
    responsible,
    stretches,
    uncovered,
)
from tests.register.rotas import (
    CALENDARS,
    DAY_AND_NIGHT,
    MOMENTS,
    MONDAY_MS,
    ROTAS,
    STEP_MIN,
    at,
    plain,
    shift,
    swap,
)


@given(ROTAS, CALENDARS, st.data())
def test_at_any_moment_those_are_on_duty_whom_the_plain_rule_says(
    rota: Rota, calendar: dict[date, DayKind], data: st.DataObject
) -> None:
    """Weekly pattern, calendar, midnight, stand-ins; and in the plain rule's order."""
    for moment in data.draw(st.lists(MOMENTS, min_size=5, max_size=20)):
        edge = moment + data.draw(st.sampled_from([-1, 0, 1, 7 * MINUTE_MS]))
        assert list(on_duty(rota, edge, calendar=calendar)) == plain(rota, edge, calendar)


@settings(max_examples=40)
@given(ROTAS, CALENDARS, MOMENTS, st.integers(0, 5 * 48))
def test_what_is_uncovered_is_exactly_the_complement(
    rota: Rota, calendar: dict[date, DayKind], from_ms: int, steps: int
) -> None:
    """Every half hour and the last moment before it; the spans are in order and never touch."""
    to = from_ms + steps * STEP_MIN * MINUTE_MS
    spans = uncovered(rota, from_ms, to, calendar=calendar)
    for begin in range(from_ms, to, STEP_MIN * MINUTE_MS):
        for moment in (begin, begin + STEP_MIN * MINUTE_MS - 1):
            open_ = any(span.from_ms <= moment < span.to_ms for span in spans)
            assert open_ == (not on_duty(rota, moment, calendar=calendar))
    assert all(a.to_ms < b.from_ms for a, b in pairwise(spans))
    assert all(from_ms <= a.from_ms < a.to_ms <= to for a in spans)


@given(ROTAS, CALENDARS, MOMENTS, st.integers(0, 20 * DAY_MS))
def test_the_stretches_of_a_window_fill_it(
    rota: Rota, calendar: dict[date, DayKind], from_ms: int, length_ms: int
) -> None:
    """One ends where the next begins."""
    found = list(stretches(rota, from_ms, from_ms + length_ms, calendar=calendar))
    bounds = [from_ms, *(one.to_ms for one in found)]
    assert [one.from_ms for one in found] == bounds[:-1]
    assert bounds[-1] == from_ms + length_ms


OFFICE = (
    shift("8-18", "office", days=(0, 1, 2, 3, 4)),
    shift("18-8", "guard", days=(0, 1, 2, 3, 4)),
    shift("8-8", "weekend", days=(5, 6)),
)
LABOUR_DAY: dict[date, DayKind] = {  # a Friday, and the Saturday worked for it
    date(2026, 5, 1): "holiday",
    date(2026, 5, 9): "workday",
}


def test_a_holiday_follows_sunday_and_its_made_up_day_monday() -> None:
    """The night that began before the holiday is still the guard's."""
    rota = Rota(shifts=OFFICE)
    for moment, who in [
        ("2026-05-01T07:59", "guard"),
        ("2026-05-01T08:00", "weekend"),
        ("2026-05-02T07:59", "weekend"),
        ("2026-05-09T10:00", "office"),
        ("2026-05-09T23:00", "guard"),
        ("2026-05-10T08:00", "weekend"),
    ]:
        assert on_duty(rota, at(moment), calendar=LABOUR_DAY) == (who,), moment
    assert on_duty(rota, at("2026-05-01T10:00")) == ("office",)
    assert (
        uncovered(rota, at("2026-04-27T00:00"), at("2026-05-12T00:00"), calendar=LABOUR_DAY) == []
    )


def test_holidays_planned_apart_but_by_nobody_are_a_gap() -> None:
    """Found before the day comes."""
    rota = Rota(shifts=OFFICE, holiday_as=HOLIDAY)
    gap = Span(at("2026-05-01T08:00"), at("2026-05-02T08:00"))
    window = at("2026-04-27T00:00"), at("2026-05-04T00:00")
    assert uncovered(rota, *window, calendar=LABOUR_DAY) == [gap]
    apart = (*OFFICE, shift("8-8", "paid double", days=(HOLIDAY,)))
    covered = Rota(shifts=apart, holiday_as=HOLIDAY)
    assert uncovered(covered, *window, calendar=LABOUR_DAY) == []
    assert on_duty(covered, at("2026-05-01T12:00"), calendar=LABOUR_DAY) == ("paid double",)


def test_two_people_exchange_their_shifts() -> None:
    """Each does the other's; nobody is asked twice."""
    rota = Rota(
        shifts=DAY_AND_NIGHT.shifts, substitutions=(swap("day", "night"), swap("night", "day"))
    )
    assert judge_rota(rota) is None
    assert on_duty(rota, at("2026-03-02T12:00")) == ("night",)
    assert on_duty(rota, at("2026-03-02T22:00")) == ("day",)
    assert on_duty(rota, at("2026-03-04T12:00")) == ("day",)


def test_who_is_away_without_a_stand_in_leaves_a_gap() -> None:
    """Only where they are alone."""
    rota = Rota(shifts=DAY_AND_NIGHT.shifts, substitutions=(swap("night", None),))
    assert uncovered(rota, at("2026-03-02T12:00"), at("2026-03-03T12:00")) == [
        Span(at("2026-03-02T20:00"), at("2026-03-03T08:00"))
    ]
    assert responsible(rota, at("2026-03-03T02:00")) == ("day",)


def test_overlapping_shifts_are_told() -> None:
    """All their people are on duty; the span in which it is so is found."""
    rota = Rota(shifts=(shift("8-20", "a"), shift("18-8", "b", "c")))
    assert on_duty(rota, at("2026-03-02T19:00")) == ("a", "b", "c")
    assert overlapping(rota, at("2026-03-02T12:00"), at("2026-03-03T12:00")) == [
        Span(at("2026-03-02T18:00"), at("2026-03-02T20:00"))
    ]
    three = Rota(shifts=(shift("8-20", "a"), shift("18-22", "b"), shift("19-23", "c")))
    assert overlapping(three, at("2026-03-02T12:00"), at("2026-03-03T06:00")) == [
        Span(at("2026-03-02T18:00"), at("2026-03-02T22:00"))
    ]
    assert overlapping(DAY_AND_NIGHT, MONDAY_MS, MONDAY_MS + 7 * DAY_MS) == []


def turns(*persons: str, hours: int = 24, first: str = "2026-03-02", at_min: int = 480) -> Rota:
    """Hand-over at eight, unless it is said otherwise."""
    day = date.fromisoformat(first)
    return Rota(turns=(Turns(persons=persons, first_day=day, from_min=at_min, hours=hours),))


def test_three_take_turns_whatever_the_day() -> None:
    """Nobody before the first; at eight sharp the next; after the third the first again."""
    rota = turns("a", "b", "c")
    assert judge_rota(rota) is None
    for moment, who in [
        ("2026-03-02T07:59:59.999", ()),
        ("2026-03-02T08:00", ("a",)),
        ("2026-03-03T07:59:59.999", ("a",)),
        ("2026-03-03T08:00", ("b",)),
        ("2026-03-05T08:00", ("a",)),
        ("2027-02-15T12:00", ("c",)),  # 350 days on
    ]:
        assert on_duty(rota, at(moment), calendar=LABOUR_DAY) == who, moment


def test_for_the_holidays_one_stands_in_for_whoever_is_planned() -> None:
    """From the hand-over of the first day to that after the last, and nobody else is called."""
    first, last = at("2026-05-01T08:00"), at("2026-05-04T08:00")
    spring = Substitution(person=None, by="d", from_ms=first, to_ms=last)
    rota = structs.replace(turns("a", "b", "c"), substitutions=(spring,))
    assert judge_rota(rota) is None
    before, after = on_duty(rota, first - 1), on_duty(rota, last)
    assert before == on_duty(turns("a", "b", "c"), first - 1)
    assert {on_duty(rota, ms) for ms in range(first, last, HOUR_MS)} == {("d",)}
    assert after == on_duty(turns("a", "b", "c"), last)
    nobody = structs.replace(spring, by=None)
    closed = structs.replace(rota, substitutions=(nobody,))
    assert uncovered(closed, first - DAY_MS, last + DAY_MS) == [Span(first, last)]


@pytest.mark.parametrize(
    ("rota", "kind", "says"),
    [
        (DAY_AND_NIGHT, None, ""),
        (Rota(shifts=(shift("0-24", "a"),), grace_ms=-1), Wrong, "grace"),
        (Rota(shifts=(shift("0-24", "a"),), holiday_as=8), Wrong, "holidays"),
        (Rota(shifts=(shift("0-24", "a"),), workday_as=-1), Wrong, "workdays"),
        (Rota(shifts=(shift("0-24", "a", days=()),)), Wrong, "shift 1: a day"),
        (Rota(shifts=(shift("0-24", "a"), shift("24-8", "a"))), Wrong, "shift 2: it begins"),
        (Rota(shifts=(shift("0-25", "a"),)), Wrong, "it begins"),
        (Rota(shifts=(shift("0-24"),)), Wrong, "one person"),
        (Rota(shifts=(shift("0-24", "a", "a"),)), Wrong, "twice"),
        (Rota(shifts=(shift("0-24", "a"),) * 201), Wrong, "at most 200"),
        (Rota(shifts=(), substitutions=(swap("a", "a"),)), Wrong, "themselves"),
        (turns("a", hours=8), None, ""),
        (turns("a", hours=168), None, ""),
        (turns("a", hours=10), Wrong, "turns 1: a turn is a whole part"),
        (turns("a", hours=36), Wrong, "whole part"),
        (turns("a", hours=0), Wrong, "whole part"),
        (turns("a", hours=32 * 24), Wrong, "up to 744"),
        (turns(), Wrong, "one person"),
        (turns("a", at_min=1440), Wrong, "hand-over"),
        (Rota(turns=turns("a").turns * 21), Wrong, "at most 20"),
        (
            Rota(substitutions=(swap(None, "b"), swap(None, "c", "2026-03-03"))),
            Unusual,
            "whoever is planned is replaced twice",
        ),
        (
            Rota(shifts=(), substitutions=(Substitution(person="a", by="b", from_ms=5, to_ms=5),)),
            Wrong,
            "before it begins",
        ),
        (
            Rota(shifts=(), substitutions=(swap("a", "b"), swap("a", "c", "2026-03-03"))),
            Unusual,
            "twice at once",
        ),
        (
            Rota(shifts=(), substitutions=(swap("a", "b"), swap("b", None, "2026-03-03"))),
            Unusual,
            "b stands in for a",
        ),
        (Rota(shifts=(), substitutions=(swap("a", "b"), swap("a", "c", "2026-03-04"))), None, ""),
    ],
)
def test_a_rota_is_judged_before_it_is_kept(
    rota: Rota, kind: type[Wrong | Unusual] | None, says: str
) -> None:
    """What cannot be, and what may not be meant."""
    doubt = judge_rota(rota)
    assert type(doubt) is (kind or type(None))
    assert doubt is None or says in doubt.text


def test_a_window_has_limits() -> None:
    """Neither backwards nor for ever; a year of a full rota is fast enough to show."""
    with pytest.raises(ValueError, match="forward"):
        uncovered(DAY_AND_NIGHT, MONDAY_MS, MONDAY_MS - 1)
    with pytest.raises(ValueError, match="400 days"):
        uncovered(DAY_AND_NIGHT, MONDAY_MS, MONDAY_MS + WINDOW_DAYS_MAX * DAY_MS + 1)
    assert uncovered(DAY_AND_NIGHT, MONDAY_MS, MONDAY_MS + WINDOW_DAYS_MAX * DAY_MS) == []

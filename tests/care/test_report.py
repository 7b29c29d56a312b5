"""Periods, scopes and sections of reports, without any store."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.care.notices import Effect
from liftwatch.care.report import (
    MADE_UP_MAX,
    Figure,
    Scope,
    Section,
    over,
    period_of,
    running,
)
from liftwatch.care.report_facts import (
    Came,
    Complained,
    Facts,
    Hung,
    Inspected,
    Instructed,
    Money,
    Risky,
    Spans,
    State,
    Told,
    Visited,
)
from liftwatch.care.report_sections import SECTIONS, kept_figures, sections
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, begin_ms
from liftwatch.incidents.moves import Untold
from liftwatch.incidents.statistics import Rescue

EFFECT = Effect(9, 2, 30.0, 30.0, 0.22, 0.02, 0.98, "fewer")
QUIET = Facts(
    lifts=2,
    days=30,
    raised={},
    rejected=0,
    rescues=(),
    spans=Spans(60 * DAY_MS, 0, 0),
    visits=Visited(0, 0, 0, 0, 0),
    contradictions={},
    instructions=Instructed(0, 0, 0, 0),
    complaints={},
    notices=(),
    money=Money({}, 0, 1),
    came=Came(0, 0, 0),
)
STATE = State(Inspected(0, 0, 0, 0, 0), {}, (), 0)


def rescue(kind: str, *, area: str = "320583", answered_ms: int | None = MINUTE_MS) -> Rescue:
    """One incident that somebody had after a while, and that was over in 40 minutes."""
    return Rescue(
        kind=kind,
        area=area,
        estate="garden",
        unit=None,
        cause="door",
        opened_ms=0,
        acknowledged_ms=answered_ms,
        arrived_ms=35 * MINUTE_MS,
        released_ms=40 * MINUTE_MS,
        trapped=2,
        injured=0,
        without_help=False,
    )


def drawn(now: Facts, *, of_unit: bool = False, state: State = STATE, **kept: float) -> Any:
    """The sections of a period after a quiet one, by their names."""
    told = Told(now, QUIET, state, {("hazards", k): v for k, v in kept.items()}, of_unit)
    return {one.name: one for one in sections(told)}


def figures(one: Section) -> dict[str, tuple[float | None, float | None]]:
    """Figures by name: this period's, the period's before."""
    return {row.name: (row.value, row.before) for row in one.figures}


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.sampled_from(["month", "quarter"]))
def test_periods_follow_each_other(day: date, kind: Any) -> None:
    """Without a gap, each once, and each is found by its name."""
    one = running(kind, begin_ms(day))
    assert one.first <= day < one.end
    assert one.before.end == one.first
    assert period_of(one.text) == one
    assert one.to_ms - one.from_ms == len(one.days) * DAY_MS


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-Q5", "2026-Q", "1999-01", "2026-1", "²026-01"]
)
def test_what_is_no_period(text: str) -> None:
    """It is said in one line."""
    with pytest.raises(Untold, match="is no month"):
        period_of(text)


def test_what_is_due_by_the_clock() -> None:
    """November is due eight days into December, not before: late messages come for a week."""
    before, after = begin_ms(date(2026, 12, 7)), begin_ms(date(2026, 12, 8))
    assert next(over("month", before)).text == "2026-10"
    assert next(over("month", after)).text == "2026-11"
    assert len(list(over("quarter", after))) == MADE_UP_MAX


def test_who_may_read_a_report() -> None:
    """A place that is seen whole, one's own unit; an owner the estate, and no other."""
    area, estate, unit = Scope("area", "1"), Scope("estate", "1", "g"), Scope("unit", unit="u")
    cases: list[tuple[Sight, tuple[bool, bool, bool]]] = [
        (EVERYTHING, (True, True, True)),
        (NOTHING, (False, False, False)),
        (Sight(places=(Place("1"),)), (True, True, False)),
        (Sight(places=(Place("1", "g"),)), (False, True, False)),
        (Sight(places=(Place("1", "g", "7"),)), (False, True, False)),
        (Sight(places=(Place("1", "h", "7"),)), (False, False, False)),
        (Sight(contracts_of=("u",)), (False, False, True)),
        (Sight(contracts_of=("v",)), (False, False, False)),
    ]
    for sight, wanted in cases:
        assert tuple(one.is_seen(sight) for one in (area, estate, unit)) == wanted


def test_each_section_stands_once() -> None:
    """Also when nothing at all happened, and what cannot be told is None, never 0."""
    found = drawn(QUIET)
    assert list(found) == [row.name for row in SECTIONS]
    assert len(set(found)) == len(SECTIONS)
    assert figures(found["availability"])["available"] == (None, None)
    assert "no_lift_heard" in found["availability"].notes
    assert figures(found["rescues"])["arrival_p90"] == (None, None)
    assert figures(found["visits"])["in_time"] == (None, None)
    assert figures(found["completeness"])["came"] == (None, None)


def test_incidents_by_kind_with_times_against_limits() -> None:
    """Of areas together: a unit works in several; the period before stands beside."""
    now = QUIET._replace(
        raised={("door_fault", 3): 2, ("entrapment", 1): 1},
        rescues=(rescue("entrapment"), rescue("door_fault", area="2", answered_ms=5 * MINUTE_MS)),
    )
    found = drawn(now)
    told = figures(found["incidents"])
    assert told["raised"] == (3, 0)
    assert told["answer_within"] == (0.5, None)
    (table,) = found["incidents"].tables
    assert [row.about for row in table.rows] == [("entrapment", "1"), ("door_fault", "3")]
    assert table.rows[0].values == (1, 0, 60.0, 1.0)
    people = figures(found["rescues"])
    assert people["entrapments"] == (1, 0)
    assert people["arrival_within"] == (0.0, None)
    assert people["release_within"] == (1.0, None)
    assert "few" in found["rescues"].notes


def test_availability_counts_what_was_heard_alone() -> None:
    """A day of which nothing came is neither good nor bad."""
    now = QUIET._replace(came=Came(900, 100, 30), spans=Spans(60 * DAY_MS, 36 * HOUR_MS, 0))
    found = drawn(now)
    told = figures(found["availability"])
    assert told["available"] == (0.95, None)
    assert told["not_heard"] == (720.0, 1440.0)
    assert figures(found["completeness"])["came"] == (0.9, None)
    assert figures(found["completeness"])["lift_days"] == (0.5, 0.0)


def test_money_comes_goes_and_is_not_told_of_units() -> None:
    """Signs are those of the bank; a scope without books says so."""
    now = QUIET._replace(money=Money({"deposit": 500, "pay": -300, "give_back": 20}, 2, 1))
    told = figures(drawn(now)["fund"])
    assert told["income"] == (520, 0)
    assert told["spending"] == (300, 0)
    assert drawn(now, of_unit=True)["fund"] == Section(name="fund", notes=("fund_not_of_units",))
    assert drawn(QUIET._replace(money=Money({}, 0, 0)))["fund"].notes == ("no_books",)


def test_what_people_told_and_were_told() -> None:
    """Shares of what was answered, the mean of ratings, the effect of each notice."""
    now = QUIET._replace(
        complaints={"doors": Complained(2, 5, 2, 1, (5, 2)), "noise": Complained(1, 1, 0, 0, ())},
        notices=(Hung("doors", "1/g/3", EFFECT),),
    )
    found = drawn(now)
    told = figures(found["complaints"])
    assert told["people"] == (6, 0)
    assert told["answered_in_time"] == (0.5, None)
    assert told["rating"] == (3.5, None)
    assert figures(found["notices"])["fewer"] == (1, 0)
    gone = now._replace(complaints=None, notices=None)
    assert drawn(gone)["complaints"].notes == drawn(gone)["notices"].notes == ("nobody_keeps",)


def test_how_things_stood_then_is_of_the_report_before() -> None:
    """Nobody can count it any more; without one it cannot be told."""
    state = structs_state(over_limit=3)
    assert figures(drawn(QUIET, state=state)["hazards"])["over_limit"] == (3, None)
    assert figures(drawn(QUIET, state=state, over_limit=5)["hazards"])["over_limit"] == (3, 5)
    made = Section(name="hazards", figures=(Figure(name="over_limit", value=5),))
    assert kept_figures([made]) == {("hazards", "over_limit"): 5}
    assert structs.asdict(made)["name"] == "hazards"


def structs_state(*, over_limit: int) -> State:
    """Things as they stand, with so many lifts above the limit."""
    return STATE._replace(over_limit=over_limit, risky=(Risky("L-1", 71.0, 4, True),))

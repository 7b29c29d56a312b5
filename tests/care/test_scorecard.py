"""Score cards: what counts, what is disputed, what few cases are worth, who cannot be told."""

import pytest
from msgspec import structs

from liftwatch.care.answer import Answer
from liftwatch.care.instructions import Instruction
from liftwatch.care.scorecard import Card, cards, measures_of
from liftwatch.care.scorecard_facts import Cared, Facts, Happened, Hold, Period, Timed
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS

DAY = DAY_MS
PERIOD = Period(100 * DAY, 190 * DAY, 300 * DAY)
AT = 120 * DAY


def hold(unit: str = "u", lift: str = "L", *, begin: int = PERIOD.from_ms) -> Hold:
    """A unit's contract in the period."""
    return Hold("unit", unit, lift, "320583", "garden", begin, PERIOD.end_ms)


def fault(id: str, at_ms: int = AT, *, lift: str = "L", **changes: int | None) -> Happened:
    """A door fault that somebody came to."""
    made = Happened(
        id,
        "door_fault",
        2,
        lift,
        "320583",
        "garden",
        at_ms,
        at_ms,
        at_ms + HOUR_MS,
        at_ms + MINUTE_MS,
        at_ms + 20 * MINUTE_MS,
        at_ms + HOUR_MS,
        None,
    )
    return structs.replace(made, **changes)


def card(facts: Facts, id: str = "u") -> Card:
    """The card of one unit."""
    return next(one for one in cards(facts, "unit") if one.id == id)


def facts(*happened: Happened, holds: tuple[Hold, ...] = (hold(),), **more: object) -> Facts:
    """Facts of a period."""
    return Facts(period=PERIOD, holds=holds, happened=happened, **more)  # type: ignore[arg-type]


def test_arrival_in_time_late_and_said_afterwards() -> None:
    """In time; too late; nobody came; and one written down after the clock had run out counts as
    in time, is disputed, and would not count the other way."""
    ones = [fault(f"i{n}") for n in range(4)]
    ones[1] = structs.replace(ones[1], arrived_ms=AT + 3 * HOUR_MS)
    ones[2] = structs.replace(ones[2], arrived_ms=None)
    due = AT + 2 * HOUR_MS
    timed = [
        Timed(one.id, "arrive", due, None, None if n == 0 else due) for n, one in enumerate(ones)
    ]
    found = card(facts(*ones, timed=timed)).figure("arrival")
    assert (found.good, found.total, found.disputed) == (2, 4, 1)
    assert (found.share, found.otherwise) == (0.5, 0.25)
    assert [one.id for one in found.grounds if not one.good] == ["i1", "i2"]


def test_what_ended_by_itself_or_was_rejected_is_no_arrival() -> None:
    """A clock that the end of the alarm met says nothing of who came, nor does a false alarm."""
    ones = [fault("gone", arrived_ms=None), fault("false", rejected_ms=AT + 1)]
    timed = [
        Timed("gone", "arrive", AT + HOUR_MS, AT + MINUTE_MS, None),
        Timed("false", "arrive", AT + HOUR_MS, None, AT + HOUR_MS),
    ]
    found = card(facts(*ones, timed=timed)).figure("arrival")
    assert (found.total, found.share) == (0, None)


def test_first_fix_and_what_came_again() -> None:
    """Within 30 days it was not put right; a return that was rejected is disputed; before 30 days
    have passed nobody can tell."""
    again = fault("again", AT + 10 * DAY, resolved_ms=None)
    found = card(facts(fault("one"), again)).figure("first_fix")
    assert (found.good, found.total) == (0, 1)
    false = structs.replace(again, rejected_ms=AT + 11 * DAY)
    found = card(facts(fault("one"), false)).figure("first_fix")
    assert (found.good, found.total, found.disputed, found.otherwise) == (1, 1, 1, 0.0)
    early = structs.replace(facts(fault("one")), period=PERIOD._replace(now_ms=AT + 5 * DAY))
    held = structs.replace(hold(), to_ms=AT + 5 * DAY)
    assert card(structs.replace(early, holds=[held])).figure("first_fix").total == 0


def test_repeats_look_back_to_before_the_period() -> None:
    """What was 30 days before counts, also from before the period; 31 days is no repeat."""
    at_ms = PERIOD.from_ms + DAY
    near = fault("near", at_ms - 29 * DAY)
    found = card(facts(near, fault("now", at_ms))).figure("repeats")
    assert (found.good, found.total) == (1, 1)
    far = fault("far", at_ms - 31 * DAY)
    assert card(facts(far, fault("now", at_ms))).figure("repeats").good == 0


def test_a_unit_answers_only_for_its_own_time() -> None:
    """What was raised before its contract began is another's."""
    later = hold(begin=AT + DAY)
    assert card(facts(fault("before"), holds=(later,))).figure("faults").good == 0
    assert card(facts(fault("in", AT + 2 * DAY), holds=(later,))).figure("faults").good == 1


def test_visits_on_time_by_days() -> None:
    """Care on the 15th day is on time, on the 16th not; what nobody did counts by interval."""
    days = (100, 115, 131)
    cared = [Cared("L", day * DAY, f"v{day}", "u") for day in days]
    found = card(facts(cared=cared)).figure("visits")
    assert [one.good for one in sorted(found.grounds, key=lambda one: one.at_ms)][:3] == [
        True,
        True,
        False,
    ]
    none = card(facts()).figure("visits")
    assert (none.good, none.total) == (0, 5)
    on_demand = card(facts(intervals={"L": 30})).figure("visits")
    assert on_demand.total == 2


def test_care_without_a_check_in_is_disputed() -> None:
    """A terminal told it, nobody checked in: it counts, and is marked."""
    found = card(facts(cared=[Cared("L", 110 * DAY, None, None)])).figure("visits")
    assert (found.good, found.disputed) == (1, 1)
    assert found.otherwise == 0.0


@pytest.mark.parametrize(
    ("state", "good", "disputed"),
    [("counts", 1, 0), ("dropped", 0, 0), ("asked", 0, 1), ("answered", 0, 1)],
)
def test_only_contradictions_that_count_do(state: str, good: int, disputed: int) -> None:
    """Supervision has decided; until then it is disputed and does not count."""
    answer = Answer(
        incident="c",
        lift="L",
        area="320583",
        estate="garden",
        organisation="u",
        visit="v",
        asked_ms=AT,
        due_ms=AT + DAY,
        state=state,  # type: ignore[arg-type]
    )
    cared = [Cared("L", AT, "v", "u")]
    found = card(facts(answers=[answer], cared=cared)).figure("contradicted")
    assert (found.good, found.total, found.disputed) == (good, 1, disputed)


def test_overdue_rectifications() -> None:
    """Reported in time, reported late, never reported; withdrawn never counts."""
    one = Instruction(
        id="in",
        area="320583",
        what="x",
        basis="b",
        issuer="s",
        issued_by="p",
        issued_ms=AT,
        span_ms=DAY,
        deadline_ms=AT + DAY,
        responsible="u",
        state="verified",
        reported_ms=AT + HOUR_MS,
    )
    some = [
        one,
        structs.replace(one, id="late", reported_ms=AT + 2 * DAY),
        structs.replace(one, id="never", state="accepted", reported_ms=None),
        structs.replace(one, id="asked", state="accepted", reported_ms=None, asked_ms=AT + 9 * DAY),
        structs.replace(one, id="gone", state="withdrawn", reported_ms=None),
        structs.replace(one, id="other", responsible="somebody"),
    ]
    found = card(facts(instructions=some)).figure("rectified")
    assert (found.good, found.total, found.disputed, found.otherwise) == (1, 4, 1, 0.5)


def test_availability_counts_each_moment_once() -> None:
    """Two incidents at once stop a lift once; while it was not heard nobody can tell."""
    stop = structs.replace(
        fault("stop"), kind="out_of_service", cleared_ms=AT + 9 * DAY, resolved_ms=None
    )
    both = structs.replace(stop, id="both", kind="mains_lost")
    found = card(facts(stop, both)).figure("available")
    assert found.share == pytest.approx(1 - 9 / 90)
    blind = structs.replace(stop, id="blind", kind="terminal_offline", cleared_ms=AT + 45 * DAY)
    found = card(facts(stop, blind)).figure("available")
    assert (found.share, found.total) == (1.0, 45 * 24)
    assert card(facts(blind)).figure("heard").share == pytest.approx(0.5)
    false = structs.replace(stop, rejected_ms=AT + 9 * DAY)
    found = card(facts(false)).figure("available")
    assert (found.share, found.disputed, found.otherwise) == (1.0, 1, pytest.approx(0.9))


def fleet(faulty: dict[str, int], *, lifts: int = 20) -> Facts:
    """Units with so many faults, each with as many lifts, visits on time, and clocks met or not."""
    holds, happened, timed, cared = [], [], [], []
    for unit, count in faulty.items():
        for n in range(lifts):
            lift = f"{unit}{n}"
            holds.append(hold(unit, lift))
            cared += [Cared(lift, (100 + 15 * k) * DAY, f"v{lift}{k}", unit) for k in range(6)]
        for n in range(count):
            one = fault(f"{unit}-{n}", AT + n * HOUR_MS, lift=f"{unit}{n % lifts}")
            happened.append(one)
            timed.append(Timed(one.id, "arrive", one.raised_ms + HOUR_MS, one.arrived_ms, None))
    return Facts(period=PERIOD, holds=holds, happened=happened, timed=timed, cared=cared)


def test_ranks_are_intervals_and_small_numbers_shrink() -> None:
    """Far apart is told apart; the same is not; the same facts give the same ranks."""
    found = {one.id: one for one in cards(fleet({"good": 5, "mid": 40, "bad": 160}), "unit")}
    assert [found[name].figure("faults").rank.low for name in ("good", "mid", "bad")] == [1, 2, 3]  # type: ignore[union-attr]
    alike = cards(fleet({"a": 20, "b": 21, "c": 20, "d": 21}), "unit")
    assert not any(one.rank.tells for one in alike if one.rank)
    assert cards(fleet({"a": 20, "b": 90}), "unit") == cards(fleet({"a": 20, "b": 90}), "unit")
    little = card(fleet({"u": 1, "v": 400, "w": 300}, lifts=2)).figure("faults")
    assert little.believed is None or little.believed.value > (little.share or 0)


def test_of_too_little_nobody_can_tell() -> None:
    """One party alone, or a handful of cases, has no rank."""
    assert card(facts(fault("one"))).rank is None
    found = card(facts(fault("one"), holds=(hold(), hold("v", "M"))))
    assert found.figure("first_fix").rank is None
    assert found.figure("first_fix").share == 1.0


def test_each_kind_of_party_has_its_own_measures() -> None:
    """A property does not put faults right, a unit does not take calls up."""
    names = {party: {one.name for one in measures_of(party)} for party in ("unit", "property")}  # type: ignore[arg-type]
    assert "arrival" in names["unit"] - names["property"]
    assert {"acknowledged", "signed", "misuse"} <= names["property"] - names["unit"]

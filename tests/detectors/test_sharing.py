"""Which alarms of several lifts belong together: the judge by itself, change by change."""

from typing import Any

import pytest

from detectors.together import Place, Roll, Together
from liftwatch.clock import MINUTE_MS, SECOND_MS
from liftwatch.incidents.incident import AlarmChange
from liftwatch.register.facts import Facts


class Lifts:
    """Lifts of two estates and two makes, and what they share."""

    def __init__(self) -> None:
        self.together = Together()
        self.places = {
            f"{make}-{n}": Place("320583", f"estate-{n % 2}", Facts(manufacturer=make))
            for make in ("A", "B")
            for n in range(12)
        }
        self.roll = Roll(self.places.get, self.places.values)

    def say(
        self, edge: Any, kind: str, *lifts: str, at_s: int = 0, late: bool = False
    ) -> list[tuple[str, str | None, tuple[str, ...]]]:
        """The same of each lift, and what changes of what they share."""
        changes: list[AlarmChange] = []
        for lift in lifts:
            change = AlarmChange(
                area="320583",
                estate="estate-0",
                lift=lift,
                kind=kind,
                edge=edge,
                opened_ms=at_s * SECOND_MS,
                at_ms=at_s * SECOND_MS,
                severity=2,
                late=late,
            )
            changes += self.together.follow(change, self.roll)
        return [(one.edge, one.scope, one.lifts) for one in changes]


A = tuple(f"A-{n}" for n in range(5))
B = tuple(f"B-{n}" for n in range(5))
EVEN = tuple(f"A-{n}" for n in range(0, 10, 2))


@pytest.fixture
def lifts() -> Lifts:
    """Nothing has happened yet."""
    return Lifts()


@pytest.mark.parametrize(
    ("kind", "who", "found"),
    [
        ("door_fault", A, True),
        ("door_fault", EVEN, True),
        ("entrapment", A, True),
        ("free_fall", A, True),
        ("vibration_wear", A, True),
        ("overload", A, False),
        ("emergency_call", A, False),
        ("ageing", A, False),
        ("maintenance_overdue", A, False),
        # the network of one estate is no make; in two at once it may be
        ("terminal_offline", A, True),
        ("terminal_offline", EVEN, False),
        ("door_fault", ("X-1", "X-2", "X-3", "X-4", "X-5"), False),
    ],
)
def test_what_may_come_from_a_make(
    lifts: Lifts, kind: str, who: tuple[str, ...], found: bool
) -> None:
    """Techniques, and terminals of two estates; not calls, use, duties, nor unknown lifts."""
    expected = [("raised", "manufacturer/A", who)] if found else []
    assert lifts.say("raised", kind, *who) == expected


def test_history_is_shared_by_nobody(lifts: Lifts) -> None:
    """What is told late, and what only grows graver, makes nothing."""
    assert lifts.say("raised", "door_fault", *A, late=True) == []
    assert lifts.say("graver", "door_fault", *A) == []
    assert lifts.say("raised", "mains_lost", *A, late=True) == []


def test_the_same_lift_five_times_is_one(lifts: Lifts) -> None:
    """However often it raises."""
    assert lifts.say("raised", "door_fault", *["A-1"] * 5) == []
    assert lifts.say("raised", "door_fault", *A[2:]) == []
    assert lifts.say("raised", "door_fault", "A-9")[0][0] == "raised"


def test_what_has_been_found_leaves_the_others_counted(lifts: Lifts) -> None:
    """One of another make was before, four come after it."""
    assert lifts.say("raised", "door_fault", B[0]) == []
    assert [edge for edge, *_ in lifts.say("raised", "door_fault", *A)] == ["raised"]
    assert lifts.say("raised", "door_fault", *B[1:]) == [("raised", "manufacturer/B", B)]


def test_it_ends_with_the_last_that_had_raised(lifts: Lifts) -> None:
    """By the same kind, of a lift that belongs to it; whoever joined counts too."""
    lifts.say("raised", "door_fault", *A)
    assert lifts.say("raised", "door_fault", "A-7", at_s=3600)[0][0] == "wider"
    assert lifts.say("cleared", "door_fault", *A) == []
    assert lifts.say("cleared", "door_impact", "A-7") == []
    assert lifts.say("cleared", "door_fault", "A-9", "B-1") == []
    assert lifts.say("cleared", "door_fault", "A-7") == [("cleared", "manufacturer/A", (*A, "A-7"))]
    assert lifts.say("cleared", "door_fault", "A-7") == []


def test_who_is_dark_stays_dark_until_the_mains_are_back(lifts: Lifts) -> None:
    """What else clears is of no matter; the second dark lift makes the outage."""
    assert lifts.say("raised", "mains_lost", "A-0") == []
    assert lifts.say("cleared", "door_fault", "A-0") == []
    found = lifts.say("raised", "mains_lost", "B-0", at_s=60)
    assert found == [("raised", "estate-0/estate-0", ("A-0", "B-0"))]


def test_who_has_mains_again_is_dark_no_more(lifts: Lifts) -> None:
    """One after the other is no outage of a building."""
    lifts.say("raised", "mains_lost", "A-0")
    lifts.say("cleared", "mains_lost", "A-0")
    assert lifts.together.dark == {}
    assert lifts.say("raised", "mains_lost", "B-0", at_s=60) == []
    assert lifts.say("raised", "mains_lost", "A-1", at_s=60) == []


@pytest.mark.parametrize(("first_s", "found"), [(1, True), (0, False)])
def test_within_ten_minutes(lifts: Lifts, first_s: int, found: bool) -> None:
    """600 s are over with the 600th."""
    lifts.say("raised", "door_fault", A[0], at_s=first_s)
    last_s = 10 * MINUTE_MS // SECOND_MS
    assert bool(lifts.say("raised", "door_fault", *A[1:], at_s=last_s)) is found

"""Past the end of the shaft: by position, by the level error, and whom to believe."""

from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.rules.overrun import Overrun

Tell = Callable[[str], None]

FLOORS = "[" + ",".join(f'{{"index":{n},"height_m":{3.0 * n - 3.0}}}' for n in (1, 2, 3)) + "]"
PAST = "state floor=3 position_m=6.1 speed_mps=0 in_door_zone=false"


@pytest.fixture
def tell(stories: Any) -> Tell:
    """Stories of this rule alone, of a lift with landings at 0, 3 and 6 m."""
    teller = stories(Fleet(detectors=(Overrun,)))
    teller.tell(f"00:00 register floors={FLOORS}")
    told: Tell = teller.tell
    return told


def expected(found: bool, claim: str = "overrun raised") -> str:
    """What a story expects."""
    return f"expect {claim}" if found else "expect nothing"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("floor=3 level_error_mm=51", True),
        ("floor=3 level_error_mm=50", False),
        ("floor=3 level_error_mm=-60", False),
        ("floor=1 level_error_mm=-51", True),
        ("floor=1 level_error_mm=60", False),
        ("floor=2 level_error_mm=60", False),
        ("floor=2 level_error_mm=-60", False),
        ("floor=null level_error_mm=60", False),
        ("floor=3", False),
        ("floor=3 level_error_mm=60 position_known=false", False),
    ],
)
def test_by_the_level_error(tell: Tell, fields: str, found: bool) -> None:
    """Above the top landing or below the bottom one, where no position is told."""
    tell(f"""
        01:00  state position_m=null {fields}
        01:01  state
        01:02  {expected(found, "overrun raised opened=01:00 at=01:01")}
    """)


@pytest.mark.parametrize(
    ("after", "second", "found"),
    [
        ("01:03", "position_m=7.0", False),
        ("01:03.001", "position_m=7.0", True),
        ("01:01", "position_m=6.2", True),
        ("01:00", "position_m=6.1", False),
        ("04:00", "position_m=6.1", True),
        ("04:00.001", "position_m=6.1", False),
        ("01:04", "position_m=-0.1", False),
    ],
)
def test_the_second_must_follow_the_first(tell: Tell, after: str, second: str, found: bool) -> None:
    """Neighbours by their speed too, and no more than 3 min apart; and at the same end."""
    tell(f"""
        01:00  {PAST}
        {after}  state {second}
        04:01  {expected(found, f"overrun raised opened=01:00 at={after}")}
    """)


def test_once_and_once_is_not_twice(tell: Tell) -> None:
    """What was well between begins anew; so does the other end."""
    tell(f"""
        01:00  {PAST}
        01:01  state position_m=6.0
        01:02  {PAST}
        01:03  state position_m=6.0
        01:10  {PAST}
        01:14  state position_m=-0.1
        01:14.2  expect nothing
        01:18  state position_m=-0.1
        01:18.2  expect overrun raised opened=01:14 at=01:18
    """)


OPEN = "state car_door=open doors_closed=false speed_mps=0 in_door_zone=true"


@pytest.mark.parametrize(
    ("seen", "believed"),
    [
        ("floor=1 position_m=0.3", True),
        ("floor=1 position_m=-0.31", False),
        ("floor=2 position_m=3.31", False),
        # what is not seen at a landing tells nothing
        ("floor=1 position_m=0.5 in_door_zone=null", True),
        ("floor=1 position_m=0.5 in_door_zone=false", True),
        ("floor=1 position_m=0.5 doors_closed=true car_door=closed", True),
        ("floor=1 position_m=0.5 doors_closed=null car_door=null", True),
        ("floor=1 position_m=0.5 speed_mps=0.2", True),
        # nor where one of the two is not known
        ("floor=7 position_m=0.5", True),
        ("floor=null position_m=0.5", True),
        ("floor=1 position_m=null", True),
        ("floor=1 position_m=0.5 position_known=false", True),
    ],
)
def test_a_position_that_the_register_contradicts(tell: Tell, seen: str, believed: bool) -> None:
    """By more than 0.3 m, at an open door of a landing."""
    tell(f"""
        00:30  {OPEN} {seen}
        01:00  {PAST} car_door=closed doors_closed=true position_known=true
        01:00.5  state
        01:01  {expected(believed)}
    """)


def test_what_is_contradicted_can_still_be_seen_by_the_level(tell: Tell) -> None:
    """And the position is believed again when it has agreed."""
    tell(f"""
        00:30  {OPEN} floor=1 position_m=0.9
        01:00  {PAST} car_door=closed doors_closed=true
        01:01  state
        01:02  state position_m=null level_error_mm=60
        01:03  state
        01:04  expect overrun raised opened=01:02 at=01:03
    """)


def test_a_position_that_agrees_again(tell: Tell) -> None:
    """It was set right at the next landing."""
    tell(f"""
        00:30  {OPEN} floor=1 position_m=0.9
        00:50  {OPEN} floor=2 position_m=3.0
        01:00  {PAST} car_door=closed doors_closed=true
        01:00.5  state
        01:01  expect overrun raised
    """)

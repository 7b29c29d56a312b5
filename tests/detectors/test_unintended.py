"""Movement that nobody meant: what brakes, what coasts, what levels, and whom to believe."""

from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.rules.entrapment import Entrapment
from detectors.rules.unintended_movement import UnintendedMovement
from tests.detectors.conftest import at_of

Tell = Callable[[str], None]
CLAIM = "unintended_movement raised"


@pytest.fixture
def tell(stories: Any) -> Tell:
    """Stories of this rule alone; the car has stood at 20 m."""
    teller = stories(Fleet(detectors=(UnintendedMovement,)))
    teller.tell("00:00 state position_m=20")
    told: Tell = teller.tell
    return told


def expected(at: str | None, opened: str = "00:10") -> str:
    """What a story expects."""
    return "nothing" if at is None else f"{CLAIM} opened={opened} at={at}"


@pytest.mark.parametrize(
    ("before", "after", "dt_s", "found"),
    [
        # slowing down by 0.2 m/s² and more is an emergency stop
        (1.0, 0.75, 1.25, False),
        (-1.0, -0.75, 1.25, False),
        (1.0, 0.875, 0.5, False),
        (1.0, 0.925, 0.5, True),
        (-1.0, -0.925, 0.5, True),
        # its tail is sampled too seldom to tell
        (0.15, 0.1, 0.5, False),
        (0.16, 0.11, 0.5, True),
        # neither slower nor faster, or faster
        (0.5, 0.5, 0.5, True),
        (0.5, 0.6, 0.5, True),
        (0.1, 0.1, 0.5, True),
    ],
)
def test_a_car_that_coasts_on(
    tell: Tell, before: float, after: float, *, dt_s: float, found: bool
) -> None:
    """Without command it has to come to rest."""
    way_m = (before + after) / 2 * dt_s
    tell(f"""
        00:10  state car=moving speed_mps={before} position_m=22 in_door_zone=false
        00:{10 + dt_s:05.2f}  state speed_mps={after} position_m={22 + way_m}
        00:12  expect {expected(f"00:{10 + dt_s:05.2f}" if found else None)}
    """)


@pytest.mark.parametrize(
    ("first", "second", "third", "at"),
    [
        # a command at either end of the first pair
        ("run_command=true brake=lifted", "run_command=false brake=applied", "", "00:11"),
        ("", "run_command=true brake=lifted", "", None),
        ("run_command=null brake=null", "run_command=false brake=applied", "", "00:10.5"),
        ("run_command=null brake=null", "", "", None),
    ],
)
def test_a_command_explains_it(
    tell: Tell, first: str, second: str, third: str, at: str | None
) -> None:
    """Of the state before too, where it is told."""
    tell(f"""
        00:10    state car=moving speed_mps=0.5 position_m=22 in_door_zone=false {first}
        00:10.5  state position_m=22.25 {second}
        00:11    state position_m=22.5 {third}
        00:12    expect {expected(at, opened="00:10.5" if at == "00:11" else "00:10")}
    """)


@pytest.mark.parametrize(
    ("after", "found"), [("00:13", True), ("00:13.001", False), ("00:10.5", True)]
)
def test_states_far_apart_are_no_neighbours(tell: Tell, after: str, found: bool) -> None:
    """3 s."""
    tell(f"""
        00:10  state car=moving speed_mps=0.1 position_m=22 in_door_zone=false
        {after}  state position_m=22.2
        00:14  expect {expected(after if found else None)}
    """)


@pytest.mark.parametrize(
    ("second", "third", "at"),
    [
        # the position of the second confirms its speed
        ("position_m=22.25", "position_m=22.5", "00:10.5"),
        ("position_m=22.025", "position_m=22.05", "00:10.5"),
        ("position_m=22.015", "position_m=22.03", "00:11"),
        # a way the other way round: the next
        ("position_m=21.75", "position_m=21.5", "00:11"),
        # the very same speed in the very same place, or where no speed leads: a sensor is stuck
        ("position_m=22.01", "position_m=22.01", None),
        ("position_m=24", "position_m=24", None),
        ("position_m=null in_door_zone=false", "position_m=null in_door_zone=false", "00:11"),
        # or it stands at its landing after all
        ("position_m=22.01", "position_m=20.05 speed_mps=0 car=stopped", None),
        # one speed that no car has
        ("position_m=22.25 speed_mps=9", "position_m=20 speed_mps=0 car=stopped", None),
        ("position_m=24.3 speed_mps=9", "position_m=20 speed_mps=0 car=stopped", None),
    ],
)
def test_one_sample_is_nothing(tell: Tell, second: str, third: str, at: str | None) -> None:
    """Its neighbour or its own position must say so too."""
    tell(f"""
        00:10    state car=moving speed_mps=0.5 position_m=22 in_door_zone=false
        00:10.5  state {second}
        00:11    state {third}
        00:12    expect {expected(at)}
    """)


OPEN = "car_door=open doors_closed=false"
LEVELS = "run_command=true brake=lifted car=moving"


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        # levelling that goes too far, commanded or not
        (["speed_mps=0.1 position_m=0.07", "position_m=0.12", "position_m=0.17"], "00:10.5"),
        (["speed_mps=-0.1 position_m=-0.07", "position_m=-0.12", "position_m=-0.17"], "00:10.5"),
        (["speed_mps=0.1 position_m=0.02", "position_m=0.07", "position_m=0.1"], None),
        # towards the landing
        (["speed_mps=-0.1 position_m=0.3", "position_m=0.25", "position_m=0.2"], None),
        # too far from the landing to be leaving it: a door lost during a ride
        (["speed_mps=0.5 position_m=0.36", "position_m=0.6", "position_m=0.85"], None),
        (["speed_mps=0.5 position_m=0.35", "position_m=0.6", "position_m=0.85"], "00:10.5"),
        # it is the door that closes, or opens, in between
        (
            [
                "speed_mps=0.1 position_m=0.07",
                "position_m=0.12 car_door=closed doors_closed=true",
                "position_m=0.17",
            ],
            None,
        ),
        (
            [
                "speed_mps=0.1 position_m=0.07 car_door=closed doors_closed=true",
                f"position_m=0.12 {OPEN}",
                "position_m=0.17 car_door=closed doors_closed=true",
            ],
            None,
        ),
        # the next state says that it stands within 0.10 m
        (["speed_mps=0.1 position_m=0.11", "position_m=0.12", "position_m=0.1"], None),
        # it moved until just now
        (
            [
                "speed_mps=0.1 position_m=0.07",
                "speed_mps=0 car=stopped position_m=0.12 in_door_zone=false",
                "",
            ],
            "00:10.5",
        ),
        # it is said to move, and is where it was
        (["speed_mps=0.1 position_m=0.12", "position_m=0.12", "position_m=0.12"], None),
        # by the level error, and by the zone, where no position is told
        (
            [
                "speed_mps=0.1 position_m=null level_error_mm=70",
                "level_error_mm=120",
                "level_error_mm=170",
            ],
            "00:11",
        ),
        (
            [
                "speed_mps=0.3 position_m=null in_door_zone=true",
                "in_door_zone=false",
                "in_door_zone=false",
            ],
            "00:11",
        ),
        (
            [
                "speed_mps=0.3 position_m=null in_door_zone=null",
                "in_door_zone=null",
                "in_door_zone=null",
            ],
            None,
        ),
    ],
)
def test_leaving_with_an_open_door(stories: Any, lines: list[str], at: str | None) -> None:
    """More than 0.10 m from where it stood; commanded makes no difference."""
    first, second, third = lines
    stories(Fleet(detectors=(UnintendedMovement,))).tell(f"""
        00:05    state {OPEN} position_m=0
        00:10    state {OPEN} {LEVELS} {first}
        00:10.5  state {second}
        00:11    state {third}
        00:12    expect {expected(at)}
    """)


@pytest.mark.parametrize(("speed", "found"), [(0.3, False), (0.31, True)])
@pytest.mark.parametrize("occupied", ["true", "null"])
def test_by_hand_while_people_are_trapped(
    stories: Any, speed: float, occupied: str, *, found: bool
) -> None:
    """Rescuers move the car slowly; an entrapment, or one that is suspected, is under way."""
    teller = stories(Fleet(detectors=(Entrapment, UnintendedMovement)))
    kind = "entrapment" if occupied == "true" else "entrapment_suspected"
    teller.tell(f"""
        00:00    state position_m=20 occupied={occupied}
        00:05    state car=moving speed_mps=1 position_m=22 run_command=true brake=lifted
        00:10    state car=stopped speed_mps=0 in_door_zone=false run_command=false position_m=24
        00:55    expect {kind} raised
        01:00    state car=moving speed_mps={speed} position_m=24.5
        01:00.5  state position_m={24.5 + speed / 2}
        01:01    expect {CLAIM if found else "nothing"}
    """)


def test_by_hand_while_nobody_is_trapped(tell: Tell) -> None:
    """Then a slow movement is one that nobody meant."""
    tell("""
        00:10    state car=moving speed_mps=0.2 position_m=22 in_door_zone=false
        00:10.5  state position_m=22.1
        00:12    expect unintended_movement raised opened=00:10 at=00:10.5
    """)


@pytest.mark.parametrize(("before", "after"), [(0.31, 0.3), (0.3, 0.31)])
def test_by_hand_is_slow_before_and_after(stories: Any, before: float, after: float) -> None:
    """Above 0.3 m/s nobody cranks."""
    teller = stories(Fleet(detectors=(Entrapment, UnintendedMovement)))
    teller.tell(f"""
        00:00    state position_m=20 occupied=true
        00:05    state car=moving speed_mps=1 position_m=22 run_command=true brake=lifted
        00:10    state car=stopped speed_mps=0 in_door_zone=false run_command=false position_m=24
        00:55    expect entrapment raised
        01:00    state car=moving speed_mps={before} position_m=24.5
        01:00.5  state speed_mps={after} position_m=24.65
        01:01    expect {CLAIM}
    """)


def test_two_centimetres_are_a_way(stories: Any) -> None:
    """Between two readings of a position."""
    stories(Fleet(detectors=(UnintendedMovement,))).tell(f"""
        00:00    state position_m=20
        00:10    state car=moving speed_mps=0.05 position_m=0 in_door_zone=false
        00:10.5  state position_m=0.02
        00:10.6  expect {expected("00:10.5")}
    """)


def test_it_tells_how_far(stories: Any) -> None:
    """From the landing, and what was said of command and doors."""
    teller = stories(Fleet(detectors=(UnintendedMovement,)))
    teller.say(at_of("00:00"), "state", {"position_m": 20})
    teller.say(at_of("00:10"), "state", {"position_m": 22, "car": "moving", "speed_mps": 0.5})
    teller.say(at_of("00:10.5"), "state", {"position_m": 22.25})
    (change,) = teller.changes
    assert change.evidence == {
        "distance_m": 2.25,
        "speed_mps": 0.5,
        "run_command": False,
        "brake": "applied",
        "doors_closed": True,
        "limit_m": 0.10,
        "occupied": False,
    }


@pytest.mark.parametrize(("jump", "found"), [(0.29, True), (0.3, False)])
def test_a_fall_in_the_making_waits(tell: Tell, jump: float, found: bool) -> None:
    """What speeds up by 0.6 m/s² may become a fall; only when it ends it is this."""
    tell(f"""
        00:10    state car=moving speed_mps=0 position_m=22 in_door_zone=false
        00:10.5  state speed_mps={jump} position_m=22.08
        00:10.6  expect {expected("00:10.5" if found else None)}
        00:11    state speed_mps=0.4 position_m=22.25
        00:11.1  expect {"nothing" if found else expected("00:11")}
    """)


def test_from_rest(tell: Tell) -> None:
    """The state of rest before it is part of it."""
    tell("""
        00:10    state position_m=20
        00:10.5  state car=moving speed_mps=0.25 position_m=20.11
        00:10.6  expect unintended_movement raised opened=00:10 at=00:10.5
    """)


def test_a_position_that_is_set_right(tell: Tell) -> None:
    """While the car stands: that is no movement."""
    tell("""
        00:05    state car=moving speed_mps=1 position_m=22 run_command=true brake=lifted
        00:08    state car=stopped speed_mps=0 position_m=24 run_command=false brake=applied
        00:09    state position_m=26
        00:10    state position_m=26
        00:11    expect nothing
    """)


def test_two_states_of_one_moment(tell: Tell) -> None:
    """Nobody can tell what moved between them."""
    tell("""
        00:10    state car=moving speed_mps=0.5 position_m=22 in_door_zone=false
        00:10    state position_m=22.3
        00:13.5  state position_m=24
        00:14    expect nothing
    """)


def test_speeds_that_are_not_told(tell: Tell) -> None:
    """The terminal says that it moves, its position that it does; until it says that it stands."""
    tell("""
        00:10    state car=moving speed_mps=null position_m=22 in_door_zone=false
        00:10.5  state position_m=22.3
        00:11    state position_m=22.6
        00:11.1  expect unintended_movement raised opened=00:10 at=00:11
    """)


def test_speeds_that_are_not_told_of_a_car_that_stops(tell: Tell) -> None:
    """That is its end, and was a stop."""
    tell("""
        00:10    state car=moving speed_mps=null position_m=22 in_door_zone=false
        00:10.5  state position_m=22.3 car=stopped
        00:11    state position_m=22.3
        00:12    expect nothing
    """)

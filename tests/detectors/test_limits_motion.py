"""Motion and people at the figures of the contract: just below is nothing, at them is a claim.

Found by `make mutate`: each test fails when the figure, or the comparison with it, is another.
"""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[[str], None]

RIDES = "car=moving run_command=true brake=lifted in_door_zone=false position_m=null"
FLOORS = "[" + ",".join(f'{{"index":{n},"height_m":{3.0 * n - 3.0}}}' for n in (1, 2, 3)) + "]"


def expected(claim: str, found: bool) -> str:
    """What a story expects."""
    return f"expect {claim}" if found else "expect nothing"


@pytest.mark.parametrize(("speed", "found"), [(2.29, False), (2.3, True), (-2.3, True)])
def test_overspeed_at_115_percent(story: Tell, speed: float, found: bool) -> None:
    """Rated 2.0 m/s: 2.3 m/s is the speed at which the governor trips."""
    story(f"""
        00:00    register  rated_speed_mps=2.0
        00:01    state  {RIDES} speed_mps={speed}
        00:01.5  state  speed_mps={speed}
        00:01.6  {expected("overspeed raised opened=00:01 at=00:01.5", found)}
    """)


@pytest.mark.parametrize(("count", "found"), [(4, False), (5, True)])
def test_overspeed_lasts_200_ms(story: Tell, count: int, found: bool) -> None:
    """By the samples of a burst, 50 ms apart: four span 150 ms, five span 200 ms."""
    speeds = "[" + ",".join(["2.0"] * 2 + ["2.4"] * count + ["2.0"] * 2) + "]"
    story(f"""
        00:00    register  rated_speed_mps=2.0
        00:05    burst  started_at=00:04 rate_hz=10 z_mps2=[9.8,9.8] slow_rate_hz=20 speed_mps={speeds}
        00:05.2  {expected("overspeed raised opened=00:04.1 at=00:04.3", found)}
    """)


@pytest.mark.parametrize(
    "gone", ["started_at", "slow_rate_hz", "speed_mps", "slow_rate_hz speed_mps", "z_mps2"]
)
def test_a_burst_that_does_not_tell_its_speeds(story: Tell, gone: str) -> None:
    """When, how often and how fast must all be known; the force is of no matter."""
    told = {
        "started_at": "00:04",
        "slow_rate_hz": "10",
        "speed_mps": "[2.4,2.4,2.5,2.5]",
        "z_mps2": "[9.8,9.8]",
        "rate_hz": "10",
    }
    fields = " ".join(f"{name}={value}" for name, value in told.items() if name not in gone.split())
    story(f"""
        00:00    register  rated_speed_mps=2.0
        00:05    burst  {fields}
        00:05.2  {expected("overspeed raised opened=00:04 at=00:04.2", gone == "z_mps2")}
    """)


def test_the_positions_of_a_burst_are_believed(story: Tell) -> None:
    """Those there are: they stand still, and the speeds are a fault; beyond them nobody tells."""
    story("""
        00:00    register  rated_speed_mps=2.0
        00:05    burst  started_at=00:04 rate_hz=10 slow_rate_hz=1 speed_mps=[3,3,3] position_m=[1,1,1]
        00:05.2  expect nothing
        00:15    burst  started_at=00:14 rate_hz=10 slow_rate_hz=1 speed_mps=[3,3,3] position_m=[1,1]
        00:15.2  expect overspeed raised opened=00:15 at=00:16
    """)


@pytest.mark.parametrize("sign", [1, -1])
def test_overspeed_names_the_top_speed(stories: Any, sign: int) -> None:
    """With its direction, and the limit that was passed."""
    teller = stories()
    for line in (
        "00:00    register  rated_speed_mps=2.0",
        f"00:01    state  {RIDES} speed_mps={2.4 * sign}",
        f"00:01.5  state  {RIDES} speed_mps={2.6 * sign}",
    ):
        teller.tell_freely(line)
    (change,) = teller.changes
    assert change.evidence == {
        "speed_mps": 2.6 * sign,
        "rated_speed_mps": 2.0,
        "limit_mps": 2.3,
        "occupied": False,
    }


@pytest.mark.parametrize(("said", "told"), [("true", True), ("false", False)])
def test_danger_says_whether_anybody_is_inside(stories: Any, said: str, told: bool) -> None:
    """The rescue platform learns of it unless the car is known to be empty (contract, section 2)."""
    teller = stories()
    for line in (
        "00:00    register  rated_speed_mps=2.0",
        f"00:01    state  {RIDES} speed_mps=2.4 doors_closed=false occupied={said}",
        f"00:01.5  state  {RIDES} speed_mps=2.6 doors_closed=false occupied={said}",
    ):
        teller.tell_freely(line)
    found = {change.kind: change.evidence["occupied"] for change in teller.changes}
    assert found == {"overspeed": told, "moving_with_open_door": told}


@pytest.mark.parametrize(("speed", "found"), [(0.3, False), (-0.31, True)])
def test_an_open_door_above_levelling_speed(story: Tell, speed: float, found: bool) -> None:
    """0.3 m/s is what levelling may have."""
    story(f"""
        00:00    state  {RIDES} speed_mps={speed} doors_closed=false
        00:00.5  state
        00:00.6  {expected("moving_with_open_door raised at=00:00.5", found)}
    """)


def test_an_open_door_for_half_a_second(story: Tell) -> None:
    """Not for 400 ms."""
    story(f"""
        00:00    state  {RIDES} speed_mps=1 doors_closed=false
        00:00.4  state
        00:00.5  expect nothing
        00:00.6  state
        00:00.7  expect moving_with_open_door raised opened=00:00 at=00:00.6
    """)


def test_a_tenth_of_a_metre_from_the_landing(story: Tell) -> None:
    """0.10 m is not yet gone."""
    story("""
        00:00    state  car_door=open doors_closed=false
        00:10    state  car=moving speed_mps=0.1 position_m=0.05
        00:10.5  state  position_m=0.1
        00:10.6  expect nothing
        00:11    state  position_m=0.14
        00:11.1  expect unintended_movement raised at=00:11
    """)


def test_five_centimetres_past_the_last_landing(story: Tell) -> None:
    """Below the lowest; 0.05 m is not past it."""
    story(f"""
        00:00    register  floors={FLOORS}
        00:10    state  {RIDES} speed_mps=-0.1 position_m=-0.04 in_door_zone=true
        00:10.5  state  position_m=-0.05
        00:11    state  position_m=-0.05
        00:11.1  expect nothing
        00:11.5  state  position_m=-0.06
        00:12    state  position_m=-0.07
        00:12.1  expect overrun raised opened=00:11.5 at=00:12
    """)


@pytest.mark.parametrize(
    ("speed", "claim"),
    [
        (0.59, "unintended_movement raised opened=00:10 at=00:11"),
        (0.6, "free_fall raised opened=00:10 at=00:11"),
        (-0.6, "free_fall raised opened=00:10 at=00:11"),
    ],
)
def test_a_fall_by_its_acceleration(story: Tell, speed: float, claim: str) -> None:
    """0.6 m/s² over 1.0 s without command; what is less is a movement that nobody meant."""
    story(f"""
        00:00    state  position_m=20
        00:10    state  car=moving speed_mps=0 brake=lifted
        00:10.5  state  speed_mps={speed / 2} position_m={20 + speed / 8}
        00:10.6  expect nothing
        00:11    state  speed_mps={speed} position_m={20 + speed / 2} in_door_zone=false
        00:11.1  expect {claim}
    """)


def test_a_fall_by_its_acceleration_lasts_a_second(story: Tell) -> None:
    """Not for 0.9 s; then it is caught, and was a movement."""
    story("""
        00:00    state  position_m=20
        00:10    state  car=moving speed_mps=0 brake=lifted
        00:10.5  state  speed_mps=0.5 position_m=20.12
        00:10.9  state  speed_mps=0.9 position_m=20.4 in_door_zone=false
        00:11    expect nothing
        00:11.4  state  speed_mps=0.2 position_m=20.67
        00:11.5  expect unintended_movement raised at=00:11.4
    """)


@pytest.mark.parametrize(
    ("first", "kind"), [(0.125, "unintended_movement"), (0.15, "free_fall"), (0.175, "free_fall")]
)
def test_a_fall_speeds_up_all_the_time(story: Tell, first: float, kind: str) -> None:
    """No part of it below 0.3 m/s²: a push and a coast are no fall."""
    story(f"""
        00:00    state  position_m=20
        00:10    state  car=moving speed_mps=0 brake=lifted
        00:10.5  state  speed_mps={first} position_m=20.04
        00:11    state  speed_mps=0.7 position_m=20.25 in_door_zone=false
        00:11.5  state  speed_mps=0.75 position_m=20.6
        00:11.6  expect {kind} raised
    """)


@pytest.mark.parametrize(("count", "found"), [(30, False), (31, True)])
def test_a_fall_of_150_ms(story: Tell, count: int, found: bool) -> None:
    """At 200 Hz 31 samples span 150 ms."""
    z = "[" + ",".join(["9.8"] * 200 + ["1.0"] * count + ["9.8"] * 200) + "]"
    story(f"""
        00:05    burst  started_at=00:01 rate_hz=200 z_mps2={z}
        00:05.2  {expected("free_fall raised opened=00:02 at=00:02.15", found)}
    """)


@pytest.mark.parametrize(("force", "found"), [(2.941995, False), (2.94, True)])
def test_a_fall_below_three_tenths_of_g(story: Tell, force: float, found: bool) -> None:
    """0.3 times 9.80665 m/s²."""
    z = "[" + ",".join(["9.8"] * 200 + [str(force)] * 60 + ["9.8"] * 200) + "]"
    story(f"""
        00:05    burst  started_at=00:01 rate_hz=200 z_mps2={z}
        00:05.2  {expected("free_fall raised opened=00:02 at=00:02.15", found)}
    """)

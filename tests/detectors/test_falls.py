"""Falls as states tell them: steady, uncommanded, one way, and believed by the position."""

from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.rules.free_fall import FreeFall

Tell = Callable[[str], None]

LIFTED = "car=moving brake=lifted in_door_zone=null position_m=null"
TOLD = "run_command=true"
UNTOLD = "run_command=false"


@pytest.fixture
def tell(stories: Any) -> Tell:
    """Stories of this rule alone."""
    told: Tell = stories(Fleet(detectors=(FreeFall,))).tell
    return told


def states(*told: str, every_s: float = 0.5) -> str:
    """States from 00:10 on, evenly."""
    return "\n".join(f"00:{10 + k * every_s:04.1f} state {one}" for k, one in enumerate(told))


G15_HALF = 1.5 * 9.80665 / 2


@pytest.mark.parametrize(
    ("told", "at"),
    [
        (("speed_mps=0", "speed_mps=0.4", "speed_mps=0.8"), "00:11"),
        (("speed_mps=0", "speed_mps=-0.4", "speed_mps=-0.8"), "00:11"),
        # a state between of which nobody knows whether it was told
        (
            (
                "speed_mps=0",
                "speed_mps=0.4",
                "speed_mps=0.8 run_command=null brake=null",
                f"speed_mps=1.2 {UNTOLD}",
            ),
            None,
        ),
        # a speed that is not told
        (("speed_mps=0", "speed_mps=0.4", "speed_mps=null", "speed_mps=1.2"), None),
        # below 0.3 m/s² in the middle
        (("speed_mps=0", "speed_mps=0.4", "speed_mps=0.54", "speed_mps=1.2"), None),
        # as fast as physics allows, and faster
        (("speed_mps=0", f"speed_mps={G15_HALF}", f"speed_mps={2 * G15_HALF}"), "00:11"),
        (("speed_mps=0", "speed_mps=0.4", "speed_mps=8.4", "speed_mps=8.8"), None),
        # the position says that the car stands
        (
            ("speed_mps=0 position_m=9", "speed_mps=2 position_m=9", "speed_mps=4 position_m=9"),
            None,
        ),
        (
            ("speed_mps=0 position_m=9", "speed_mps=2 position_m=9.5", "speed_mps=4 position_m=11"),
            "00:11",
        ),
        # it comes to rest, or turns round
        (("speed_mps=1.2", "speed_mps=0.8", "speed_mps=0.4", "speed_mps=0"), None),
        (("speed_mps=0.4", "speed_mps=-0.5", "speed_mps=0.6", "speed_mps=-0.7"), None),
        # not from rest: the mean counts, not the speed that was reached
        (("speed_mps=0.4", "speed_mps=0.7", "speed_mps=0.99"), None),
        (("speed_mps=0.4", "speed_mps=0.7", "speed_mps=1.0"), "00:11"),
    ],
)
def test_what_is_a_fall(tell: Tell, told: tuple[str, ...], at: str | None) -> None:
    """0.6 m/s² over a second, without command in all of its states."""
    first, *rest = told
    end = f"00:{10 + 0.5 * len(told):04.1f}"
    tell(f"""
        00:00  state
        {states(f"{LIFTED} {UNTOLD} {first}", *rest)}
        {end}  expect {"nothing" if at is None else f"free_fall raised opened=00:10 at={at}"}
    """)


@pytest.mark.parametrize(
    ("speed", "opened"),
    [(0.0, "00:10"), (0.03, "00:10"), (0.031, "00:10.5"), (1.0, "00:10.5")],
)
def test_it_begins_at_rest_or_without_command(tell: Tell, speed: float, opened: str) -> None:
    """The state of rest before it may have been told; a ride before it is none of it."""
    speeds = [speed + 0.4 * k for k in (1, 2, 3)]
    tell(f"""
        00:00  state
        {states(f"{LIFTED} {TOLD} speed_mps={speed}", *(f"{UNTOLD} speed_mps={v}" for v in speeds))}
        00:12  expect free_fall raised opened={opened}
    """)


def test_the_longer_stretch_counts_not_the_one_of_more_states(tell: Tell) -> None:
    """Four quick states and a catch, then a fall of a second told by three."""
    tell(f"""
        00:00  state
        {states(*(f"{LIFTED} {UNTOLD} speed_mps={v}" for v in (0, 0.2, 0.4, 0.6)), every_s=0.2)}
        00:11  state speed_mps=0
        00:11.5  state speed_mps=0.4
        00:12  state speed_mps=0.8
        00:12.1  expect free_fall raised opened=00:11 at=00:12
    """)


@pytest.mark.parametrize("burst", ["accelerometer", "pressure"])
def test_a_faulty_sensor_of_a_burst(tell: Tell, burst: str) -> None:
    """Without its accelerometer it cannot tell; without pressure nothing contradicts a fall."""
    z = "[" + ",".join(["9.8"] * 200 + ["1.0"] * 90 + ["9.8"] * 200) + "]"
    air = "[" + ",".join(["1000.0", "1000.01", "999.99"] * 8) + "]"
    found = "free_fall raised" if burst == "pressure" else "nothing"
    tell(f"""
        00:00  health sensors={{"{burst}":"fault"}}
        00:05  burst  started_at=00:01 rate_hz=200 z_mps2={z} slow_rate_hz=10 pressure_hpa={air}
        00:06  expect {found}
    """)

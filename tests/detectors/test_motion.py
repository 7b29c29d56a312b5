"""Overspeed, open doors in motion, movement nobody commanded, and falls: claims and none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[[str], None]


def test_overspeed_is_raised_once_and_latches(story: Tell) -> None:
    """115 % of rated for 0.2 s; only the end of a visit ends it."""
    story("""
        00:00    register  rated_speed_mps=1.75
        00:01    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=1.7
        00:01.5  state  speed_mps=2.05 position_m=0.94
        00:01.6  expect nothing
        00:02    state  speed_mps=2.2 position_m=2.0
        00:02.1  expect overspeed raised opened=00:01.5 at=00:02 severity=1
        00:02.5  state  speed_mps=2.3 position_m=3.1
        00:03.5  state  speed_mps=0 position_m=4.0 car=stopped run_command=false brake=applied
        10:00    expect stopped_outside_zone raised opened=00:03.5
    """)


def test_the_end_of_a_visit_ends_what_latches(story: Tell) -> None:
    """Maintenance goes out: the alarm is cleared at that moment."""
    story("""
        00:00    register  rated_speed_mps=1.0
        00:01    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=1.2
        00:01.5  state  speed_mps=1.2 position_m=0.6
        00:01.6  expect overspeed raised
        20:00    maintenance  phase=in work=repair
        40:00    maintenance  phase=out work=repair
        40:00.2  expect overspeed cleared at=40:00
    """)


@pytest.mark.parametrize(
    "states",
    [
        # one sample that its neighbours contradict
        ["speed_mps=1.7", "speed_mps=9.0", "speed_mps=1.7", "speed_mps=9.0", "speed_mps=1.7"],
        # speeds that the position contradicts
        ["speed_mps=3.0 position_m=1.0", "speed_mps=3.0 position_m=1.0"],
        # speeds that no car can have one after the other
        ["speed_mps=3.0", "speed_mps=-3.0", "speed_mps=14.0"],
    ],
)
def test_what_is_no_overspeed(stories: Any, states: list[str]) -> None:
    """Glitches of a sensor are nothing."""
    lines = ["00:00 register rated_speed_mps=1.75"]
    lines.append("00:01 state car=moving run_command=true brake=lifted position_m=null")
    lines += [f"00:{2 + k * 0.5:04.1f} state {state}" for k, state in enumerate(states)]
    stories().tell("\n".join(lines))


def test_without_rated_speed_nobody_can_tell(story: Tell) -> None:
    """No register, no claim."""
    story("""
        00:01    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=9
        00:01.5  state  speed_mps=9 position_m=4.5
    """)


def test_speeds_inside_a_burst_count(story: Tell) -> None:
    """The slow channel of a burst is as good as states."""
    speeds = json.dumps([1.7, 1.9, 2.1, 2.2, 2.3, 2.3]).replace(" ", "")
    story(f"""
        00:00    register  rated_speed_mps=1.75
        00:05    burst  trigger=overspeed started_at=00:04.5 rate_hz=10 z_mps2=[9.8,9.8] slow_rate_hz=10 speed_mps={speeds}
        00:05.2  expect overspeed raised opened=00:04.7 at=00:04.9
    """)


def test_a_door_lost_during_a_ride(story: Tell) -> None:
    """Faster than 0.3 m/s off the zone with a door open for 0.5 s."""
    story("""
        00:00    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=1 position_m=5
        00:00.5  state  doors_closed=false car_door=open position_m=5.5
        00:00.6  expect nothing
        00:01    state  position_m=6.0
        00:01.1  expect moving_with_open_door raised opened=00:00.5 at=00:01
    """)


def test_a_bouncing_door_switch_is_nothing(story: Tell) -> None:
    """One state with the contact lost is less than 0.5 s."""
    story("""
        00:00    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=1 position_m=5
        00:00.5  state  doors_closed=false position_m=5.5
        00:01    state  doors_closed=true position_m=6.0
        00:02    state  position_m=7.0
    """)


def test_inspection_rides_with_open_doors_are_planned(story: Tell) -> None:
    """A technician on the car roof moves it with doors open; and normal service starts afresh."""
    story("""
        00:00    state  service_mode=inspection car=moving run_command=true brake=lifted in_door_zone=false speed_mps=0.5 position_m=5 doors_closed=false car_door=open
        00:00.5  state  position_m=5.25
        00:01    state  position_m=5.5
        00:01.5  state  service_mode=normal speed_mps=0 car=stopped in_door_zone=true doors_closed=true car_door=closed run_command=false brake=applied
        05:00    expect nothing
    """)


def test_the_car_creeps_away_with_its_door_open(story: Tell) -> None:
    """More than 0.10 m off the landing with the door open."""
    story("""
        00:00    state  car_door=open doors_closed=false
        00:10    state  car=moving speed_mps=0.1 position_m=0.02
        00:10.5  state  speed_mps=0.15 position_m=0.08
        00:10.6  expect nothing
        00:11    state  speed_mps=0.2 position_m=0.17
        00:11.1  expect unintended_movement raised at=00:11 severity=1
        00:13    state  car=stopped speed_mps=0 position_m=0.5 in_door_zone=false
    """)


def test_relevelling_with_open_doors_is_what_a_lift_does(story: Tell) -> None:
    """A few centimetres, slowly, inside the zone."""
    story("""
        00:00    state  car_door=open doors_closed=false
        00:10    state  car=moving speed_mps=-0.05 position_m=-0.02 run_command=true brake=lifted
        00:11    state  speed_mps=0.05 position_m=-0.03
        00:12    state  car=stopped speed_mps=0 position_m=0.0 run_command=false brake=applied
    """)


def test_advance_opening_on_arrival_is_no_leaving(story: Tell) -> None:
    """Doors that begin to open while the car levels in are going towards the landing."""
    story("""
        00:00    state  car=moving speed_mps=1.0 position_m=2.0 in_door_zone=false run_command=true brake=lifted
        00:01    state  speed_mps=0.25 position_m=2.85 in_door_zone=true car_door=opening doors_closed=false
        00:01.5  state  speed_mps=0.1 position_m=2.97
        00:02    state  car=stopped speed_mps=0 position_m=3.0 run_command=false brake=applied car_door=open
        00:30    expect nothing
    """)


def test_an_emergency_stop_is_no_unintended_movement(story: Tell) -> None:
    """The command is gone, the brake falls in, the car slows down: that is what it should do."""
    story("""
        00:00    state  car=moving speed_mps=1.75 position_m=5.0 in_door_zone=false run_command=true brake=lifted
        00:00.5  state  speed_mps=1.2 position_m=5.8 run_command=false brake=applied safety_chain_ok=false
        00:01    state  speed_mps=0.4 position_m=6.2
        00:01.5  state  speed_mps=0.05 position_m=6.3
        00:02    state  speed_mps=0 car=stopped position_m=6.31
        00:30    state  speed_mps=0 car=stopped position_m=6.31
        00:31    expect nothing
    """)


def test_a_brake_that_lets_go(story: Tell) -> None:
    """0.8 m/s² for 1.0 s without command is a fall, and no lesser word is said of it as well."""
    story("""
        00:00    state  position_m=20.0
        00:10    state  car=moving speed_mps=0.2 position_m=20.02 brake=lifted
        00:10.5  state  speed_mps=0.6 position_m=20.22 in_door_zone=false
        00:10.6  expect nothing
        00:11    state  speed_mps=1.0 position_m=20.62
        00:11.1  expect free_fall raised opened=00:10 at=00:11
        00:11.5  state  speed_mps=1.4 position_m=21.22
    """)


def test_a_brake_that_lets_go_and_is_caught(story: Tell) -> None:
    """It sped up for less than 1.0 s: an unintended movement, known when it ended."""
    story("""
        00:00    state  position_m=20.0
        00:10    state  car=moving speed_mps=0.2 position_m=20.02 brake=lifted
        00:10.5  state  speed_mps=0.6 position_m=20.22 in_door_zone=false
        00:10.6  expect nothing
        00:11    state  speed_mps=0.1 position_m=20.4
        00:11.1  expect unintended_movement raised at=00:11
        00:11.5  state  speed_mps=0 car=stopped position_m=20.41
    """)


def test_a_slow_slide_without_command(story: Tell) -> None:
    """0.3 m/s² is less than a fall."""
    story("""
        00:00    state  position_m=20.0
        00:10    state  car=moving speed_mps=0.1 position_m=20.02 brake=lifted
        00:10.5  state  speed_mps=0.25 position_m=20.11
        00:10.6  expect unintended_movement raised at=00:10.5
        00:11    state  speed_mps=0.4 position_m=20.27 in_door_zone=false
    """)


def test_a_normal_ride_is_no_fall(story: Tell) -> None:
    """Acceleration that somebody commanded, however brisk."""
    story("""
        00:00    state  position_m=0
        00:10    state  car=moving speed_mps=0.3 position_m=0.05 run_command=true brake=lifted
        00:10.5  state  speed_mps=0.8 position_m=0.35 in_door_zone=false
        00:11    state  speed_mps=1.4 position_m=0.9
        00:11.5  state  speed_mps=1.75 position_m=1.7
        00:30    state  speed_mps=0 position_m=30 car=stopped in_door_zone=true run_command=false brake=applied
    """)


def test_without_command_signals_nobody_can_tell(story: Tell) -> None:
    """A terminal that knows neither command nor brake sees only a ride."""
    story("""
        00:00    state  run_command=null brake=null
        00:10    state  car=moving speed_mps=0.3 position_m=0.05
        00:10.5  state  speed_mps=0.8 position_m=0.35 in_door_zone=false
        00:11    state  speed_mps=1.4 position_m=0.9
        00:11.5  state  speed_mps=1.9 position_m=1.7
    """)


def burst_of(low_s: float, **channels: Any) -> str:
    """A burst at 200 Hz: a second at rest, `low_s` of weightlessness, a second at rest."""
    z = [9.8] * 200 + [1.0] * round(low_s * 200) + [9.8] * 200
    said = {"trigger": "free_fall", "started_at": "00:01", "rate_hz": 200, "z_mps2": z} | channels
    return " ".join(
        f"{name}={json.dumps(value, separators=(',', ':')) if name != 'started_at' else value}"
        for name, value in said.items()
    ).replace('"', "")


def test_a_fall_in_a_burst(story: Tell) -> None:
    """Below 0.3 g for 0.15 s."""
    story(f"""
        00:05    burst  {burst_of(0.3)}
        00:05.2  expect free_fall raised opened=00:02 at=00:02.150
    """)


def test_less_than_the_rule_is_no_fall(story: Tell) -> None:
    """0.14 s is not 0.15 s."""
    story(f"00:05 burst {burst_of(0.14)}")


def test_a_passenger_who_jumps_is_no_fall(story: Tell) -> None:
    """The burst's own position, or its pressure, shows that the car stayed where it was."""
    still = [12.0] * 24
    story(f"00:05 burst {burst_of(0.35, slow_rate_hz=10, position_m=still)}")
    air = [1000.0 + 0.01 * (k % 3 - 1) for k in range(24)]
    story(f"00:15 burst {burst_of(0.45, slow_rate_hz=10, pressure_hpa=air)}")


@pytest.mark.parametrize("speed", [-2.0, 2.0])
@pytest.mark.parametrize("rate_hz", [10.0, 10.7, 11.9])
def test_a_passenger_who_jumps_in_a_riding_car_is_no_fall(
    story: Tell, speed: float, rate_hz: float
) -> None:
    """The car keeps its speed, wherever the samples of its position lie."""
    heights = [round(30.0 + speed * k / rate_hz, 3) for k in range(24)]
    story(f"00:05 burst {burst_of(0.24, slow_rate_hz=rate_hz, position_m=heights)}")


def test_position_that_drops_confirms_a_fall(story: Tell) -> None:
    """A car in free fall drops by half of g t²."""
    drop = [0.5 * 9.81 * max(0.0, min(0.1 * k - 1.0, 0.4)) ** 2 for k in range(26)]
    heights = [round(12.0 - metres, 3) for metres in drop]
    story(f"""
        00:05    burst  {burst_of(0.4, slow_rate_hz=10, position_m=heights)}
        00:05.2  expect free_fall raised at=00:02.150
    """)


def test_a_fall_cut_into_two_bursts_is_seen_once(story: Tell) -> None:
    """What begins in one burst and ends in the adjoining one is one signal."""
    first = [9.8] * 200 + [1.0] * 20
    second = [1.0] * 40 + [30.0] * 10 + [9.8] * 100 + [1.0] * 60
    story(f"""
        00:03    burst  rate_hz=200 started_at=00:01 z_mps2={json.dumps(first, separators=(",", ":"))}
        00:03.1  expect nothing
        00:04    burst  rate_hz=200 started_at=00:02.1 z_mps2={json.dumps(second, separators=(",", ":"))}
        00:04.1  expect free_fall raised opened=00:02 at=00:02.150
    """)


def test_a_faulty_accelerometer_cannot_tell(story: Tell) -> None:
    """Announced as faulty, it says nothing."""
    story(f"""
        00:00 health  sensors={{"accelerometer":"fault"}}
        00:05 burst   {burst_of(0.5)}
    """)

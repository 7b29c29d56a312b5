"""Doors, buttons, service and supply at the figures of the contract: just below is nothing.

Found by `make mutate`: each test fails when the figure, or the comparison with it, is another.
"""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[[str], None]

FLOORS = "[" + ",".join(f'{{"index":{n},"height_m":{3.0 * n - 3.0}}}' for n in (1, 2, 3, 4)) + "]"
MINUTE = 60


def expected(claim: str, found: bool) -> str:
    """What a story expects."""
    return f"expect {claim}" if found else "expect nothing"


def told(what: str, *, at_s: int = 60, every_s: int = 60) -> str:
    """Lines told one after the other, evenly; `what` are their fields, separated by `|`."""
    times = [at_s + every_s * k for k in range(what.count("|") + 1)]
    said = [fields.strip() for fields in what.split("|")]
    return "\n".join(
        f"{t // 60:02d}:{t % 60:02d} {one}" for t, one in zip(times, said, strict=True)
    )


def rides(*errors_mm: float) -> str:
    """Rides to one floor, one a minute from 01:00."""
    return told("|".join(f"ride to_floor=3 level_error_mm={error}" for error in errors_mm))


@pytest.mark.parametrize(("close_s", "found"), [(15, False), (15.1, True)])
def test_a_door_that_is_slow_three_times(story: Tell, close_s: float, found: bool) -> None:
    """Within 15 s is in time."""
    cycle = f"door floor=1 close_s={close_s} result=closed"
    story(f"""
        {told("|".join([cycle] * 2))}
        02:30  expect nothing
        03:00  {cycle}
        03:01  {expected("door_fault raised opened=01:00 at=03:00", found)}
    """)


@pytest.mark.parametrize(("open_s", "found"), [(29.9, False), (30, True)])
def test_a_door_that_is_stuck_once(story: Tell, open_s: float, found: bool) -> None:
    """30 s once."""
    story(f"""
        01:00  door floor=1 open_s={open_s} result=closed
        01:01  {expected("door_fault raised at=01:00", found)}
    """)


@pytest.mark.parametrize(("times", "took_s", "limit_s"), [(3, 29.9, 15.0), (1, 30.0, 30.0)])
def test_a_door_fault_names_the_limit_that_was_passed(
    stories: Any, times: int, took_s: float, limit_s: float
) -> None:
    """15 s three times, or 30 s once."""
    teller = stories()
    for k in range(times):
        teller.tell_freely(f"01:{20 * k:02d} door floor=1 close_s={took_s} result=closed")
    (change,) = teller.changes
    assert change.evidence["limit_s"] == limit_s


def test_a_leaf_that_takes_15_s_three_times(story: Tell) -> None:
    """As the state tells it: 15 s to the millisecond count, 14.9 s do not."""
    story("""
        01:00    state  car_door=opening doors_closed=false
        01:15    state  car_door=open
        02:00    state  car_door=opening
        02:15    state  car_door=open
        03:00    state  car_door=opening
        03:14.9  expect nothing
        03:15    state  car_door=open
        03:15    expect door_fault raised opened=01:00 at=03:15
    """)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("closing_force_n=150", False),
        ("closing_force_n=150.1", True),
        ("obstructed_s=0.29 reopens=0", False),
        ("obstructed_s=0.3 reopens=0", True),
    ],
)
def test_a_door_that_pinches(story: Tell, fields: str, found: bool) -> None:
    """Above 150 N; 0.3 s and more without reopening."""
    story(f"""
        01:00  door {fields} result=closed
        01:01  {expected("door_impact raised at=01:00", found)}
    """)


@pytest.mark.parametrize(("reopens", "found"), [(19, False), (20, True)])
def test_a_door_that_reopens_and_reopens(story: Tell, reopens: int, found: bool) -> None:
    """Twenty times at one stop."""
    story(f"""
        00:00  state car_door=closed
        03:00  door  opened_at=00:10 reopens={reopens} result=aborted
        03:01  {expected("door_blocked raised opened=00:10 at=03:00", found)}
    """)


def presses(verdicts: str, *, after: str) -> str:
    """A press a minute: `+` is registered in time, `-` never, `~` after so long; each put out."""
    lines = []
    for minute, verdict in enumerate(verdicts, 1):
        lines.append(f"{minute:02d}:00 press panel=car floor=5")
        if verdict in "+~":
            late = after if verdict == "~" else "00.2"
            lines.append(f"{minute:02d}:{late} registered panel=car floor=5")
            lines.append(f"{minute:02d}:20 cancelled panel=car floor=5")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("verdicts", "after", "found"),
    [
        ("~~~~~", "01", False),
        ("~~~", "01.1", True),
        ("--", "", False),
        ("---", "", True),
        ("-++--", "", True),
        ("-+++--", "", False),
    ],
)
def test_a_button_that_is_not_registered(
    story: Tell, verdicts: str, after: str, found: bool
) -> None:
    """3 of the last 5 presses, each within 1 s; at 1.0 s it is in time."""
    end = len(verdicts)
    story(f"""
        00:00  state floor=1
        {presses(verdicts, after=after)}
        {end:02d}:30  {expected(f"button_dead raised at={end:02d}:01", found)}
    """)


@pytest.mark.parametrize(("release", "found"), [("29.9", False), ("30", True)])
def test_a_button_pressed_for_30_s(story: Tell, release: str, found: bool) -> None:
    """Told at its release."""
    story(f"""
        01:00  press panel=car floor=5
        01:{release}  release panel=car floor=5
        01:31  {expected("button_stuck raised opened=01:00 at=01:30", found)}
    """)


def test_a_button_that_is_never_released(story: Tell) -> None:
    """A release would have been told within 6 s after the 30 s."""
    story("""
        00:10  press panel=car floor=5
        00:11  release panel=car floor=5
        01:00  press panel=car floor=5
        01:35.9  expect nothing
        01:36  expect button_stuck raised opened=01:00 at=01:30
    """)


def test_that_a_lift_tells_releases_is_known_after_a_visit_too(story: Tell) -> None:
    """What a visit silences begins anew; how a lift speaks does not."""
    story("""
        00:10  press panel=car floor=5
        00:11  release panel=car floor=5
        00:20  maintenance phase=in
        00:50  maintenance phase=out
        01:00  press panel=car floor=5
        01:36  expect button_stuck raised opened=01:00 at=01:30
    """)


@pytest.mark.parametrize(
    ("times", "after", "found"),
    [(4, "01", False), (5, "01", True), (5, "00", True), (9, "01.1", False)],
)
def test_a_button_that_registers_by_itself(
    story: Tell, times: int, after: str, found: bool
) -> None:
    """Five times within 1 s of being put out, or at the same moment."""
    lines = [
        f"{minute:02d}:00 cancelled panel=car floor=5\n{minute:02d}:{after} registered panel=car floor=5"
        for minute in range(1, times + 1)
    ]
    end = f"{times:02d}:{after}"
    story("\n".join([*lines, f"{times:02d}:30 {expected(f'button_stuck raised at={end}', found)}"]))


@pytest.mark.parametrize(
    ("errors_mm", "severity"),
    [
        ((20, -20, 20, 20), None),
        ((20.1, -20.1), None),
        ((20.1, 20, 20.1), None),
        ((20.1, -20.1, 20.1), 3),
        ((35,), None),
        ((-35.1,), 2),
        ((25, 25, 0, 0, 0, 0, 0, 0, 0, 25), 3),
        ((25, 25, 0, 0, 0, 0, 0, 0, 0, 0, 25), None),
    ],
)
def test_a_step_at_the_landing(
    story: Tell, errors_mm: tuple[float, ...], severity: int | None
) -> None:
    """Above 20 mm at 3 of the last 10 stops, above 35 mm once."""
    claim = f"levelling_error raised severity={severity} at={len(errors_mm):02d}:00"
    story(f"""
        {rides(*errors_mm)}
        30:00  {expected(claim, severity is not None)}
    """)


def test_ten_good_stops_end_a_step(story: Tell) -> None:
    """20 mm is good."""
    story(f"""
        {rides(20.1, 20.1, 20.1, *[20] * 9)}
        12:01  expect levelling_error raised at=03:00
        12:02  expect nothing
        13:00  ride to_floor=3 level_error_mm=-20
        13:01  expect levelling_error cleared at=13:00
    """)


def test_a_position_unknown_for_ten_seconds(story: Tell) -> None:
    """And known for as long again."""
    story("""
        01:00  state position_known=false
        01:09.9  expect nothing
        01:10  expect position_lost raised opened=01:00 at=01:10
        02:00  state position_known=true
        02:09.9  expect nothing
        02:10  expect position_lost cleared at=02:10
    """)


@pytest.mark.parametrize(("position_m", "found"), [(3.0, False), (6.0, True)])
def test_floor_and_position_apart(story: Tell, position_m: float, found: bool) -> None:
    """By more than one landing, at two stops."""
    stop = f"state car=stopped speed_mps=0 floor=1 position_m={position_m}"
    ride = "state car=moving speed_mps=1 position_m=null run_command=true brake=lifted"
    story(f"""
        00:00  register floors={FLOORS}
        {told("|".join([ride, stop]), every_s=30)}
        02:00  expect nothing
        {told("|".join([ride, stop]), at_s=120, every_s=30)}
        03:00  {expected("position_lost raised opened=01:30 at=02:30", found)}
    """)


@pytest.mark.parametrize(
    ("register", "limit"),
    [
        ("", "01:45"),
        (f"rated_speed_mps=1.0 floors={FLOORS}", "01:21"),
        (f"rated_speed_mps=3.0 floors={FLOORS}", "01:20"),
    ],
)
def test_a_drive_that_turns_for_nothing(story: Tell, register: str, limit: str) -> None:
    """45 s; or full travel, 9 m at 1 m/s and 2 s, and 10 s; 20 s at least."""
    story(f"""
        00:00  register {register}
        00:01  state in_door_zone=false occupied=true
        00:02  state in_door_zone=true
        01:00  state run_command=true brake=lifted
        {limit}  expect run_time_limit raised opened=01:00 at={limit}
    """)

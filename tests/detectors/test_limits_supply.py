"""Supply, load, calls and duties at the figures of the contract: just below is nothing.

Found by `make mutate`: each test fails when the figure, or the comparison with it, is another.
"""

from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.rules.overload import Overload

Tell = Callable[[str], None]


def expected(claim: str, found: bool) -> str:
    """What a story expects."""
    return f"expect {claim}" if found else "expect nothing"


def clock(seconds: float) -> str:
    """A time of a story."""
    return f"{int(seconds // 3600):02d}:{int(seconds // 60 % 60):02d}:{seconds % 60:04.1f}"


def test_out_of_service_for_ten_minutes(story: Tell) -> None:
    """To the second; a minute of service ends it, to the second."""
    story("""
        00:01  state service_mode=out_of_service
        10:00.9  expect nothing
        10:01  expect out_of_service raised opened=00:01 at=10:01
        30:00  state service_mode=normal
        30:59.9  expect nothing
        31:00  expect out_of_service cleared at=31:00
    """)


def test_called_for_a_quarter_of_an_hour(story: Tell) -> None:
    """To the second."""
    story("""
        00:00  state       floor=1
        01:00  registered  panel=landing floor=7 direction=down
        10:00  state       car_c=20
        15:59.9  expect    nothing
        16:00  expect      out_of_service raised opened=01:00 at=16:00
    """)


@pytest.mark.parametrize(("at", "found"), [("03:00", False), ("03:00.1", True)])
def test_an_open_door_is_known_for_three_minutes(story: Tell, at: str, found: bool) -> None:
    """Whose state is older is not known to stand with its door open."""
    story(f"""
        00:00  state           car_door=open doors_closed=false
        {at}  emergency_call  id=a phase=raised
        03:01  {expected(f"emergency_call raised at={at}", found)}
    """)


@pytest.mark.parametrize("phase", ["voice", "acknowledged", "ended_on_site"])
def test_what_ends_a_call(story: Tell, phase: str) -> None:
    """Somebody has spoken, or was there; a test is another matter."""
    story(f"""
        00:00  emergency_call  id=a phase=raised
        00:01  expect          emergency_call raised
        00:10  emergency_call  id=b phase=test_ok
        00:20  emergency_call  id=b phase=test_failed
        00:30  expect          nothing
        00:30  emergency_call  id=a phase={phase}
        00:31  expect          emergency_call cleared at=00:30
    """)


def test_mains_gone_for_three_seconds(story: Tell) -> None:
    """And back for a minute."""
    story("""
        00:10  state mains_ok=false
        00:12.9  expect nothing
        00:13  expect mains_lost raised opened=00:10 at=00:13
        01:00  state mains_ok=true
        01:59.9  expect nothing
        02:00  expect mains_lost cleared at=02:00
    """)


@pytest.mark.parametrize(("warmth_c", "found"), [(40, False), (40.1, True)])
def test_a_machine_room_above_40_degrees(story: Tell, warmth_c: float, found: bool) -> None:
    """For ten minutes; it clears at 40 °C, after ten minutes."""
    story(f"""
        01:00  state machine_room_c={warmth_c}
        05:00  state machine_room_c={warmth_c}
        09:00  state machine_room_c={warmth_c}
        10:59.9  expect nothing
        11:00  {expected("machine_room_hot raised opened=01:00 at=11:00", found)}
        20:00  state machine_room_c=40
        29:59.9  expect nothing
        30:00  {expected("machine_room_hot cleared at=30:00", found)}
    """)


@pytest.mark.parametrize(("pct", "found"), [(20, False), (19.9, True)])
def test_a_battery_below_20_percent(story: Tell, pct: float, found: bool) -> None:
    """For half an hour; and it clears after half an hour at or above."""
    story(f"""
        01:00  health battery_pct={pct}
        06:00  health battery_pct={pct}
        11:00  health battery_pct={pct}
        30:59.9  expect nothing
        31:00  {expected("battery_low raised opened=01:00 at=31:00", found)}
        40:00  health battery_pct=20
        69:59.9  expect nothing
        70:00  {expected("battery_low cleared at=70:00", found)}
    """)


@pytest.fixture
def weighed(stories: Any) -> Tell:
    """Stories in which only the load counts, not who stands in the car for so long."""
    teller: Tell = stories(Fleet(detectors=(Overload,))).tell
    return teller


def loads(load_pct: float, *, times: int, every_s: float, last_s: float = 3.0) -> str:
    """An overload that lasts so long, so many times from 01:00."""
    lines = []
    for k in range(times):
        at_s = 60 + k * every_s
        lines.append(f"{clock(at_s)} state load_pct={load_pct}")
        lines.append(f"{clock(at_s + last_s)} state load_pct=50")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("load_pct", "last_s", "found"), [(110, 3, False), (110.1, 3, True), (120, 2.9, False)]
)
def test_an_overload(weighed: Tell, load_pct: float, last_s: float, found: bool) -> None:
    """Above 110 % for 3 s, three times within the hour; an hour later that is over."""
    *first, third, end = loads(load_pct, times=3, every_s=600, last_s=last_s).splitlines()
    weighed("\n".join(first))
    weighed(f"""
        20:00  expect nothing
        {third}
        21:02.8  expect nothing
        {end}
        21:03  {expected("overload raised opened=01:00 at=21:03", found)}
        60:00  state
        61:02.9  expect nothing
        61:03  {expected("overload cleared at=61:03", found)}
    """)


@pytest.mark.parametrize(
    ("times", "every_s", "found"),
    [
        (3, 1800, True),
        (3, 1800.1, False),
        (9, 9600, False),
        (10, 9600, True),
        (10, 9600.1, False),
    ],
)
def test_how_often_a_lift_is_overloaded(
    weighed: Tell, times: int, every_s: float, found: bool
) -> None:
    """3 times within an hour or 10 within a day, whose ends count."""
    end_s = 60 + (times - 1) * every_s + 3
    *before, _ = loads(120, times=times, every_s=every_s).splitlines()
    weighed("\n".join(before))
    weighed(f"{clock(end_s)}  {expected(f'overload raised at={clock(end_s)}', found)}")


def haulage(load_pct: float, *, times: int, every_s: float) -> str:
    """Rides up and down between two floors."""
    floors = ("from_floor=1 to_floor=9", "from_floor=9 to_floor=1")
    return "\n".join(
        f"{clock(60 + k * every_s)} ride {floors[k % 2]} load_pct={load_pct}" for k in range(times)
    )


@pytest.mark.parametrize(
    ("load_pct", "times", "every_s", "found"),
    [
        (80, 5, 60, False),
        (80.1, 5, 60, True),
        (90, 4, 60, False),
        (90, 5, 900, True),
        (90, 5, 900.1, False),
    ],
)
def test_building_material(
    story: Tell, load_pct: float, times: int, every_s: float, *, found: bool
) -> None:
    """Five rides above 80 % within an hour, whose ends count; an hour later it is over."""
    last_s = 60 + (times - 1) * every_s
    story(f"""
        {haulage(load_pct, times=times, every_s=every_s)}
        {clock(last_s + 1)}  {expected(f"heavy_haulage raised opened=01:00 at={clock(last_s)}", found)}
        {clock(last_s + 3599.9)}  expect nothing
        {clock(last_s + 3600)}  {expected(f"heavy_haulage cleared at={clock(last_s + 3600)}", found)}
    """)


@pytest.mark.parametrize(("out", "found"), [("15:00", False), ("14:59.9", True)])
def test_a_visit_of_a_quarter_of_an_hour(story: Tell, out: str, found: bool) -> None:
    """15 minutes are enough."""
    story(f"""
        00:00  maintenance  phase=in work=half_month
        {out}  maintenance  phase=out
        15:01  {expected(f"maintenance_contradicted raised at={out}", found)}
    """)


@pytest.mark.parametrize(("at", "found"), [("24:19:59.9", True), ("24:20:00", False)])
def test_a_day_after_the_visit(story: Tell, at: str, found: bool) -> None:
    """A door said to be well that fails within 24 hours."""
    fails = "door floor=1 close_s=31 result=timeout_closing"
    story(f"""
        00:00:00  maintenance  phase=in work=repair
        00:20:00  maintenance  phase=out work=repair items=[{{"code":"A-1-22","result":"ok"}}]
        {at}  {fails}
        24:21:00  expect door_fault raised at={at}
        24:21:00  {expected(f"maintenance_contradicted raised at={at}", found)}
    """)


@pytest.mark.parametrize("edge", ["open", "close"])
def test_a_report_of_what_is_no_kind(story: Tell, edge: str) -> None:
    """Neither a fleet's kind nor a strange word raises anything; nor does the end of nothing."""
    story(f"""
        00:00  event  id=e1 edge={edge} code=fleet_fault
        00:01  event  id=e2 edge={edge} code=nonsense
        00:02  event  id=e3 edge=close code=machine_room_hot
        00:03  expect nothing
    """)

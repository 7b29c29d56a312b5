"""Doors, buttons, service and calls: claims, clears, and what is none."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[[str], None]


def cycles(start_s: int, count: int, fields: str) -> str:
    """Some door cycles, one every 20 s."""
    times = [start_s + 20 * k for k in range(count)]
    return "\n".join(f"{t // 60:02d}:{t % 60:02d} door {fields}" for t in times)


def test_three_slow_closings_are_a_fault_and_ten_good_ones_its_end(story: Tell) -> None:
    """15 s three times running; cleared by ten good cycles."""
    story(f"""
        00:00  door  floor=1 close_s=16 result=timeout_closing
        00:20  door  floor=1 close_s=16 result=timeout_closing
        00:21  expect nothing
        00:40  door  floor=1 close_s=16 result=timeout_closing
        00:41  expect door_fault raised opened=00:00 at=00:40 severity=2
        {cycles(60, 9, "open_s=2 close_s=3 result=closed")}
        04:00  expect nothing
        04:10  door  open_s=2 close_s=3 result=closed
        04:10.2 expect door_fault cleared at=04:10
    """)


def test_a_good_cycle_between_breaks_the_row(story: Tell) -> None:
    """Three times running, not three times in all."""
    story(f"""
        {cycles(0, 2, "close_s=16 result=timeout_closing")}
        00:50  door  open_s=2 close_s=3 result=closed
        {cycles(60, 2, "close_s=16 result=timeout_closing")}
    """)


def test_one_very_slow_door_is_enough(story: Tell) -> None:
    """30 s once; told by the state while it lasts, and once."""
    story("""
        00:00  state  car_door=opening doors_closed=false
        00:29  expect nothing
        00:31  expect door_fault raised opened=00:00 at=00:30
        00:40  door   opened_at=00:00 open_s=38 result=timeout_opening
    """)


def test_a_pram_in_the_door_is_no_fault_of_the_door(story: Tell) -> None:
    """Closing takes long because something stands in the way."""
    story(cycles(0, 4, "close_s=40 obstructed_s=12 reopens=3 result=timeout_closing"))


def test_a_door_that_stands_open(story: Tell) -> None:
    """300 s in normal mode; it clears when closed."""
    story("""
        00:00  state  car_door=open doors_closed=false
        04:59  expect nothing
        05:01  expect door_blocked raised opened=00:00 at=05:00 severity=3
        06:00  state  car_door=closed doors_closed=true
        06:00.2 expect door_blocked cleared at=06:00
    """)


def test_twenty_reopenings_at_one_stop(story: Tell) -> None:
    """The obstructed door tells it at its end."""
    story("""
        00:00  state  car_door=closed
        03:00  door   opened_at=00:10 reopens=20 result=closed
        03:00.2 expect door_blocked raised opened=00:10 at=03:00
        03:01  state  car_door=closed
        03:01.2 expect door_blocked cleared
    """)


def test_an_open_door_in_a_fire_is_no_blocked_door(story: Tell) -> None:
    """The time counts in normal mode only."""
    story("""
        00:00  state  service_mode=fire_return car_door=open doors_closed=false
        30:00  expect nothing
        30:00  state  service_mode=normal
        34:59  expect nothing
        35:01  expect door_blocked raised opened=30:00
    """)


def test_a_dead_button(story: Tell) -> None:
    """Three presses that nobody registers; three that are registered end it."""
    story("""
        00:00  state    floor=1
        01:00  press    panel=car floor=5
        02:00  press    panel=car floor=5
        02:30  expect   nothing
        03:00  press    panel=car floor=5
        03:08  expect   button_dead raised opened=01:00 at=03:01 severity=3
        10:00  press    panel=car floor=5
        10:00.1 registered panel=car floor=5
        10:09  cancelled  panel=car floor=5
        11:00  press    panel=car floor=5
        11:00.1 registered panel=car floor=5
        11:09  cancelled  panel=car floor=5
        11:30  expect   nothing
        12:00  press    panel=car floor=5
        12:00.1 registered panel=car floor=5
        12:09  expect   button_dead cleared
    """)


def test_a_press_of_a_lit_button_is_not_registered_again(story: Tell) -> None:
    """People press what is lit; that says nothing."""
    story("""
        00:00  press       panel=landing floor=5 direction=up
        00:00.1 registered panel=landing floor=5 direction=up
        00:10  press       panel=landing floor=5 direction=up
        00:12  press       panel=landing floor=5 direction=up
        00:14  press       panel=landing floor=5 direction=up
        00:16  press       panel=landing floor=5 direction=up
        01:00  expect      nothing
    """)


def test_the_button_of_the_floor_where_the_car_stands(story: Tell) -> None:
    """Its door opens instead of a lamp."""
    story("""
        00:00  state  floor=3
        00:10  press  panel=landing floor=3 direction=up
        00:20  press  panel=landing floor=3 direction=up
        00:30  press  panel=landing floor=3 direction=up
        01:00  expect nothing
    """)


def test_nobody_registers_on_a_lift_out_of_service(story: Tell) -> None:
    """Presses on a lift that is switched off are not judged."""
    story("""
        00:00  state  service_mode=out_of_service
        00:10  press  panel=car floor=5
        00:20  press  panel=car floor=5
        00:30  press  panel=car floor=5
        05:00  expect nothing
    """)


def test_out_of_service_unplanned(story: Tell) -> None:
    """10 minutes; graver where the unit has no other lift; over after a minute of service."""
    story("""
        00:00  register only_lift_of_unit=true
        00:01  state    service_mode=out_of_service
        10:00  expect   nothing
        10:02  expect   out_of_service raised opened=00:01 at=10:01 severity=2
        30:00  state    service_mode=normal
        31:01  expect   out_of_service cleared at=31:00
    """)


def test_out_of_service_during_a_visit_is_planned(story: Tell) -> None:
    """While the technician is there nothing is raised; what remains afterwards counts anew."""
    story("""
        00:00  maintenance  phase=in work=half_month
        00:01  state    service_mode=out_of_service
        20:00  state    service_mode=out_of_service
        30:00  maintenance  phase=out work=half_month
        30:30  state    service_mode=out_of_service
        40:29  expect   nothing
        40:31  expect   out_of_service raised opened=30:30 at=40:30
    """)


def test_called_able_and_not_moving(story: Tell) -> None:
    """A call that nobody answers for 15 minutes."""
    story("""
        00:00  state       floor=1
        00:10  press       panel=landing floor=7 direction=down
        00:10.1 registered panel=landing floor=7 direction=down
        10:00  state       car_c=20
        15:09  expect      nothing
        15:11  expect      out_of_service raised opened=00:10.1 at=15:10.1 severity=3
        16:00  state       car=moving speed_mps=0.5 run_command=true brake=lifted
        16:00.2 expect     out_of_service cleared
    """)


def test_a_lift_that_fell_silent_may_well_be_moving(story: Tell) -> None:
    """Without any message for 10 minutes nobody can tell."""
    story("""
        00:00  state       floor=1
        00:10  registered  panel=landing floor=7 direction=down
        30:00  expect      nothing
        30:00  cancelled   panel=landing floor=7 direction=down
        60:00  expect      nothing
    """)


def test_an_emergency_call_until_spoken_to(story: Tell) -> None:
    """Raised at once, even in inspection; voice ends it; raised again is raised again."""
    story("""
        00:00  state           service_mode=inspection
        00:10  emergency_call  id=a phase=raised
        00:10.2 expect         emergency_call raised at=00:10 severity=1
        00:12  emergency_call  id=a phase=raised
        01:00  emergency_call  id=a phase=voice
        01:00.2 expect         emergency_call cleared at=01:00
        02:00  emergency_call  id=b phase=raised
        02:00.2 expect         emergency_call raised at=02:00
        03:00  emergency_call  id=b phase=ended_on_site
        03:00.2 expect         emergency_call cleared
        04:00  emergency_call  id=c phase=test_ok
    """)


def test_a_call_from_a_car_that_stands_open_is_filtered(story: Tell) -> None:
    """Whoever can step out is not trapped; from a lift long silent nothing is filtered."""
    story("""
        00:00  state           car_door=open doors_closed=false
        00:10  emergency_call  id=a phase=raised
        00:11  expect          nothing
        04:59  emergency_call  id=b phase=raised
        04:59.2 expect         emergency_call raised
        05:00  expect          door_blocked raised
    """)


@pytest.mark.parametrize(
    "state",
    [
        "car_door=open doors_closed=false in_door_zone=false",
        "car_door=open doors_closed=false car=moving speed_mps=0.2 run_command=true brake=lifted",
        "car_door=opening doors_closed=false",
    ],
)
def test_whoever_cannot_step_out_is_heard(story: Tell, state: str) -> None:
    """Off the zone, in motion, or with a door that is not yet open."""
    story(f"""
        00:00  state           {state}
        00:05  emergency_call  id=a phase=raised
        00:05.2 expect         emergency_call raised at=00:05
    """)


def test_two_calls_end_with_the_last(story: Tell) -> None:
    """Each by its own id; an end without one can only mean all."""
    story("""
        00:00  emergency_call  id=a phase=raised
        00:01  expect          emergency_call raised
        00:10  emergency_call  id=b phase=raised
        00:20  emergency_call  id=b phase=voice
        00:21  expect          nothing
        00:30  emergency_call  id=a phase=voice
        00:31  expect          emergency_call cleared at=00:30
        01:00  emergency_call  id=c phase=raised
        01:01  expect          emergency_call raised
        01:10  emergency_call  id=d phase=raised
        01:20  emergency_call  phase=voice
        01:21  expect          emergency_call cleared at=01:20
    """)


@pytest.mark.parametrize(("count", "cleared"), [(16, False), (17, True)])
def test_sixteen_calls_are_remembered(story: Tell, count: int, cleared: bool) -> None:
    """The first of seventeen is forgotten; that all others have ended is the end."""
    begun = "\n".join(f"00:{n:02d} emergency_call id=c{n} phase=raised" for n in range(count))
    ended = "\n".join(f"01:{n:02d} emergency_call id=c{n} phase=voice" for n in range(1, count))
    story(f"""
        {begun}
        00:30  expect  emergency_call raised at=00:00
        {ended}
        01:30  expect  {"emergency_call cleared" if cleared else "nothing"}
    """)


def test_what_a_controller_reports_itself(story: Tell) -> None:
    """`open` raises the kind of its code, `close` clears it; a strange code raises nothing."""
    story("""
        00:00  event  id=e1 edge=open code=machine_room_hot
        00:00.2 expect machine_room_hot raised at=00:00 severity=3
        00:10  event  id=e1 edge=open code=machine_room_hot
        05:00  event  id=e1 edge=close code=machine_room_hot
        05:00.2 expect machine_room_hot cleared at=05:00
        06:00  event  id=e2 edge=open dialect=jiangsu raw_code="99"
    """)


def test_two_sources_are_one_alarm(stories: Any) -> None:
    """What the controller reports and the rule sees is one, until both have ended."""
    stories().tell("""
        00:00  state  car_door=open doors_closed=false
        01:00  event  id=e1 edge=open code=door_blocked
        01:00.2 expect door_blocked raised at=01:00
        05:10  expect nothing
        06:00  state  car_door=closed doors_closed=true
        06:01  expect nothing
        07:00  event  id=e1 edge=close code=door_blocked
        07:00.2 expect door_blocked cleared at=07:00
    """)


def test_late_history_pages_nobody_and_disturbs_nothing(story: Tell) -> None:
    """An hour late: claims about history are marked, and the present goes on undisturbed."""
    story("""
        01:00:00  state  car_door=open doors_closed=false
        00:00     door  close_s=31 result=timeout_closing received_ms=1772442010000
        01:00:11  expect door_fault raised at=00:00 late=true
        01:05:01  expect door_blocked raised opened=01:00:00 late=false
    """)


def test_a_rescue_ends_what_was_thought_of_buttons(story: Callable[[str], None]) -> None:
    """A controller that did not serve takes calls again; a dead button shows it anew."""
    story("""
        00:00  state    floor=9
        01:00  press    panel=car floor=5
        01:10  press    panel=car floor=5
        01:20  press    panel=car floor=5
        01:28  expect   button_dead raised
        05:00  maintenance  phase=in work=rescue
        20:00  maintenance  phase=out work=rescue
        20:01  expect   button_dead cleared at=20:00
        30:00  press    panel=car floor=5
        30:10  press    panel=car floor=5
        30:20  press    panel=car floor=5
        30:28  expect   button_dead raised opened=30:00
    """)


def test_presses_that_a_tripped_controller_does_not_take(story: Callable[[str], None]) -> None:
    """With the chain open, or off every landing, nobody's call is registered."""
    story("""
        00:00  state    floor=9 safety_chain_ok=false
        01:00  press    panel=car floor=5
        01:10  press    panel=car floor=5
        01:20  press    panel=car floor=5
        02:00  expect   nothing
    """)

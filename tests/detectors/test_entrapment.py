"""Entrapment: certain, suspected, upgraded, cleared, and what is none."""

from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.rules.entrapment import Entrapment
from tests.detectors.conftest import at_of

Tell = Callable[[str], None]


def test_people_between_floors(story: Tell) -> None:
    """45 s after a car with people stopped off the door zone, it is an entrapment."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:54  expect  nothing
        00:56  expect  entrapment raised opened=00:10 at=00:55 severity=1
        20:00  state   in_door_zone=true car_door=open doors_closed=false
        20:00.2  expect  entrapment cleared at=20:00 opened=00:10
    """)


def test_a_flapping_sensor_does_not_empty_a_closed_car(story: Tell) -> None:
    """Who was seen while the car moved is still inside when the sensor stops seeing them."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:12  state   occupied=false
        00:56  expect  entrapment raised at=00:55
    """)


def test_an_empty_car_traps_nobody(story: Tell) -> None:
    """A car known to be empty stands off the zone: no entrapment, however long."""
    story("""
        00:00  state   car=moving speed_mps=1.0 run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        01:11  expect  stopped_outside_zone raised opened=00:10 at=01:10 severity=2
        10:00  expect  nothing
    """)


def test_a_press_inside_is_a_sign_of_life(story: Tell) -> None:
    """A car button pressed behind closed doors tells that somebody is inside."""
    story("""
        00:00  state   car=moving speed_mps=1.0 run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        02:00  expect  stopped_outside_zone raised
        02:00  press   panel=car floor=3
        02:00.2  expect  entrapment raised opened=00:10 at=02:00
    """)


def test_a_suspicion_without_word_becomes_certain(story: Tell) -> None:
    """Without any sign the suspicion is upgraded after 180 s, keeping when it began."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=null run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:56  expect  entrapment_suspected raised opened=00:10 at=00:55 severity=2
        03:54  expect  nothing
        03:56  expect  entrapment_suspected cleared at=03:55 opened=00:10
        03:56  expect  entrapment raised at=03:55 opened=00:10
    """)


def test_a_suspicion_ends_when_the_car_is_known_to_be_empty(story: Tell) -> None:
    """A sensor that comes back and sees nobody clears it."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=null run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:56  expect  entrapment_suspected raised
        01:30  state   occupied=false people=0
        01:30.2  expect  entrapment_suspected cleared at=01:30
        01:30.2  expect  stopped_outside_zone raised opened=00:10 at=01:30
        09:00  expect  nothing
    """)


def test_an_emergency_call_settles_a_suspicion(story: Tell) -> None:
    """Whoever calls is inside."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=null run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:56  expect  entrapment_suspected raised
        01:30  emergency_call  id=a phase=raised
        01:30.2  expect  entrapment_suspected cleared at=01:30
        01:30.2  expect  entrapment raised at=01:30 opened=00:10
        01:30.2  expect  emergency_call raised at=01:30
    """)


def test_doors_asked_to_open_that_stay_shut(story: Tell) -> None:
    """At a landing, people inside, the door machine tries for 60 s."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 car_door=opening run_command=false brake=applied
        00:39  expect  nothing
        00:41  expect  door_fault raised at=00:40
        01:11  expect  entrapment raised opened=00:10 at=01:10
    """)


def test_closed_and_occupied_without_a_ride(story: Tell) -> None:
    """At a landing, somebody inside behind closed doors, nothing happens for 180 s."""
    story("""
        00:00  state   car_door=open doors_closed=false occupied=true
        00:10  state   car_door=closed doors_closed=true
        00:30  state   occupied=false
        03:09  expect  nothing
        03:11  expect  entrapment raised at=03:10 opened=00:10
    """)


def test_a_parked_lift_is_no_trap(story: Tell) -> None:
    """An idle lift at its landing with nobody known inside stays quiet all night."""
    story("""
        00:00  state   occupied=null
        08:00:00  expect  nothing
    """)


def test_a_sensor_that_holds_after_people_left(story: Tell) -> None:
    """A presence sensor holds its signal for seconds after the last person left."""
    story("""
        00:00  state   car_door=open doors_closed=false occupied=true
        00:10  state   car_door=closed doors_closed=true
        00:16  state   occupied=false
        09:00  expect  nothing
    """)


def test_a_ride_ends_it(story: Tell) -> None:
    """A ride ends with open doors; the car was able to move again."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:56  expect  entrapment raised
        02:00  ride    started_at=01:40
        02:00.2  expect  entrapment cleared at=02:00
    """)


def test_inspection_traps_nobody_but_a_visit_may(story: Tell) -> None:
    """A technician rides in inspection mode; during a visit a trap is still a trap."""
    story("""
        00:00  state   service_mode=inspection car=stopped in_door_zone=false occupied=true
        10:00  expect  nothing
        10:00  state   service_mode=normal in_door_zone=true car_door=open doors_closed=false
        11:00  maintenance  phase=in work=half_month
        12:00  state   car_door=closed doors_closed=true car=moving speed_mps=1.0
        12:10  state   car=stopped speed_mps=0 in_door_zone=false
        12:56  expect  entrapment raised at=12:55
    """)


def test_a_faulty_presence_sensor_leaves_it_unknown(story: Tell) -> None:
    """What a faulty sensor says does not count either way."""
    story("""
        00:00  health  sensors={"presence":"fault"}
        00:01  state   car=moving speed_mps=1.0 occupied=false run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        00:56  expect  entrapment_suspected raised at=00:55
    """)


def test_a_faulty_level_sensor_cannot_tell_the_zone(story: Tell) -> None:
    """Without knowing the zone the short rule does not speak."""
    story("""
        00:00  health  sensors={"level":"fault"}
        00:01  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        02:00  expect  nothing
    """)


STOPPED = """
        00:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
"""
SHUT_IN = """
        00:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 run_command=false brake=applied
"""


def test_doors_that_are_not_told_for_a_while(story: Tell) -> None:
    """Nobody can tell meanwhile, and what had begun goes on when they are told again."""
    story(f"""
        {STOPPED}
        00:20  state   doors_closed=null car_door=null
        01:20  expect  nothing
        01:20  state   doors_closed=true car_door=closed
        01:20.2  expect  entrapment raised opened=00:10
    """)


def test_a_door_that_gives_up_is_still_asked(story: Tell) -> None:
    """The door machine tries, and stops trying: it has not opened."""
    story(f"""
        {SHUT_IN}
        00:20  state   car_door=opening
        00:30  state   car_door=closed
        01:19.9  expect  nothing
        01:20  expect  entrapment raised opened=00:20 at=01:20
    """)


def test_a_door_that_does_not_quite_close(story: Tell) -> None:
    """People stand in a door that is on its way: they are not behind closed doors."""
    story("""
        00:00  state   car_door=open doors_closed=false occupied=true
        00:10  state   car_door=closing
        00:41  expect  door_fault raised at=00:40
        04:00  state   car_door=closing
        04:01  expect  nothing
    """)


@pytest.mark.parametrize(("started", "cleared"), [("00:09.9", False), ("00:10", True)])
def test_only_a_ride_that_began_since_ends_it(story: Tell, started: str, cleared: bool) -> None:
    """The record of the ride on which it happened comes late, and frees nobody."""
    story(f"""
        {STOPPED}
        00:56  expect  entrapment raised
        01:00  ride    started_at={started}
        01:00.2  expect  {"entrapment cleared at=01:00" if cleared else "nothing"}
    """)


TIMED_OUT = "door    opened_at=00:12 open_s=15 result=timeout_opening"


def test_a_record_of_doors_that_did_not_open(story: Tell) -> None:
    """It says since when they were asked, and a second one changes nothing."""
    story(f"""
        {SHUT_IN}
        00:30  {TIMED_OUT}
        00:50  door    opened_at=00:32 open_s=15 result=timeout_opening
        01:11.9  expect  nothing
        01:12  expect  entrapment raised opened=00:12 at=01:12
    """)


@pytest.mark.parametrize(
    "now",
    ["car_door=open doors_closed=false", "car=moving speed_mps=1.0 run_command=true brake=lifted"],
)
def test_a_record_that_the_state_has_overtaken(story: Tell, now: str) -> None:
    """The doors have opened since, or the car has gone on."""
    story(f"""
        00:00  state   occupied=true car=moving speed_mps=1.0 run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 run_command=false brake=applied
        00:29  state   {now}
        00:30  {TIMED_OUT}
        02:00  expect  nothing
    """)


def test_a_record_of_a_lift_that_tells_no_state(story: Tell) -> None:
    """Nobody knows whether anybody is inside."""
    story(f"""
        00:30  {TIMED_OUT}
        01:12  expect  entrapment_suspected raised opened=00:12 at=01:12
    """)


@pytest.mark.parametrize(
    ("press", "asked"),
    [
        ("press panel=car button=open", True),
        ("press panel=landing button=open", False),
        ("press panel=car button=close", False),
        ("release panel=car button=open", False),
    ],
)
def test_a_press_of_the_button_that_opens(story: Tell, press: str, asked: bool) -> None:
    """Behind closed doors, at a landing, it asks the doors to open; else they have 180 s."""
    since, due = ("00:20", "01:20") if asked else ("00:10", "03:10")
    story(f"""
        {SHUT_IN}
        00:20  {press}
        00:40  {press}
        {due}  expect  entrapment raised opened={since} at={due}
    """)


@pytest.mark.parametrize(
    "now",
    [
        "car_door=open doors_closed=false",
        "car=moving speed_mps=1.0 run_command=true brake=lifted",
        "in_door_zone=null",
    ],
)
def test_a_press_that_cannot_be_answered(story: Tell, now: str) -> None:
    """Open doors are open, a moving car cannot, and off the zone nobody knows."""
    story(f"""
        {SHUT_IN}
        00:15  state   {now}
        00:20  press   panel=car button=open
        01:40  expect  nothing
    """)


def test_a_press_before_the_car_stood_still(story: Tell) -> None:
    """The doors are asked from the moment they could be."""
    story(f"""
        {SHUT_IN}
        00:11  button  edges=[{{"panel":"car","button":"open","edge":"press","at":"2026-03-02T08:00:05.000Z"}}]
        01:09.9  expect  nothing
        01:10  expect  entrapment raised opened=00:10 at=01:10
    """)


def test_a_sign_that_has_aged_frees_nobody(story: Tell) -> None:
    """Three minutes after their call nobody says any more that they are inside; they still are."""
    story("""
        00:00  state   car=moving speed_mps=1.0 run_command=true brake=lifted
        00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
        01:11  expect  stopped_outside_zone raised
        02:00  emergency_call  id=a phase=raised
        02:00.2  expect  emergency_call raised
        02:00.2  expect  entrapment raised opened=00:10 at=02:00
        06:00  state   car_c=20
        06:01  expect  nothing
    """)


@pytest.mark.parametrize(
    ("lines", "branch", "limit_s"),
    [
        (["00:10 state car=stopped speed_mps=0 in_door_zone=false"], "off_zone", 45),
        (["00:10 state car=stopped speed_mps=0 car_door=opening"], "asked", 60),
        (["00:10 state car=stopped speed_mps=0"], "standing", 180),
    ],
)
def test_it_names_what_made_it_so(
    stories: Any, lines: list[str], branch: str, limit_s: int
) -> None:
    """The branch of the rule, and how long it takes."""
    teller = stories(Fleet(detectors=(Entrapment,)))
    teller.tell("00:00 state car=moving speed_mps=1.0 occupied=true")
    teller.tell("\n".join(lines))
    (change,) = teller.fleet.advance(at_of("05:00"))
    assert (change.evidence["branch"], change.evidence["limit_s"]) == (branch, limit_s)


def test_it_names_the_want_of_word(stories: Any) -> None:
    """A suspicion that became certain by the time that passed."""
    teller = stories(Fleet(detectors=(Entrapment,)))
    teller.tell("00:00 state occupied=null car=moving speed_mps=1.0")
    teller.tell("00:10 state car=stopped speed_mps=0 in_door_zone=false")
    *_, change = teller.fleet.advance(at_of("05:00"))
    assert (change.kind, change.evidence["branch"]) == ("entrapment", "without_word")
    assert "limit_s" not in change.evidence


def test_doors_that_opened_while_we_were_cut_off(stories: Any) -> None:
    """Told after a newer state: whoever was inside before could leave."""
    teller = stories()
    for time, what in (
        ("00:00", "state car_door=closed occupied=true car=moving in_door_zone=false speed_mps=1"),
        ("00:30", "state car_door=closed occupied=false"),
        ("00:15", "state car_door=open doors_closed=false received_ms=RECEIVED"),
        ("01:20", "state car_door=closed occupied=false"),
        ("02:10", "state car_door=closed occupied=false"),
        ("03:00", "state car_door=closed occupied=false"),
        ("03:50", "state car_door=closed occupied=false"),
    ):
        received = str(at_of("00:33"))
        teller.tell_freely(f"{time} {what.replace('RECEIVED', received)}")
    assert teller.changes == []


def test_who_rode_when_we_lost_sight_may_have_left(story: Tell) -> None:
    """Twenty minutes later the car stands empty at a landing: nobody is trapped in it."""
    minutes = "\n".join(f"        {n}:12  state" for n in range(21, 32))
    story(f"""
        00:00  state   car=moving speed_mps=1.0 occupied=true doors_closed=true
        20:10  online
        20:10  state   car=stopped speed_mps=0 in_door_zone=true occupied=false doors_closed=true
{minutes}
        32:00  expect  nothing
    """)


def test_who_stands_off_every_landing_could_not_leave(story: Tell) -> None:
    """Whatever was not heard in between; a sensor that has let go empties no closed car."""
    story("""
        00:00  state   car=moving speed_mps=1.0 occupied=true doors_closed=true
        00:10  state   car=stopped speed_mps=0 in_door_zone=false doors_closed=true
        00:20  state   occupied=false
        00:55.5  expect  entrapment raised at=00:55
        10:00  state   occupied=false
        10:01  expect  nothing
    """)


def test_who_is_seen_after_the_silence_counts_at_once(story: Tell) -> None:
    """As the first word of a lift does; the time they stand begins then."""
    minutes = "\n".join(f"        {n}:10  state" for n in range(21, 24))
    story(f"""
        00:00  state   car=moving speed_mps=1.0 occupied=true doors_closed=true
        20:10  state   car=stopped speed_mps=0 in_door_zone=true occupied=true doors_closed=true
        20:20  state   occupied=false
{minutes}
        23:11  expect  entrapment raised at=23:10 opened=20:10
    """)

"""Who is inside a car that was not heard of for a while: whoever could leave may have left."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from liftwatch.telemetry.messages import State
from tests.detectors.conftest import as_heard, at_of

Tell = Callable[[str], None]
SPOKEN = "\n".join(f"{n:02}:00  state" for n in range(40))
"""An idle lift that speaks as the contract has it, for forty minutes."""


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


def test_what_was_stored_and_is_sent_after_the_newest_state_is_no_news(stories: Any) -> None:
    """More than ten minutes old it counts by its reception; the newest stands by its own word."""
    teller = stories()
    old_ms = at_of("00:00")
    teller.tell_freely("20:10 state car=stopped speed_mps=0 in_door_zone=true occupied=false")
    newest = teller.fleet.banks["LIFT-0001"].view.now
    body = State(
        v=1, terminal="T", boot="b", seq=3, at="", car="moving", speed_mps=2.0, occupied=True
    )
    again = structs.replace(as_heard(body, at_of("20:11")), stored_ms=old_ms)
    bank = teller.fleet.banks["LIFT-0001"]
    assert bank.hear(again) == []
    assert (bank.view.now, bank.view.people.seen_ms) == (newest, None)
    later = structs.replace(again, stored_ms=at_of("20:10.5"))
    bank.hear(later)
    assert bank.view.now.at_ms == at_of("20:11")


def test_who_was_seen_an_hour_ago_is_not_inside_now(stories: Any) -> None:
    """A terminal sends what it stored, in no order: the first counts by its reception, and shows a
    ride with somebody inside; the lift stands empty at a landing."""
    teller = stories()
    teller.tell_freely(
        "00:00 state car=stopped speed_mps=0 in_door_zone=true doors_closed=true occupied=false"
    )
    bank = teller.fleet.banks["LIFT-0001"]
    body = State(
        v=1,
        terminal="T",
        boot="b",
        seq=3,
        at="",
        car="moving",
        speed_mps=2.0,
        car_door="closed",
        doors_closed=True,
        in_door_zone=False,
        occupied=True,
    )
    bank.hear(structs.replace(as_heard(body, at_of("62:00")), stored_ms=at_of("01:00")))
    for minute in range(63, 70):
        line = f"{minute}:00 state car=stopped speed_mps=0 in_door_zone=true doors_closed=true occupied=false"
        teller.tell_freely(line)
    assert [one.kind for one in teller.changes if one.kind.startswith("entrapment")] == []


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


def test_a_terminal_that_falls_silent_while_a_door_moves_accuses_no_door(story: Tell) -> None:
    """Nor does it trap whoever is inside: nobody can tell whether it arrived."""
    story(
        SPOKEN
        + """
        40:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        40:10  state   car=stopped speed_mps=0 car_door=opening run_command=false brake=applied
        48:00  expect  nothing
        48:00  state   car_door=closed occupied=false
        50:00  expect  nothing
        """
    )


@pytest.mark.parametrize("stood", ["car_door=closed doors_closed=true occupied=true", ""])
@pytest.mark.parametrize("greeting", ["online", "health", "counters"])
def test_a_first_word_that_says_nothing_of_the_car(story: Tell, stood: str, greeting: str) -> None:
    """It ends the silence, and what stood before it has lasted no longer for that."""
    story(
        SPOKEN
        + f"""
        40:00  state   car_door=open doors_closed=false
        40:05  state   {stood}
        40:20  state
        45:50  {greeting}
        45:51  button  edges=[]
        45:52  {greeting}
        45:53  state   car_door=closed doors_closed=true occupied=false
        50:00  expect  nothing
        """
    )


@pytest.mark.parametrize("greeting", ["online", "health"])
def test_a_call_before_a_silence_has_not_waited_through_it(story: Tell, greeting: str) -> None:
    """Nobody knows whether it was served; the first word says nothing of that."""
    story(
        SPOKEN
        + f"""
        40:00  registered  panel=landing floor=3 direction=up
        58:00  {greeting}
        58:01  {greeting}
        58:02  state   car=moving speed_mps=1.0
        59:00  expect  nothing
        """
    )


@pytest.mark.parametrize("door", ["opening", "closing"])
def test_a_door_that_is_still_under_way_when_the_terminal_speaks_again(
    story: Tell, door: str
) -> None:
    """After a silence in which it may have arrived it has begun anew."""
    story(
        SPOKEN
        + f"""
        40:10  state   car_door={door}
        45:00  state   car_door={door}
        45:20  expect  nothing
        45:25  state   car_door={door} car_c=21
        45:29  expect  nothing
        45:31  expect  door_fault raised opened=45:00 at=45:30
        """
    )


def test_a_heartbeat_tells_that_a_door_has_not_arrived(story: Tell) -> None:
    """It says that the door is still under way: then both are as old as they are."""
    story(
        SPOKEN
        + """
        40:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        40:10  state   car=stopped speed_mps=0 car_door=opening run_command=false brake=applied
        41:09  expect  nothing
        41:10  state   car_c=21
        41:10.2  expect  door_fault raised opened=40:10 at=40:40
        41:10.2  expect  entrapment raised opened=40:10 at=41:10
        """
    )


def test_what_was_stored_meanwhile_is_judged_by_what_follows_it(story: Tell) -> None:
    """It comes after an outage, before what is newer may pass: its door did open."""
    story(
        SPOKEN
        + """
        40:00  state   car=moving speed_mps=1.0 occupied=true run_command=true brake=lifted
        40:10  state   car=stopped speed_mps=0 car_door=opening run_command=false brake=applied
        43:00  state   car=moving car_door=closed speed_mps=1.0 run_command=true brake=lifted
        43:01  expect  nothing
        44:00  expect  nothing
        """
    )

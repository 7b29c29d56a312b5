"""Our own clock is set: no lift has waited for an hour, and none waits for one now."""

from typing import Any

import pytest

from detectors.fleet import Fleet
from tests.detectors.conftest import START_MS, at_of


@pytest.fixture
def tell(stories: Any) -> Any:
    """Stories in which silence counts, too."""
    return stories(Fleet()).tell


def test_set_back(tell: Any) -> None:
    """What had begun is judged afresh, by the new time, with the next word of the lift."""
    tell("""
        2:00:00  state  in_door_zone=false occupied=true
        2:00:40  expect nothing
        2:00:40  step -3600
        1:00:42  state
        1:01:26  expect nothing
        1:01:27  expect entrapment raised opened=1:00:42 at=1:01:27
    """)


def fast(true: str, **fields: str) -> str:
    """A state of a terminal whose clock is 8 s fast, as it arrives."""
    at_ms = at_of(true) + 8_000 - START_MS
    told = " ".join(f"{name}={value}" for name, value in fields.items())
    return (
        f"{at_ms // 60_000}:{at_ms // 1_000 % 60:02}  state  received_ms={at_of(true) + 100} {told}"
    )


def test_a_terminals_clock_is_set_back(tell: Any) -> None:
    """While the doors open: what comes by the right time is news, though its time is an older."""
    tell(f"""
        {fast("5:00", occupied="true")}
        {fast("5:10", occupied="true", car_door="opening", doors_closed="false")}
        5:12   state  car_door=open
        5:14   state  car_door=closed doors_closed=true
        7:00   expect nothing
    """)


def test_a_clock_that_is_set_back_in_part(tell: Any) -> None:
    """It is fast still, by another fault of it: what comes is news, and people got out."""

    def rest(true: str) -> str:
        return f"received_ms={at_of(true) - 6_000}"

    tell(f"""
        {fast("5:00", occupied="true")}
        5:09   press  panel=car floor=2 {rest("5:07")}
        {fast("5:10", occupied="true", car_door="opening", doors_closed="false")}
        5:15   state  car_door=open {rest("5:15")}
        5:16   state  occupied=false {rest("5:16")}
        5:17   state  car_door=closing {rest("5:17")}
        5:20   state  car_door=closed doors_closed=true {rest("5:20")}
        6:20   state  {rest("6:20")}
        7:30   expect nothing
    """)


def test_set_back_by_a_second(tell: Any) -> None:
    """In just the moment in which the doors open: they have opened."""
    opening = at_of("5:10") + 100
    tell(f"""
        5:00.0  state  occupied=true
        5:11.0  state  car_door=opening doors_closed=false received_ms={opening}
        5:10.4  state  car_door=open
        5:13.0  state  car_door=closed doors_closed=true
        7:00.0  expect nothing
    """)


def test_whoever_is_inside_when_it_is_set_back_is_found(tell: Any) -> None:
    """By what is told from then on; what was raised before stays."""
    tell(f"""
        {fast("5:00", occupied="true", in_door_zone="false")}
        5:04   state
        5:48   expect nothing
        5:49   expect entrapment raised opened=5:04 at=5:49
        {fast("6:20")}
        6:24   state
        8:00   expect nothing
    """)


def test_what_was_stored_and_is_sent_later_is_no_news(tell: Any) -> None:
    """With a later count, but not fresh: somebody got out since, and nobody is inside."""
    late = at_of("5:40") + 100
    tell(f"""
        5:00   state  occupied=true in_door_zone=false
        5:39   state  in_door_zone=true car_door=open doors_closed=false occupied=false
        5:10   state  in_door_zone=false car_door=closed doors_closed=true received_ms={late}
        7:00   expect nothing
    """)


def test_set_forward(tell: Any) -> None:
    """Nothing has lasted for an hour."""
    tell("""
        00:00    state  in_door_zone=false occupied=true
        00:10    step 3600
        1:00:11  expect nothing
        1:00:20  state
        1:01:04  expect nothing
        1:01:05  expect entrapment raised opened=1:00:20
    """)


@pytest.mark.parametrize("by_s", [-3600, -30, 30, 3600])
def test_what_is_raised_stays_raised_and_ends(tell: Any, by_s: int) -> None:
    """By what the lift says next, whatever the clock says."""
    then_s = 2 * 3600 + 60 + by_s
    clock = f"{then_s // 3600}:{then_s // 60 % 60:02}"
    tell(f"""
        2:00:00  state  in_door_zone=false occupied=true
        2:00:46  expect entrapment raised
        2:00:55  step {by_s}
        {clock}:{then_s % 60:02}  expect nothing
        {clock}:{then_s % 60 + 1:02}  state  in_door_zone=true car_door=open doors_closed=false
        {clock}:{then_s % 60 + 1:02}  expect entrapment cleared
    """)


@pytest.mark.parametrize("by_s", [-3600, 3600])
def test_silence_goes_on_as_if_nothing_had_been(tell: Any, by_s: int) -> None:
    """Ten minutes are ten minutes."""
    hour = 2 + by_s // 3600
    tell(f"""
        2:00:00  state
        2:05:00  step {by_s}
        {hour}:09:59  expect nothing
        {hour}:10:01  expect terminal_offline raised at={hour}:10:00.1
        {hour}:11:00  health
        {hour}:11:01  expect terminal_offline cleared
    """)


@pytest.mark.parametrize("by_s", [-3600, 3600])
def test_a_word_after_a_will_counts_at_any_time(tell: Any, by_s: int) -> None:
    """Also when it comes, by the new clock, before the will."""
    hour = 2 + by_s // 3600
    tell(f"""
        2:00:00  state
        2:00:30  online  status=offline clock_ok=false
        2:01:00  step {by_s}
        {hour}:01:10  health
        {hour}:08:00  expect nothing
    """)


def test_deaf_while_it_is_set(tell: Any) -> None:
    """The time we could not hear is no silence, whatever the clock says of it."""
    tell("""
        2:00:00  state
        2:01:00  link down
        2:02:00  step -3600
        1:30:00  link up
        1:38:59  expect nothing
        1:39:01  expect terminal_offline raised
    """)


def test_what_waits_for_its_predecessor_passes(stories: Any) -> None:
    """It would wait until the clock has caught up."""
    teller = stories()
    teller.tell("2:00:00  state")
    teller.seqs["T-1"] += 1
    teller.tell("""
        2:00:01  emergency_call  phase=raised
        2:00:01  step -3600
        1:00:01  expect emergency_call raised
    """)


def test_a_visit_that_ends_after_the_clock_was_set_back_ends(stories: Any) -> None:
    """The `out` is earlier than the `in`, and newer all the same."""
    teller = stories()
    teller.tell("""
        2:00:00  maintenance  phase=in
        2:10:00  step -3600
        1:20:00  maintenance  phase=out
        1:21:00  state  in_door_zone=false occupied=true
        1:21:46  expect entrapment raised
    """)

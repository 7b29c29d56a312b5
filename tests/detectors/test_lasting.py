"""What must last before it counts, and be gone for a while before it counts no more."""

from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.lasting import Span
from detectors.rules.machine_room_hot import MachineRoomHot
from detectors.rules.mains_lost import MainsLost

Told = list[tuple[int, bool | None]]


def followed(told: Told, *, raised_after: int | None = None) -> Span:
    """A span that has been told all this; raised after so many."""
    span = Span()
    for count, (at_ms, holds) in enumerate(told, 1):
        span.follow(holds, at_ms)
        span.raised = span.raised or count == raised_after
    return span


@pytest.mark.parametrize(
    ("told", "since_ms", "count"),
    [
        ([], None, 0),
        ([(1, True)], 1, 1),
        ([(1, True), (2, None), (3, True)], 1, 2),
        ([(1, None)], None, 0),
        ([(1, False)], None, 0),
        ([(1, True), (2, False)], None, 0),
        ([(1, True), (2, False), (3, True)], 3, 1),
    ],
)
def test_since_when(told: Told, since_ms: int | None, count: int) -> None:
    """Unknown changes nothing; gone before it counted is as if it had never been."""
    span = followed(told)
    assert (span.since_ms, span.told) == (since_ms, count)
    assert span.due_ms(10, 20) == (None if since_ms is None else since_ms + 10)


@pytest.mark.parametrize(
    ("told", "gone_ms"),
    [
        ([(1, True), (2, True)], None),
        ([(1, True), (5, False)], 5),
        ([(1, True), (5, False), (6, False)], 5),
        ([(1, True), (5, False), (6, None)], 5),
        ([(1, True), (5, False), (6, True)], None),
        ([(1, True), (5, False), (6, True), (7, False)], 7),
    ],
)
def test_since_when_it_has_gone(told: Told, gone_ms: int | None) -> None:
    """Once it counts it is gone only after a while, without a word to the contrary."""
    span = followed(told, raised_after=1)
    assert (span.since_ms, span.gone_ms) == (1, gone_ms)
    assert span.due_ms(10, 20) == (None if gone_ms is None else gone_ms + 20)


def test_as_if_nothing_had_been() -> None:
    """Reset forgets all of it."""
    span = followed([(1, True), (5, False)], raised_after=1)
    span.reset()
    assert span == Span()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_so_many_must_have_told_it(count: int) -> None:
    """However long ago the first of them was."""
    span = followed([(at_ms, True) for at_ms in range(count)])
    assert span.due_ms(10, 20, told_min=3) == (None if count < 3 else 10)


def test_a_condition_that_flickers_begins_anew(stories: Any) -> None:
    """And one that comes back while it is going has never gone."""
    stories(Fleet(detectors=(MainsLost,))).tell("""
        00:10    state mains_ok=false
        00:12    state mains_ok=true
        00:12.5  state mains_ok=false
        00:15.4  expect nothing
        00:15.5  expect mains_lost raised opened=00:12.5 at=00:15.5
        00:20    state mains_ok=true
        01:00    state mains_ok=false
        01:10    state mains_ok=null
        01:30    state mains_ok=true
        02:29.9  expect nothing
        02:30    expect mains_lost cleared at=02:30
    """)


def test_what_takes_three_to_believe_is_certain_with_the_third(stories: Any) -> None:
    """Where the time is over before it; else with the time."""
    stories(Fleet(detectors=(MachineRoomHot,))).tell("""
        00:00  state machine_room_c=45
        01:00  state machine_room_c=45
        15:00  expect nothing
        15:00  state machine_room_c=45
        15:01  expect machine_room_hot raised opened=00:00 at=15:00
    """)


def test_what_four_have_told_is_certain_with_the_time(stories: Any) -> None:
    """Also where a fourth comes after it."""
    stories(Fleet(detectors=(MachineRoomHot,))).tell("""
        00:00  state machine_room_c=45
        03:00  state machine_room_c=45
        06:00  state machine_room_c=45
        09:00  state machine_room_c=45
        10:00  expect machine_room_hot raised opened=00:00 at=10:00
    """)


def test_the_mains_need_no_sensor(stories: Any) -> None:
    """Whichever is faulty."""
    teller = stories(Fleet(detectors=(MainsLost,)))
    teller.tell("""
        00:00  health sensors={"load":"fault","door":"fault","level":"fault"}
        00:10  state mains_ok=false
        00:13  expect mains_lost raised
    """)

"""What a terminal stored, told beside newer states or in no order: what came of it may be told
later still, or may have been already."""

from typing import Any

import pytest

from tests.detectors.conftest import at_of

EMPTY = "state occupied=false"
SPOKEN = 40
"""Minutes for which an idle lift speaks as the contract has it, before anything happens."""


def spoken(stories: Any) -> Any:
    """A lift that is known to speak."""
    teller = stories()
    for minute in range(SPOKEN):
        teller.tell_freely(f"{minute:02}:00 {EMPTY}")
    return teller


def told(teller: Any, *lines: str, until: int = 50) -> list[str]:
    """The kinds that are raised by some lines and by minutes of an idle lift after them.

    `late=mm:ss` is when a line is received, `seq=` what it counts.
    """
    for line in lines:
        words = line.split()
        late = [at_of(word.removeprefix("late=")) for word in words if word.startswith("late=")]
        for received_ms in late:
            teller.changes += teller.fleet.advance(received_ms - 1)
        words = [word for word in words if not word.startswith("late=")]
        teller.tell_freely(" ".join([*words, *(f"received_ms={one}" for one in late)]))
        seqs = [int(word.removeprefix("seq=")) for word in words if word.startswith("seq=")]
        teller.seqs["T-1"] = max([teller.seqs["T-1"], *(seq + 1 for seq in seqs)])
    for minute in range(SPOKEN + 2, until):
        teller.tell_freely(f"{minute}:00 {EMPTY}")
    return [one.kind for one in teller.changes if one.edge == "raised"]


def test_a_sensor_that_still_held_when_the_doors_had_been_open(stories: Any) -> None:
    """Seen six seconds after doors that, as is told later, had opened: they may just have left."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:10 state car_door=open doors_closed=false occupied=true seq=40",
        "40:13 state occupied=true seq=41",
        "40:24 state occupied=true seq=43",
        f"40:30 {EMPTY} seq=44",
        "40:18 state car_door=open doors_closed=false seq=42 late=40:40",
    )
    assert raised == []


def test_who_was_seen_before_the_doors_opened_unheard(stories: Any) -> None:
    """What the last state showed is as old as that state, not as the next."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:10 state car_door=open doors_closed=false occupied=true seq=40",
        "40:13 state occupied=true seq=41",
        f"40:40 {EMPTY} seq=43",
        "40:25 state car_door=open doors_closed=false seq=42 late=40:50",
    )
    assert raised == []


def test_who_is_seen_behind_closed_doors_stays_inside(stories: Any) -> None:
    """The same without doors that opened: the sensor has let go, they are trapped."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:10 state car_door=open doors_closed=false occupied=true seq=40",
        "40:13 state occupied=true seq=41",
        "40:25 state occupied=true seq=42",
        f"40:40 {EMPTY} seq=43",
    )
    assert raised == ["entrapment"]


@pytest.mark.parametrize(("unheard", "expected"), [(50, []), (2, ["entrapment"])])
def test_doors_that_were_opening_when_messages_were_lost(
    stories: Any, unheard: int, expected: list[str]
) -> None:
    """By its count the terminal has told much since: the car has been elsewhere. Two messages are
    no door that opened and closed."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:05 press panel=car floor=9 seq=40",
        "40:20 state car_door=opening seq=41",
        f"40:40 state occupied=true seq={42 + unheard}",
        f"41:40 {EMPTY} seq={43 + unheard}",
        until=43,
    )
    assert raised == expected


@pytest.mark.parametrize("overtaken", [True, False])
def test_a_call_that_was_answered_before_it_was_told(stories: Any, overtaken: bool) -> None:
    """Of a stored call told after a newer state nobody knows whether it still stands."""
    teller = spoken(stories)
    stored = "42:00 press panel=landing floor=8 direction=down seq=42 late=46:01"
    registered = stored.replace("press", "registered").replace("seq=42", "seq=43")
    newest = f"46:00 {EMPTY} seq=60"
    lines = (newest, stored, registered) if overtaken else (stored, registered, newest)
    for minute in range(47, 63):
        lines = (*lines, f"{minute}:00 {EMPTY} seq={minute + 20}")
    raised = told(teller, *lines, until=0)
    assert ("out_of_service" in raised) == (not overtaken)


def test_a_press_whose_release_is_told_later(stories: Any) -> None:
    """Both were stored; a newer message came between them."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:05 press panel=landing floor=2 direction=up seq=40",
        "40:06 release panel=landing floor=2 direction=up seq=41",
        f"41:50 {EMPTY} seq=60 late=41:50.1",
        "41:00 press panel=landing floor=1 direction=up seq=42 late=41:51",
        f"41:52 {EMPTY} seq=61 late=41:52.1",
        "41:53 press panel=landing floor=5 direction=up seq=62 late=41:53.1",
        "41:54 release panel=landing floor=5 direction=up seq=63 late=41:54.1",
        "41:01 release panel=landing floor=1 direction=up seq=43 late=41:55",
    )
    assert raised == []


def test_a_press_told_late_that_is_never_released(stories: Any) -> None:
    """Judged when its release would have been told, as late as it was."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:05 press panel=landing floor=2 direction=up seq=40",
        "40:06 release panel=landing floor=2 direction=up seq=41",
        f"41:50 {EMPTY} seq=60 late=41:50.1",
        "41:00 press panel=landing floor=1 direction=up seq=42 late=41:51",
    )
    assert raised == ["button_stuck"]


def test_doors_that_would_not_open_told_after_a_newer_state(stories: Any) -> None:
    """Counted from the newest state: a minute later nobody has left a car with somebody in it."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:10 state occupied=true car=moving speed_mps=1 in_door_zone=false seq=40",
        "40:20 state occupied=true seq=41",
        "41:50 state occupied=true seq=43",
        "40:40 door floor=1 result=timeout_opening opened_at=40:25 seq=42 late=41:55",
        until=0,
    )
    assert raised == []
    teller.tell_freely("42:20 state occupied=true seq=44")
    teller.tell_freely("42:55 state occupied=true seq=45")
    raised = [(one.kind, one.at_ms) for one in teller.changes if one.edge == "raised"]
    assert raised == [("entrapment", at_of("42:50"))]


def test_a_press_whose_release_was_lost_when_the_terminal_started_anew(stories: Any) -> None:
    """Edges are gathered: what had not been sent is gone."""
    teller = spoken(stories)
    raised = told(
        teller,
        "40:05 press panel=landing floor=2 direction=up seq=40",
        "40:06 release panel=landing floor=2 direction=up seq=41",
        "40:30 press panel=landing floor=1 direction=up seq=42",
        f'40:50 {EMPTY} boot="b2" seq=0',
        f'41:10 {EMPTY} boot="b2" seq=1',
    )
    assert raised == []


@pytest.mark.parametrize(("minute", "kinds"), [(41, []), (43, []), (44, ["button_dead"])])
def test_a_call_that_a_starting_terminal_did_not_see(
    stories: Any, minute: int, kinds: list[str]
) -> None:
    """The button is lit, so that no press is registered; one that stays dark later is dead."""
    teller = spoken(stories)
    presses = (
        f"{minute}:{10 + n} press panel=landing floor=6 direction=down seq={n}" for n in range(2, 7)
    )
    boot = 'boot="b2"'
    raised = told(
        teller,
        f"40:50 {EMPTY} floor=1 {boot} seq=0",
        f"41:00 {EMPTY} floor=1 {boot} seq=1",
        *(f"{line} {boot}" for line in presses),
        *(f"{n}:30 {EMPTY} floor=1 {boot} seq={n}" for n in range(46, 50)),
    )
    assert raised == kinds


def test_a_terminal_that_leaves_counts_out_as_a_habit(stories: Any) -> None:
    """What is missing tells nothing then: somebody who stands behind closed doors is found."""
    teller = stories()
    for minute in range(SPOKEN):
        teller.tell_freely(f"{minute:02}:00 {EMPTY} seq={100 * minute}")
    raised = told(
        teller,
        "40:10 state car_door=open doors_closed=false occupied=true seq=4000",
        *(f"{minute}:12 state occupied=true seq={100 * minute + 12}" for minute in range(40, 46)),
        until=0,
    )
    assert raised == ["entrapment"]


def test_who_is_trapped_when_the_terminal_is_heard_again(stories: Any) -> None:
    """What was stored, doors that opened among it, is of before: three minutes from the first word
    somebody behind closed doors is trapped."""
    teller = spoken(stories)
    told(
        teller,
        "40:10 state occupied=true car=moving speed_mps=1 in_door_zone=false seq=40",
        "48:00 state occupied=true floor=5 seq=60",
        "40:20 state occupied=true car_door=opening doors_closed=false seq=41 late=48:05",
        "40:23 state car_door=open doors_closed=false seq=42 late=48:06",
        "40:30 state occupied=true seq=43 late=48:07",
        *(f"{minute}:00 state occupied=true floor=5 seq={minute + 12}" for minute in (49, 50, 51)),
        until=0,
    )
    teller.changes += teller.fleet.advance(at_of("51:05"))
    raised = [(one.kind, one.at_ms) for one in teller.changes if one.edge == "raised"]
    assert raised == [("entrapment", at_of("51:00"))]


def test_one_gap_after_the_other(stories: Any) -> None:
    """What was stored and comes in no order has many; each tells as much as the first."""
    teller = spoken(stories)
    raised = told(
        teller,
        *(f"40:0{n} {EMPTY} seq={40 + 10 * n}" for n in range(5)),
        "40:10 press panel=car floor=9 seq=81",
        "40:20 state car_door=opening seq=82",
        "40:40 state occupied=true seq=92",
        f"41:40 {EMPTY} seq=93",
        until=43,
    )
    assert raised == []

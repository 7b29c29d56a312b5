"""Blind for a lift: silence and last wills, and what is neither."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from detectors.fleet import Fleet
from ingest.decode import Publication, decode
from liftwatch.clock import rfc3339
from tests.detectors.conftest import START_MS


@pytest.fixture
def tell(stories: Any) -> Any:
    """Stories in which silence counts, of one lift or several."""
    return stories(Fleet()).tell


def test_ten_minutes_of_silence(tell: Any) -> None:
    """From the last word received; the next one ends it."""
    tell("""
        00:00  state
        05:00  ride
        14:59  expect nothing
        15:01  expect terminal_offline raised opened=05:00.1 at=15:00.1 severity=4
        40:00  health
        40:01  expect terminal_offline cleared at=40:00.1
        50:00  expect nothing
        50:02  expect terminal_offline raised at=50:00.1
    """)


def test_three_minutes_after_the_last_will(tell: Any) -> None:
    """A will needs no silence before it."""
    tell("""
        00:00  state
        00:30  online  status=offline clock_ok=false
        03:29  expect nothing
        03:31  expect terminal_offline raised opened=00:30.1 at=03:30.1
        05:00  online  status=online
        05:01  expect terminal_offline cleared at=05:00.1
    """)


def test_a_terminal_that_comes_back_was_never_gone(tell: Any) -> None:
    """Whatever it says within the three minutes."""
    tell("""
        00:00  state
        00:30  online  status=offline clock_ok=false
        03:20  door
        10:00  state
    """)


def test_a_will_shortly_before_the_silence_does_not_put_it_off(tell: Any) -> None:
    """Nothing was heard for ten minutes all the same."""
    tell("""
        00:00  state
        09:00  online  status=offline clock_ok=false
        10:01  expect terminal_offline raised opened=00:00.1 at=10:00.1
    """)


def test_a_will_handed_out_again_is_no_news(tell: Any) -> None:
    """Neither does it begin the three minutes anew, nor does it end a standing alarm."""
    tell("""
        00:00  state
        00:30  online  status=offline clock_ok=false
        02:30  online  status=offline clock_ok=false
        03:31  expect terminal_offline raised opened=00:30.1 at=03:30.1
        09:00  online  status=offline clock_ok=false
        20:00  expect nothing
    """)


def test_a_lift_known_by_its_will_only(tell: Any) -> None:
    """As of a terminal that was dead before we first subscribed."""
    tell("""
        00:00  online  status=offline clock_ok=false
        03:01  expect terminal_offline raised opened=00:00.1 at=03:00.1
    """)


def test_what_comes_late_comes_now(tell: Any) -> None:
    """A terminal that sends what it had kept for an hour is no longer silent."""
    tell("""
        60:00  state
        70:01  expect terminal_offline raised
        12:00  ride received_ms=1772442900000
        75:01  expect terminal_offline cleared at=75:00 late=false
    """)


def test_each_lift_of_a_gateway_is_silent_by_itself(tell: Any) -> None:
    """That the gateway speaks of another says nothing of this one."""
    tell("""
        00:00  health  lift=LIFT-0001
        00:00  health  lift=LIFT-0002
        06:00  health  lift=LIFT-0002
        10:01  expect terminal_offline raised lift=LIFT-0001
        12:00  health  lift=LIFT-0002
    """)


def test_no_visit_and_no_mode_silences_it(tell: Any) -> None:
    """We are blind all the same."""
    tell("""
        00:00  state        service_mode=inspection
        00:01  maintenance  phase=in
        10:02  expect terminal_offline raised
    """)


def test_an_exercise_stays_one(tell: Any) -> None:
    """The alarm follows the lift."""
    tell("""
        00:00  state  exercise=true
        10:01  expect terminal_offline raised exercise=true
    """)


def test_while_we_are_deaf_no_lift_is_silent(tell: Any) -> None:
    """What was counted before counts on when we hear again."""
    tell("""
        00:00  state
        04:00  link    down
        60:00  expect  nothing
        64:00  link    up
        69:59  expect  nothing
        70:01  expect  terminal_offline raised opened=00:00.1 at=70:00.1
        80:00  state
        80:01  expect  terminal_offline cleared at=80:00.1
        90:00  expect  nothing
        90:01  expect  terminal_offline raised opened=80:00.1 at=90:00.1
    """)


def test_a_will_waits_too_while_we_are_deaf(tell: Any) -> None:
    """Whether the terminal is back we could not have heard."""
    tell("""
        00:00  state
        01:00  online  status=offline clock_ok=false
        02:00  link    down
        30:00  link    up
        31:59  expect  nothing
        32:01  expect  terminal_offline raised opened=01:00.1 at=32:00.1
    """)


def test_what_is_up_without_having_gone_down_was_lost_unseen(tell: Any) -> None:
    """As after a kill of the service: from the last time told we were deaf."""
    tell("""
        00:00  state
        05:00  expect  nothing
        59:00  link    up
        63:59  expect  nothing
        64:01  expect  terminal_offline raised opened=00:00.1 at=64:00.1
    """)


def test_a_link_lost_twice_is_lost_once(tell: Any) -> None:
    """Said again, down is still down since the first time."""
    tell("""
        00:00  state
        01:00  link    down
        20:00  link    down
        21:00  link    up
        29:59  expect  nothing
        30:01  expect  terminal_offline raised at=30:00.1
    """)


def test_our_deafness_survives_a_restart(stories: Any) -> None:
    """The clock of listening is saved with the fleet, what was heard with each lift."""
    before = stories(Fleet())
    before.tell("""
        00:00  state
        01:00  link  down
        31:00  link  up
        31:01  expect nothing
        31:02  link  down
    """)
    after = Fleet()
    after.restore_fleet(before.fleet.save_fleet())
    after.order.restore(before.fleet.order.save())
    for data in before.fleet.save_lift("LIFT-0001"):
        after.restore_lift(data)
    after.clock_ms = before.fleet.clock_ms
    stories(after).tell("""
        60:00  expect nothing
        61:02  link up
        69:59  expect nothing
        70:01  expect terminal_offline raised opened=00:00.1 at=70:00.1
    """)


def said(seq: int, kind: str, second: float, **fields: object) -> Publication:
    """One message of a lift, received at once."""
    at_ms = START_MS + round(second * 1000)
    body = {"v": 1, "terminal": "T-1", "boot": "b1", "seq": seq, "at": rfc3339(at_ms), **fields}
    payload = msgspec.json.encode(body)
    return Publication(f"lift/v1/320583/garden/LIFT-0001/{kind}", payload, at_ms)


def changes_of(publications: Iterable[Publication], *, until_s: float) -> list[tuple[str, int]]:
    """What is raised and cleared, and the milliseconds at which."""
    fleet, changes = Fleet(), []
    for publication in publications:
        changes += fleet.advance(publication.received_ms)
        for message in decode(publication).messages:
            changes += fleet.hear(message)
    for second in range(int(until_s)):
        changes += fleet.advance(START_MS + second * 1000)
    return [(change.edge, change.at_ms - START_MS) for change in changes]


def test_what_waited_for_its_turn_is_no_word_from_after_the_will() -> None:
    """A state behind a gap was received before the will, though it passes after it."""
    will = said(5, "online", 1.5, status="offline", clock_ok=False)
    spoken = [said(10, "state", 0), said(12, "state", 1), will]
    assert changes_of(spoken, until_s=300) == [("raised", 181_500)]


def test_what_waits_for_its_turn_was_heard() -> None:
    """A lift is not silent because its last message lies behind a gap."""
    spoken = [said(0, "health", 0), said(2, "health", 599)]
    assert changes_of(spoken, until_s=1_300) == [("raised", 1_199_000)]

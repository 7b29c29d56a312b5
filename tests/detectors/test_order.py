"""Messages of a terminal in the order it sent them."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from detectors.order import WAIT_MS, Order, key_of
from liftwatch.telemetry.messages import Message, Online, State

BASE_MS = 1_772_438_400_000


def state(seq: int, *, received_ms: int = 0, boot: str = "b1", lift: str = "LIFT-0001") -> Message:
    """One state of one terminal."""
    body = State(v=1, terminal="T-1", boot=boot, seq=seq, at="2026-03-02T08:00:00Z")
    return Message(
        area="320583",
        estate="garden",
        lift=lift,
        kind="state",
        source="terminal",
        at_ms=BASE_MS + seq,
        stored_ms=BASE_MS + seq,
        received_ms=BASE_MS + received_ms,
        clock_ok=True,
        late=False,
        exercise=False,
        body=body,
    )


def will(seq: int) -> Message:
    """The last will, with its reserved count."""
    message = state(seq)
    message.kind, message.clock_ok = "online", False
    message.body = Online(
        v=1, terminal="T-1", boot="b1", seq=seq, at="2026-03-02T08:00:00Z", status="offline"
    )
    return message


def pushed(order: Order, seqs: Sequence[int]) -> list[int]:
    """The counts passed on, in order."""
    return [m.seq for seq in seqs for m in order.push(state(seq))]


def test_what_follows_passes_at_once() -> None:
    """No waiting where nothing is missing."""
    assert pushed(Order(), [4, 5, 6]) == [4, 5, 6]


def test_after_a_gap_the_next_ones_wait_for_what_is_missing() -> None:
    """And pass in order once it comes."""
    order = Order()
    assert pushed(order, [0, 2, 3]) == [0]
    assert order.is_holding("LIFT-0001")
    assert pushed(order, [1]) == [1, 2, 3]
    assert not order.is_holding("LIFT-0001")


def test_the_wait_is_two_seconds_and_the_missing_one_is_used_late() -> None:
    """What comes after the wait is passed on as far as it is still of use, once."""
    order = Order()
    order.push(state(0))
    order.push(state(2, received_ms=100))
    key = key_of(state(0))
    assert order.due(key) == BASE_MS + 100 + WAIT_MS
    assert order.expire(key, BASE_MS + 100 + WAIT_MS - 1) == []
    assert [m.seq for m in order.expire(key, BASE_MS + 100 + WAIT_MS)] == [2]
    assert pushed(order, [1, 1, 2]) == [1]
    assert order.duplicates == 2


def test_duplicates_pass_once() -> None:
    """However often a broker hands them out, also while they wait."""
    order = Order()
    assert pushed(order, [0, 0, 2, 2, 1, 1, 2, 0]) == [0, 1, 2]


def test_a_reserved_will_is_no_gap() -> None:
    """Its count lies before what is sent while the terminal lives; it passes whenever it comes."""
    order = Order()
    assert pushed(order, [0, 1]) == [0, 1]
    assert [m.seq for m in order.push(will(2))] == [2]
    assert pushed(order, [3, 4]) == [3, 4]
    assert order.push(will(2)) == []
    far = order.push(will(4_000_000_000))
    assert [m.seq for m in far] == [4_000_000_000]
    assert pushed(order, [5]) == [5]


def test_a_new_boot_counts_anew() -> None:
    """Each boot is its own stream."""
    order = Order()
    assert pushed(order, [7]) == [7]
    assert [m.seq for m in order.push(state(0, boot="b2"))] == [0]
    assert pushed(order, [8]) == [8]


def test_a_gateway_counts_over_its_lifts() -> None:
    """A count that went to another lift is no gap for this one."""
    order = Order()
    passed = [
        (m.lift, m.seq)
        for seq, lift in enumerate(["LIFT-0001", "LIFT-0002", "LIFT-0001"])
        for m in order.push(state(seq, lift=lift))
    ]
    assert passed == [("LIFT-0001", 0), ("LIFT-0002", 1), ("LIFT-0001", 2)]


def test_saved_and_restored_it_knows_what_it_has_seen() -> None:
    """What was held comes again; what had passed does not pass twice."""
    order = Order()
    pushed(order, [0, 1, 3])
    again = Order()
    again.restore(order.save())
    assert pushed(again, [0, 1, 3, 2]) == [2, 3]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.randoms())
def test_everything_passes_once(seqs: list[int], rng: random.Random) -> None:
    """Whatever the disorder: each count that was pushed passes exactly once."""
    order = Order()
    passed = pushed(order, seqs)
    if rng.random() < 0.5:
        passed += [m.seq for m in order.expire(key_of(state(0)), BASE_MS + WAIT_MS)]
    passed += [m.seq for m in order.flush()]
    assert sorted(passed) == sorted(set(seqs))

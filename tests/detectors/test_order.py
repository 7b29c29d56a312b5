"""Messages of a terminal in the order it sent them."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import order as order_module
from detectors.order import (
    HELD_MAX,
    MISSING_MAX,
    RECENT_MAX,
    WAIT_MS,
    WILLS_MAX,
    Order,
    TooMany,
    key_of,
)
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


def will(seq: int, *, received_ms: int = 0) -> Message:
    """The last will, with its reserved count."""
    message = state(seq, received_ms=received_ms)
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


class Model:
    """One stream, by what the contract says and no thought of speed."""

    def __init__(self) -> None:
        self.next_seq: int | None = None
        self.gaps: set[int] = set()
        self.wills: list[int] = []
        self.held: dict[int, int] = {}
        self.duplicates = 0

    def push(self, seq: int, received_ms: int) -> list[int]:
        """The counts that pass."""
        if self.next_seq is None:
            self.next_seq, self.gaps = seq, set(range(seq))
        if seq < self.next_seq and seq in self.gaps:
            self.gaps.remove(seq)
            return [seq]
        if seq < self.next_seq or seq in self.held:
            self.duplicates += 1
            return []
        between = range(self.next_seq, seq)
        if len(between) > WILLS_MAX or not set(between) <= set(self.wills):
            self.held[seq] = received_ms
            return []
        self.next_seq = seq + 1
        return [seq, *self.release()]

    def push_will(self, seq: int) -> list[int]:
        """A will passes at once, and once."""
        past = self.next_seq is not None and seq < self.next_seq and seq not in self.gaps
        if seq in self.wills or past:
            self.duplicates += 1
            return []
        self.gaps.discard(seq)
        self.wills = [*self.wills, seq][-WILLS_MAX:]
        return [seq]

    def due_ms(self) -> int | None:
        """When the longest wait is over."""
        return min(self.held.values()) + WAIT_MS if self.held else None

    def expire(self, now_ms: int) -> list[int]:
        """The counts that pass because they have waited long enough."""
        passed = []
        while (due_ms := self.due_ms()) is not None and due_ms <= now_ms:
            first = min(self.held)
            self.gaps |= set(range(self.next_seq or 0, first))
            self.next_seq = first
            passed += self.release()
        return passed

    def release(self) -> list[int]:
        """What follows without a gap."""
        passed = []
        while self.held and (self.next_seq in self.held or self.next_seq in self.wills):
            assert self.next_seq is not None
            if self.held.pop(self.next_seq, None) is not None:
                passed.append(self.next_seq)
            self.next_seq += 1
        return passed


Step = tuple[str, int, int]
steps = st.lists(
    st.tuples(st.sampled_from(["state"] * 8 + ["will"]), st.integers(0, 40), st.integers(0, 900)),
    min_size=1,
    max_size=80,
)


@given(steps)
def test_it_does_what_a_slow_model_does(said: list[Step]) -> None:
    """In any disorder, with wills, over time, and restarted whenever nothing waits."""
    order, model, now_ms = Order(), Model(), 0
    key = key_of(state(0))
    for what, seq, pause_ms in said:
        now_ms += pause_ms
        expected = model.expire(BASE_MS + now_ms)
        if order.agenda.next_ms() <= BASE_MS + now_ms:
            assert order.agenda.pop() == key
            assert [m.seq for m in order.expire(key, BASE_MS + now_ms)] == expected
        else:
            assert expected == []
        if what == "will":
            passed, expected = order.push(will(seq, received_ms=now_ms)), model.push_will(seq)
        else:
            passed = order.push(state(seq, received_ms=now_ms))
            expected = model.push(seq, BASE_MS + now_ms)
        assert [m.seq for m in passed] == expected
        assert order.due(key) == model.due_ms()
        assert order.is_holding("LIFT-0001") == bool(model.held)
        assert order.duplicates == model.duplicates
        if not model.held:
            again = Order()
            again.restore(order.save())
            order, again.duplicates = again, order.duplicates


def test_a_stream_that_skips_at_random_stays_small() -> None:
    """However far and often a terminal skips, forwards or back."""
    order, rng = Order(), random.Random(1)
    order.push(state(4_000_000_000, boot="b2"))
    for _ in range(2_000):
        order.push(state(rng.randrange(4_000_000_000), boot="b2"))
    assert len(order.streams.pop(key_of(state(0, boot="b2"))).missing) <= MISSING_MAX
    for n in range(20_000):
        order.push(state(rng.randrange(4_000_000_000), received_ms=n // 20))
        for key in [order.agenda.pop()] if order.agenda.next_ms() <= BASE_MS + n // 20 else []:
            order.expire(key, BASE_MS + n // 20)
    (stream,) = order.streams.values()
    assert len(stream.missing) <= MISSING_MAX
    assert stream.waiting is not None
    assert len(stream.waiting.messages) <= HELD_MAX


def test_a_stream_that_always_waits_for_something_stays_small() -> None:
    """Each gap is filled, and the next one is there before it."""
    order = Order()
    order.push(state(0))
    for seq in range(2, 20_000, 2):
        order.push(state(seq + 2, received_ms=seq))
        order.push(state(seq, received_ms=seq))
        order.push(state(seq - 1, received_ms=seq))
    waiting = order.streams[key_of(state(0))].waiting
    assert waiting is not None
    assert len(waiting._by_count) + len(waiting._by_reception) <= 2 * WAIT_MS


def test_all_streams_together_hold_no_more_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that, what a terminal says next does not wait."""
    monkeypatch.setattr(order_module, "HELD_ALL_MAX", 10)
    order = Order()
    for boot in range(8):
        order.push(state(0, boot=f"b{boot % 2}", lift="LIFT-0002"))
    passed = [m.seq for seq in range(2, 40, 2) for m in order.push(state(seq, boot="b1"))]
    assert passed == list(range(2, 20, 2))
    assert len(list(order.held_places())) == 10


def test_a_terminal_that_starts_again_and_again_is_forgotten_boot_by_boot() -> None:
    """The last three are remembered; what an earlier one still held is not lost."""
    order = Order()
    order.push(state(0, boot="b0"))
    assert order.push(state(2, boot="b0")) == []
    for boot in ("b1", "b2"):
        order.push(state(0, boot=boot))
    assert [(m.boot, m.seq) for m in order.push(state(0, boot="b3"))] == [("b0", 2), ("b3", 0)]
    assert len(order.streams) == 3
    assert not order.is_holding("LIFT-0001")


def test_invented_terminals_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reason, and without a trace; those known are still heard."""
    monkeypatch.setattr(order_module, "TERMINALS_MAX", 1)
    order, stranger = Order(), state(0)
    order.push(state(0))
    stranger.body.terminal = "T-2"
    with pytest.raises(TooMany) as refused:
        order.push(stranger)
    assert refused.value.reason == "too_many_terminals"
    assert pushed(order, [1]) == [1]
    assert len(order.streams) == 1


def test_what_a_dialect_translated_has_no_order() -> None:
    """It passes at once whatever its count; said twice within the last ones, it passes once."""
    order = Order()

    def foreign(seq: int) -> list[int]:
        message = state(seq)
        message.source = "maixin"  # type: ignore[assignment]  # of a dialect
        return [m.seq for m in order.push(message)]

    assert foreign(900) == [900]
    assert foreign(3) == [3]
    assert foreign(900) == []
    again = Order()
    again.restore(order.save())
    order = again
    assert foreign(3) == []
    for seq in range(1_000, 1_000 + RECENT_MAX):
        assert foreign(seq) == [seq]
    assert foreign(3) == [3]
    assert not order.is_holding("LIFT-0001")

"""When sums are due: nothing left out, nothing too early, late data once more, after any crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.clock import DAY_MS, HOUR_MS
from liftwatch.engine.sums import LATE_MS, SETTLE_MS, due, keep
from liftwatch.ports import StoreUnavailable, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.retention import QUARTER_MS, RAW

START_MS = 1_772_409_600_000  # midnight


class Noted:
    """A store that notes what it is asked to do; `away` counts down until it answers."""

    def __init__(self, away: int = 0) -> None:
        self.spans: list[tuple[int, int]] = []
        self.pruned: list[int] = []
        self.away = away

    def aggregate(self, from_ms: int, to_ms: int) -> int:
        """Note a span."""
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away")
        self.spans.append((from_ms, to_ms))
        return 1

    def prune(self, now_ms: int) -> int:
        """Note the time."""
        self.pruned.append(now_ms)
        return 0

    def write(self, messages: object) -> None:
        """Not asked for."""

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Not asked for."""
        del query
        return []

    def is_ready(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Nothing to close."""


def test_a_quarter_is_summed_up_when_it_has_settled() -> None:
    """Not while messages of it may still be on their way."""
    end_ms = START_MS + QUARTER_MS
    assert due(START_MS, end_ms + SETTLE_MS - 1).spans == ()
    assert due(START_MS, end_ms + SETTLE_MS).spans == ((START_MS, end_ms),)


def test_a_day_is_summed_up_once_more_when_nothing_late_can_come() -> None:
    """At midnight, and only then; pruning goes with it."""
    job = due(START_MS - QUARTER_MS, START_MS + SETTLE_MS)
    again = (START_MS - LATE_MS, START_MS - LATE_MS + DAY_MS)
    assert job.spans == ((START_MS - QUARTER_MS, START_MS), again)
    assert job.prune
    assert not due(START_MS, START_MS + HOUR_MS).prune


@given(
    steps=st.lists(st.integers(0, 3 * DAY_MS), max_size=30),
    begun=st.none() | st.integers(0, 960).map(lambda n: START_MS - n * QUARTER_MS),
)
def test_nothing_is_left_out(steps: list[int], begun: int | None) -> None:
    """However long the engine stood still in between, the spans adjoin and lie in the past."""
    upto_ms, now_ms, store = begun, START_MS, Noted()
    oldest = set()
    for step in [0, *steps]:
        now_ms += step
        oldest.add((now_ms - SETTLE_MS) // QUARTER_MS * QUARTER_MS - RAW.ms)
        upto_ms = keep(store, upto_ms=upto_ms, now_ms=now_ms)
    assert all(to_ms <= now_ms - SETTLE_MS for _, to_ms in store.spans)
    assert all(to_ms - from_ms <= DAY_MS for from_ms, to_ms in store.spans)
    assert all(at_ms % QUARTER_MS == 0 for span in store.spans for at_ms in span)
    first_ms = (START_MS - SETTLE_MS) // QUARTER_MS * QUARTER_MS - RAW.ms
    covered = first_ms if begun is None else begun
    for from_ms, to_ms in sorted(store.spans):
        if from_ms <= covered or from_ms in oldest:  # before that nothing is kept any more
            covered = max(covered, to_ms)
    assert covered == upto_ms


def test_a_store_that_is_away_is_asked_for_the_same_again() -> None:
    """The job fails as a whole and is repeated."""
    store = Noted(away=1)
    with pytest.raises(StoreUnavailable):
        keep(store, upto_ms=START_MS, now_ms=START_MS + HOUR_MS)
    assert keep(store, upto_ms=START_MS, now_ms=START_MS + HOUR_MS) == START_MS + 3 * QUARTER_MS
    assert store.spans == [(START_MS, START_MS + 3 * QUARTER_MS)]
    assert store.pruned == []

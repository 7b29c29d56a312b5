"""One contract for telemetry stores: what was told at one landing."""

import uuid
from collections.abc import Callable

from liftwatch.ports import Summary, TelemetryStore
from liftwatch.telemetry.messages import Message
from tests.contracts.test_telemetry_store import AT_MS, all_of

Make = Callable[..., Message]


def test_one_landing_alone(store: TelemetryStore, message: Make) -> None:
    """Rides to it and doors at it, raw and by steps, as one query for months asks."""
    lift = uuid.uuid4().hex
    store.write(
        [
            message(kind, {name: k % 3, value: float(k)}, lift=lift, at_ms=AT_MS + k * 1_000)
            for kind, name, value in (("ride", "to_floor", "load_pct"), ("door", "floor", "open_s"))
            for k in range(9)
        ]
    )
    for kind, value in (("ride", "load_pct"), ("door", "open_s")):
        found = all_of(store, lift, kind, floor=2, signals=(value,))
        assert [row.values[value] for row in found] == [2.0, 5.0, 8.0]
        (step,) = all_of(
            store, lift, kind, floor=2, signals=(value,), step_ms=3_600_000, light=True
        )
        assert step.values[value] == Summary(2.0, 8.0, 5.0)
        assert all_of(store, lift, kind, floor=7, signals=(value,)) == []

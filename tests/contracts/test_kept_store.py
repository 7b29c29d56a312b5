"""One contract for what grows old: classes of retention, sums, and what is read when raw has gone.

Times are counted from now, since a server judges them by its own clock.
"""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from liftwatch import clock
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.influx_setup import set_up
from liftwatch.adapters.influxql import identifier
from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.ports import KeptStore, Summary, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.retention import QUARTER_MS
from tests.contracts.conftest import NAMED_URL, named

Make = Callable[..., Message]
NOW_MS = clock.now_ms() // QUARTER_MS * QUARTER_MS
START_MS = NOW_MS - 8 * QUARTER_MS
"""The tests speak of the two hours before."""


class Kept:
    """A store that is set up, and how its raw data go before their time."""

    def __init__(self, store: KeptStore, forget_raw: Callable[[], None]) -> None:
        self.store, self.forget_raw = store, forget_raw


@pytest.fixture(
    params=["embedded", "influx 1", *(["influx named"] if NAMED_URL else [])], name="kept"
)
def kept_store(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> Iterator[Kept]:
    """An empty store of each kind."""
    if request.param == "embedded":
        embedded = EmbeddedStore(tmp_path / "telemetry.sqlite")
        yield Kept(embedded, lambda: _empty(embedded))
        embedded.close()
        return
    ours = {"url": "", "token": "", "org": "", "bucket": bucket}
    given = named(bucket)
    if request.param == "influx 1":
        given = ours | {"url": request.getfixturevalue("influx_url")}
    server = InfluxServer(**given)
    list(set_up(server, shorten=False))
    made = InfluxStore(**given)
    yield Kept(made, lambda: _drop(server))
    made.close()
    if server.generation() == 2:
        api: Any = server.client().buckets_api()  # type: ignore[no-untyped-call]  # the library's
        for place in ("", "/days_400", "/years_5"):
            api.delete_bucket(api.find_bucket_by_name(bucket + place))
    server.close()


def _empty(store: EmbeddedStore) -> None:
    with store._transaction() as writer:
        writer.execute("DELETE FROM point")


def _drop(server: InfluxServer) -> None:
    """Everything raw of the default place, as after 90 days."""
    if server.generation() == 2:
        api: Any = server.client().delete_api()
        api.delete(clock.rfc3339(0), clock.rfc3339(NOW_MS + DAY_MS), "", bucket=server.bucket)
        return
    statement = f"DROP MEASUREMENT {identifier('lift_state')}"
    answer = server.ask("POST", "/query", params={"q": statement, "db": server.bucket})
    assert b"error" not in answer.content


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets days pass for our own clock."""

    def pass_days(days: int) -> None:
        for module in ("influx", "embedded", "influx_sums"):
            monkeypatch.setattr(
                f"liftwatch.adapters.{module}.now_ms", lambda: clock.now_ms() + days * DAY_MS
            )

    return pass_days


@pytest.fixture
def lift() -> str:
    """A lift nobody else writes about."""
    return uuid.uuid4().hex


def rows(store: KeptStore, lift: str, kind: str = "state", **query: Any) -> list[TelemetryRow]:
    """What a query finds in the two hours, by quarters of an hour."""
    bounds: dict[str, Any] = {"from_ms": START_MS, "to_ms": NOW_MS, "step_ms": QUARTER_MS}
    return store.read(TelemetryQuery(lift=lift, kind=kind, **bounds | query))


def said(make: Make, lift: str) -> list[Message]:
    """A state every five minutes for two hours; the second hour says no load."""
    return [
        make(
            "state",
            {"seq": k, "floor": k % 7 - 2, "speed_mps": k / 8, "car": "moving"}
            | ({"load_pct": float(k)} if k < 12 else {}),
            lift=lift,
            at_ms=START_MS + k * 5 * MINUTE_MS,
        )
        for k in range(24)
    ]


def test_sums_say_what_the_raw_data_said(
    kept: Kept, message: Make, later: Callable[[int], None], *, lift: str
) -> None:
    """Least, greatest and mean of every number, by any multiple of 15 minutes; no words."""
    kept.store.write(said(message, lift))
    before = {step: rows(kept.store, lift, step_ms=step * QUARTER_MS) for step in (1, 2, 4)}
    assert kept.store.aggregate(START_MS, NOW_MS) == 8
    assert rows(kept.store, lift) == before[1]
    later(100)
    kept.forget_raw()
    for step, raw in before.items():
        numbers = [
            TelemetryRow(row.at_ms, {n: v for n, v in row.values.items() if n != "car"})
            for row in raw
        ]
        assert rows(kept.store, lift, step_ms=step * QUARTER_MS) == numbers
    assert rows(kept.store, lift, signals=("car",)) == []
    assert rows(kept.store, lift, step_ms=None) == []
    assert rows(kept.store, lift, step_ms=MINUTE_MS) == []
    newest = rows(kept.store, lift, limit=2)
    assert [row.at_ms for row in newest] == [NOW_MS - 2 * QUARTER_MS, NOW_MS - QUARTER_MS]
    part = rows(kept.store, lift, from_ms=START_MS + 1, to_ms=NOW_MS - 1, signals=("floor",))
    assert [row.at_ms for row in part] == [START_MS + k * QUARTER_MS for k in range(1, 7)]


def test_summing_up_twice_is_once(kept: Kept, message: Make, lift: str) -> None:
    """And what came late is added the second time."""
    messages = said(message, lift)
    kept.store.write(messages[:-1])
    first = kept.store.aggregate(START_MS, NOW_MS)
    kept.store.write(messages[-1:])
    assert (first, kept.store.aggregate(START_MS - 5, NOW_MS + 5)) == (8, 8)
    assert kept.store.aggregate(NOW_MS, NOW_MS) == 0


def test_what_came_late_is_in_the_sums(
    kept: Kept, message: Make, later: Callable[[int], None], *, lift: str
) -> None:
    """A sum is replaced, not added to."""
    kept.store.write([message("state", {"floor": 1}, lift=lift, at_ms=START_MS)])
    kept.store.aggregate(START_MS, NOW_MS)
    kept.store.write([message("state", {"floor": 4, "seq": 2}, lift=lift, at_ms=START_MS + 1)])
    kept.store.aggregate(START_MS, NOW_MS)
    later(100)
    kept.forget_raw()
    assert rows(kept.store, lift) == [TelemetryRow(START_MS, {"floor": Summary(1.0, 4.0, 2.5)})]


def test_lifts_and_their_sources_are_summed_up_apart(
    kept: Kept, message: Make, later: Callable[[int], None], *, lift: str
) -> None:
    """Each is a series of its own; a reader of the lift sees both of its sources."""
    for floor, source in ((1, "terminal"), (5, "gateway")):
        kept.store.write(
            [message("state", {"floor": floor}, lift=lift, source=source, at_ms=START_MS)]
        )
    kept.store.write([message("state", {"floor": 99}, lift=f"{lift}x", at_ms=START_MS)])
    assert kept.store.aggregate(START_MS, NOW_MS) == 3
    later(100)
    kept.forget_raw()
    assert rows(kept.store, lift) == [TelemetryRow(START_MS, {"floor": Summary(1.0, 5.0, 3.0)})]


def test_rides_are_read_for_400_days(kept: Kept, message: Make, lift: str) -> None:
    """Raw and summed up; those of last week too, while they lie in both places."""
    ages = (399, 200, 89, 1)
    old = [
        message(
            "ride",
            {"distance_m": float(days), "seq": days},
            lift=lift,
            at_ms=NOW_MS - days * DAY_MS,
        )
        for days in ages
    ]
    kept.store.write(old)
    whole = TelemetryQuery(lift=lift, kind="ride", from_ms=NOW_MS - 500 * DAY_MS, to_ms=NOW_MS)
    wanted = [TelemetryRow(one.at_ms, {"distance_m": float(days)}) for one, days in zip(
        old, ages, strict=True
    )]  # fmt: skip
    assert kept.store.read(whole) == wanted
    recent = TelemetryQuery(lift=lift, kind="ride", from_ms=NOW_MS - 80 * DAY_MS, to_ms=NOW_MS)
    assert kept.store.read(recent) == wanted[-1:]


def test_raw_data_that_were_never_summed_up_still_count(
    kept: Kept, message: Make, later: Callable[[int], None], *, lift: str
) -> None:
    """Old, not gone, and without sums: as before the engine came."""
    kept.store.write(said(message, lift))
    before = rows(kept.store, lift)
    later(100)
    assert rows(kept.store, lift) == before


def test_light_reads_say_the_same_with_and_without_sums(
    kept: Kept, message: Make, lift: str
) -> None:
    """For months at once sums do where there are any; before they begin and after they end it is
    read raw."""
    begin_ms = NOW_MS // DAY_MS * DAY_MS - 9 * DAY_MS
    kept.store.write(
        [
            message("ride", {"load_pct": float(k)}, lift=lift, at_ms=begin_ms + k * DAY_MS // 4)
            for k in range(36)
        ]
    )
    span: dict[str, Any] = {"from_ms": begin_ms, "to_ms": NOW_MS, "step_ms": DAY_MS}
    before = rows(kept.store, lift, "ride", **span)
    assert len(before) == 9
    assert rows(kept.store, lift, "ride", **span, light=True) == before
    kept.store.aggregate(begin_ms + DAY_MS * 5 // 2, begin_ms + 6 * DAY_MS)
    assert rows(kept.store, lift, "ride", **span, light=True) == before
    assert rows(kept.store, lift, "ride", **span, light=True, limit=3) == before[-3:]

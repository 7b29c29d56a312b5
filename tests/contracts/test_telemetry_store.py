"""One contract for telemetry stores: the embedded one, InfluxDB 1, InfluxDB 2, and a named server.

Every test speaks of a lift of its own, so that a server with other data will do.
"""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from liftwatch.adapters.line_protocol import lines_of
from liftwatch.clock import rfc3339
from liftwatch.ports import StoreRefused, Summary, TelemetryQuery, TelemetryRow, TelemetryStore
from liftwatch.telemetry.messages import KINDS, Message
from liftwatch.telemetry.signals import signals_of

AT_MS = 1_772_439_240_000  # a whole minute
END_MS = AT_MS + 3_600_000

Make = Callable[..., Message]


@pytest.fixture
def lift() -> str:
    """A lift nobody else writes about."""
    return uuid.uuid4().hex


def all_of(store: TelemetryStore, lift: str, kind: str, **query: Any) -> list[TelemetryRow]:
    """What a query finds in the hour of the tests."""
    bounds = {"from_ms": AT_MS, "to_ms": END_MS}
    return store.read(TelemetryQuery(lift=lift, kind=kind, **bounds | query))


CASES = [
    (case["kind"], case["wire"], [(at_ms, values) for at_ms, values in case["rows"]])
    for case in json.loads((Path(__file__).parent / "telemetry_cases.json").read_text())
]
"""A message on the wire, and the rows it must give: milliseconds after AT_MS, and values."""


def test_the_cases_are_all_kinds() -> None:
    """Twelve, and no value of a case is of a signal that is not in the table."""
    assert [kind for kind, _, _ in CASES] == list(KINDS)
    for kind, _, rows in CASES:
        names = {signal.name for signal in signals_of(kind)}
        assert all(values.keys() <= names for _, values in rows)


@pytest.mark.parametrize(("kind", "wire", "rows"), CASES, ids=list(KINDS))
def test_what_is_written_is_read(
    store: TelemetryStore, message: Make, lift: str, *, kind: str, wire: Any, rows: Any
) -> None:
    """Every kind, lists flattened, every value in its own type and at its own time."""
    store.write([message(kind, wire, lift=lift, at_ms=AT_MS)])
    found = [(row.at_ms - AT_MS, row.values) for row in all_of(store, lift, kind)]
    assert [at_ms for at_ms, _ in found] == [at_ms for at_ms, _ in rows]
    assert sorted(found, key=repr) == sorted(rows, key=repr)
    kept = {name: type(value) for _, values in found for name, value in values.items()}
    sent = {name: type(value) for _, values in rows for name, value in values.items()}
    assert kept == sent


def test_who_said_it_can_be_asked_for(store: TelemetryStore, message: Make, lift: str) -> None:
    """The identity stands in every point, what is not usual where it is not."""
    store.write(
        [
            message("state", lift=lift, at_ms=AT_MS),
            message("state", {"seq": 2}, lift=lift, at_ms=AT_MS + 1, exercise=True, clock_ok=False),
        ]
    )
    names = ("terminal", "boot", "seq", "exercise", "clock_ok")
    said = {"terminal": "T-7", "boot": "b41"}
    assert all_of(store, lift, "state") == []
    assert all_of(store, lift, "state", signals=names) == [
        TelemetryRow(AT_MS, {**said, "seq": 1}),
        TelemetryRow(AT_MS + 1, {**said, "seq": 2, "exercise": True, "clock_ok": False}),
    ]


@pytest.mark.parametrize(("kind", "wire", "rows"), CASES, ids=list(KINDS))
def test_twice_is_once(
    store: TelemetryStore, message: Make, lift: str, *, kind: str, wire: Any, rows: Any
) -> None:
    """In one call and in several."""
    one = message(kind, wire, lift=lift, at_ms=AT_MS)
    store.write([one, one])
    store.write([message(kind, wire, lift=lift, at_ms=AT_MS)])
    assert len(all_of(store, lift, kind)) == len(rows)


@pytest.mark.parametrize("kind", ["state", "button", "maintenance"])
def test_many_of_one_millisecond_are_many(
    store: TelemetryStore, message: Make, lift: str, *, kind: str
) -> None:
    """Messages that follow each other do not fall on each other, nor do their elements."""
    lists: dict[str, Any] = {
        "state": {"floor": 3},
        "button": {"edges": [{"edge": "press", "at": rfc3339(AT_MS + 0)}] * 200},
        "maintenance": {"items": [{"code": "A-1-1"}] * 500},
    }
    store.write([message(kind, lists[kind] | {"seq": k}, lift=lift, at_ms=AT_MS) for k in range(5)])
    elements = {"state": 1, "button": 200, "maintenance": 500}[kind]
    found = all_of(store, lift, kind)
    assert len(found) == 5 * elements
    assert {row.at_ms for row in found} == {AT_MS}


def test_boots_and_terminals_of_one_millisecond_are_apart(
    store: TelemetryStore, message: Make, lift: str
) -> None:
    """The same sequence number of another sender is another message."""
    senders = [("T-7", "b1"), ("T-7", "b2"), ("T-8", "b1"), ("T-7b", "1")]
    store.write(
        [
            message("state", {"terminal": t, "boot": b, "floor": 1}, lift=lift, at_ms=AT_MS)
            for t, b in senders
        ]
    )
    assert len(all_of(store, lift, "state")) == 4


def test_a_gateway_and_a_terminal_are_apart(
    store: TelemetryStore, message: Make, lift: str
) -> None:
    """Both speak of the lift, and a reader sees both."""
    for source in ("terminal", "gateway"):
        store.write([message("state", {"floor": 1}, lift=lift, at_ms=AT_MS, source=source)])
    assert len(all_of(store, lift, "state")) == 2


def test_bursts_keep_every_sample(store: TelemetryStore, message: Make, lift: str) -> None:
    """At the highest rate, in order, over a minute's end; one that follows adds to it."""
    z = [k / 8 for k in range(4_000)]
    said = {"rate_hz": 2_000, "z_mps2": z}
    store.write(
        [
            message(
                "burst",
                said | {"started_at": rfc3339(AT_MS + 59_000)},
                lift=lift,
                at_ms=AT_MS + 61_000,
            ),
            message(
                "burst",
                said | {"started_at": rfc3339(AT_MS + 61_000), "seq": 2},
                lift=lift,
                at_ms=AT_MS + 63_000,
            ),
            message(
                "burst",
                {"started_at": rfc3339(AT_MS + 61_000), "seq": 3, **said},
                lift=lift,
                at_ms=AT_MS,
            ),
        ]
    )
    rows = all_of(store, lift, "burst", signals=("z_mps2",), to_ms=AT_MS + 61_000)
    assert [row.values["z_mps2"] for row in rows] == z
    assert rows[1_999].at_ms == AT_MS + 59_000 + 999
    rest = all_of(store, lift, "burst", signals=("z_mps2",), from_ms=AT_MS + 61_000)
    assert len(rest) == 8_000
    some = all_of(store, lift, "burst", from_ms=AT_MS + 60_000, to_ms=AT_MS + 60_010)
    assert [row.values["z_mps2"] for row in some] == z[2_000:2_020]


def floors(store: TelemetryStore, lift: str, **query: Any) -> list[int]:
    """The floors a query finds."""
    return [row.values["floor"] for row in all_of(store, lift, "state", **query)]


def test_from_is_inclusive_and_to_is_not(store: TelemetryStore, message: Make, lift: str) -> None:
    """To the millisecond."""
    store.write([message("state", {"floor": k}, lift=lift, at_ms=AT_MS + k) for k in range(5)])
    assert floors(store, lift, from_ms=AT_MS + 1, to_ms=AT_MS + 4) == [1, 2, 3]
    assert floors(store, lift, from_ms=AT_MS + 2, to_ms=AT_MS + 2) == []
    assert floors(store, lift, from_ms=0, to_ms=10**13) == [0, 1, 2, 3, 4]


def test_the_newest_are_kept_when_there_are_too_many(
    store: TelemetryStore, message: Make, lift: str
) -> None:
    """Whatever the order in which they were written; rows that say nothing do not count."""
    said = [
        message("state", {"floor": k} if k % 2 else {}, lift=lift, at_ms=AT_MS + k * 1_000)
        for k in range(100)
    ]
    store.write(said[50:])
    store.write(said[:50])
    assert floors(store, lift, limit=3) == [95, 97, 99]
    assert floors(store, lift, limit=0) == []
    steps = all_of(store, lift, "state", signals=("floor",), step_ms=10_000, limit=2)
    assert [row.at_ms - AT_MS for row in steps] == [80_000, 90_000]


def test_only_the_signals_asked_for(store: TelemetryStore, message: Make, lift: str) -> None:
    """A row without any of them is none, and a name that is no signal finds nothing."""
    store.write(
        [
            message("state", {"floor": 1, "car": "moving"}, lift=lift, at_ms=AT_MS),
            message("state", {"seq": 2, "car": "stopped"}, lift=lift, at_ms=AT_MS + 1),
        ]
    )
    both = all_of(store, lift, "state", signals=("car", "floor"))
    assert [row.values for row in both] == [{"car": "moving", "floor": 1}, {"car": "stopped"}]
    assert floors(store, lift, signals=("floor", "estate", 'x" FROM "lift_state')) == [1]
    assert all_of(store, lift, "state", signals=("estate", "nonsense", "")) == []


def test_steps_sum_up_numbers_and_keep_last_words(
    store: TelemetryStore, message: Make, lift: str
) -> None:
    """Steps are aligned to the epoch; one that says nothing is not there."""
    said: list[tuple[int, dict[str, Any]]] = [
        (0, {"floor": 1, "speed_mps": 1.0, "car": "moving", "occupied": True}),
        (9_999, {"floor": 4, "speed_mps": -2.5}),
        (10_000, {"car": "stopped", "speed_mps": 0}),
        (10_001, {"car": "moving", "occupied": False}),
        (35_000, {}),
        (40_000, {"floor": 2}),
    ]
    store.write(
        [
            message("state", fields | {"seq": k}, lift=lift, at_ms=AT_MS + at_ms)
            for k, (at_ms, fields) in enumerate(said)
        ]
    )
    first = {
        "car": "moving",
        "floor": Summary(1.0, 4.0, 2.5),
        "speed_mps": Summary(-2.5, 1.0, -0.75),
        "occupied": True,
    }
    second = {"car": "moving", "occupied": False, "speed_mps": Summary(0.0, 0.0, 0.0)}
    assert all_of(store, lift, "state", step_ms=10_000) == [
        TelemetryRow(AT_MS, first),
        TelemetryRow(AT_MS + 10_000, second),
        TelemetryRow(AT_MS + 40_000, {"floor": Summary(2.0, 2.0, 2.0)}),
    ]
    rows = all_of(store, lift, "state", step_ms=7_000, from_ms=AT_MS + 9_999, signals=("floor",))
    assert [(row.at_ms, row.values["floor"].max) for row in rows] == [
        ((AT_MS + 9_999) // 7_000 * 7_000, 4.0),
        ((AT_MS + 40_000) // 7_000 * 7_000, 2.0),
    ]


def test_words_alone_have_steps_too(store: TelemetryStore, message: Make, lift: str) -> None:
    """One signal that is no number."""
    for k, status in enumerate(["online", "offline", "online"]):
        store.write(
            [message("online", {"status": status, "seq": k}, lift=lift, at_ms=AT_MS + k * 600)]
        )
    assert all_of(store, lift, "online", step_ms=1_000) == [
        TelemetryRow(AT_MS, {"status": "offline"}),
        TelemetryRow(AT_MS + 1_000, {"status": "online"}),
    ]


def test_nothing_is_found_where_nothing_is(store: TelemetryStore, lift: str) -> None:
    """Before anything was written, for lifts and kinds that are none, and of nothing."""
    assert store.is_ready()
    assert all_of(store, lift, "state") == []
    assert all_of(store, lift, "state", step_ms=1_000) == []
    assert all_of(store, lift, 'x"; DROP DATABASE lift') == []
    store.write([])


@pytest.mark.parametrize(
    "name", ["a'b", 'a"b', "a\\b", "a b,c=d", "轿厢-1", "x' OR 'a' = 'a", "line\nbreak", ""]
)
def test_odd_names_are_only_names(
    store: TelemetryStore, message: Make, lift: str, *, name: str
) -> None:
    """A lift's name comes from a URL: it finds what is written under it and nothing else."""
    odd = f"{lift}{name}"
    store.write([message("state", {"floor": 1}, lift=lift, at_ms=AT_MS)])
    if "\n" not in name:  # no line of InfluxDB's protocol can name it, and no topic can
        store.write([message("state", {"floor": 2, "seq": 2}, lift=odd, at_ms=AT_MS + 1)])
    assert floors(store, odd) == {"": [1, 2], "line\nbreak": []}.get(name, [2])


@pytest.mark.parametrize("text", ['"', "\\", '\\"', "\x00", "a\x00b", "a\nb", "", "1i", " "])
def test_text_is_kept_as_it_is(
    store: TelemetryStore, message: Make, lift: str, *, text: str
) -> None:
    """Whatever a vendor's terminal says."""
    store.write([message("event", {"raw_text": text}, lift=lift, at_ms=AT_MS)])
    assert [row.values for row in all_of(store, lift, "event")] == [{"raw_text": text}]


def test_a_large_batch(store: TelemetryStore, message: Make, lift: str) -> None:
    """More than is read at once, unless it is asked for."""
    store.write(
        [
            message("state", {"floor": k % 100, "seq": k}, lift=lift, at_ms=AT_MS + k * 250)
            for k in range(12_000)
        ]
    )
    assert floors(store, lift, limit=20_000) == [k % 100 for k in range(12_000)]
    assert floors(store, lift) == [k % 100 for k in range(2_000, 12_000)]


def test_many_read_while_one_writes(store: TelemetryStore, message: Make, lift: str) -> None:
    """A reader sees what was written before, and no half of a call."""

    def write_all() -> None:
        for start in range(0, 1_000, 50):
            store.write(
                [
                    message("state", {"floor": 1, "seq": k}, lift=lift, at_ms=AT_MS + k)
                    for k in range(start, start + 50)
                ]
            )

    with ThreadPoolExecutor(5) as pool:
        writing = pool.submit(write_all)
        while not writing.done():
            counts = list(pool.map(lambda _: len(floors(store, lift)), range(4)))
            assert all(count <= 1_000 for count in counts)
        writing.result()
    assert len(floors(store, lift)) == 1_000


def test_a_refused_message_is_found_and_the_others_are_stored(
    influx_store: TelemetryStore, message: Make, *, behind: Callable[[str], None], lift: str
) -> None:
    """A type conflict in the middle of a batch: somebody else wrote text where a number belongs."""
    influx_store.write([message("online", {"status": "online"}, lift=lift, at_ms=AT_MS)])
    behind(f'lift_state,lift=x floor="G" {AT_MS}000000')
    said = [
        message(
            "state",
            {"people": k % 50, "seq": k} | ({"floor": 1} if k in (3, 777) else {}),
            lift=lift,
            at_ms=AT_MS + k,
        )
        for k in range(1_000)
    ]
    for _ in range(2):
        with pytest.raises(StoreRefused, match="field type conflict") as caught:
            influx_store.write(said)
        assert caught.value.indexes == (3, 777)
        rows = all_of(influx_store, lift, "state", signals=("people",))
        assert [row.at_ms - AT_MS for row in rows] == [k for k in range(1_000) if k not in (3, 777)]


@pytest.mark.parametrize("bad", [[0], [499], [0, 1, 2, 250, 498, 499], list(range(500))])
def test_a_line_that_cannot_be_read_is_found(
    influx_store: TelemetryStore,
    message: Make,
    monkeypatch: pytest.MonkeyPatch,
    *,
    bad: list[int],
    lift: str,
) -> None:
    """Were our protocol wrong for some message: 2.x stores nothing of the body, 1.x the rest."""
    odd = [b"lift_state,lift=x floor=", b"lift_state floor=1i x", b"nothing"]

    def lines(said: Message) -> list[bytes]:
        return [odd[said.seq % 3]] if said.seq in bad else lines_of(said)

    monkeypatch.setattr("liftwatch.adapters.influx.lines_of", lines)
    said = [
        message("state", {"people": 1, "seq": k}, lift=lift, at_ms=AT_MS + k) for k in range(500)
    ]
    with pytest.raises(StoreRefused) as caught:
        influx_store.write(said)
    assert caught.value.indexes == tuple(bad)
    good = [k for k in range(500) if k not in bad]
    if good:
        rows = all_of(influx_store, lift, "state", signals=("people",))
        assert [row.at_ms - AT_MS for row in rows] == good


def test_two_requests_in_flight(store: TelemetryStore, message: Make, lift: str) -> None:
    """Two threads write at once, batches of their own, and all of both is stored."""

    def write(half: int) -> None:
        for start in range(0, 4_000, 500):
            store.write(
                [
                    message("state", {"floor": 1, "seq": k}, lift=lift, at_ms=AT_MS + k)
                    for k in range(start + half, start + 500, 2)
                ]
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    rows = all_of(store, lift, "state")
    assert [row.at_ms - AT_MS for row in rows] == list(range(4_000))

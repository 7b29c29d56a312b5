"""What holds for the embedded store alone: a full disk, a locked file, a file that is none."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.ports import StoreUnavailable, TelemetryQuery
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.retention import QUARTER_MS

AT_MS = 1_772_439_240_000
LIFT = "LIFT-0001"

Make = Callable[..., Message]


def floors(store: EmbeddedStore) -> list[int]:
    """The floors that are stored."""
    query = TelemetryQuery(lift=LIFT, kind="state", from_ms=AT_MS, to_ms=AT_MS + 10**7)
    return [row.values["floor"] for row in store.read(query)]


def states(make: Make, count: int, start: int = 0, **wire: Any) -> list[Message]:
    """So many states."""
    return [
        make("state", {"floor": k % 100, "seq": k, **wire}, lift=LIFT, at_ms=AT_MS + k)
        for k in range(start, start + count)
    ]


def test_it_is_there_after_opening_again(message: Make, tmp_path: Path) -> None:
    """And a process may read while another has it open."""
    path = tmp_path / "telemetry.sqlite"
    store = EmbeddedStore(path)
    store.write(states(message, 5))
    other = EmbeddedStore(path)
    assert floors(other) == [0, 1, 2, 3, 4]
    other.write(states(message, 1, 5))
    assert floors(store) == [0, 1, 2, 3, 4, 5]
    store.close()
    other.close()


def test_a_full_disk_is_unavailable_and_can_be_mended(message: Make, tmp_path: Path) -> None:
    """Nothing of the call is stored, and afterwards all of it."""
    store = EmbeddedStore(tmp_path / "telemetry.sqlite")
    store.write(states(message, 5))
    store._writer.execute("PRAGMA max_page_count = 10")
    with pytest.raises(StoreUnavailable, match="full"):
        store.write(states(message, 5_000, 5))
    assert floors(store) == [0, 1, 2, 3, 4]
    store._writer.execute("PRAGMA max_page_count = 1000000")
    store.write(states(message, 5_000, 5))
    assert len(floors(store)) == 5_005
    store.close()


def test_a_locked_file_is_unavailable(
    message: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds it longer than we wait; reading goes on."""
    monkeypatch.setattr("liftwatch.adapters.embedded.BUSY_MS", 50)
    path = tmp_path / "telemetry.sqlite"
    store = EmbeddedStore(path)
    store.write(states(message, 1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.write(states(message, 1, 1))
    assert floors(store) == [0]
    other.execute("ROLLBACK")
    other.close()
    store.write(states(message, 1, 1))
    assert floors(store) == [0, 1]
    store.close()


def test_a_series_that_was_rolled_back_is_made_again(message: Make, tmp_path: Path) -> None:
    """What is known by heart is known of what was stored only."""
    store = EmbeddedStore(tmp_path / "telemetry.sqlite")
    broken = message("state", {"floor": 3, "seq": 2}, lift=LIFT, stored_ms=2**70)
    with pytest.raises(OverflowError):
        store.write([*states(message, 1), broken])
    store.write([message("online", lift="OTHER"), *states(message, 1)])
    assert floors(store) == [0]
    store.close()


def test_a_damaged_file_is_unavailable(message: Make, tmp_path: Path) -> None:
    """Reception goes on; whoever puts the file right loses nothing."""
    path = tmp_path / "telemetry.sqlite"
    store = EmbeddedStore(path)
    store.write(states(message, 2_000))
    store.close()
    content = bytearray(path.read_bytes())
    content[8_192:] = b"\xff" * (len(content) - 8_192)
    path.write_bytes(content)
    store = EmbeddedStore(path)
    with pytest.raises(StoreUnavailable, match="malformed"):
        floors(store)
    store.close()


@pytest.mark.parametrize("path", ["/proc/none/telemetry.sqlite", "/etc/hostname", "/dev/null/x"])
def test_a_file_that_cannot_be_is_said_at_the_start(path: str) -> None:
    """One line, as an error of the system."""
    with pytest.raises(OSError, match=path.split("/")[1]) as caught:
        EmbeddedStore(path)
    assert "\n" not in str(caught.value)


def test_many_threads_read_at_once(message: Make, tmp_path: Path) -> None:
    """Each gets a connection, and all are closed in the end."""
    store = EmbeddedStore(tmp_path / "telemetry.sqlite")
    store.write(states(message, 500))
    together = Barrier(20)

    def read(_: int) -> int:
        together.wait()
        return len(floors(store))

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(read, range(20))) == [500] * 20
    store.close()


def test_what_its_class_no_longer_keeps_is_pruned(message: Make, tmp_path: Path) -> None:
    """States of 90 days, rides of 400, sums of five years; of pruned data none are made anew."""
    store = EmbeddedStore(tmp_path / "telemetry.sqlite")
    today_ms = now_ms() // QUARTER_MS * QUARTER_MS
    days = (1, 89, 91, 399, 401)
    for kind, wire in (("state", {"floor": 1}), ("ride", {"relevels": 1})):
        store.write(
            [
                message(kind, {"seq": n, **wire}, lift=LIFT, at_ms=today_ms - n * DAY_MS)
                for n in days
            ]
        )

    def kept(kind: str) -> list[int]:
        query = TelemetryQuery(lift=LIFT, kind=kind, from_ms=0, to_ms=today_ms)
        return [(today_ms - row.at_ms) // DAY_MS for row in store.read(query)][::-1]

    assert store.aggregate(today_ms - 500 * DAY_MS, today_ms) == 2 + 4
    assert store.prune(now_ms()) == 3 + 1
    assert (kept("state"), kept("ride")) == ([1, 89], [1, 89, 91, 399])
    assert store.prune(now_ms()) == 0
    assert store.prune(now_ms() + 1_827 * DAY_MS) == 2 + 4 + 2 + 4
    assert (kept("state"), kept("ride")) == ([], [])
    store.close()


def test_many_are_pruned_in_small_pieces(message: Make, tmp_path: Path) -> None:
    """Nobody waits for the end of a large removal."""
    store = EmbeddedStore(tmp_path / "telemetry.sqlite")
    store.write(states(message, 12_000))
    assert store.prune(AT_MS + 100 * DAY_MS) == 12_000
    assert floors(store) == []
    store.close()

"""Quick reads: on few threads of their own, with what they return and raise."""

import asyncio
import threading
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import quick
from api.quick import THREADS, quickly
from liftwatch.adapters.sql import SqlBooks


def test_never_more_at_once_than_there_are_threads() -> None:
    """All are done, each on one of the few."""
    now, most, lock = 0, 0, threading.Lock()
    full = threading.Barrier(THREADS)

    def look(n: int) -> tuple[int, str]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        full.wait(timeout=60)
        with lock:
            now -= 1
        return n, threading.current_thread().name

    async def ask() -> list[tuple[int, str]]:
        return await asyncio.gather(*(quickly(look, n) for n in range(THREADS * 10)))

    found = asyncio.run(ask())
    assert [n for n, _ in found] == list(range(THREADS * 10))
    assert all(name.startswith("quick") for _, name in found)
    assert most == THREADS


def test_what_is_raised_comes_back() -> None:
    """As if it had been called here."""

    def fail() -> None:
        raise LookupError("not here")

    with pytest.raises(LookupError, match="not here"):
        asyncio.run(quickly(fail))


def test_lists_and_who_asks_are_quick_reads(
    client: TestClient, books: SqlBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The routes that are asked most: what they ask of the books runs there."""
    seen = set[str]()
    incidents, lifts = books.incidents, books.lifts

    def noting(call: Any) -> Any:
        def noted(*args: Any, **named: Any) -> Any:
            seen.add(threading.current_thread().name.partition("_")[0])
            return call(*args, **named)

        return noted

    monkeypatch.setattr(books, "incidents", noting(incidents))
    monkeypatch.setattr(books, "lifts", noting(lifts))
    for path in ("/v1/incidents", "/v1/lifts"):
        assert client.get(path).status_code == 200
    assert seen == {quick._POOL._thread_name_prefix}

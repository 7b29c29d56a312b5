"""The services' command lines and what `liftwatch api` knows of the others."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.clock import now_ms
from liftwatch.commands.api import readiness_of
from liftwatch.commands.ingest import read_estates
from liftwatch.commands.wiring import Stores
from liftwatch.engine.watch import SEND, WATCH
from liftwatch.failure import Failure
from liftwatch.ports import Deadline, StoreUnavailable

LATE_MS = 60_000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not 1 to 32"),
        ("Garden", "'Garden' is not"),
        ("garden,", "'' is not"),
        ("garden,lake,garden", "'garden' stands there twice"),
        ("a/b", "'a/b' is not"),
        ("+", "'+' is not"),
        ("#", "'#' is not"),
        ("x" * 33, "is not 1 to 32"),
        ("garden\n", None),
        ("canary", "reserved"),
    ],
)
def test_estates_that_are_none_are_refused(text: str, reason: str | None) -> None:
    """In one line that names the first of them; blanks around a name do not matter."""
    if reason is None:
        assert read_estates(text) == ("garden",)
        return
    with pytest.raises(Failure, match=r"^ingest: --estates: ") as caught:
        read_estates(text)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Empty ones."""
    with (
        contextlib.closing(open_books(f"sqlite:///{tmp_path}/books.sqlite")) as books,
        contextlib.closing(EmbeddedStore(tmp_path / "telemetry.sqlite")) as telemetry,
    ):
        yield Stores(books, telemetry)


def told(stores: Stores) -> dict[str, str | None]:
    """The parts that are not ready."""
    parts = readiness_of(stores, late_ms=LATE_MS)()
    return {name: why for name, why in parts.items() if why}


def test_the_api_is_ready_where_nobody_is_known(stores: Stores) -> None:
    """It serves what there is."""
    assert told(stores) == {}


def test_the_api_tells_who_does_not_come_through(stores: Stores) -> None:
    """By the time in the heartbeat, also where no engine runs."""
    for behind_ms, late in ((1_000, False), (LATE_MS + 5_000, True)):
        with stores.books.begin() as work:
            at_ms = now_ms() - behind_ms
            work.beat("1f2e", serves=["garden"], at_ms=at_ms, through_ms=at_ms)
        assert ("canary" in told(stores)) == late
    assert "1f2e for 65 s (garden)" in str(told(stores)["canary"])


def test_the_api_tells_that_no_engine_runs(stores: Stores) -> None:
    """One that ran and runs no more; what only some engines do is not asked of all."""
    late = Deadline(name=SEND, what=SEND, due_ms=now_ms() - 10 * LATE_MS)
    with stores.books.begin() as work:
        work.arm(late)
        work.arm(Deadline(name=WATCH, what=WATCH, due_ms=now_ms() - LATE_MS // 2))
    assert told(stores) == {}
    with stores.books.begin() as work:
        work.arm(structs.replace(late, name=WATCH, what=WATCH))
    assert "nothing has been done by the clock for 600 s" in str(told(stores)["engine"])


class Gone(SqlBooks):
    """Books whose database does not answer."""

    def known_heartbeats(self) -> Any:
        """Nothing."""
        raise StoreUnavailable("connection refused")


def test_the_api_tells_that_the_database_is_away(stores: Stores, tmp_path: Path) -> None:
    """And asks no more of it."""
    with contextlib.closing(Gone(f"sqlite:///{tmp_path}/books.sqlite")) as books:
        assert told(Stores(books, stores.telemetry)) == {"database": "connection refused"}

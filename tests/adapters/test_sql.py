"""What holds for SQLite and PostgreSQL alone: migrations, bad databases, losing the server."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from liftwatch.adapters.sql import BooksError, SqlBooks, open_books, tables
from liftwatch.adapters.sql import books as books_module
from liftwatch.adapters.sql.connect import BUSY_MS
from liftwatch.ports import LiftRow, StoreUnavailable


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/books.sqlite"
    found: str = request.getfixturevalue("postgres_database")
    return found


@pytest.fixture
def books(url: str) -> Iterator[SqlBooks]:
    """Books over an empty database."""
    made = open_books(url)
    yield made
    made.close()


def test_upgrading_from_nothing_gives_the_tables(books: SqlBooks) -> None:
    """What the migrations make is what `tables` says."""
    with books.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_a_table_that_differs_would_be_seen(books: SqlBooks) -> None:
    """The comparison above is not blind."""
    with books.begin() as work:
        work.connection.execute(text("DROP INDEX incident_open_of_lift"))
    with books.engine.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert [difference[0] for difference in found] == ["add_index"]


def test_opening_again_keeps_what_is_there(books: SqlBooks, url: str) -> None:
    """The newest schema stays, with its content."""
    with books.begin() as work:
        work.publish("lift", {"a": 1})
    again = open_books(url)
    assert again.stream_head() == 1
    again.close()


def test_services_that_start_together_migrate_once(url: str) -> None:
    """Several at the same time, on a database without a table."""
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: open_books(url), range(6)))
    for books in opened:
        assert books.stream_head() == 0
        books.close()


def test_a_newer_schema_is_refused(books: SqlBooks, url: str) -> None:
    """An older version must not write into what it does not know."""
    with books.begin() as work:
        work.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BooksError, match=r"\Athe database has schema 9999, newer than .*\Z"):
        open_books(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "no URL"),
        ("nonsense", "no URL"),
        ("mysql://u:secret@h/d", "only sqlite and postgresql"),
        ("sqlite://", "needs a file"),
        ("postgresql://u:secret@127.0.0.1:1/d", "refused"),
        ("sqlite:////proc/none/books.sqlite", "/proc/none"),
        ("sqlite:////dev/null/books.sqlite", "/dev/null"),
        ("sqlite:////etc/hostname", "not a database"),
    ],
)
def test_an_unusable_database_is_one_line(url: str, said: str) -> None:
    """It says what is wrong, and no password."""
    with pytest.raises(BooksError, match=said) as caught:
        open_books(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    """Neither the file nor a folder for it can be made."""
    tmp_path.chmod(0o500)
    for path in ("books.sqlite", "data/books.sqlite"):
        with pytest.raises(BooksError):
            open_books(f"sqlite:///{tmp_path}/{path}")


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    """Write-ahead log, synced at every commit, foreign keys, patience."""
    books = open_books(f"sqlite:///{tmp_path}/a folder/of % its own/books.sqlite")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": BUSY_MS}
    with books.engine.connect() as connection:
        for name, value in wanted.items():
            assert connection.execute(text(f"PRAGMA {name}")).scalar_one() == value
    books.close()


def test_a_locked_sqlite_file_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the file longer than we wait; afterwards it works again."""
    monkeypatch.setattr("liftwatch.adapters.sql.connect.BUSY_MS", 50)
    books = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    other = sqlite3.connect(tmp_path / "books.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"), books.begin():
        pass
    other.execute("ROLLBACK")
    other.close()
    with books.begin() as work:
        assert work.publish("lift", {}) == 1
        assert work.connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 50
    books.close()


def test_who_waits_for_a_locked_sqlite_file_has_it_next(tmp_path: Path) -> None:
    """Many who write at once all come to it, each after the one before."""
    books = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    other = sqlite3.connect(
        tmp_path / "books.sqlite", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")

    def write(_: int) -> int:
        with books.begin() as work:
            return work.publish("lift", {})

    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(write, k) for k in range(40)]
        assert not wait(written, timeout=0.2).done
        other.execute("COMMIT")
        assert sorted(one.result() for one in written) == list(range(1, 41))
    other.close()
    books.close()


def lose_the_server(books: SqlBooks, postgres: Any) -> None:
    """Stop it in the middle of a transaction."""
    with books.begin() as work:
        work.publish("lift", {"k": 2})
        postgres.stop()


def test_a_database_that_went_away_and_came_back(postgres: Any, postgres_database: str) -> None:
    """Unavailable meanwhile; what was committed is there afterwards, what was not is not."""
    books = open_books(postgres_database)
    with books.begin() as work:
        work.publish("lift", {"k": 1})
    with pytest.raises(StoreUnavailable):
        lose_the_server(books, postgres)
    try:
        assert not books.is_ready()
        with pytest.raises(StoreUnavailable), books.begin():
            pass
        with pytest.raises(StoreUnavailable):
            books.lifts()
    finally:
        postgres.start()
    assert books.is_ready()
    assert [event.data for event in books.stream_after(0)] == [{"k": 1}]
    books.close()


def test_the_stream_is_pruned(books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never below what a client may still catch up on; the numbers go on."""
    monkeypatch.setattr(books_module, "STREAM_KEPT_MIN", 10)
    with books.begin() as work:
        for k in range(30):
            work.publish("lift", {"k": k})
    assert books.prune_stream(25) == 5
    assert books.prune_stream(1) == 15
    assert [event.n for event in books.stream_after(0)] == list(range(21, 31))
    assert books.stream_head() == 30
    with books.begin() as work:
        assert work.publish("lift", {}) == 31


def test_json_is_json(books: SqlBooks) -> None:
    """An unknown state is no value at all, not the JSON word null."""
    with books.begin() as work:
        work.put_lifts([LiftRow(lift="LIFT-1", area="320583", estate="garden")])
    with books.engine.connect() as connection:
        assert connection.execute(
            select(tables.lift.c.lift).where(tables.lift.c.state.is_(None))
        ).all() == [("LIFT-1",)]


def test_migrations_need_no_working_folder(tmp_path: Path) -> None:
    """They are found beside the code, from wherever a service is started."""
    code = (
        "from liftwatch.adapters.sql import open_books\n"
        f"open_books('sqlite:///{tmp_path}/b.sqlite').close()"
    )
    root = Path(books_module.__file__).parents[3]
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert (tmp_path / "b.sqlite").exists()

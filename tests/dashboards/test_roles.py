"""Whoever migrates: a superuser, a role that may make roles, one that may not."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from liftwatch import clock
from liftwatch.adapters.sql import BooksError, open_books
from liftwatch.adapters.sql.copies import copied_in, copy_out
from liftwatch.adapters.sql.grafana import drop_reader, known_readers, make_reader
from liftwatch.adapters.sql.migrate import bring_up_at
from tests.conftest import Postgres, free_port
from tests.dashboards.conftest import DSN, own_database, settle


@pytest.fixture
def owned(postgres: Any) -> Iterator[str]:
    """An empty database of a role that is no superuser."""
    name = f"owner_{uuid.uuid4().hex[:12]}"
    with own_database(postgres) as url:
        database = url.rpartition("/")[2]
        with psycopg.connect(postgres.url, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {name} LOGIN".encode())
            admin.execute(f"ALTER DATABASE {database} OWNER TO {name}".encode())
        yield url.replace("lift@", f"{name}@")
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"REASSIGN OWNED BY {name} TO lift; DROP OWNED BY {name}".encode())
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f"DROP ROLE {name}".encode())


def views_of(url: str) -> int:
    """How many views there are."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_views WHERE schemaname = 'grafana'"
        ).fetchone()
        assert row is not None
        return int(row[0])


def test_without_the_right_to_make_roles_nothing_is_made(owned: str) -> None:
    """The service starts all the same; the reader is refused with one line, and what is done by
    hand later makes everything."""
    open_books(owned).close()
    assert (views_of(owned), known_readers(owned)) == (0, {})
    with pytest.raises(BooksError, match="may not make roles: ALTER ROLE"):
        make_reader(owned, role="operations", organisation=None)


def test_a_role_that_may_make_roles_need_be_no_superuser(postgres: Any, owned: str) -> None:
    """At the migration, or later; its readers sign in and see."""
    bring_up_at(owned)
    owner = owned.partition("//")[2].partition("@")[0]
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {owner} CREATEROLE".encode())
    made = make_reader(owned, role="operations", organisation=None)
    assert views_of(owned) > 0
    with psycopg.connect(DSN.format(**made._asdict())) as connection:
        assert connection.execute("SELECT * FROM lift").fetchall() == []
    again = make_reader(owned, role="operations", organisation=None)
    with psycopg.connect(DSN.format(**again._asdict())) as connection:
        assert connection.execute("SELECT * FROM canary").fetchall() == []
    assert drop_reader(owned, made.name)


@pytest.fixture
def other_server(server_folder: Path) -> Iterator[str]:
    """A server on which nobody has heard of us."""
    server = Postgres(Path(tempfile.mkdtemp(prefix="other-", dir=server_folder)), free_port())
    server.prepare()
    server.start()
    yield server.url
    server.stop()


def test_a_backup_comes_back_where_our_roles_are_not(
    postgres_database: str, other_server: str, tmp_path: Path
) -> None:
    """With all rows and the views; readers have to be made anew, and see what is theirs."""
    books = open_books(postgres_database)
    organisations = settle(books, clock.now_ms())
    books.close()
    made = make_reader(postgres_database, role="property", organisation=organisations["garden"])
    copied = copy_out(postgres_database, tmp_path / "copy")
    assert drop_reader(postgres_database, made.name)
    with copied_in(other_server, tmp_path / "copy"):
        pass
    assert copied.rows["lift"] == 4
    assert (views_of(other_server) > 0, known_readers(other_server)) == (True, {})
    again = make_reader(other_server, role="property", organisation=organisations["garden"])
    with psycopg.connect(DSN.format(**again._asdict())) as connection:
        found = connection.execute("SELECT lift FROM lift ORDER BY 1").fetchall()
    assert found == [("G-0001",), ("G-0002",)]


def test_a_backup_is_made_by_who_does_not_own_the_tables(
    postgres_database: str, tmp_path: Path
) -> None:
    """Whole: row-level security hides nothing from a service, and does not stop pg_dump."""
    books = open_books(postgres_database)
    settle(books, clock.now_ms())
    books.close()
    name = f"service_{postgres_database.rpartition('/')[2]}"
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN".encode())
        for what in ("TABLES", "SEQUENCES"):
            admin.execute(f"GRANT SELECT ON ALL {what} IN SCHEMA public TO {name}".encode())
    try:
        url = postgres_database.replace("lift@", f"{name}@")
        assert copy_out(url, tmp_path / "copy").rows["incident"] == 8
    finally:
        with psycopg.connect(postgres_database, autocommit=True) as admin:
            admin.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())

"""Whoever migrates: a superuser, a role that may make roles, one that may not."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from liftwatch.adapters.sql import BooksError, open_books
from liftwatch.adapters.sql.grafana import drop_reader, known_readers, make_reader
from liftwatch.adapters.sql.migrate import bring_up_at
from tests.dashboards.conftest import DSN, own_database


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

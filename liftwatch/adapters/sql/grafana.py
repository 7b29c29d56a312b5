"""Readers: PostgreSQL roles by which Grafana's organisations see their own rows (migration 0023).

A reader may sign in, read the views of its role, and nothing else. Its name tells nobody whose it
is, since every role of a server sees the names of all.
"""

import secrets
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from liftwatch.access.rights import LOGGED
from liftwatch.adapters.sql.connect import connect, is_sqlite, shown
from liftwatch.adapters.sql.migrations.grafana_views import VIEWS, VIEWS_OF
from liftwatch.adapters.sql.migrations.versions import v0023_grafana
from liftwatch.adapters.sql.trouble import BooksError, brief

CONNECTIONS_MAX = 20
STATEMENT_S = 20
"""A panel that takes longer is cut off: somebody typed it, or the range is too large."""
IDLE_S = 60
"""A transaction that does nothing for longer keeps vacuum from its work."""


class Reader(NamedTuple):
    """A role that was made; the password is told this once."""

    name: str
    password: str
    database: str
    host: str


def make_reader(url: str, *, role: str, organisation: str | None) -> Reader:
    """Make the reader of an organisation, or give it a new password. What is missing of the views
    is made first.

    Raises BooksError: no PostgreSQL, no right to make roles, no such organisation.
    """
    if role not in VIEWS_OF:
        raise BooksError(f"{role!r} is none of {', '.join(VIEWS_OF)}")
    if (organisation is None) != (role == "operations"):
        raise BooksError("every reader but `operations` is of one organisation, and that of none")
    engine = connect(url)
    try:
        if is_sqlite(engine):
            raise BooksError("SQLite has no roles: Grafana's readers need PostgreSQL")
        with engine.begin() as connection:
            return _make(connection, role, organisation)
    except SQLAlchemyError as error:
        raise BooksError(f"database {shown(engine.url)}: {brief(error)}") from error
    finally:
        engine.dispose()


def _make(connection: Connection, role: str, organisation: str | None) -> Reader:
    if not v0023_grafana.may_make(connection):
        raise BooksError("the database's role may not make roles: ALTER ROLE ... CREATEROLE")
    if organisation is not None and not _is_known(connection, organisation):
        raise BooksError(f"there is no organisation {organisation!r}")
    database = str(connection.execute(text("SELECT current_database()")).scalar_one())
    name, password = name_of(database, role, organisation), secrets.token_urlsafe(24)
    v0023_grafana.make(connection)
    _write_down(connection, name, role=role, organisation=organisation)
    for statement in _made(name, _verifier(connection, name, password)):
        connection.execute(text(statement))
    v0023_grafana.grant(connection)
    if role in LOGGED and _is_superuser(connection):
        connection.execute(text(f"ALTER ROLE {name} SET log_statement = 'all'"))
    connection.execute(text(f'GRANT CONNECT ON DATABASE "{_quoted(database)}" TO {name}'))
    url = make_url(connection.engine.url)
    return Reader(name, password, database, f"{url.host or 'localhost'}:{url.port or 5432}")


def _is_superuser(connection: Connection) -> bool:
    """Only such a one may have a role's statements written to the server's log."""
    query = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(connection.execute(query).scalar_one())


def _quoted(name: str) -> str:
    return name.replace('"', '""').replace(":", r"\:")


def name_of(database: str, role: str, organisation: str | None) -> str:
    """The name of a reader: the same one whenever it is asked for, of no other database.

    >>> name_of("lift", "property", "o-1") == name_of("lift", "property", "o-2")
    False
    """
    digest = sha256(f"{database}\0{role}\0{organisation or ''}".encode()).hexdigest()
    return f"grafana_{digest[:20]}"


def _is_known(connection: Connection, organisation: str) -> bool:
    query = text("SELECT 1 FROM organisation WHERE id = :id AND closed_ms IS NULL")
    return connection.execute(query, {"id": organisation}).scalar() is not None


def _write_down(
    connection: Connection, name: str, *, role: str, organisation: str | None
) -> None:  # the table of which row-level security asks
    connection.execute(
        text(
            "INSERT INTO grafana.reader (name, role, organisation) VALUES (:name, :role, :of)"
            " ON CONFLICT (name) DO UPDATE SET role = :role, organisation = :of"
        ),
        {"name": name, "role": role, "of": organisation},
    )


def _verifier(connection: Connection, name: str, password: str) -> str:
    """What the server keeps of a password; the password itself would stand in its log."""
    raw: Any = connection.connection.driver_connection
    made = raw.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return str(made.decode())


def _made(name: str, verifier: str) -> list[str]:
    escaped = verifier.replace(":", r"\:")
    return [
        f"DO $$ BEGIN CREATE ROLE {name}; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"ALTER ROLE {name} WITH LOGIN NOINHERIT NOCREATEDB NOCREATEROLE"
        f" CONNECTION LIMIT {CONNECTIONS_MAX} PASSWORD '{escaped}'",
        f"ALTER ROLE {name} SET default_transaction_read_only = on",
        f"ALTER ROLE {name} SET statement_timeout = '{STATEMENT_S}s'",
        f"ALTER ROLE {name} SET idle_in_transaction_session_timeout = '{IDLE_S}s'",
        f"ALTER ROLE {name} SET search_path = grafana",
        f"ALTER ROLE {name} SET timezone = 'Asia/Shanghai'",
    ]


def drop_reader(url: str, name: str) -> bool:
    """Take a reader away; False when there is none of that name. Raises BooksError."""
    engine = connect(url)
    try:
        with engine.begin() as connection:
            if is_sqlite(engine) or name not in v0023_grafana.readers_of(connection):
                return False
            connection.execute(text("DELETE FROM grafana.reader WHERE name = :n"), {"n": name})
            _take_back(connection, name)
            connection.execute(text(f"DROP ROLE {name}"))
            return True
    except SQLAlchemyError as error:
        raise BooksError(f"database {shown(engine.url)}: {brief(error)}") from error
    finally:
        engine.dispose()


def _take_back(connection: Connection, name: str) -> None:
    """What it was given; `DROP OWNED` would do it, and takes a right over the role itself."""
    every = ", ".join(f"grafana.{view}" for view in VIEWS)
    database = str(connection.execute(text("SELECT current_database()")).scalar_one())
    for what in (every, "SCHEMA grafana", f'DATABASE "{_quoted(database)}"'):
        connection.execute(text(f"REVOKE ALL ON {what} FROM {name}"))


def known_readers(url: str) -> dict[str, tuple[str, str | None]]:
    """Readers by name: their role and their organisation; none on SQLite. Raises BooksError."""
    engine = connect(url)
    try:
        with engine.connect() as connection:
            if is_sqlite(engine) or not _has_readers(connection):
                return {}
            return v0023_grafana.readers_of(connection)
    except SQLAlchemyError as error:
        raise BooksError(f"database {shown(engine.url)}: {brief(error)}") from error
    finally:
        engine.dispose()


def _has_readers(connection: Connection) -> bool:
    return connection.execute(text("SELECT to_regclass('grafana.reader')")).scalar() is not None

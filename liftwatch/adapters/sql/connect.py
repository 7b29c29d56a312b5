"""An engine for a database URL, set up so that SQLite and PostgreSQL behave alike.

SQLite: write-ahead log, synced at every commit, foreign keys; a transaction that will write says
so at its beginning (BEGIN IMMEDIATE), since one that turns from reading to writing can deadlock.
"""

import random
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from liftwatch import clock
from liftwatch.adapters.sql.trouble import BooksError, brief

BUSY_MS = 5_000
ASK_S = (0.001, 0.002)
"""How long a writer waits before it asks again: at random, so that two do not ask in step."""
CONNECTIONS = {"pool_size": 20, "max_overflow": 0, "pool_use_lifo": True}
"""At most 20 a process: ingest, engine and api together stay below PostgreSQL's default of 100. One
that was opened stays, since under load opening costs more than asking; the one used last, which
has its queries prepared, is used next."""
WRITES = "liftwatch_writes"
"""Execution option of a connection whose transaction will write."""

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
SETTINGS = (
    # a plan for any kind is wrong for the rarest: plan for the values that are asked for
    "SET plan_cache_mode = force_custom_plan",
    # compiling takes longer than any query of ours
    "SET jit = off",
)
DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


def connect(url: str) -> Engine:
    """An engine for a URL; no connection is made yet. Raises BooksError for a URL of no use."""
    parsed = parsed_url(url)
    options: Mapping[str, Any] = CONNECTIONS
    if parsed.get_backend_name() == "postgresql":
        options = {
            **CONNECTIONS,
            "pool_pre_ping": True,
            "connect_args": {"connect_timeout": 5},
        }
    try:
        engine = create_engine(parsed, json_serializer=_dump, json_deserializer=_load, **options)
    except (ArgumentError, ImportError, TypeError) as error:
        raise BooksError(f"database {shown(parsed)}: {brief(error)}") from error
    if is_sqlite(engine):
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgresql)
    return engine


def parsed_url(url: str) -> URL:
    """The parts of a URL, with the driver we use; raises BooksError for one of no use.

    >>> str(parsed_url("postgresql://u@h/lift"))
    'postgresql+psycopg://u@h/lift'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise BooksError("database: no URL; give sqlite:///PATH or postgresql://...") from error
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise BooksError(f"database {shown(parsed)}: only sqlite and postgresql are known")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BooksError(f"database {shown(parsed)}: SQLite needs a file, sqlite:///PATH")
    return parsed.set(drivername=DRIVERS[backend])


def shown(url: URL) -> str:
    """A URL fit for a log."""
    return url.render_as_string(hide_password=True)


def is_sqlite(engine: Engine) -> bool:
    """Whether the engine's database is SQLite."""
    return engine.dialect.name == "sqlite"


def make_folder(url: URL) -> None:
    """Make the folder of a SQLite file; raises BooksError when that cannot be."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return
    folder = Path(url.database).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BooksError(f"folder {folder}: {error.strerror}") from error


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _load(text: str | bytes) -> Any:
    return msgspec.json.decode(text)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; `_begin_sqlite` does
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for setting in SETTINGS:
        cursor.execute(setting)
    cursor.close()
    connection.commit()  # a rollback would take them back


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Take the one right to write, and ask for it every millisecond or two until it is there.

    SQLite itself asks ever more rarely, up to 100 ms apart: whoever has waited longest then waits
    longest, and the right lies idle meanwhile.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    until_s = clock.monotonic_s() + BUSY_MS / 1_000
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while clock.monotonic_s() < until_s:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(random.uniform(*ASK_S))
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # whose error is one of SQLAlchemy's
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

"""A connection for reads of the fund: what is damaged is told as what it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from liftwatch.adapters.sql.trouble import brief, code_of, translated
from liftwatch.fund.books import Unreadable

NOT_NOW = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_READONLY")
"""SQLite: what a second try may do better; all else is that the file is damaged."""
DAMAGED = ("XX", "22")
"""PostgreSQL: classes of what the disk has damaged, and of values that are none."""


@contextmanager
def reading(engine: Engine, n: int) -> Iterator[Connection]:
    """A connection on which what is damaged is told as entry n, 0 for what is none."""
    try:
        with translated(), engine.connect() as connection:
            try:
                yield connection
            except DBAPIError as error:
                if _is_damaged(error):
                    raise Unreadable(n, brief(error)) from error
                raise
    except UnicodeDecodeError as error:  # SQLite quotes what it cannot read, as it stands
        raise Unreadable(n, "holds bytes that are no text") from error


def _is_damaged(error: DBAPIError) -> bool:
    """Whether a second try will find the same."""
    code = code_of(error)
    if error.connection_invalidated:
        return False
    if isinstance(error.orig, sqlite3.Error):
        return not code.startswith(NOT_NOW)
    return code.startswith(DAMAGED)

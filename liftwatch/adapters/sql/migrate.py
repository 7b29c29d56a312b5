"""Brings a database to the newest schema, from an installed wheel as well as from a checkout.

The steps stand in `migrations/versions/`, one file each, named `vNNNN_what.py`. All of them run
in one transaction under one lock, so that services starting together do not meet.
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from liftwatch.adapters.sql.connect import WRITES, connect, is_sqlite, make_folder, shown
from liftwatch.adapters.sql.trouble import BooksError, brief

FOLDER = Path(__file__).parent / "migrations"
ATTEMPTS, PAUSE_S = 50, 0.1
LOCK = 5_276_901_184  # any number, the same for all of ours


def known_steps() -> set[str]:
    """The steps of this version."""
    return {one.revision for one in ScriptDirectory(str(FOLDER)).walk_revisions()}


class Moved(NamedTuple):
    """The step a database was at, None for an empty one, and the one it is at now."""

    before: str | None
    now: str | None


def bring_up(engine: Engine) -> Moved:
    """Bring a database to the newest schema; the folder of a SQLite file is made.

    Raises BooksError, one line to show, when it cannot be.
    """
    try:
        make_folder(engine.url)
        return migrate(engine)
    except (SQLAlchemyError, OSError, UnicodeDecodeError) as error:  # the last of a damaged file
        raise BooksError(f"database {shown(engine.url)}: {brief(error)}") from error


def bring_up_at(url: str) -> Moved:
    """The same for the database of a URL."""
    engine = connect(url)
    try:
        return bring_up(engine)
    finally:
        engine.dispose()


def migrate(engine: Engine, *, to: str = "head") -> Moved:
    """Upgrade to the newest schema; raises BooksError when the database is newer than we are.

    Tests of one step begin at the step before: `to` is its number.

    Tries again when others are just making the same SQLite file: changing a new file to WAL does
    not wait for its lock, whatever the busy timeout.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            return _migrate(engine, to)
        except OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            threading.Event().wait(PAUSE_S)
    raise AssertionError("the last attempt returns or raises")


def _migrate(engine: Engine, to: str) -> Moved:
    with (
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        if not is_sqlite(engine):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        return _upgrade(connection, to)


def _upgrade(connection: Connection, to: str) -> Moved:
    script = ScriptDirectory(str(FOLDER))
    found: list[str] = []

    def steps(heads: tuple[str, ...], _context: Any) -> Iterable[MigrationStep]:
        known = {one.revision for one in script.walk_revisions()}
        for head in heads:
            if head not in known:
                raise BooksError(f"the database has schema {head}, newer than this version knows")
        found.extend(heads)
        ahead = list(script.iterate_revisions(to, heads or "base"))
        return [
            MigrationStep.upgrade_from_script(script.revision_map, one) for one in reversed(ahead)
        ]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()
    return Moved(next(iter(found), None), context.get_current_revision())

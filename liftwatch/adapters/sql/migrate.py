"""Brings a database to the newest schema, from an installed wheel as well as from a checkout.

The steps stand in `migrations/versions/`, one file each, named `vNNNN_what.py`. All of them run
in one transaction under one lock, so that services starting together do not meet.
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from liftwatch.adapters.sql.connect import WRITES, is_sqlite
from liftwatch.adapters.sql.trouble import BooksError

FOLDER = Path(__file__).parent / "migrations"
ATTEMPTS, PAUSE_S = 50, 0.1
LOCK = 5_276_901_184  # any number, the same for all of ours


def migrate(engine: Engine, *, to: str = "head") -> None:
    """Upgrade to the newest schema; raises BooksError when the database is newer than we are.

    Tests of one step begin at the step before: `to` is its number.

    Tries again when others are just making the same SQLite file: changing a new file to WAL does
    not wait for its lock, whatever the busy timeout.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            _migrate(engine, to)
        except OperationalError as error:
            if not left or "locked" not in str(error):
                raise
            threading.Event().wait(PAUSE_S)
        else:
            return


def _migrate(engine: Engine, to: str) -> None:
    with (
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        if not is_sqlite(engine):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        _upgrade(connection, to)


def _upgrade(connection: Connection, to: str) -> None:
    script = ScriptDirectory(str(FOLDER))

    def steps(heads: tuple[str, ...], _context: Any) -> Iterable[MigrationStep]:
        known = {one.revision for one in script.walk_revisions()}
        for head in heads:
            if head not in known:
                raise BooksError(f"the database has schema {head}, newer than this version knows")
        ahead = list(script.iterate_revisions(to, heads or "base"))
        return [
            MigrationStep.upgrade_from_script(script.revision_map, one) for one in reversed(ahead)
        ]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()

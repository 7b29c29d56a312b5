"""Small SQLite files of the data folder: opened the same way, and in trouble told the same way."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from liftwatch import clock
from liftwatch.ports import StoreUnavailable

log = structlog.get_logger()


def open_file(path: Path, schema: str) -> sqlite3.Connection:
    """Open or make a file; one that is damaged is put aside, and an empty one takes its place.

    Raises OSError when the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path, schema)
    except sqlite3.OperationalError as error:  # locked, full, no right: not damage
        raise OSError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        aside = path.with_name(f"{path.name}.damaged-{clock.now_ms()}")
        for end in ("", "-wal", "-shm"):
            part = path.with_name(path.name + end)
            if part.exists():
                part.rename(aside.with_name(aside.name + end))
        log.error("a file was damaged and begins anew", file=path.name, reason=str(error))
        return _open(path, schema)


def _open(path: Path, schema: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL"):
            db.execute(f"PRAGMA {pragma}")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its pages do not fit together")
        db.executescript(schema)
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def told(what: str) -> Iterator[None]:
    """A full disk and its like, as a store that does not take it now."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{what}: {error}") from error

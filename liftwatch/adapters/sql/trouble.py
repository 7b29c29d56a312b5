"""Errors of the database in the words of the ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,
)

from liftwatch.ports import Conflict, StoreUnavailable
from liftwatch.said import Said

LOST_RACES = {"40001", "40P01", "55P03"}
"""PostgreSQL: serialization failure, deadlock, lock not available; a second try wins."""
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""What the disk has damaged: somebody must restore it; until then it is as if it were away."""
UNIQUE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


class BooksError(Exception):
    """The database cannot be used as it is; the text is one line for whoever starts the service."""


def code_of(error: DBAPIError) -> str:
    """The driver's name for what went wrong, or nothing."""
    orig = error.orig
    return getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None) or ""


def brief(error: BaseException) -> str:
    """The first line of an error, without SQLAlchemy's statement and link."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    lines = str(cause).strip().splitlines()
    return lines[0][:200] if lines else type(cause).__name__


def _lost(error: BaseException) -> Said:
    return Said("somebody else was there first: %(why)s", why=brief(error))


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflict for a lost race, StoreUnavailable for a database that does not answer."""
    try:
        yield
    except IntegrityError as error:
        if code_of(error) in UNIQUE:
            raise Conflict(_lost(error)) from error
        raise
    except (OperationalError, InterfaceError) as error:
        if code_of(error) in LOST_RACES:
            raise Conflict(_lost(error)) from error
        raise StoreUnavailable(brief(error)) from error
    except TimeoutError as error:
        raise StoreUnavailable("no free connection to the database") from error
    except DBAPIError as error:
        if error.connection_invalidated or code_of(error).startswith(DAMAGED):
            raise StoreUnavailable(brief(error)) from error
        raise

"""What a database is like, without changing it: for whoever asks before a start."""

from typing import NamedTuple

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from liftwatch.adapters.sql import audit_tables, people_tables
from liftwatch.adapters.sql.connect import connect, is_sqlite, shown
from liftwatch.adapters.sql.migrate import FOLDER
from liftwatch.adapters.sql.trouble import BooksError, brief

_MEMBER, _PERSON = people_tables.membership.c, people_tables.person.c


class Schema(NamedTuple):
    """Its step now and the newest we know; whether it is ahead of us, has an administrator, and
    the name of the key its trail is sealed with."""

    now: str | None
    head: str
    ahead: bool
    has_admin: bool
    seal: str | None


def schema_of(url: str) -> Schema:
    """Of a database that answers; a file that is empty or not there yet has no schema.

    Raises BooksError.
    """
    engine = connect(url)
    script = ScriptDirectory(str(FOLDER))
    head = script.get_current_head() or ""
    known = {one.revision for one in script.walk_revisions()}
    file = engine.url.database or ""
    try:
        if is_sqlite(engine) and not _holds_something(file):
            return Schema(None, head, ahead=False, has_admin=False, seal=None)
        with engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            if "alembic_version" not in tables:
                return Schema(None, head, ahead=False, has_admin=False, seal=None)
            version = text("SELECT version_num FROM alembic_version")
            now = connection.execute(version).scalar_one_or_none()
            admins = (
                select(_MEMBER.id)
                .join(people_tables.person, _PERSON.id == _MEMBER.person)
                .where(_MEMBER.role == "admin", _MEMBER.until_ms.is_(None))
                .where(_PERSON.disabled_ms.is_(None))
            )
            has_admin = "membership" in tables and connection.execute(admins).first() is not None
            seals = select(audit_tables.audit_head.c.seal)
            seal = connection.execute(seals).scalar() if "audit_head" in tables else None
            return Schema(now, head, now is not None and now not in known, has_admin, seal)
    except SQLAlchemyError as error:
        raise BooksError(f"database {shown(engine.url)}: {brief(error)}") from error
    finally:
        engine.dispose()


def _holds_something(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return bool(file.read(1))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise BooksError(f"database {path}: {error.strerror}") from error

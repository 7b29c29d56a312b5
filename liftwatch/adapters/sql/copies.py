"""Copies of the relational store, made while services write, and put into an empty place.

SQLite by its own online backup, PostgreSQL by its own pg_dump and pg_restore. Each copy is the
store as it was at one moment, and what is counted is counted at that moment.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from liftwatch.adapters.backup_folder import sync
from liftwatch.adapters.sql.connect import connect, make_folder, parsed_url, shown
from liftwatch.adapters.sql.migrations.versions import v0023_grafana
from liftwatch.adapters.sql.trouble import BooksError, brief

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; left behind by another, it would be read as part of ours."""

ONE_FILE = "PRAGMA journal_mode = DELETE"
"""Takes what is beside a file into it."""
TABLES_OF_SQLITE = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
)


class Copied(NamedTuple):
    """Which database made a copy, and how many rows of each table are in it."""

    server: str
    rows: dict[str, int]


def copy_out(url: str, file: Path) -> Copied:
    """Write a copy of a database to a new file; raises BooksError, one line."""
    with _in_one_line(url) as parsed:
        if parsed.get_backend_name() == "sqlite":
            return _copy_sqlite(Path(parsed.database or ""), file)
        return _dump(url, parsed, file)


@contextmanager
def copied_in(url: str, file: Path) -> Iterator[str]:
    """Put a copy into a database that is still empty; yields the URL to look at it by.

    In SQLite that is of a file beside, which takes its place when the block ends well. Raises
    BooksError, one line, also when there is anything at the place.
    """
    with _in_one_line(url) as parsed:
        if parsed.get_backend_name() == "sqlite":
            make_folder(parsed)
            with _beside(Path(parsed.database or ""), file) as part:
                yield f"sqlite:///{part}"
        else:
            _load(url, parsed, file)
            try:
                yield url
            except Exception as error:
                more = "the database is filled by now; make an empty one before another try"
                raise BooksError(f"{error}; {more}") from error


def rows_at(url: str) -> dict[str, int]:
    """How many rows each table has."""
    with _in_one_line(url), _engine(url) as engine, engine.connect() as connection:
        return _rows(connection)


@contextmanager
def _in_one_line(url: str) -> Iterator[URL]:
    parsed = parsed_url(url)
    try:
        yield parsed
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        why = getattr(error, "strerror", None) or brief(error)
        raise BooksError(f"database {shown(parsed)}: {why}") from error


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _rows(connection: Connection) -> dict[str, int]:
    names = sorted(inspect(connection).get_table_names())
    counted = {name: select(func.count()).select_from(table(name)) for name in names}
    return {name: connection.execute(query).scalar_one() for name, query in counted.items()}


def _copy_sqlite(source: Path, file: Path) -> Copied:
    """All pages in one read, which in WAL mode holds up no writer."""
    reads = f"{source.absolute().as_uri()}?mode=ro"
    try:
        return _copied(reads, file)
    except sqlite3.Error as error:
        raise BooksError(f"copying {source} to {file}: {brief(error)}") from error


def _copied(reads: str, file: Path) -> Copied:
    with closing(sqlite3.connect(reads, uri=True)) as there, closing(sqlite3.connect(file)) as here:
        there.backup(here)
        here.execute(ONE_FILE)
        wrong = here.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if wrong != "ok" or here.execute("PRAGMA foreign_key_check").fetchone():
            raise BooksError(f"the database is damaged: {wrong}")
        names = [name for (name,) in here.execute(TABLES_OF_SQLITE)]
        counts = [here.execute(f'SELECT count(*) FROM "{one}"').fetchone()[0] for one in names]
    return Copied(f"SQLite {sqlite3.sqlite_version}", dict(zip(names, counts, strict=True)))


@contextmanager
def _beside(target: Path, file: Path) -> Iterator[Path]:
    """A copy of a file beside its place, which nothing may have taken, now or at the end."""
    taken = [f"{target}{end}" for end in ("", *BESIDE) if os.path.lexists(f"{target}{end}")]
    if taken:
        raise BooksError(f"{taken[0]} is there already: a backup is put into an empty place only")
    place, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}-")
    part = Path(name)
    try:
        with file.open("rb") as copy, open(place, "wb") as made:
            shutil.copyfileobj(copy, made, 1 << 20)
        yield part
        with closing(sqlite3.connect(part)) as here:
            here.execute(ONE_FILE)
        sync(part)
        os.link(part, target)
        sync(target.absolute().parent)
    except FileExistsError as error:
        raise BooksError(f"{target} has just been made by another") from error
    finally:
        for end in ("", *BESIDE):
            with suppress(FileNotFoundError):
                os.unlink(f"{name}{end}")


def _dump(url: str, parsed: URL, file: Path) -> Copied:
    with _engine(url) as engine, engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        rows = _rows(connection)
        server = connection.execute(text("SHOW server_version")).scalar_one()
        options: tuple[str, ...] = (
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--file={file}",
        )
        # Whoever owns no table meets row-level security, whose policies let all but views through;
        # what Grafana's readers see is made anew when a copy is put back.
        options += ("--enable-row-security", "--exclude-schema=grafana", "--lock-wait-timeout=30s")
        _run("pg_dump", parsed, *options)
    return Copied(f"PostgreSQL {server}", rows)


def _load(url: str, parsed: URL, file: Path) -> None:
    with _engine(url) as engine:
        with engine.connect() as connection:
            found = inspect(connection).get_table_names()
        if found:
            raise BooksError(
                f"database {shown(parsed)} has tables already, {found[0]} among them: a backup is"
                " put into an empty one only"
            )
        with tempfile.NamedTemporaryFile("w", suffix=".list") as listed:
            listed.write(_without_grafana(_listed(file)))
            listed.flush()
            options = ("--single-transaction", "--exit-on-error", f"--use-list={listed.name}")
            _run("pg_restore", parsed, *options, str(file))
        with engine.begin() as connection:  # a plan for tables without figures is a bad one
            connection.execute(text("ANALYZE"))
            if _has_schema(connection) and v0023_grafana.may_make(connection):
                v0023_grafana.make(connection)


def _has_schema(connection: Connection) -> bool:
    """Whether what was put back knows of Grafana's readers: older copies do at the next start."""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) >= v0023_grafana.revision


def _listed(file: Path) -> str:
    _need("pg_restore")
    done = subprocess.run(
        ["pg_restore", "--list", str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BooksError(f"pg_restore: {' '.join(done.stderr.split())[:300]}")
    return done.stdout


def _without_grafana(contents: str) -> str:
    """A list of contents without what is of roles that another server need not have: they, and all
    that depends on them, are made anew.

    >>> print(_without_grafana("1; 2 3 POLICY public lift all_rows x\\n4; 5 6 TABLE public lift x"))
    4; 5 6 TABLE public lift x
    """
    return "\n".join(line for line in contents.splitlines() if not _OF_GRAFANA.match(line))


_OF_GRAFANA = re.compile(
    r"\d+; \d+ \d+ (?:(?:POLICY|ROW SECURITY) public |SCHEMA - grafana |[A-Z ]+ grafana )"
)


def _need(program: str) -> None:
    if shutil.which(program) is None:
        raise BooksError(f"{program} is not installed (Debian: postgresql-client)")


def _run(program: str, parsed: URL, *options: str) -> None:
    """One of PostgreSQL's own programs; the password is in no list of processes."""
    _need(program)
    password = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    where = URL.create(
        "postgresql",
        username=parsed.username,
        host=parsed.host,
        port=parsed.port,
        database=parsed.database,
        query=parsed.query,
    )
    done = subprocess.run(
        [
            program,
            f"--dbname={where.render_as_string(hide_password=False)}",
            *("--no-password", "--no-owner", "--no-privileges", *options),
        ],
        env=os.environ | password | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"]
        raise BooksError(f"{program}: {lines[0].removeprefix(f'{program}: error: ')[:300]}")

"""`liftwatch backup` and `restore`: the relational store, and whether it can be read again.

What else an installation is made of, and why it is not taken, stands in `docs/decisions/0019`.
"""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from liftwatch import __version__
from liftwatch.access.secrets import Seal, all_secrets, new_secret, secret_bytes
from liftwatch.adapters import backup_folder
from liftwatch.adapters.backup_folder import COPIES, BackupError, Database, Manifest
from liftwatch.adapters.sql import BooksError, SqlBooks
from liftwatch.adapters.sql.check import schema_of
from liftwatch.adapters.sql.connect import parsed_url
from liftwatch.adapters.sql.copies import copied_in, copy_out, rows_at
from liftwatch.adapters.sql.migrate import bring_up_at, known_steps
from liftwatch.adapters.sql.seals import tally
from liftwatch.audit.anchors import AnchorError, line_of, parse_anchors
from liftwatch.audit.chain import Anchor, SealError
from liftwatch.audit.entry import Act
from liftwatch.audit.persons import IdentityError
from liftwatch.clock import now_ms, rfc3339
from liftwatch.commands.audit import anchors_of, end_of, sentence, user_here, verdict_of
from liftwatch.commands.wiring import SECRET_FILE, no_books, secrets_at, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.ports import StoreUnavailable
from liftwatch.settings import Settings, audit_keys

NOT_IN_IT = (
    "not in it, keep them elsewhere: LIFTWATCH_SECRET or secret.key, LIFTWATCH_AUDIT_KEY,"
    " LIFTWATCH_FUND_KEY, the fund's anchors; telemetry, journal, models: docs/operations.md"
)


def backup_command(under: Path) -> bool:
    """Make a backup in a new folder under a folder; False when the trail in it is not whole.

    Failure when there is none at the end.
    """
    settings = settings_or_fail()
    url = settings.database_in(settings.data_dir)
    made = rfc3339(now_ms())
    folder = under / f"liftwatch-{made[:19].replace('-', '').replace(':', '')}Z"
    with _in_one_line(settings):
        schema = schema_of(url)
        if schema.now is None:
            raise BackupError("the database holds nothing of ours: there is nothing to copy")
        if schema.ahead:
            raise BackupError(
                f"the database has schema {schema.now}, newer than this version knows"
            )
        database = _database_of(url)
        # before the copy, which then holds its end: nothing is ever taken from behind it
        trail = _trail(url, settings) if schema.now == schema.head else UNKNOWN
        with backup_folder.new_folder(folder):
            copied = copy_out(url, folder / COPIES[database])
            manifest = Manifest(
                made=made,
                liftwatch=__version__,
                database=database,
                server=copied.server,
                schema=schema.now,
                rows=copied.rows,
                trail=trail.told,
                anchor=trail.end,
            )
            backup_folder.finish(folder, manifest)
    print(f"{folder}: schema {schema.now}, {sum(copied.rows.values())} rows; trail {trail.told}")
    print(NOT_IN_IT)
    return trail.whole


def restore_command(folder: Path, *, anchors: Path | None) -> bool:
    """Put a backup into an empty place; False when something is missing to use all of it.

    Failure when nothing was put there.
    """
    kept = [] if anchors is None else anchors_of(anchors)
    settings = settings_or_fail()
    url = settings.database_in(settings.data_dir)
    _secrets_here(settings)  # one that is none is told before anything is put anywhere
    with _in_one_line(settings):
        manifest = backup_folder.read(folder)
        _refuse_unfit(manifest, url)
        kept += parse_anchors([manifest.anchor or ""])
        with copied_in(url, folder / COPIES[manifest.database]) as there:
            if rows_at(there) != manifest.rows:
                raise BackupError("there are not as many rows as there were in the backup")
            moved = bring_up_at(there)
            trail = _trail(there, settings, kept)
            missing = [*unread(there, settings)]
            _note(there, settings, manifest)
    if not trail.whole:
        missing.append(f"the trail is not whole: {trail.told}")
    rows = sum(manifest.rows.values())
    print(f"restored as of {manifest.made}: {rows} rows, schema {moved.now}; trail {trail.told}")
    for line in missing:
        print(f"liftwatch: {line}", file=sys.stderr)
    return not missing


class Trail(NamedTuple):
    """Whether the trail is whole, in words, too, and its end as a line of `audit anchors`."""

    whole: bool
    told: str
    end: str | None


UNKNOWN = Trail(True, "not verified: the schema is not this version's", None)


def _trail(url: str, settings: Settings, kept: Sequence[Anchor] = ()) -> Trail:
    with contextlib.closing(SqlBooks(url, audit_keys=audit_keys(settings.audit_key))) as books:
        end = next(map(line_of, end_of(books)), None)
        verdict = verdict_of(books, kept)
    return Trail(verdict.wrong is None, sentence(verdict), end)


def _note(url: str, settings: Settings, manifest: Manifest) -> None:
    """Say in the trail that it was put back, and by whom; without its key nobody can."""
    act = Act(
        at_ms=now_ms(),
        person=f"os:{user_here()}",
        action="store.restore",
        target_kind="store",
        target=manifest.database,
        channel="cli",
        detail={"made": manifest.made},
    )
    keys = audit_keys(settings.audit_key)
    with (
        contextlib.closing(SqlBooks(url, audit_keys=keys)) as books,
        contextlib.suppress(SealError),
        books.begin() as work,
    ):
        work.audit(act)


def unread(url: str, settings: Settings) -> Iterator[str]:
    """One line when names are sealed with a secret that is not here; none is made.

    Failure when the file of the secret holds none.
    """
    file = settings.data_dir / SECRET_FILE
    given = settings.secret.get_secret_value()
    secrets = _secrets_here(settings)
    with contextlib.closing(SqlBooks(url)) as books:
        # without a secret a new one, which opens nothing
        found = tally(books, Seal(*(secrets or [secret_bytes(new_secret())])))
    if found.unreadable:
        what = f"{found.unreadable} of {found.values} sealed names and answers"
        where = "LIFTWATCH_SECRET" if given else str(file)
        why = "is another one" if secrets else "is missing"
        yield f"{what} cannot be read: {where} {why}; put the installation's there before a start"


def _secrets_here(settings: Settings) -> tuple[bytes, ...]:
    if given := settings.secret.get_secret_value():
        return all_secrets(given)
    file = settings.data_dir / SECRET_FILE
    return secrets_at(file) if file.exists() else ()


def _database_of(url: str) -> Database:
    return "sqlite" if parsed_url(url).get_backend_name() == "sqlite" else "postgresql"


def _refuse_unfit(manifest: Manifest, url: str) -> None:
    if manifest.database != _database_of(url):
        raise BackupError(f"a backup of {manifest.database} fits no {_database_of(url)}")
    if manifest.schema not in known_steps():
        raise BackupError(f"it has schema {manifest.schema}, newer than this version knows")


@contextlib.contextmanager
def _in_one_line(settings: Settings) -> Iterator[None]:
    try:
        yield
    except BooksError as error:
        raise no_books(settings, error) from error
    except (AnchorError, BackupError, IdentityError, OSError, StoreUnavailable) as error:
        raise Failure(f"backup: {error}") from error

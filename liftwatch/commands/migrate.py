"""`liftwatch migrate`: the relational store brought to this version's schema, at one's own hour.

Every start does the same by itself, under the same lock (`docs/decisions/0019`).
"""

from liftwatch.adapters.sql import BooksError
from liftwatch.adapters.sql.check import schema_of
from liftwatch.adapters.sql.migrate import bring_up_at
from liftwatch.commands.wiring import no_books, settings_or_fail

NOTHING = "nothing"


def migrate_command() -> None:
    """Bring it up and say from where; Failure when it cannot be."""
    settings = settings_or_fail()
    try:
        before, now = bring_up_at(settings.database_in(settings.data_dir))
    except BooksError as error:
        raise no_books(settings, error) from error
    print(f"already at {now}" if before == now else f"brought from {before or NOTHING} to {now}")


def check_command() -> bool:
    """Say what is outstanding and change nothing; False when something is."""
    settings = settings_or_fail()
    try:
        schema = schema_of(settings.database_in(settings.data_dir))
        if schema.ahead:
            raise BooksError(f"the database has schema {schema.now}, newer than this version knows")
    except BooksError as error:
        raise no_books(settings, error) from error
    if schema.now == schema.head:
        print(f"already at {schema.now}")
        return True
    print(f"at {schema.now or NOTHING}: {schema.head} is outstanding")
    return False

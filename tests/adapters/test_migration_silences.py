"""The step to silences that end properly: what was hidden stays, what is in force is looked at."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.migrate import migrate
from liftwatch.incidents.silences import Hidden

OLD = (
    "INSERT INTO incident (id, lift, scope, lifts, kind, severity, severity_max, state, alarm,"
    " opened_ms, raised_ms, late, exercise, version, occurrences, area, estate, evidence)"
    " VALUES ('i', 'L-1', NULL, '[]', 'door_blocked', 3, 3, 'raised', 'raised', 1, 1, false,"
    " false, 1, 1, '320583', 'garden', '{}')",
    "INSERT INTO silence (id, area, estate, from_ms, until_ms, why, made_ms, ended_ms, version)"
    " VALUES ('s', '320583', 'garden', 0, 100, 'painters', 0, NULL, 1)",
    "INSERT INTO silence (id, area, estate, from_ms, until_ms, why, made_ms, ended_ms, version)"
    " VALUES ('e', '320583', 'garden', 0, 100, 'painters', 0, 50, 2)",
    'INSERT INTO incident_hidden (incident, occurrence, "by", "of", at_ms)'
    " VALUES ('i', 1, 'silence', 's', 7)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/books.sqlite"
    found: str = request.getfixturevalue("postgres_database")
    return found


def test_a_silence_that_was_in_force_before_is_looked_at(url: str) -> None:
    """With what it hid; one that a person ended is not."""
    with closing(SqlBooks(url)) as books:
        migrate(books.engine, to="0016")
        with books.begin() as work:
            for statement in OLD:
                work.connection.execute(text(statement))
        migrate(books.engine)
        hidden = Hidden(incident="i", occurrence=1, at_ms=7, by="silence", of="s")
        assert books.hidden(since_ms=0) == [hidden]
        (due,) = books.deadlines()
        assert (due.what, due.due_ms, due.data) == ("end-silences", 100, {"silence": "s"})

"""The step to rotas of duty: people who were there before lead nothing, and have no e-mail."""

from pathlib import Path

import pytest
from sqlalchemy import text

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.migrate import migrate
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers import people

SEAL = Seal(b"a secret of thirty-two bytes, or more")
OLD = (
    "INSERT INTO organisation (id, name, made_ms, version) VALUES ('o', 'o', 0, 1)",
    "INSERT INTO membership (id, person, role, organisation, from_ms)"
    " VALUES ('m', 'p', 'property', 'o', 0)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/books.sqlite"
    found: str = request.getfixturevalue("postgres_database")
    return found


def test_who_was_there_before_is_there_after(url: str) -> None:
    """And can be made to lead."""
    books = SqlBooks(url)
    migrate(books.engine, to="0009")
    with books.begin() as work:
        insert = "INSERT INTO person (id, login, name, epoch, failed, made_ms, version)"
        values = {"name": SEAL.close("李伟", place="person/p/name")}
        row = text(f"{insert} VALUES ('p', 'li', :name, 0, 0, 0, 1)")
        work.connection.execute(row, values)
        for statement in OLD:
            work.connection.execute(text(statement))
    migrate(books.engine)
    store = SqlPeople(books, SEAL)
    with store.reading() as reads:
        person, (member,) = reads.person("p"), reads.members("o")
        assert person is not None
        assert (person.name, person.email, member.lead) == ("李伟", None, False)
        assert reads.contacts("o").version == 0
        assert reads.rotas("o") == []
    with store.begin() as people_work:
        people.grant(people_work, "p", "property", organisation="o", now_ms=5, lead=True)
    with store.reading() as reads:
        assert [(one.until_ms, one.lead) for one in reads.members("o")] == [
            (5, False),
            (None, True),
        ]
    books.close()

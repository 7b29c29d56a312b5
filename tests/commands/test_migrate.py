"""`liftwatch migrate` on both databases: what it says, what it changes, and how it ends."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from liftwatch.__main__ import main
from liftwatch.adapters.sql import BooksError, open_books
from liftwatch.adapters.sql.check import schema_of
from liftwatch.adapters.sql.connect import connect
from liftwatch.adapters.sql.migrate import bring_up_at, migrate

BEFORE = "0007"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database, which the settings name."""
    found = f"sqlite:///{tmp_path}/books.sqlite"
    if request.param == "postgresql":
        found = request.getfixturevalue("postgres_database")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", found)
    return found


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of the command."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "migrate", *words])
        main()
    told = capsys.readouterr()
    return int(caught.value.code or 0), told.out, told.err


def go_back(url: str) -> None:
    """Make a database as an older version left it."""
    engine = connect(url)
    migrate(engine, to=BEFORE)
    engine.dispose()


def test_it_says_from_where_to_where(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--check says what is outstanding, by its exit status, too, and leaves it so."""
    head = schema_of(url).head
    assert run(capsys, "--check") == (1, f"at nothing: {head} is outstanding\n", "")
    assert schema_of(url).now is None
    go_back(url)
    assert run(capsys, "--check") == (1, f"at {BEFORE}: {head} is outstanding\n", "")
    assert schema_of(url).now == BEFORE
    assert run(capsys) == (0, f"brought from {BEFORE} to {head}\n", "")
    assert run(capsys) == (0, f"already at {head}\n", "")
    assert run(capsys, "--check") == (0, f"already at {head}\n", "")


def test_several_at_once_do_it_once(url: str) -> None:
    """One brings it up; the others wait for it and find it done."""
    go_back(url)
    with ThreadPoolExecutor(5) as pool:
        moved = list(pool.map(lambda _: bring_up_at(url), range(5)))
    head = schema_of(url).head
    assert sorted(one.before for one in moved if one.before) == [BEFORE] + [head] * 4
    assert {one.now for one in moved} == {head}


def test_a_newer_database_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By both, with one line, and it stays as it is."""
    books = open_books(url)
    with books.begin() as work:
        work.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    books.close()
    for words in ((), ("--check",)):
        code, out, err = run(capsys, *words)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "LIFTWATCH_DATABASE_URL: the database has schema 9999, newer than" in err
    assert schema_of(url).now == "9999"


@pytest.mark.parametrize("words", [(), ("--check",)])
def test_what_is_no_database_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    words: tuple[str, ...],
) -> None:
    """Garbage, a folder, a server that is away: exit status 2, no password, nothing changed."""
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"no database at all" * 1_000)
    for url in (
        f"sqlite:///{garbage}",
        f"sqlite:///{tmp_path}",
        "postgresql://u:s3cret@127.0.0.1:1/d",
    ):
        monkeypatch.setenv("LIFTWATCH_DATABASE_URL", url)
        code, out, err = run(capsys, *words)
        assert (code, out, err.count("\n")) == (2, "", 1), url
        assert "s3cret" not in err
    assert garbage.read_bytes() == b"no database at all" * 1_000
    assert [one.name for one in tmp_path.iterdir()] == ["garbage"]


def test_a_service_needs_no_right_to_change_tables(postgres_database: str) -> None:
    """Where the schema is right; where it is not, a start says so in one line."""
    go_back(postgres_database)
    engine = connect(postgres_database)
    name = f"service_{make_url(postgres_database).database}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
    as_service = postgres_database.replace("lift@", f"{name}@")
    grants = text(
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name};"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"
    )
    try:
        with engine.begin() as connection:
            connection.execute(grants)
        with pytest.raises(BooksError, match=r"\Adatabase .*(permission denied|must be owner)"):
            open_books(as_service)
        bring_up_at(postgres_database)
        with engine.begin() as connection:
            connection.execute(grants)
        books = open_books(as_service)
        with books.begin() as work:
            assert work.publish("lift", {}) == 1
        books.close()
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {name}; DROP ROLE {name}"))
        engine.dispose()

"""`liftwatch terminals` on both databases: the table, what is printed, and what is refused."""

import base64
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from liftwatch.__main__ import app, main
from liftwatch.adapters.mosquitto import ACL, PASSWORDS, hashed
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.terminals import SqlTerminals


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the commands use."""
    found = f"sqlite:///{tmp_path}/books.sqlite"
    if request.param == "postgresql":
        found = request.getfixturevalue("postgres_database")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", found)
    monkeypatch.setenv("LIFTWATCH_MOSQUITTO_DIR", str(tmp_path / "broker"))
    monkeypatch.delenv("LIFTWATCH_MOSQUITTO_PID_FILE", raising=False)
    return found


@pytest.fixture
def table(url: str) -> Iterator[SqlTerminals]:
    """What the commands have written."""
    books = open_books(url)
    yield SqlTerminals(books)
    books.close()


def run(*words: str) -> None:
    """One command that must succeed."""
    app(["terminals", *words], standalone_mode=False)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that fails says."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "terminals", *words])
        main()
    told = capsys.readouterr()
    assert (caught.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    return told.err


def test_a_credential_from_its_issue_to_its_end(
    table: SqlTerminals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The password is printed and stands nowhere; the broker's files follow the table."""
    run("issue", "T-7", "--lift", "LIFT-0002", "--lift", "LIFT-0001", "--gateway", "GW-0001")
    told = capsys.readouterr().out
    password = told.split("password: ")[1].split()[0]
    (one,) = table.all()
    assert (one.name, one.lifts, one.gateway) == ("T-7", ("LIFT-0001", "LIFT-0002"), "GW-0001")
    written = (tmp_path / "broker" / PASSWORDS).read_text()
    assert written == f"T-7:{one.secret}\n"
    assert password not in written + str(one)
    run("bind", "T-7", "--any-lift")
    assert table.all()[0].lifts == ()
    assert table.all()[0].secret == one.secret
    run("bind", "T-7", "--lift", "LIFT-0003", "--gateway", "")
    run("rotate", "T-7")
    (two,) = table.all()
    assert (two.lifts, two.gateway) == (("LIFT-0003",), None)
    assert two.secret not in (None, one.secret)
    run("revoke", "T-7")
    (three,) = table.all()
    assert (three.secret, three.lifts, three.revoked) == (None, (), True)
    assert (tmp_path / "broker" / PASSWORDS).read_text() == ""
    assert "T-7" not in (tmp_path / "broker" / ACL).read_text()
    capsys.readouterr()
    run("issue", "T-7")
    run("list")
    assert capsys.readouterr().out.splitlines()[-1].split()[:4] == [
        "T-7",
        "terminal",
        "in",
        "force",
    ]


def test_what_is_refused_is_one_line_and_changes_nothing(
    table: SqlTerminals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, no password, the files as they were."""
    run("issue", "T-7", "--lift", "LIFT-0001")
    run("issue", "T-8")
    run("revoke", "T-8")
    before = table.all(), (tmp_path / "broker" / PASSWORDS).read_text()
    bad = [
        (("issue", "a b"), "is no name"),
        (("issue", "a\nuser root"), "is no name"),
        (("issue", "+"), "is no name"),
        (("issue", "T-9", "--lift", "LIFT+"), "is no lift"),
        (("issue", "T-9", "--lift", "#"), "is no lift"),
        (("issue", "T-9", "--gateway", "GW 1"), "is no gateway"),
        (("issue", "T-7"), "T-7 exists"),
        (("issue", "T-9", "--role", "admin"), "admin"),
        (("issue", "in", "--role", "reader", "--lift", "LIFT-0001"), "speaks for no lift"),
        (("rotate", "T-9"), "is not known"),
        (("rotate", "T-8"), "is revoked"),
        (("revoke", "T-8"), "is revoked"),
        (("bind", "T-7"), "say which lifts"),
        (("bind", "T-7", "--any-lift", "--lift", "LIFT-0001"), "either"),
        (("renew", "T-7"), "renew"),
    ]
    for words, said in bad:
        assert said in refused(capsys, *words)
    assert (table.all(), (tmp_path / "broker" / PASSWORDS).read_text()) == before


def test_a_password_that_was_made_elsewhere(
    table: SqlTerminals,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes by a pipe and is not shown; one that people think of is refused."""
    for bad in ("", "short", "twelve trombones played at midnight", "x" * 31, "x" * 257):
        monkeypatch.setattr(sys, "stdin", io.StringIO(bad + "\n"))
        said = refused(capsys, "issue", "ingest", "--role", "reader", "--password-stdin")
        assert "32 and more random characters" in said
        assert bad not in said or not bad
    assert table.all() == []
    password = "A-z_" * 8
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    run("issue", "ingest", "--role", "reader", "--password-stdin")
    told = capsys.readouterr()
    assert "password: " not in told.out
    assert password not in told.out + told.err
    kept = (tmp_path / "broker" / PASSWORDS).read_text().strip().split(":")[1]
    assert kept == hashed(password, base64.b64decode(kept.split("$")[3]))


def test_files_that_cannot_be_written_are_written_later(
    table: SqlTerminals,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The password is not lost with it: it was shown, and is in the table."""
    monkeypatch.setenv("LIFTWATCH_MOSQUITTO_DIR", "/proc/none")
    done = subprocess.run(
        [sys.executable, "-m", "liftwatch", "terminals", "issue", "T-7"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "password: " in done.stdout
    assert "`liftwatch terminals write`" in done.stderr
    monkeypatch.setenv("LIFTWATCH_MOSQUITTO_DIR", str(tmp_path / "broker"))
    run("write")
    assert table.all()[0].secret in (tmp_path / "broker" / PASSWORDS).read_text()
    assert "SIGHUP" in capsys.readouterr().err


def test_who_shares_a_lift_is_told(table: SqlTerminals, capsys: pytest.CaptureFixture[str]) -> None:
    """It is allowed, but not by mistake."""
    run("issue", "T-7", "--lift", "LIFT-0001")
    run("issue", "T-8", "--lift", "LIFT-0001")
    assert "T-7 is bound to LIFT-0001, too" in capsys.readouterr().err
    assert [one.lifts for one in table.all()] == [("LIFT-0001",)] * 2

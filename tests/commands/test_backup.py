"""Backups on both databases, made while somebody writes, and what becomes of damaged ones."""

import contextlib
import json
import os
import shutil
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from liftwatch.__main__ import main
from liftwatch.access.secrets import Seal, new_secret, secret_bytes
from liftwatch.adapters import backup_folder
from liftwatch.adapters.backup_folder import COPIES, MANIFEST, SUMS
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.check import schema_of
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.chain import Anchor
from liftwatch.clock import now_ms
from liftwatch.handlers import people
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.sign_in import Refused, sign_in
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import IncidentFilter
from liftwatch.settings import audit_keys, load_settings
from tests.commands.test_migrate import BEFORE, go_back
from tests.contracts.trail import DAY, MONDAY_MS, act, by_hand, note

KEY, SECRET = "bGlmdHdhdGNo" * 4, new_secret()
PASSWORD = "correct horse battery"
Empty = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    """Makes URLs of empty places, each another one."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path}/{uuid.uuid4().hex}/books.sqlite"
        return
    import psycopg

    postgres, names = request.getfixturevalue("postgres"), []

    def make() -> str:
        names.append(f"test_{uuid.uuid4().hex}")
        run_sql(f"CREATE DATABASE {names[-1]}")
        return str(postgres.url.replace("/postgres", f"/{names[-1]}"))

    def run_sql(statement: str) -> None:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    yield make
    for name in names:
        run_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def books(empty: Empty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlBooks]:
    """An installation with people, incidents, a trail and an anchor; the settings name it."""
    url = empty()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", KEY)
    monkeypatch.setenv("LIFTWATCH_SECRET", SECRET)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", url)
    made = open_books(url, audit_keys=audit_keys(load_settings().audit_key))
    with SqlPeople(made, Seal(secret_bytes(SECRET))).begin() as work:
        for k in range(20):
            people.make_person(
                work, login=f"p{k}", name=f"李 {k}", password=PASSWORD if k == 7 else None, now_ms=0
            )
    note(made, act(0), act(1))
    with made.begin() as work:
        work.put_anchor(Anchor(day=DAY, n=2, hash=made.audit_head().hash))
    for k in range(10):
        happen(made, k)
    yield made
    made.close()


def happen(books: SqlBooks, k: int, *, read: bool = True) -> None:
    """An incident, and somebody who reads it."""
    apply_alarm(
        books,
        AlarmChange(
            area="320583",
            estate="garden",
            lift=f"LIFT-{k:04}",
            kind="entrapment",
            edge="raised",
            opened_ms=MONDAY_MS + k,
            at_ms=MONDAY_MS + k,
            severity=1,
        ),
    )
    if read:
        note(books, act(k))


def incidents(books: SqlBooks) -> list[Incident]:
    """All of them in the order in which they happened."""
    found = books.incidents(IncidentFilter(), limit=100_000).items
    return sorted(found, key=lambda one: one.opened_ms)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of a command."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", *words])
        main()
    told = capsys.readouterr()
    return int(caught.value.code or 0), told.out, told.err


@contextlib.contextmanager
def writing(books: SqlBooks, first: int) -> Iterator[None]:
    """Somebody to whom something happens all the time, from another thread."""
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        k = first
        while not stop.is_set():
            happen(books, k)
            k += 1
            if k == first + 3:
                begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(30)
    try:
        yield
    finally:
        stop.set()
        thread.join()


def made_backup(capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup, and nothing to complain of."""
    code, out, err = run(capsys, "backup", "backups")
    assert (code, err) == (0, ""), out
    assert "not in it, keep them elsewhere: LIFTWATCH_SECRET" in out
    return Path(out.split(": ")[0])


def test_an_installation_comes_back_as_it_was(
    books: SqlBooks,
    empty: Empty,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A backup while incidents happen; later the house burns down; in an empty place all is as it was
    at one moment: whoever signs in does, names are read, the trail is whole and goes on.
    """
    with writing(books, 10):
        before = incidents(books)
        folder = made_backup(capsys)
    after = incidents(books)
    assert 13 <= len(before) <= len(after)

    there = empty()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", there)
    code, out, err = run(capsys, "restore", str(folder))
    assert (code, err) == (0, "")
    assert "trail intact: " in out
    assert out.endswith("2 anchors fit\n")
    restored = open_books(there, audit_keys=books.audit_keys)
    found = incidents(restored)
    assert len(before) <= len(found) <= len(after)
    assert found == after[: len(found)]
    *acts, last = restored.audit_after(0)
    assert 0 <= len(found) + 2 - len(acts) <= 1  # an incident, then its entry
    assert (last.action, last.detail.split('"')[1]) == ("store.restore", "made")
    assert restored.stream_head() == len(restored.stream_after(0, limit=100_000))
    store = SqlPeople(restored, Seal(secret_bytes(SECRET)))
    assert sign_in(store, "p7", PASSWORD, now_ms=now_ms()).name == "李 7"
    with pytest.raises(Refused):
        sign_in(store, "p7", "wrong password", now_ms=now_ms())
    assert run(capsys, "audit", "verify")[0] == 0
    happen(restored, 9_999)
    assert run(capsys, "audit", "verify")[0] == 0
    assert run(capsys, "migrate", "--check")[0] == 0
    restored.close()


def test_the_trail_is_held_against_anchors_kept_elsewhere(
    books: SqlBooks,
    empty: Empty,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A backup of a bent trail is made, told, and told again where it is restored."""
    _, lines, _ = run(capsys, "audit", "anchors")
    Path("kept").write_text(lines)
    by_hand(books, "UPDATE audit SET outcome = 'refused' WHERE n = 5")
    code, out, err = run(capsys, "backup", "backups")
    assert (code, err) == (1, "")
    assert "trail entry 5: changed: " in out
    folder = str(next(Path("backups").iterdir()))
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
    code, out, err = run(capsys, "restore", folder, "--anchors", "kept")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("liftwatch: the trail is not whole: entry 5: changed: ")
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
    code, _, err = run(capsys, "restore", folder, "--anchors", "none")
    assert (code, err.count("\n")) == (2, 1)


def test_anchors_show_a_backup_that_is_too_old(
    books: SqlBooks,
    empty: Empty,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was acted since is missing, and it says so."""
    folder = made_backup(capsys)
    happen(books, 77)
    Path("kept").write_text(run(capsys, "audit", "anchors")[1])
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
    code, _, err = run(capsys, "restore", str(folder), "--anchors", "kept")
    assert (code, err.count("\n")) == (1, 1)
    assert "entry 13 is not there at the end" in err


@pytest.mark.usefixtures("books")
def test_a_missing_secret_is_told(
    empty: Empty,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All is there, names cannot be read: exit status 1, and no other secret is made of it."""
    folder = made_backup(capsys)
    monkeypatch.setenv("LIFTWATCH_SECRET", new_secret())
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
    code, _, err = run(capsys, "restore", str(folder))
    assert (code, err.count("\n")) == (1, 1)
    assert "20 of 20 sealed names and answers cannot be read: LIFTWATCH_SECRET is another" in err
    monkeypatch.delenv("LIFTWATCH_SECRET")
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "secret.key").write_text("c2hvcnQ=")
    there = empty()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", there)
    code, _, err = run(capsys, "restore", str(folder))
    assert (code, err.count("\n"), schema_of(there).now) == (2, 1, None)
    (tmp_path / "data" / "secret.key").unlink()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
    code, _, err = run(capsys, "restore", str(folder))
    assert (code, err.count("\n")) == (1, 1)
    assert "secret.key is missing; put the installation's there before a start" in err
    assert run(capsys, "admin", "link", "p7")[0] == 2
    assert not (tmp_path / "data" / "secret.key").exists()
    monkeypatch.setenv("LIFTWATCH_SECRET", SECRET)
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", "")
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
    code, _, err = run(capsys, "restore", str(folder))
    assert (code, err.count("\n")) == (1, 1)
    assert "which is not given" in err


@pytest.mark.usefixtures("books")
def test_it_goes_into_an_empty_place_only(capsys: pytest.CaptureFixture[str]) -> None:
    """What is there stays as it is; a second backup stands beside the first."""
    folder = made_backup(capsys)
    code, out, err = run(capsys, "restore", str(folder))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "put into an empty" in err
    os.rename(folder, f"{folder}-1")
    assert made_backup(capsys) != Path(f"{folder}-1")
    assert len(list(Path("backups").iterdir())) == 2


def test_a_backup_of_an_older_version_is_brought_up(
    empty: Empty,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one is made before an upgrade, with the new version; the backup changes nothing."""
    url = empty()
    monkeypatch.chdir(tmp_path)
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", url)
    assert run(capsys, "backup", "backups")[::2] == (
        2,
        "liftwatch: backup: the database holds nothing of ours: there is nothing to copy\n",
    )
    go_back(url)
    folder = made_backup(capsys)
    assert schema_of(url).now == json.loads((folder / MANIFEST).read_text())["schema"] == BEFORE
    there = empty()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", there)
    code, out, _ = run(capsys, "restore", str(folder))
    assert code == 0
    assert f"schema {schema_of(url).head}; trail intact: no entries" in out


@pytest.mark.usefixtures("books")
def test_what_is_damaged_or_foreign_is_refused(
    empty: Empty, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, exit status 2, and the place stays empty."""
    whole = made_backup(capsys)
    manifest = backup_folder.read(whole)
    copy = COPIES[manifest.database]
    there = empty()
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", there)

    def cut(folder: Path) -> None:
        with (folder / copy).open("r+b") as file:
            file.truncate(file.seek(0, os.SEEK_END) - 100)

    def flip(folder: Path) -> None:
        data = bytearray((folder / copy).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / copy).write_bytes(data)

    def change(**values: object) -> Callable[[Path], None]:
        return lambda folder: backup_folder.finish(folder, structs.replace(manifest, **values))

    other = "postgresql" if manifest.database == "sqlite" else "sqlite"
    rows = manifest.rows | {"person": 19}
    for k, (damage, said) in enumerate(
        [
            (cut, f"{copy} is damaged"),
            (flip, f"{copy} is damaged"),
            (lambda folder: (folder / copy).unlink(), f"{copy}: No such file"),
            (lambda folder: (folder / SUMS).unlink(), "was not finished"),
            (lambda folder: (folder / MANIFEST).write_text("{}"), f"{MANIFEST} is damaged"),
            (shutil.rmtree, "No such file"),
            (change(form=2), "form 2"),
            (change(schema="9999"), "schema 9999, newer than this version knows"),
            (change(rows=rows), "not as many rows"),
            (lambda folder: (folder / SUMS).write_text("garbage\n"), f"{SUMS} is damaged"),
        ]
    ):
        folder = Path(f"damaged-{k}")
        shutil.copytree(whole, folder)
        damage(folder)
        if "not as many" in said and manifest.database != "sqlite":
            monkeypatch.setenv("LIFTWATCH_DATABASE_URL", empty())
            code, _, err = run(capsys, "restore", str(folder))
            assert (code, err.count("\n")) == (2, 1)
            assert "rows as there were in the backup; the database is filled by now" in err
            monkeypatch.setenv("LIFTWATCH_DATABASE_URL", there)
            continue
        code, out, err = run(capsys, "restore", str(folder))
        assert (code, out, err.count("\n")) == (2, "", 1), said
        assert said in err
        assert schema_of(there).now is None, said
    foreign = Path("foreign")
    shutil.copytree(whole, foreign)
    (foreign / copy).rename(foreign / COPIES[other])
    change(database=other)(foreign)
    code, _, err = run(capsys, "restore", str(foreign))
    assert (code, err) == (
        2,
        f"liftwatch: backup: a backup of {other} fits no {manifest.database}\n",
    )
    assert run(capsys, "restore", str(whole))[0] == 0


@pytest.mark.parametrize("read", [True, False])
def test_a_damaged_database_makes_no_backup(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    read: bool,
) -> None:
    """Whether the trail lies in what is damaged or not: one line, and nothing like a backup."""
    file = tmp_path / "books.sqlite"
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", f"sqlite:///{file}")
    books = open_books(f"sqlite:///{file}")
    for k in range(200):
        happen(books, k, read=read)
    books.close()
    data = bytearray(file.read_bytes())
    data[-40_960:-20_480] = bytes(20_480)
    file.write_bytes(data)
    code, out, err = run(capsys, "backup", str(tmp_path / "backups"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "malformed" in err if read else "is damaged: *** in database main ***" in err
    assert not list(tmp_path.glob("backups/*"))

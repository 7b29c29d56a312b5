"""`liftwatch admin` and the secret of an installation."""

import io
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from liftwatch.__main__ import main
from liftwatch.access.secrets import digest, new_secret
from liftwatch.clock import now_ms
from liftwatch.commands.wiring import SECRET_FILE, open_stores, people_of, secrets_of
from liftwatch.failure import Failure
from liftwatch.handlers.sign_in import follow_link, sign_in
from liftwatch.settings import SettingsError, load_settings

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("LIFTWATCH_SECRET", raising=False)
    return tmp_path / "data"


def run(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> int:
    """One command; its exit status."""
    monkeypatch.setattr(sys, "argv", ["liftwatch", "admin", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_first_administrator_signs_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the password given, or by a link that is printed; the same login only once."""
    words = ("create", "Root", "--password-stdin")
    assert run(monkeypatch, *words, typed=f"{PASSWORD}\n") == 0
    assert "root is an administrator" in capsys.readouterr().out
    assert run(monkeypatch, *words, typed=f"{PASSWORD}\n") == 2
    assert capsys.readouterr().err == "liftwatch: admin: Root exists already\n"
    assert run(monkeypatch, "link", "root") == 0
    url = capsys.readouterr().out.splitlines()[1]
    assert run(monkeypatch, "link", "nobody") == 2
    assert "nobody may come in" in capsys.readouterr().err
    settings = load_settings()
    with open_stores(settings, folder) as stores:
        store = people_of(settings, stores, folder)
        assert sign_in(store, "root", PASSWORD, now_ms=now_ms()).login == "root"
        with store.begin() as work:
            assert work.credential(digest(url.rpartition("/")[2])) is not None
            assert follow_link(work, url.rpartition("/")[2], now_ms=now_ms()) is not None
            assert work.has_admin()


@pytest.mark.parametrize(
    ("login", "typed", "why"),
    [
        ("root", "short\n", "at least 12 characters"),
        ("root", "", "at least 12 characters"),
        ("r t", f"{PASSWORD}\n", "is no login"),
    ],
)
def test_what_makes_no_administrator(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    login: str,
    typed: str,
    why: str,
) -> None:
    """One line, and the password is not in it."""
    assert run(monkeypatch, "create", login, "--password-stdin", typed=typed) == 2
    err = capsys.readouterr().err
    assert err.startswith("liftwatch: admin: ")
    assert why in err
    assert err.count("\n") == 1
    assert not typed.strip() or typed.strip() not in err


def test_without_a_terminal_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how to give one."""
    assert run(monkeypatch, "create", "root") == 2
    assert "--password-stdin" in capsys.readouterr().err


def test_the_secret_is_made_once_and_for_its_owner_alone(folder: Path) -> None:
    """Services that start together agree on one."""
    settings = load_settings()
    with open_stores(settings, folder) as stores, ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secrets_of(settings, folder, stores.books), range(16)))
    assert len(found) == 1
    assert stat.S_IMODE((folder / SECRET_FILE).stat().st_mode) == 0o600
    assert not list(folder.glob(".secret-*"))


def test_a_bad_secret_stops_the_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line that names the setting, or the file, and shows neither."""
    monkeypatch.setenv("LIFTWATCH_SECRET", "c2hvcnQ=")
    with pytest.raises(SettingsError, match="LIFTWATCH_SECRET: is not at least 32 bytes") as bad:
        load_settings()
    assert "c2hvcnQ" not in str(bad.value)
    monkeypatch.delenv("LIFTWATCH_SECRET")
    folder.mkdir()
    (folder / SECRET_FILE).write_text("c2hvcnQ=")
    settings = load_settings()
    with (
        open_stores(settings, folder) as stores,
        pytest.raises(Failure, match=f"{SECRET_FILE}: is not at least 32 bytes") as bad_file,
    ):
        secrets_of(settings, folder, stores.books)
    assert "c2hvcnQ" not in str(bad_file.value)


def test_the_secret_of_the_settings_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no file is made."""
    monkeypatch.setenv("LIFTWATCH_SECRET", f"{new_secret()}, {new_secret()}")
    settings = load_settings()
    with open_stores(settings, folder) as stores:
        assert [len(one) for one in secrets_of(settings, folder, stores.books)] == [32, 32]
    assert not (folder / SECRET_FILE).exists()


def test_a_secret_that_is_missing_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where names are sealed a new one would open none of them, and seal others beside them."""
    assert run(monkeypatch, "create", "root", "--password-stdin", typed=f"{PASSWORD}\n") == 0
    kept = (folder / SECRET_FILE).read_text()
    (folder / SECRET_FILE).unlink()
    assert run(monkeypatch, "link", "root") == 2
    assert f"{SECRET_FILE} is missing, and names are sealed" in capsys.readouterr().err
    assert not (folder / SECRET_FILE).exists()
    (folder / SECRET_FILE).write_text(kept)
    assert run(monkeypatch, "link", "root") == 0

"""`liftwatch check-config` tells what is wrong or unsafe, and changes nothing."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from liftwatch.access.secrets import Seal, all_secrets, new_secret
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.entry import ENGINE, Act
from liftwatch.commands.check_config import check_config_command
from liftwatch.handlers import people
from liftwatch.settings import audit_keys, load_settings
from tests.openid import CLIENT_ID, CLIENT_SECRET, ProviderProcess


@pytest.fixture
def port() -> Iterator[int]:
    """Something that takes connections."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of an installation that could start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LIFTWATCH_MQTT_URL", f"mqtt://ingest:x@127.0.0.1:{port}")
    for name in ("SECRET", "DATABASE_URL", "INFLUX_URL", "AUDIT_KEY", "FUND_KEY", "EXERCISE"):
        monkeypatch.delenv(f"LIFTWATCH_{name}", raising=False)
    return tmp_path / "data"


def told(capsys: pytest.CaptureFixture[str]) -> tuple[bool, dict[str, list[tuple[str, str]]]]:
    """Whether nothing is wrong, and what is said of each thing."""
    fine = check_config_command()
    found: dict[str, list[tuple[str, str]]] = {}
    for line in capsys.readouterr().out.splitlines():
        verdict, _, rest = line.partition(" ")
        what, _, detail = rest.strip().partition(": ")
        found.setdefault(what, []).append((verdict, detail))
    return fine, found


def test_before_the_first_start(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It could start; that there is no administrator and no key of the trail is unsafe."""
    fine, found = told(capsys)
    assert fine
    assert found["data folder"][0][0] == "ok"
    assert found["administrator"][0][0] == "unsafe"
    assert found["trail"][0][0] == "unsafe"
    assert found["fund"][0][0] == "unsafe"
    assert "nobody is told" in found["pages"][0][1]
    assert found["broker"] == [("ok", found["broker"][0][1])]
    assert not folder.exists()


def test_a_bad_setting_is_the_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names it."""
    monkeypatch.setenv("LIFTWATCH_CANARY_S", "x")
    fine, found = told(capsys)
    assert not fine
    assert list(found) == ["settings"]
    assert "LIFTWATCH_CANARY_S" in found["settings"][0][1]


@pytest.mark.parametrize("back_end", ["sqlite", "postgresql"])
def test_an_installation_with_an_administrator(
    *,
    back_end: str,
    request: pytest.FixtureRequest,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing but ok but what it runs as; with another key of the trail it cannot start, and with
    another secret it could not read a name."""
    monkeypatch.setenv("LIFTWATCH_SECRET", secret := new_secret())
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", new_secret())
    monkeypatch.setenv("LIFTWATCH_FUND_KEY", new_secret())
    monkeypatch.setenv("LIFTWATCH_VOICE_URL", "https://calls.example/ring")
    if back_end == "postgresql":
        monkeypatch.setenv("LIFTWATCH_DATABASE_URL", request.getfixturevalue("postgres_database"))
    settings = load_settings()
    books = open_books(settings.database_in(folder), audit_keys=audit_keys(settings.audit_key))
    with SqlPeople(books, Seal(*all_secrets(secret))).begin() as work:
        person = people.make_person(work, login="root", name="Root", now_ms=0)
        people.grant(work, person.id, "admin", organisation=None, now_ms=0)
        act = Act(at_ms=0, person=ENGINE, action="a.b", target_kind="x", channel="engine")
        work.audit(act)
    books.close()
    fine, found = told(capsys)
    assert fine
    assert {one for what in found if what != "user" for one, _ in found[what]} == {"ok"}
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", new_secret())
    fine, found = told(capsys)
    assert not fine
    assert found["trail"][0][0] == "wrong"
    monkeypatch.setenv("LIFTWATCH_SECRET", new_secret())
    verdict, line = told(capsys)[1]["secret"][1]
    assert (verdict, line.partition(":")[0]) == (
        "wrong",
        "1 of 1 sealed names and answers cannot be read",
    )


def test_what_others_may_read_is_unsafe(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The secret, and the settings with their passwords."""
    folder.mkdir()
    for file in (folder / "secret.key", Path(".env")):
        file.write_text("" if file.name == ".env" else new_secret())
        file.chmod(0o640)
    _, found = told(capsys)
    assert [found[name][0][0] for name in ("secret", "settings")] == ["unsafe", "unsafe"]
    for file in (folder / "secret.key", Path(".env")):
        file.chmod(stat.S_IRUSR)
    _, found = told(capsys)
    assert [found[name][0][0] for name in ("secret", "settings")] == ["ok", "ok"]


def test_what_does_not_answer_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Broker, database, telemetry, a secret that is none."""
    folder.mkdir()
    (folder / "secret.key").write_text("x")
    monkeypatch.setenv("LIFTWATCH_MQTT_URL", "mqtt://127.0.0.1:1")
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", "postgresql://who:s3cret@127.0.0.1:1/lift")
    monkeypatch.setenv("LIFTWATCH_INFLUX_URL", "http://127.0.0.1:1")
    fine, found = told(capsys)
    assert not fine
    for what in ("broker", "database", "telemetry", "secret"):
        assert found[what][0][0] == "wrong", what
    assert "s3cret" not in repr(found)


def test_a_database_of_a_newer_version_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not touched."""
    from sqlalchemy import text

    folder.mkdir()
    books = open_books(f"sqlite:///{folder}/liftwatch.sqlite")
    with books.begin() as work:
        work.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    books.close()
    fine, found = told(capsys)
    assert not fine
    assert "9999" in found["database"][0][1]


def test_the_openid_provider_is_asked(
    openid: ProviderProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it answers, is who it should be, can sign, and knows PKCE; http is unsafe."""
    monkeypatch.setenv("LIFTWATCH_OIDC_ISSUER", openid.issuer)
    monkeypatch.setenv("LIFTWATCH_OIDC_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("LIFTWATCH_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    fine, found = told(capsys)
    assert fine
    assert [verdict for verdict, _ in found["sign-in"]] == ["ok", "unsafe"]
    openid.lie(document={"code_challenge_methods_supported": ["plain"]})
    assert "PKCE" in told(capsys)[1]["sign-in"][1][1]
    for lies, why in (
        ({"document": {"issuer": "https://other.example"}}, "calls itself"),
        ({"keys": {"keys": []}}, "has no key that can be used"),
        ({"paths": {"/jwks": {"status": 404}}}, "with HTTP 404"),
    ):
        openid.lie(**lies)
        fine, found = told(capsys)
        ((verdict, detail),) = found["sign-in"]
        assert (fine, verdict, why in detail) == (False, "wrong", True)
        assert CLIENT_SECRET not in detail
    monkeypatch.setenv("LIFTWATCH_OIDC_ISSUER", "http://127.0.0.1:1")
    fine, found = told(capsys)
    assert "does not answer" in found["sign-in"][0][1]


def test_the_fund_has_a_key_of_its_own(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the anchors' place is told."""
    del folder
    trail, fund = new_secret(), new_secret()
    monkeypatch.setenv("LIFTWATCH_AUDIT_KEY", trail)
    monkeypatch.setenv("LIFTWATCH_FUND_ANCHORS", "elsewhere")
    for key, verdict, why in (
        (trail, "unsafe", "is the trail's"),
        (fund, "ok", "has a key; anchors in elsewhere"),
    ):
        monkeypatch.setenv("LIFTWATCH_FUND_KEY", key)
        ((said, detail),) = told(capsys)[1]["fund"]
        assert said == verdict
        assert why in detail

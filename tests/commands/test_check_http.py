"""`liftwatch check-config` on how pages and API are served."""

from pathlib import Path

import pytest

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.commands.check_config import findings_of
from liftwatch.commands.check_http import check_http
from liftwatch.handlers import people
from liftwatch.settings import PREFIX, Settings, load_settings
from tests.api.authority import Authority


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one, and no settings but where it is."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.setenv("LIFTWATCH_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Of the test."""
    return Authority(tmp_path / "ca")


def told(monkeypatch: pytest.MonkeyPatch, **settings: object) -> list[tuple[str, str]]:
    """Verdicts and details with these settings."""
    for name, value in settings.items():
        monkeypatch.setenv(f"{PREFIX}HTTP{name}", str(value))
    return [(one.verdict, one.detail) for one in check_http(load_settings())]


def test_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it comes."""
    assert told(monkeypatch) == [("ok", "http://127.0.0.1:8080/ for this machine only")]


def test_all_is_well(monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
    """Whom we serve, and how long."""
    chain, key = authority.issue("lift.example.cn", "192.0.2.7")
    found = told(
        monkeypatch,
        _CERT_FILE=chain,
        _KEY_FILE=key,
        _HOSTS="lift.example.cn,192.0.2.7:8443",
        **{"": "[::]:8443"},
    )
    assert [verdict for verdict, _ in found] == ["ok", "ok"]
    assert found[1][1] == "https://lift.example.cn:8443/ for others, with TLS"


def test_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the certificate."""
    found = told(monkeypatch, _PROXY="true", _HOSTS="lift.example.cn")
    assert found == [
        ("ok", "https://lift.example.cn/ for others, a proxy on this machine ends TLS")
    ]


@pytest.mark.parametrize(
    ("names", "days", "begins_days", "verdict", "why"),
    [
        (("lift.example.cn",), 20.0, -1.0, "unsafe", ": ends at "),
        (("lift.example.cn",), 22.0, 1.0, "unsafe", "is good from "),
        (("lift.example.cn",), -0.01, -1.0, "wrong", "LIFTWATCH_HTTP_CERT_FILE: "),
        (("other.example",), 90.0, -1.0, "unsafe", "is not for lift.example.cn"),
    ],
)
def test_what_is_wrong_or_unsafe_with_a_certificate(
    *,
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    names: tuple[str, ...],
    days: float,
    begins_days: float,
    verdict: str,
    why: str,
) -> None:
    """Ends soon, has ended, has not begun, is another's."""
    chain, key = authority.issue(*names, days=days, begins_days=begins_days)
    found = told(monkeypatch, _CERT_FILE=chain, _KEY_FILE=key, _HOSTS="lift.example.cn")
    bad = [detail for said, detail in found if said == verdict]
    assert len(bad) == 1
    assert why in bad[0]


@pytest.mark.parametrize("apart", [True, False])
def test_a_key_that_others_may_read(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, *, apart: bool
) -> None:
    """In a file of its own or the certificate's; a group for keys is meant."""
    chain, key = authority.issue("lift.example.cn")
    assert key is not None
    if not apart:
        chain.write_bytes(chain.read_bytes() + key.read_bytes())
    file = key if apart else chain
    where = {"_CERT_FILE": chain, "_HOSTS": "lift.example.cn"} | (
        {"_KEY_FILE": key} if apart else {}
    )
    for mode, unsafe in ((0o640, False), (0o644, True)):
        file.chmod(mode)
        found = told(monkeypatch, **where)
        assert any("may be read by others" in detail for _, detail in found) == unsafe


def test_a_certificate_without_names_of_ours(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    """Nobody but this machine is answered, which can hardly be meant."""
    chain, key = authority.issue("lift.example.cn")
    found = told(monkeypatch, _CERT_FILE=chain, _KEY_FILE=key)
    assert ("unsafe", "LIFTWATCH_HTTP_HOSTS is empty") in [(v, d[:29]) for v, d in found]


def test_others_without_an_administrator_are_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It would not start; with one it does. For this machine alone it is unsafe."""

    def verdicts() -> list[str]:
        found = findings_of(load_settings())
        return [one.verdict for one in found if one.what == "administrator"]

    assert verdicts() == ["unsafe"]
    monkeypatch.setenv("LIFTWATCH_HTTP_PROXY", "true")
    monkeypatch.setenv("LIFTWATCH_HTTP_HOSTS", "lift.example.cn")
    assert verdicts() == ["wrong"]
    (tmp_path / "data").mkdir()
    books = open_books(load_settings().database_in(tmp_path / "data"))
    with SqlPeople(books, Seal(b"s" * 32)).begin() as work:
        person = people.make_person(work, login="root", name="Root", now_ms=0)
        people.grant(work, person.id, "admin", organisation=None, now_ms=0)
    books.close()
    assert verdicts() == []

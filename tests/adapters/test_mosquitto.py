"""The broker's files: what they say, and how they take each other's place."""

import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.adapters.mosquitto import (
    ACL,
    PASSWORDS,
    BrokerFilesError,
    acl_lines,
    hashed,
    new_password,
    password_lines,
    reload,
    write_files,
)
from liftwatch.register.terminals import Role, Terminal, TerminalError, check_lifts, check_name
from tests.conftest import binary

NAMES = st.from_regex(r"\A[0-9A-Za-z][0-9A-Za-z._-]{0,63}\Z")
LIFTS = st.from_regex(r"\A[0-9A-Za-z-]{4,32}\Z")


def terminal(name: str, *lifts: str, role: Role = "terminal", secret: str | None = "x") -> Terminal:
    """A credential."""
    return Terminal(name=name, role=role, secret=secret, lifts=lifts, issued_ms=0, changed_ms=0)


@given(st.text(max_size=70))
def test_a_name_is_refused_or_stands_in_one_line(name: str) -> None:
    """No wildcard, blank, line end or colon comes into a file, and the reason is one line."""
    try:
        check_name(name)
    except TerminalError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert name.isascii()
        assert not set(name) & set(" \t\r\n:#+/$%")
        assert password_lines([terminal(name)]) == f"{name}:x\n"
    assert len(refusal.splitlines()) <= 1


@pytest.mark.parametrize("name", ["", "a b", "a\n", "\na", "+", "#x", "a/b", "a:b", "ä", "x" * 65])
def test_such_names_are_refused(name: str) -> None:
    """Of credentials and of lifts alike."""
    with pytest.raises(TerminalError):
        check_name(name)
    with pytest.raises(TerminalError):
        check_lifts(["L-0001", name])


@given(st.dictionaries(NAMES, st.lists(LIFTS, max_size=4), max_size=5))
def test_each_may_write_its_own_and_nothing_else(bound: dict[str, list[str]]) -> None:
    """Read back as Mosquitto does: under `user`, the rights that follow."""
    rows = [terminal(name, *check_lifts(lifts)) for name, lifts in bound.items()]
    rights: dict[str, list[str]] = {}
    user = ""
    for line in acl_lines(rows).splitlines():
        word, _, rest = line.partition(" ")
        if word == "user":
            user = rest
        elif word == "topic":
            rights.setdefault(user, []).append(rest)
        else:
            assert line.startswith("#") or not line
    for name, lifts in bound.items():
        wanted = [f"write lift/v1/+/+/{lift}/+" for lift in sorted(set(lifts))]
        free = ["write lift/v1/+/+/+/+"]
        assert rights[name] == ["deny lift/v1/000000/#", *(wanted or free)]
    assert rights.keys() == bound.keys()


def test_who_is_revoked_stands_in_neither_file() -> None:
    """So that nothing is left to guess."""
    rows = [terminal("T-1", secret=None), terminal("ingest", role="reader")]
    assert password_lines(rows) == "ingest:x\n"
    assert "T-1" not in acl_lines(rows)


def test_a_password_is_hashed_as_mosquitto_does(tmp_path: Path) -> None:
    """The same form and lengths, and another salt each time."""
    path = tmp_path / "theirs"
    path.touch(0o600)
    command = [binary("mosquitto_passwd", package="mosquitto"), "-b", str(path), "T-1", "secret"]
    subprocess.run(command, check=True, capture_output=True)
    theirs = path.read_text().strip().partition(":")[2]
    assert [len(part) for part in hashed("secret").split("$")] == [
        len(part) for part in theirs.split("$")
    ]
    assert hashed("secret") != hashed("secret")
    assert len({new_password() for _ in range(100)}) == 100


def test_the_files_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    """Whole, for the group only, and nothing else is left in the folder."""
    folder = tmp_path / "mosquitto"
    for names in (["T-1"], ["T-1", "T-2"], []):
        write_files(folder, lambda: [terminal(name) for name in names])  # noqa: B023 - now
        assert [o.partition(":")[0] for o in (folder / PASSWORDS).read_text().split()] == names
        assert (folder / ACL).read_text().count("user ") == len(names)
    assert {one.name for one in folder.iterdir()} == {PASSWORDS, ACL, ".lock"}
    assert {oct((folder / one).stat().st_mode & 0o777) for one in (PASSWORDS, ACL)} == {"0o640"}


def test_a_reader_sees_a_whole_file_always(tmp_path: Path) -> None:
    """Whoever has opened the old one reads the old one to its end."""
    write_files(tmp_path, lambda: [terminal(f"T-{n}") for n in range(1_000)])
    with (tmp_path / PASSWORDS).open() as old:
        first = old.readline()
        write_files(tmp_path, list)
        assert first + old.read() == password_lines([terminal(f"T-{n}") for n in range(1_000)])


def test_a_folder_of_no_use_is_one_line() -> None:
    """It names the place."""
    with pytest.raises(BrokerFilesError, match=r"\A/proc/none: [^\n]+\Z"):
        write_files(Path("/proc/none"), list)


def test_only_mosquitto_is_told(tmp_path: Path) -> None:
    """A number left behind may be anybody's by now, and SIGHUP ends who does not expect it."""
    pid_file = tmp_path / "pid"
    with subprocess.Popen(["sleep", "60"]) as other:
        pid_file.write_text(f"{other.pid}\n")
        with pytest.raises(BrokerFilesError, match="is not mosquitto"):
            reload(pid_file)
        assert other.poll() is None
        other.terminate()
    assert other.returncode == -signal.SIGTERM
    for text in ("", "x", f"{2**22 + 1}"):
        pid_file.write_text(text)
        with pytest.raises(BrokerFilesError, match=str(pid_file)):
            reload(pid_file)
    with pytest.raises(BrokerFilesError, match="none: No such file"):
        reload(tmp_path / "none")

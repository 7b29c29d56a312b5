"""The two files in which Mosquitto looks up who may connect and what each may do.

They are made whole of the table of credentials, and take the place of the old ones in one step.
"""

import base64
import fcntl
import hashlib
import os
import re
import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from liftwatch.register.terminals import Terminal
from liftwatch.telemetry.topics import BATCH, CANARY_AREA, CANARY_ESTATE, ROOT, SUBSCRIPTION

PASSWORDS, ACL = "passwords", "acl"
ITERATIONS = 101
"""What `mosquitto_passwd` does. A password of ours is 192 random bits, which no amount of guessing
finds, so that stretching it protects nothing; but a broker has one thread, and compares all
connected clients anew at every reload: at 100 000 iterations ten thousand of them would take it
ten minutes."""
PASSWORD_BYTES, SALT_BYTES = 24, 12
GIVEN = re.compile(r"[A-Za-z0-9_-]{32,256}")
"""A password made elsewhere has as many random bits, and needs no quoting either."""
MODE = 0o640
HEAD = "# Made by `liftwatch terminals`; what is changed here is lost with the next change.\n"


class BrokerFilesError(Exception):
    """The broker's files cannot be written, or it cannot be told; one line says why."""


def new_password() -> str:
    """A password that nobody guesses; it needs no quoting in an URL or a shell."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def given_password(line: str) -> str:
    """A password that somebody else has made; BrokerFilesError when people would have.

    >>> given_password("x" * 32 + "\\n") == "x" * 32
    True
    """
    password = line.rstrip("\r\n")
    if not GIVEN.fullmatch(password):
        raise BrokerFilesError("a password is 32 and more random characters of A-Z, a-z, 0-9, -, _")
    return password


def hashed(password: str, salt: bytes | None = None) -> str:
    """What Mosquitto compares a password with: PBKDF2 with SHA-512, as `mosquitto_passwd` does.

    >>> hashed("x", b"0123456789ab")[:32]
    '$7$101$MDEyMzQ1Njc4OWFi$KPgQkZJj'
    """
    salt = salt or secrets.token_bytes(SALT_BYTES)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, 64)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def password_lines(terminals: Sequence[Terminal]) -> str:
    """The password file: whoever is revoked is not in it."""
    return "".join(f"{one.name}:{one.secret}\n" for one in terminals if not one.revoked)


def acl_lines(terminals: Sequence[Terminal]) -> str:
    """The file of rights: what stands in it is allowed, and nothing else.

    >>> print(acl_lines([Terminal(name="T-7", secret="x", lifts=("L-01",), gateway="GW-1",
    ...     issued_ms=0, changed_ms=0)])[len(HEAD):].strip())
    user T-7
    topic deny lift/v1/000000/#
    topic write lift/v1/+/+/L-01/+
    topic write lift/v1/+/+/GW-1/batch
    """
    held = [one for one in terminals if not one.revoked]
    return HEAD + "".join(
        f"\nuser {one.name}\n" + "".join(f"topic {right}\n" for right in rights(one))
        for one in held
    )


def rights(terminal: Terminal) -> Iterator[str]:
    """What one credential may do, as the right and the topics.

    >>> list(rights(Terminal(name="ingest", role="reader", issued_ms=0, changed_ms=0)))
    ['read lift/v1/#']
    """
    if terminal.role == "reader":
        yield f"read {SUBSCRIPTION}"
    elif terminal.role == "canary":
        yield f"write {ROOT}/{CANARY_AREA}/{CANARY_ESTATE}/+/health"
    else:
        yield f"deny {ROOT}/{CANARY_AREA}/#"
        for lift in terminal.lifts:
            yield f"write {ROOT}/+/+/{lift}/+"
        if terminal.gateway is not None:
            yield f"write {ROOT}/+/+/{terminal.gateway}/{BATCH}"
        if not terminal.lifts:
            yield f"write {ROOT}/+/+/+/+"


def write_files(folder: Path, read: Callable[[], Sequence[Terminal]]) -> None:
    """Write both files of what `read` gives; of several that do so at once the last has the newest.

    Raises BrokerFilesError. The rights are written first: a password without them allows nothing.
    """
    try:
        with _alone(folder):
            terminals = read()
            _replace(folder / ACL, acl_lines(terminals))
            _replace(folder / PASSWORDS, password_lines(terminals))
    except OSError as error:
        raise BrokerFilesError(f"{error.filename or folder}: {error.strerror}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(path: Path, text: str) -> None:
    """The new content in one step, readable for whom the folder belongs to."""
    new = path.with_name(f".{path.name}.new")
    place = path.parent.stat()
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if os.geteuid() == 0:
        os.chown(new, place.st_uid, place.st_gid)
    elif place.st_gid in os.getgroups():
        os.chown(new, -1, place.st_gid)
    new.chmod(MODE)
    new.replace(path)


def reload(pid_file: Path) -> None:
    """Let the broker whose process is named there read its files again.

    Raises BrokerFilesError, also when that process is not Mosquitto: SIGHUP would end it.
    """
    try:
        pid = int(pid_file.read_text())
        comm = Path(f"/proc/{pid}/comm")
        if comm.parent.parent.is_dir() and comm.read_text().strip() != "mosquitto":
            raise BrokerFilesError(f"{pid_file}: process {pid} is not mosquitto")
        os.kill(pid, signal.SIGHUP)
    except ValueError:
        raise BrokerFilesError(f"{pid_file}: no process number in it") from None
    except OSError as error:
        raise BrokerFilesError(f"{pid_file}: {error.strerror}") from error

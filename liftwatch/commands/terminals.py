"""`liftwatch terminals`: credentials at the broker, and the lifts they are bound to.

The table of the relational store is what counts; the broker's files are written of it.
"""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from liftwatch.adapters.mosquitto import (
    BrokerFilesError,
    given_password,
    hashed,
    new_password,
    reload,
    write_files,
)
from liftwatch.adapters.sql.terminals import SqlTerminals, SqlTerminalWork
from liftwatch.clock import now_ms, rfc3339
from liftwatch.commands.wiring import books_or_fail, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.handlers import terminals as handlers
from liftwatch.ports import Conflict, StoreUnavailable
from liftwatch.register.terminals import Role, Terminal, TerminalError
from liftwatch.settings import Settings

Change = Callable[[SqlTerminalWork], Terminal]


class Asked(NamedTuple):
    """What the options ask for; None leaves it as it is."""

    lifts: Sequence[str] | None = None
    gateway: str | None = None


def asked(lifts: Sequence[str], *, any_lift: bool, gateway: str | None) -> Asked:
    """Of the options of the command line; Failure when they contradict each other."""
    if lifts and any_lift:
        raise Failure("terminals: give either --lift or --any-lift")
    return Asked(lifts if lifts or any_lift else None, gateway)


def issue_command(name: str, wanted: Asked, *, role: Role, password_stdin: bool = False) -> None:
    """Make a credential and print its password, unless it was given by a pipe."""
    password = _piped() if password_stdin else new_password()

    def change(work: SqlTerminalWork) -> Terminal:
        return handlers.issue(
            work, wanted, name=name, role=role, secret=hashed(password), now_ms=now_ms()
        )

    _change(change, password=None if password_stdin else password)


def rotate_command(name: str, wanted: Asked) -> None:
    """Give it a new password and print it."""
    password = new_password()

    def change(work: SqlTerminalWork) -> Terminal:
        return handlers.rotate(work, wanted, name=name, secret=hashed(password), now_ms=now_ms())

    _change(change, password=password)


def bind_command(name: str, wanted: Asked) -> None:
    """Give it other bindings."""
    _change(lambda work: handlers.bind(work, wanted, name=name, now_ms=now_ms()))


def revoke_command(name: str) -> None:
    """Withdraw it."""
    _change(lambda work: handlers.revoke(work, name=name, now_ms=now_ms()))


def write_command() -> None:
    """Write the broker's files anew, as for a new machine."""
    settings = settings_or_fail()
    with _opened(settings) as terminals:
        _to_broker(settings, terminals)


def list_command() -> None:
    """Print all of them, the lifts at the end of the line."""
    with _opened(settings_or_fail()) as terminals:
        rows = [_row(one) for one in terminals.all()]
    head = ("NAME", "ROLE", "STATE", "CHANGED", "LIFTS")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _row(terminal: Terminal) -> tuple[str, ...]:
    state = "revoked" if terminal.revoked else "in force"
    changed = rfc3339(terminal.changed_ms)
    return terminal.name, terminal.role, state, changed, _speaks_for(terminal)


def _piped() -> str:
    try:
        return given_password(sys.stdin.readline())
    except BrokerFilesError as error:
        raise Failure(f"terminals: --password-stdin: {error}") from error


def _speaks_for(terminal: Terminal) -> str:
    if terminal.revoked or terminal.role != "terminal":
        return "-"
    gateway = f" (batches as {terminal.gateway})" if terminal.gateway else ""
    return (", ".join(terminal.lifts) or "any") + gateway


def _change(change: Change, *, password: str | None = None) -> None:
    """Change one row, show its password, then write the broker's files and tell the broker.

    The password is shown before anything else can fail: once it is in the table it is needed.
    """
    settings = settings_or_fail()
    with _opened(settings) as terminals:
        with terminals.begin() as work:
            after = change(work)
        print(f"username: {after.name}")
        if password is not None:
            print(f"password: {password}")
            _say("the password is shown this once and stands nowhere else")
        print(f"lifts: {_speaks_for(after)}", flush=True)
        _tell_shared(after, terminals.all())
        _to_broker(settings, terminals)


def _tell_shared(terminal: Terminal, others: Iterable[Terminal]) -> None:
    """A lift may have two terminals, but whoever binds it ought to know."""
    for other in others:
        shared = sorted(set(other.lifts).intersection(terminal.lifts))
        if shared and other.name != terminal.name:
            _say(f"{other.name} is bound to {', '.join(shared)}, too")


def _to_broker(settings: Settings, terminals: SqlTerminals) -> None:
    folder = settings.mosquitto_dir or settings.data_dir / "mosquitto"
    try:
        write_files(folder, terminals.all)
    except BrokerFilesError as error:
        raise Failure(
            f"terminals: {error}; the table is changed, the broker's files are not:"
            " mend it, then `liftwatch terminals write`"
        ) from error
    _tell_broker(folder, settings.mosquitto_pid_file)


def _tell_broker(folder: Path, pid_file: Path | None) -> None:
    if pid_file is None:
        _say(f"{folder} is written; the broker reads it at SIGHUP: kill -HUP its process")
        return
    try:
        reload(pid_file)
    except BrokerFilesError as error:
        raise Failure(
            f"terminals: LIFTWATCH_MOSQUITTO_PID_FILE: {error};"
            " the files are written, the broker has not been told: send it SIGHUP"
        ) from error


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[SqlTerminals]:
    """The table; what goes wrong with it is one line."""
    with contextlib.closing(books_or_fail(settings, settings.data_dir)) as books:
        try:
            yield SqlTerminals(books)
        except (TerminalError, StoreUnavailable, Conflict) as error:
            raise Failure(f"terminals: {error}") from error


def _say(text: str) -> None:
    print(f"liftwatch: {text}", file=sys.stderr)

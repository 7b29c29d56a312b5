"""What may be done with a credential: each is one change of one row and of its bindings."""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from liftwatch.register.terminals import Role, Terminal, TerminalError, check_lifts, check_name


class TerminalWork(Protocol):
    """One transaction over the credentials."""

    def terminal(self, name: str) -> Terminal | None:
        """One of them, locked against others until the transaction ends."""

    def put_terminal(self, terminal: Terminal) -> None:
        """Insert or replace it, and its bindings with it."""


class Asked(Protocol):
    """What a person asks for: None leaves it as it is."""

    @property
    def lifts(self) -> Sequence[str] | None:
        """The lifts it is bound to; none of them: any lift."""

    @property
    def gateway(self) -> str | None:
        """The name under which it sends batches; empty: it sends none."""


def issue(
    work: TerminalWork, asked: Asked, *, name: str, role: Role, secret: str, now_ms: int
) -> Terminal:
    """Make a credential, also under a name that was revoked. Raises TerminalError."""
    before = work.terminal(check_name(name))
    if before is not None and not before.revoked:
        raise TerminalError(f"{name} exists; `rotate` gives it a new password, `bind` other lifts")
    made = Terminal(name=name, role=role, secret=secret, issued_ms=now_ms, changed_ms=now_ms)
    return _put(work, made, asked)


def rotate(work: TerminalWork, asked: Asked, *, name: str, secret: str, now_ms: int) -> Terminal:
    """Give a credential a new password, and other bindings if asked. Raises TerminalError."""
    return _put(work, replace(_held(work, name), secret=secret, changed_ms=now_ms), asked)


def bind(work: TerminalWork, asked: Asked, *, name: str, now_ms: int) -> Terminal:
    """Give a credential other bindings; its password stays. Raises TerminalError."""
    if asked.lifts is None and asked.gateway is None:
        raise TerminalError("say which lifts: --lift, or --any-lift, or --gateway")
    return _put(work, replace(_held(work, name), changed_ms=now_ms), asked)


def revoke(work: TerminalWork, *, name: str, now_ms: int) -> Terminal:
    """Withdraw a credential and its bindings; its name stays known. Raises TerminalError."""
    before = _held(work, name)
    after = replace(before, secret=None, lifts=(), gateway=None, changed_ms=now_ms)
    work.put_terminal(after)
    return after


def _held(work: TerminalWork, name: str) -> Terminal:
    found = work.terminal(check_name(name))
    if found is None:
        raise TerminalError(f"{name} is not known")
    if found.revoked:
        raise TerminalError(f"{name} is revoked; `issue` makes it anew")
    return found


def _put(work: TerminalWork, terminal: Terminal, asked: Asked) -> Terminal:
    if asked.lifts is not None:
        terminal = replace(terminal, lifts=check_lifts(asked.lifts))
    if asked.gateway is not None:
        gateway = check_lifts([asked.gateway], "gateway")[0] if asked.gateway else None
        terminal = replace(terminal, gateway=gateway)
    if terminal.role != "terminal" and (terminal.lifts or terminal.gateway):
        raise TerminalError(f"a {terminal.role} speaks for no lift")
    work.put_terminal(terminal)
    return terminal

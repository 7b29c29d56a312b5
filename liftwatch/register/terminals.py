"""Credentials at the broker: of terminals, of the service that reads, and of its canary.

A terminal may be bound to lifts: then it speaks for these only, and for these nobody else. One
that is bound to none speaks for any lift that is bound to nobody.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from msgspec import Struct

from liftwatch.telemetry.topics import is_lift

Role = Literal["terminal", "reader", "canary"]
ROLES: tuple[str, ...] = get_args(Role)

LIFTS_MAX = 2_000
"""Of one terminal: a gateway of a whole estate has some hundreds [our choice]."""
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}\Z")


class TerminalError(Exception):
    """A credential cannot be made or changed like this; one line says why."""


class Terminal(Struct, kw_only=True, frozen=True):
    """One credential; `secret` is what the broker compares a password with, None when revoked."""

    name: str
    role: Role = "terminal"
    secret: str | None = None
    lifts: tuple[str, ...] = ()
    gateway: str | None = None
    issued_ms: int
    changed_ms: int

    @property
    def revoked(self) -> bool:
        """Whether it has been withdrawn."""
        return self.secret is None


def check_name(name: str) -> str:
    """A name for a credential, as it is; TerminalError for what a broker's files cannot hold.

    >>> check_name("T-7.sensor")
    'T-7.sensor'
    """
    if not _NAME.match(name):
        raise TerminalError(
            f"{name[:64]!r} is no name: 1 to 64 of letters, digits, '.', '_' and '-',"
            " beginning with a letter or digit"
        )
    return name


def check_lifts(lifts: Iterable[str], what: str = "lift") -> tuple[str, ...]:
    """Lifts each once, in order; TerminalError for one without the form of the contract.

    >>> check_lifts(["L-0002", "L-0001", "L-0002"])
    ('L-0001', 'L-0002')
    """
    chosen = tuple(sorted(set(lifts)))
    for lift in chosen:
        if not is_lift(lift):
            raise TerminalError(f"{lift[:64]!r} is no {what}: 4 to 32 of letters, digits and '-'")
    if len(chosen) > LIFTS_MAX:
        raise TerminalError(f"{len(chosen)} lifts are above the limit of {LIFTS_MAX}")
    return chosen

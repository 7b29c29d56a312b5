"""Passwords: kept as Argon2id hashes, compared in a time that tells nothing of who exists."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from liftwatch.access.people import PASSWORD_MAX

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""OWASP's least for Argon2id: 19 MiB, two passes, one lane; 30 ms on the machines we know."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash(
        (Argon2Hasher(memory_cost=MEMORY_KIB, time_cost=PASSES, parallelism=LANES),)
    )


@cache
def _nobody() -> str:
    """A hash of nothing anybody knows, for those who do not exist."""
    return hash_password("nobody has this password")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the one of which `kept` was made; None is nobody's, and takes as long.

    >>> kept = hash_password("correct horse battery")
    >>> is_password("correct horse battery", kept), is_password("correct horse", None)
    (True, False)
    """
    if len(password) > PASSWORD_MAX:
        return False
    try:
        same = _hasher().verify(password, kept or _nobody())
    except PwdlibError:  # what is kept is no hash of ours
        return False
    return same and kept is not None

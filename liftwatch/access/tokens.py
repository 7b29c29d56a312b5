"""Bearer tokens (JWT, RFC 7519): short-lived, signed, and good only while their sign-in is."""

from functools import lru_cache

import jwt
from msgspec import Struct

from liftwatch.access.secrets import key_for
from liftwatch.clock import MINUTE_MS

LIVES_MS = 15 * MINUTE_MS
"""So long a token lives; whatever it opens is asked for again at every request all the same."""
TOKEN_MAX = 2_048
KNOWN = 1_024
"""So many texts are known by heart, at most 2 kB each: whether one is signed does not change."""
_ALGORITHM, _ISSUER = "HS256", "liftwatch"


class Token(Struct, frozen=True, kw_only=True):
    """Who signed in, by which sign-in, and for how long."""

    person: str
    epoch: int
    family: str
    expires_ms: int


def write_token(token: Token, *, secret: bytes) -> str:
    """The token as text."""
    said = {
        "iss": _ISSUER,
        "sub": token.person,
        "epoch": token.epoch,
        "family": token.family,
        "exp": token.expires_ms // 1000,
    }
    return jwt.encode(said, key_for("bearer tokens", secret), algorithm=_ALGORITHM)


def read_token(text: str, *, secret: bytes, now_ms: int) -> Token | None:
    """The token of a text; None when it is not ours, was changed, or is over.

    >>> token = Token(person="p", epoch=0, family="f", expires_ms=2_000)
    >>> text = write_token(token, secret=b"0" * 32)
    >>> read_token(text, secret=b"0" * 32, now_ms=1_999) == token
    True
    >>> read_token(text, secret=b"0" * 32, now_ms=2_000), read_token("x", secret=b"0", now_ms=0)
    (None, None)
    """
    token = _signed(text, key_for("bearer tokens", secret)) if len(text) <= TOKEN_MAX else None
    return token if token is not None and now_ms < token.expires_ms else None


@lru_cache(maxsize=KNOWN)
def _signed(text: str, key: bytes) -> Token | None:
    try:
        said = jwt.decode(
            text,
            key,
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            options={"require": ["iss", "sub", "exp"], "verify_exp": False},  # by our clock, below
        )
        return Token(
            person=str(said["sub"]),
            epoch=int(said["epoch"]),
            family=str(said["family"]),
            expires_ms=int(said["exp"]) * 1000,
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError):
        return None

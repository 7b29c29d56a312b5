"""Keys made of the installation's secret, and secrets of which only a digest is kept.

Each use has a key of its own (HKDF, RFC 5869), so that none can stand for another.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES_MIN = 32
NONCE_BYTES = 12  # of AES-GCM (NIST SP 800-38D)
_FIRST = b"\x01"  # the form of what is sealed


class Unsealed(Exception):
    """What is kept was not sealed with this secret, or was changed."""


def secret_bytes(text: str) -> bytes:
    """The bytes of a secret in base64; ValueError for fewer than 32.

    >>> len(secret_bytes("bGlmdHdhdGNo" * 4))
    36
    """
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < SECRET_BYTES_MIN:
        raise ValueError(f"is not at least {SECRET_BYTES_MIN} bytes in base64")
    return key


def all_secrets(text: str) -> tuple[bytes, ...]:
    """The secret in use, and behind commas those of before; ValueError for one of no use.

    >>> [len(one) for one in all_secrets("bGlmdHdhdGNo" * 4 + ", " + "d2F0Y2hsaWZ0" * 4)]
    [36, 36]
    """
    found = tuple(secret_bytes(one.strip()) for one in text.split(","))
    if len(set(found)) < len(found):
        raise ValueError("names a secret twice")
    return found


def new_secret() -> str:
    """A secret for an installation, in base64."""
    return base64.b64encode(secrets.token_bytes(SECRET_BYTES_MIN)).decode()


@lru_cache(maxsize=64)  # asked at every request, and always the same few
def key_for(use: str, secret: bytes) -> bytes:
    """The 32-byte key of one use."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"liftwatch {use}".encode()).derive(
        secret
    )


class Seal:
    """Encrypts short texts for the database (AES-256-GCM); each is bound to where it lies.

    The first secret closes; those of before open what has not been sealed anew yet.
    """

    def __init__(self, secret: bytes, *before: bytes) -> None:
        every = (secret, *before)
        self._ciphers = [AESGCM(key_for("personal data", one)) for one in every]
        self._marks = [key_for("marks of personal data", one) for one in every]

    def close(self, text: str | None, *, place: str) -> bytes | None:
        """The sealed text."""
        if text is None:
            return None
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _FIRST + nonce + self._ciphers[0].encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes | None, *, place: str) -> str | None:
        """The text; Unsealed when the secret is another, or the text was moved or changed.

        >>> old, new = Seal(b"0" * 32), Seal(b"1" * 32, b"0" * 32)
        >>> new.open(old.close("Li Wei", place="person/1"), place="person/1")
        'Li Wei'
        """
        return None if sealed is None else self._opened(sealed, place)[1]

    def is_newest(self, sealed: bytes, *, place: str) -> bool:
        """Whether the first secret closed it; Unsealed when none of them did."""
        return self._opened(sealed, place)[0] == 0

    def _opened(self, sealed: bytes, place: str) -> tuple[int, str]:
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for number, cipher in enumerate(self._ciphers):
            with contextlib.suppress(InvalidTag, ValueError):
                return number, cipher.decrypt(nonce, body, place.encode()).decode()
        raise Unsealed(f"{place}: sealed with another secret, or changed")

    def marks(self, text: str) -> list[str]:
        """By what a sealed text is found: the same for the same text, of use to nobody else.

        The first is what is written now; by the others lies what has not been sealed anew yet.
        """
        return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._marks]


def new_token(kind: str) -> str:
    """A secret for somebody to keep: 256 random bits behind a word that says what it is."""
    return f"lw{kind}_{secrets.token_urlsafe(32)}"


def digest(token: str) -> str:
    """What is kept of such a secret: it has bits enough to need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed(use: str, text: str, *, secret: bytes) -> str:
    """A short signature of a text for one use, in hex."""
    return hmac.new(key_for(use, secret), text.encode(), hashlib.sha256).hexdigest()


def is_signed(signature: str, use: str, text: str, *, secret: bytes) -> bool:
    """Whether a signature is ours, compared in constant time."""
    return hmac.compare_digest(signature.encode(), signed(use, text, secret=secret).encode())

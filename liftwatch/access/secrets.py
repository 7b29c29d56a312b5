"""Keys made of the installation's one secret, and secrets of which only a digest is kept.

Each use has a key of its own (HKDF, RFC 5869), so that none can stand for another.
"""

import base64
import binascii
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
    """Encrypts short texts for the database (AES-256-GCM); each is bound to where it lies."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(key_for("personal data", secret))
        self._marks = key_for("marks of personal data", secret)

    def close(self, text: str | None, *, place: str) -> bytes | None:
        """The sealed text."""
        if text is None:
            return None
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _FIRST + nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes | None, *, place: str) -> str | None:
        """The text; Unsealed when the secret is another, or the text was moved or changed.

        >>> seal = Seal(b"0" * 32)
        >>> seal.open(seal.close("Li Wei", place="person/1"), place="person/1")
        'Li Wei'
        """
        if sealed is None:
            return None
        try:
            nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
            return self._cipher.decrypt(nonce, body, place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealed(f"{place}: sealed with another secret, or changed") from error

    def mark(self, text: str) -> str:
        """What a sealed text is found by: the same for the same text, of use to nobody else."""
        return hmac.new(self._marks, text.encode(), hashlib.sha256).hexdigest()


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

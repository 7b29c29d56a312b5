"""How entries are chained: each hash is made of the one before it, so none can be changed alone.

    hash(n) = HMAC-SHA256(key, hash(n-1) || canonical bytes of entry n),  hash(0) = 32 zeros

Without a key it is SHA-256 of the same bytes: that finds accidents, not somebody who can write the
database and reckon. The first of several keys seals; the others are of before.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from liftwatch.audit.entry import Entry, canonical

GENESIS = "0" * 64
KEY_BYTES_MIN = 32
"""As long as what HMAC-SHA256 gives (RFC 2104, section 3)."""

Keys = Sequence[bytes]


class SealError(Exception):
    """The trail is sealed with a key that this process does not have; one line says so."""


class Head(Struct, frozen=True, kw_only=True):
    """The end of the chain, and up to which number it has been given up."""

    n: int = 0
    hash: str = GENESIS
    seal: str = ""
    pruned: int = 0


class Anchor(Struct, frozen=True, kw_only=True):
    """The chain as it stood at the end of a day (UTC+8, days since 1970)."""

    day: int
    n: int
    hash: str


def seal_name(key: bytes) -> str:
    """What an entry calls the key that sealed it: 16 hexadecimal digits that do not give it away.

    >>> seal_name(bytes(32))
    'e572369bc33d8ae5'
    """
    return hashlib.sha256(b"liftwatch audit key" + key).hexdigest()[:16]


def hash_after(before: str, entry: Entry, *, key: bytes | None) -> str:
    """The hash of an entry that follows one with the hash `before`; `key` None: without one."""
    data = bytes.fromhex(before) + canonical(entry)
    if key is None:
        return hashlib.sha256(data).hexdigest()
    return hmac.digest(key, data, "sha256").hex()


def chained(head: Head, drafts: Iterable[Entry], *, keys: Keys) -> tuple[list[Entry], Head]:
    """Entries numbered and sealed behind a head, and the head after them.

    Raises SealError when the head is sealed with a key that is none of ours: whoever went on with
    another would break the chain for good.
    """
    if head.seal and head.seal not in map(seal_name, keys):
        raise SealError(
            f"the audit trail is sealed with key {head.seal}, which LIFTWATCH_AUDIT_KEY is not"
        )
    key = keys[0] if keys else None
    seal = seal_name(key) if key is not None else ""
    entries = []
    for draft in drafts:
        entry = structs.replace(draft, n=head.n + 1, seal=seal)
        entry = structs.replace(entry, hash=hash_after(head.hash, entry, key=key))
        entries.append(entry)
        head = structs.replace(head, n=entry.n, hash=entry.hash, seal=seal)
    return entries, head

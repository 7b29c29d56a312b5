"""How entries are chained: each hash is made of the one before it, so none can be changed alone.

    hash(n) = HMAC-SHA256(key, hash(n-1) || canonical bytes of entry n),  hash(0) = 32 zeros

The key, its name and what it is worth without one are those of the trail (`liftwatch.audit.chain`);
it is another key, since whoever keeps the fund need not be who keeps the trail.
"""

import hashlib
import hmac

from msgspec import Struct

from liftwatch.audit.chain import GENESIS
from liftwatch.fund.posted import Entry

VERSION = "16:liftwatch fund 1,"


class Head(Struct, frozen=True, kw_only=True):
    """The end of the chain."""

    n: int = 0
    hash: str = GENESIS
    seal: str = ""


FIELDS = tuple(n for n in Entry.__struct_fields__ if n not in ("hash", "postings"))


def canonical(entry: Entry) -> bytes:
    """The bytes of an entry that its hash is made of: fields in their order, then every posting.

    Each is its UTF-8 text as a netstring (its length in bytes, a colon, the bytes, a comma), and
    what is None is a single `-`; so two entries that differ have different bytes.

    >>> from liftwatch.fund.posted import Posting
    >>> one = Entry(n=7, kind="deposit", day=20_000, at_ms=1, person="p", organisation=None,
    ...     second=None, case=None, source=None, document=None, memo="", reverses=None, key="k",
    ...     request="r", legs=1, postings=(Posting("a", -5, 5),))
    >>> canonical(one)
    b'16:liftwatch fund 1,1:7,7:deposit,5:20000,1:1,1:p,-----0:,-1:k,1:r,1:1,0:,1:a,2:-5,1:5,'
    """
    parts = [VERSION]
    parts += [_netstring(getattr(entry, name)) for name in FIELDS]
    for one in entry.postings:
        parts += (_netstring(one.account), _netstring(one.amount), _netstring(one.balance))
    return "".join(parts).encode()


def _netstring(value: str | int | None) -> str:
    if value is None:
        return "-"
    text = str(value)
    size = len(text) if text.isascii() else len(text.encode())
    return f"{size}:{text},"


def hash_after(before: str, entry: Entry, *, key: bytes | None) -> str:
    """The hash of an entry that follows one with the hash `before`; `key` None: without one."""
    data = bytes.fromhex(before) + canonical(entry)
    if key is None:
        return hashlib.sha256(data).hexdigest()
    return hmac.digest(key, data, "sha256").hex()

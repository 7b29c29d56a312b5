"""An act as it is noted, the entry that comes of it, and the bytes of an entry that are sealed.

An entry holds no name of a person: `actor` is a pseudonym, and so is the target where it is a
person. What is personal lies in `sealed` and `sealed_about` (`liftwatch.audit.persons`).
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

Outcome = Literal["done", "refused", "failed"]
Channel = Literal["api", "console", "cli", "engine"]

NOBODY = "nobody"
"""Who it is when nobody is known: as at a sign-in under a name that does not exist."""
ENGINE = "engine"
"""Who it is when the service itself does it, by its clock."""
PERSON = "person"
"""The kind of target that is a person: its id is never written down."""

NAME_MAX, TARGET_MAX, WHY_MAX = 64, 200, 1_000
DETAIL_BYTES_MAX = PRIVATE_BYTES_MAX = 8 * 1024
VERSION = "liftwatch audit 1"
"""Stands before every entry's fields: should they ever be others, the bytes are others too."""

_ACTION = re.compile(r"[a-z][a-z_-]*(\.[a-z][a-z_-]*)+\Z")
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/+-]{0,99}\Z")

Private = dict[str, Any]


class Act(Struct, frozen=True, kw_only=True):
    """What somebody did, tried or read, as whoever serves it knows it.

    `person` is the register's id, NOBODY or ENGINE. `target_kind` and `target` say what it was
    done to. `detail` is numbers, truths and single words, and never personal; a phone number, a
    name or a text belongs in `private`. Raises ValueError where that is broken.
    """

    at_ms: int
    person: str
    organisation: str | None = None
    action: str
    target_kind: str
    target: str = ""
    outcome: Outcome = "done"
    channel: Channel
    address: str | None = None
    why: str | None = None
    detail: Mapping[str, Any] = {}
    private: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        """Refuse what is our own mistake; what comes from outside is cut and cleaned instead."""
        if not _ACTION.match(self.action) or len(self.action) > NAME_MAX:
            raise ValueError(f"{self.action!r} is no action such as incidents.read")
        if not self.person:
            raise ValueError("an act without a person is one of NOBODY")
        detail_text(self.detail)
        if len(msgspec.json.encode(self.private)) > PRIVATE_BYTES_MAX:
            raise ValueError(f"private is longer than {PRIVATE_BYTES_MAX} bytes")

    @property
    def about(self) -> str | None:
        """The person it is done to; None where that is no one person, as with a list of them."""
        one = self.target_kind == PERSON and self.target
        return clean(self.target, NAME_MAX) if one else None


class Entry(Struct, frozen=True, kw_only=True):
    """One link of the chain.

    `detail` is JSON text. `sealed` opens with the actor's key, `sealed_about` with that of the
    person it was done to, and is None where that is nobody. `seal` names the key of `hash`, ""
    where there was none.
    """

    n: int = 0
    at_ms: int
    actor: str
    organisation: str | None
    action: str
    target_kind: str
    target: str
    outcome: Outcome
    channel: Channel
    detail: str
    sealed: str
    sealed_about: str | None
    seal: str = ""
    hash: str = ""


def canonical(entry: Entry) -> bytes:
    """The bytes of an entry that its hash is made of: all fields but the hash, in their order.

    Each is its UTF-8 text as a netstring (its length in bytes, a colon, the bytes, a comma), and
    what is None is a single `-`. So two entries that differ have different bytes, and whoever
    wants to check a chain needs no JSON library that agrees with ours.

    >>> one = Entry(n=7, at_ms=1, actor="ab", organisation=None, action="lifts.read",
    ...     target_kind="lift", target="L-1", outcome="done", channel="api", detail="{}", sealed="",
    ...     sealed_about=None)
    >>> canonical(one)[:60]
    b'17:liftwatch audit 1,1:7,1:1,2:ab,-10:lifts.read,4:lift,3:L-'
    """
    fields = [getattr(entry, name) for name in Entry.__struct_fields__ if name != "hash"]
    return b"".join(map(_netstring, (VERSION, *fields)))


def _netstring(value: str | int | None) -> bytes:
    if value is None:
        return b"-"
    data = str(value).encode()
    return b"%d:%b," % (len(data), data)


def detail_text(detail: Mapping[str, Any]) -> str:
    """A detail as JSON with its names in order; ValueError for what could be personal.

    >>> detail_text({"rows": 12, "fields": ["floors", "datum"]})
    '{"fields":["floors","datum"],"rows":12}'
    >>> detail_text({"phone": "call me"})
    Traceback (most recent call last):
    ValueError: detail phone: free text belongs in private
    """
    for name, value in detail.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if not (one is None or isinstance(one, bool | int | float) or _is_word(one)):
                raise ValueError(f"detail {name}: free text belongs in private")
    text = msgspec.json.encode(detail, order="deterministic").decode()
    if len(text) > DETAIL_BYTES_MAX:
        raise ValueError(f"detail is longer than {DETAIL_BYTES_MAX} bytes")
    return text


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and _WORD.match(value) is not None


def clean(text: str, limit: int) -> str:
    """A text from outside, cut, with what cannot be shown or stored replaced.

    >>> clean("L-1\\x00" + "x" * 9, 6)
    'L-1�xx'
    """
    return "".join(c if c.isprintable() else "�" for c in text[:limit])

"""The one link between a person and a pseudonym, and what is personal in an entry.

Each person has a random pseudonym of 128 bits and a random key. With the key all that is personal
is encrypted (AES-256-GCM, a random nonce of 96 bits before it), the person's id among it. Whoever
deletes the identity erases the person: what is left says that a pseudonym did something, and the
chain holds. That the id lies within, too, shows when somebody has exchanged two identities.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from liftwatch.audit.entry import (
    NAME_MAX,
    TARGET_MAX,
    WHY_MAX,
    Act,
    Entry,
    Private,
    clean,
    detail_text,
)

ERASED = "erased person"
"""What stands where a person stood whose identity is gone."""

PSEUDONYM_BYTES, KEY_BYTES, NONCE_BYTES = 16, 32, 12


class Identity(Struct, frozen=True, kw_only=True):
    """The row that links a person with a pseudonym and a key; the key is not shown."""

    person: str
    pseudonym: str
    key: bytes

    def __repr__(self) -> str:
        """Without the key."""
        return f"Identity({self.pseudonym})"


class IdentityError(Exception):
    """An identity is not the one that an entry was made with."""


class Line(NamedTuple):
    """An entry as people read it: `who` and `about` are None where the person is erased.

    `about` is the person it was done to, "" where it was done to no person.
    """

    entry: Entry
    who: str | None
    about: str | None
    address: str | None
    why: str | None
    private: Private


def new_identity(person: str) -> Identity:
    """A pseudonym and a key that nobody can guess."""
    return Identity(
        person=person,
        pseudonym=secrets.token_hex(PSEUDONYM_BYTES),
        key=secrets.token_bytes(KEY_BYTES),
    )


def drafted(act: Act, who: Identity, about: Identity | None) -> Entry:
    """The entry of an act, still without number and hash; `about` for a target that is a person."""
    inside: Private = {"person": who.person}
    if act.address is not None:
        inside["address"] = clean(act.address, NAME_MAX)
    if act.why is not None:
        inside["why"] = clean(act.why.replace("\n", " "), WHY_MAX)
    sealed_about = None
    if about is not None:
        sealed_about = shut(about, {"person": about.person, "private": act.private})
    elif act.private:
        inside["private"] = act.private
    return Entry(
        at_ms=act.at_ms,
        actor=who.pseudonym,
        organisation=None if act.organisation is None else clean(act.organisation, NAME_MAX),
        action=act.action,
        target_kind=clean(act.target_kind, NAME_MAX),
        target=clean(act.target, TARGET_MAX) if about is None else about.pseudonym,
        outcome=act.outcome,
        channel=act.channel,
        detail=detail_text(act.detail),
        sealed=shut(who, inside),
        sealed_about=sealed_about,
    )


def shut(identity: Identity, inside: Mapping[str, Any]) -> str:
    """What is personal, as only its identity opens it: base64 of nonce and ciphertext.

    >>> one = new_identity("p-1")
    >>> unlocked(one, shut(one, {"why": "asked by telephone"}))
    {'why': 'asked by telephone'}
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    data = msgspec.json.encode(inside, order="deterministic")
    sealed = AESGCM(identity.key).encrypt(nonce, data, identity.pseudonym.encode())
    return base64.b64encode(nonce + sealed).decode()


def unlocked(identity: Identity, text: str) -> Private:
    """What was shut; raises IdentityError when it was shut with another identity, or damaged."""
    try:
        data = base64.b64decode(text, validate=True)
        nonce, rest = data[:NONCE_BYTES], data[NONCE_BYTES:]
        inside = AESGCM(identity.key).decrypt(nonce, rest, identity.pseudonym.encode())
        return msgspec.json.decode(inside, type=Private)
    except (InvalidTag, ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise IdentityError(f"what is personal does not open for {identity.pseudonym}") from error


def opened(entry: Entry, identities: Mapping[str, Identity]) -> Line:
    """An entry with what its persons' keys open; raises IdentityError for exchanged identities.

    `identities` are by pseudonym; one that is missing is an erased person.
    """
    who, about = identities.get(entry.actor), identities.get(entry.target)
    inside = {} if who is None else _inside(who, entry.sealed)
    private: Private = inside.get("private", {})
    if entry.sealed_about is not None:
        private = {} if about is None else _inside(about, entry.sealed_about)["private"]
    return Line(
        entry=entry,
        who=None if who is None else who.person,
        about=_person_about(entry, about),
        address=inside.get("address"),
        why=inside.get("why"),
        private=private,
    )


def _person_about(entry: Entry, about: Identity | None) -> str | None:
    if entry.sealed_about is None:
        return ""
    return None if about is None else about.person


def _inside(identity: Identity, text: str) -> Private:
    inside = unlocked(identity, text)
    if inside.get("person") != identity.person:
        raise IdentityError(f"{identity.pseudonym} stands for another person than it was made for")
    return inside

"""Sign-ins elsewhere: who an OpenID provider says somebody is, and which person of ours that is.

A provider names people by a subject that is theirs for ever (OpenID Connect Core 1.0, section 8).
Whose subject is whose is written in our books by hand; no name or mail address is ever compared.
"""

from typing import NamedTuple, Protocol

from msgspec import Struct

from liftwatch.access.people import AccessError, check_text
from liftwatch.said import Said

ISSUER_MAX, SUBJECT_MAX = 500, 255
"""A subject has at most 255 characters (Core, section 2)."""
IDENTITIES_MAX = 10  # of one person, so that none is forgotten


class Asserted(NamedTuple):
    """What a provider has vouched for: it is `issuer`, and the person is its `subject`."""

    issuer: str
    subject: str


def marked(issuer: str, subject: str) -> str:
    """What a mark is made of; no issuer has a new line."""
    return f"{issuer}\n{subject}"


class Identity(Struct, kw_only=True, frozen=True):
    """A subject of a provider that stands for a person, from when it was made until it is ended."""

    id: str
    person: str
    issuer: str
    subject: str
    made_ms: int
    used_ms: int | None = None
    ended_ms: int | None = None


class Attempt(Struct, kw_only=True, frozen=True):
    """Somebody was sent to the provider and is to come back once, with the same browser.

    Of `state` and `browser` only digests are kept. `person` is who links a sign-in, None for
    whoever comes in; `back` is the page of ours they wanted.
    """

    state: str
    browser: str
    person: str | None
    back: str
    made_ms: int
    expires_ms: int


class Way(NamedTuple):
    """The secrets of one attempt, as they go to the provider and come back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class Returned(NamedTuple):
    """What the browser brings back: a code, and who says to have given it (RFC 9207)."""

    code: str
    issuer: str | None


class ProviderAway(Exception):
    """The provider cannot be asked now; one line says why."""


class ProviderRefused(Exception):
    """What the provider said is not to be believed; a few words of ours say what is wrong."""


class Provider(Protocol):
    """An OpenID provider, as the console needs it (`liftwatch.adapters.openid`)."""

    issuer: str
    label: str

    def address(self, way: Way) -> str:
        """Where the browser is sent. Raises ProviderAway."""

    def identify(self, returned: Returned, way: Way, *, now_ms: int) -> Asserted:
        """Who came back. Raises ProviderAway and ProviderRefused."""

    def farewell(self) -> str | None:
        """Where one signs out of the provider itself; None when that is not known."""


def check_subject(text: str) -> str:
    """A subject as an administrator types it; AccessError for one that cannot be.

    >>> check_subject(" 248289761001 ")
    '248289761001'
    """
    return check_text(Said("subject"), text, length_max=SUBJECT_MAX)


def check_room(held: int) -> None:
    """AccessError for one more than a person may have."""
    if held >= IDENTITIES_MAX:
        raise AccessError(
            Said("%(most)s sign-ins elsewhere are the limit: end one first", most=IDENTITIES_MAX)
        )

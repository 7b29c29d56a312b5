"""The gate: recognises whoever brings a secret, and slows down whoever guesses."""

from typing import Literal, NamedTuple

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.given import Given, session_of
from api.notes import Notes
from api.public_pace import PublicPace
from liftwatch.access.hosts import neighbourhood_of
from liftwatch.access.identities import Provider
from liftwatch.access.people import Credential, SignedIn
from liftwatch.access.secrets import digest, is_signed, signed
from liftwatch.access.sight import Grant
from liftwatch.access.store import PeopleReads
from liftwatch.access.tokens import read_token
from liftwatch.audit.entry import Act
from liftwatch.office import Office

SIGN_INS = parse("20/minute")
"""Tries of one address, right or wrong: a shift that comes on duty behind one router fits in."""
CSRF_USE = "pages"


class Entry(NamedTuple):
    """Somebody who was recognised."""

    person: SignedIn
    grants: tuple[Grant, ...]
    family: str
    by: Literal["token", "key", "session"]


class Gate:
    """People and the installation's secret; asked at every request, so that an end is at once.

    `provider` is where people may sign in as well, if there is one.
    """

    def __init__(self, people: Office, secret: bytes, provider: Provider | None = None) -> None:
        self.people, self.secret, self.provider = people, secret, provider
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._closed = False
        self.pace = PublicPace()
        self._notes = Notes(people)

    def is_open(self) -> bool:
        """Whether there is no administrator yet: then nobody could sign in."""
        if not self._closed:
            with self.people.reading() as reads:
                self._closed = reads.has_admin()
        return not self._closed

    def note(self, act: Act) -> None:
        """Note an act that changes nothing else: a read, or what was refused."""
        self._notes.write(act)

    def may_try(self, address: str) -> bool:
        """Whether an address may try to sign in once more; this try counts."""
        return self._limiter.hit(SIGN_INS, neighbourhood_of(address))

    def recognise(self, given: Given, now_ms: int) -> Entry | None:
        """Whoever a secret stands for now, or None."""
        with self.people.reading() as reads:
            if given.kind == "session":
                return _by_credential(reads, given.secret, "session", now_ms=now_ms)
            if given.secret.startswith("lwk_"):
                return _by_credential(reads, given.secret, "key", now_ms=now_ms)
            return self._by_token(reads, given.secret, now_ms)

    def _by_token(self, reads: PeopleReads, text: str, now_ms: int) -> Entry | None:
        token = read_token(text, secret=self.secret, now_ms=now_ms)
        if token is None:
            return None
        person = reads.signed_in(token.person, family=token.family, now_ms=now_ms)
        if person is None or person.epoch != token.epoch:
            return None
        return Entry(person, person.grants, token.family, "token")

    def grants_again(
        self, person: str, family: str | None, now_ms: int
    ) -> tuple[Grant, ...] | None:
        """What somebody may now who came in before; None when their sign-in is over."""
        with self.people.reading() as reads:
            found = family and reads.signed_in(person, family=family, now_ms=now_ms)
            return found.grants if found else None

    def csrf_of(self, request: Request) -> str:
        """What the forms of a session's pages carry."""
        return self.csrf_for(session_of(request))

    def csrf_for(self, session: str) -> str:
        """The same for a session by its secret."""
        return signed(CSRF_USE, session, secret=self.secret)

    def is_csrf(self, request: Request, token: str) -> bool:
        """Whether a form was on a page of this session."""
        return is_signed(token, CSRF_USE, session_of(request), secret=self.secret)


def _by_credential(
    reads: PeopleReads, secret: str, kind: Literal["key", "session"], *, now_ms: int
) -> Entry | None:
    held = reads.credential(digest(secret))
    if held is None or held.kind != kind or not _stands(held, now_ms):
        return None
    person = reads.signed_in(held.person, family=held.family, now_ms=now_ms)
    if person is None:
        return None
    grants = person.grants
    if held.roles:
        grants = tuple(grant for grant in grants if grant.role in held.roles)
    return Entry(person, grants, held.family, kind)


def _stands(held: Credential, now_ms: int) -> bool:
    return held.ended_ms is None and now_ms < held.expires_ms

"""Signing in and out: each is one transaction, and says neither who exists nor what was wrong.

password ──▶ access token (15 min) + refresh token (14 days), or a console session (12 h)
refresh ───▶ both anew; the one used is over, and used again it ends its whole family
link ──────▶ a console session, once
key ───────▶ is asked for at every request, until it expires or is revoked
"""

from typing import Literal, NamedTuple

from msgspec.structs import replace

from liftwatch.access.passwords import is_password
from liftwatch.access.people import Credential, CredentialKind, Person
from liftwatch.access.secrets import digest, new_token
from liftwatch.access.store import PeopleStore, PeopleWork
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.ids import new_id

LIVES_MS: dict[CredentialKind, int] = {
    "refresh": 14 * DAY_MS,
    "session": 12 * HOUR_MS,  # a shift
    "key": 365 * DAY_MS,
    "link": 30 * MINUTE_MS,
}
FAILURES_FREE = 5
"""Wrong passwords running before a login is locked: then a minute, doubled each time up to an hour.
A thousand guesses take weeks, and whoever forgot waits a minute."""
LOCKED_MS, LOCKED_MS_MAX = MINUTE_MS, HOUR_MS
KEYS_MAX = 20  # of one person, so that none is forgotten

Refusal = Literal["wrong", "locked"]


class Refused(Exception):
    """Nobody is signed in. Why and whose login it was is for the trail: whoever asks is told the
    same in each case."""

    def __init__(self, why: Refusal, person: str | None = None) -> None:
        super().__init__(why)
        self.why: Refusal = why
        self.person = person


class Made(NamedTuple):
    """A credential, and its secret, which is never seen again."""

    credential: Credential
    secret: str


def sign_in(store: PeopleStore, login: str, password: str, *, now_ms: int) -> Person:
    """The person whose login and password these are. Raises Refused, after counting the failure.

    A login nobody has takes as long and says the same as one with another password. The hash is
    made outside the transaction, which would hold up all others; whoever guesses in parallel
    finds the login locked inside it.
    """
    login = login.strip().lower()
    with store.reading() as reads:
        seen = reads.person_of_login(login)
    right = is_password(password, None if seen is None else seen.password)
    with store.begin() as work:
        person = work.locked_person(login)
        refused = None if person is None else _refusal(person, seen, now_ms=now_ms, right=right)
        if person is not None and refused == "wrong":
            work.note_sign_in(failed(person, now_ms))
        elif person is not None and refused is None and (person.failed or person.locked_until_ms):
            person = replace(person, failed=0, locked_until_ms=None)
            work.note_sign_in(person)
    if person is None or refused is not None:
        raise Refused(refused or "wrong", None if person is None else person.id)
    return person


def _refusal(person: Person, seen: Person | None, *, now_ms: int, right: bool) -> Refusal | None:
    if person.locked_until_ms is not None and now_ms < person.locked_until_ms:
        return "locked"
    same = seen is not None and seen.password == person.password
    return None if right and same and person.disabled_ms is None else "wrong"


def failed(person: Person, now_ms: int) -> Person:
    """The person after one more wrong password.

    >>> person = Person(id="p", login="li", name="Li", made_ms=0, failed=4)
    >>> failed(person, 0).locked_until_ms, failed(replace(person, failed=7), 0).locked_until_ms
    (60000, 480000)
    """
    count = person.failed + 1
    if count < FAILURES_FREE:
        return replace(person, failed=count)
    locked_ms = min(LOCKED_MS << min(count - FAILURES_FREE, 16), LOCKED_MS_MAX)
    return replace(person, failed=count, locked_until_ms=now_ms + locked_ms)


def issue(
    work: PeopleWork,
    person: str,
    kind: CredentialKind,
    *,
    now_ms: int,
    family: str | None = None,
    label: str = "",
    roles: tuple[str, ...] = (),
    lives_ms: int | None = None,
) -> Made:
    """Make a credential for a person; without a family it begins one."""
    secret, id = new_token(kind[0]), new_id()
    lives_ms = LIVES_MS[kind] if lives_ms is None else min(lives_ms, LIVES_MS[kind])
    credential = Credential(
        id=id,
        person=person,
        kind=kind,
        digest=digest(secret),
        family=family or id,
        label=label,
        roles=roles,
        made_ms=now_ms,
        expires_ms=now_ms + lives_ms,
    )
    work.add_credential(credential)
    return Made(credential, secret)


def refresh(work: PeopleWork, secret: str, *, now_ms: int) -> Made | None:
    """A new refresh token for an old one, which is over by this; None when it is of no use.

    One that is used again was stolen, by whoever came first or by whoever comes now: its whole
    family ends (RFC 9700, 4.14.2).
    """
    held = work.locked_credential(digest(secret))
    if held is None or held.kind != "refresh" or held.expires_ms <= now_ms:
        return None
    if held.ended_ms is not None:
        work.end_credentials(now_ms=now_ms, family=held.family)
        return None
    if not is_welcome(work, held.person):
        return None
    work.end_credentials(now_ms=now_ms, id=held.id)
    return issue(work, held.person, "refresh", now_ms=now_ms, family=held.family)


def follow_link(work: PeopleWork, secret: str, *, now_ms: int) -> Made | None:
    """A console session for a link that is good once; None when it is of no use."""
    held = work.locked_credential(digest(secret))
    if held is None or held.kind != "link" or held.ended_ms is not None:
        return None
    if held.expires_ms <= now_ms or not is_welcome(work, held.person):
        return None
    work.end_credentials(now_ms=now_ms, id=held.id)
    return issue(work, held.person, "session", now_ms=now_ms, roles=held.roles)


def sign_out(work: PeopleWork, secret: str, *, now_ms: int) -> bool:
    """End the sign-in a secret belongs to; False when it belongs to none."""
    held = work.locked_credential(digest(secret))
    return held is not None and work.end_credentials(now_ms=now_ms, family=held.family) > 0


def is_welcome(work: PeopleWork, person: str) -> bool:
    """Whether a person may still come in."""
    found = work.person(person)
    return found is not None and found.disabled_ms is None

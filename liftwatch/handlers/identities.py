"""Coming in by an OpenID provider, and whose subject is whose; each in the caller's transaction.

begin ──▶ the provider ──▶ returned, once, to the same browser ──▶ come_in, or link
"""

import hmac

from liftwatch.access.identities import (
    Asserted,
    Attempt,
    Identity,
    Way,
    check_room,
    check_subject,
)
from liftwatch.access.people import AccessError
from liftwatch.access.secrets import digest, new_token, signed
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import MINUTE_MS
from liftwatch.handlers.sign_in import Made, is_welcome, issue
from liftwatch.ids import new_id
from liftwatch.said import Said

LIVES_MS = 10 * MINUTE_MS
"""So long somebody may take at the provider: a password, a second factor, a telephone found."""
FRESH_MS = 30 * MINUTE_MS
"""Who has no password links a sign-in so soon after they came in; a link lives as long."""
LABEL = "openid:"  # of a session, before the identity it came of


def begin(
    work: PeopleWork, *, back: str, now_ms: int, person: str | None = None
) -> tuple[str, str]:
    """Note that somebody is sent to the provider; the state, and what their browser keeps."""
    state, browser = new_token("o"), new_token("b")
    attempt = Attempt(
        state=digest(state),
        browser=digest(browser),
        person=person,
        back=back,
        made_ms=now_ms,
        expires_ms=now_ms + LIVES_MS,
    )
    work.add_attempt(attempt)
    return state, browser


def way_of(state: str, browser: str, *, secret: bytes, redirect_uri: str) -> Way:
    """The secrets of an attempt. They are made of what only the browser and we hold, so that the
    database knows none; 64 hex digits are a PKCE verifier (RFC 7636, 4.1: 43 to 128 characters).
    """
    both = f"{state} {browser}"
    return Way(
        state,
        nonce=signed("openid nonce", both, secret=secret),
        verifier=signed("openid verifier", both, secret=secret),
        redirect_uri=redirect_uri,
    )


def returned(work: PeopleWork, state: str, browser: str, *, now_ms: int) -> Attempt | None:
    """The attempt of a state, which is over by this; None when it is not this browser's, or late.

    >>> from types import SimpleNamespace as Work
    >>> made = Attempt(
    ...     state=digest("s"), browser=digest("b"), person=None, back="/", made_ms=0, expires_ms=5
    ... )
    >>> [returned(Work(take_attempt=lambda _: made), "s", b, now_ms=n) == made
    ...     for b, n in (("b", 4), ("b", 5), ("other", 4))]
    [True, False, False]
    """
    found = work.take_attempt(digest(state))
    if found is None or found.expires_ms <= now_ms:
        return None
    return found if hmac.compare_digest(found.browser, digest(browser)) else None


def come_in(work: PeopleWork, asserted: Asserted, *, now_ms: int) -> tuple[str | None, Made | None]:
    """The person a subject stands for, and their session; no session where they may not come in."""
    found = work.identity(asserted)
    if found is None:
        return None, None
    if not is_welcome(work, found.person):
        return found.person, None
    work.note_identity(found.id, used_ms=now_ms)
    label = f"{LABEL}{found.id}"
    return found.person, issue(work, found.person, "session", now_ms=now_ms, label=label)


def link(work: PeopleWork, person: str, asserted: Asserted, *, now_ms: int) -> Identity:
    """From now on a subject stands for a person; the same twice is once.

    Raises AccessError when it stands for somebody else.
    """
    if work.person(person) is None:
        raise AccessError(Said("there is no such person"))
    asserted = asserted._replace(subject=check_subject(asserted.subject))
    known = work.identity(asserted)
    if known is not None and known.person != person:
        raise AccessError(Said("this sign-in is somebody else's: end it there first"))
    if known is not None:
        return known
    check_room(len(standing(work, person)))
    made = Identity(
        id=new_id(),
        person=person,
        issuer=asserted.issuer,
        subject=asserted.subject,
        made_ms=now_ms,
    )
    work.add_identity(made)
    return made


def unlink(work: PeopleWork, person: str, identity: str, *, now_ms: int) -> None:
    """A subject stands for a person no more, and whatever session came of it is over."""
    if identity not in {one.id for one in standing(work, person)}:
        raise AccessError(Said("this person has no such sign-in"))
    work.end_identity(identity, ended_ms=now_ms)
    for held in work.credentials(person, now_ms=now_ms):
        if held.label == f"{LABEL}{identity}":
            work.end_credentials(now_ms=now_ms, family=held.family)


def standing(reads: PeopleReads, person: str) -> list[Identity]:
    """The subjects that stand for a person now, the newest first."""
    return [one for one in reads.identities(person) if one.ended_ms is None]

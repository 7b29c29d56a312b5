"""People, organisations, and what binds them: plain data and the forms it must have."""

import re
from typing import Literal

from msgspec import Struct

from liftwatch.access.roles import ROLES
from liftwatch.access.sight import Grant, Place
from liftwatch.register.codes import judge_credit_code
from liftwatch.register.columns import KINDS, KINDS_SAID
from liftwatch.register.doubts import Wrong
from liftwatch.said import Said
from liftwatch.telemetry.topics import is_area, is_estate

NAME_MAX, PHONE_MAX, EMAIL_MAX = 200, 32, 254
PLACES_MAX = 500
PASSWORD_MIN, PASSWORD_MAX = 12, 256
"""At least 12 characters, of any kind (NIST SP 800-63B asks for 15 where nothing else protects, 8
beside a second factor); above 256 a hash costs more than anybody's password is worth."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}\Z")
_EMAIL = re.compile(r"[^\s@<>\",;:()\[\]\\]+@[^\s@<>\",;:()\[\]\\.]+(\.[^\s@<>\",;:()\[\]\\.]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class AccessError(Exception):
    """Something cannot be made or changed like this; one line says why."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Organisation(Struct, kw_only=True, frozen=True):
    """A company, office or committee: what it reaches, and since when it is closed.

    `kind` says what it is, by the name of a role; rights come of its people's roles alone.
    """

    id: str
    name: str
    credit_code: str | None = None
    phone: str | None = None
    places: tuple[Place, ...] = ()
    made_ms: int
    closed_ms: int | None = None
    version: int = 1
    kind: str | None = None


class Person(Struct, kw_only=True, frozen=True):
    """Somebody who may sign in. `password` is a hash, None before the first is set.

    `epoch` counts up to end whatever was signed in before; `failed` are wrong passwords running.
    """

    id: str
    login: str
    name: str
    phone: str | None = None
    email: str | None = None
    password: str | None = None
    epoch: int = 0
    failed: int = 0
    locked_until_ms: int | None = None
    made_ms: int
    disabled_ms: int | None = None
    version: int = 1


class Membership(Struct, kw_only=True, frozen=True):
    """A person's role in an organisation, `until_ms` exclusive; an administrator needs none.

    Who `lead`s sees to the organisation's own rotas and numbers.
    """

    id: str
    person: str
    role: str
    organisation: str | None = None
    from_ms: int
    until_ms: int | None = None
    lead: bool = False


class Contract(Struct, kw_only=True, frozen=True):
    """Maintenance of a lift by an organisation, from the first day to the end of the last."""

    id: str
    lift: str
    organisation: str
    from_ms: int
    until_ms: int | None = None
    version: int = 1


class SignedIn(Struct, frozen=True):
    """Somebody whose sign-in stands, and what they may: what is asked of them at every request."""

    id: str
    login: str
    epoch: int
    grants: tuple[Grant, ...]


CredentialKind = Literal["refresh", "session", "key", "link"]


class Credential(Struct, kw_only=True, frozen=True):
    """A secret that stands for a person: only its digest is kept. `family` links its successors.

    `roles` bound what it may be used for; none: all that the person may.
    """

    id: str
    person: str
    kind: CredentialKind
    digest: str
    family: str
    label: str = ""
    roles: tuple[str, ...] = ()
    made_ms: int
    expires_ms: int
    ended_ms: int | None = None


class Answered(Struct, frozen=True):
    """What was answered to a request that must count once: `digest` is of all it asked."""

    digest: str
    status: int
    body: str


def check_login(login: str) -> str:
    """A login in small letters; AccessError for one without the form.

    >>> check_login("Li.Wei@garden")
    'li.wei@garden'
    """
    small = login.strip().lower()
    if not _LOGIN.match(small):
        raise AccessError(
            Said(
                "%(login)s is no login: 2 to 64 of a-z, 0-9, '.', '_', '@' and '-',"
                " beginning with a letter or digit",
                login=repr(login[:64]),
            )
        )
    return small


def check_text(what: Said, text: str, *, length_max: int = NAME_MAX) -> str:
    """A line of text a person typed, without blanks around; AccessError for none or too much."""
    line = text.strip()
    if not line:
        raise AccessError(Said("%(what)s is empty", what=what))
    if len(line) > length_max:
        raise AccessError(
            Said(
                "%(what)s has %(count)s characters, above the limit of %(most)s",
                what=what,
                count=len(line),
                most=length_max,
            )
        )
    if _CONTROL.search(line):
        raise AccessError(Said("%(what)s holds a character that nobody can see", what=what))
    return line


def check_email(email: str) -> str:
    """An address that mail may be sent to; AccessError for what cannot be one.

    >>> check_email(" duty@lift.example ")
    'duty@lift.example'
    """
    line = check_text(Said("e-mail"), email, length_max=EMAIL_MAX)
    if not _EMAIL.fullmatch(line):
        raise AccessError(Said("%(email)s is no e-mail address", email=repr(line[:64])))
    return line


def check_credit_code(code: str | None) -> str | None:
    """A unified social credit code, or none; what is only unusual is kept."""
    doubt = None if code is None else judge_credit_code(code)
    if isinstance(doubt, Wrong):
        raise AccessError(doubt.text)
    return code


def check_kind(kind: str | None) -> str | None:
    """What an organisation may be: a role that organisations have, or nobody said."""
    if kind is not None and kind not in KINDS:
        raise AccessError(
            Said(
                "%(kind)s is no kind of organisation: %(kinds)s",
                kind=repr(kind[:32]),
                kinds=KINDS_SAID,
            )
        )
    return kind


def check_password(password: str, *, login: str) -> str:
    """A password that may be set; AccessError says what is wrong with it, never what it is."""
    if len(password) < PASSWORD_MIN:
        raise AccessError(Said("a password has at least %(least)s characters", least=PASSWORD_MIN))
    if len(password) > PASSWORD_MAX:
        raise AccessError(Said("a password has at most %(most)s characters", most=PASSWORD_MAX))
    if login in password.lower() or len(set(password)) < PASSWORD_MIN // 3:
        raise AccessError(Said("this password is the login, or one thing again and again"))
    return password


def check_role(role: str, organisation: str | None) -> str:
    """A role of the contract; only an administrator has one without an organisation."""
    if role not in ROLES:
        raise AccessError(
            Said(
                "%(role)s is no role: one of %(roles)s",
                role=repr(role[:32]),
                roles=", ".join(ROLES),
            )
        )
    if organisation is None and ROLES[role].reach != "everything":
        raise AccessError(Said("this role is one in an organisation: say which"))
    return role


def check_places(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Places each once, in order; AccessError for one without the form of the contract."""
    for place in places:
        if not is_area(place.area):
            raise AccessError(Said("%(area)s is no area: six digits", area=repr(place.area[:32])))
        if place.estate and not is_estate(place.estate):
            raise AccessError(
                Said(
                    "%(estate)s is no estate: 1 to 32 of a-z, 0-9, '-'",
                    estate=repr(place.estate[:64]),
                )
            )
        if place.building and not place.estate:
            raise AccessError(Said("a building is one of an estate: say which"))
        if place.building:
            check_text(Said("building"), place.building, length_max=64)
    if len(places) > PLACES_MAX:
        raise AccessError(
            Said(
                "%(count)s places are above the limit of %(most)s",
                count=len(places),
                most=PLACES_MAX,
            )
        )
    return tuple(sorted(set(places)))

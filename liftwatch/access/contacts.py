"""How organisations are reached at any hour, and whom to call for a lift, in order.

The number round the clock is a maintenance unit's 24-hour number (which the law asks of it), a
property manager's control room, a rescue station, the fire service. An organisation's `phone` is
that of its office, and public; what stands here is for those who may call.
"""

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.access.duty import OnCall
from liftwatch.access.people import PHONE_MAX, AccessError, Organisation, check_email
from liftwatch.register.doubts import Wrong
from liftwatch.register.places import DATUMS, Datum, Place, distance_m, judge_place
from liftwatch.said import Said

_DIALLED = frozenset("0123456789+-() #*")


class Contacts(Struct, frozen=True, kw_only=True):
    """How an organisation is reached at any hour, and where it stands.

    `station`: it stands by as a rescue station of the places it reaches, whatever else it is;
    often another maintenance firm is (domain: second level). Version 0 is before anybody said it.
    """

    organisation: str
    phone: str | None = None
    email: str | None = None
    station: bool = False
    latitude: float | None = None
    longitude: float | None = None
    datum: Datum | None = None
    version: int = 0

    @property
    def place(self) -> Place | None:
        """Where it stands, when that is known."""
        if self.latitude is None or self.longitude is None or self.datum is None:
            return None
        return Place(self.latitude, self.longitude, self.datum)


def check_contacts(one: Contacts) -> Contacts:
    """Contacts that may be kept; AccessError for what cannot be."""
    if one.phone is not None:
        check_dialled(one.phone)
    if one.email is not None:
        check_email(one.email)
    if one.datum is not None and one.datum not in DATUMS:
        raise AccessError(Said("a datum is one of %(datums)s", datums=", ".join(DATUMS)))
    doubt = judge_place(one.latitude, one.longitude, one.datum)
    if isinstance(doubt, Wrong):
        raise AccessError(doubt.text)
    return one


def check_dialled(phone: str) -> str:
    """A number that can be dialled; AccessError for what cannot.

    >>> check_dialled("0512 5555 0100")
    '0512 5555 0100'
    """
    if not phone.strip() or len(phone) > PHONE_MAX or not _DIALLED.issuperset(phone):
        raise AccessError(
            Said(
                "a telephone number has at most %(most)s of digits, blanks, +-()#*", most=PHONE_MAX
            )
        )
    return phone


Part = Literal["maintenance", "property", "station", "rescue", "fire"]
PARTS: tuple[Part, ...] = ("maintenance", "property", "station", "rescue", "fire")
"""In the order in which they are called: who can mend it and free people, who is on the spot, the
nearest station, the centre that sends others, the fire service (domain: levels of dispatch)."""


class Call(Struct, frozen=True, kw_only=True):
    """One organisation to call for a lift: its number round the clock, else of its office."""

    part: Part
    organisation: str
    name: str
    phone: str | None
    round_the_clock: bool
    email: str | None
    distance_m: float | None = None
    on_call: tuple[OnCall, ...] = ()


class Calls(Struct, frozen=True, kw_only=True):
    """Whom to call for a lift, in order; `car_phone` reaches the people in the car themselves.

    `missing` are the parts for which nobody is on record, or nobody with a number.
    """

    lift: str
    car_phone: str | None
    calls: tuple[Call, ...]
    missing: tuple[Part, ...]


class Known(NamedTuple):
    """What is known of an organisation that is called for a lift."""

    part: Part
    organisation: Organisation
    contacts: Contacts
    on_call: tuple[OnCall, ...]


def in_order(
    lift: str, found: Iterable[Known], *, place: Place | None, car_phone: str | None
) -> Calls:
    """The organisations of a lift as they are called: by part, stations the nearest first.

    A station without a place, or one of a lift without one, stands behind those that are measured.
    """
    calls = sorted((_call(one, place) for one in found), key=_rank)
    called = {one.part for one in calls if one.phone is not None or _reaches(one.on_call)}
    missing = tuple(part for part in PARTS if part not in called)
    return Calls(lift=lift, car_phone=car_phone, calls=tuple(calls), missing=missing)


def _call(one: Known, place: Place | None) -> Call:
    at = one.contacts.place
    own = one.contacts.phone
    return Call(
        part=one.part,
        organisation=one.organisation.id,
        name=one.organisation.name,
        phone=own if own is not None else one.organisation.phone,
        round_the_clock=own is not None,
        email=one.contacts.email,
        distance_m=None if at is None or place is None else round(distance_m(at, place)),
        on_call=one.on_call,
    )


def _rank(one: Call) -> tuple[int, float, str, str]:
    far = math.inf if one.distance_m is None else one.distance_m
    return PARTS.index(one.part), far, one.name, one.organisation


def _reaches(calls: Iterable[OnCall]) -> bool:
    return any(person.is_reachable for one in calls for person in (*one.now, *one.next))

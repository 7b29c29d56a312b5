"""How organisations are reached, and whom to call for a lift, in JSON."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from api.people_shapes import Email, Phone
from api.rota_shapes import OnCallShape, on_call_shape
from liftwatch.access.contacts import Calls, Contacts, Part
from liftwatch.register.places import Datum

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class ContactsChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be another; what is not named stays. A coordinate is set whole."""

    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    station: bool | UnsetType = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    datum: Datum | UnsetType | None = UNSET


class ContactsShape(Struct, kw_only=True):
    """How an organisation is reached: `phone` at any hour; `station` is a rescue station."""

    organisation: str
    phone: str | None
    email: str | None
    station: bool
    latitude: float | None
    longitude: float | None
    datum: Datum | None
    version: int


class CallShape(Struct, kw_only=True):
    """One organisation to call, with who is on duty there."""

    part: Part
    organisation: str
    name: str
    phone: str | None
    round_the_clock: bool
    email: str | None
    distance_m: float | None
    rotas: list[OnCallShape]


class CallsShape(Struct, kw_only=True):
    """Whom to call for a lift, in order; of the parts in `missing` nobody can be called."""

    lift: str
    car_phone: str | None
    calls: list[CallShape]
    missing: list[Part]


DESCRIBED_CONTACTS = (ContactsChange, ContactsShape, CallShape, CallsShape)


def contacts_shape(one: Contacts) -> ContactsShape:
    """How an organisation is reached as the API shows it."""
    return ContactsShape(**{name: getattr(one, name) for name in one.__struct_fields__})


def calls_shape(one: Calls) -> CallsShape:
    """Whom to call as the API shows it."""
    return CallsShape(
        lift=one.lift,
        car_phone=one.car_phone,
        calls=[
            CallShape(
                part=row.part,
                organisation=row.organisation,
                name=row.name,
                phone=row.phone,
                round_the_clock=row.round_the_clock,
                email=row.email,
                distance_m=row.distance_m,
                rotas=[on_call_shape(call) for call in row.on_call],
            )
            for row in one.calls
        ],
        missing=list(one.missing),
    )

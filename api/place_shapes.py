"""What names of places look like in JSON, asked and answered."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from api.contact_shapes import Latitude, Longitude
from liftwatch.register.localities import ADDRESS_MAX, NAME_MAX, Locality
from liftwatch.register.places import Datum

Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Address = Annotated[str, Meta(min_length=1, max_length=ADDRESS_MAX)]


class PlaceChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be another; what is not named stays, null is withdrawn. A coordinate is whole."""

    name: Name | UnsetType | None = UNSET
    name_en: Name | UnsetType | None = UNSET
    address: Address | UnsetType | None = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    datum: Datum | UnsetType | None = UNSET


class PlaceShape(Struct, kw_only=True):
    """A place and what it is called; estate "" is the area, building "" the whole estate."""

    area: str
    estate: str
    building: str
    name: str | None
    name_en: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    datum: Datum | None
    version: int


class PlaceList(Struct):
    """A page of places."""

    items: list[PlaceShape]
    next: str | None


DESCRIBED_PLACES = (PlaceChange, PlaceShape, PlaceList)


def place_shape(row: Locality) -> PlaceShape:
    """A place as the API shows it."""
    return PlaceShape(**{name: getattr(row, name) for name in row.__struct_fields__})

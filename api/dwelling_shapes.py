"""What dwellings of people look like in JSON."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=32)]


class NewOwnDwelling(Struct, kw_only=True, forbid_unknown_fields=True):
    """A household of a building by its name in the fund's books."""

    area: Annotated[str, Meta(pattern="^[0-9]{6}$")]
    estate: Annotated[str, Meta(pattern="^[a-z0-9-]{1,32}$")]
    building: Name
    household: Name


class OwnedDwelling(Struct, kw_only=True):
    """A dwelling somebody has, or had until a moment."""

    id: str
    area: str
    estate: str
    building: str
    household: str
    from_at: str
    until_at: str | None


class OwnedDwellings(Struct):
    """Somebody's dwellings, past ones too, the oldest first."""

    items: list[OwnedDwelling]


DESCRIBED_DWELLINGS = (NewOwnDwelling, OwnedDwelling, OwnedDwellings)

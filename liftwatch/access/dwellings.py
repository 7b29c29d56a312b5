"""Whose a dwelling is: which person sees its line of the fund in full, and since when.

The balance is of the dwelling and moves with it (165号令, art. 28): a sale ends one row and begins
another, and books nothing.
"""

from msgspec import Struct

DWELLINGS_MAX = 200
"""Of one person, past ones too [our choice]: a landlord of a whole building has an organisation."""


class Dwelling(Struct, frozen=True, kw_only=True):
    """A household of a building and the person whose it is, from a moment until another.

    `told_by` is the person who said so. Several people may have one together.
    """

    id: str
    person: str
    area: str
    estate: str
    building: str
    household: str
    from_ms: int
    until_ms: int | None = None
    told_by: str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Its building: area, estate, building."""
        return self.area, self.estate, self.building

    @property
    def door(self) -> tuple[str, str, str, str]:
        """Which dwelling it is."""
        return *self.place, self.household

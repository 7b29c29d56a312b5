"""Which rows somebody sees: the one place where rights meet rows.

A person is a member of organisations; an organisation reaches places and holds contracts. Stores
turn a Sight into conditions of a query; `covers` says the same of one row in memory.
"""

from collections.abc import Collection, Iterable

from msgspec import Struct

from liftwatch.access.roles import ROLES


class Place(Struct, frozen=True, order=True):
    """A whole area, one of its estates, or one building of that: "" is all of them."""

    area: str
    estate: str = ""
    building: str = ""

    def covers(self, other: "Place") -> bool:
        """Whether it holds the other.

        >>> Place("320583").covers(Place("320583", "garden"))
        True
        >>> Place("320583", "garden").covers(Place("320583"))
        False
        """
        return (
            self.area == other.area
            and self.estate in ("", other.estate)
            and self.building in ("", other.building)
        )


class Grant(Struct, frozen=True, kw_only=True):
    """A role in an organisation, with what that organisation reaches."""

    role: str
    organisation: str
    places: tuple[Place, ...] = ()


class Sight(Struct, frozen=True):
    """Rows: everything, or those in `places` and those under contracts of these organisations."""

    everything: bool = False
    places: tuple[Place, ...] = ()
    contracts_of: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether it holds no row."""
        return not (self.everything or self.places or self.contracts_of)

    def covers(self, area: str, estate: str) -> bool:
        """Whether a whole estate is seen; what is seen by contracts alone is not told by a place.

        >>> Sight(places=(Place("320583"),)).covers("320583", "garden")
        True
        """
        return self.reaches(Place(area, estate))

    def reaches(self, place: Place) -> bool:
        """Whether all of a place is seen, be it a building; contracts do not count, as above.

        >>> Sight(places=(Place("320583", "garden", "7"),)).reaches(Place("320583", "garden", "7"))
        True
        """
        return self.everything or any(one.covers(place) for one in self.places)


EVERYTHING, NOTHING = Sight(everything=True), Sight()


def sight_of(grants: Iterable[Grant], roles: Collection[str]) -> Sight:
    """What is seen by those of the grants that have one of the roles.

    >>> grants = [Grant(role="property", organisation="p", places=(Place("320583", "garden"),)),
    ...           Grant(role="maintenance", organisation="m")]
    >>> sight_of(grants, {"property"}).places, sight_of(grants, {"maintenance"}).contracts_of
    ((Place(area='320583', estate='garden', building=''),), ('m',))
    >>> sight_of(grants, {"owner"}).nothing
    True
    """
    places: set[Place] = set()
    contracts: set[str] = set()
    for grant in grants:
        if grant.role not in roles:
            continue
        reach = ROLES[grant.role].reach
        if reach == "everything":
            return EVERYTHING
        if reach == "places":
            places.update(grant.places)
        elif reach == "contracts":
            contracts.add(grant.organisation)
    widest = [one for one in places if not any(o != one and o.covers(one) for o in places)]
    return Sight(places=tuple(sorted(widest)), contracts_of=tuple(sorted(contracts)))

"""What places are called on the pages: their names, else their codes."""

from collections.abc import Iterable, Mapping

from api.console.language import Language
from liftwatch.incidents.incident import Incident
from liftwatch.ports import LiftRow
from liftwatch.register.localities import Key, Locality


class PlaceNames:
    """The names of some places, in a language."""

    def __init__(self, language: Language, rows: Mapping[Key, Locality]) -> None:
        self._language, self._rows = language, rows

    def estate(self, area: str, estate: str) -> str:
        """What an estate is called."""
        return self._called((area, estate, "")) or estate

    def building(self, area: str, estate: str, building: str | None) -> str | None:
        """What a building is called; None for one without a name of its own."""
        return self._called((area, estate, building)) if building else None

    def _called(self, key: Key) -> str | None:
        row = self._rows.get(key)
        return None if row is None else row.called(self._language.code)


def building_of(incident: Incident) -> str | None:
    """The building for which an incident of several lifts stands: its scope is `estate/building`.

    >>> building_of(Incident(id="i", kind="mains_lost", severity=3, severity_max=3, opened_ms=0,
    ...     raised_ms=0, area="320583", estate="garden", lift=None, scope="garden/3"))
    '3'
    """
    estate, _, building = (incident.scope or "").partition("/")
    return building if building and estate == incident.estate else None


def keys_of_scopes(incidents: Iterable[Incident]) -> set[Key]:
    """The estates and buildings for which incidents of several lifts stand."""
    found: set[Key] = set()
    for one in incidents:
        building = building_of(one)
        if one.lift is None and building is not None:
            found |= {(one.area, one.estate, ""), (one.area, one.estate, building)}
    return found


def keys_of(rows: Iterable[LiftRow]) -> set[Key]:
    """The estates and buildings of some lifts."""
    found: set[Key] = set()
    for row in rows:
        found.add((row.area, row.estate, ""))
        if row.facts.building:
            found.add((row.area, row.estate, row.facts.building))
    return found

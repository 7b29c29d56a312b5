"""Alarms that several lifts share: a building without mains, one fault on many of one make.

It follows the alarms of all lifts of one process and says which belong together. Each lift keeps
its own alarm; the scope's alarm names them, grows as others join, and clears with the last.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct, field

from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.incident import AlarmChange, Edge
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.register.facts import Facts

MAINS = "mains_lost"
FLEET = "fleet_fault"
BUILDING_LIFTS = 2  # contract, section 2: two lifts make a building's outage
FLEET_LIFTS = 5  # contract, section 2
FLEET_MS = 10 * MINUTE_MS  # contract, section 2
RECENT_MAX = 20_000  # alarms of one kind within ten minutes that are looked at
TECHNICAL = frozenset({"motion", "fall", "door", "button", "service", "supply", "trend", "people"})
"""Groups whose alarms may come from a make: not calls, use, or what people have omitted."""
BLIND = "terminal_offline"
BLIND_ESTATES = 2
"""One estate's terminals fall silent with its network; in two at once it may be the make."""


Make = tuple[str, str]
"""`manufacturer` or `firmware`, and which."""


class Place(NamedTuple):
    """Where a lift stands and what it is."""

    area: str
    estate: str
    facts: Facts


class Roll(NamedTuple):
    """The lifts there are: one by its name, and all of them."""

    place_of: Callable[[str], Place | None]
    places: Callable[[], Iterable[Place]]


class Scope(Struct, gc=False):
    """An open alarm of several lifts: whose, of which kind, since when, who had and has it."""

    area: str
    estate: str
    name: str
    kind: str
    of_kind: str
    opened_ms: int
    lifts: list[str]
    raised: list[str]
    exercise: bool = False


class Recent(Struct, gc=False, array_like=True):
    """An alarm raised a short while ago."""

    lift: str
    at_ms: int
    opened_ms: int


class Together(Struct):
    """What is open together, by name and kind; who is without mains; what was raised lately."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    dark: dict[str, dict[str, int]] = field(default_factory=dict)
    recent: dict[str, list[Recent]] = field(default_factory=dict)

    def follow(self, change: AlarmChange, roll: Roll) -> list[AlarmChange]:
        """What a change of one lift's alarm makes of what lifts share."""
        if change.late or change.lift is None:
            return []
        if change.edge == "cleared":
            return self._clear(change)
        if change.edge != "raised":
            return []
        if change.kind == MAINS:
            return self._raise_building(change, roll)
        return self._raise_fleet(change, roll)

    def _raise_building(self, change: AlarmChange, roll: Roll) -> list[AlarmChange]:
        lift = _lift_of(change)
        place = roll.place_of(lift)
        if place is None:
            return []
        name = building_of(place)
        key = f"{place.area}/{name}"
        dark = self.dark.setdefault(key, {})
        dark[lift] = change.opened_ms
        scope = self.scopes.get(f"{MAINS}:{key}")
        if scope is not None:
            return self._join(scope, change)
        if len(dark) < BUILDING_LIFTS:
            return []
        opened_ms = min(dark.values())
        scope = Scope(
            place.area, place.estate, name, MAINS, MAINS, opened_ms, sorted(dark), sorted(dark)
        )
        return self._open(f"{MAINS}:{key}", scope, change)

    def _raise_fleet(self, change: AlarmChange, roll: Roll) -> list[AlarmChange]:
        lift, kind = _lift_of(change), change.kind
        place = roll.place_of(lift)
        if place is None or not (KINDS[kind].group in TECHNICAL or kind == BLIND):
            return []
        if any(lift in dark for dark in self.dark.values()):
            return []  # an outage explains it
        for key in (_key(kind, *named) for named in _makes(place.facts)):
            if key in self.scopes:
                return self._join(self.scopes[key], change)
        recent = [
            one
            for one in self.recent.get(kind, ())[-RECENT_MAX:]
            if one.at_ms > change.at_ms - FLEET_MS and one.lift != lift
        ]
        self.recent[kind] = [*recent, Recent(lift, change.at_ms, change.opened_ms)]
        return self._look_for_make(change, place, roll)

    def _look_for_make(self, change: AlarmChange, place: Place, roll: Roll) -> list[AlarmChange]:
        kind, recent = change.kind, self.recent[change.kind]
        if len(recent) < FLEET_LIFTS:
            return []
        found = {one.lift: roll.place_of(one.lift) for one in recent}
        places = {lift: one for lift, one in found.items() if one is not None}
        makes = [
            (make, lifts)
            for make in _makes(place.facts)
            if len(lifts := _of_make(make, places)) >= FLEET_LIFTS
            and (kind != BLIND or len({places[one].estate for one in lifts}) >= BLIND_ESTATES)
        ]
        if not makes:
            return []
        make, lifts = _nearest(makes, roll.places)
        opened_ms = min(one.opened_ms for one in recent if one.lift in lifts)
        self.recent[kind] = [one for one in recent if one.lift not in lifts]
        name = "/".join(make)
        scope = Scope(place.area, place.estate, name, FLEET, kind, opened_ms, lifts, [*lifts])
        return self._open(_key(kind, *make), scope, change)

    def _open(self, key: str, scope: Scope, change: AlarmChange) -> list[AlarmChange]:
        scope.exercise = change.exercise
        self.scopes[key] = scope
        return [_change(scope, "raised", change.at_ms)]

    def _join(self, scope: Scope, change: AlarmChange) -> list[AlarmChange]:
        lift = _lift_of(change)
        scope.raised = sorted({*scope.raised, lift})
        scope.lifts = sorted({*scope.lifts, lift})
        return [_change(scope, "wider", change.at_ms, by=lift)]

    def _clear(self, change: AlarmChange) -> list[AlarmChange]:
        lift, cleared = _lift_of(change), list[AlarmChange]()
        if change.kind == MAINS:
            for dark in self.dark.values():
                dark.pop(lift, None)
            self.dark = {key: dark for key, dark in self.dark.items() if dark}
        for key, scope in list(self.scopes.items()):
            if scope.of_kind != change.kind or lift not in scope.raised:
                continue
            scope.raised.remove(lift)
            if not scope.raised:
                del self.scopes[key]
                cleared.append(_change(scope, "cleared", change.at_ms))
        return cleared


def building_of(place: Place) -> str:
    """The scope of a building: `building` of the register, else the estate (contract, section 2).

    >>> building_of(Place("320583", "garden", Facts(building="3")))
    'garden/3'
    """
    return f"{place.estate}/{place.facts.building or place.estate}"


def _lift_of(change: AlarmChange) -> str:
    assert change.lift is not None, "only a scope's own alarm has no lift"
    return change.lift


def _makes(facts: Facts) -> Iterator[Make]:
    if facts.manufacturer:
        yield "manufacturer", facts.manufacturer
    if facts.firmware:
        yield "firmware", facts.firmware


def _key(kind: str, what: str, name: str) -> str:
    return f"{FLEET}:{kind}:{what}/{name}"


def _of_make(make: Make, places: dict[str, Place]) -> list[str]:
    what, name = make
    return sorted(lift for lift, one in places.items() if getattr(one.facts, what) == name)


def _nearest(
    makes: list[tuple[Make, list[str]]], places: Callable[[], Iterable[Place]]
) -> tuple[Make, list[str]]:
    """The make that tells most: of two that name the same lifts the one fewer others have."""
    most = max(len(lifts) for _, lifts in makes)
    candidates = [one for one in makes if len(one[1]) == most]
    if len(candidates) == 1:
        return candidates[0]
    known = Counter(make for place in places() for make in _makes(place.facts))
    return min(candidates, key=lambda one: known[one[0]])


def _change(scope: Scope, edge: Edge, at_ms: int, *, by: str | None = None) -> AlarmChange:
    evidence = {"lifts": len(scope.lifts), "kind": scope.of_kind}
    return AlarmChange(
        area=scope.area,
        estate=scope.estate,
        lift=None,
        kind=scope.kind,
        edge=edge,
        opened_ms=scope.opened_ms,
        at_ms=at_ms,
        severity=KINDS[scope.kind].severity,
        exercise=scope.exercise,
        evidence=evidence | ({"joined": by} if by else {}),
        scope=scope.name,
        lifts=tuple(scope.lifts),
        of_kind=scope.of_kind,
    )

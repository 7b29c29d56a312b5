"""The register in memory: the measure for the real ones."""

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.ports import Conflict, LiftRow, Stale
from liftwatch.records import Door, Holder
from liftwatch.register.changes import UNNOTED, Origin, held
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.facts import Facts
from liftwatch.register.localities import Key, Locality
from liftwatch.register.record import Note, Record
from liftwatch.said import Said


class RegisterState(Struct):
    """`entered` has what people and terminals' origins add to the lifts, without their facts."""

    lifts: dict[str, LiftRow]
    entered: dict[str, Record] = {}
    households: dict[tuple[str, ...], HouseholdRow] = {}
    localities: dict[Key, Locality] = {}
    notes: dict[str, tuple[Note, ...]] = {}

    def held(self, row: LiftRow) -> LiftRow:
        """A lift as it is read: a person's word holds."""
        found, kept = copy.copy(row), self.entered.get(row.lift)
        if kept is not None:
            found.facts = held(row.facts, kept.known.entered)
        return found

    def record(self, lift: str) -> Record | None:
        """A lift on record."""
        row = self.lifts.get(lift)
        if row is None:
            return None
        kept = self.entered.get(lift) or Record(lift=lift, area=row.area, estate=row.estate)
        told = [name for name in Facts.__struct_fields__ if getattr(row.facts, name) is not None]
        unnoted = dict.fromkeys(told, Origin(UNNOTED.who, row.heard_ms or 0))
        known = structs.replace(kept.known, said=row.facts, said_by=unnoted | kept.known.said_by)
        return structs.replace(
            kept,
            area=row.area,
            estate=row.estate,
            is_heard=row.heard_ms is not None,
            known=known,
        )


class MemoryRegisterReads:
    """Fulfils `liftwatch.records.RegisterReads`."""

    _register: RegisterState

    def record_of(self, lift: str, *, sight: Sight = EVERYTHING) -> Record | None:
        """A lift on record; None for one that is not there, or not seen."""
        found = self._register.record(lift)
        seen = found is not None and sight.covers(found.area, found.estate)
        return found if seen else None

    def entered_versions(self) -> dict[str, int]:
        """The versions of all lifts of which people entered something."""
        return {lift: one.version for lift, one in self._register.entered.items() if one.version}

    def successor_of(self, lift: str) -> str | None:
        """The lift that replaced this one."""
        entered = self._register.entered.values()
        return next((one.lift for one in entered if one.site.predecessor == lift), None)

    def households(
        self,
        area: str,
        estate: str,
        *,
        building: str | None = None,
        after: Door | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[HouseholdRow]:
        """Of an estate, in order of building, unit and number, after a door."""
        keys = sorted(self._register.households)
        of = [key for key in keys if key[:2] == (area, estate)]
        of = [key for key in of if building in (None, key[2])]
        of = [key for key in of if after is None or key[2:] > after]
        of = [key for key in of if sight.everything or _covers(sight, Place(*key[:3]))]
        return [self._register.households[key] for key in of[:limit]]

    def notes_of(self, lift: str, *, limit: int = 100) -> list[Note]:
        """What people set of a lift, the newest first."""
        rows = self._register.notes.get(lift, ())
        return sorted(rows, key=lambda one: (-one.version, one.field))[:limit]

    def localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """Those of these places that have a row."""
        known = self._register.localities
        return {key: known[key] for key in keys if key in known}

    def localities_after(
        self, *, after: Key | None = None, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Locality]:
        """All places that have a row and are seen, in order of their codes, after some."""
        rows = sorted(self._register.localities.items())
        seen = [row for _, row in rows if sight.everything or _sees(sight, row)]
        return [row for row in seen if after is None or row.key > after][:limit]

    def estates(self, *, limit: int = 500, sight: Sight = EVERYTHING) -> list[tuple[str, str]]:
        """Areas and estates of lifts, in order."""
        places = sorted({(row.area, row.estate) for row in self._register.lifts.values()})
        return [one for one in places if sight.covers(*one)][:limit]

    def estates_without_name(self, *, limit: int = 100) -> list[tuple[str, str]]:
        """Areas and estates of lifts that nobody has named, in order."""
        places = sorted({(row.area, row.estate) for row in self._register.lifts.values()})
        return [one for one in places if (*one, "") not in self._register.localities][:limit]


class MemoryRegisterWork:
    """Fulfils `liftwatch.records.RegisterWork`; each step says how it is undone."""

    _register: RegisterState
    _undo: list[Callable[[], Any]]

    def records(self, lifts: Sequence[str]) -> dict[str, Record]:
        """Those of these lifts that are there; nobody else is."""
        found = {lift: self._register.record(lift) for lift in lifts}
        return {lift: one for lift, one in found.items() if one is not None}

    def put_records(self, records: Sequence[Record]) -> None:
        """Keep lifts; Conflict when two would have one code or one predecessor."""
        for one in records:
            row = self._register.lifts.get(one.lift)
            if row is None or row.heard_ms is None:
                moved = copy.copy(row) or LiftRow(lift=one.lift, area=one.area, estate=one.estate)
                moved.area, moved.estate = one.area, one.estate
                self._put_entry(self._register.lifts, one.lift, moved)
            said_by = self._said_by(one.lift)
            known = structs.replace(one.known, said=Facts(), said_by=said_by)
            self._put_entry(self._register.entered, one.lift, structs.replace(one, known=known))
        for name in ("equipment_code", "predecessor"):
            held = [value for h in self._all() if (value := getattr(h, name)) is not None]
            if len(set(held)) < len(held):
                raise Conflict(Said("two lifts have one %(field)s", field=name))

    def note_entries(self, notes: Mapping[str, Sequence[Note]]) -> None:
        """Keep for good what people set of some lifts."""
        for lift, rows in notes.items():
            kept = self._register.notes.get(lift, ())
            self._put_entry(self._register.notes, lift, (*kept, *rows))

    def note_said(self, lift: str, said_by: Mapping[str, Origin]) -> None:
        """Keep which terminal said what."""
        kept = self._register.entered.get(lift) or Record(lift=lift, area="", estate="")
        known = structs.replace(kept.known, said_by=dict(said_by))
        self._put_entry(self._register.entered, lift, structs.replace(kept, known=known))

    def holders(
        self,
        *,
        equipment_codes: Collection[str] = (),
        rescue_codes: Collection[str] = (),
        predecessors: Collection[str] = (),
    ) -> list[Holder]:
        """Lifts for which people entered one of these."""
        return [
            one
            for one in self._all()
            if one.equipment_code in equipment_codes
            or one.rescue_code in rescue_codes
            or one.predecessor in predecessors
        ]

    def households_of(self, area: str, estate: str, building: str) -> list[HouseholdRow]:
        """All of a building, in order of unit and number."""
        rows = sorted(self._register.households.items())
        return [row for key, row in rows if key[:3] == (area, estate, building)]

    def has_households(self, area: str, estate: str) -> bool:
        """Whether any of an estate is on record."""
        return any(key[:2] == (area, estate) for key in self._register.households)

    def put_households(self, rows: Sequence[HouseholdRow]) -> None:
        """Insert or replace households."""
        for row in rows:
            key = (row.area, row.estate, row.building, row.unit or "", row.number)
            old = self._register.households.get(key)
            if row.developer_owned is None and old is not None:
                row = structs.replace(row, developer_owned=old.developer_owned)
            self._put_entry(self._register.households, key, row)

    def known_localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """Those of these places that have a row."""
        known = self._register.localities
        return {key: known[key] for key in keys if key in known}

    def put_localities(self, rows: Sequence[Locality]) -> None:
        """Insert or replace; Stale when a version is not one more than what is there."""
        for row in rows:
            before = self._register.localities.get(row.key)
            if row.version != (before.version if before else 0) + 1:
                raise Stale(Said("somebody else has changed it"))
            self._put_entry(self._register.localities, row.key, row)

    def _all(self) -> list[Holder]:
        return [
            Holder(
                lift,
                self._register.lifts[lift].area,
                one.known.entered.equipment_code,
                one.known.entered.rescue_code,
                one.site.predecessor,
            )
            for lift, one in sorted(self._register.entered.items())
            if lift in self._register.lifts
        ]

    def _said_by(self, lift: str) -> dict[str, Origin]:
        kept = self._register.entered.get(lift)
        return kept.known.said_by if kept else {}

    def _put_entry(self, where: dict[Any, Any], name: Any, value: Any) -> None:
        old = where.get(name)

        def undo() -> None:
            if old is None:
                where.pop(name, None)
            else:
                where[name] = old

        self._undo.append(undo)
        where[name] = value


def _covers(sight: Sight, building: Place) -> bool:
    """Here a place that is one building shows that building."""
    return any(place.covers(building) for place in sight.places)


def _sees(sight: Sight, row: Locality) -> bool:
    """What is around a place that is seen is seen too, by its name."""
    return any(
        row.area == place.area
        and (not place.estate or row.estate in ("", place.estate))
        and (not place.building or row.building in ("", place.building))
        for place in sight.places
    )

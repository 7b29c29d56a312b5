"""How an area stands, counted in memory; it knows no contracts of maintenance, hence no units."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_course import CourseState
from liftwatch.adapters.memory_register import RegisterState
from liftwatch.care.area import EstateLifts, LiftCount, OpenCount, UnitCount
from liftwatch.ports import LiftRow


class MemoryAreaReads:
    """Fulfils `AreaReads`."""

    _register: RegisterState
    _course: CourseState

    def area_lifts(self, *, sight: Sight = EVERYTHING) -> list[EstateLifts]:
        """By estate, in order of area and estate."""
        by: defaultdict[tuple[str, str], list[LiftRow]] = defaultdict(list)
        for row in self._register.lifts.values():
            if sight.covers(row.area, row.estate):
                by[row.area, row.estate].append(self._register.held(row))
        return [_estate(area, estate, rows) for (area, estate), rows in sorted(by.items())]

    def area_open(self, *, sight: Sight = EVERYTHING) -> list[OpenCount]:
        """What is open by estate, kind and severity."""
        counts = Counter(
            (one.area, one.estate, one.kind, one.severity)
            for one in self._course.incidents.values()
            if one.is_open and sight.covers(one.area, one.estate)
        )
        return [OpenCount(*key, count) for key, count in sorted(counts.items())]

    def area_faults(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[LiftCount]:
        """By lift, those with any, in order of their names."""
        courses = self._course.courses
        rejected = {id for id, one in courses.items() if one.rejected_ms is not None}
        counts = Counter(
            one.lift
            for one in self._course.incidents.values()
            if one.lift is not None and one.kind in kinds and from_ms <= one.raised_ms < to_ms
            if not one.late and (exercise or not one.exercise) and one.id not in rejected
            if sight.covers(one.area, one.estate)
        )
        return [LiftCount(lift, count) for lift, count in sorted(counts.items())]

    def area_units(self, from_ms: int, to_ms: int, **_: Any) -> list[UnitCount]:
        """None: it knows no contracts."""
        del from_ms, to_ms
        return []


def _estate(area: str, estate: str, rows: list[LiftRow]) -> EstateLifts:
    def mean(name: str) -> float | None:
        found = [x for row in rows if (x := getattr(row.facts, name)) is not None]
        return sum(found) / len(found) if found else None

    datums = [row.facts.datum for row in rows if row.facts.datum is not None]
    return EstateLifts(
        area=area,
        estate=estate,
        lifts=len(rows),
        offline=sum(row.online == "offline" for row in rows),
        latitude=mean("latitude"),
        longitude=mean("longitude"),
        datum=max(datums, default=None),
    )

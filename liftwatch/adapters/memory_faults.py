"""The fault history in memory: the measure for the real one. It knows no contracts."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_course import CourseState
from liftwatch.adapters.memory_register import RegisterState
from liftwatch.care.faults import (
    AFTER_MS,
    BACK_MS,
    Closing,
    Fault,
    FaultFilter,
    FaultPage,
    Fixed,
    Heard,
    Replaced,
    ToldCode,
    how_of,
)
from liftwatch.care.faults_store import Scope
from liftwatch.care.parts import kinds_of, part_of, part_of_item
from liftwatch.care.signature import Signed
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident

_SHARED = (
    *("raised_ms", "area", "estate", "kind", "opened_ms", "severity", "severity_max", "state"),
    *("cleared_ms", "late", "exercise", "occurrences"),
)
_TOLD = ("arrived_ms", "resolved_ms", "rejected_ms", "cause", "inspection", "reason")


class FaultState:
    """Codes, visits and signatures by their ids; and what they are of."""

    def __init__(self, course: CourseState, register: RegisterState) -> None:
        self.course, self.register = course, register
        self.codes: dict[str, ToldCode] = {}
        self.visits: dict[str, Heard] = {}
        self.signed: dict[str, Signed] = {}


class MemoryFaultReads:
    """Fulfils `FaultReads`."""

    _faults: FaultState

    def faults(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> FaultPage:
        """Faults, newest first."""
        del now_ms
        found = [one for one in self._all(where) if sight.covers(one.area, one.estate)]
        found = [one for one in found if after is None or (one.raised_ms, one.id) < after]
        found.sort(key=lambda one: (one.raised_ms, one.id), reverse=True)
        page = found[:limit]
        more = len(found) > limit > 0
        return FaultPage(page, (page[-1].raised_ms, page[-1].id) if more else None)

    def faults_of(
        self, incidents: Collection[str], *, now_ms: int, sight: Sight = EVERYTHING
    ) -> dict[str, Fault]:
        """The history of some incidents, those that are seen."""
        del now_ms
        found = (one for one in self._ones() if one.id in incidents)
        return {one.id: one for one in found if sight.covers(one.area, one.estate)}

    def signed(self, incidents: Collection[str]) -> dict[str, Signed]:
        """The signatures of some incidents."""
        return {id: one for id, one in self._faults.signed.items() if id in incidents}

    def signed_like(
        self,
        asked: Signed,
        *,
        scope: Scope,
        kinds: Sequence[str],
        now_ms: int,
        limit: int,
        sight: Sight = EVERYTHING,
    ) -> list[Signed]:
        """Signatures of what was raised before, the newest first."""
        seen = self.faults_of(list(self._faults.signed), now_ms=now_ms, sight=sight)
        known = None not in (asked.make, asked.model)
        found = [
            one
            for one in self._faults.signed.values()
            if one.incident in seen and one.kind in kinds and one.raised_ms < asked.raised_ms
            if scope != "lift" or one.lift == asked.lift
            if scope != "model" or (known and (one.make, one.model) == (asked.make, asked.model))
        ]
        found.sort(key=lambda one: (one.raised_ms, one.incident), reverse=True)
        return [structs.replace(one, signal=None, spark=()) for one in found[:limit]]

    def fixed(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        limit: int,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Fixed]:
        """What people put right, the newest first."""
        del now_ms
        found = []
        for one in self._ones():
            if (
                one.late
                or (one.exercise and not exercise)
                or not sight.covers(one.area, one.estate)
            ):
                continue
            if one.resolved_ms is not None and _is_asked(one, where):
                then = self._next(one.lift, one.kind, one.resolved_ms)
                course = self._faults.course.courses[one.id]
                found.append(
                    Fixed(
                        one.id,
                        one.lift,
                        one.estate,
                        one.kind or "",
                        one.raised_ms,
                        one.arrived_ms,
                        one.resolved_ms,
                        then.raised_ms if then else None,
                        then.id if then else None,
                        course.owner_organisation,
                    )
                )
        return sorted(found, key=lambda one: (one.raised_ms, one.incident), reverse=True)[:limit]

    def replaced(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        limit: int,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Replaced]:
        """What was replaced, the newest first."""
        del now_ms
        found = [
            (visit, one)
            for visit in self._faults.visits.values()
            if (exercise or not visit.exercise) and sight.covers(visit.area, visit.estate)
            if not where.estate or visit.estate in where.estate
            for one in _replaced(visit)
            if (where.lift in (None, one.lift)) and (not where.part or one.part in where.part)
            if _within(one.at_ms, where)
        ]
        found.sort(key=lambda pair: (-pair[1].at_ms, pair[0].id, pair[1].item))
        return [one for _, one in found[:limit]]

    def _all(self, where: FaultFilter) -> Iterator[Fault]:
        ones = {one.id: one for one in self._ones()}
        if not where.of_code:
            yield from (one for one in ones.values() if _is_asked(one, where))
        of_parts = kinds_of(where.part)
        for code in self._faults.codes.values():
            one = ones.get(code.incident or "")
            if where.of_code:
                asked = where.code in (None, code.code) and where.dialect in (None, code.dialect)
            else:
                asked = one is None or bool(where.part and code.kind not in of_parts)
            made = self._of_code(code, one)
            if asked and _is_asked(made, where):
                yield made

    def _ones(self) -> Iterator[Fault]:
        courses = self._faults.course.courses
        for one in self._faults.course.incidents.values():
            if one.lift is not None:
                yield self._fault(one, courses.get(one.id, Course(incident=one.id)), one.lift)

    def _fault(self, one: Incident, course: Course, lift: str) -> Fault:
        mine = [
            other
            for other in self._faults.course.incidents.values()
            if (other.lift, other.kind) == (lift, one.kind) and other.raised_ms < one.raised_ms
        ]
        then = self._next(lift, one.kind, course.resolved_ms) if course.resolved_ms else None
        end_ms = course.resolved_ms or one.cleared_ms
        codes = [code for code in self._faults.codes.values() if code.incident == one.id]
        replaced = [
            part
            for visit in self._faults.visits.values()
            if visit.lift == lift and visit.at_ms >= one.opened_ms
            if end_ms is None or visit.at_ms <= end_ms + AFTER_MS
            for part in _replaced(visit)
        ]
        return Fault(
            id=one.id,
            lift=lift,
            how=how_of(one.evidence),
            part=part_of(one.kind),
            incident=one.id,
            codes=tuple(sorted(codes, key=lambda code: (code.raised_ms, code.id))),
            replaced=tuple(sorted(replaced, key=lambda part: (part.at_ms, part.item))),
            again_ms=then.raised_ms if then else None,
            before=len(mine),
            first_ms=min((other.raised_ms for other in mine), default=None),
            **{name: getattr(one, name) for name in _SHARED},
            **{name: getattr(course, name) for name in _TOLD},
        )

    def _of_code(self, code: ToldCode, one: Fault | None) -> Fault:
        same = [
            other.raised_ms
            for other in self._faults.codes.values()
            if (other.lift, other.dialect, other.code) == (code.lift, code.dialect, code.code)
            if other.raised_ms < code.raised_ms
        ]
        own: dict[str, Any] = {
            "id": code.id,
            "raised_ms": code.raised_ms,
            "codes": (code,),
            "part": code.part,
            "before": len(same),
            "first_ms": min(same, default=None),
        }
        if one is not None:
            return structs.replace(one, **own, how="reported")
        return Fault(
            **own,
            lift=code.lift,
            area=code.area,
            estate=code.estate,
            how="told",
            kind=code.kind,
            cleared_ms=code.closed_ms,
            late=code.late,
            exercise=code.exercise,
        )

    def _next(self, lift: str, kind: str | None, after_ms: int) -> Incident | None:
        found = [
            other
            for other in self._faults.course.incidents.values()
            if (other.lift, other.kind) == (lift, kind)
            if after_ms < other.raised_ms <= after_ms + BACK_MS
        ]
        return min(found, key=lambda one: (one.raised_ms, one.id), default=None)


class MemoryFaultWork:
    """Fulfils `FaultWork`; each step says how it is undone."""

    _faults: FaultState
    _undo: list[Callable[[], Any]]

    def note_codes(self, rows: Sequence[ToldCode]) -> None:
        """Keep what was told; twice is once."""
        for one in rows:
            if one.id not in self._faults.codes:
                mine = [
                    incident
                    for incident in self._faults.course.incidents.values()
                    if (incident.lift, incident.kind) == (one.lift, one.kind)
                    if incident.opened_ms <= one.raised_ms
                    if incident.is_open or (incident.cleared_ms or 0) >= one.raised_ms
                ]
                newest = max(mine, key=lambda i: (i.raised_ms, i.id), default=None)
                id = newest.id if newest else None
                self._keep_fault(self._faults.codes, one.id, structs.replace(one, incident=id))

    def close_codes(self, closings: Sequence[Closing]) -> None:
        """The newest open telling of each report is over."""
        for over in closings:
            mine = [
                one
                for one in self._faults.codes.values()
                if (one.lift, one.report, one.closed_ms) == (over.lift, over.report, None)
                if one.raised_ms <= over.at_ms
            ]
            if mine:
                one = max(mine, key=lambda one: (one.raised_ms, one.id))
                closed = structs.replace(one, closed_ms=over.at_ms)
                self._keep_fault(self._faults.codes, one.id, closed)

    def link_codes(self, incident: Incident, *, since_ms: int) -> None:
        """What was told of its lift and kind since then, and of no other, is its."""
        for one in list(self._faults.codes.values()):
            mine = (one.lift, one.kind, one.incident) == (incident.lift, incident.kind, None)
            if mine and since_ms <= one.raised_ms <= incident.raised_ms:
                linked = structs.replace(one, incident=incident.id)
                self._keep_fault(self._faults.codes, one.id, linked)

    def note_visits(self, rows: Sequence[Heard]) -> None:
        """Keep visits; twice is once."""
        for one in rows:
            if one.id not in self._faults.visits:
                self._keep_fault(self._faults.visits, one.id, one)

    def told_between(self, lift: str, from_ms: int, to_ms: int) -> list[ToldCode]:
        """Codes told of a lift in [from, to], the first one first."""
        known = self._faults.codes.values()
        found = [one for one in known if one.lift == lift and from_ms <= one.raised_ms <= to_ms]
        return sorted(found, key=lambda one: (one.raised_ms, one.id))[:200]

    def kinds_between(self, lift: str, from_ms: int, to_ms: int) -> list[str]:
        """Kinds raised of a lift in [from, to)."""
        known = self._faults.course.incidents.values()
        found = {one.kind for one in known if one.lift == lift and from_ms <= one.raised_ms < to_ms}
        return sorted(found)

    def cared_before(self, lift: str, at_ms: int) -> int | None:
        """When the last visit before a moment ended."""
        known = self._faults.visits.values()
        found = (one.at_ms for one in known if one.lift == lift and one.at_ms <= at_ms)
        return max(found, default=None)

    def make_of(self, lift: str) -> tuple[str | None, str | None]:
        """Manufacturer and model of a lift, as they are on record."""
        row = self._faults.register.lifts.get(lift)
        if row is None:
            return None, None
        facts = self._faults.register.held(row).facts
        return facts.manufacturer, facts.model

    def put_signature(self, signed: Signed) -> None:
        """Keep the signature of an incident."""
        self._keep_fault(self._faults.signed, signed.incident, signed)

    def _keep_fault(self, where: dict[str, Any], key: str, value: Any) -> None:
        old = where.get(key)
        undo = partial(where.pop, key) if old is None else partial(where.__setitem__, key, old)
        self._undo.append(undo)
        where[key] = value


def _replaced(visit: Heard) -> list[Replaced]:
    return [
        Replaced(visit.lift, item, part_of_item(item), visit.at_ms)
        for item in dict.fromkeys(visit.replaced)
    ]


def _within(at_ms: int, where: FaultFilter) -> bool:
    return (where.from_ms is None or at_ms >= where.from_ms) and (
        where.to_ms is None or at_ms < where.to_ms
    )


def _is_asked(one: Fault, where: FaultFilter) -> bool:
    return (
        where.lift in (None, one.lift)
        and (not where.estate or one.estate in where.estate)
        and (not where.kind or one.kind in where.kind)
        and (not where.part or one.part in where.part)
        and (not where.severity or one.severity in where.severity)
        and (not where.state or one.state in where.state)
        and _within(one.raised_ms, where)
    )

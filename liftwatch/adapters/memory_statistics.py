"""What people made of incidents, counted, in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_course import CourseState
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import BY_HAND, Incident
from liftwatch.incidents.statistics import Rescue
from liftwatch.incidents.verdicts import Judged, Recorded, Rejected


class MemoryStatisticsReads:
    """Fulfils `VerdictReads` and `StatisticsReads`."""

    _course: CourseState
    _recorded: dict[str, Recorded]

    def judged(
        self, from_ms: int, to_ms: int, *, exercise: bool = False, sight: Sight = EVERYTHING
    ) -> list[Judged]:
        """Counts by kind and branch, of incidents raised in between."""
        counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for one, course in self._worked_on(from_ms, to_ms, exercise=exercise, sight=sight):
            wrong = course.rejected_ms is not None
            judged = wrong or course.released_ms is not None or course.resolved_ms is not None
            if judged and BY_HAND not in one.evidence:
                reported = "reported" if "reported" in one.evidence else ""
                branch = one.evidence.get("branch") or one.evidence.get("by") or reported
                counts[one.kind, branch][wrong] += 1
        return [
            Judged(kind=kind, branch=branch, right=right, wrong=wrong)
            for (kind, branch), (right, wrong) in sorted(counts.items())
        ]

    def rejected(
        self, from_ms: int, to_ms: int, *, limit: int = 100, sight: Sight = EVERYTHING
    ) -> list[Rejected]:
        """Those that were rejected, of incidents raised in between, the newest first."""
        found = [
            (one, course)
            for one, course in self._worked_on(from_ms, to_ms, exercise=True, sight=sight)
            if course.rejected_ms is not None
        ]
        found.sort(key=lambda pair: (-pair[0].raised_ms, pair[0].id))
        return [
            Rejected(
                incident=one.id,
                kind=one.kind,
                lift=one.lift,
                at_ms=course.rejected_ms or 0,
                reason=course.reason or "",
            )
            for one, course in found[:limit]
        ]

    def recorded(self) -> list[Recorded]:
        """The kinds that page nobody now."""
        return [self._recorded[kind] for kind in sorted(self._recorded)]

    def rescues(
        self,
        from_ms: int,
        to_ms: int,
        *,
        kinds: Sequence[str],
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Rescue]:
        """Incidents raised in between that people took up and did not reject."""
        return [
            Rescue(
                one.kind,
                one.area,
                one.estate,
                course.owner_organisation,
                course.cause,
                one.opened_ms,
                course.acknowledged_ms,
                course.arrived_ms,
                course.released_ms,
                course.trapped,
                course.injured,
                course.without_help,
            )
            for one, course in self._worked_on(from_ms, to_ms, exercise=exercise, sight=sight)
            if course.rejected_ms is None and one.kind in kinds
        ]

    def _worked_on(
        self, from_ms: int, to_ms: int, *, exercise: bool, sight: Sight
    ) -> Iterator[tuple[Incident, Course]]:
        for id, course in self._course.courses.items():
            one = self._course.incidents[id]
            real = not one.late and (exercise or not one.exercise)
            if real and from_ms <= one.raised_ms < to_ms and sight.covers(one.area, one.estate):
                yield one, course


class MemoryVerdictWork:
    """Fulfils `VerdictWork`; each step says how it is undone."""

    _recorded: dict[str, Recorded]
    _undo: list[Callable[[], Any]]

    def is_recorded(self, kind: str) -> bool:
        """Whether a kind pages nobody now."""
        return kind in self._recorded

    def put_recorded(self, rows: Iterable[Recorded]) -> None:
        """These kinds, and no others, page nobody from now on; one that stays keeps its since."""
        old = dict(self._recorded)
        self._undo += [lambda: self._recorded.update(old), self._recorded.clear]  # last first
        self._recorded.clear()
        for one in rows:
            since_ms = old[one.kind].since_ms if one.kind in old else one.since_ms
            self._recorded[one.kind] = structs.replace(one, since_ms=since_ms)

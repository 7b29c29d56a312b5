"""The facts of score cards in memory; it knows no contracts of maintenance, hence no units."""

from collections.abc import Collection

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_account import MemoryAccountReads
from liftwatch.adapters.memory_care_visits import VisitState
from liftwatch.adapters.memory_course import CourseState
from liftwatch.adapters.memory_faults import FaultState
from liftwatch.adapters.memory_register import RegisterState
from liftwatch.care.checklist import CARES
from liftwatch.care.faults import BACK_MS
from liftwatch.care.scorecard_facts import (
    BEFORE_MS,
    CLOCKS,
    KINDS,
    Came,
    Cared,
    Happened,
    Lift,
    Period,
    ScoreRead,
    Timed,
)
from liftwatch.clock import DAY_MS, ESTATE_MS, estate_day
from liftwatch.incidents.course import Course

_WORKS = frozenset(care.work for care in CARES)


class MemoryScoreReads(MemoryAccountReads):
    """Fulfils `liftwatch.care.scorecard_facts.ScoreReads`."""

    _register: RegisterState
    _course: CourseState
    _visits: VisitState
    _faults: FaultState

    def score_facts(
        self,
        period: Period,
        *,
        kinds: Collection[str] = KINDS,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> ScoreRead:
        """Of what is seen, all that a period's cards are made of."""
        lifts = [
            Lift(one.lift, one.area, one.estate)
            for one in self._register.lifts.values()
            if (exercise or not one.exercise) and sight.covers(one.area, one.estate)
        ]
        names = {one.lift for one in lifts}
        happened = self._happened(period, kinds, exercise=exercise, sight=sight)
        known = {one.id for one in happened}
        incidents = self._course.incidents
        return ScoreRead(
            lifts=sorted(lifts),
            happened=happened,
            timed=[
                Timed(clock.incident, clock.name, clock.due_ms, clock.met_ms, clock.missed_ms)
                for id in sorted(known)
                for clock in self._course.clocks.get(id, {}).values()
                if clock.name in CLOCKS and clock.occurrence == 1 and clock.dropped_ms is None
                if period.from_ms <= clock.due_ms < period.end_ms
            ],
            cared=self._cared(period, names),
            answers=[
                one
                for one in self._visits.answers.values()
                if one.lift in names and not incidents[one.incident].late
                if incidents[one.incident].kind == "maintenance_contradicted"
            ],
            came=self._came(period, names),
            began=self._began(names),
        )

    def _began(self, names: Collection[str]) -> dict[str, int]:
        incidents = self._course.incidents.values()
        firsts = [
            *((o.lift, o.day * DAY_MS - ESTATE_MS) for o in self._account.rows.values()),
            *((o.lift, o.in_ms) for o in self._visits.visits.values()),
            *((o.lift, o.at_ms) for o in self._faults.visits.values()),
            *((o.lift, o.opened_ms) for o in incidents if not o.late),
        ]
        found: dict[str, int] = {}
        for lift, at_ms in firsts:
            if lift is not None and lift in names:
                found[lift] = min(at_ms, found.get(lift, at_ms))
        return found

    def _happened(
        self, period: Period, kinds: Collection[str], *, exercise: bool, sight: Sight
    ) -> list[Happened]:
        found = []
        for one in self._course.incidents.values():
            course = self._course.courses.get(one.id) or Course(incident=one.id)
            around = one.raised_ms >= period.from_ms - BACK_MS
            still = one.cleared_ms is None or one.cleared_ms > period.from_ms
            done = (course.resolved_ms or 0) >= period.from_ms
            if not (around or still or done) or one.raised_ms >= period.to_ms + BACK_MS:
                continue
            if one.kind not in kinds or one.lift is None or one.late:
                continue
            if (one.exercise and not exercise) or not sight.covers(one.area, one.estate):
                continue
            told = [getattr(course, name) for name in Happened.__struct_fields__[9:]]
            found.append(
                Happened(*(getattr(one, name) for name in Happened.__struct_fields__[:9]), *told)
            )
        return found

    def _cared(self, period: Period, names: Collection[str]) -> list[Cared]:
        begin_ms = period.from_ms - BEFORE_MS
        found = [
            Cared(one.lift, one.out_ms, one.id, one.organisation, one.state == "agreed")
            for one in self._visits.visits.values()
            if one.cared is not None and one.out_ms is not None and one.lift in names
            if begin_ms <= one.out_ms <= period.end_ms
        ]
        days = {(one.lift, estate_day(one.at_ms)) for one in found}
        for told in self._faults.visits.values():
            day = (told.lift, estate_day(told.at_ms))
            known = told.lift not in names or day in days or told.work not in _WORKS
            if not known and begin_ms <= told.at_ms <= period.end_ms:
                days.add(day)
                found.append(Cared(told.lift, told.at_ms, None, None))
        return sorted(found, key=lambda one: (one.at_ms, one.lift))

    def _came(self, period: Period, names: Collection[str]) -> list[Came]:
        first, last = estate_day(period.from_ms), estate_day(max(period.from_ms, period.end_ms - 1))
        found = []
        for lift in sorted(names):
            rows = self.completeness_of(lift, first, last)
            if rows:
                heard, missing = (sum(getattr(o, n) for o in rows) for n in ("heard", "missing"))
                found.append(Came(lift, heard, missing))
        return found

"""Visits, regimes, certificates and answers in memory: the measure for the real ones."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.answer import Answer
from liftwatch.care.inspection import Inspection
from liftwatch.care.phases import Phase, phase_of
from liftwatch.care.regime import Regime
from liftwatch.care.visit import Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.ports import Conflict
from liftwatch.said import Said


class VisitState:
    """All of it by id."""

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}
        self.phases: dict[str, list[Phase]] = {}
        self.regimes: dict[str, Regime] = {}
        self.certificates: dict[str, Inspection] = {}
        self.answers: dict[str, Answer] = {}


class MemoryVisitReads:
    """Fulfils `liftwatch.care.visit_store.VisitReads`; it knows no contracts of maintenance."""

    _visits: VisitState

    def visit(self, id: str, *, sight: Sight = EVERYTHING) -> Visit | None:
        """One visit."""
        found = self._visits.visits.get(id)
        return found if found is not None and _sees(sight, found) else None

    def visits(
        self,
        where: VisitFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Visit]:
        """Visits, the newest check-in first, after a place."""
        found = [
            one
            for one in self._visits.visits.values()
            if _sees(sight, one)
            and where.lift in (None, one.lift)
            and where.technician in (None, one.technician)
            and where.organisation in (None, one.organisation)
            and (not where.state or one.state in where.state)
            and (where.from_ms is None or one.in_ms >= where.from_ms)
            and (where.to_ms is None or one.in_ms < where.to_ms)
            and (after is None or (one.in_ms, one.id) < after)
        ]
        return sorted(found, key=lambda one: (one.in_ms, one.id), reverse=True)[:limit]

    def last_cared(self, lifts: Collection[str]) -> dict[str, dict[str, int]]:
        """Of each of some lifts when each routine care was last finished."""
        found: dict[str, dict[str, int]] = {}
        for one in self._visits.visits.values():
            if one.lift in lifts and one.cared is not None and one.out_ms is not None:
                of = found.setdefault(one.lift, {})
                of[one.cared] = max(one.out_ms, of.get(one.cared, 0))
        return found

    def regimes(self, lifts: Collection[str]) -> dict[str, Regime]:
        """How some lifts are kept, as far as anybody filed it."""
        return {lift: one for lift, one in self._visits.regimes.items() if lift in lifts}

    def contracts_now(self, lifts: Collection[str], now_ms: int) -> dict[str, tuple[str, int]]:
        """None: no contracts are known."""
        del lifts, now_ms
        return {}

    def phase_heads(self) -> Mapping[str, int]:
        """The newest phase of each lift."""
        return {lift: len(phases) for lift, phases in self._visits.phases.items()}

    def phases(self, lift: str, *, after: int, limit: int = 50) -> list[Phase]:
        """The phases of a lift after a number, in order."""
        return self._visits.phases.get(lift, [])[after : after + limit]

    def inspections(self, lift: str) -> list[Inspection]:
        """The certificates of a lift, the newest inspection first."""
        found = [one for one in self._visits.certificates.values() if one.lift == lift]
        return sorted(found, key=lambda one: (one.inspected_on, one.id), reverse=True)[:200]

    def newest_inspections(self, lifts: Collection[str]) -> dict[str, Inspection]:
        """Of each of some lifts the newest certificate."""
        return {lift: found[0] for lift in set(lifts) if (found := self.inspections(lift))}

    def answer(self, incident: str) -> Answer | None:
        """How a contradiction stands."""
        return self._visits.answers.get(incident)

    def answers(self, incidents: Collection[str]) -> dict[str, Answer]:
        """How some stand."""
        return {id: one for id, one in self._visits.answers.items() if id in incidents}


class MemoryVisitWork:
    """Fulfils `liftwatch.care.visit_store.VisitWork`."""

    _visits: VisitState
    _put_row: Callable[[Any, Any, Any], None]

    def visit_locked(self, id: str) -> Visit | None:
        """A visit."""
        return self._visits.visits.get(id)

    def open_visits(self, *, lift: str, technician: str) -> list[Visit]:
        """What is open at a lift or of a technician."""
        found = [one for one in self._visits.visits.values() if one.state == "open"]
        return sorted(
            (one for one in found if one.lift == lift or one.technician == technician),
            key=lambda one: one.id,
        )

    def put_visit(self, visit: Visit, before: Visit | None) -> None:
        """Insert, or replace `before`; raises Conflict where somebody else was first."""
        same = self.open_visits(lift=visit.lift, technician=visit.technician)
        if visit.state == "open" and any(one.id != visit.id for one in same):
            raise Conflict(Said("it is there already, or can no longer be changed"))
        self._put_care(self._visits.visits, visit.id, visit, before=before)

    def tell_phase(self, visit: Visit) -> Phase:
        """Keep the phase a visit has come to as the next one of its lift."""
        known = self._visits.phases.get(visit.lift, [])
        phase = phase_of(visit, n=len(known) + 1)
        self._put_care(self._visits.phases, visit.lift, [*known, phase], before=known or None)
        return phase

    def regime_locked(self, lift: str) -> Regime | None:
        """How a lift is kept."""
        return self._visits.regimes.get(lift)

    def put_regime(self, regime: Regime, before: Regime | None) -> None:
        """Insert, or replace `before`; raises Conflict."""
        self._put_care(self._visits.regimes, regime.lift, regime, before=before)

    def certificate_known(self, *, number: str, sha256: str) -> Inspection | None:
        """A certificate on file with this number or this hash, of whatever lift."""
        known = sorted(self._visits.certificates.values(), key=lambda one: one.id)
        return next((o for o in known if o.number == number or o.sha256 == sha256), None)

    def add_inspection(self, one: Inspection) -> None:
        """Keep a certificate; raises Conflict where its number or hash is on file."""
        if self.certificate_known(number=one.number, sha256=one.sha256) is not None:
            raise Conflict(Said("it is there already, or can no longer be changed"))
        self._put_care(self._visits.certificates, one.id, one, before=None)

    def answer_locked(self, incident: str) -> Answer | None:
        """How a contradiction stands."""
        return self._visits.answers.get(incident)

    def put_answer(self, one: Answer, before: Answer | None) -> None:
        """Insert, or replace `before`; raises Conflict."""
        self._put_care(self._visits.answers, one.incident, one, before=before)

    def _put_care(self, rows: dict[str, Any], key: str, row: Any, *, before: Any) -> None:
        if rows.get(key) != before:
            raise Conflict(Said("somebody else has changed it"))
        self._put_row(rows, key, row)


def _sees(sight: Sight, visit: Visit) -> bool:
    return sight.covers(visit.area, visit.estate) or visit.organisation in sight.contracts_of

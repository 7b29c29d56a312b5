"""Books in memory: what a replay uses, and the measure for the real ones."""

import copy
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

from liftwatch import clock
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.memory_account import AccountState, MemoryAccountReads, MemoryAccountWork
from liftwatch.adapters.memory_audit import AuditState, MemoryAuditReads, MemoryAuditWork
from liftwatch.adapters.memory_beside import BesideState, MemoryBesideReads, MemoryBesideWork
from liftwatch.adapters.memory_care_visits import (
    MemoryVisitReads,
    MemoryVisitWork,
    VisitState,
)
from liftwatch.adapters.memory_cases import CaseState, MemoryCaseReads, MemoryCaseWork
from liftwatch.adapters.memory_course import CourseState, MemoryCourseReads, MemoryCourseWork
from liftwatch.adapters.memory_credit import CreditState, MemoryCreditReads, MemoryCreditWork
from liftwatch.adapters.memory_duties import DutiesState, MemoryDuties, MemoryDutyReads
from liftwatch.adapters.memory_evidence import (
    EvidenceState,
    MemoryEvidenceReads,
    MemoryEvidenceWork,
)
from liftwatch.adapters.memory_faults import FaultState, MemoryFaultReads, MemoryFaultWork
from liftwatch.adapters.memory_fund import FundState, MemoryFundReads, MemoryFundWork
from liftwatch.adapters.memory_instructions import (
    InstructionState,
    MemoryInstructionReads,
    MemoryInstructionWork,
)
from liftwatch.adapters.memory_old import MemoryOldWork
from liftwatch.adapters.memory_pages import MemoryPageReads, MemoryPageWork, PageState
from liftwatch.adapters.memory_recalls import MemoryRecallReads, MemoryRecallWork, RecallBook
from liftwatch.adapters.memory_register import (
    MemoryRegisterReads,
    MemoryRegisterWork,
    RegisterState,
)
from liftwatch.adapters.memory_renewals import (
    MemoryRenewalReads,
    MemoryRenewalWork,
    RenewalState,
)
from liftwatch.adapters.memory_reports import MemoryReportReads, MemoryReportWork, ReportState
from liftwatch.adapters.memory_rescue import MemoryRescueReads, MemoryRescueWork, RescueState
from liftwatch.adapters.memory_scores import MemoryScoreReads
from liftwatch.audit.chain import Keys
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import Conflict, IncidentFilter, LiftRow, Page, StreamEvent
from liftwatch.register.facts import Facts
from liftwatch.said import Said


class _State:
    """Everything there is; a transaction works on it and restores it when it fails."""

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self.newest_last: list[Incident] | None = None
        self.open: dict[tuple[bool, str | None, str], str] = {}
        self.late: dict[tuple[str | None, str, int], list[str]] = {}
        self.changes: set[tuple[str, str, str, int, int, bool]] = set()
        self.stream: list[StreamEvent] = []
        self.streamed_ms: list[int] = []
        self.pruned = 0
        self.lifts: dict[str, LiftRow] = {}
        self.register = RegisterState(self.lifts)
        self.duties = DutiesState()
        self.account = AccountState()
        self.audit = AuditState()
        self.fund, self.cases = FundState(), CaseState()
        self.visits = VisitState()
        self.evidence: EvidenceState = {}
        self.course = CourseState(self.incidents)
        self.pages = PageState(self.incidents)
        self.rescue, self.instructions = RescueState(), InstructionState()
        self.renewals, self.reports = RenewalState(), ReportState()
        self.recalls = RecallBook(self.instructions)
        self.credit = CreditState()
        self.faults = FaultState(self.course, self.register)
        self.endings = BesideState(self.changes, incidents=self.incidents, register=self.register)


class MemoryBooks(
    MemoryDutyReads,
    MemoryScoreReads,
    MemoryAccountReads,
    MemoryAuditReads,
    MemoryFundReads,
    MemoryCaseReads,
    MemoryEvidenceReads,
    MemoryCourseReads,
    MemoryPageReads,
    MemoryRescueReads,
    MemoryBesideReads,
    MemoryVisitReads,
    MemoryRegisterReads,
    MemoryFaultReads,
    MemoryInstructionReads,
    MemoryRenewalReads,
    MemoryReportReads,
    MemoryRecallReads,
    MemoryCreditReads,
):
    """Fulfils `liftwatch.ports.Books` for one thread; it knows no contracts of maintenance."""

    def __init__(self, *, audit_keys: Keys = (), fund_keys: Keys = ()) -> None:
        self._state = _State()
        super().__init__(self._state.duties)
        self._account, self._evidence = self._state.account, self._state.evidence
        self._register, self._course = self._state.register, self._state.course
        self._endings, self._recorded = self._state.endings, self._state.endings.recorded
        self._audit, self.audit_keys = self._state.audit, audit_keys
        self._fund, self.fund_keys = self._state.fund, fund_keys
        self._cases, self._visits = self._state.cases, self._state.visits
        self._pages = self._state.pages
        self._rescue, self._instructions = self._state.rescue, self._state.instructions
        self._faults, self._renewals = self._state.faults, self._state.renewals
        self._reports = self._state.reports
        self._recalls, self._credit = self._state.recalls, self._state.credit

    @contextmanager
    def begin(self) -> Iterator["MemoryWork"]:
        """A transaction: undone when the block raises."""
        work = MemoryWork(self._state, fund_keys=self.fund_keys)
        try:
            yield work
            work.write_audit(self.audit_keys)
        except BaseException:
            work.undo()
            raise

    def incident(self, id: str, *, sight: Sight = EVERYTHING) -> Incident | None:
        """One incident."""
        found = self._state.incidents.get(id)
        seen = found is not None and sight.covers(found.area, found.estate)
        return found if seen else None

    def incidents(
        self,
        where: IncidentFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> Page:
        """Incidents, newest first."""
        order = self._newest_last()
        end = len(order) if after is None else bisect_left(order, after, key=_place)
        below = (order[i] for i in range(end - 1, -1, -1))
        found = (one for one in below if matches(one, where) and sight.covers(one.area, one.estate))
        page = list(islice(found, limit))
        more = next(found, None) is not None
        return Page(page, _place(page[-1]) if more and page else None)

    def _newest_last(self) -> list[Incident]:
        """All incidents in order, sorted anew only after a change."""
        if self._state.newest_last is None:
            self._state.newest_last = sorted(self._state.incidents.values(), key=_place)
        return self._state.newest_last

    def lift(self, lift: str, *, sight: Sight = EVERYTHING) -> LiftRow | None:
        """One lift."""
        found = self._state.lifts.get(lift)
        seen = found is not None and sight.covers(found.area, found.estate)
        return self._register.held(found) if seen and found else None

    def lifts(
        self,
        *,
        estate: str | None = None,
        after: str | None = None,
        limit: int = 500,
        among: Collection[str] | None = None,
        sight: Sight = EVERYTHING,
    ) -> list[LiftRow]:
        """Lifts in order of their name."""
        names = sorted(
            name
            for name, row in self._state.lifts.items()
            if (estate is None or row.estate == estate) and (after is None or name > after)
            if among is None or name in among
            if sight.covers(row.area, row.estate)
        )
        return [self._register.held(self._state.lifts[name]) for name in names[:limit]]

    def stream_after(self, n: int, limit: int = 500) -> list[StreamEvent]:
        """Changes numbered above n."""
        start = max(n - self._state.pruned, 0)
        return self._state.stream[start : start + limit]

    def stream_head(self) -> int:
        """The newest number."""
        return self._state.pruned + len(self._state.stream)

    def prune_stream(self, keep: int, *, before_ms: int) -> int:
        """Forget the oldest changes before a moment, never of the newest `keep`."""
        state = self._state
        old = (n for n, at_ms in enumerate(state.streamed_ms) if at_ms >= before_ms)
        gone = max(0, min(next(old, len(state.stream)), len(state.stream) - keep))
        del state.stream[:gone], state.streamed_ms[:gone]
        state.pruned += gone
        return gone

    def is_ready(self) -> bool:
        """Memory is always there."""
        return True

    def close(self) -> None:
        """Nothing to let go of."""


class MemoryWork(
    MemoryDuties,
    MemoryAccountWork,
    MemoryAuditWork,
    MemoryFundWork,
    MemoryCaseWork,
    MemoryEvidenceWork,
    MemoryCourseWork,
    MemoryPageWork,
    MemoryRescueWork,
    MemoryBesideWork,
    MemoryOldWork,
    MemoryVisitWork,
    MemoryRegisterWork,
    MemoryFaultWork,
    MemoryInstructionWork,
    MemoryRenewalWork,
    MemoryReportWork,
    MemoryRecallWork,
    MemoryCreditWork,
):
    """One transaction; each step says how it is undone."""

    def __init__(self, state: _State, *, fund_keys: Keys = ()) -> None:
        super().__init__(state.duties)
        self._fund, self.fund_keys = state.fund, fund_keys
        self._cases, self._visits = state.cases, state.visits
        self._state, self._account, self._evidence = state, state.account, state.evidence
        self._audit, self._drafts, self._register = state.audit, [], state.register
        self._course, self._pages, self._rescue = state.course, state.pages, state.rescue
        self._endings, self._instructions = state.endings, state.instructions
        self._faults, self._renewals = state.faults, state.renewals
        self._reports = state.reports
        self._recalls, self._credit = state.recalls, state.credit
        self._recorded = state.endings.recorded

    def undo(self) -> None:
        """Take every step back, the last first."""
        for step in reversed(self._undo):
            step()

    def remember(self, change: AlarmChange) -> bool:
        """False when this very change was written down before."""
        key = (
            change.subject,
            change.kind,
            change.edge,
            change.opened_ms,
            change.at_ms,
            change.late,
        )
        if key in self._state.changes:
            return False
        self._state.changes.add(key)
        self._undo.append(lambda: self._state.changes.discard(key))
        return True

    def open_incident_of(self, lift: str, kind: str) -> Incident | None:
        """The one open incident."""
        id = self._state.open.get((True, lift, kind))
        return self._state.incidents[id] if id else None

    def open_incident_of_scope(self, scope: str, kind: str) -> Incident | None:
        """The one open incident that stands for several lifts."""
        id = self._state.open.get((False, scope, kind))
        return self._state.incidents[id] if id else None

    def late_incident_of(self, lift: str, kind: str, opened_ms: int) -> Incident | None:
        """The late incident of history that began at that moment."""
        ids = self._state.late.get((lift, kind, opened_ms), ())
        return max((self._state.incidents[id] for id in ids), key=_place, default=None)

    def add_incident(self, incident: Incident) -> None:
        """Insert; Conflict when another is open."""
        self._put(incident)

    def update_incident(self, incident: Incident) -> None:
        """Replace; Conflict when somebody else did."""
        old = self._state.incidents.get(incident.id)
        if old is None or old.version != incident.version - 1:
            raise Conflict(Said("somebody else has changed it"))
        self._put(incident)

    def publish(self, name: str, data: dict[str, Any]) -> int:
        """Append to the stream."""
        n = self._state.pruned + len(self._state.stream) + 1
        self._state.stream.append(StreamEvent(n, name, data))
        self._state.streamed_ms.append(clock.now_ms())
        self._undo += [self._state.stream.pop, self._state.streamed_ms.pop]
        return n

    def facts_of_lift(self, lift: str) -> Facts | None:
        """What is known of a lift."""
        found = self._state.lifts.get(lift)
        return self._register.held(found).facts if found else None

    def put_lifts(self, rows: Sequence[LiftRow]) -> None:
        """Insert or replace lifts."""
        for row in rows:
            old = self._state.lifts.get(row.lift)
            self._state.lifts[row.lift] = copy.copy(row)
            self._undo.append(partial(_restore, self._state.lifts, row.lift, old))

    def _put(self, incident: Incident) -> None:
        state, slot = self._state, _slot(incident)
        old, old_slot = state.incidents.get(incident.id), state.open.get(slot)
        if incident.is_open and old_slot not in (None, incident.id):
            raise Conflict(Said("another %(kind)s is open", kind=incident.kind))
        self._undo.append(lambda: self._put_back(incident, old, old_slot))
        state.incidents[incident.id], state.newest_last = incident, None
        if incident.is_open:
            state.open[slot] = incident.id
        elif old_slot == incident.id:
            del state.open[slot]
        if incident.late and old is None:
            state.late.setdefault(_history(incident), []).append(incident.id)

    def _put_back(self, incident: Incident, old: Incident | None, old_slot: str | None) -> None:
        _restore(self._state.incidents, incident.id, old)
        _restore(self._state.open, _slot(incident), old_slot)
        self._state.newest_last = None
        if incident.late and old is None:
            self._state.late[_history(incident)].remove(incident.id)


def _place(incident: Incident) -> tuple[int, str]:
    return (incident.raised_ms, incident.id)


def _history(incident: Incident) -> tuple[str | None, str, int]:
    return (incident.lift, incident.kind, incident.opened_ms)


def _slot(incident: Incident) -> tuple[bool, str | None, str]:
    """What may be open once: a kind of a lift, or of a scope."""
    single = incident.lift is not None
    return (single, incident.lift if single else incident.scope, incident.kind)


def _restore(where: dict[Any, Any], name: Any, old: Any) -> None:
    if old is None:
        where.pop(name, None)
    else:
        where[name] = old


def matches(incident: Incident, where: IncidentFilter) -> bool:
    """Whether an incident is among those asked for."""
    touches = where.lift in (incident.lifts if incident.lift is None else (incident.lift,))
    return (
        (not where.state or incident.state in where.state)
        and (not where.kind or incident.kind in where.kind)
        and (not where.severity or incident.severity in where.severity)
        and (not where.estate or incident.estate in where.estate)
        and (where.lift is None or touches)
        and (where.from_ms is None or incident.raised_ms >= where.from_ms)
        and (where.to_ms is None or incident.raised_ms < where.to_ms)
        and (not where.open_only or incident.is_open)
    )

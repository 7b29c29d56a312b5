"""The books as one request may see them: what its principal may not see is not there.

Routes get nothing else (`api.parts`), so that none can forget to ask.
"""

from collections.abc import Collection, Sequence

from liftwatch.access.sight import Sight
from liftwatch.account import AccountGap, Completeness, CompletenessPlace
from liftwatch.audit.persons import Line as AuditLine
from liftwatch.audit.trail import AuditFilter
from liftwatch.care.area import EstateLifts, LiftCount, OpenCount, UnitCount
from liftwatch.care.faults import Fault, FaultFilter, FaultPage, Fixed, Replaced
from liftwatch.care.faults_store import Scope
from liftwatch.care.hazards import Hazard
from liftwatch.care.renewal import Estimate
from liftwatch.care.report import Report, ReportFilter
from liftwatch.care.signature import Signed
from liftwatch.clock import now_ms
from liftwatch.incidents.clocks import Clock
from liftwatch.incidents.course import Course, Line
from liftwatch.incidents.evidence import EvidenceWindow
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.pages import Notice
from liftwatch.incidents.pages import Page as Told
from liftwatch.incidents.silences import Hidden, Silence, Withheld
from liftwatch.incidents.statistics import Rescue
from liftwatch.incidents.verdicts import Judged, Recorded, Rejected
from liftwatch.ports import Books, IncidentFilter, LiftRow, Page
from liftwatch.records import Door
from liftwatch.register.columns import HouseholdRow
from liftwatch.register.localities import Key, Locality
from liftwatch.register.record import Note, Record
from liftwatch.rescue.events import EXERCISES, RescueEvent

AT_ONCE = 500


class SeenBooks:
    """Reads of the books, each bounded by what may be seen.

    `exercise`: whether the whole installation is one, so that exercises count in its statistics.
    """

    def __init__(self, books: Books, sight: Sight, *, exercise: bool = False) -> None:
        self._books, self.sight, self.exercise = books, sight, exercise

    def incident(self, id: str) -> Incident | None:
        """One incident."""
        return self._books.incident(id, sight=self.sight)

    def incidents(
        self, where: IncidentFilter, *, after: tuple[int, str] | None = None, limit: int = 50
    ) -> Page:
        """Incidents, newest first."""
        return self._books.incidents(where, after=after, limit=limit, sight=self.sight)

    def lift(self, lift: str) -> LiftRow | None:
        """One lift."""
        return self._books.lift(lift, sight=self.sight)

    def lifts(
        self, *, estate: str | None = None, after: str | None = None, limit: int = 500
    ) -> list[LiftRow]:
        """Lifts in order of their name, after a name."""
        return self._books.lifts(estate=estate, after=after, limit=limit, sight=self.sight)

    def lifts_named(self, names: Collection[str]) -> dict[str, LiftRow]:
        """Those of some lifts that are known, by name, read so many at once."""
        wanted, found = sorted(set(names)), dict[str, LiftRow]()
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            rows = self._books.lifts(among=some, limit=len(some), sight=self.sight)
            found |= {row.lift: row for row in rows}
        return found

    def courses(self, incidents: Sequence[str]) -> dict[str, Course]:
        """What people made of incidents that are seen: ids come from what was read before."""
        return self._books.courses(incidents)

    def clocks_of(self, incidents: Sequence[str]) -> dict[str, list[Clock]]:
        """The clocks of incidents that are seen, as above."""
        return self._books.clocks_of(incidents)

    def story(self, incident: str) -> list[Line]:
        """The story of an incident that is seen."""
        return self._books.lines_of(incident) if self.incident(incident) else []

    def told(self, incident: str) -> tuple[list[Notice], list[Told]]:
        """Who was told of an incident that is seen, and why nobody."""
        if self.incident(incident) is None:
            return [], []
        return self._books.notices_of(incident), self._books.pages_of(incident)

    def rescue_events_of(self, incident: str) -> list[RescueEvent]:
        """What the rescue platform was told of an incident that is seen."""
        return self._books.rescue_events_of(incident) if self.incident(incident) else []

    def rescue_after(self, feed: str, n: int, *, limit: int) -> list[RescueEvent]:
        """Events of a feed of which the whole area is seen: a part of it would have gaps."""
        seen = self.sight.covers(feed.removesuffix(EXERCISES), "")
        return self._books.rescue_after(feed, n, limit) if seen else []

    def rescue_head(self, feed: str) -> int:
        """The newest number of a feed; it tells nobody what came about."""
        return self._books.rescue_head(feed)

    def trail_of(self, where: AuditFilter, *, limit: int) -> list[AuditLine]:
        """What the trail has of an incident that is seen, the newest first."""
        seen = where.target_kind == "incident" and self.incident(where.target or "") is not None
        return self._books.audit_page(where, limit=limit).items if seen else []

    def judged(self, from_ms: int, to_ms: int, *, exercise: bool) -> list[Judged]:
        """What people said of alarms that are seen."""
        return self._books.judged(from_ms, to_ms, exercise=exercise, sight=self.sight)

    def rejected(self, from_ms: int, to_ms: int) -> list[Rejected]:
        """Those that were rejected, of incidents that are seen."""
        return self._books.rejected(from_ms, to_ms, sight=self.sight)

    def recorded(self) -> list[Recorded]:
        """The kinds that page nobody now, whoever asks."""
        return self._books.recorded()

    def rescues(
        self, from_ms: int, to_ms: int, *, kinds: Sequence[str], exercise: bool
    ) -> list[Rescue]:
        """What statistics are made of, of incidents that are seen."""
        return self._books.rescues(from_ms, to_ms, kinds=kinds, exercise=exercise, sight=self.sight)

    def silence(self, id: str) -> Silence | None:
        """A silence of what is seen."""
        found = self._books.silence(id)
        return found if found is not None and self._sees(found) else None

    def silences(self, *, since_ms: int) -> list[Silence]:
        """Those of what is seen that end after a moment, the newest first."""
        return self._books.silences(since_ms=since_ms, sight=self.sight)

    def hidden(
        self, *, since_ms: int, silence: str | None = None, limit: int = 500
    ) -> list[tuple[Hidden, Incident]]:
        """What paged nobody since then, of incidents that are seen."""
        rows = self._books.hidden(since_ms=since_ms, silence=silence, limit=limit, sight=self.sight)
        found = [(one, self.incident(one.incident)) for one in rows]
        return [(one, incident) for one, incident in found if incident is not None]

    def hid(self, silence: str) -> int:
        """How many alarms that are seen a silence hid, at most 500."""
        return len(self._books.hidden(since_ms=0, silence=silence, sight=self.sight))

    def withheld(self, *, since_ms: int, limit: int = 500) -> list[Withheld]:
        """What was not raised for a visit or a mode since then, of lifts that are seen."""
        return self._books.withheld(since_ms=since_ms, limit=limit, sight=self.sight)

    def _sees(self, silence: Silence) -> bool:
        if self.sight.covers(silence.area, silence.estate):
            return True
        return silence.lift is not None and self.lift(silence.lift) is not None

    def evidence_of(self, incident: str) -> list[EvidenceWindow]:
        """The windows of an incident that is seen."""
        return self._books.evidence_of(incident) if self.incident(incident) else []

    def completeness_of(self, lift: str, from_day: int, to_day: int) -> list[Completeness]:
        """The days of a lift that is seen, the newest first."""
        return self._books.completeness_of(lift, from_day, to_day) if self.lift(lift) else []

    def completeness_on(
        self,
        day: int,
        *,
        estate: str | None = None,
        after: CompletenessPlace | None = None,
        limit: int = 500,
    ) -> list[Completeness]:
        """The lifts of a day that are seen, those that miss most first, after a place."""
        return self._books.completeness_on(
            day, estate=estate, after=after, limit=limit, sight=self.sight
        )

    def gaps_of(
        self, terminal: str, *, after: tuple[str, str, str, int] | None = None, limit: int = 500
    ) -> list[AccountGap]:
        """What is missing of a terminal, where its place is seen."""
        return self._books.gaps_of(terminal, after=after, limit=limit, sight=self.sight)

    def faults(
        self, where: FaultFilter, *, after: tuple[int, str] | None = None, limit: int = 50
    ) -> FaultPage:
        """The fault history, newest first."""
        return self._books.faults(
            where, now_ms=now_ms(), after=after, limit=limit, sight=self.sight
        )

    def faults_of(self, incidents: Collection[str]) -> dict[str, Fault]:
        """The history of some incidents, those that are seen."""
        return self._books.faults_of(incidents, now_ms=now_ms(), sight=self.sight)

    def signed(self, incidents: Collection[str]) -> dict[str, Signed]:
        """The signatures of incidents that are seen: ids come from what was read before."""
        return self._books.signed(incidents)

    def signed_like(
        self, asked: Signed, *, scope: Scope, kinds: Sequence[str], limit: int
    ) -> list[Signed]:
        """Signatures of what was raised before in lifts whose history is seen."""
        return self._books.signed_like(
            asked, scope=scope, kinds=kinds, now_ms=now_ms(), limit=limit, sight=self.sight
        )

    def fixed(self, where: FaultFilter, *, limit: int, exercise: bool) -> list[Fixed]:
        """What people put right on lifts whose history is seen."""
        return self._books.fixed(
            where, now_ms=now_ms(), limit=limit, exercise=exercise, sight=self.sight
        )

    def replaced(self, where: FaultFilter, *, limit: int, exercise: bool) -> list[Replaced]:
        """What was replaced on lifts whose history is seen."""
        return self._books.replaced(
            where, now_ms=now_ms(), limit=limit, exercise=exercise, sight=self.sight
        )

    def record(self, lift: str) -> Record | None:
        """A lift on record."""
        return self._books.record_of(lift, sight=self.sight)

    def successor(self, lift: str) -> str | None:
        """The lift that replaced one, where both are seen."""
        found = self._books.successor_of(lift) if self.lift(lift) else None
        return found if found is not None and self.lift(found) else None

    def notes(self, lift: str, *, limit: int = 100) -> list[Note]:
        """What people set of a lift that is seen, the newest first."""
        return self._books.notes_of(lift, limit=limit) if self.lift(lift) else []

    def households(
        self,
        area: str,
        estate: str,
        *,
        building: str | None = None,
        after: Door | None = None,
        limit: int = 500,
    ) -> list[HouseholdRow]:
        """Households of an estate that are seen, after a door."""
        return self._books.households(
            area, estate, building=building, after=after, limit=limit, sight=self.sight
        )

    def localities(self, keys: Collection[Key]) -> dict[Key, Locality]:
        """The names of places of rows that are seen."""
        return self._books.localities(keys)

    def localities_after(self, *, after: Key | None = None, limit: int = 500) -> list[Locality]:
        """Places that have a name and are seen, after some."""
        return self._books.localities_after(after=after, limit=limit, sight=self.sight)

    def estates(self) -> list[tuple[str, str]]:
        """Areas and estates of lifts that are seen, in order."""
        return self._books.estates(sight=self.sight)

    def area_lifts(self) -> list[EstateLifts]:
        """By estate, of lifts that are seen."""
        return self._books.area_lifts(sight=self.sight)

    def area_open(self) -> list[OpenCount]:
        """What is open by estate, kind and severity, of incidents that are seen."""
        return self._books.area_open(sight=self.sight)

    def area_faults(
        self, from_ms: int, to_ms: int, *, kinds: Sequence[str], exercise: bool
    ) -> list[LiftCount]:
        """How often kinds were raised by lift, of incidents that are seen."""
        return self._books.area_faults(
            from_ms, to_ms, kinds=kinds, exercise=exercise, sight=self.sight
        )

    def area_units(
        self, from_ms: int, to_ms: int, *, kinds: Sequence[str], exercise: bool
    ) -> list[UnitCount]:
        """The same by maintenance unit, in its time, of lifts that are seen."""
        return self._books.area_units(
            from_ms, to_ms, kinds=kinds, exercise=exercise, sight=self.sight
        )

    def hazard(self, id: str) -> Hazard | None:
        """A hazard on record of a lift that is seen."""
        found = self._books.hazard(id)
        return found if found is not None and self.lift(found.lift) else None

    def hazards_of(self, lift: str) -> list[Hazard]:
        """Those on record of a lift that is seen."""
        return self._books.hazards_of(lift) if self.lift(lift) else []

    def estimates_of(self, lift: str) -> list[Estimate]:
        """What people hold a lift that is seen to need, the newest first."""
        return self._books.estimates_of(lift) if self.lift(lift) else []

    def report(self, id: str) -> Report | None:
        """A report of a place or a unit that is seen."""
        return self._books.report(id, sight=self.sight)

    def reports(
        self, where: ReportFilter, *, after: tuple[int, str] | None = None, limit: int = 50
    ) -> list[Report]:
        """Reports that are seen, the newest made first."""
        return self._books.reports(where, after=after, limit=limit, sight=self.sight)

    def stream_head(self) -> int:
        """The newest number of the stream; it tells nobody what changed."""
        return self._books.stream_head()

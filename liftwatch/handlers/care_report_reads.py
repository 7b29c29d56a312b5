"""The facts of a report, read from the books: of one scope, in one period, and as things stand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from liftwatch.access.sight import Sight
from liftwatch.care.area import LiftCount
from liftwatch.care.complaints import TOPICS, Complaint
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction
from liftwatch.care.report import Period, Scope
from liftwatch.care.report_facts import (
    Came,
    Complained,
    Facts,
    Hung,
    Instructed,
    Money,
    Spans,
    Visited,
)
from liftwatch.care.residents import month
from liftwatch.care.residents_store import CareReads
from liftwatch.care.scorecard import Card
from liftwatch.care.scorecard_facts import Party
from liftwatch.care.visit import Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import EntryFilter
from liftwatch.fund.kept import CaseFilter
from liftwatch.fund.posted import Entry
from liftwatch.handlers.care_effects import effect_of
from liftwatch.handlers.care_plans import Planned, plans
from liftwatch.handlers.care_visits import CONTRADICTED
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import KINDS
from liftwatch.ports import Books, IncidentFilter, LiftRow, Page

PAGE, PAGES_MAX = 500, 400
"""At most 200 000 rows of a kind are read; a report that had to leave some out says so."""
BACK_MS = 31 * DAY_MS
"""What began before a period may last into it: so far back it is looked for [our choice]."""
EVERY_KIND = tuple(kind.name for kind in KINDS)


class Bounded:
    """The books as a scope has them: what is not of it is not there."""

    def __init__(self, books: Books, sight: Sight, *, exercise: bool) -> None:
        self.books, self.sight, self.exercise = books, sight, exercise

    def lifts(
        self, *, estate: str | None = None, after: str | None = None, limit: int = 500
    ) -> list[LiftRow]:
        """Lifts in order of their names."""
        return self.books.lifts(estate=estate, after=after, limit=limit, sight=self.sight)

    def incidents(
        self, where: IncidentFilter, *, after: tuple[int, str] | None = None, limit: int = 50
    ) -> Page:
        """Incidents, newest first."""
        return self.books.incidents(where, after=after, limit=limit, sight=self.sight)

    def area_faults(
        self, from_ms: int, to_ms: int, *, kinds: Sequence[str], exercise: bool
    ) -> list[LiftCount]:
        """How often kinds were raised, by lift."""
        return self.books.area_faults(
            from_ms, to_ms, kinds=kinds, exercise=exercise, sight=self.sight
        )


ScoreReads = Callable[[Sequence[str], Period], Mapping[Party, Sequence[Card]]]
"""Reads the score cards of some areas in a period."""


class Source(NamedTuple):
    """Where the facts of a report come from; `care` None: nobody keeps complaints and notices, and
    `scores` None: nobody reckons score cards here.

    Exercises count only where the whole installation is one.
    """

    books: Books
    care: CareReads | None
    exercise: bool
    scores: ScoreReads | None = None


class Read(NamedTuple):
    """What is read once for both periods of a report: `planned` is of all lifts of the scope."""

    planned: list[Planned]
    incidents: list[Incident]
    visits: list[Visit]
    instructions: list[Instruction]
    told: list[Complaint]
    entries: list[Entry]
    cut: tuple[str, ...]


def read_for(source: Source, scope: Scope, period: Period, *, now_ms: int) -> Read:
    """All that two periods are counted from; a scope without lifts gives empty lists."""
    here, cut = Bounded(source.books, scope.sight, exercise=source.exercise), list[str]()
    since_ms = period.before.from_ms - BACK_MS
    lifts = list(_lifts(here))
    where = IncidentFilter(from_ms=since_ms, to_ms=period.to_ms)
    incidents = [one for one in _incidents(here, where, cut) if _counts(one, source)]
    told = [] if source.care is None else _told(source, scope, since_ms, cut=cut)
    return Read(
        plans(source.books, lifts, now_ms=now_ms),
        incidents,
        list(_visits(source.books, scope, since_ms, to_ms=period.to_ms)),
        list(_instructions(source.books, scope)),
        told,
        [] if scope.kind == "unit" else list(_entries(source.books, scope)),
        tuple(cut),
    )


def facts_of(source: Source, scope: Scope, period: Period, *, read: Read, now_ms: int) -> Facts:
    """What happened in a period, of what was read."""
    from_ms, to_ms = period.from_ms, period.to_ms
    raised = [one for one in read.incidents if from_ms <= one.raised_ms < to_ms]
    real = [one for one in raised if one.state != "rejected" and one.lift is not None]
    contradicted = [one for one in real if one.kind == CONTRADICTED]
    rescues = source.books.rescues(
        from_ms, to_ms, kinds=EVERY_KIND, exercise=source.exercise, sight=scope.sight
    )
    return Facts(
        lifts=len(read.planned),
        days=len(period.days),
        raised=Counter((one.kind, one.severity) for one in real),
        rejected=len([one for one in raised if one.state == "rejected"]),
        rescues=tuple(rescues),
        spans=_spans(read, period, now_ms=now_ms),
        visits=_visited(read, period),
        contradictions=_answered(source.books, contradicted),
        instructions=_instructed(read.instructions, period),
        complaints=None if source.care is None else _complained(read.told, period),
        notices=_hung(source, scope, period, now_ms=now_ms),
        money=None if scope.kind == "unit" else _money(source.books, scope, period, read=read),
        came=_came(source.books, scope, period),
        cut=read.cut,
    )


def _counts(one: Incident, source: Source) -> bool:
    return not one.late and (source.exercise or not one.exercise)


def _lifts(here: Bounded) -> Iterator[LiftRow]:
    after = None
    for _ in range(PAGES_MAX):
        rows = here.lifts(after=after, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].lift


def _incidents(here: Bounded, where: IncidentFilter, cut: list[str]) -> Iterator[Incident]:
    after = None
    for _ in range(PAGES_MAX):
        page = here.incidents(where, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return
    cut.append("incidents_cut")


def _visits(books: Books, scope: Scope, from_ms: int, *, to_ms: int) -> Iterator[Visit]:
    """Of a unit its own alone, of a place everybody's."""
    own = scope.unit if scope.kind == "unit" else None
    where = VisitFilter(organisation=own, from_ms=from_ms, to_ms=to_ms)
    after = None
    for _ in range(PAGES_MAX):
        rows = books.visits(where, after=after, limit=PAGE, sight=scope.sight)
        yield from rows
        if len(rows) < PAGE:
            return
        after = (rows[-1].in_ms, rows[-1].id)


def _instructions(books: Books, scope: Scope) -> Iterator[Instruction]:
    """Of a unit those that it has, of a place all of it."""
    own = scope.unit if scope.kind == "unit" else None
    after = None
    for _ in range(PAGES_MAX):
        rows = books.instructions(
            InstructionFilter(responsible=own),
            after=after,
            limit=PAGE,
            sight=scope.sight,
            organisations=(own,) if own else (),
        )
        yield from rows
        if len(rows) < PAGE:
            return
        after = (rows[-1].deadline_ms, rows[-1].id)


TOLD_MAX = 20_000


def _told(source: Source, scope: Scope, since_ms: int, *, cut: list[str]) -> list[Complaint]:
    assert source.care is not None
    rows = source.care.told_of(since_ms=since_ms, sight=scope.sight, limit=TOLD_MAX)
    if len(rows) == TOLD_MAX:
        cut.append("complaints_cut")
    return [one for one in rows if source.exercise or not one.exercise]


def _entries(books: Books, scope: Scope) -> Iterator[Entry]:
    n = 0
    while page := books.fund_feed(EntryFilter(), after=n, limit=PAGE, sight=scope.sight):
        yield from page
        n = page[-1].n


def _spans(read: Read, period: Period, *, now_ms: int) -> Spans:
    """How long lifts stood and were not heard, each moment of a lift once."""
    by = defaultdict[str, list[Incident]](list)
    for one in read.incidents:
        if one.lift is not None:
            by[one.lift].append(one)
    until_ms = max(period.from_ms, min(period.to_ms, now_ms))
    months = [
        month(by[row.row.lift], from_ms=period.from_ms, to_ms=period.to_ms, now_ms=now_ms)
        for row in read.planned
    ]
    return Spans(
        len(read.planned) * (until_ms - period.from_ms),
        sum(one.stopped_ms for one in months),
        sum(one.blind_ms for one in months),
    )


def _visited(read: Read, period: Period) -> Visited:
    """A visit is in time within the lift's interval, in days of the calendar, after the last."""
    interval = {one.row.lift: one.interval for one in read.planned}
    last, counts = dict[str, int](), Counter[str]()
    lifts = set[str]()
    for one in sorted(read.visits, key=lambda visit: visit.out_ms or visit.in_ms):
        out_ms = one.out_ms or one.in_ms
        inside = period.from_ms <= out_ms < period.to_ms
        if one.cared is None:
            counts["broken"] += inside and bool(one.broken_off)
            continue
        if inside:
            lifts.add(one.lift)
            before_ms, days = last.get(one.lift), interval.get(one.lift)
            if before_ms is None or days is None:
                counts["first"] += 1
            else:
                in_time = estate_day(out_ms) - estate_day(before_ms) <= days
                counts["in_time" if in_time else "late"] += 1
        last[one.lift] = out_ms
    without = len({one.row.lift for one in read.planned} - lifts)
    return Visited(
        in_time=counts["in_time"],
        late=counts["late"],
        first=counts["first"],
        broken=counts["broken"],
        lifts_without=without,
    )


def _answered(books: Books, contradicted: Sequence[Incident]) -> dict[str, int]:
    known = books.answers([one.id for one in contradicted])
    return dict(Counter(known[x.id].state if x.id in known else "asked" for x in contradicted))


def _instructed(some: Sequence[Instruction], period: Period) -> Instructed:
    from_ms, to_ms = period.from_ms, period.to_ms
    mine = [one for one in some if one.issued_ms < to_ms]
    done = [one for one in mine if one.closed_ms is not None and one.state == "closed"]
    standing = [one for one in mine if one.closed_ms is None or one.closed_ms >= to_ms]
    return Instructed(
        issued=sum(one.issued_ms >= from_ms for one in mine),
        done=sum(from_ms <= (one.closed_ms or 0) < to_ms for one in done),
        open=len(standing),
        overdue=sum(
            one.deadline_ms < to_ms and (one.reported_ms is None or one.reported_ms >= to_ms)
            for one in standing
        ),
    )


def _complained(told: Sequence[Complaint], period: Period) -> dict[str, Complained]:
    """By topic; who joined a matter is counted with what they told."""
    by = defaultdict[str, list[Complaint]](list)
    for one in told:
        if period.from_ms <= one.told_ms < period.to_ms:
            by[one.topic].append(one)
    found = {}
    for topic, rows in by.items():
        matters = [one for one in rows if one.lead is None]
        answered = [one for one in matters if one.answered_ms is not None]
        limit_ms = TOPICS[topic].answer_ms
        found[topic] = Complained(
            matters=len(matters),
            people=len(rows) + sum(one.crowd for one in matters),
            answered=len(answered),
            in_time=sum((one.answered_ms or 0) - one.told_ms <= limit_ms for one in answered),
            ratings=tuple(one.rating for one in matters if one.rating is not None),
        )
    return found


def _hung(source: Source, scope: Scope, period: Period, *, now_ms: int) -> tuple[Hung, ...] | None:
    if source.care is None:
        return None
    here = Bounded(source.books, scope.sight, exercise=source.exercise)
    found = source.care.notices(since_ms=period.from_ms, sight=scope.sight)
    return tuple(
        Hung(
            one.topic,
            "/".join((one.area, one.estate, one.building, one.lift or "")).rstrip("/"),
            effect_of(here, source.care, one, now_ms=now_ms),
        )
        for one in found
        if one.published_ms is not None and period.from_ms <= one.published_ms < period.to_ms
    )


def _money(books: Books, scope: Scope, period: Period, *, read: Read) -> Money:
    """What special accounts of the scope's buildings moved, by kind of entry."""
    flows, buildings = Counter[str](), set[tuple[str, str, str]]()
    days = period.days
    for entry in read.entries:
        for leg in entry.postings:
            account = account_of(leg.account)
            if account.kind != "bank" or not scope.sight.covers(account.area, account.estate):
                continue
            buildings.add(account.place)
            if entry.day in days and entry.kind != "rebank":
                flows[entry.kind] += leg.amount
    return Money(
        {name: fen for name, fen in flows.items() if fen},
        _published(books, scope, period),
        len(buildings),
    )


def _published(books: Books, scope: Scope, period: Period) -> int:
    count, after = 0, ""
    while page := books.fund_cases(CaseFilter(), after=after, limit=PAGE, sight=scope.sight):
        for case in page:
            if case.opened_ms < period.to_ms:
                hung = books.fund_publications(case.id)
                count += sum(period.from_ms <= one.at_ms < period.to_ms for one in hung)
        after = page[-1].id
    return count


def _came(books: Books, scope: Scope, period: Period) -> Came:
    heard = missing = lift_days = 0
    for day in period.days:
        after = None
        while rows := books.completeness_on(day, after=after, limit=PAGE, sight=scope.sight):
            heard += sum(one.heard for one in rows)
            missing += sum(one.missing for one in rows)
            lift_days += len(rows)
            last = rows[-1]
            after = (last.lost_ppm, last.area, last.estate, last.lift)
            if len(rows) < PAGE:
                break
    return Came(heard, missing, lift_days)

"""Reports are made and kept: by the clock, by people, by a command; nothing changes one later."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import Struct

from liftwatch.access.sight import Place, Sight
from liftwatch.care.area import FAULTS
from liftwatch.care.inspection import needs_assessment
from liftwatch.care.regime import is_overdue
from liftwatch.care.report import (
    PERIODS,
    Content,
    MadeFrom,
    Period,
    Report,
    Scope,
    over,
)
from liftwatch.care.report_facts import Inspected, Risky, State, Told
from liftwatch.care.report_sections import kept_figures, sections
from liftwatch.care.risk import DUTIES, TRENDS, is_over
from liftwatch.clock import date_of, estate_day
from liftwatch.handlers.care_plans import Planned, is_notified
from liftwatch.handlers.care_report_reads import Bounded, Read, Source, facts_of, read_for
from liftwatch.handlers.care_risk import YEAR_MS, judge_risks
from liftwatch.ids import new_id
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Books, Work
from liftwatch.said import Said

WORST = 10
ESTATES_MAX = 20_000


class ReportChanged(Exception):
    """What is kept of a report does not fit its hash."""


class By(NamedTuple):
    """Who has a report made; nobody: the clock."""

    person: str | None = None
    organisation: str | None = None


def draw_up_report(source: Source, scope: Scope, period: Period, *, by: By, now_ms: int) -> Report:
    """A report as it would be kept next; raises Untold for a period that has not begun.

    All is read here, before any transaction that writes.
    """
    if period.from_ms >= now_ms:
        raise Untold(Said("%(period)s has not begun yet", period=period.text))
    books = source.books
    read = read_for(source, scope, period, now_ms=now_ms)
    before = books.newest_report(scope, period.before.text)
    areas = sorted({one.row.area for one in read.planned})
    told = Told(
        now=facts_of(source, scope, period, read=read, now_ms=now_ms),
        before=facts_of(source, scope, period.before, read=read, now_ms=now_ms),
        state=_state(source, scope, read, now_ms=now_ms),
        kept={} if before is None else kept_figures(content_of(before).sections),
        of_unit=scope.kind == "unit",
        scope=scope,
        cards=source.scores and source.scores(areas, period),
        cards_before=source.scores and source.scores(areas, period.before),
    )
    content = Content(
        period=period.text,
        scope=scope,
        made_from=MadeFrom(
            at_ms=now_ms,
            stream=books.stream_head(),
            fund=books.fund_head().n,
            lifts=len(read.planned),
            whole=now_ms >= period.to_ms,
        ),
        sections=sections(told),
    )
    known = books.newest_report(scope, period.text)
    data = msgspec.json.encode(content)
    return Report(
        id=new_id(),
        kind=period.kind,
        scope_kind=scope.kind,
        scope=scope.id,
        area=scope.area,
        estate=scope.estate,
        unit=scope.unit,
        period=period.text,
        version=1 if known is None else known.version + 1,
        made_ms=now_ms,
        person=by.person,
        organisation=by.organisation,
        sha256=hashlib.sha256(data).hexdigest(),
        content=data.decode(),
    )


def keep_report(work: Work, one: Report) -> Report:
    """Keep a report as it was drawn up; raises Conflict where another was kept meanwhile."""
    work.add_report(one)
    return one


def content_of(one: Report) -> Content:
    """What a report says; ReportChanged where its bytes are not those that were kept."""
    if hashlib.sha256(one.content.encode()).hexdigest() != one.sha256:
        raise ReportChanged(Said("report %(id)s was changed after it was made", id=one.id))
    return msgspec.json.decode(one.content, type=Content)


def scope_of(one: Report) -> Scope:
    """What a report is of."""
    return Scope(one.scope_kind, one.area, one.estate, one.unit)


class Due(Struct, frozen=True):
    """A report that the clock owes."""

    scope: Scope
    period: Period


def dues(books: Books, *, now_ms: int) -> Iterator[Due]:
    """The reports that the clock owes: none is made twice, none that was missed is left out.

    Of a place of which there is none yet only the newest period is made, later every one since the
    newest that is kept (at most MADE_UP_MAX), the oldest first. A version that was made before its
    period had settled does not count.
    """
    for kind in PERIODS:
        periods = list(over(kind, now_ms))
        for scope in scopes(books, periods[0]):
            missing = list[Period]()
            for period in periods:
                kept = books.newest_report(scope, period.text)
                if kept is not None and kept.made_ms >= period.due_ms:
                    break
                missing.append(period)
            never = len(missing) == len(periods)
            for period in missing[:1] if never else missing[::-1]:
                yield Due(scope, period)


def scopes(books: Books, period: Period) -> Iterator[Scope]:
    """Of what there are reports: areas, their estates, units with a contract in the period."""
    places = books.estates(limit=ESTATES_MAX)
    for area in dict.fromkeys(area for area, _ in places):
        yield Scope("area", area)
    for area, estate in places:
        yield Scope("estate", area, estate)
    for unit in books.area_units(period.from_ms, period.to_ms, kinds=FAULTS):
        yield Scope("unit", unit=unit.organisation)


def asked_scope(books: Books, kind: str, id: str) -> Scope:
    """The scope of its kind and name; Untold where there is none with lifts."""
    area, _, estate = id.partition("/")
    found = None
    if kind == "area" and any(area == one for one, _ in books.estates(limit=ESTATES_MAX)):
        found = Scope("area", id)
    elif kind == "estate" and (area, estate) in books.estates(limit=ESTATES_MAX):
        found = Scope("estate", area, estate)
    elif kind == "unit" and id:
        found = Scope("unit", unit=id)
    if found is None or found.id != id:
        raise Untold(Said("there are no lifts of %(kind)s %(id)s", kind=kind[:16], id=id[:64]))
    return found


def _state(source: Source, scope: Scope, read: Read, *, now_ms: int) -> State:
    here = Bounded(source.books, scope.sight, exercise=source.exercise)
    told = None
    if source.care is not None:
        told = source.care.matters_by_lift(
            since_ms=now_ms - YEAR_MS, exercise=source.exercise, sight=scope.sight
        )
    judged = judge_risks(here, complaints=told, exercise=source.exercise, at_ms=now_ms)
    kinds = Counter(
        kind for one in judged for kind in one.known.open_kinds if kind in (*TRENDS, *DUTIES)
    )
    worst = [one for one in judged if one.risk.score > 0][:WORST]
    return State(
        inspected=_inspected(read.planned, now_ms=now_ms),
        hazards=dict(kinds),
        risky=tuple(
            Risky(one.row.lift, round(one.risk.score, 1), one.faults, is_over(one.risk))
            for one in worst
        ),
        over_limit=sum(is_over(one.risk) for one in judged),
    )


def _inspected(planned: list[Planned], *, now_ms: int) -> Inspected:
    today = date_of(estate_day(now_ms))
    stands = [one.standing for one in planned]
    expired = [one for one in stands if one.due_on is not None and one.due_on <= today]
    return Inspected(
        due=sum(is_notified(one, today=today) for one in stands) - len(expired),
        expired=len(expired),
        unknown=sum(one.due_on is None for one in stands),
        unassessed=sum(needs_assessment(one, today=today) for one in stands),
        overdue_visits=sum(
            one.next is not None and is_overdue(one.next, now_ms=now_ms) for one in planned
        ),
    )


def seen_scopes(books: Books, sight: Sight, *, now_ms: int) -> list[Scope]:
    """Of what somebody may have reports made: places that are seen whole, units they are of."""
    places = books.estates(limit=ESTATES_MAX, sight=sight)
    areas = dict.fromkeys(area for area, _ in places)
    found = [Scope("area", one) for one in areas if sight.reaches(Place(one))]
    found += [Scope("estate", *one) for one in places if sight.reaches(Place(*one))]
    units = list(sight.contracts_of)
    if sight.everything:
        held = books.area_units(now_ms - YEAR_MS, now_ms, kinds=FAULTS)
        units = [one.organisation for one in held]
    return found + [Scope("unit", unit=one) for one in units]

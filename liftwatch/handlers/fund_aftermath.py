"""Before and after a repair: did the same fault come back, by the incidents of the real lift.

`case_aftermath(books, case, now_ms=...)` is for whoever shows a case: pages, letters, disclosure.
It reads and decides nothing; the rule is `liftwatch.fund.aftermath`.
"""

from collections.abc import Iterator

from msgspec import Struct

from liftwatch.clock import DAY_MS, begin_ms, date_of, estate_day
from liftwatch.fund.aftermath import SPAN_MS, Aftermath, aftermath, kinds_of
from liftwatch.fund.case import Case
from liftwatch.fund.drafts import POINTERS, WORKS, Fault
from liftwatch.fund.steps import signers_of
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, IncidentFilter

PAGE = 200
FAULTS_MAX = 2_000
"""Incidents of one lift that are looked through: twenty a day for the time that counts."""


class Seen(Struct, frozen=True, kw_only=True):
    """What became of a repair: of which kinds of incident, since when, and the verdict."""

    kinds: tuple[str, ...]
    done_ms: int
    found: Aftermath


def case_aftermath(books: Books, case: Case, *, now_ms: int) -> Seen | None:
    """Whether the fault of a case came back within 90 days of the work.

    None where the work is not accepted yet, or points to no kind of incident. It is the kind of
    the incident that opened the case; where none did, the kinds that point to the plan's works.
    """
    done_ms = work_done_ms(case)
    kinds = kinds_meant(books, case)
    if done_ms is None or not kinds:
        return None
    until_ms = min(now_ms, done_ms + SPAN_MS)
    found = aftermath(
        faults_of(books, case.lift, kinds, until_ms=until_ms + 1),
        lift=case.lift,
        kinds=frozenset(kinds),
        done_ms=done_ms,
        now_ms=max(now_ms, done_ms),
        blind_ms=blind_ms(books, case.lift, from_ms=done_ms, to_ms=until_ms),
    )
    return Seen(kinds=kinds, done_ms=done_ms, found=found)


def work_done_ms(case: Case) -> int | None:
    """When the work was accepted: the end of the day its sheet is dated, or, where that is
    earlier, the moment at which the last of those who must has signed; None before that."""
    if not set(signers_of(case)) <= set(case.accepted_by):
        return None
    signed_ms = max(one.at_ms for one in case.done if one.move == "accept")
    sheets = [one.dated for one in case.papers if one.kind == "acceptance_sheet"]
    return min([signed_ms, *(begin_ms(date_of(max(sheets) + 1)) for _ in sheets[:1])])


def kinds_meant(books: Books, case: Case) -> tuple[str, ...]:
    """The kinds of incident a case is about, in order."""
    opened_by = None if case.incident is None else books.incident(case.incident)
    if opened_by is not None and opened_by.lift == case.lift and opened_by.kind in POINTERS:
        return (opened_by.kind,)
    works = () if case.plan is None else (one.code for one in case.plan.items)
    return tuple(sorted(kinds_of(code for code in works if code in WORKS)))


def faults_of(
    books: Books, lift: str, kinds: tuple[str, ...], *, until_ms: int, from_ms: int | None = None
) -> list[Fault]:
    """Every time these kinds were raised at a lift before a moment, the newest incident first.

    What people rejected was none, and an exercise is none. While people have an incident it is
    raised again within itself, which stands in its story.
    """
    where = IncidentFilter(lift=lift, kind=kinds, from_ms=from_ms, to_ms=until_ms)
    return [
        Fault(id=one.id, kind=one.kind, lift=lift, raised_ms=raised_ms)
        for one in _incidents(books, where)
        if one.state != "rejected" and not one.exercise
        for raised_ms in _moments(books, one)
        if raised_ms < until_ms
    ]


def _moments(books: Books, incident: Incident) -> set[int]:
    story = books.lines_of(incident.id) if incident.occurrences > 1 else []
    return {incident.raised_ms, *(one.at_ms for one in story if one.what == "again")}


def _incidents(books: Books, where: IncidentFilter) -> Iterator[Incident]:
    after, count = None, 0
    while count < FAULTS_MAX:
        page = books.incidents(where, after=after, limit=PAGE)
        yield from page.items
        count, after = count + len(page.items), page.next
        if after is None:
            return


def blind_ms(books: Books, lift: str, *, from_ms: int, to_ms: int) -> int:
    """For how long between two moments nothing was heard of a lift, by its account of loss: whole
    days without a message, and of the others the part that is missing."""
    first, last = estate_day(from_ms) + 1, estate_day(to_ms) - 1
    if last < first:
        return 0
    known = {one.day: one for one in books.completeness_of(lift, first, last)}
    blind = 0
    for day in range(first, last + 1):
        one = known.get(day)
        heard = one is not None and one.received > 0
        blind += DAY_MS * one.lost_ppm // 1_000_000 if one is not None and heard else DAY_MS
    return blind

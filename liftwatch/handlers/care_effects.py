"""What happened where, counted for notices, and whether one helped: for pages and for reports."""

from collections.abc import Iterator
from typing import Protocol

from liftwatch.access.sight import Sight
from liftwatch.care.notices import TOPICS, Counted, Effect, Notice, effect, evidence_of
from liftwatch.care.residents import month
from liftwatch.care.residents_store import CareReads
from liftwatch.clock import DAY_MS
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter, LiftRow, Page

KINDS = tuple(sorted({kind for row in TOPICS.values() for kind in row.kinds}))
PAGE, PAGES_MAX = 500, 20
EFFECT_MS_MAX = 60 * DAY_MS
"""What lies further from the day a notice was published has other reasons [our choice]."""


class CountedReads(Protocol):
    """What is read for it, bounded by what may be seen."""

    sight: Sight
    exercise: bool

    def lifts(
        self, *, estate: str | None = ..., after: str | None = ..., limit: int = ...
    ) -> list[LiftRow]:
        """Lifts in order of their names."""

    def incidents(
        self, where: IncidentFilter, *, after: tuple[int, str] | None = ..., limit: int = ...
    ) -> Page:
        """Incidents, newest first."""


def counted_in(books: CountedReads, care: CareReads, *, from_ms: int, to_ms: int) -> list[Counted]:
    """What happened in a span of what is seen: incidents that began in it, complaints told in it;
    not what was rejected, and exercises only where the whole installation is one."""
    lifts = {row.lift: row for row in _lifts(books)}
    found = []
    for one in _incidents(books, IncidentFilter(kind=KINDS, from_ms=from_ms, to_ms=to_ms)):
        row = lifts.get(one.lift or "")
        if row is not None and one.state != "rejected" and _stands(one.exercise, books):
            found.append(_counted(row, one.kind, one.occurrences))
    for told in care.told_of(since_ms=from_ms, sight=books.sight):
        if told.told_ms < to_ms and _stands(told.exercise, books):
            place = (told.area, told.estate, told.building)
            found.append(Counted(*place, f"complaint:{told.topic}", 1 + told.crowd))
    return found


def effect_of(books: CountedReads, care: CareReads, one: Notice, *, now_ms: int) -> Effect:
    """Whether it became less where a notice hangs, over as long before as after.

    Time in which a lift was not heard counts on neither side: what is not heard is not counted.
    """
    if one.published_ms is None or not (TOPICS[one.topic].kinds or TOPICS[one.topic].complaints):
        return effect(0, 0, before_days=0, after_days=0)
    span = min(max(now_ms, one.published_ms), one.end_ms) - one.published_ms
    span = min(span, EFFECT_MS_MAX)
    times = [
        (one.published_ms - span, one.published_ms),
        (one.published_ms, one.published_ms + span),
    ]
    lifts = [row for row in _lifts(books) if _hangs_for(one, row)]
    counts, days = [], []
    for from_ms, to_ms in times:
        counted = counted_in(books, care, from_ms=from_ms, to_ms=to_ms)
        here = [c for c in counted if _is_there(one, c)]
        counts.append(sum(evidence_of(here, one.topic).values()))
        days.append(sum(_days(books, row, from_ms, to_ms=to_ms) for row in lifts))
    return effect(counts[0], counts[1], before_days=days[0], after_days=days[1])


def _stands(exercise: bool, books: CountedReads) -> bool:
    """Whether something counts in statistics (contract, section 1)."""
    return books.exercise or not exercise


def _days(books: CountedReads, row: LiftRow, from_ms: int, *, to_ms: int) -> float:
    where = IncidentFilter(
        lift=row.lift, kind=("terminal_offline",), from_ms=from_ms - 31 * DAY_MS, to_ms=to_ms
    )
    rows = books.incidents(where, limit=PAGE).items
    found = [one for one in rows if _stands(one.exercise, books)]
    blind = month(found, from_ms=from_ms, to_ms=to_ms, now_ms=to_ms).blind_ms
    return (to_ms - from_ms - blind) / DAY_MS


def _hangs_for(one: Notice, row: LiftRow) -> bool:
    if one.lift is not None:
        return row.lift == one.lift
    here = (row.area, row.estate) == (one.area, one.estate)
    return here and one.building in ("", row.facts.building or "")


def _is_there(one: Notice, counted: Counted) -> bool:
    here = (counted.area, counted.estate) == (one.area, one.estate)
    return here and one.building in ("", counted.building)


def _counted(row: LiftRow, kind: str, times: int) -> Counted:
    return Counted(row.area, row.estate, row.facts.building or "", kind, times)


def _lifts(books: CountedReads) -> Iterator[LiftRow]:
    after = None
    for _ in range(PAGES_MAX):
        rows = books.lifts(after=after, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].lift


def _incidents(books: CountedReads, where: IncidentFilter) -> Iterator[Incident]:
    after = None
    for _ in range(PAGES_MAX):
        page = books.incidents(where, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return

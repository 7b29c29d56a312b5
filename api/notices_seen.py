"""What happened where, counted for notices; what asks for one; whether one helped."""

from collections.abc import Iterator

from api.gate import Gate
from api.seen import SeenBooks
from liftwatch.care.notices import (
    LOOKED_BACK_MS,
    TOPICS,
    Counted,
    Effect,
    Notice,
    Proposal,
    effect,
    evidence_of,
    proposals,
)
from liftwatch.care.residents import month
from liftwatch.care.residents_store import CareReads
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter, LiftRow

KINDS = tuple(sorted({kind for row in TOPICS.values() for kind in row.kinds}))
PAGE, PAGES_MAX = 500, 20
EFFECT_MS_MAX = 60 * DAY_MS
"""What lies further from the day a notice was published has other reasons [our choice]."""


def counted_in(books: SeenBooks, care: CareReads, *, from_ms: int, to_ms: int) -> list[Counted]:
    """What happened in a span of what is seen: incidents that began in it, complaints told in it;
    not what was rejected, and exercises only where the whole installation is one."""
    lifts = {row.lift: row for row in _lifts(books)}
    found = []
    for one in _incidents(books, IncidentFilter(kind=KINDS, from_ms=from_ms, to_ms=to_ms)):
        row = lifts.get(one.lift or "")
        if row is not None and one.state != "rejected" and counts(one.exercise, books):
            found.append(_counted(row, one.kind, one.occurrences))
    for told in care.told_of(since_ms=from_ms, sight=books.sight):
        if told.told_ms < to_ms and counts(told.exercise, books):
            place = (told.area, told.estate, told.building)
            found.append(Counted(*place, f"complaint:{told.topic}", 1 + told.crowd))
    return found


def counts(exercise: bool, books: SeenBooks) -> bool:
    """Whether something counts in statistics (contract, section 1)."""
    return books.exercise or not exercise


def proposed(books: SeenBooks, gate: Gate) -> list[Proposal]:
    """What asks for a notice now, of what is seen."""
    at_ms = now_ms()
    with gate.people.reading() as reads:
        counted = counted_in(books, reads.care, from_ms=at_ms - LOOKED_BACK_MS, to_ms=at_ms)
        known = reads.care.notices(since_ms=at_ms - 2 * LOOKED_BACK_MS, sight=books.sight)
    return proposals(counted, known, now_ms=at_ms)


def effect_of(books: SeenBooks, gate: Gate, one: Notice, *, now_ms: int) -> Effect:
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
    with gate.people.reading() as reads:
        for from_ms, to_ms in times:
            counted = counted_in(books, reads.care, from_ms=from_ms, to_ms=to_ms)
            here = [c for c in counted if _is_there(one, c)]
            counts.append(sum(evidence_of(here, one.topic).values()))
            days.append(sum(_days(books, row, from_ms, to_ms=to_ms) for row in lifts))
    return effect(counts[0], counts[1], before_days=days[0], after_days=days[1])


def _days(books: SeenBooks, row: LiftRow, from_ms: int, *, to_ms: int) -> float:
    where = IncidentFilter(
        lift=row.lift, kind=("terminal_offline",), from_ms=from_ms - 31 * DAY_MS, to_ms=to_ms
    )
    found = [one for one in books.incidents(where, limit=PAGE).items if counts(one.exercise, books)]
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


def _lifts(books: SeenBooks) -> Iterator[LiftRow]:
    after = None
    for _ in range(PAGES_MAX):
        rows = books.lifts(after=after, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].lift


def _incidents(books: SeenBooks, where: IncidentFilter) -> Iterator[Incident]:
    after = None
    for _ in range(PAGES_MAX):
        page = books.incidents(where, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return

"""Recalls begin, take in lifts, except some, and end; every lift gets its one instruction.

A lift and its instruction are one transaction under the row of the recall: whoever dies at any
point, or works beside, leaves a lift with its instruction or one that waits for it, never with two.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import structs

from liftwatch.access.sight import Sight
from liftwatch.access.store import PeopleReads
from liftwatch.care.commonalities import Counts
from liftwatch.care.faults import FaultFilter
from liftwatch.care.instructions import Instruction, Told
from liftwatch.care.recalls import (
    BASIS,
    FAULTS,
    LIFTS_MAX,
    Criterion,
    Hit,
    Recall,
    RecallLift,
    RecallState,
    check_open,
    checked,
    ended,
    excepted,
)
from liftwatch.handlers.care_instructions import issue, make_move
from liftwatch.handlers.care_parties import parties_of
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Books, LiftRow, Stale, Work
from liftwatch.said import Said

PAGE = 500
ROWS_MAX = 50_000
"""So many replacements and tellings of a code are looked at, the newest."""
AT_ONCE = 200
"""So many lifts are instructed in one transaction; the engine goes on with the others."""
Place = tuple[str, str, str]


class NoSuchRecall(Exception):
    """There is none of that id, or no such lift in it."""


class Joined(NamedTuple):
    """How many lifts came in, how many were instructed, and whether there is more to do at once."""

    joined: int = 0
    instructed: int = 0
    more: bool = False


def all_rows(books: Books, *, sight: Sight, exercise: bool) -> Iterator[LiftRow]:
    """All lifts that are seen, at most LIFTS_MAX; those of exercises where these count."""
    after = None
    for _ in range(LIFTS_MAX // PAGE):
        page = books.lifts(after=after, limit=PAGE, sight=sight)
        yield from (row for row in page if exercise or not row.exercise)
        if len(page) < PAGE:
            return
        after = page[-1].lift


def counted(
    books: Books, where: Criterion, fault: str, *, sight: Sight, exercise: bool, now_ms: int
) -> Counts:
    """How often lifts had the fault, the code or the replacement of a criterion in its time."""
    from_ms, to_ms = where.from_ms or 0, now_ms if where.to_ms is None else where.to_ms
    if fault == "kind":
        kinds = (where.kind or "",)
        rows = books.area_faults(from_ms, to_ms, kinds=kinds, exercise=exercise, sight=sight)
        return {row.lift: row.count for row in rows}
    asked = FaultFilter(from_ms=from_ms, to_ms=to_ms, code=where.code, dialect=where.dialect)
    found = dict[str, int]()
    if fault == "part":
        asked = FaultFilter(from_ms=from_ms, to_ms=to_ms, part=(where.part or "",))
        some = books.replaced(asked, now_ms=now_ms, limit=ROWS_MAX, exercise=exercise, sight=sight)
        for one in some:
            found[one.lift] = found.get(one.lift, 0) + 1
        return found
    after = None
    for _ in range(ROWS_MAX // PAGE):
        page = books.faults(asked, now_ms=now_ms, after=after, limit=PAGE, sight=sight)
        for told in page.items:
            if exercise or not told.exercise:
                found[told.lift] = found.get(told.lift, 0) + 1
        after = page.next
        if after is None:
            break
    return found


def matching(
    books: Books, where: Criterion, *, sight: Sight, exercise: bool, now_ms: int
) -> list[LiftRow]:
    """The lifts that meet a criterion now, in order of their names."""
    faulty = [
        counted(books, where, fault, sight=sight, exercise=exercise, now_ms=now_ms)
        for fault in FAULTS
        if getattr(where, fault) is not None
    ]
    return [
        row
        for row in all_rows(books, sight=sight, exercise=exercise)
        if where.fits(row.facts) and all(row.lift in some for some in faulty)
    ]


def whom(reads: PeopleReads, lifts: Sequence[Place], *, issuer: str, at_ms: int) -> dict[str, str]:
    """By lift who is instructed: the unit that holds its contract now; where there is none the
    property manager of the estate (use unit, domain 5.2). A lift without either is not in it."""
    found = dict[str, str]()
    for lift, area, estate in lifts:
        some = parties_of(reads, area=area, estate=estate, lifts=[lift], at_ms=at_ms)
        able = [one.id for one in some if one.id != issuer]
        units = {
            held.organisation
            for held in reads.contracts(lift=lift)
            if held.from_ms <= at_ms and (held.until_ms is None or at_ms < held.until_ms)
        }
        chosen = [id for id in able if id in units] or able
        if chosen:
            found[lift] = chosen[0]
    return found


def begin(
    work: Work,
    reads: PeopleReads,
    one: Recall,
    *,
    lifts: Sequence[LiftRow],
    by: Actor,
    now_ms: int,
) -> Joined:
    """Keep a new recall with the lifts that it hits, and instruct for the first of them.

    Raises Untold for what cannot be or hits nothing; Conflict where the same is open already.
    """
    made = checked(one, now_ms=now_ms)
    if not lifts:
        raise Untold(Said("no lift meets this criterion"))
    work.put_recall(made)
    for row in lifts:
        work.put_recall_lift(_row(made, row, how="start", now_ms=now_ms))
    first = [(row.lift, row.area, row.estate) for row in lifts[:AT_ONCE]]
    parties = whom(reads, first, issuer=made.issuer, at_ms=now_ms)
    done = _instruct(work, made, parties, by=by, now_ms=now_ms)
    return Joined(len(lifts), done, len(lifts) > AT_ONCE)


def join(
    work: Work, id: str, lifts: Sequence[LiftRow], *, parties: Mapping[str, str], now_ms: int
) -> Joined:
    """Take in what meets the criterion of an open recall and is not in it; instruct for those of
    whom somebody is known to instruct and nobody is yet. Nothing is done twice."""
    one = work.locked_recall(id)
    if one is None or one.state != "open":
        return Joined()
    known = {hit.row.lift for hit in work.held_hits(id)}
    fresh = [row for row in lifts if row.lift not in known]
    for row in fresh:
        work.put_recall_lift(_row(one, row, how="later", now_ms=now_ms))
    by = Actor(organisation=one.issuer, channel="engine")
    done = _instruct(work, one, parties, by=by, now_ms=now_ms)
    return Joined(len(fresh), done, done == AT_ONCE)


def except_lift(
    work: Work, id: str, lift: str, *, why: str, by: Actor, version: int, now_ms: int
) -> Recall:
    """Ask nothing of a lift any more, with a reason; an instruction that is open is withdrawn.

    Raises NoSuchRecall, Stale, CannotMove, Untold.
    """
    one = _held(work, id, version)
    check_open(one)
    hit = next((hit for hit in work.held_hits(id) if hit.row.lift == lift), None)
    if hit is None:
        raise NoSuchRecall(lift)
    if hit.standing == "done":
        raise CannotMove(Said("it is put right already"))
    row = excepted(hit.row, why=why, by=by.person or "", now_ms=now_ms)
    _withdraw(work, hit, why=why, by=by, now_ms=now_ms)
    work.put_recall_lift(row)
    moved = structs.replace(one, version=one.version + 1)
    work.put_recall(moved)
    return moved


def end(
    work: Work, id: str, state: RecallState, *, why: str, by: Actor, version: int, now_ms: int
) -> Recall:
    """Close one of which every lift is settled, or withdraw it with all that is still asked.

    Raises NoSuchRecall, Stale, CannotMove, Untold.
    """
    one = _held(work, id, version)
    hits = work.held_hits(id)
    moved = ended(one, state, hits, why=why, by=by.person or "", now_ms=now_ms)
    for hit in hits if state == "withdrawn" else ():
        if hit.standing in ("work", "judged"):
            _withdraw(work, hit, why=why, by=by, now_ms=now_ms)
    work.put_recall(moved)
    return moved


def _instruct(
    work: Work, one: Recall, parties: Mapping[str, str], *, by: Actor, now_ms: int
) -> int:
    """Issue what is missing, at most AT_ONCE; how many that were."""
    waiting = [
        hit.row
        for hit in work.held_hits(one.id)
        if hit.standing == "nobody" and hit.row.lift in parties
    ]
    for row in waiting[:AT_ONCE]:
        asked = _instruction(one, row, responsible=parties[row.lift], now_ms=now_ms)
        issue(work, asked, by=by, now_ms=now_ms)
        work.put_recall_lift(structs.replace(row, instruction=asked.id))
    return min(len(waiting), AT_ONCE)


def _instruction(one: Recall, row: RecallLift, *, responsible: str, now_ms: int) -> Instruction:
    """What is asked of a lift: until the recall's deadline; whoever is asked later than at the
    beginning has as much time as the others had."""
    early = now_ms == one.issued_ms or (row.how == "start" and now_ms < one.deadline_ms)
    deadline_ms = one.deadline_ms if early else now_ms + one.span_ms
    return Instruction(
        id=new_id(),
        area=row.area,
        estate=row.estate,
        lift=row.lift,
        source="recall",
        cause=one.id,
        kinds=one.kinds,
        what=one.asks,
        basis=BASIS,
        issuer=one.issuer,
        issued_by=one.issued_by,
        issued_ms=now_ms,
        span_ms=deadline_ms - now_ms,
        deadline_ms=deadline_ms,
        responsible=responsible,
    )


def _withdraw(work: Work, hit: Hit, *, why: str, by: Actor, now_ms: int) -> None:
    asked = work.locked_instruction(hit.row.instruction or "")
    if asked is None or not asked.is_open:
        return
    make_move(
        work,
        asked.id,
        "withdraw",
        told=Told(text=why.strip()),
        by=by,
        side="supervision",
        version=asked.version,
        now_ms=now_ms,
    )


def _held(work: Work, id: str, version: int) -> Recall:
    one = work.locked_recall(id)
    if one is None:
        raise NoSuchRecall(id)
    if one.version != version:
        raise Stale(Said("somebody else has changed it"))
    return one


def _row(one: Recall, row: LiftRow, *, how: str, now_ms: int) -> RecallLift:
    return RecallLift(
        recall=one.id,
        lift=row.lift,
        area=row.area,
        estate=row.estate,
        joined_ms=now_ms,
        how="start" if how == "start" else "later",
    )

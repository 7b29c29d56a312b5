"""How each measure of a score card is counted; what it is divided by; what of it is disputed.

Each function takes what one party answered for (`Mine`) and gives its `Figure`. What a moment is
counted by: a fault by when it was raised, a clock and an instruction by when they were due, a visit
by when it was finished or should have been, a complaint by when it was told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from liftwatch.care.area import FAULTS
from liftwatch.care.complaints import TOPICS, Complaint
from liftwatch.care.faults import BACK_MS
from liftwatch.care.instructions import AT_WORK, Instruction
from liftwatch.care.regime import INTERVAL_DAYS
from liftwatch.care.residents import HELP, STANDS
from liftwatch.care.scorecard_facts import (
    BLIND,
    INSPECTION,
    MISUSES,
    UNTESTED,
    Cared,
    Facts,
    Happened,
    Hold,
    Party,
)
from liftwatch.care.scorecard_ground import (
    Figure,
    Ground,
    Grounds,
    Mine,
    Thing,
    World,
    against,
    cases,
    shown,
)
from liftwatch.care.scorecard_records import contradicted
from liftwatch.clock import DAY_MS, HOUR_MS, estate_day

SIGNED_MS = 7 * DAY_MS
"""So long the property has to sign a visit before it counts as unsigned [our choice]."""


def grounds_of(facts: Facts, party: Party) -> dict[str, Grounds]:
    """By party of a kind what it answered for, and its figures."""
    world, found = World(facts), defaultdict[str, list[Hold]](list)
    for one in facts.holds:
        if one.party == party and one.to_ms > one.from_ms:
            found[one.id].append(one)
    return {
        id: Grounds(
            holds, {name: count(Mine(facts, world, holds)) for name, count in COUNTS.items()}
        )
        for id, holds in sorted(found.items())
    }


def _in_time(mine: Mine, measure: str, *, clock: str, moment: str) -> Figure:
    def grounds() -> Iterator[Ground]:
        for lift in mine.spans:
            for one, incident in mine.world.timed.get(lift, ()):
                at_ms: int | None = getattr(incident, moment)
                known = one.missed_ms is not None or at_ms is not None
                if one.name != clock or incident.rejected_ms is not None or not known:
                    continue  # ended by itself before anybody could be late
                if not mine.period.holds(one.due_ms) or not mine.answers_for(
                    lift, incident.raised_ms
                ):
                    continue
                good = at_ms is not None and at_ms <= one.due_ms
                later = good and one.missed_ms is not None  # written down after it had run out
                yield Ground("incident", incident.id, lift, one.due_ms, good, later)

    return cases(measure, grounds())


def _arrival(mine: Mine) -> Figure:
    return _in_time(mine, "arrival", clock="arrive", moment="arrived_ms")


def _acknowledged(mine: Mine) -> Figure:
    return _in_time(mine, "acknowledged", clock="acknowledge", moment="acknowledged_ms")


def _first_fix(mine: Mine) -> Figure:
    def grounds() -> Iterator[Ground]:
        for lift in mine.spans:
            for one in mine.world.of_lift.get(lift, ()):
                done_ms = one.resolved_ms
                if one.kind not in FAULTS or done_ms is None or one.rejected_ms is not None:
                    continue
                if not (mine.period.holds(done_ms) and mine.answers_for(lift, done_ms)):
                    continue
                again = [
                    other
                    for other in mine.world.of_lift[lift]
                    if other.kind == one.kind and done_ms < other.raised_ms <= done_ms + BACK_MS
                ]
                back = any(other.rejected_ms is None for other in again)
                if back or mine.period.now_ms - done_ms >= BACK_MS:
                    doubt = bool(again) and not back  # only its return was rejected
                    yield Ground("incident", one.id, lift, done_ms, not back, doubt)

    return cases("first_fix", grounds())


def _repeats(mine: Mine) -> Figure:
    raised = list(mine.raised(FAULTS))
    total = sum(one.rejected_ms is None for one in raised)

    def grounds() -> Iterator[Ground]:
        for one in raised:
            before = any(
                other.kind == one.kind
                and other.rejected_ms is None
                and one.raised_ms - BACK_MS <= other.raised_ms < one.raised_ms
                for other in mine.world.of_lift[one.lift]
            )
            if before:
                gone = one.rejected_ms is not None
                yield Ground("incident", one.id, one.lift, one.raised_ms, False, gone)

    made = against("repeats", grounds(), total=total)
    return Figure(
        measure="repeats",
        good=made.good,
        total=made.total,
        disputed=made.disputed,
        other=made.other,
        other_total=len(raised),
        grounds=made.grounds,
    )


def _events(mine: Mine, measure: str, kinds: Collection[str]) -> Figure:
    grounds = (
        Ground("incident", o.id, o.lift, o.raised_ms, False, o.rejected_ms is not None)
        for o in mine.raised(kinds)
    )
    return against(measure, grounds, total=mine.years)


def _faults(mine: Mine) -> Figure:
    return _events(mine, "faults", FAULTS)


def _tested(mine: Mine) -> Figure:
    return _events(mine, "tested", (UNTESTED,))


def _misuse(mine: Mine) -> Figure:
    return _events(mine, "misuse", MISUSES)


def _visits(mine: Mine) -> Figure:
    def grounds() -> Iterator[Ground]:
        for lift, spans in mine.spans.items():
            days = mine.facts.intervals.get(lift, INTERVAL_DAYS)
            for from_ms, to_ms in spans:
                until_ms = min(to_ms, mine.period.end_ms)
                yield from visits_due(
                    mine.world.cared.get(lift, ()), (lift, from_ms, until_ms), days=days
                )

    return cases("visits", grounds())


def visits_due(
    cared: Sequence[Cared], where: tuple[str, int, int], *, days: int
) -> Iterator[Ground]:
    """Each day on which care was due in a span of a lift, and whether it was done by then.

    It counts from the care before the span, else from the span's beginning; each further interval
    without care is one more that was missed.

    >>> day = DAY_MS
    >>> done = [Cared("L", at * day, f"v{at}", "u") for at in (10, 40)]
    >>> [(one.at_ms // day, one.good) for one in visits_due(done, ("L", 0, 60 * day), days=15)]
    [(10, True), (25, False), (40, True), (55, False)]
    """
    lift, from_ms, until_ms = where
    before = [one.at_ms for one in cared if one.at_ms < from_ms]
    base_ms = max(before, default=from_ms)
    coming = iter([one for one in cared if from_ms <= one.at_ms < until_ms])
    following = next(coming, None)
    while True:
        due_ms = base_ms + days * DAY_MS
        if following is not None and estate_day(following.at_ms) <= estate_day(due_ms):
            told = following.visit is None
            thing: Thing = "lift" if following.visit is None else "visit"
            yield Ground(thing, following.visit or lift, lift, following.at_ms, True, told)
            base_ms, following = following.at_ms, next(coming, None)
        elif due_ms < until_ms:
            if due_ms >= from_ms:
                yield Ground("lift", lift, lift, due_ms, False)
            base_ms = due_ms
        else:
            return


def _rectified(mine: Mine) -> Figure:
    def is_mine(one: Instruction) -> bool:
        if mine.party == "estate":
            return f"{one.area}~{one.estate}" == mine.id
        return one.responsible == mine.id

    def grounds() -> Iterator[Ground]:
        for one in mine.facts.instructions:
            due_ms = one.deadline_ms
            if one.state == "withdrawn" or not mine.period.holds(due_ms) or not is_mine(one):
                continue
            reported = one.reported_ms is not None and one.state not in AT_WORK
            good = reported and (one.reported_ms or 0) <= due_ms
            disputed = one.asked_ms is not None or (good and one.state == "reported")
            yield Ground("instruction", one.id, one.lift, due_ms, good, disputed)

    return cases("rectified", grounds())


def _complaints(mine: Mine) -> Figure:
    party = {"unit": "maintenance", "property": "property"}.get(mine.party)

    def grounds() -> Iterator[Ground]:
        for one in mine.facts.complaints:
            due_ms = answer_due_ms(one)
            answered = one.answered_ms is not None
            if one.lead is not None or not mine.period.holds(one.told_ms):
                continue
            if party not in (None, one.party) or not mine.answers_for(one.lift, one.told_ms):
                continue
            if answered or due_ms < mine.period.now_ms:
                good = one.answered_ms is not None and one.answered_ms <= due_ms
                again = good and one.reopened_ms is not None
                yield Ground("complaint", one.id, one.lift, one.told_ms, good, again)

    return cases("complaints", grounds())


def answer_due_ms(one: Complaint) -> int:
    """By when a complaint was to be answered the first time."""
    own_ms = one.told_ms + TOPICS[one.topic].answer_ms
    return own_ms if one.outside_due_ms is None else min(own_ms, one.outside_due_ms)


def _available(mine: Mine) -> Figure:
    return _standing(mine, "available", STANDS | HELP)


def _heard(mine: Mine) -> Figure:
    return _standing(mine, "heard", frozenset())


def _standing(mine: Mine, measure: str, kinds: frozenset[str]) -> Figure:
    """Hours of lifts in which nothing of these kinds stood, of those in which they were heard;
    without kinds the hours in which they were heard, of all."""
    good = total = other = 0.0
    parts, grounds, disputed = [], [], set[str]()
    for lift, spans in mine.spans.items():
        whole = sum(max(0, min(to, mine.period.end_ms) - begin) for begin, to in spans)
        blind = _stood(mine, lift, frozenset({BLIND}))
        out = _stood(mine, lift, kinds | {BLIND})
        maybe = _stood(mine, lift, kinds | {BLIND}, rejected=True)
        below = whole - blind if kinds else whole
        if below <= 0:
            continue
        gone = [
            one.id
            for one in mine.world.of_lift.get(lift, ())
            if one.rejected_ms is not None and one.kind in (kinds or {BLIND})
            if _overlap(mine, one)
        ]
        disputed.update(gone)
        good, total, other = good + whole - out, total + below, other + whole - maybe
        parts.append((whole - out) / below)
        hours = (below - (whole - out)) / HOUR_MS
        if hours or gone:
            grounds.append(Ground("lift", lift, lift, spans[0][0], not hours, bool(gone)))
    return Figure(
        measure=measure,
        good=good / HOUR_MS,
        total=total / HOUR_MS,
        disputed=len(disputed),
        other=other / HOUR_MS,
        parts=tuple(parts),
        grounds=shown(grounds),
    )


def _overlap(mine: Mine, one: Happened) -> bool:
    return any(True for _ in _clipped(mine, one))


def _clipped(mine: Mine, one: Happened) -> Iterator[tuple[int, int]]:
    """When it stood while the lift was theirs; what people put right is over, whatever the signal
    says."""
    ends = [ms for ms in (one.cleared_ms, one.resolved_ms, one.rejected_ms) if ms is not None]
    end_ms = min(ends, default=mine.period.end_ms)
    for from_ms, to_ms in mine.spans[one.lift]:
        begin, end = max(one.opened_ms, from_ms), min(end_ms, to_ms, mine.period.end_ms)
        if end > begin:
            yield begin, end


def _stood(mine: Mine, lift: str, kinds: Collection[str], *, rejected: bool = False) -> int:
    """For how long one of these stood, each moment once."""
    spans = sorted(
        span
        for one in mine.world.of_lift.get(lift, ())
        if one.kind in kinds and (rejected or one.rejected_ms is None)
        for span in _clipped(mine, one)
    )
    total = reached = 0
    for begin, end in spans:
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _complete(mine: Mine) -> Figure:
    rows = [one for one in mine.facts.came if one.lift in mine.spans and one.heard + one.missing]
    return Figure(
        measure="complete",
        good=sum(one.heard for one in rows),
        total=sum(one.heard + one.missing for one in rows),
        other=sum(one.heard for one in rows),
        parts=tuple(one.heard / (one.heard + one.missing) for one in rows),
        grounds=shown(
            Ground("lift", one.lift, one.lift, mine.period.from_ms, False)
            for one in rows
            if one.missing
        ),
    )


def _signed(mine: Mine) -> Figure:
    until_ms = mine.period.now_ms - SIGNED_MS
    grounds = (
        Ground("visit", one.visit, lift, one.at_ms, one.agreed)
        for lift in mine.spans
        for one in mine.world.cared.get(lift, ())
        if one.visit is not None and one.at_ms <= until_ms
        if mine.period.holds(one.at_ms) and mine.answers_for(lift, one.at_ms)
    )
    return cases("signed", grounds)


def _inspected(mine: Mine) -> Figure:
    def grounds() -> Iterator[Ground]:
        for one in mine.raised((INSPECTION,)):
            late, over = one.severity_max <= 2, one.cleared_ms or one.resolved_ms
            if one.rejected_ms is not None and late:
                yield Ground("incident", one.id, one.lift, one.raised_ms, True, True)
            elif one.rejected_ms is None and (late or over):
                yield Ground("incident", one.id, one.lift, one.raised_ms, not late)

    return cases("inspected", grounds())


COUNTS: Mapping[str, Callable[[Mine], Figure]] = {
    "arrival": _arrival,
    "acknowledged": _acknowledged,
    "first_fix": _first_fix,
    "repeats": _repeats,
    "faults": _faults,
    "visits": _visits,
    "contradicted": contradicted,
    "rectified": _rectified,
    "complaints": _complaints,
    "available": _available,
    "heard": _heard,
    "complete": _complete,
    "signed": _signed,
    "inspected": _inspected,
    "tested": _tested,
    "misuse": _misuse,
}

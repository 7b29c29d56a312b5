"""From facts to tallies: who is measured by which of them (`liftwatch.care.scorecard`).

A unit answers for a lift while its contract ran: an incident is of whoever held it when it began.
A property company answers for its estates as a whole, an estate for its lifts. What people
rejected, late history, and exercises where not all is one, come into none of it: whoever reads
the facts leaves them out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from liftwatch.access.people import Contract
from liftwatch.care.answer import Answer
from liftwatch.care.complaints import TOPICS, Complaint
from liftwatch.care.faults import BACK_MS, Fixed
from liftwatch.care.instructions import Instruction
from liftwatch.care.residents import HELP, STANDS
from liftwatch.care.scorecard import Tallies, Tally, time_tally
from liftwatch.care.visit import Visit
from liftwatch.clock import DAY_MS
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.statistics import ARRIVAL_MS, RESPONSE_MS, Rescue

OUTAGES: frozenset[str] = STANDS | HELP
BLIND, OVERDUE, CONTRADICTED = "terminal_offline", "maintenance_overdue", "maintenance_contradicted"
EXPIRED = "inspection_due"
KINDS: tuple[str, ...] = tuple(sorted(OUTAGES | {BLIND, OVERDUE, CONTRADICTED, EXPIRED}))
"""Kinds of incidents that are read for a card."""
CARE_DAYS = 15
"""From so many days without a visit detectors raise (contract, section 2)."""
SIGNED_MS = 7 * DAY_MS
"""So long the property has to countersign a visit before that is a fact against it [our choice]."""
Span = tuple[int, int]


class Place(Struct, frozen=True):
    """A lift and where it is."""

    lift: str
    estate: str


class Facts(Struct, kw_only=True):
    """What was read of a period of an area; estates are written as area/estate.

    `incidents` are those of `KINDS` that were open in the period; `places` those of each property
    company by id; `filed_days` of lifts on demand; `until_ms` is where the period ends, or now.
    """

    from_ms: int
    until_ms: int
    lifts: Sequence[Place] = ()
    contracts: Sequence[Contract] = ()
    rescues: Sequence[Rescue] = ()
    fixed: Sequence[Fixed] = ()
    visits: Sequence[Visit] = ()
    incidents: Sequence[Incident] = ()
    answers: Mapping[str, Answer] = {}
    instructions: Sequence[Instruction] = ()
    complaints: Sequence[Complaint] = ()
    places: Mapping[str, frozenset[str]] = {}
    filed_days: Mapping[str, int] = {}


class _Held(Struct, frozen=True):
    """A contract within the period."""

    unit: str
    lift: str
    span: Span


def of_units(facts: Facts) -> Tallies:
    """By unit with a contract in the period."""
    held = _held(facts)
    found: dict[str, dict[str, Tally]] = {one.unit: {} for one in held}
    by_unit: dict[str, list[_Held]] = defaultdict(list)
    for one in held:
        by_unit[one.unit].append(one)
    by_lift = _by_lift(facts.incidents)
    for unit, rows in by_unit.items():
        spans = [(one.lift, one.span) for one in rows]
        found[unit] = {
            "arrival": _arrival(r for r in facts.rescues if r.unit == unit),
            "stayed": _stayed((f for f in facts.fixed if f.unit == unit), facts.until_ms),
            "care": _care(facts, spans, by_lift),
            "true": _true(facts, unit, rows, by_lift=by_lift),
            "rectified": _rectified(facts, {unit}),
            **_times(spans, by_lift),
        }
    return found


def of_estates(facts: Facts) -> Tallies:
    """By estate."""
    estates = sorted({one.estate for one in facts.lifts})
    return {estate: _of_places(facts, frozenset({estate}), frozenset()) for estate in estates}


def of_properties(facts: Facts) -> Tallies:
    """By property company: of all its estates here, and what it was itself asked to do."""
    return {id: _of_places(facts, estates, frozenset({id})) for id, estates in facts.places.items()}


def _of_places(facts: Facts, estates: frozenset[str], own: frozenset[str]) -> dict[str, Tally]:
    span = (facts.from_ms, facts.until_ms)
    lifts = [one.lift for one in facts.lifts if one.estate in estates]
    by_lift = _by_lift(facts.incidents)
    if own:
        rectified = _rectified(facts, own)
    else:
        here = [one for one in facts.instructions if f"{one.area}/{one.estate}" in estates]
        rectified = _rectified_of(here, facts)
    return {
        "response": _response(r for r in facts.rescues if f"{r.area}/{r.estate}" in estates),
        "signed": _signed((v for v in facts.visits if f"{v.area}/{v.estate}" in estates), facts),
        "answered": _answered(
            (c for c in facts.complaints if f"{c.area}/{c.estate}" in estates), facts
        ),
        "inspected": _inspected(lifts, by_lift, span),
        "rectified": rectified,
        **_times([(lift, span) for lift in lifts], by_lift),
    }


def _held(facts: Facts) -> list[_Held]:
    known = {one.lift for one in facts.lifts}
    found = []
    for one in facts.contracts:
        begin = max(one.from_ms, facts.from_ms)
        end = min(one.until_ms or facts.until_ms, facts.until_ms)
        if one.lift in known and begin < end:
            found.append(_Held(one.organisation, one.lift, (begin, end)))
    return found


def _by_lift(incidents: Iterable[Incident]) -> dict[str, list[Incident]]:
    found: dict[str, list[Incident]] = defaultdict(list)
    for one in incidents:
        if one.lift is not None:
            found[one.lift].append(one)
    return found


def _arrival(rescues: Iterable[Rescue]) -> Tally:
    """Of calls for help at which somebody arrived: late is more than 30 minutes."""
    known = [one for one in rescues if one.arrived_ms is not None and not one.without_help]
    late = sum((one.arrived_ms or 0) - one.opened_ms > ARRIVAL_MS for one in known)
    return Tally(len(known), late)


def _response(rescues: Iterable[Rescue]) -> Tally:
    """Of the same: somebody had it within three minutes."""
    known = [one for one in rescues if one.acknowledged_ms is not None]
    late = sum((one.acknowledged_ms or 0) - one.opened_ms > RESPONSE_MS for one in known)
    return Tally(len(known), late)


def _stayed(fixed: Iterable[Fixed], now_ms: int) -> Tally:
    """Of what was put right: it came again within 30 days. Newer ones are not judged yet."""
    judged = [one for one in fixed if one.came_back or now_ms - one.resolved_ms >= BACK_MS]
    return Tally(len(judged), sum(one.came_back for one in judged))


def _care(
    facts: Facts, spans: Sequence[tuple[str, Span]], by_lift: Mapping[str, list[Incident]]
) -> Tally:
    """Of the visits that were due, one in 15 days (or as filed): how many did not come in time."""
    due = bad = 0.0
    for lift, (begin, end) in spans:
        days = facts.filed_days.get(lift, CARE_DAYS)
        due += (end - begin) / DAY_MS / days
        grace_ms = (days - CARE_DAYS) * DAY_MS
        bad += sum(
            _began_in(one, (begin, end))
            and (one.cleared_ms or facts.until_ms) - one.opened_ms > grace_ms
            for one in by_lift.get(lift, ())
            if one.kind == OVERDUE
        )
    return Tally(max(due, bad), bad)


def _true(
    facts: Facts, unit: str, rows: Sequence[_Held], *, by_lift: Mapping[str, list[Incident]]
) -> Tally:
    """Of its visits: records that the signals contradict, once supervision has decided it. A
    contradiction is of whose visit it was, or of whoever held the lift where that is not known."""
    bad = disputed = 0
    for one, span in _within(rows, by_lift, CONTRADICTED):
        answer = facts.answers.get(one.id)
        if answer is not None and answer.organisation:
            mine = answer.organisation == unit
        else:
            mine = _began_in(one, span)
        if mine and facts.from_ms <= one.raised_ms < facts.until_ms:
            bad += answer is not None and answer.state == "counts"
            disputed += answer is None or answer.state in ("asked", "answered")
    visits = sum(one.organisation == unit and one.out_ms is not None for one in facts.visits)
    return Tally(max(visits, bad + disputed), bad, disputed)


def _within(
    rows: Sequence[_Held], by_lift: Mapping[str, list[Incident]], kind: str
) -> list[tuple[Incident, Span]]:
    """Each incident once, with the contract in which it began, or else any of its lift."""
    found: dict[str, tuple[Incident, Span]] = {}
    for row in rows:
        for one in by_lift.get(row.lift, ()):
            if one.kind == kind and (one.id not in found or _began_in(one, row.span)):
                found[one.id] = (one, row.span)
    return list(found.values())


def _began_in(one: Incident, span: Span) -> bool:
    return span[0] <= one.opened_ms < span[1]


def _rectified(facts: Facts, whose: set[str] | frozenset[str]) -> Tally:
    return _rectified_of((one for one in facts.instructions if one.responsible in whose), facts)


def _rectified_of(instructions: Iterable[Instruction], facts: Facts) -> Tally:
    """Of instructions whose deadline lay in the period: not reported by then."""
    due = [
        one
        for one in instructions
        if one.state != "withdrawn" and facts.from_ms <= one.deadline_ms < facts.until_ms
    ]
    late = sum(one.reported_ms is None or one.reported_ms > one.deadline_ms for one in due)
    return Tally(len(due), late)


def _signed(visits: Iterable[Visit], facts: Facts) -> Tally:
    """Of visits that ended a week ago or longer: the property has not signed them."""
    ended = [
        one
        for one in visits
        if one.out_ms is not None
        and one.state in ("left", "signed", "agreed")
        and facts.until_ms - one.out_ms >= SIGNED_MS
    ]
    return Tally(len(ended), sum(one.state != "agreed" for one in ended))


def _answered(complaints: Iterable[Complaint], facts: Facts) -> Tally:
    """Of complaints: answered later than the time of their topic, or still open after it."""
    of = bad = 0
    for one in complaints:
        due_ms = one.told_ms + TOPICS[one.topic].answer_ms
        if one.lead is not None or (one.answered_ms is None and due_ms > facts.until_ms):
            continue
        of += 1
        bad += (one.answered_ms or facts.until_ms) > due_ms
    return Tally(of, bad)


def _inspected(lifts: Sequence[str], by_lift: Mapping[str, list[Incident]], span: Span) -> Tally:
    """Of its lifts: those whose inspection had expired at some time of the period."""
    bad = sum(
        any(one.kind == EXPIRED and one.severity_max <= 2 for one in by_lift.get(lift, ()))
        for lift in lifts
    )
    return Tally(len(lifts) if span[0] < span[1] else 0, bad)


def _times(
    spans: Sequence[tuple[str, Span]], by_lift: Mapping[str, list[Incident]]
) -> dict[str, Tally]:
    """Days of lifts that stood still, and on which nobody heard them: what is not heard is neither
    running nor standing."""
    running, heard = [], []
    for lift, span in spans:
        mine = by_lift.get(lift, ())
        days = (span[1] - span[0]) / DAY_MS
        blind = union_ms(_spans((one for one in mine if one.kind == BLIND), span)) / DAY_MS
        stood = union_ms(_spans((one for one in mine if one.kind in OUTAGES), span)) / DAY_MS
        seen = max(days - blind, 0.0)
        heard.append((days, blind))
        running.append((seen, min(stood, seen)))
    return {"running": time_tally(running), "heard": time_tally(heard)}


def _spans(incidents: Iterable[Incident], span: Span) -> list[Span]:
    return [
        (max(one.opened_ms, span[0]), min(one.cleared_ms or span[1], span[1])) for one in incidents
    ]


def union_ms(spans: Iterable[Span]) -> int:
    """For how long any of them ran, each moment once.

    >>> union_ms([(0, 5), (3, 8), (10, 12), (20, 15)])
    10
    """
    total, reached = 0, -(2**62)
    for begin, end in sorted(spans):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total

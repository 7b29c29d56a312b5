"""The facts of score cards, read for somebody: from the books, and of people and complaints."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.access.store import PeopleReads
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction
from liftwatch.care.report import Period as ReportPeriod
from liftwatch.care.scorecard import Card, cards
from liftwatch.care.scorecard_facts import PARTIES, Facts, Hold, Lift, Party, Period, ScoreRead
from liftwatch.clock import now_ms
from liftwatch.handlers.calls import organisations_of
from liftwatch.office import Office, OfficeReads
from liftwatch.ports import Books
from liftwatch.register.record import Record

Reads = Callable[[Sequence[str], ReportPeriod], Mapping[Party, Sequence[Card]]]
"""Reads the score cards of some areas in a period of reports."""
PAGE, INSTRUCTIONS_MAX, COMPLAINTS_MAX = 500, 20_000, 20_000


def score_reads(books: Books, people: Office, *, exercise: bool) -> Reads:
    """How a report reads the cards of some areas, as far as its period has gone."""

    def read(areas: Sequence[str], period: ReportPeriod) -> Mapping[Party, Sequence[Card]]:
        at_ms = now_ms()
        span = Period(period.from_ms, min(period.to_ms, at_ms), at_ms)
        sight = Sight(places=tuple(Place(area) for area in areas))
        with people.reading() as reads:
            facts = facts_of(books, reads, span, exercise=exercise, sight=sight)
        return {party: cards(facts, party) for party in PARTIES}

    return read


def facts_of(
    books: Books,
    reads: OfficeReads | None,
    period: Period,
    *,
    exercise: bool = False,
    sight: Sight = EVERYTHING,
) -> Facts:
    """All that cards of a period are made of, of what is seen.

    Estates and their property companies have a card only for whoever sees the whole estate; a unit
    has one of the lifts that are seen, and its own people see all it held. Who manages an estate is
    as it is on record now. `reads` None: organisations and complaints are not known.
    """
    read = books.score_facts(period, exercise=exercise, sight=sight)
    whole = [one for one in read.lifts if sight.covers(one.area, one.estate)]
    known = {one.lift for one in read.lifts}
    complaints = (
        []
        if reads is None
        else reads.care.told_of(since_ms=period.from_ms, sight=sight, limit=COMPLAINTS_MAX)
    )
    holds = [*_units(read, period), *_estates(whole, period)]
    if reads is not None:
        holds += _properties(reads, whole, period)
    holds = [
        structs.replace(one, from_ms=max(one.from_ms, read.began[one.lift]))
        for one in holds
        if one.lift in read.began
    ]
    return Facts(
        period=period,
        holds=holds,
        happened=read.happened,
        timed=read.timed,
        cared=read.cared,
        answers=read.answers,
        instructions=list(_instructions(books, period, sight=sight)),
        complaints=[one for one in complaints if exercise or not one.exercise],
        came=read.came,
        intervals={
            lift: regime.interval_days
            for lift, regime in books.regimes(sorted(known)).items()
            if regime.kind == "on_demand"
        },
    )


def _units(read: ScoreRead, period: Period) -> Iterator[Hold]:
    places = {one.lift: one for one in read.lifts}
    for one in read.held:
        at = places.get(one.lift, Lift(one.lift, "", ""))
        until_ms = period.end_ms if one.until_ms is None else min(one.until_ms, period.end_ms)
        begin_ms = max(one.from_ms, period.from_ms)
        yield Hold("unit", one.organisation, *at, begin_ms, until_ms)


def _estates(lifts: Iterable[Lift], period: Period) -> Iterator[Hold]:
    for one in lifts:
        name = f"{one.area}~{one.estate}"  # no topic has a `~` in it (contract, section 1)
        yield Hold("estate", name, *one, period.from_ms, period.end_ms)


def _properties(reads: PeopleReads, lifts: Iterable[Lift], period: Period) -> Iterator[Hold]:
    of: dict[tuple[str, str], list[str]] = {}
    for one in lifts:
        key = (one.area, one.estate)
        if key not in of:
            here = Record(lift="", area=one.area, estate=one.estate)
            some = organisations_of(reads, here, "property", at_ms=period.now_ms)
            of[key] = [organisation.id for organisation in some]
        for id in of[key]:
            yield Hold("property", id, *one, period.from_ms, period.end_ms)


def _instructions(books: Books, period: Period, *, sight: Sight) -> Iterator[Instruction]:
    """Those whose deadline lies in the period, the latest first."""
    after, count = None, 0
    while count < INSTRUCTIONS_MAX:
        page = books.instructions(
            InstructionFilter(),
            after=after,
            limit=PAGE,
            sight=sight,
            organisations=sight.contracts_of,
        )
        yield from (one for one in page if period.holds(one.deadline_ms))
        count += len(page)
        if len(page) < PAGE or page[-1].deadline_ms < period.from_ms:
            return
        after = (page[-1].deadline_ms, page[-1].id)

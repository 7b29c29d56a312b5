"""What score cards are made of, read: everybody of an area is compared on the same facts.

Figures of a whole area are shown to everybody who sees something of it; the facts behind them are
seen where they are seen otherwise.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from api.seen import SeenBooks
from liftwatch.access.people import Organisation
from liftwatch.access.sight import Place, Sight
from liftwatch.access.store import PeopleReads
from liftwatch.care.faults import FaultFilter
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction
from liftwatch.care.scorecard import SUBJECTS, Card, Subject, cards
from liftwatch.care.scorecard_facts import (
    CARE_DAYS,
    CONTRADICTED,
    KINDS,
    Facts,
    of_estates,
    of_properties,
    of_units,
)
from liftwatch.care.scorecard_facts import Place as LiftPlace
from liftwatch.care.visit import Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import DAY_MS
from liftwatch.handlers.care_plans import plans
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import ENDED_BY_PEOPLE
from liftwatch.office import Office
from liftwatch.ports import Books, IncidentFilter, LiftRow

BEFORE_MS = 92 * DAY_MS
"""What began so long before a period may reach into it."""
PAGE, ROWS_MAX = 500, 100_000
COMPLAINTS_MAX = 20_000


class Kept(Protocol):
    """Where facts lie, and whether all of it is an exercise: `api.parts.Parts`, or a report's."""

    @property
    def books(self) -> Books:
        """The relational store."""

    @property
    def exercise(self) -> bool:
        """Whether exercises count here."""


class Desk(Protocol):
    """Where people are looked up: `api.gate.Gate`, or a report's."""

    @property
    def people(self) -> Office:
        """People, and what residents told."""


class Period(NamedTuple):
    """From when until when (or now, where it is not over); what it is called."""

    name: str
    from_ms: int
    until_ms: int


class Scored(NamedTuple):
    """The cards of an area in a period, by kind, and what everybody is called."""

    period: Period
    areas: tuple[str, ...]
    cards: dict[Subject, list[Card]]
    names: dict[str, str]


def areas_of(books: SeenBooks) -> tuple[str, ...]:
    """The areas of which somebody sees something."""
    return tuple(sorted({area for area, _ in books.estates()}))


def scored(part: Kept, gate: Desk, areas: Sequence[str], *, period: Period) -> Scored:
    """All cards of some areas."""
    sight = Sight(places=tuple(Place(area) for area in areas))
    rows = list(_lifts(part.books, sight)) if areas else []
    facts = facts_of(part, gate, rows, sight=sight, period=period)
    with gate.people.reading() as reads:
        companies = list(_organisations(reads))
    facts.places = _places(companies, facts)
    tallies = {"unit": of_units, "property": of_properties, "estate": of_estates}
    made = {subject: cards(subject, tallies[subject](facts)) for subject in SUBJECTS}
    return Scored(period, tuple(areas), made, {one.id: one.name for one in companies})


def facts_of(
    part: Kept, gate: Desk, rows: Sequence[LiftRow], *, sight: Sight, period: Period
) -> Facts:
    """The facts of a period; property companies are not read."""
    books, (from_ms, until_ms) = part.books, period[1:]
    incidents = list(_incidents(part, sight, period=period))
    with gate.people.reading() as reads:
        told = reads.care.told_of(since_ms=from_ms, sight=sight, limit=COMPLAINTS_MAX)
        contracts = reads.contracts() if rows else []
    return Facts(
        from_ms=from_ms,
        until_ms=until_ms,
        lifts=[LiftPlace(one.lift, f"{one.area}/{one.estate}") for one in rows],
        contracts=contracts,
        rescues=books.rescues(
            *(from_ms, until_ms),
            kinds=tuple(sorted(ENDED_BY_PEOPLE)),
            exercise=part.exercise,
            sight=sight,
        ),
        fixed=books.fixed(
            FaultFilter(from_ms=from_ms, to_ms=until_ms),
            now_ms=until_ms,
            limit=ROWS_MAX,
            exercise=part.exercise,
            sight=sight,
        ),
        visits=list(_visits(books, sight, period=period)),
        incidents=incidents,
        answers=books.answers([one.id for one in incidents if one.kind == CONTRADICTED]),
        instructions=list(_instructions(books, sight)),
        complaints=[
            one for one in told if one.told_ms < until_ms and (part.exercise or not one.exercise)
        ],
        filed_days={
            one.row.lift: one.interval
            for one in plans(books, rows, now_ms=until_ms)
            if one.interval > CARE_DAYS
        },
    )


def _lifts(books: Books, sight: Sight) -> Iterator[LiftRow]:
    after = None
    while True:
        rows = books.lifts(after=after, limit=PAGE, sight=sight)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].lift


def _incidents(part: Kept, sight: Sight, *, period: Period) -> Iterator[Incident]:
    where = IncidentFilter(kind=KINDS, from_ms=period.from_ms - BEFORE_MS, to_ms=period.until_ms)
    after, read = None, 0
    while read < ROWS_MAX:
        page = part.books.incidents(where, after=after, limit=PAGE, sight=sight)
        read += len(page.items)
        for one in page.items:
            real = one.state != "rejected" and not one.late and (part.exercise or not one.exercise)
            if real and (one.cleared_ms is None or one.cleared_ms > period.from_ms):
                yield one
        if page.next is None:
            return
        after = page.next


def _visits(books: Books, sight: Sight, *, period: Period) -> Iterator[Visit]:
    where = VisitFilter(from_ms=period.from_ms, to_ms=period.until_ms)
    after, read = None, 0
    while read < ROWS_MAX:
        rows = books.visits(where, after=after, limit=PAGE, sight=sight)
        yield from rows
        read += len(rows)
        if len(rows) < PAGE:
            return
        after = (rows[-1].in_ms, rows[-1].id)


def _instructions(books: Books, sight: Sight) -> Iterator[Instruction]:
    after, read = None, 0
    while read < ROWS_MAX:
        rows = books.instructions(InstructionFilter(), after=after, limit=PAGE, sight=sight)
        yield from rows
        read += len(rows)
        if len(rows) < PAGE:
            return
        after = (rows[-1].deadline_ms, rows[-1].id)


def _organisations(reads: PeopleReads) -> Iterator[Organisation]:
    after = ""
    while rows := reads.organisations(after=after, limit=PAGE):
        yield from rows
        after = rows[-1].id


def _places(companies: Iterable[Organisation], facts: Facts) -> dict[str, frozenset[str]]:
    """By property company the estates of these areas that it reaches."""
    estates = {one.estate for one in facts.lifts}
    found = {}
    for one in companies:
        if one.kind == "property":
            mine = frozenset(
                estate
                for estate in estates
                if any(p.covers(Place(*estate.split("/"))) for p in one.places)
            )
            if mine:
                found[one.id] = mine
    return found

"""The credit list: what an entry may rest on, how it is written and moved, and who is told.

Whose a fact is say the books, not whoever writes: of what befell a lift it is the unit that held
its contract then and the manager of its estate; of a contradiction the unit that wrote the record;
of an instruction whoever has it, or reported its work.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import structs

from liftwatch.access.sight import Sight
from liftwatch.care.complaints import Complaint
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction
from liftwatch.care.sanctions import (
    BY_CLOCK,
    FACT_WORDS,
    Entry,
    Fact,
    FactKind,
    Line,
    Side,
    checked,
    move,
    whom,
)
from liftwatch.handlers.calls import organisations_of
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Untold
from liftwatch.office import OfficeReads
from liftwatch.ports import Books, IncidentFilter, Stale, Work
from liftwatch.register.record import Record
from liftwatch.said import Said

ENGINE = Actor(channel="engine")
CONTRADICTED = "maintenance_contradicted"
OVER = frozenset({"resolved", "closed"})
OFFERED_MAX, LOOKED_MAX = 40, 500
"""So many facts of a kind are offered to whoever writes, and so many of the newest looked at."""


class NoSuchEntry(Exception):
    """There is none of that id."""


class Known(NamedTuple):
    """A fact as the books have it, in which area, and whose it may be."""

    fact: Fact
    area: str
    organisations: frozenset[str]


class Facts:
    """The facts of the books, as far as an authority sees them at a moment."""

    def __init__(
        self, books: Books, reads: OfficeReads, sight: Sight, *, exercise: bool, now_ms: int
    ) -> None:
        self.books, self.reads, self.sight, self.exercise = books, reads, sight, exercise
        self.now_ms = now_ms
        self._held: dict[tuple[str, str], frozenset[str]] = {}

    def known(self, fact: Fact) -> Known | None:
        """A fact; None where it is not seen, or does not stand (any more)."""
        found = self._named(fact)
        return next(iter(found), None)

    def checked(self, entry: Entry, *, now_ms: int) -> tuple[Fact, ...]:
        """The facts of an entry as the books have them; Untold where one does not stand, or is
        another's."""
        found = []
        for fact in entry.facts:
            one, word = self.known(fact), FACT_WORDS[fact.kind]
            if one is None or one.area != entry.area or one.fact.at_ms > now_ms:
                raise Untold(Said("%(fact)s %(id)s does not stand there", fact=word, id=fact.id))
            if entry.organisation not in one.organisations:
                raise Untold(Said("%(fact)s %(id)s is another's", fact=word, id=fact.id))
            found.append(one.fact)
        return tuple(found)

    def about(self, organisation: str, area: str, *, since_ms: int) -> Iterator[Known]:
        """What an entry about an organisation in an area may rest on: by kind, the newest first."""
        for some in (
            self._contradictions(since_ms),
            self._asked(organisation),
            self._incidents(since_ms),
            self._complaints(since_ms),
        ):
            count = 0
            for one in some:
                mine = organisation in one.organisations and one.area == area
                if mine and one.fact.at_ms >= since_ms and count < OFFERED_MAX:
                    count += 1
                    yield one

    def _named(self, fact: Fact) -> Iterable[Known]:
        match fact.kind:
            case "incident":
                incident = self.books.incident(fact.id, sight=self.sight)
                return () if incident is None else self._of_incidents([incident])
            case "contradiction":
                incident = self.books.incident(fact.id, sight=self.sight)
                return () if incident is None else self._of_contradictions([incident])
            case "instruction":
                asked = self.books.instruction(fact.id, sight=self.sight)
                return () if asked is None else self._of_instructions([asked])
            case "complaint":
                told = self.reads.care.complaint(fact.id, sight=self.sight)
                return () if told is None else self._of_complaints([told])

    def _incidents(self, since_ms: int) -> Iterator[Known]:
        return self._of_incidents(self._newest(IncidentFilter(from_ms=since_ms)))

    def _contradictions(self, since_ms: int) -> Iterator[Known]:
        where = IncidentFilter(from_ms=since_ms, kind=(CONTRADICTED,))
        return self._of_contradictions(self._newest(where))

    def _complaints(self, since_ms: int) -> Iterator[Known]:
        some = self.reads.care.told_of(since_ms=since_ms, sight=self.sight, limit=LOOKED_MAX)
        return self._of_complaints(sorted(some, key=lambda one: -one.told_ms))

    def _asked(self, organisation: str) -> Iterator[Known]:
        where = InstructionFilter(responsible=organisation)
        some = self.books.instructions(where, limit=LOOKED_MAX, sight=self.sight)
        return self._of_instructions(sorted(some, key=lambda one: -one.issued_ms))

    def _newest(self, where: IncidentFilter) -> Sequence[Incident]:
        return self.books.incidents(where, limit=LOOKED_MAX, sight=self.sight).items

    def _of_incidents(self, some: Iterable[Incident]) -> Iterator[Known]:
        """Those that are over: one that is open may still be rejected. Late history, of which
        nobody was told, and exercises elsewhere do not stand."""
        for one in some:
            if one.state not in OVER or one.late or one.exercise != self.exercise:
                continue
            if one.kind != CONTRADICTED:
                fact = _fact("incident", one, at_ms=one.opened_ms, word=one.kind)
                whose = self._holders(one.area, one.estate, one.lift, at_ms=one.opened_ms)
                yield Known(fact, one.area, whose)

    def _of_contradictions(self, some: Iterable[Incident]) -> Iterator[Known]:
        """Those that supervision has decided to count, after the unit was heard."""
        found = [one for one in some if one.exercise == self.exercise]
        answers = self.books.answers([one.id for one in found])
        for one in found:
            answer = answers.get(one.id)
            if answer is not None and answer.state == "counts":
                fact = _fact("contradiction", one, at_ms=one.opened_ms, word=CONTRADICTED)
                whose = frozenset({answer.organisation})
                yield Known(fact, one.area, whose)

    def _of_instructions(self, some: Iterable[Instruction]) -> Iterator[Known]:
        for one in some:
            if one.state != "withdrawn":
                fact = _fact("instruction", one, at_ms=one.issued_ms, word=one.state)
                whose = {one.responsible, *((one.reported_for,) if one.reported_for else ())}
                yield Known(fact, one.area, frozenset(whose))

    def _of_complaints(self, some: Iterable[Complaint]) -> Iterator[Known]:
        """Matters; what joined one is the same fact."""
        for one in some:
            if one.lead is None and one.exercise == self.exercise:
                fact = _fact("complaint", one, at_ms=one.told_ms, word=one.topic)
                whose = self._holders(one.area, one.estate, one.lift, at_ms=one.told_ms)
                yield Known(fact, one.area, whose)

    def _holders(self, area: str, estate: str, lift: str | None, *, at_ms: int) -> frozenset[str]:
        """The unit whose contract a lift was under then, and the managers of its estate now."""
        if (area, estate) not in self._held:
            here = Record(lift="", area=area, estate=estate)
            some = organisations_of(self.reads, here, "property", at_ms=self.now_ms)
            self._held[area, estate] = frozenset(one.id for one in some)
        units = {
            held.organisation
            for held in (self.reads.contracts(lift=lift) if lift else ())
            if held.from_ms <= at_ms and (held.until_ms is None or at_ms < held.until_ms)
        }
        return self._held[area, estate] | units


def _fact(
    kind: FactKind, one: Incident | Instruction | Complaint, *, at_ms: int, word: str
) -> Fact:
    return Fact(kind=kind, id=one.id, at_ms=at_ms, estate=one.estate, lift=one.lift, word=word)


def write(work: Work, entry: Entry, *, facts: Facts, by: Actor, now_ms: int) -> Entry:
    """Keep a draft. Raises Untold for what cannot be, Conflict where a living entry of this kind
    rests on the same fact."""
    made = checked(entry, now_ms=now_ms)
    made = structs.replace(made, facts=facts.checked(made, now_ms=now_ms))
    work.put_credit_entry(made)
    work.add_credit_line(
        Line(entry=made.id, at_ms=now_ms, what="draft", before="draft", state="draft", by=by)
    )
    return made


def make_move(
    work: Work,
    id: str,
    name: str,
    *,
    by: Actor,
    side: Side,
    version: int,
    now_ms: int,
    text: str | None = None,
    facts: Facts | None = None,
) -> Entry:
    """Move one; with `facts` only while all that it rests on stands.

    Raises NoSuchEntry, Stale, CannotMove, Untold.
    """
    entry = work.locked_credit_entry(id)
    if entry is None:
        raise NoSuchEntry(id)
    if entry.version != version:
        raise Stale(Said("somebody else has changed it"))
    moved, line = move(entry, name, by=by, side=side, now_ms=now_ms, text=text)
    if facts is not None:
        facts.checked(entry, now_ms=now_ms)
    work.put_credit_entry(moved)
    work.add_credit_line(line)
    return moved


def by_clock(work: Work, id: str, *, now_ms: int) -> tuple[str, Entry] | None:
    """Make the move whose time has come, and its name; None where none is due (any more)."""
    entry = work.locked_credit_entry(id)
    if entry is None or entry.due_ms is None or entry.due_ms > now_ms:
        return None
    name = BY_CLOCK[entry.state]
    moved, line = move(entry, name, by=ENGINE, side="engine", now_ms=now_ms)
    work.put_credit_entry(moved)
    work.add_credit_line(line)
    return name, moved


def note_told(work: Work, entry: Entry, line: Line) -> bool:
    """Keep that somebody was told how an entry stands; False where that was done or has changed."""
    held = work.locked_credit_entry(entry.id)
    if held is None or held.version != entry.version or whom(held) is None:
        return False
    work.note_credit_told(structs.replace(held, told=held.state))
    work.add_credit_line(line)
    return True


def telling_line(entry: Entry, *, facts: dict[str, object], now_ms: int) -> Line:
    """The line that tells who was told, or that nobody could be."""
    return Line(
        entry=entry.id,
        at_ms=now_ms,
        what="paged",
        before=entry.state,
        state=entry.state,
        by=ENGINE,
        facts=facts,
    )

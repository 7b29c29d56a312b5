"""What pages show of an incident's course: who has it, its clocks, its story."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from api.console.course_texts import CHANNELS, CLOCK_STATES, CLOCK_TEXTS, LINE_TEXTS
from api.console.kinds import STATES
from api.console.language import Language
from api.console.story_facts import facts_view
from api.console.values import Named
from api.gate import Gate
from api.moves import names_of
from api.seen import SeenBooks
from liftwatch.clock import MINUTE_MS, rfc3339
from liftwatch.incidents.clocks import Clock, is_met, rule_of
from liftwatch.incidents.course import SAID, Course, Line
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import MOVES
from liftwatch.said import said_again


class ClockView(NamedTuple):
    """A clock: `state` waits, met, late, missed or dropped; `running`: it still counts."""

    name: str
    text: str
    due_ms: int
    due: str
    due_at: str
    state: str
    state_word: str
    met: str
    running: bool


class LineView(NamedTuple):
    """A line of the story; `noted` is empty where it was noted as it happened.

    `state` is empty where nothing changed, or the move says it already.
    """

    n: int
    at: str
    at_iso: str
    noted: str
    what: str
    state: str
    who: str
    organisation: str
    text: str
    facts: list[Named]


class OwnerView(NamedTuple):
    """Who has an incident; both empty when nobody does."""

    person: str
    organisation: str


NOBODY_HAS_IT = OwnerView("", "")


def state_of(clock: Clock) -> str:
    """What became of a clock: what came about after its time is late, whenever that was noted.

    >>> state_of(Clock(incident="i", name="arrive", due_ms=5, met_ms=4))
    'met'
    >>> state_of(Clock(incident="i", name="arrive", due_ms=5, met_ms=6))
    'late'
    """
    if clock.missed_ms is not None:
        return "missed"
    if clock.met_ms is not None:
        return "late" if clock.met_ms > clock.due_ms else "met"
    return "dropped" if clock.dropped_ms is not None else "waits"


def is_running(clock: Clock, incident: Incident, course: Course) -> bool:
    """Whether what a clock waits for has still to happen, also when it is too late for it."""
    if not incident.is_open or clock.occurrence != incident.occurrences:
        return False
    if clock.waits:
        return True
    rule = rule_of(incident, clock.name)
    return clock.missed_ms is not None and rule is not None and not is_met(rule, incident, course)


def next_clock(clocks: Iterable[Clock], incident: Incident, course: Course) -> Clock | None:
    """The clock that is due first of those that still count; None when none does."""
    found = [one for one in clocks if is_running(one, incident, course)]
    return min(found, key=lambda one: (one.due_ms, one.name), default=None)


def clock_view(
    language: Language, clock: Clock, incident: Incident, *, course: Course, now_ms: int
) -> ClockView:
    """A clock with its words."""
    state, text = state_of(clock), CLOCK_TEXTS.get(clock.name)
    return ClockView(
        name=clock.name,
        text=language.say(text) if text else clock.name,
        due_ms=clock.due_ms,
        due=language.moment(clock.due_ms, now_ms=now_ms),
        due_at=rfc3339(clock.due_ms),
        state=state,
        state_word=language.word(CLOCK_STATES[state]),
        met="" if clock.met_ms is None else language.moment(clock.met_ms, now_ms=now_ms),
        running=is_running(clock, incident, course),
    )


def clock_views(
    language: Language,
    clocks: Sequence[Clock],
    incident: Incident,
    *,
    course: Course,
    now_ms: int,
) -> tuple[ClockView | None, list[ClockView]]:
    """The next clock of an incident's last occurrence, and all others of it."""
    mine = [one for one in clocks if one.occurrence == incident.occurrences]
    first = next_clock(mine, incident, course)
    view = [
        clock_view(language, one, incident, course=course, now_ms=now_ms)
        for one in mine
        if one is not first
    ]
    if first is None:
        return None, view
    return clock_view(language, first, incident, course=course, now_ms=now_ms), view


def owner_view(course: Course, names: Mapping[str, str]) -> OwnerView:
    """Who has an incident, by name where they are still known."""
    return OwnerView(
        names.get(course.owner or "", course.owner or ""),
        names.get(course.owner_organisation or "", ""),
    )


def names_among(gate: Gate | None, lines: Iterable[Line]) -> dict[str, str]:
    """Names of who stands in some lines; without people nobody is named."""
    if gate is None:
        return {}
    with gate.people.reading() as reads:
        return names_of(reads, lines)


def names_of_owners(gate: Gate | None, courses: Iterable[Course]) -> dict[str, str]:
    """Names of who has some incidents."""
    if gate is None:
        return {}
    wanted = {one.owner for one in courses if one.owner}
    units = {one.owner_organisation for one in courses if one.owner_organisation}
    with gate.people.reading() as reads:
        people = {id: one.name for id in wanted if (one := reads.person(id)) is not None}
        named = {id: unit.name for id in units if (unit := reads.organisation(id)) is not None}
    return people | named


def story_view(
    books: SeenBooks, language: Language, gate: Gate | None, *, id: str, now_ms: int
) -> list[LineView]:
    """Every line of an incident's story, the first one first."""
    lines = books.story(id)
    names = names_among(gate, lines)
    return [line_view(language, line, names, now_ms=now_ms) for line in lines]


def line_view(language: Language, line: Line, names: Mapping[str, str], *, now_ms: int) -> LineView:
    """A line with its words; who is no person is told by the way it came."""
    late = abs(line.noted_ms - line.at_ms) >= MINUTE_MS
    what, channel = LINE_TEXTS.get(line.what), CHANNELS.get(line.by.channel)
    who = names.get(line.by.person or "") or (language.say(channel) if channel else "")
    return LineView(
        n=line.n,
        at=language.moment(line.at_ms, now_ms=now_ms),
        at_iso=rfc3339(line.at_ms),
        noted=language.moment(line.noted_ms, now_ms=now_ms) if late else "",
        what=language.say(what) if what else line.what,
        state="" if line.state == line.before or line.what in MOVES else _state(language, line),
        who=who,
        organisation=names.get(line.by.organisation or "", ""),
        text=language.tell(said_again(line.facts.get(SAID)) or line.text or ""),
        facts=facts_view(language, line, names),
    )


def _state(language: Language, line: Line) -> str:
    return language.word(STATES[line.state]) if line.state in STATES else line.state

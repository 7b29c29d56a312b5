"""What a report counts: plain data of one period and one scope, read by `handlers.care_reports`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from liftwatch.care.notices import Effect
from liftwatch.care.report import Scope
from liftwatch.care.scorecard import Card
from liftwatch.care.scorecard_facts import Party
from liftwatch.incidents.statistics import Rescue


class Spans(NamedTuple):
    """Milliseconds of lifts in a period: in all, standing still, not heard."""

    all_ms: int
    stopped_ms: int
    blind_ms: int


class Visited(NamedTuple):
    """Visits that were finished: in time after the last one, late, first known ones; and those
    that were broken off, and the lifts that had none."""

    in_time: int
    late: int
    first: int
    broken: int
    lifts_without: int


class Instructed(NamedTuple):
    """Instructions: issued and done in the period, open and overdue at its end."""

    issued: int
    done: int
    open: int
    overdue: int


class Complained(NamedTuple):
    """Of a topic: matters, how many people told, answered ones and those in time."""

    matters: int
    people: int
    answered: int
    in_time: int
    ratings: tuple[int, ...]


class Hung(NamedTuple):
    """A notice that was published: its topic, where it hangs, and what came of it."""

    topic: str
    place: str
    effect: Effect


class Money(NamedTuple):
    """What the bank moved by the books, by kind of entry in fen, and what was published."""

    flows: Mapping[str, int]
    published: int
    buildings: int


class Came(NamedTuple):
    """Messages that came and that are missing; days of lifts of which anything is known."""

    heard: int
    missing: int
    lift_days: int


class Facts(NamedTuple):
    """A period. None: nobody keeps it, or it is not told of such a scope."""

    lifts: int
    days: int
    raised: Mapping[tuple[str, int], int]
    rejected: int
    rescues: tuple[Rescue, ...]
    spans: Spans
    visits: Visited
    contradictions: Mapping[str, int]
    instructions: Instructed
    complaints: Mapping[str, Complained] | None
    notices: tuple[Hung, ...] | None
    money: Money | None
    came: Came
    cut: tuple[str, ...] = ()


class Inspected(NamedTuple):
    """How lifts stand before the law when the report is made."""

    due: int
    expired: int
    unknown: int
    unassessed: int
    overdue_visits: int


class Risky(NamedTuple):
    """A lift by its risk."""

    lift: str
    score: float
    faults: int
    over: bool


class State(NamedTuple):
    """How things stand when the report is made."""

    inspected: Inspected
    hazards: Mapping[str, int]
    risky: tuple[Risky, ...]
    over_limit: int


class Told(NamedTuple):
    """All a report is made of. `kept` are figures of the report of the period before, by section
    and name: how things stood then nobody could count any more."""

    now: Facts
    before: Facts
    state: State
    kept: Mapping[tuple[str, str], float | None]
    of_unit: bool
    scope: Scope | None = None
    cards: Mapping[Party, Sequence[Card]] | None = None
    cards_before: Mapping[Party, Sequence[Card]] | None = None

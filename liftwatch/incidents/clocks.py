"""Clocks of incidents: set with the alarm, stopped by what people do, missed by the engine.

A clock is met by a state of the work (or by the end of the alarm), else it is missed: then those
whom its row tells learn of it, and a call for rescue goes a level up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, structs

from liftwatch.clock import SECOND_MS
from liftwatch.incidents.clock_rules import ACCIDENT_MS, ARRIVE_FAR_MS, GRAVE, MET_BY, RULES, Rule
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident

LIMITS = (0.25, 4.0)
"""A setting may make a clock of no law so much shorter or longer [our choice]."""


class Clock(Struct, frozen=True, kw_only=True):
    """A clock of an incident; `occurrence` is the how-manieth time that its alarm was raised.

    It waits until it is met, missed, or dropped because the incident was over before.
    """

    incident: str
    occurrence: int = 1
    name: str
    due_ms: int
    met_ms: int | None = None
    missed_ms: int | None = None
    dropped_ms: int | None = None

    @property
    def waits(self) -> bool:
        """Whether none of them has happened yet."""
        return self.met_ms is None and self.missed_ms is None and self.dropped_ms is None


class ClockReads(Protocol):
    """What is read of clocks."""

    def clocks_of(self, incidents: Sequence[str]) -> dict[str, list[Clock]]:
        """The clocks of some incidents, the next one first."""


class ClockWork(Protocol):
    """The part of a transaction that sets clocks and stops them."""

    def clocks(self, incident: str) -> list[Clock]:
        """Those of one incident whose row is held."""

    def put_clocks(self, clocks: Sequence[Clock]) -> None:
        """Insert or replace."""


def rules_of(kind: str, severity: int) -> tuple[Rule, ...]:
    """The rows of a kind as grave as that.

    >>> [rule.name for rule in rules_of("door_fault", 2)]
    ['acknowledge', 'arrive']
    >>> rules_of("brake_wear", 2)[0].after_ms < rules_of("brake_wear", 4)[0].after_ms
    True
    """
    return GRAVE[kind] if severity <= 2 and kind in GRAVE else RULES[kind]


def rule_of(incident: Incident, name: str) -> Rule | None:
    """The row by which a clock of an incident runs."""
    rows = (*rules_of(incident.kind, incident.severity_max), *RULES[incident.kind])
    return next((rule for rule in rows if rule.name == name), None)


def set_clocks(
    incident: Incident, *, opened_ms: int, times: Mapping[str, int], far: bool = False
) -> list[Clock]:
    """The clocks of an incident's newest occurrence, which began then.

    `times` are milliseconds by `kind.clock`, where a setting says other ones; `far` sites are
    those that a crew reaches within 60 minutes.
    """
    found = []
    for rule in rules_of(incident.kind, incident.severity_max):
        after_ms = times.get(f"{incident.kind}.{rule.name}", rule.after_ms)
        if rule.name == "arrive" and rule.law and far:
            after_ms = max(after_ms, ARRIVE_FAR_MS)
        found.append(
            Clock(
                incident=incident.id,
                occurrence=incident.occurrences,
                name=rule.name,
                due_ms=opened_ms + after_ms,
            )
        )
    return found


def stop_clocks(
    clocks: Iterable[Clock], incident: Incident, course: Course, *, at_ms: int
) -> list[Clock]:
    """The clocks that a change of an incident stops, as they are then.

    One that was missed is met late, by what comes of this occurrence; it keeps both moments.
    """
    stopped = []
    for clock in clocks:
        late = clock.missed_ms is not None and clock.occurrence == incident.occurrences
        if not clock.waits and not (late and clock.met_ms is None):
            continue
        rule = rule_of(incident, clock.name)
        if rule is None or is_met(rule, incident, course):
            stopped.append(structs.replace(clock, met_ms=at_ms))
        elif not incident.is_open and not late:
            stopped.append(structs.replace(clock, dropped_ms=at_ms))
    return stopped


def is_met(rule: Rule, incident: Incident, course: Course) -> bool:
    """Whether what a clock waits for has happened."""
    if rule.by == "reported":
        return course.reported_ms is not None or not is_accident(incident, course)
    return incident.state in MET_BY[rule.by] or (rule.cleared and incident.alarm == "cleared")


def is_accident(incident: Incident, course: Course) -> bool:
    """Whether people are, or were, in a car for so long that it is an accident in law, or may be.

    Until they are out nobody knows that it is none.
    """
    if incident.state == "rejected":
        return False
    return course.released_ms is None or course.released_ms - incident.opened_ms >= ACCIDENT_MS


def times_of(text: str) -> dict[str, int]:
    """Milliseconds by `kind.clock`, from a setting that gives seconds: `overload.resolve=7200,...`.

    Raises ValueError with one line for an unknown clock, or a time beyond the limits.

    >>> times_of("door_fault.arrive=3600")
    {'door_fault.arrive': 3600000}
    """
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, seconds = part.partition("=")
        kind, _, clock = name.partition(".")
        rules = (*RULES.get(kind, ()), *GRAVE.get(kind, ()))
        rule = next((rule for rule in rules if rule.name == clock), None)
        if rule is None:
            raise ValueError(f"{name!r} is no clock: kind.clock=seconds, as entrapment.voice=45")
        if not (seconds.isascii() and seconds.isdigit()):
            raise ValueError(f"{name} needs whole seconds")
        low, high = (round(rule.after_ms * limit) for limit in LIMITS)
        high = rule.after_ms if rule.law else high
        after_ms = int(seconds) * SECOND_MS
        if not low <= after_ms <= high:
            raise ValueError(f"{name} is from {low // SECOND_MS} to {high // SECOND_MS} s")
        found[name] = after_ms
    return found

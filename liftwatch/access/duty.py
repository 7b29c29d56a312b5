"""Who is on duty for an organisation: its rotas as they are kept, and what they say at a moment.

`liftwatch.register.rota` says who is planned. Here it is told who these people are, how they are
reached, who comes next, who is the head, and what is the matter in the coming days: a plan is only
as good as the people in it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.access.people import Membership, Person
from liftwatch.clock import DAY_MS
from liftwatch.register.rota import (
    Calendar,
    Confirmation,
    DayKind,
    Rota,
    Span,
    Stretch,
    responsible,
    stretches,
)

ROTAS_MAX = 10
"""Of one organisation that are in force [our choice]."""
NAMED_MAX, EXCEPTIONS_MAX = 100, 500
"""People in the lines of a weekly pattern, and exceptions: with so many an answer takes under a
second [measured]."""
AHEAD_DAYS = 14
"""How far ahead the troubles of a rota are told [our choice]."""
LOOK_DAYS = 35
"""How far before and after a moment a duty is followed; what is longer has no beginning or end."""
HOLIDAYS_MAX = 400
AT_MIN, AT_MAX = 0, 4_102_444_800_000
"""Moments of plans and questions: 1970 to 2100, so that all can be written."""

Absence = Literal["unknown", "left", "disabled"]
"""Why somebody planned cannot be on duty: nobody knows them, they are no member of the
organisation any more (or were not yet), or they are disabled."""
TroubleKind = Literal["nobody", "absent", "no_number", "no_next", "no_head", "head_absent"]


class DutyRota(Struct, kw_only=True, frozen=True):
    """A rota of an organisation. `head` is who is called when those on duty and the next do not
    answer. From `ended_ms` on nobody is planned by it."""

    id: str
    organisation: str
    name: str
    rota: Rota
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    head: str | None = None
    made_ms: int
    changed_ms: int
    ended_ms: int | None = None
    version: int = 1

    @property
    def calendar(self) -> Calendar:
        """The days that are not what their weekday says."""
        kinds: dict[date, DayKind] = dict.fromkeys(self.holidays, "holiday")
        return kinds | dict.fromkeys(self.workdays, "workday")

    @property
    def people(self) -> frozenset[str]:
        """Everybody who stands in it."""
        rows = [one.persons for one in self.rota.shifts]
        rows += [one.persons for one in self.rota.turns]
        found = {person for row in rows for person in row}
        for one in self.rota.substitutions:
            found |= {name for name in (one.person, one.by) if name is not None}
        return frozenset(found if self.head is None else found | {self.head})


class OnDuty(Struct, frozen=True, kw_only=True):
    """Somebody and from when to when, as far as LOOK_DAYS tell; `absence` says why not."""

    person: str
    name: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    phone: str | None = None
    email: str | None = None
    absence: Absence | None = None

    @property
    def is_reachable(self) -> bool:
        """Whether they are there and can be called."""
        return self.absence is None and self.phone is not None


class OnCall(Struct, frozen=True, kw_only=True):
    """What a rota says at a moment: whom to call, in this order.

    `now` are all who are planned, absent ones too. `answering` are those who answer for the moment
    by the rules of the hand-over: who is before them and not yet relieved, also through a gap.
    `next` are those who come on duty after them and will be there; `head` is None when absent or
    not named.
    """

    rota: str
    rota_name: str
    now: tuple[OnDuty, ...] = ()
    answering: tuple[OnDuty, ...] = ()
    next: tuple[OnDuty, ...] = ()
    head: OnDuty | None = None


class Trouble(Struct, frozen=True, kw_only=True):
    """What is the matter with a rota in a time, and with whom."""

    rota: str
    rota_name: str
    kind: TroubleKind
    from_ms: int
    to_ms: int
    person: str | None = None
    name: str | None = None


class Staff:
    """The people of an organisation, by id, and since when and until when they belong to it."""

    def __init__(
        self, organisation: str, people: Iterable[Person], members: Iterable[Membership]
    ) -> None:
        self._people: Mapping[str, Person] = {one.id: one for one in people}
        self._spans: dict[str, list[tuple[int, int | None]]] = {}
        for one in members:
            if one.organisation == organisation:
                self._spans.setdefault(one.person, []).append((one.from_ms, one.until_ms))

    def absence(self, person: str, at_ms: int) -> Absence | None:
        """Why somebody is not there at a moment; None when they are."""
        found = self._people.get(person)
        if found is None:
            return "unknown"
        if found.disabled_ms is not None and found.disabled_ms <= at_ms:
            return "disabled"
        spans = self._spans.get(person, ())
        here = any(since <= at_ms and (until is None or at_ms < until) for since, until in spans)
        return None if here else "left"

    def called(self, person: str, at_ms: int, *, times: "Times | None" = None) -> OnDuty:
        """Somebody as they are at a moment."""
        since_ms, until_ms = times or (None, None)
        found, absence = self._people.get(person), self.absence(person, at_ms)
        told = None if absence else found
        return OnDuty(
            person=person,
            name=found.name if found else None,
            since_ms=since_ms,
            until_ms=until_ms,
            phone=told.phone if told else None,
            email=told.email if told else None,
            absence=absence,
        )

    def name(self, person: str) -> str | None:
        """What they are called; None when nobody knows them any more."""
        found = self._people.get(person)
        return None if found is None else found.name


class Times(NamedTuple):
    """From when to when somebody is on duty; None is before or after what was looked at."""

    since_ms: int | None
    until_ms: int | None


class _Run(NamedTuple):
    """A window of the plan around a moment, and where the moment lies in it."""

    stretches: list[Stretch]
    here: int

    def duty_of(self, person: str, at: int) -> Times:
        """From when to when somebody is on without a pause, around a stretch they are in."""
        first = last = at
        while first > 0 and person in self.stretches[first - 1].persons:
            first -= 1
        while last + 1 < len(self.stretches) and person in self.stretches[last + 1].persons:
            last += 1
        since_ms = self.stretches[first].from_ms if first else None
        until_ms = self.stretches[last].to_ms if last + 1 < len(self.stretches) else None
        return Times(since_ms, until_ms)


def on_call(
    one: DutyRota, at_ms: int, *, staff: Staff, confirmations: Iterable[Confirmation] = ()
) -> OnCall:
    """Who is on duty at a moment, who answers for it, who comes next, and who is the head.

    A duty begins in its first millisecond and is over in the millisecond of the hand-over.
    """
    told = OnCall(rota=one.id, rota_name=one.name)
    if one.ended_ms is not None and one.ended_ms <= at_ms:
        return told
    run = _around(one, at_ms)
    planned = run.stretches[run.here].persons
    head = None if one.head is None else staff.called(one.head, at_ms)
    return OnCall(
        rota=one.id,
        rota_name=one.name,
        now=tuple(staff.called(name, at_ms, times=run.duty_of(name, run.here)) for name in planned),
        answering=tuple(
            staff.called(name, at_ms)
            for name in responsible(one.rota, at_ms, confirmations, calendar=one.calendar)
        ),
        next=_next(run, planned, staff=staff),
        head=None if head is None or head.absence else head,
    )


def _around(one: DutyRota, at_ms: int) -> _Run:
    look_ms = LOOK_DAYS * DAY_MS
    found = list(stretches(one.rota, at_ms - look_ms, at_ms + look_ms, calendar=one.calendar))
    here = next(n for n, row in enumerate(found) if row.from_ms <= at_ms < row.to_ms)
    return _Run(found, here)


def _next(run: _Run, planned: Collection[str], *, staff: Staff) -> tuple[OnDuty, ...]:
    """Of the plan's coming stretches the first that brings somebody else who is there then."""
    for at in range(run.here + 1, len(run.stretches)):
        row = run.stretches[at]
        fresh = [n for n in row.persons if n not in planned and not staff.absence(n, row.from_ms)]
        if fresh:
            return tuple(
                staff.called(name, row.from_ms, times=run.duty_of(name, at)) for name in fresh
            )
    return ()


class Day(NamedTuple):
    """A part of a plan: from when to when who is there, and who ought to be and is not."""

    from_ms: int
    to_ms: int
    there: tuple[str, ...]
    absent: tuple[str, ...]


def days_ahead(one: DutyRota, from_ms: int, *, staff: Staff, days: int = AHEAD_DAYS) -> list[Day]:
    """The plan of the coming days, from one change of people to the next; none of an ended one."""
    if one.ended_ms is not None and one.ended_ms <= from_ms:
        return []
    found: list[Day] = []
    window = stretches(one.rota, from_ms, from_ms + days * DAY_MS, calendar=one.calendar)
    for row in window:
        absent = tuple(name for name in row.persons if staff.absence(name, row.from_ms))
        there = tuple(name for name in row.persons if name not in absent)
        if found and found[-1][2:] == (there, absent):
            found[-1] = found[-1]._replace(to_ms=row.to_ms)
        else:
            found.append(Day(row.from_ms, row.to_ms, there, absent))
    return found


def troubles(one: DutyRota, from_ms: int, *, staff: Staff, days: int = AHEAD_DAYS) -> list[Trouble]:
    """What is the matter with a rota in the coming days, in order of time: times in which nobody
    is there, people who are planned and absent, or cannot be called; no next, no head."""
    if one.ended_ms is not None and one.ended_ms <= from_ms:
        return []
    window = Span(from_ms, from_ms + days * DAY_MS)
    found = [
        Trouble(
            rota=one.id,
            rota_name=one.name,
            kind=kind,
            from_ms=span.from_ms,
            to_ms=span.to_ms,
            person=person,
            name=None if person is None else staff.name(person),
        )
        for kind, span, person in _matters(one, window, staff)
    ]
    return sorted(found, key=lambda row: (row.from_ms, row.kind, row.person or ""))


_Matter = tuple[TroubleKind, Span, str | None]


def _matters(one: DutyRota, window: Span, staff: Staff) -> Iterator[_Matter]:
    days = (window.to_ms - window.from_ms) // DAY_MS
    plan = days_ahead(one, window.from_ms, staff=staff, days=days)
    mute: dict[str, Span] = {}
    for span in _joined(Span(row.from_ms, row.to_ms) for row in plan if not row.there):
        yield "nobody", span, None
    for row in plan:
        for name in row.absent:
            yield "absent", Span(row.from_ms, row.to_ms), name
        for name in row.there:
            if staff.called(name, row.from_ms).phone is None:
                mute.setdefault(name, Span(row.from_ms, row.to_ms))
    for name, span in mute.items():
        yield "no_number", span, name
    if len({name for row in plan for name in row.there}) == 1:
        yield "no_next", window, None
    if one.head is None:
        yield "no_head", window, None
    elif staff.absence(one.head, window.from_ms):
        yield "head_absent", window, one.head
    elif staff.called(one.head, window.from_ms).phone is None and one.head not in mute:
        yield "no_number", window, one.head


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in spans:
        if found and found[-1].to_ms == span.from_ms:
            found[-1] = Span(found[-1].from_ms, span.to_ms)
        else:
            found.append(span)
    return found

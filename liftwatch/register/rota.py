"""Duty rotas: who is planned at a moment, who is responsible, and when nobody is planned.

The plan: a shift belongs to the day on which it begins, in the estates' time; what the calendar
says of that day decides which pattern it follows. Turns go on from one person to the next, whatever
the day. Then people are replaced by their stand-ins. Shifts and turns may overlap: then all their
people are on duty, in the order of the shifts, then of the turns.

The hand-over: whoever is planned takes over at their confirmation, but not before their duty
begins, and without one when the grace after its beginning is over. Those before them stay
responsible until everybody planned has taken over, also through a gap of the plan: so that
somebody always is.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from liftwatch.clock import DAY_MS, ESTATE_MS, MINUTE_MS, date_of, estate_day
from liftwatch.clock import begin_ms as day_begin_ms
from liftwatch.said import Said

MONDAY, SUNDAY = 0, 6
HOLIDAY = 7
"""A day of its own in the pattern, for rotas that plan holidays apart."""
DAY_MIN = 1_440

GRACE_MS = 15 * MINUTE_MS
"""After the beginning of a duty, in which those before stay responsible [our choice]."""
LOOK_BACK_DAYS = 35
"""How long somebody stays responsible when nobody is planned after them [our choice]."""

SHIFTS_MAX, TURNS_MAX, PERSONS_MAX, SUBSTITUTIONS_MAX = 200, 20, 20, 1_000
TURN_HOURS_MAX = 31 * 24
DUTY_MS_MAX = TURN_HOURS_MAX * 60 * MINUTE_MS
WINDOW_DAYS_MAX = 400

DayKind = Literal["holiday", "workday"]
Calendar = Mapping[date, DayKind]
"""The days that are not what their weekday says: public holidays, and the days worked for them."""


class Shift(Struct, frozen=True, kw_only=True):
    """A line of the weekly pattern: on these days, from minute to minute after midnight.

    A shift whose end is not after its beginning ends on the next day; one whose end is its
    beginning lasts 24 hours. `days` are 0 (Monday) to 6, and 7 for holidays planned apart.
    """

    days: tuple[int, ...]
    from_min: int
    to_min: int
    persons: tuple[str, ...]

    @property
    def length_ms(self) -> int:
        """How long it lasts: more than nothing, at most a day."""
        return ((self.to_min - self.from_min) % DAY_MIN or DAY_MIN) * MINUTE_MS


class Turns(Struct, frozen=True, kw_only=True):
    """People on duty one after the other, and again from the first; each turn has its hours.

    The first turn begins on `first_day`, `from_min` minutes after midnight: hand-overs are then at
    the same time of every day, for a turn is a part of a day or whole days.
    """

    persons: tuple[str, ...]
    first_day: date
    from_min: int
    hours: int


class Substitution(Struct, frozen=True, kw_only=True):
    """From one moment to another, what is planned for a person is done by another, or by nobody.

    It replaces whom the plan names, never a stand-in: so two people may exchange their shifts.
    Without a `person` it replaces whoever is planned.
    """

    person: str | None
    by: str | None
    from_ms: int
    to_ms: int


class Rota(Struct, frozen=True, kw_only=True):
    """Of one organisation. A holiday follows Sunday's pattern, a made-up workday Monday's."""

    shifts: tuple[Shift, ...] = ()
    turns: tuple[Turns, ...] = ()
    substitutions: tuple[Substitution, ...] = ()
    holiday_as: int = SUNDAY
    workday_as: int = MONDAY
    grace_ms: int = GRACE_MS


class Confirmation(Struct, frozen=True):
    """A person says that they have taken over."""

    person: str
    at_ms: int


class Span(NamedTuple):
    """From a moment to just before another."""

    from_ms: int
    to_ms: int


class Stretch(NamedTuple):
    """A time in which the same people are planned; `shifts` tells by how many shifts."""

    from_ms: int
    to_ms: int
    persons: tuple[str, ...]
    shifts: int


class _Duty(NamedTuple):
    from_ms: int
    to_ms: int
    shift: int
    order: int
    person: str


def on_duty(rota: Rota, at_ms: int, *, calendar: Calendar | None = None) -> tuple[str, ...]:
    """Who is planned at a moment: each once, in the order of the shifts and their persons.

    >>> from liftwatch.clock import parse_ms
    >>> night = Shift(days=(0, 1, 2, 3, 4, 5, 6), from_min=20 * 60, to_min=8 * 60, persons=("B",))
    >>> on_duty(Rota(shifts=(night,)), parse_ms("2026-03-02T23:00:00Z"))  # 7 in the morning
    ('B',)
    >>> on_duty(Rota(shifts=(night,)), parse_ms("2026-03-03T00:00:00Z"))
    ()
    """
    return next(stretches(rota, at_ms, at_ms + 1, calendar=calendar)).persons


def uncovered(
    rota: Rota, from_ms: int, to_ms: int, *, calendar: Calendar | None = None
) -> list[Span]:
    """The spans within a window in which nobody is planned, as long as they can be.

    Raises ValueError for a window that ends before it begins or is above WINDOW_DAYS_MAX.
    """
    found = stretches(rota, from_ms, to_ms, calendar=calendar)
    return _joined(Span(one.from_ms, one.to_ms) for one in found if not one.persons)


def overlapping(
    rota: Rota, from_ms: int, to_ms: int, *, calendar: Calendar | None = None
) -> list[Span]:
    """The spans within a window planned by more than one shift: not wrong, but worth a look."""
    found = stretches(rota, from_ms, to_ms, calendar=calendar)
    return _joined(Span(one.from_ms, one.to_ms) for one in found if one.shifts > 1)


def responsible(
    rota: Rota,
    at_ms: int,
    confirmations: Iterable[Confirmation] = (),
    *,
    calendar: Calendar | None = None,
) -> tuple[str, ...]:
    """Who answers for a moment, hand-over told in the module's docstring considered.

    Those who ought to have been relieved come first. Confirmations may be any people's of any
    time. Empty only where nobody was planned for LOOK_BACK_DAYS.
    """
    said: dict[str, list[int]] = {}
    for one in confirmations:
        said.setdefault(one.person, []).append(one.at_ms)
    since: dict[str, int] = {}
    held: tuple[str, ...] = ()
    begin_ms = at_ms - LOOK_BACK_DAYS * DAY_MS
    for stretch in stretches(rota, begin_ms, at_ms + 1, calendar=calendar):
        since = {name: since.get(name, stretch.from_ms) for name in stretch.persons}
        taken_ms = {
            name: _taken_ms(began_ms, said.get(name, ()), grace_ms=rota.grace_ms)
            for name, began_ms in since.items()
        }
        held = _handed_over(held, stretch, taken_ms)
    return held


def _taken_ms(began_ms: int, said_ms: Iterable[int], *, grace_ms: int) -> int:
    """When a person takes over a duty that began then."""
    last_ms = began_ms + grace_ms
    near = (one for one in said_ms if began_ms - grace_ms <= one <= last_ms)
    return min(
        near, default=last_ms
    )  # early is as good as punctual: before it they are not planned


def _handed_over(
    held: tuple[str, ...], stretch: Stretch, taken_ms: Mapping[str, int]
) -> tuple[str, ...]:
    """Who is responsible at the end of a stretch, after who was at its beginning."""
    if not held:
        held = stretch.persons  # nobody before them could stay
    taken = [name for name in stretch.persons if taken_ms[name] < stretch.to_ms]
    if stretch.persons and len(taken) == len(stretch.persons):
        return stretch.persons
    return tuple(dict.fromkeys((*held, *taken)))


def stretches(
    rota: Rota, from_ms: int, to_ms: int, *, calendar: Calendar | None = None
) -> Iterator[Stretch]:
    """The plan of a window without holes or overlaps, from its beginning to its end.

    Raises ValueError for a window that ends before it begins or is above WINDOW_DAYS_MAX.
    """
    if not 0 <= to_ms - from_ms <= WINDOW_DAYS_MAX * DAY_MS:
        raise ValueError(
            Said("a window goes forward, and over %(most)s days at most", most=WINDOW_DAYS_MAX)
        )
    window = Span(from_ms, to_ms)
    rota = replace(rota, substitutions=tuple(_touching(rota.substitutions, _widened(window))))
    planned = chain(_duties(rota, window, calendar or {}), _in_turn(rota, window))
    coming = sorted(planned, reverse=True)
    ends = {end for duty in coming for end in (duty.from_ms, duty.to_ms)}
    bounds = sorted({from_ms, to_ms, *(end for end in ends if from_ms < end < to_ms)})
    now: list[_Duty] = []
    for begin_ms, end_ms in pairwise(bounds):
        while coming and coming[-1].from_ms <= begin_ms:
            now.append(coming.pop())
        now = [duty for duty in now if duty.to_ms > begin_ms]
        ranked = sorted(now, key=lambda duty: (duty.shift, duty.order))
        persons = tuple(dict.fromkeys(duty.person for duty in ranked))
        yield Stretch(begin_ms, end_ms, persons, len({duty.shift for duty in now}))


def _duties(rota: Rota, window: Span, calendar: Calendar) -> Iterator[_Duty]:
    """Of every person, stand-ins put in, what touches the window."""
    for day in range(estate_day(window.from_ms) - 1, estate_day(window.to_ms) + 1):
        kind = _pattern_day(rota, day, calendar)
        for number, shift in enumerate(rota.shifts):
            if kind not in shift.days:
                continue
            begin_ms = day * DAY_MS - ESTATE_MS + shift.from_min * MINUTE_MS
            span = Span(begin_ms, begin_ms + shift.length_ms)
            if span.from_ms < window.to_ms and span.to_ms > window.from_ms:
                for order, person in enumerate(shift.persons):
                    for part, name in _replaced(rota, person, span):
                        yield _Duty(*part, number, order, name)


def _in_turn(rota: Rota, window: Span) -> Iterator[_Duty]:
    """The same of those who take turns: they stand behind all shifts."""
    for number, one in enumerate(rota.turns, len(rota.shifts)):
        length_ms = one.hours * 60 * MINUTE_MS
        first_ms = day_begin_ms(one.first_day) + one.from_min * MINUTE_MS
        turn = max(0, (window.from_ms - first_ms) // length_ms)
        while (from_ms := first_ms + turn * length_ms) < window.to_ms:
            person = one.persons[turn % len(one.persons)]
            for part, name in _replaced(rota, person, Span(from_ms, from_ms + length_ms)):
                yield _Duty(*part, number, 0, name)
            turn += 1


def _pattern_day(rota: Rota, day: int, calendar: Calendar) -> int:
    """Which day's pattern a day follows."""
    on = date_of(day)
    kind = calendar.get(on)
    if kind == "holiday":
        return rota.holiday_as
    return rota.workday_as if kind == "workday" else on.weekday()


def _replaced(rota: Rota, person: str, span: Span) -> Iterator[tuple[Span, str]]:
    """A span of a person cut where substitutions begin and end; of two, the later listed holds."""
    rows = [one for one in _touching(rota.substitutions, span) if one.person in (None, person)]
    ends = {end for one in rows for end in (one.from_ms, one.to_ms)}
    bounds = sorted({*span, *(end for end in ends if span.from_ms < end < span.to_ms)})
    for begin_ms, end_ms in pairwise(bounds):
        name: str | None = person
        for one in rows:
            if one.from_ms <= begin_ms < one.to_ms:
                name = one.by
        if name is not None:
            yield Span(begin_ms, end_ms), name


def _touching(rows: Iterable[Substitution], span: Span) -> Iterator[Substitution]:
    """Those that hold for some of a span, in their order."""
    return (one for one in rows if one.from_ms < span.to_ms and one.to_ms > span.from_ms)


def _widened(window: Span) -> Span:
    """A window with all of every duty that reaches into it."""
    return Span(window.from_ms - DUTY_MS_MAX, window.to_ms + DUTY_MS_MAX)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].to_ms == span.from_ms:
            found[-1] = Span(found[-1].from_ms, span.to_ms)
        else:
            found.append(span)
    return found

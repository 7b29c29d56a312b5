"""Rotas for tests: made up, drawn at random, and the plain rule they are judged by."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, to_ms
from liftwatch.register.rota import HOLIDAY, DayKind, Rota, Shift, Substitution, Turns

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERY_DAY = tuple(range(7))
MONDAY_MS = to_ms(datetime(2026, 3, 2, tzinfo=SHANGHAI))


def at(text: str) -> int:
    """A moment on Shanghai's clock."""
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


def shift(hours: str, *persons: str, days: tuple[int, ...] = EVERY_DAY) -> Shift:
    """`08-20` of a day."""
    begin, end = (int(part) for part in hours.split("-"))
    return Shift(days=days, from_min=begin * 60, to_min=end * 60, persons=persons)


DAY_AND_NIGHT = Rota(shifts=(shift("8-20", "day"), shift("20-8", "night")))


def plain(rota: Rota, ms: int, calendar: dict[date, DayKind]) -> list[str]:
    """Who is planned: every shift of today and yesterday asked whether it holds now."""
    now = datetime.fromtimestamp(ms / 1000, SHANGHAI)
    found: list[str] = []
    for one in rota.shifts:
        for day in (now.date() - timedelta(days=1), now.date()):
            kind = {"holiday": rota.holiday_as, "workday": rota.workday_as}.get(
                calendar.get(day, ""), day.weekday()
            )
            begin = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
            begin += timedelta(minutes=one.from_min)
            length_min = one.to_min - one.from_min
            end = begin + timedelta(minutes=length_min + (1440 if length_min <= 0 else 0))
            if kind in one.days and begin <= now < end:
                found += [name for person in one.persons if (name := stand_in(rota, person, ms))]
    for row in rota.turns:
        name = in_turn(row, now)
        if name is not None and (by := stand_in(rota, name, ms)):
            found.append(by)
    return list(dict.fromkeys(found))


def in_turn(row: Turns, now: datetime) -> str | None:
    """One after the other from the first day on, each for their hours."""
    first = row.first_day
    begin = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    begin += timedelta(minutes=row.from_min)
    if now < begin:
        return None
    names = list(row.persons)
    while now >= begin + timedelta(hours=row.hours):
        begin += timedelta(hours=row.hours)
        names.append(names.pop(0))
    return names[0]


def stand_in(rota: Rota, person: str, ms: int) -> str | None:
    """The last entry that holds."""
    name: str | None = person
    for one in rota.substitutions:
        if one.person in (None, person) and one.from_ms <= ms < one.to_ms:
            name = one.by
    return name


NAMES = st.sampled_from("ABCD")
STEP_MIN = 30
STEPS = st.integers(0, 1440 // STEP_MIN - 1).map(lambda step: step * STEP_MIN)
SHIFTS = st.builds(
    Shift,
    days=st.lists(st.integers(0, HOLIDAY), min_size=1, max_size=8).map(tuple),
    from_min=STEPS,
    to_min=STEPS,
    persons=st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple),
)
TURNS = st.builds(
    Turns,
    persons=st.lists(NAMES, min_size=1, max_size=4).map(tuple),
    first_day=st.integers(-40, 8).map(lambda day: date(2026, 3, 2) + timedelta(days=day)),
    from_min=STEPS,
    hours=st.sampled_from([1, 8, 12, 24, 48, 168]),
)
MOMENTS = st.integers(-2 * 48, 9 * 48).map(lambda step: MONDAY_MS + step * STEP_MIN * MINUTE_MS)


@st.composite
def substitutions(draw: st.DrawFn) -> Substitution:
    """Of minutes or days."""
    first, last = sorted((draw(MOMENTS), draw(MOMENTS)))
    by = draw(st.one_of(st.none(), NAMES))
    person = draw(st.one_of(st.none(), NAMES))
    return Substitution(person=person, by=by, from_ms=first, to_ms=last + MINUTE_MS)


ROTAS = st.builds(
    Rota,
    shifts=st.lists(SHIFTS, max_size=5).map(tuple),
    turns=st.lists(TURNS, max_size=2).map(tuple),
    substitutions=st.lists(substitutions(), max_size=4).map(tuple),
    holiday_as=st.integers(0, HOLIDAY),
    workday_as=st.integers(0, HOLIDAY),
    grace_ms=st.sampled_from([0, 15 * MINUTE_MS, 2 * HOUR_MS]),
)
CALENDARS = st.dictionaries(
    st.integers(-1, 8).map(lambda day: date(2026, 3, 2) + timedelta(days=day)),
    st.sampled_from(["holiday", "workday"]),
    max_size=4,
)


def swap(person: str | None, by: str | None, day: str = "2026-03-02") -> Substitution:
    """Of two days."""
    return Substitution(
        person=person, by=by, from_ms=at(f"{day}T00:00"), to_ms=at(f"{day}T00:00") + 2 * DAY_MS
    )

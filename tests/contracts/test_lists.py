"""Lists of incidents walked page by page hold what is asked for and may be seen, each once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch import clock
from liftwatch.access.people import Contract, Organisation
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.incident_lists import PARTS_MAX
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, IncidentFilter

AREAS, ESTATES, LIFTS = ("320583", "320584"), ("garden", "lake"), ("L-0001", "L-0002", "L-0003")
KINDS, STATES = ("overload", "door_fault", "free_fall"), ("closed", "rejected", "resolved")
AGES_DAYS = (0, 1, 6, 8, 50, 60, 400, 500, 900)
"""On both sides of every span in which a page is looked for."""
UNITS = ("unit-a", "unit-b")
PAGE = 4


def incident(n: int, now_ms: int) -> Incident:
    """One of a mixed lot; every seventh stands for two lifts and has the one before as a child."""
    whole = n % 7 == 6
    return Incident(
        id=f"i-{n:03d}",
        kind=KINDS[n % len(KINDS)] if not whole else f"of-several-{n}",
        severity=n % 4 + 1,
        severity_max=1,
        opened_ms=0,
        raised_ms=now_ms - AGES_DAYS[n * 5 % len(AGES_DAYS)] * DAY_MS - n // 20,
        area=AREAS[n % 2],
        estate=ESTATES[n // 2 % 2],
        lift=None if whole else LIFTS[n * 7 % len(LIFTS)],
        state="closed" if n % 9 and not whole else ("rejected" if n % 2 else "closed"),
        scope=f"s-{n}" if whole else None,
        lifts=LIFTS[n % 2 : n % 2 + 2] if whole else (),
        parent=f"i-{n // 7 * 7 + 6:03d}" if n % 7 == 5 else None,
    )


def is_seen(
    one: Incident, all_: dict[str, Incident], *, sight: Sight, held: list[Contract]
) -> bool:
    """What the words say, without a query."""
    if sight.everything or any(p.covers(Place(one.area, one.estate)) for p in sight.places):
        return True
    if one.lift is None:
        children = (child for child in all_.values() if child.parent == one.id)
        bound = Sight(contracts_of=sight.contracts_of)
        return any(is_seen(child, all_, sight=bound, held=held) for child in children)
    return any(
        c.lift == one.lift
        and c.organisation in sight.contracts_of
        and c.from_ms <= one.raised_ms
        and (c.until_ms is None or one.raised_ms < c.until_ms)
        for c in held
    )


def is_asked(one: Incident, where: IncidentFilter) -> bool:
    """The filter, without a query."""
    return (
        all(
            not getattr(where, name) or getattr(one, name) in getattr(where, name)
            for name in ("state", "kind", "severity", "estate")
        )
        and (where.lift is None or one.lift == where.lift or where.lift in one.lifts)
        and (where.from_ms is None or where.from_ms <= one.raised_ms)
        and (where.to_ms is None or one.raised_ms < where.to_ms)
        and (not where.open_only or one.is_open)
    )


def walked(books: Books, where: IncidentFilter, sight: Sight) -> list[str]:
    """Every page, one after the other."""
    found, after = [], None
    while True:
        page = books.incidents(where, after=after, limit=PAGE, sight=sight)
        found += [one.id for one in page.items]
        if page.next is None:
            return found
        after = page.next


def some(values: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    """None, one or several of them."""
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


moments = st.none() | st.sampled_from((0, 5, 55, 450)).map(lambda days: days * DAY_MS)
filters = st.builds(
    dict,
    state=some(STATES),
    kind=some(KINDS),
    severity=some((1, 2, 3, 4)),
    estate=some(ESTATES),
    lift=st.none() | st.sampled_from(LIFTS),
    from_ms=moments,
    to_ms=moments,
    open_only=st.booleans(),
)
places = [Place(area) for area in AREAS] + [Place(a, e) for a in AREAS for e in ESTATES]
places += [Place(AREAS[0], ESTATES[0], "3")]
fill = tuple(Place(AREAS[0], f"empty-{n}") for n in range(PARTS_MAX))
"""So many that they are no longer looked for one by one."""
sights = st.just(EVERYTHING) | st.builds(
    Sight,
    places=st.builds(
        lambda some, more: (*some, *more),
        st.lists(st.sampled_from(places), unique=True, max_size=3),
        st.sampled_from(((), fill)),
    ),
    contracts_of=some(UNITS),
)


@pytest.fixture
def lot(shared_books: SqlBooks) -> tuple[int, dict[str, Incident], list[Contract]]:
    """A moment, incidents of three years before it, and contracts of two units."""
    now_ms = clock.now_ms()
    every = {one.id: one for one in (incident(n, now_ms) for n in range(70))}
    with shared_books.begin() as books_work:
        for one in sorted(every.values(), key=lambda one: one.parent is not None):
            books_work.add_incident(one)
    held = []
    with SqlPeople(shared_books, Seal(b"s" * 32)).begin() as work:
        for unit in UNITS:
            work.add_organisation(Organisation(id=unit, name=unit, made_ms=0))
        change_ms = now_ms - 55 * DAY_MS
        for lift, unit, from_ms, until_ms in (
            (LIFTS[0], UNITS[0], 0, change_ms),
            (LIFTS[0], UNITS[1], change_ms, None),
            (LIFTS[1], UNITS[1], now_ms - 450 * DAY_MS, now_ms),
        ):
            id = f"c-{len(held)}"
            made = Contract(id=id, lift=lift, organisation=unit, from_ms=from_ms, until_ms=until_ms)
            work.add_contract(made)
            held.append(made)
    return now_ms, every, held


@given(filters, sights)
def test_pages_are_what_is_asked_and_seen(
    shared_books: SqlBooks,
    lot: tuple[int, dict[str, Incident], list[Contract]],
    asked: dict[str, Any],
    sight: Sight,
) -> None:
    """Whatever parts it is put together of, and however far back a page is looked for."""
    now_ms, every, held = lot
    ago = {name: asked[name] and now_ms - asked[name] for name in ("from_ms", "to_ms")}
    where = IncidentFilter(**asked | ago)
    expected = [
        one.id
        for one in sorted(every.values(), key=lambda one: (one.raised_ms, one.id), reverse=True)
        if is_asked(one, where) and is_seen(one, every, sight=sight, held=held)
    ]
    assert walked(shared_books, where, sight) == expected

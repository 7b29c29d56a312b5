"""What may be seen bounds what is read, whatever lies beneath."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS
from liftwatch.handlers import people
from liftwatch.ids import new_id
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, IncidentFilter, LiftRow

AT_MS = 1_772_439_240_000
WHERE = (("320583", "garden"), ("320583", "lake"), ("320584", "garden"), ("320584", "hill"))
numbers = count()


def add(books: Books, lift: str | None, place: tuple[str, str], **more: Any) -> Incident:
    """An incident of a lift, and the lift."""
    area, estate = place
    incident = Incident(
        id=new_id(),
        kind=more.pop("kind", f"kind-{next(numbers)}"),
        severity=3,
        severity_max=3,
        opened_ms=AT_MS,
        raised_ms=more.pop("raised_ms", AT_MS),
        area=area,
        estate=estate,
        lift=lift,
        **more,
    )
    with books.begin() as work:
        if lift is not None:
            work.put_lifts([LiftRow(lift=lift, area=area, estate=estate)])
        work.add_incident(incident)
    return incident


def seen(books: Books, sight: Sight) -> tuple[set[str], set[str]]:
    """Lifts and incidents that are seen, in lists and one by one alike."""
    lifts = {row.lift for row in books.lifts(sight=sight)}
    incidents = {one.id for one in books.incidents(IncidentFilter(), sight=sight).items}
    for row in books.lifts():
        assert (books.lift(row.lift, sight=sight) is not None) == (row.lift in lifts)
    for one in books.incidents(IncidentFilter()).items:
        assert (books.incident(one.id, sight=sight) is not None) == (one.id in incidents)
    return lifts, incidents


@pytest.fixture
def fleet(books: Books) -> dict[tuple[str, str], Incident]:
    """A lift with an incident in each of four estates of two areas."""
    return {place: add(books, f"L-000{n}", place) for n, place in enumerate(WHERE)}


def test_everything_and_nothing(books: Books, fleet: dict[Any, Incident]) -> None:
    """The ends of it."""
    assert seen(books, NOTHING) == (set(), set())
    assert seen(books, EVERYTHING)[1] == {one.id for one in fleet.values()}


places = st.sampled_from([Place("320583"), Place("320584"), *(Place(*w) for w in WHERE)])


@settings(max_examples=25)
@given(st.lists(places, max_size=3))
def test_places_are_seen_and_no_others(
    books: Books, fleet: dict[Any, Incident], chosen: list[Place]
) -> None:
    """Estates of the same name in two areas are two."""
    sight = Sight(places=tuple(chosen))
    expected = {
        one.id for place, one in fleet.items() if any(c.covers(Place(*place)) for c in chosen)
    }
    lifts, incidents = seen(books, sight)
    assert incidents == expected
    assert lifts == {one.lift for one in fleet.values() if one.id in expected}


@pytest.mark.usefixtures("fleet")
def test_a_building_shows_no_lift(books: Books) -> None:
    """Who reaches one building reaches what is disclosed of it, not its lifts."""
    assert seen(books, Sight(places=(Place("320583", "garden", "3"),))) == (set(), set())


def test_a_maintenance_unit_sees_what_was_raised_in_its_time(shared_books: SqlBooks) -> None:
    """From the first day to the last, and its own history after; the lift itself while it lasts."""
    books, store = shared_books, SqlPeople(shared_books, Seal(b"s" * 32))
    now_ms = clock.now_ms()
    ended_ms = now_ms - 10 * DAY_MS
    with store.begin() as work:
        old = people.make_organisation(work, name="old", now_ms=0).id
        new = people.make_organisation(work, name="new", now_ms=0).id
        for unit, begin, end in ((old, ended_ms - DAY_MS, ended_ms), (new, ended_ms, None)):
            people.make_contract(
                work, lift="L-0001", organisation=unit, from_ms=begin, until_ms=end
            )
    place = WHERE[0]
    before, first, last, after = (
        add(books, "L-0001", place, raised_ms=ms).id
        for ms in (ended_ms - DAY_MS - 1, ended_ms - DAY_MS, ended_ms - 1, ended_ms)
    )
    add(books, "L-0002", place)
    assert seen(books, Sight(contracts_of=(old,))) == (set(), {first, last})
    assert seen(books, Sight(contracts_of=(new,))) == ({"L-0001"}, {after})
    assert seen(books, Sight(contracts_of=(old, new)))[1] == {first, last, after}
    both = Sight(places=(Place(*place),), contracts_of=(old,))
    assert before in seen(books, both)[1]


def test_what_stands_for_several_lifts_is_seen_with_one_of_its_children(
    shared_books: SqlBooks,
) -> None:
    """A building without mains concerns the unit of one of its lifts."""
    books, store = shared_books, SqlPeople(shared_books, Seal(b"s" * 32))
    with store.begin() as work:
        unit = people.make_organisation(work, name="unit", now_ms=0).id
        people.make_contract(work, lift="L-0001", organisation=unit, from_ms=0, until_ms=None)
    place = WHERE[0]
    whole = add(books, None, place, scope="garden/3", lifts=("L-0001", "L-0002"))
    other = add(books, None, place, scope="garden/4", lifts=("L-0003",))
    child = add(books, "L-0001", place, parent=whole.id)
    add(books, "L-0002", place, parent=whole.id)
    add(books, "L-0003", place, parent=other.id)
    assert seen(books, Sight(contracts_of=(unit,)))[1] == {whole.id, child.id}

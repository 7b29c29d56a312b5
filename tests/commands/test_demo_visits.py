"""The demo's maintenance: something in each state, and nothing of it made but by handlers."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.inspection import standing
from liftwatch.care.marks import marks
from liftwatch.care.visit import Visit
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import date_of, estate_day, now_ms
from liftwatch.commands.demo_people import Site, furnish
from liftwatch.commands.demo_visits import furnish_visits
from liftwatch.handlers.care_plans import is_notified

ESTATES = ("garden", "lake", "hill")
SITES = tuple(
    Site(f"L-{n + 1:04d}", "320583", ESTATES[n // 4 % 3], str(n % 4 // 2)) for n in range(14)
)
NAMES = [site.lift for site in SITES]


@pytest.fixture(params=[14, 12, 1])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlBooks]:
    """The books of demos with so many lifts."""
    made = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    people = SqlPeople(made, Seal(b"a secret of thirty-two bytes, or more"))
    sites, at_ms = SITES[: request.param], now_ms()
    furnish(people, sites, now_ms=at_ms)
    furnish_visits(people, sites, now_ms=at_ms)
    yield made
    made.close()


def visits(books: SqlBooks) -> list[Visit]:
    """All of them."""
    return books.visits(VisitFilter(), limit=100)


def test_no_lift_is_without_a_visit(books: SqlBooks) -> None:
    """Also one alone, and those beyond the twelve; nobody is at two lifts at once."""
    found, lifts = visits(books), {row.lift for row in books.lifts(limit=50)}
    assert {one.lift for one in found} == lifts
    by_person: dict[str, list[Visit]] = {}
    for one in sorted(found, key=lambda one: one.in_ms):
        by_person.setdefault(one.technician, []).append(one)
    for mine in by_person.values():
        for before, after in pairwise(mine):
            assert before.out_ms is not None
            assert before.out_ms <= after.in_ms


@pytest.mark.parametrize("books", [12], indirect=True)
def test_there_is_something_to_look_at_and_to_do(books: SqlBooks) -> None:
    """Open, waiting, agreed; hasty, short, broken off; a part, a certificate, two regimes."""
    found = visits(books)
    assert {one.state for one in found} == {"open", "signed", "agreed"}
    told = {mark.mark for one in found for mark in marks(one)}
    assert told == {"hasty", "short", "no_photo", "broken_off", "remark"}
    assert {part.name for one in found for part in one.parts} == {"轿门挂轮组", "轿厢照明灯管"}
    today = date_of(estate_day(now_ms()))
    papers = books.newest_inspections(NAMES)
    stands = {
        row.lift: standing(row.facts, papers.get(row.lift), today=today)
        for row in books.lifts(limit=50)
    }
    assert [lift for lift, one in stands.items() if one.forbidden] == ["L-0006"]
    assert is_notified(stands["L-0003"], today=today)
    assert {one.kind for one in books.regimes(NAMES).values()} == {"on_demand"}

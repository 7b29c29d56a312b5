"""By which index SQLite finds a page of incidents: its figures are ours, so its plans stay."""

from collections.abc import Iterator
from typing import Any

import pytest

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.incident_lists import PARTS_MAX, queries
from liftwatch.ports import IncidentFilter

AREA, ESTATE = Sight(places=(Place("320583"),)), Sight(places=(Place("320583", "garden"),))
AREAS = Sight(places=(Place("320583"), Place("320584")))
ESTATES = Sight(places=(Place("320583", "garden"), Place("320583", "lake")))
MANY = Sight(places=tuple(Place("320583", f"e-{n}") for n in range(PARTS_MAX + 1)))
UNIT = Sight(contracts_of=("unit",))
KIND, GRAVE = IncidentFilter(kind=("free_fall",)), IncidentFilter(severity=(1,))
OPEN, RAISED = IncidentFilter(open_only=True), IncidentFilter(state=("raised", "acknowledged"))
LIFT, CLOSED = IncidentFilter(lift="L-0001"), IncidentFilter(state=("closed",))

PLANS = (
    (EVERYTHING, IncidentFilter(), "newest"),
    (EVERYTHING, OPEN, "open"),
    (EVERYTHING, RAISED, "open"),
    (EVERYTHING, KIND, "of_kind"),
    (EVERYTHING, GRAVE, "of_severity"),
    (EVERYTHING, LIFT, "of_lift"),
    (AREA, IncidentFilter(), "of_area"),
    (AREA, CLOSED, "of_area"),
    (AREA, KIND, "of_kind"),
    (AREA, GRAVE, "of_severity"),
    (AREA, LIFT, "of_lift"),
    (AREA, IncidentFilter(estate=("garden",)), "of_estate"),
    (ESTATE, IncidentFilter(), "of_estate"),
    (ESTATE, KIND, "of_estate"),
    (AREAS, CLOSED, "of_area"),
    (ESTATES, IncidentFilter(), "of_estate"),
    (ESTATES, GRAVE, "of_estate"),
    (ESTATES, LIFT, "of_lift"),
    (MANY, IncidentFilter(), "of_estate"),
    (UNIT, IncidentFilter(), "of_lift"),
    (UNIT, KIND, "of_lift"),
    (UNIT, OPEN, "of_lift"),
    (UNIT, LIFT, "of_lift"),
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlBooks]:
    """Books over an empty file."""
    made = open_books(f"sqlite:///{tmp_path_factory.mktemp('plans')}/books.sqlite")
    yield made
    made.close()


def plan(books: SqlBooks, where: IncidentFilter, sight: Sight) -> list[str]:
    """What SQLite says of the second page, in lines."""
    asked: Any = {"after": (1, "i"), "limit": 51, "now_ms": 0, "dialect": "sqlite"}
    *_, (query, values) = queries(where, sight, **asked)
    made = query.compile(dialect=books.engine.dialect)
    said = made.construct_expanded_state(values)
    with books.engine.connect() as connection:
        text = f"EXPLAIN QUERY PLAN {said.statement}"
        return [row[3] for row in connection.exec_driver_sql(text, said.positional_parameters)]


@pytest.mark.parametrize(("sight", "where", "index"), PLANS)
def test_a_page_is_found_by_one_index(
    books: SqlBooks, sight: Sight, where: IncidentFilter, index: str
) -> None:
    """From the cursor on, and no row is looked up that is not on the page."""
    lines = plan(books, where, sight)
    looks = [line for line in lines if " incident " in f"{line} " and "autoindex" not in line]
    assert looks
    for line in looks:
        assert f"INDEX incident_{index} " in line
        assert line.startswith("SEARCH")
    assert any("COVERING" in line for line in looks)

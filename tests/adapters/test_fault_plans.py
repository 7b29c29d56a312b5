"""By which index SQLite finds a page of the fault history: its figures are ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.care.faults import FaultFilter

AREA, ESTATE = Sight(places=(Place("320583"),)), Sight(places=(Place("320583", "garden"),))
UNIT = Sight(contracts_of=("unit",))
PLANS = (
    (EVERYTHING, FaultFilter(), "told_code_newest"),
    (EVERYTHING, FaultFilter(code="07"), "told_code_of_code"),
    (EVERYTHING, FaultFilter(lift="L-0001"), "told_code_of_lift"),
    (EVERYTHING, FaultFilter(part=("brake",)), "told_code_of_part"),
    (ESTATE, FaultFilter(), "told_code_of_estate"),
    (UNIT, FaultFilter(), "told_code_of_lift"),
    (UNIT, FaultFilter(lift="L-0001"), "told_code_of_lift"),
    (AREA, FaultFilter(), "incident_of_area"),
    (EVERYTHING, FaultFilter(part=("brake",)), "incident_of_kind"),
    (ESTATE, FaultFilter(), "incident_of_estate"),
    (UNIT, FaultFilter(), "incident_of_lift"),
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlBooks]:
    """Books over an empty file."""
    made = open_books(f"sqlite:///{tmp_path_factory.mktemp('plans')}/books.sqlite")
    yield made
    made.close()


@pytest.mark.parametrize(("sight", "where", "index"), PLANS)
def test_a_page_is_found_by_one_index(
    books: SqlBooks, sight: Sight, where: FaultFilter, index: str
) -> None:
    """No row is looked up that is not on the page, and no list is read along another's index."""
    asked: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        asked.append((given[2], given[3]))

    event.listen(books.engine, "before_cursor_execute", note)
    books.faults(where, sight=sight, now_ms=10**12, after=(10**12, "i"))
    event.remove(books.engine, "before_cursor_execute", note)
    table = "told_code" if index.startswith("told_code") else "incident"
    looks = []
    with books.engine.connect() as connection:
        for statement, values in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            looks += [row[3] for row in rows if f" {table} " in f"{row[3]} "]
    assert looks
    for line in looks:
        assert f"COVERING INDEX {index} " in line, looks

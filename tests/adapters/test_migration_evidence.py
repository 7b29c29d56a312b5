"""The step to evidence: what was raised before it gets a window, as far as signals may be left."""

from pathlib import Path

import pytest
from sqlalchemy import inspect

from liftwatch.adapters.sql import SqlBooks, open_books, tables
from liftwatch.adapters.sql.migrate import migrate
from liftwatch.clock import DAY_MS
from liftwatch.incidents.evidence import plan_window
from liftwatch.incidents.incident import Incident

NEWEST_MS = 1_772_439_247_420


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/books.sqlite"
    found: str = request.getfixturevalue("postgres_database")
    return found


def incident(id: str, raised_ms: int, *, lift: str | None, lasted_ms: int = 45_000) -> Incident:
    """One that is over."""
    return Incident(
        id=id,
        kind="entrapment",
        severity=1,
        severity_max=1,
        opened_ms=raised_ms - lasted_ms,
        raised_ms=raised_ms,
        area="320583",
        estate="garden",
        lift=lift,
        scope=None if lift else "garden/3",
        state="closed",
    )


def columns(books: SqlBooks) -> list[tuple[str, bool]]:
    """The columns of the table: name, and whether it may be empty."""
    found = inspect(books.engine).get_columns("incident_evidence")
    return [(one["name"], bool(one["nullable"])) for one in found]


def test_from_four_and_from_nothing_is_the_same(url: str) -> None:
    """The same table; incidents of the last 90 days have the window they would have had."""
    books = SqlBooks(url)
    migrate(books.engine, to="0004")
    rows = [
        incident("new", NEWEST_MS, lift="L-0001"),
        incident("long", NEWEST_MS - DAY_MS, lift="L-0001", lasted_ms=DAY_MS),
        incident("several", NEWEST_MS, lift=None),
        incident("old", NEWEST_MS - 91 * DAY_MS, lift="L-0001"),
    ]
    with books.begin() as work:
        for one in rows:
            work.add_incident(one)
    books.close()
    again = open_books(url)
    assert columns(again) == [(one.name, one.nullable) for one in tables.incident_evidence.columns]
    for one in rows[:2]:
        (window,) = again.evidence_of(one.id)
        planned = plan_window(
            "entrapment",
            incident=one.id,
            opened_ms=one.opened_ms,
            raised_ms=one.raised_ms,
            noted_ms=one.raised_ms,
        )
        assert window.n == 1
        for name in ("from_ms", "to_ms", "due_ms", "final_ms", "kept"):
            assert getattr(window, name) == getattr(planned, name), name
    assert again.evidence_of("several") == again.evidence_of("old") == []
    again.close()

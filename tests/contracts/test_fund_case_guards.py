"""What the databases refuse of cases, whoever writes the SQL, and what is told of it after all."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.migrations.versions.v0020_cases import FOLLOWING, KEPT
from liftwatch.adapters.sql.migrations.versions.v0021_evidence_of_cases import ONCE
from liftwatch.fund.kept import Snapshot
from tests.contracts.test_fund_cases import ID, Office


def by_hand(books: SqlBooks, statement: str) -> None:
    """As whoever may write the database."""
    with books.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fund_case SET data = '{}'",
        "UPDATE fund_case SET version = version + 2",
        "UPDATE fund_case SET version = version + 1, building = '8'",
        "DELETE FROM fund_case",
        "UPDATE fund_document SET kind = 'approval'",
        "DELETE FROM fund_document",
        "UPDATE fund_plan SET digest = 'x'",
        "UPDATE fund_case_move SET person = 'cu'",
        "DELETE FROM fund_case_move",
        "DELETE FROM fund_case_hand",
        "UPDATE fund_case_hand SET hand = 'pay'",
        "UPDATE fund_publication SET data = '{}'",
        "UPDATE fund_vote SET version = version + 1",
        "UPDATE fund_ballot SET choice = 'against'",
        "UPDATE fund_ballot SET confirmed_by = 'li'",
        "DELETE FROM fund_ballot",
        "INSERT INTO fund_case_move (case_id, n, move, plan, at_ms) VALUES ('c1', 9, 'file', 1, 1)",
        "INSERT INTO fund_case_move (case_id, n, move, plan, at_ms) VALUES ('c1', 4, 'pay', 1, 1)",
        "INSERT INTO fund_case_move (case_id, n, move, hand, person, organisation, plan, at_ms)"
        " VALUES ('c1', 4, 'pay', 'pay', 'li', 'Lakeside Property', 1, 1)",
        "INSERT INTO fund_ballot (vote, n, head, choice, entered_by)"
        " SELECT vote, 99, head, choice, 'x' FROM fund_ballot WHERE n = 1",
        "UPDATE fund_snapshot SET data = '[]'",
        "DELETE FROM fund_snapshot",
        "UPDATE fund_case_given SET organisation = 'o-other'",
        "DELETE FROM fund_case_given",
        "DELETE FROM fund_vote",
        "DELETE FROM fund_plan",
        "DELETE FROM fund_publication",
        "UPDATE fund_ballot SET struck_by = 'x', choice = 'against'",
    ],
)
def test_the_database_refuses(refusing: Office, statement: str) -> None:
    """Whoever writes the SQL."""
    with pytest.raises(DBAPIError):
        by_hand(refusing.books, statement)  # type: ignore[arg-type]
    assert refusing.books.fund_damage() == []


@pytest.fixture
def refusing(shared_ledger: SqlBooks) -> Office:
    """A case with a row in every table there is of cases."""
    office = Office(shared_ledger)
    paper = office.paper("fault_history")
    office.do("file", "li", documents=(paper,))
    office.published().voted()
    with shared_ledger.begin() as work:
        work.fund_keep_snapshot(Snapshot(case=ID, sha256=paper.sha256, data="{}", at_ms=5))
        work.fund_give(ID, "o-audit", person="bo", at_ms=1)
    return office


OF_CASES = (*KEPT, *FOLLOWING, "fund_snapshot")


@pytest.mark.parametrize("table", OF_CASES)
def test_no_table_is_emptied_or_replaced(refusing: Office, table: str) -> None:
    """By TRUNCATE in PostgreSQL, by a REPLACE in SQLite, which asks no trigger of deletion: where
    our own insertions do nothing, it does nothing."""
    books: Any = refusing.books
    rows = f"SELECT * FROM {table} ORDER BY 1, 2"
    with books.engine.connect() as connection:
        before = connection.execute(text(rows)).all()
    assert before
    if books.engine.dialect.name == "postgresql":
        with pytest.raises(DBAPIError, match="of the fund"):
            by_hand(books, f"TRUNCATE {table} CASCADE")
    else:
        again = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if table in ONCE:
            by_hand(books, again)
        else:
            with pytest.raises(DBAPIError, match="of the fund"):
                by_hand(books, again)
    with books.engine.connect() as connection:
        assert connection.execute(text(rows)).all() == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "INSERT INTO fund_case_move (case_id, n, move, plan, at_ms)"
            " SELECT case_id, n + 1, 'file', 1, 1 FROM fund_case_move ORDER BY n DESC LIMIT 1",
            "case c1 is at version 5, and 5 moves of it are there",
        ),
        ("DROP TRIGGER fund_plan_unchanged", "trigger fund_plan_unchanged is missing"),
    ],
)
def test_what_was_done_by_hand_is_told(refusing: Office, change: str, told: str) -> None:
    """A move beside its case, a guard that is gone: fund verify says so, on both databases."""
    books: Any = refusing.books
    sqlite = books.engine.dialect.name == "sqlite"
    by_hand(books, change if sqlite or "TRIGGER" not in change else f"{change} ON fund_plan")
    assert books.fund_damage() == [told]


def test_a_reference_to_nothing_is_told(refusing: Office) -> None:
    """In tables of cases, too: a paper of a case that is not there."""
    books: Any = refusing.books
    if books.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no way to look for it but its own constraints")
    with books.engine.connect() as connection:
        cursor = connection.connection.cursor()  # beside SQLAlchemy, which would begin
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(
            "INSERT INTO fund_document SELECT 'x', 'c9', kind, dated, plan, person, at_ms"
            " FROM fund_document LIMIT 1"
        )
        cursor.execute("PRAGMA foreign_keys = ON")
        connection.connection.commit()
    assert "fund_document: a row names what is not in fund_case" in books.fund_damage()

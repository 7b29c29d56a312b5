"""A year is closed by two people, on every back end, and only as both have seen it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.closing import Closing
from liftwatch.fund.journal import CannotBook
from liftwatch.fund.years import last_day_of
from liftwatch.handlers.fund_years import confirm_closing, propose_closing, withdraw_closing
from liftwatch.ports import Books, Conflict
from tests.contracts.ledger import MONDAY_MS, booked, checked, deposit

END = last_day_of(2025)


def proposed(books: Books, id: str = "y1", year: int = 2025) -> Closing:
    """Li asks for it."""
    with books.begin() as work:
        return propose_closing(work, year, id=id, person="p-li", now_ms=MONDAY_MS)


def confirm(books: Books, one: Closing, *, second: str = "p-wang", digest: str = "") -> None:
    """Somebody says they have looked at it."""
    with books.begin() as work:
        confirm_closing(
            work, one.id, second=second, digest=digest or one.digest, now_ms=MONDAY_MS + 1
        )


def test_two_close_a_year(ledger: Books) -> None:
    """It is sealed, and takes nothing more; it was looked at up to the newest entry of its days."""
    booked(ledger, deposit("1", 300, day=END), deposit("2", 5))
    made = proposed(ledger)
    assert (made.n, made.hash) == (1, ledger.fund_entries(0, limit=1)[0].hash)
    with pytest.raises(CannotBook, match="waits for a second person already"):
        proposed(ledger, "y2")
    for second, digest, why in (
        ("p-li", "", "another one"),
        ("p-wang", "0" * 64, "not what was looked at"),
    ):
        with pytest.raises(CannotBook, match=why):
            confirm(ledger, made, second=second, digest=digest)
    assert ledger.fund_closed() == []
    confirm(ledger, made)
    (closed,) = ledger.fund_closed()
    assert (closed.year, closed.n, closed.person, closed.second) == (2025, 2, "p-li", "p-wang")
    (kept,) = ledger.fund_closings()
    assert (kept.state, kept.second, kept.version) == ("closed", "p-wang", 2)
    for again in (confirm,):
        with pytest.raises(CannotBook, match="closed already"):
            again(ledger, made)
    with pytest.raises(CannotBook, match="2025 is closed"):
        booked(ledger, deposit("3", 7, day=END))
    assert checked(ledger).good


def test_what_is_booked_meanwhile_is_looked_at_anew(ledger: Books) -> None:
    """Into the year that waits; what is booked behind it changes nothing."""
    made = proposed(ledger)
    assert made.n == 0
    booked(ledger, deposit("1", 5))
    booked(ledger, deposit("2", 300, day=END))
    with pytest.raises(CannotBook, match="entry 2 was booked into it meanwhile"):
        confirm(ledger, made)
    with ledger.begin() as work:
        withdrawn = withdraw_closing(work, made.id, person="p-li", now_ms=MONDAY_MS)
    assert (withdrawn.state, withdrawn.second) == ("withdrawn", "p-li")
    with pytest.raises(CannotBook, match="was withdrawn"):
        confirm(ledger, made)
    confirm(ledger, proposed(ledger, "y2"))
    assert [one.id for one in ledger.fund_closings()] == ["y2", "y1"]
    assert ledger.fund_places() == [("320583", "garden", "7")]


def test_what_cannot_be_closed(ledger: Books) -> None:
    """A year that is not over, one before a closed one, none at all."""
    confirm(ledger, proposed(ledger))
    for year in (2025, 2024, 2026, 1, 10**30):
        with pytest.raises(CannotBook):
            proposed(ledger, "y2", year)
    with pytest.raises(CannotBook, match="nothing waits"), ledger.begin() as work:
        withdraw_closing(work, "y9", person="p-li", now_ms=MONDAY_MS)
    with pytest.raises(Conflict), ledger.begin() as work:
        work.fund_put_closing(
            Closing(id="y1", year=2025, n=0, hash="", person="p", at_ms=0, version=9)
        )


def test_the_database_knows_four_eyes_of_a_year(shared_ledger: SqlBooks) -> None:
    """Whoever writes the SQL."""
    proposed(shared_ledger)
    for second in ("NULL", "'p-li'"):
        with pytest.raises(DBAPIError), shared_ledger.engine.begin() as connection:
            connection.execute(text(f"UPDATE fund_closing SET state = 'closed', second = {second}"))

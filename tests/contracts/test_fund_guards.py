"""What both databases refuse of the fund's books by themselves, whoever writes the SQL."""

import itertools
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks, fund
from liftwatch.fund.books import EntryFilter
from liftwatch.fund.journal import Leg
from tests.contracts.ledger import BANK, KEY, booked, by_hand, checked, deposit, draft, name

ENTRY = (
    "INSERT INTO fund_entry (n, kind, day, at_ms, person, memo, key, request, legs, seal, hash{})"
    " VALUES ({}, '{}', 20514, 0, 'p', '', '{}', 'r', {}, '', 'h'{})"
)
POSTING = (
    "INSERT INTO fund_posting (entry, leg, account, amount, balance) VALUES ({}, {}, '{}', {}, {})"
)


def entry_sql(n: int, key: str = "new-key-1", *, legs: int = 2, kind: str = "deposit") -> str:
    """An entry written by hand."""
    return ENTRY.format("", n, kind, key, legs, "")


def posting_sql(leg: int, account: str, amount: Any, *, balance: int, entry: int = 3) -> str:
    """A posting written by hand."""
    return POSTING.format(entry, leg, account, amount, balance)


FLAT = name("principal", "1201")


REFUSED = [
    ["UPDATE fund_entry SET memo = 'x' WHERE n = 1"],
    ["UPDATE fund_entry SET memo = memo"],
    ["DELETE FROM fund_entry WHERE n = 2"],
    ["DELETE FROM fund_posting"],
    ["UPDATE fund_posting SET amount = 1 WHERE entry = 1 AND leg = 1"],
    ["UPDATE fund_account SET entry = 2"],
    ["DELETE FROM fund_account"],
    ["UPDATE fund_head SET n = 1"],
    ["UPDATE fund_head SET hash = 'x'"],
    ["DELETE FROM fund_head"],
    [posting_sql(1, BANK, 5, balance=312)],  # without an entry
    [posting_sql(3, BANK, 5, balance=312, entry=2)],  # into an old one
    [posting_sql(1, BANK, 5, balance=312, entry=4)],  # not the next
    [posting_sql(1, BANK, 5, balance=313), entry_sql(3)],  # a wrong balance
    [posting_sql(1, BANK, -308, balance=-1), entry_sql(3)],  # below zero
    [posting_sql(1, BANK, 0, balance=307), entry_sql(3)],
    [posting_sql(1, BANK, 5, balance=312), posting_sql(2, BANK, 5, balance=317), entry_sql(3)],
    [posting_sql(1, BANK, 5, balance=312), entry_sql(3, legs=1)],
    [posting_sql(1, BANK, 5, balance=312), entry_sql(3)],  # too few
    [posting_sql(1, BANK, 5, balance=312), posting_sql(2, FLAT, -4, balance=304), entry_sql(3)],
    [posting_sql(1, BANK, 5, balance=312), posting_sql(3, FLAT, -5, balance=305), entry_sql(3)],
    [
        posting_sql(1, BANK, 5, balance=312),
        posting_sql(2, FLAT, -5, balance=305),
        entry_sql(3, "key-000a"),  # known
    ],
    [
        posting_sql(1, BANK, 5, balance=312),
        posting_sql(2, FLAT, -5, balance=305),
        entry_sql(3, kind="opening"),  # alone
    ],
    [
        posting_sql(1, BANK, -300, balance=7),
        posting_sql(2, FLAT, 300, balance=0),
        ENTRY.format(", reverses", 3, "reversal", "new-key-1", 2, ", 2"),  # of other legs
    ],
    [
        "INSERT INTO fund_account (id, kind, area, estate, building, of, side, entry)"
        " VALUES ('bank/x', 'bank', '320583', 'garden', '7', 'x', 1, 3)"
    ],
    [
        "INSERT INTO fund_account (id, kind, area, estate, building, of, side, entry)"
        " VALUES ('bank/320583/garden/7/x', 'bank', '320583', 'garden', '7', 'x', -1, 3)"
    ],
]
"""Statements each of which, or the last of which, is none the database takes."""


def test_the_database_refuses_what_is_not_right(shared_ledger: SqlBooks) -> None:
    """Also to whoever writes SQL; nothing has changed afterwards."""
    booked(shared_ledger, deposit("a", 300), deposit("b", 7, "1202"))
    before = list(shared_ledger.fund_journal(9)), shared_ledger.fund_head()
    for statements in REFUSED:
        with pytest.raises(DBAPIError), shared_ledger.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    assert (list(shared_ledger.fund_journal(9)), shared_ledger.fund_head()) == before
    assert checked(shared_ledger).good


def test_the_database_takes_what_is_right(shared_ledger: SqlBooks) -> None:
    """The statements above fail for their faults alone; without a seal verify names it."""
    booked(shared_ledger, deposit("a", 300), deposit("b", 7, "1202"))
    with shared_ledger.engine.begin() as connection:
        for statement in (
            posting_sql(1, BANK, 5, balance=312),
            posting_sql(2, FLAT, -5, balance=305),
            entry_sql(3),
        ):
            connection.execute(text(statement))
    wrong = checked(shared_ledger).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (3, "seal")


def test_each_database_refuses_its_own_ways_round(shared_ledger: SqlBooks) -> None:
    """SQLite's REPLACE deletes without asking; PostgreSQL's TRUNCATE asks no row."""
    booked(shared_ledger, deposit("a", 300), deposit("b", 7, "1202"))
    ways = [f"TRUNCATE fund_{one} CASCADE" for one in ("entry", "posting", "account", "head")]
    if shared_ledger.engine.dialect.name == "sqlite":
        ways = [
            "REPLACE INTO fund_entry SELECT * FROM fund_entry WHERE n = 2",
            "REPLACE INTO fund_posting SELECT * FROM fund_posting WHERE entry = 2",
            "REPLACE INTO fund_account SELECT * FROM fund_account",
            "REPLACE INTO fund_head SELECT 1, 0, hash, seal FROM fund_head",
            "UPDATE OR REPLACE fund_entry SET n = 1 WHERE n = 2",
            posting_sql(1, BANK, 0.5, balance=307),
        ]
    before = list(shared_ledger.fund_journal(9)), shared_ledger.fund_head()
    for way in ways:
        with pytest.raises(IntegrityError), shared_ledger.engine.begin() as connection:
            connection.execute(text(way))
    assert (list(shared_ledger.fund_journal(9)), shared_ledger.fund_head()) == before


def test_by_hand_puts_the_guards_aside(shared_ledger: SqlBooks) -> None:
    """And verify says so, for whatever was done meanwhile."""
    by_hand(shared_ledger)
    damage = checked(shared_ledger).damage
    assert any(line.startswith("trigger fund_posting_unchanged is ") for line in damage)


def test_a_replacement_deletes_no_other_entry(shared_ledger: SqlBooks) -> None:
    """SQLite's REPLACE would: of whoever had the key, the source, or took back the same."""
    if shared_ledger.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite replaces")
    booked(shared_ledger, deposit("a", 300, source="ccb 1"), deposit("b", 7, "1202"))
    before = list(shared_ledger.fund_journal(9)), shared_ledger.fund_head()
    entry = entry_sql(3, "key-000a").replace("INSERT", "REPLACE")
    postings = posting_sql(1, BANK, 5, balance=312), posting_sql(2, FLAT, -5, balance=305)
    own = pytest.raises(IntegrityError, match="a key and a source of its own")
    with own, shared_ledger.engine.begin() as connection:
        for statement in (*postings, entry):
            connection.execute(text(statement))
    assert (list(shared_ledger.fund_journal(9)), shared_ledger.fund_head()) == before


def test_an_index_that_lacks_a_row_is_told(shared_ledger: SqlBooks) -> None:
    """PostgreSQL with the extension amcheck; SQLite looks at its own (`tests/fund/test_flips`)."""
    if shared_ledger.engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has it")
    ready = "UPDATE pg_index SET indisready = {} WHERE indexrelid = 'fund_entry_by_case'::regclass"
    with shared_ledger.engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION amcheck"))
        connection.execute(text(ready.format("false")))
    booked(shared_ledger, deposit("a", 300))
    with shared_ledger.engine.begin() as connection:
        connection.execute(text(ready.format("true")))
    (told,) = checked(shared_ledger).damage
    assert told.startswith("index fund_entry_by_case: heap tuple")


def test_the_feed_is_what_memory_tells(
    shared_ledger: SqlBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for what from where, though it is read in spans."""
    monkeypatch.setattr(fund, "SPAN", 2)
    monkeypatch.setattr(fund, "WIDER", 2)
    memory = MemoryBooks(fund_keys=(KEY,))
    for n in range(30):
        building = "978"[n % 7 % 3] if n % 11 else "6"
        of = [Leg(name("bank", "ccb", building), 5), Leg(name("principal", "1", building), -5)]
        for books in (memory, shared_ledger):
            booked(books, draft("deposit", f"{n}", of=of))
    sights = [EVERYTHING, Sight(places=(Place("320583"),)), Sight(places=(Place("1"),)), Sight()]
    sights += [Sight(places=(Place("320583", "garden", one),)) for one in "6789"]
    sights.append(Sight(places=sights[-1].places + sights[-4].places))
    wheres = [EntryFilter(), EntryFilter(case="c1")]
    wheres += [EntryFilter(account=name("bank", "ccb", one)) for one in "67"]
    for sight, where, after, limit in itertools.product(sights, wheres, (0, 5, 28, 40), (1, 4, 99)):
        asked = {"after": after, "limit": limit, "sight": sight}
        found = shared_ledger.fund_feed(where, **asked)  # type: ignore[arg-type]
        assert found == memory.fund_feed(where, **asked), (sight, where, after)  # type: ignore[arg-type]

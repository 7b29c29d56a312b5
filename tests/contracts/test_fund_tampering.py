"""What somebody who may write the database can do to the fund's books, and how each is found."""

import pytest
from msgspec import structs

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.anchors import Anchor, contradiction
from liftwatch.fund.chain import FIELDS
from liftwatch.fund.check import Check
from liftwatch.fund.draws import Share
from liftwatch.handlers.fund_book import draw, take_back
from liftwatch.ports import Books
from tests.contracts.ledger import (
    DAY,
    KEY,
    MONDAY_MS,
    OTHER,
    account,
    anchor_of,
    booked,
    by_hand,
    checked,
    deposit,
    draft,
    name,
)


def seven(books: Books) -> list[Anchor]:
    """Seven entries of all sorts, and their anchors."""
    booked(
        books,
        deposit("1", 300, memo="first"),
        deposit("2", 200, "1202", source="ccb 1", document="ab" * 32),
        draft("opening", "3", bank=50, principal_1203=-50, second="p-wang"),
    )
    given = {"day": DAY, "at_ms": MONDAY_MS, "person": "p-li"}
    with books.begin() as work:
        shares = [Share(account("principal", flat), 260) for flat in ("1201", "1202")]
        draw(work, shares, case="c1", key="key-0004", **given)
        take_back(work, 3, key="key-0005", **given)
    booked(books, draft("pay", "6", clearing_c1=400, bank=-400, case="c1"), deposit("7", 9, "1203"))
    return [anchor_of(one) for one in books.fund_entries()]


@pytest.mark.parametrize(
    ("statement", "n", "fault"),
    [
        ("UPDATE fund_entry SET at_ms = at_ms + 1 WHERE n = 4", 4, "changed"),
        ("UPDATE fund_entry SET day = day - 1 WHERE n = 4", 4, "changed"),
        ("UPDATE fund_entry SET person = 'x' WHERE n = 4", 4, "changed"),
        ("UPDATE fund_entry SET second = 'p-zhou' WHERE n = 3", 3, "changed"),
        ("UPDATE fund_entry SET memo = 'other' WHERE n = 1", 1, "changed"),
        ("UPDATE fund_entry SET source = NULL WHERE n = 2", 2, "changed"),
        ("UPDATE fund_entry SET document = NULL WHERE n = 2", 2, "changed"),
        ("UPDATE fund_entry SET legs = 3 WHERE n = 1", 1, "changed"),
        (f"UPDATE fund_entry SET hash = '{'0' * 64}' WHERE n = 7", 7, "changed"),
        ("UPDATE fund_entry SET seal = '' WHERE n = 4", 4, "seal"),
        ("UPDATE fund_posting SET amount = amount + 1 WHERE entry = 4 AND leg = 1", 4, "changed"),
        ("UPDATE fund_posting SET balance = balance + 1 WHERE entry = 6", 6, "changed"),
        ("DELETE FROM fund_posting WHERE entry = 6 AND leg = 2", 6, "changed"),
        ("DELETE FROM fund_posting WHERE entry = 6 AND leg = 1", 6, "unreadable"),
        ("DELETE FROM fund_entry WHERE n = 4", 4, "missing"),
        ("DELETE FROM fund_entry WHERE n IN (1, 2)", 1, "missing"),
        ("DELETE FROM fund_entry WHERE n > 5", 6, "missing"),
        ("DELETE FROM fund_entry", 1, "missing"),
        ("UPDATE fund_entry SET n = 99 WHERE n = 4", 4, "missing"),
        ("UPDATE fund_head SET n = 8", 8, "missing"),
        (f"UPDATE fund_head SET hash = '{'0' * 64}'", 7, "changed"),
        ("UPDATE fund_account SET entry = 2 WHERE entry = 1 AND kind = 'bank'", 1, "account"),
        ("UPDATE fund_account SET building = '8' WHERE kind = 'bank'", 1, "account"),
        ("DELETE FROM fund_account WHERE kind = 'clearing'", 4, "account"),
    ],
)
def test_tampering_is_found_where_it_is(
    shared_ledger: SqlBooks, statement: str, n: int, fault: str
) -> None:
    """By whoever may write the database but has no key."""
    seven(shared_ledger)
    assert checked(shared_ledger).good
    by_hand(shared_ledger, statement)
    wrong = checked(shared_ledger).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (n, fault), wrong.why


def test_what_is_wrong_is_told(shared_ledger: SqlBooks) -> None:
    """With where to begin to look."""
    seven(shared_ledger)
    by_hand(shared_ledger, "UPDATE fund_posting SET amount = 301 WHERE entry = 1 AND leg = 1")
    wrong = checked(shared_ledger).wrong
    assert wrong is not None
    assert wrong.why.endswith("the legs of building 320583/garden/7 add up to 1 fen, not to zero")


def test_postings_without_an_entry_are_found(shared_ledger: SqlBooks) -> None:
    """They are no part of the books, but somebody has put them there."""
    seven(shared_ledger)
    by_hand(
        shared_ledger,
        "INSERT INTO fund_posting VALUES (8, 1, 'bank/320583/garden/7/ccb', 5, 5)",
    )
    told = checked(shared_ledger).damage
    assert any("postings of entry 8 are there, and it is not" in line for line in told)


@pytest.mark.parametrize("left", range(7))
def test_a_tail_that_was_cut_off_is_found_by_any_later_anchor(
    shared_ledger: SqlBooks, left: int
) -> None:
    """Entries, postings, accounts and head together, as if they had never been."""
    anchors = seven(shared_ledger)
    before = shared_ledger.fund_entries()
    tip = before[left - 1] if left else None
    by_hand(
        shared_ledger,
        f"DELETE FROM fund_posting WHERE entry > {left}",
        f"DELETE FROM fund_entry WHERE n > {left}",
        f"DELETE FROM fund_account WHERE entry > {left}",
        f"UPDATE fund_head SET n = {left}, hash = '{tip.hash if tip else '0' * 64}',"
        f" seal = '{tip.seal if tip else ''}'",
    )
    assert checked(shared_ledger).wrong is None  # nothing in the database shows it
    assert checked(shared_ledger, anchors[:left]).wrong is None
    for anchor in anchors[left:]:
        wrong = checked(shared_ledger, [anchor]).wrong
        assert wrong is not None
        assert (wrong.n, wrong.fault) == (left + 1, "missing")
        assert contradiction(anchor, shared_ledger.fund_head()) is not None


def test_books_made_anew_are_found_by_an_anchor(ledger: Books) -> None:
    """Whoever has the key, too, cannot make what an anchor elsewhere remembers."""
    anchors = seven(ledger)
    forged = MemoryBooks(fund_keys=(KEY,))
    booked(forged, *(deposit(str(k), 1_000) for k in range(9)))
    assert checked(forged).wrong is None
    wrong = checked(forged, anchors[3:]).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (4, "anchor")


def test_an_older_key_after_a_newer_one_is_found() -> None:
    """By whoever has an old key that leaked."""
    books = MemoryBooks(fund_keys=(OTHER, KEY))
    booked(books, deposit("1", 5))
    books.fund_keys = (KEY, OTHER)
    booked(books, deposit("2", 5))
    assert checked(books, keys=(KEY, OTHER)).good
    wrong = checked(books, keys=(OTHER, KEY)).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (2, "seal")


def test_without_a_key_it_is_said() -> None:
    """And that no anchor was given."""
    books = MemoryBooks()
    booked(books, deposit("1", 5))
    verdict = checked(books, keys=())
    assert verdict.good
    assert [note.partition(":")[0] for note in verdict.notes] == [
        "1 entries are sealed without a key",
        "no anchor is given",
    ]


def test_a_clock_that_went_back_is_told_and_wrongs_nobody() -> None:
    """The order is that of the numbers."""
    books = MemoryBooks(fund_keys=(KEY,))
    booked(books, deposit("1", 5), deposit("2", 5, at_ms=MONDAY_MS - 1), deposit("3", 5))
    verdict = checked(books)
    assert verdict.good
    assert "the clock went back before 1 entries; their order is right" in verdict.notes


def test_every_field_is_under_the_seal() -> None:
    """A changed copy is not the entry."""
    books = MemoryBooks(fund_keys=(KEY,))
    booked(books, deposit("1", 5))
    (one,) = books.fund_entries()
    first, second = one.postings
    for field in (*FIELDS, "hash"):
        value = getattr(one, field)
        other = value + 1 if isinstance(value, int) else f"{value or ''}0"
        check = Check((), (KEY,))
        assert check.wrong_with(structs.replace(one, **{field: other})) is not None, field
    for field in first.__struct_fields__:
        value = getattr(first, field)
        other = value + 1 if isinstance(value, int) else f"{value}0"
        bad = structs.replace(one, postings=(structs.replace(first, **{field: other}), second))
        assert Check((), (KEY,)).wrong_with(bad) is not None, field
    turned = structs.replace(one, postings=(second, first))
    assert Check((), (KEY,)).wrong_with(turned) is not None


def test_what_a_keyholder_books_wrongly_is_found() -> None:
    """A seal that fits does not make it right: rules, sums and balances are reckoned anew."""
    for bad, fault in (
        ({"legs": 3}, "legs"),
        ({"kind": "pay"}, "legs"),
        ({"kind": "theft"}, "legs"),
        ({"second": "p-li"}, "legs"),
        ({"day": DAY + 9}, "legs"),
        ({"reverses": 1}, "legs"),
    ):
        wrong = Check((), ()).wrong_with(_resealed(bad))
        assert wrong is not None, bad
        assert wrong.fault == fault, bad
    books = MemoryBooks()
    (one,) = booked(books, deposit("1", 5))
    for posting, fault in (({"amount": 4}, "legs"), ({"balance": 6}, "balance")):
        first = structs.replace(one.postings[0], **posting)
        wrong = Check((), ()).wrong_with(_resealed({"postings": (first, one.postings[1])}))
        assert wrong is not None
        assert wrong.fault == fault


def _resealed(changes: dict[str, object]) -> object:
    from liftwatch.fund.chain import Head, hash_after

    books = MemoryBooks()
    (one,) = booked(books, deposit("1", 5))
    bad = structs.replace(one, **changes)
    return structs.replace(bad, hash=hash_after(Head().hash, bad, key=None))


def test_the_same_key_or_source_twice_is_found() -> None:
    """The database refuses it; verify does not trust it."""
    from liftwatch.fund.chain import hash_after

    for changes in ({"key": "key-0001"}, {"source": "ccb 1"}):
        books = MemoryBooks()
        booked(books, deposit("1", 5, source="ccb 1"), deposit("2", 5))
        first, second = books.fund_entries()
        bad = structs.replace(second, **changes)
        bad = structs.replace(bad, hash=hash_after(first.hash, bad, key=None))
        check = Check((), ())
        assert check.wrong_with(first) is None
        check.take(first)
        wrong = check.wrong_with(bad)
        assert wrong is not None
        assert wrong.fault == "twice"


def test_the_name_of_an_account_is_checked(shared_ledger: SqlBooks) -> None:
    """A row of the table of accounts that nobody has used is somebody's."""
    seven(shared_ledger)
    by_hand(
        shared_ledger,
        "INSERT INTO fund_account SELECT 'bank/320583/garden/7/x', kind, area, estate, building,"
        f" 'x', side, 2 FROM fund_account WHERE id = '{name('bank', 'ccb')}'",
    )
    wrong = checked(shared_ledger).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (2, "account")

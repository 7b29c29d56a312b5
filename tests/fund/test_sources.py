"""Where money comes from: what is paid in, openings that two people see, top-ups, closed years."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, day_of
from liftwatch.fund.allocation import must_top_up
from liftwatch.fund.check import Check
from liftwatch.fund.journal import CannotBook, Draft, numbered
from liftwatch.fund.orders import Order, order_file
from liftwatch.fund.sources import Part, moved, with_bank
from liftwatch.fund.years import movements
from liftwatch.handlers.fund_book import book, draw, pay_in, take_back
from liftwatch.handlers.fund_sources import (
    TopUp,
    close_year,
    confirm,
    propose,
    tell_first_deposits,
    top_ups,
    withdraw,
)
from liftwatch.ports import Books, Conflict, Work
from tests.contracts.conftest import books, ledger, shared_books, shared_ledger
from tests.contracts.ledger import (
    DAY,
    KEY,
    MONDAY_MS,
    account,
    booked,
    checked,
    deposit,
    draft,
    held,
    name,
    share,
)

__all__ = ["books", "ledger", "shared_books", "shared_ledger"]
GIVEN: dict[str, Any] = {"day": DAY, "at_ms": MONDAY_MS, "person": "p-li"}
PLACE = ("320583", "garden", "7")
OPENING = draft("opening", "open", bank=900, principal_1201=-600, interest_1201=-300)


def test_an_opening_is_seen_by_two(ledger: Books) -> None:
    """One proposes, another confirms what lies there; nothing is booked before, and once."""
    with ledger.begin() as work:
        waiting = propose(work, OPENING, id="open-1")
    assert ledger.fund_head().n == 0
    assert ledger.fund_pendings(state="waiting") == [waiting]
    for second, digest, why in (
        ("p-li", waiting.digest, "another one"),
        ("p-wang", "0" * 64, "not what was looked at"),
    ):
        with pytest.raises(CannotBook, match=why), ledger.begin() as work:
            confirm(work, "open-1", second=second, digest=digest, now_ms=MONDAY_MS)
    for now_ms in (MONDAY_MS + 5, MONDAY_MS + 9):  # again, and the same answer
        with ledger.begin() as work:
            entry = confirm(work, "open-1", second="p-wang", digest=waiting.digest, now_ms=now_ms)
        assert (entry.n, entry.person, entry.second) == (1, "p-li", "p-wang")
        assert entry.at_ms == MONDAY_MS + 5
    assert held(ledger, "principal", "1201") == 600
    (done,) = ledger.fund_pendings(state="booked")
    assert (done.second, done.entry, done.version) == ("p-wang", 1, 2)
    for other in ("p-zhou", "p-li"):
        with pytest.raises(CannotBook), ledger.begin() as work:
            confirm(work, "open-1", second=other, digest=waiting.digest, now_ms=MONDAY_MS)
    assert ledger.fund_head().n == 1
    assert checked(ledger).good


def test_what_is_withdrawn_is_not_booked(ledger: Books) -> None:
    """Nor withdrawn twice; a name is taken once; nothing waits under another."""
    with ledger.begin() as work:
        waiting = propose(work, OPENING, id="open-1")
    with pytest.raises(Conflict), ledger.begin() as work:
        propose(work, OPENING, id="open-1")
    with ledger.begin() as work:
        assert withdraw(work, "open-1", person="p-li", now_ms=MONDAY_MS).state == "withdrawn"
    with pytest.raises(CannotBook, match="it was withdrawn"), ledger.begin() as work:
        confirm(work, "open-1", second="p-wang", digest=waiting.digest, now_ms=MONDAY_MS)
    with pytest.raises(CannotBook, match="it was withdrawn"), ledger.begin() as work:
        withdraw(work, "open-1", person="p-li", now_ms=MONDAY_MS)
    with pytest.raises(CannotBook, match="nothing waits"), ledger.begin() as work:
        confirm(work, "open-2", second="p-wang", digest="", now_ms=MONDAY_MS)


def test_what_could_never_be_booked_does_not_wait() -> None:
    """The second person is not shown what adds up to nothing."""
    for bad in (
        structs.replace(OPENING, second="p-wang"),
        structs.replace(OPENING, legs=OPENING.legs[:2]),
        structs.replace(OPENING, day=DAY + 1),
    ):
        with pytest.raises(CannotBook), MemoryBooks().begin() as work:
            propose(work, bad, id="open-1")


def test_one_person_twice_is_refused_by_the_database(shared_ledger: SqlBooks) -> None:
    """Whoever writes SQL, too."""
    with shared_ledger.begin() as work:
        propose(work, OPENING, id="open-1")
    with pytest.raises(DBAPIError), shared_ledger.engine.begin() as connection:
        connection.execute(
            text("UPDATE fund_pending SET state = 'booked', second = person, entry = 1")
        )


def test_what_is_paid_in_settles_what_is_owed_first(ledger: Books) -> None:
    """180 of 200; asked again it is the same answer, although nothing is owed any more."""
    with ledger.begin() as work:
        draw(work, [share("1201", 180)], case="c1", key="draw-0001", **GIVEN)
    for _ in range(2):
        with ledger.begin() as work:
            home = account("receivable", "1201")
            entry = pay_in(work, home, 200, bank="ccb", key="paid-0001", **GIVEN)
        assert entry.n == 2
    assert held(ledger, "receivable", "1201") == 0
    assert held(ledger, "principal", "1201") == 20
    assert held(ledger, "interest", "1201") == 0
    for fen in (0, -5, 2**53, 0.5):
        with pytest.raises(CannotBook), ledger.begin() as work:
            pay_in(work, home, fen, bank="ccb", key="paid-0002", **GIVEN)  # type: ignore[arg-type]


def test_a_bank_line_is_booked_again_after_it_was_taken_back(ledger: Books) -> None:
    """For the right flat this time; and not a third time."""
    booked(ledger, deposit("a", 300, source="ccb 7"))
    with ledger.begin() as work:
        take_back(work, 1, key="taken-back", **GIVEN)
    (right,) = booked(ledger, deposit("b", 300, "1202", source="ccb 7"))
    assert right.source == "ccb 7 @2"
    assert booked(ledger, deposit("b", 300, "1202", source="ccb 7")) == [right]
    with pytest.raises(CannotBook, match="ccb 7 @2 was booked as entry 3"):
        booked(ledger, deposit("c", 300, "1203", source="ccb 7"))
    assert checked(ledger).good


@pytest.mark.parametrize(
    ("kind", "accounts"),
    [
        ("interest", ["interest"]),
        ("income", ["public"]),
        ("subsidy", ["subsidy"]),
        ("opening", ["principal", "interest", "public", "subsidy", "receivable"]),
        ("return", ["subsidy"]),
        ("refund", ["principal", "interest"]),
    ],
)
def test_every_source_has_its_side(kind: str, accounts: list[str]) -> None:
    """And the bank of each building comes to what its parts do."""
    ledger = MemoryBooks(fund_keys=(KEY,))
    opening = [Part(account(one, "1", b), 100) for b in "78" for one in accounts]
    if kind in ("return", "refund"):
        of = with_bank("opening", opening, bank="ccb")
        booked(ledger, draft("opening", "o", of=of, second="p-wang"))
    of = with_bank(kind, opening, bank="ccb")
    booked(ledger, draft(kind, "x", of=of, second="p-wang"))
    signs = {leg.account.partition("/")[0]: leg.amount > 0 for leg in of}
    assert signs["bank"] == (kind not in ("return", "refund"))
    assert checked(ledger).good


def test_what_does_not_go_by_the_bank_is_refused() -> None:
    """Nor does what is no kind at all."""
    for kind in ("reserve", "share", "theft"):
        with pytest.raises(CannotBook, match="does not go by the bank"):
            with_bank(kind, [Part(account("principal", "1"), 5)], bank="ccb")


def test_dwellings_are_joined_and_split() -> None:
    """What they hold goes with them; the sum stays."""
    ledger = MemoryBooks(fund_keys=(KEY,))
    booked(ledger, deposit("a", 300), deposit("b", 40, "1202"))
    one, two, new = (account("principal", flat) for flat in ("1201", "1202", "1201-1202"))
    booked(ledger, draft("move", "c", of=moved([(one, -300), (two, -40), (new, 340)])))
    assert held(ledger, "principal", "1201-1202") == 340
    with pytest.raises(CannotBook, match="add up to"):
        booked(ledger, draft("move", "d", of=moved([(new, -340), (one, 339)])))
    assert checked(ledger).good


def test_who_must_top_up_is_found(ledger: Books) -> None:
    """Below 30 % of the first deposit, not at it; those nobody told of are not judged."""
    booked(
        ledger,
        deposit("a", 299),
        deposit("b", 200, "1202"),
        draft("interest", "c", bank=100, interest_1202=-100),
        deposit("d", 1, "1204"),
    )
    with ledger.begin() as work:
        told = {"1201": 1_000, "1202": 1_000, "1203": 5}
        tell_first_deposits(work, PLACE, told, person="p-li", now_ms=MONDAY_MS)
    assert top_ups(ledger, PLACE) == [TopUp("1201", 299, 1_000), TopUp("1203", 0, 5)]
    assert top_ups(ledger, ("320583", "garden", "8")) == []
    with ledger.begin() as work:
        tell_first_deposits(work, PLACE, {"1201": 900}, person="p-li", now_ms=MONDAY_MS)
    assert ledger.fund_first_deposits(PLACE) == {"1201": 900, "1202": 1_000, "1203": 5}
    assert [one.household for one in top_ups(ledger, PLACE)] == ["1203"]
    for bad in ({"1201": 0}, {"a/b": 5}):
        with pytest.raises(CannotBook), ledger.begin() as work:
            tell_first_deposits(work, PLACE, bad, person="p-li", now_ms=MONDAY_MS)


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_the_limit_is_exact(held_fen: int, first_fen: int) -> None:
    """In whole fen, however large."""
    assert must_top_up(held_fen, first_fen) == (10 * held_fen < 3 * first_fen)


YEAR_END = day_of("2025-12-31")


def test_a_closed_year_takes_nothing_more(ledger: Books) -> None:
    """Not by the code, and nothing is left of what was tried; the open year goes on."""
    booked(ledger, deposit("a", 300, day=YEAR_END), deposit("b", 5))
    with ledger.begin() as work:
        closed = close_year(work, 2025, person="p-li", second="p-wang", now_ms=MONDAY_MS)
    assert (closed.last_day, closed.n) == (YEAR_END, 2)
    assert ledger.fund_closed() == [closed]
    with pytest.raises(CannotBook, match="the year 2025 is closed"):
        booked(ledger, deposit("c", 5, day=YEAR_END))
    booked(ledger, deposit("d", 5, day=YEAR_END + 1))
    for year, second, why in (
        (2025, "p-wang", "closed already"),
        (2024, "p-wang", "closed already"),
        (2026, "p-wang", "is not over"),
        (1, "p-wang", "is not over"),
    ):
        with pytest.raises(CannotBook, match=why), ledger.begin() as work:
            close_year(work, year, person="p-li", second=second, now_ms=MONDAY_MS)
    with pytest.raises(CannotBook, match="another one"), ledger.begin() as work:
        later_ms = MONDAY_MS + 365 * DAY_MS
        close_year(work, 2026, person="p-li", second="p-li", now_ms=later_ms)
    assert checked(ledger).good


def test_the_database_keeps_a_year_closed(shared_ledger: SqlBooks) -> None:
    """And verify finds who went round it."""
    booked(shared_ledger, deposit("a", 300, day=YEAR_END), deposit("b", 5, day=YEAR_END + 1))
    with shared_ledger.begin() as work:
        close_year(work, 2025, person="p-li", second="p-wang", now_ms=MONDAY_MS)
    for statement in (
        "UPDATE fund_year SET last_day = 0",
        "DELETE FROM fund_year",
        "INSERT INTO fund_year SELECT 2024, last_day - 365, n, hash, person, second, at_ms"
        " FROM fund_year",
    ):
        with pytest.raises(DBAPIError), shared_ledger.engine.begin() as connection:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError), shared_ledger.begin() as work:
        append_unasked(work, deposit("c", 7, day=YEAR_END))
    assert shared_ledger.fund_head().n == 2


def append_unasked(work: Work, late: Draft) -> None:
    """As a program would that does not ask which years are closed."""
    before = work.fund_balances([leg.account for leg in late.legs])
    work.fund_append(numbered(work.fund_lock(), late, before, keys=(KEY,)))


def test_an_entry_in_a_closed_year_is_found() -> None:
    """Where somebody went round code and database; and other books than those that were closed."""
    ledger = MemoryBooks(fund_keys=(KEY,))
    booked(ledger, deposit("a", 300, day=YEAR_END))
    with ledger.begin() as work:
        closed = close_year(work, 2025, person="p-li", second="p-wang", now_ms=MONDAY_MS)
        append_unasked(work, deposit("c", 7, day=YEAR_END))
    wrong = checked(ledger).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (2, "closed")
    for field in closed.__struct_fields__:
        value = getattr(closed, field)
        changed = value + 1 if isinstance(value, int) else f"{value}0"
        check = Check((), (KEY,), [structs.replace(closed, **{field: changed})])
        assert check.wrong_years() is not None, field
    other = MemoryBooks(fund_keys=(KEY,))
    booked(other, deposit("a", 301, day=YEAR_END))
    with other.begin() as work:
        work.fund_close(closed)
    wrong = checked(other).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (1, "anchor")


def test_a_year_is_what_came_and_went() -> None:
    """By the days of the money, whenever it was booked."""
    ledger = MemoryBooks()
    booked(
        ledger,
        deposit("a", 300, day=YEAR_END - 365),
        deposit("b", 40, day=YEAR_END),
        draft("reserve", "c", principal_1201=100, clearing_c1=-100, case="c1", day=YEAR_END),
        deposit("d", 9, day=YEAR_END + 1),
        deposit("e", 5, day=YEAR_END - 365),
    )
    found = {one.account: one for one in movements(ledger.fund_journal(9), 2025)}
    flat = found[name("principal", "1201")]
    assert (flat.before, flat.debits, flat.credits, flat.after) == (305, 100, 40, 245)
    bank = found[name("bank", "ccb")]
    assert (bank.before, bank.debits, bank.credits, bank.after) == (305, 40, 0, 345)
    assert movements(ledger.fund_journal(9), 2010) == []


def test_payment_orders_are_a_file_for_the_bank() -> None:
    """With count and sum; what no bank could carry out is named, and no file is made."""
    one = Order(
        bank="ccb",
        payee="昆山电梯有限公司",
        payee_account="6222020200112230",
        payee_bank="工商银行昆山支行",
        fen=1_234_500,
        purpose="=cmd()",
        case="c1",
    )
    lines = "".join(order_file([one, structs.replace(one, fen=5)], day=DAY)).splitlines()
    assert lines[1].endswith(",12345.00,'=cmd(),c1")
    assert lines[-1] == "合计,2026-03-02,2 笔,,,12345.05,,"
    for changes in (
        {"fen": 0},
        {"payee_account": "12"},
        {"payee": " "},
        {"payee_bank": "x" * 61},
        {"purpose": "a\nb"},
        {"case": "a/b"},
    ):
        bad = structs.replace(one, **changes)
        with pytest.raises(CannotBook, match="payment 2: "):
            list(order_file([one, bad], day=DAY))
    with pytest.raises(CannotBook):
        list(order_file([], day=DAY))


def test_whatever_is_confirmed_is_booked_or_waits(ledger: Books) -> None:
    """A confirmation that fails leaves it waiting."""
    with ledger.begin() as work:
        waiting = propose(work, OPENING, id="open-1")
    with pytest.raises(RuntimeError), ledger.begin() as work:
        confirm(work, "open-1", second="p-wang", digest=waiting.digest, now_ms=MONDAY_MS)
        raise RuntimeError
    assert ledger.fund_pendings(state="waiting") == [waiting]
    assert ledger.fund_head().n == 0
    with ledger.begin() as work:
        book(work, deposit("z", 5))
        confirm(work, "open-1", second="p-wang", digest=waiting.digest, now_ms=MONDAY_MS)
    assert ledger.fund_head().n == 2

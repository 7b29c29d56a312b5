"""The contract of the fund's books: once, whole, never below zero, and only added to."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text

from liftwatch.access.sight import EVERYTHING, NOTHING, Place, Sight
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.audit.chain import SealError
from liftwatch.fund.books import AccountFilter, EntryFilter
from liftwatch.fund.journal import CannotBook, Draft, KeyTaken, Leg, Short
from liftwatch.handlers.fund_book import book, draw, take_back
from liftwatch.ports import Books
from tests.contracts.ledger import (
    BANK,
    DAY,
    FLATS,
    KEY,
    MONDAY_MS,
    OTHER,
    all_held,
    booked,
    checked,
    deposit,
    draft,
    held,
    legs,
    name,
    share,
)

GIVEN: dict[str, Any] = {"day": DAY, "at_ms": MONDAY_MS, "person": "p-li"}


def test_from_a_deposit_to_a_payment(ledger: Books) -> None:
    """Three flats pay in, a case takes 900 of each, the bank pays, the rest goes back."""
    booked(ledger, *(deposit(flat, 1_000, flat) for flat in FLATS))
    with ledger.begin() as work:
        reserved = draw(work, [share(flat, 900) for flat in FLATS], case="c1", key="k" * 8, **GIVEN)
    assert held(ledger, "clearing", "c1") == 2_700
    booked(
        ledger,
        draft("pay", "pay", clearing_c1=2_500, bank=-2_500, case="c1"),
        draft("release", "rest", clearing_c1=200, principal_1201=-200, case="c1"),
    )
    assert (reserved.n, reserved.kind, reserved.legs) == (4, "reserve", 4)
    assert all_held(ledger) == {
        BANK: 500,
        name("clearing", "c1"): 0,
        name("principal", "1201"): 300,
        name("principal", "1202"): 100,
        name("principal", "1203"): 100,
    }
    verdict = checked(ledger)
    assert verdict.good
    assert (verdict.entries, verdict.postings) == (6, 14)
    assert verdict.balances == all_held(ledger)


def test_everybody_reads_what_they_see(ledger: Books) -> None:
    """Of an entry of two buildings both; the feed of one building leaves the others' out."""
    eight = [Leg(BANK.replace("/7/", "/8/"), 5), Leg(name("principal", "1", "8"), -5)]
    both = (*eight, *deposit("a", 300).legs)
    booked(ledger, deposit("a", 300), draft("deposit", "b", of=eight))
    booked(ledger, draft("deposit", "c", of=both), draft("income", "d", bank=9, public_ad=-9))
    with ledger.begin() as work:
        draw(work, [share("1201", 1)], case="c1", key="k" * 8, **GIVEN)
    area, estate = Sight(places=(Place("320583"),)), Sight(places=(Place("320583", "garden"),))
    seven, other = (Sight(places=(Place("320583", "garden", one),)) for one in ("7", "8"))
    for sight, ns in (
        *((one, [1, 2, 3, 4, 5]) for one in (EVERYTHING, area, estate)),
        *((seven, [1, 3, 4, 5]), (other, [2, 3]), (NOTHING, [])),
    ):
        feed = ledger.fund_feed(EntryFilter(), sight=sight)
        assert [one.n for one in feed] == ns
        assert all(one.legs == len(one.postings) for one in feed)
        assert (
            ledger.fund_feed(EntryFilter(), after=2, limit=1, sight=sight)
            == [one for one in feed if one.n > 2][:1]
        )
        seen = ledger.fund_held(AccountFilter(kind="bank"), sight=sight)
        assert [one.account for one in seen] == [
            one for one in (BANK, eight[0].account) if sight.reaches(Place(*one.split("/")[1:4]))
        ]
    of = EntryFilter(account=name("principal", "1201"))
    assert [one.n for one in ledger.fund_feed(of)] == [1, 3, 5]
    assert [one.n for one in ledger.fund_feed(EntryFilter(case="c1"))] == [5]


def test_what_is_short_becomes_a_receivable(ledger: Books) -> None:
    """Interest goes first, then what was paid in; nobody is below zero; paying in settles it."""
    booked(
        ledger,
        deposit("a", 300),
        draft("interest", "b", bank=20, interest_1201=-20),
    )
    with ledger.begin() as work:
        draw(work, [share("1201", 500), share("1202", 40)], case="c1", key="k" * 8, **GIVEN)
    assert held(ledger, "interest", "1201") == held(ledger, "principal", "1201") == 0
    assert held(ledger, "receivable", "1201") == 180
    assert held(ledger, "receivable", "1202") == 40
    booked(ledger, draft("deposit", "c", bank=200, receivable_1201=-180, principal_1201=-20))
    assert held(ledger, "receivable", "1201") == 0
    assert checked(ledger).good


def test_the_same_request_is_booked_once(ledger: Books) -> None:
    """The same answer, whatever the clock says meanwhile; another body under the key is refused."""
    (first,) = booked(ledger, deposit("a", 300))
    later = structs.replace(deposit("a", 300), at_ms=MONDAY_MS + 5_000)
    assert booked(ledger, later) == [first]
    with pytest.raises(KeyTaken):
        booked(ledger, deposit("a", 301))
    assert ledger.fund_head().n == 1


def test_a_draw_asked_again_is_the_first_answer(ledger: Books) -> None:
    """Although the accounts hold something else by now."""
    booked(ledger, deposit("a", 300))
    answers = []
    for flats in (("1201", "1202"), ("1202", "1201")):
        with ledger.begin() as work:
            shares = [share(flat, 100) for flat in flats]
            answers.append(draw(work, shares, case="c1", key="k" * 8, **GIVEN))
    assert answers[0] == answers[1]
    with pytest.raises(KeyTaken), ledger.begin() as work:
        draw(work, [share("1201", 100)], case="c1", key="k" * 8, **GIVEN)
    assert held(ledger, "principal", "1201") == 200


def test_nothing_is_overdrawn(ledger: Books) -> None:
    """The refusal names the account, and nothing of the entry is left."""
    booked(ledger, deposit("a", 300))
    with pytest.raises(Short, match=r"1201 holds 3.00 yuan, and 3.01 are to be taken"):
        booked(ledger, draft("reserve", "b", principal_1201=301, clearing_c1=-301, case="c1"))
    assert ledger.fund_head().n == 1
    assert name("clearing", "c1") not in all_held(ledger)


def test_a_mistake_is_taken_back_once(ledger: Books) -> None:
    """By turning every leg round; both stay to be read."""
    booked(ledger, deposit("a", 300))
    with ledger.begin() as work:
        back = take_back(work, 1, key="taken-back", memo="wrong flat", **GIVEN)
    assert (back.kind, back.reverses, back.memo) == ("reversal", 1, "wrong flat")
    assert [(one.amount, one.balance) for one in back.postings] == [(-300, 0), (300, 0)]
    with ledger.begin() as work:
        assert take_back(work, 1, key="taken-back", memo="wrong flat", **GIVEN) == back
    for n, why in ((1, "was taken back by entry 2"), (2, "a reversal is not"), (9, "there is no")):
        with pytest.raises(CannotBook, match=why), ledger.begin() as work:
            take_back(work, n, key=f"again-{n:03}", **GIVEN)
    assert checked(ledger).good


def test_what_was_spent_is_not_taken_back(ledger: Books) -> None:
    """Else the flat would be below zero."""
    booked(
        ledger,
        deposit("a", 300),
        draft("reserve", "b", principal_1201=200, clearing_c1=-200, case="c1"),
    )
    with pytest.raises(Short), ledger.begin() as work:
        take_back(work, 1, key="taken-back", **GIVEN)


def test_a_source_is_booked_once(ledger: Books) -> None:
    """A line of a bank statement that is imported again, under another key."""
    booked(ledger, deposit("a", 300, source="ccb 2026-03-02 1"))
    with pytest.raises(CannotBook, match="was booked as entry 1"):
        booked(ledger, deposit("b", 300, source="ccb 2026-03-02 1"))


def test_accounts_are_found_by_building(ledger: Books) -> None:
    """In order of their names, a page after another."""
    other = legs(bank=5)[0], legs(principal_1201=-5)[0]
    moved = [structs.replace(leg, account=leg.account.replace("/7/", "/8/")) for leg in other]
    booked(ledger, deposit("a", 300), deposit("b", 7, "1202"), draft("deposit", "c", of=moved))
    here = AccountFilter(area="320583", estate="garden", building="7", kind="principal")
    assert ledger.fund_held(here, limit=1) == [(name("principal", "1201"), 300)]
    rest = ledger.fund_held(here, after=name("principal", "1201"))
    assert rest == [(name("principal", "1202"), 7)]
    assert len(ledger.fund_held(AccountFilter(building="8"))) == 2
    assert ledger.fund_held(AccountFilter(area="320582")) == []


def test_entries_are_read_in_order(ledger: Books) -> None:
    """After a number, so many."""
    made = booked(ledger, *(deposit(str(k), k + 1) for k in range(5)))
    assert ledger.fund_entries(1, limit=2) == made[1:3]
    assert ledger.fund_entries(5) == []
    assert list(ledger.fund_journal(4)) == made[:4]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (draft("deposit", "x", bank=5), "2 to 20000 legs"),
        (draft("deposit", "x", bank=5, principal_1201=-4), "add up to 1 fen"),
        (draft("deposit", "x", of=legs(bank=5) + legs(bank=-5)), "names an account once"),
        (draft("deposit", "x", bank=0, principal_1201=-0), "not zero"),
        (draft("deposit", "x", bank=2**53, principal_1201=-(2**53)), "at most 9007199254740991"),
        (draft("deposit", "x", bank=-5, principal_1201=5), "deposit does not credit bank"),
        (draft("pay", "x", clearing_c1=5, bank=-5, case="c2"), "is of another case"),
        (draft("pay", "x", clearing_c1=5, bank=-5), "is of another case"),
        (draft("theft", "x", bank=5, principal_1201=-5), "no kind of entry"),
        (draft("reversal", "x", bank=5, principal_1201=-5), "names the entry it takes back"),
        (deposit("x", 5, reverses=1), "names the entry it takes back"),
        (deposit("x", 5, key="short"), "8 to 120 printable"),
        (deposit("x", 5, day=DAY + 1), "after today"),
        (deposit("x", 5, day=0), "before 1998"),
        (deposit("x", 5, person=""), "by somebody"),
        (deposit("x", 5, second="p-li"), "another one"),
        (deposit("x", 5, document="x" * 64), "SHA-256"),
        (deposit("x", 5, memo="two\nlines"), "one line"),
        (deposit("x", 5, memo="x" * 201), "one line"),
        (deposit("x", 5, case="a/b"), "no name of a case"),
        (draft("opening", "x", bank=5, principal_1201=-5), "needs a second person"),
    ],
)
def test_what_is_no_entry_is_refused(bad: Draft, why: str) -> None:
    """With a sentence, and nothing is written."""
    ledger = MemoryBooks()
    with pytest.raises(CannotBook, match=why):
        booked(ledger, bad)
    assert ledger.fund_head().n == 0


@pytest.mark.parametrize("amount", [0.5, "5", None, True, float("nan")])
def test_a_fraction_of_a_fen_is_no_amount(amount: Any) -> None:
    """Nor is a truth, or a text."""
    ledger = MemoryBooks()
    first, second = legs(bank=5, principal_1201=-5)
    bad = structs.replace(deposit("x", 5), legs=(structs.replace(first, amount=amount), second))
    with pytest.raises(CannotBook, match="whole number of fen"):
        booked(ledger, bad)


def test_a_balance_stays_countable(ledger: Books) -> None:
    """Beyond 2^53 a reader of JSON would round it."""
    booked(ledger, deposit("a", 2**53 - 1))
    with pytest.raises(CannotBook, match="more than can be counted"):
        booked(ledger, deposit("b", 1))


def test_a_failed_transaction_leaves_nothing(ledger: Books) -> None:
    """Not even its number."""
    with pytest.raises(RuntimeError), ledger.begin() as work:
        book(work, deposit("a", 5))
        raise RuntimeError
    assert ledger.fund_head().n == 0
    assert [one.n for one in booked(ledger, deposit("a", 5))] == [1]


def test_without_the_key_nothing_is_booked(ledger: Any) -> None:
    """Whoever went on with another would break the chain; with both it goes on, sealed anew."""
    booked(ledger, deposit("a", 5))
    for keys in ((), (OTHER,)):
        ledger.fund_keys = keys
        with pytest.raises(SealError, match="which LIFTWATCH_FUND_KEY is not"):
            booked(ledger, deposit("b", 5))
    ledger.fund_keys = (OTHER, KEY)
    booked(ledger, deposit("b", 5))
    assert checked(ledger, keys=(OTHER, KEY)).good
    (wrong,) = [checked(ledger, keys=(OTHER,)).wrong]
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (1, "seal")


def test_a_hundred_draws_at_once_never_overdraw(shared_ledger: SqlBooks) -> None:
    """Of an account that holds enough for half of them; whoever comes late is refused."""
    booked(shared_ledger, deposit("a", 5_000))

    def take(k: int) -> bool:
        try:
            booked(
                shared_ledger,
                draft("reserve", f"r{k}", principal_1201=100, clearing_c1=-100, case="c1"),
            )
        except Short:
            return False
        return True

    with ThreadPoolExecutor(100) as pool:
        taken = list(pool.map(take, range(100)))
    assert sum(taken) == 50
    assert held(shared_ledger, "principal", "1201") == 0
    assert held(shared_ledger, "clearing", "c1") == 5_000
    assert checked(shared_ledger).good


def test_a_hundred_draws_at_once_are_all_borne(shared_ledger: SqlBooks) -> None:
    """What the account does not hold is owed: 5 000 of 10 000."""
    booked(shared_ledger, deposit("a", 5_000))

    def take(k: int) -> None:
        with shared_ledger.begin() as work:
            draw(work, [share("1201", 100)], case="c1", key=f"draw-{k:04}", **GIVEN)

    with ThreadPoolExecutor(100) as pool:
        list(pool.map(take, range(100)))
    assert held(shared_ledger, "principal", "1201") == 0
    assert held(shared_ledger, "receivable", "1201") == 5_000
    assert held(shared_ledger, "clearing", "c1") == 10_000
    assert checked(shared_ledger).good


def test_several_processes_draw_at_once(shared_ledger: SqlBooks) -> None:
    """Each has a lock of its own; the database is what they meet at."""
    booked(shared_ledger, deposit("a", 5_000))
    url = shared_ledger.engine.url.render_as_string(hide_password=False)
    several = [open_books(url, fund_keys=(KEY,)) for _ in range(4)]

    def take(k: int) -> bool:
        try:
            booked(
                several[k % 4],
                draft("reserve", f"r{k}", principal_1201=100, clearing_c1=-100, case="c1"),
            )
        except Short:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(take, range(60)))
    for one in several:
        one.close()
    assert sum(taken) == 50
    assert checked(shared_ledger).good


def test_one_key_asked_by_many_at_once_is_one_entry(shared_ledger: SqlBooks) -> None:
    """All get the same answer."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: booked(shared_ledger, deposit("a", 5)), range(40)))
    assert all(answer == answers[0] for answer in answers)
    assert shared_ledger.fund_head().n == 1


def test_after_a_lost_key_it_goes_on_when_the_head_is_told(shared_ledger: Any) -> None:
    """What was under the lost key is named, not forgotten."""
    booked(shared_ledger, deposit("a", 300))
    shared_ledger.fund_keys = (OTHER,)
    with shared_ledger.engine.begin() as connection:
        connection.execute(text("UPDATE fund_head SET seal = ''"))
    booked(shared_ledger, deposit("b", 7))
    assert checked(shared_ledger, keys=[OTHER, KEY]).good
    wrong = checked(shared_ledger, keys=[OTHER]).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (1, "seal")


def test_old_books_go_on(tmp_path: Path) -> None:
    """What was booked is there after closing and opening again."""
    url = f"sqlite:///{tmp_path}/books.sqlite"
    for k in range(3):
        books = open_books(url, fund_keys=(KEY,))
        booked(books, deposit(str(k), 5))
        assert checked(books).entries == k + 1
        books.close()

"""Random sequences of what can be booked, against a model that is a few dictionaries.

The model knows sums and who may not go below zero, and nothing of chains, transactions or SQL.
After every step the books hold what it holds; at the end they verify, and an export asserts it.
"""

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import open_books
from liftwatch.fund.accounts import DEBIT, account_of
from liftwatch.fund.draws import Share
from liftwatch.fund.journal import CannotBook, Draft, KeyTaken, Leg, Short
from liftwatch.fund.posted import Entry
from liftwatch.handlers.fund_book import book, draw, take_back
from tests.contracts.ledger import DAY, KEY, MONDAY_MS, account, all_held, checked

FEN = st.integers(1, 900)
FLATS, BUILDINGS, CASES = ("1", "2", "3"), ("7", "8"), ("c1", "c2")
FLAT, BUILDING, CASE = st.sampled_from(FLATS), st.sampled_from(BUILDINGS), st.sampled_from(CASES)
ONE_WAY = {
    "deposit": ("bank", "principal"),
    "interest": ("bank", "interest"),
    "income": ("bank", "public"),
    "subsidy": ("bank", "subsidy"),
    "share": ("public", "interest"),
    "return": ("subsidy", "bank"),
    "pay": ("clearing", "bank"),
    "give_back": ("bank", "clearing"),
    "release": ("clearing", "principal"),
    "advance": ("clearing", "insurer"),
    "reimburse": ("insurer", "bank"),
}
"""Debit and credit of the happenings with two legs."""
OF = {"bank": "ccb", "public": "parking", "subsidy": "bond"}


class Books(RuleBasedStateMachine):
    """Memory; `SqliteBooks` is the same on a database."""

    def __init__(self) -> None:
        super().__init__()
        self.books: Any = MemoryBooks(fund_keys=(KEY,))
        self.held: defaultdict[str, int] = defaultdict(int)
        self.made: list[tuple[Draft, Entry]] = []
        self.answers: list[Entry] = []
        self.taken_back: set[int] = set()

    @initialize()
    def begin(self) -> None:
        """Something is there to be spent."""
        for building in BUILDINGS:
            self.book_one("deposit", building, flat="1", case="c1", fen=500)

    def name(self, kind: str, building: str, *, flat: str, case: str) -> str:
        """The account that a happening is about."""
        of = case if kind in ("clearing", "insurer") else OF.get(kind, flat)
        return account(kind, of, building).id

    def given(self) -> dict[str, Any]:
        """A new key, and who and when."""
        k = len(self.answers)
        return {"key": f"key-{k:05}", "day": DAY, "at_ms": MONDAY_MS + k, "person": "p-li"}

    def fits(self, legs: tuple[Leg, ...]) -> bool:
        """Whether the model allows it."""
        return all(self.held[x.account] + account_of(x.account).side * x.amount >= 0 for x in legs)

    def note(self, entry: Entry) -> None:
        """Let the model do what was done."""
        self.answers.append(entry)
        for one in entry.postings:
            self.held[one.account] += account_of(one.account).side * one.amount
            assert self.held[one.account] == one.balance

    def book_one(self, kind: str, building: str, *, flat: str, case: str, fen: int) -> None:
        """Two legs; refused exactly where the model says so."""
        debit, credit = (self.name(x, building, flat=flat, case=case) for x in ONE_WAY[kind])
        legs = (Leg(debit, fen), Leg(credit, -fen))
        draft = Draft(kind=kind, legs=legs, case=case, **self.given())
        try:
            with self.books.begin() as work:
                entry = book(work, draft)
        except Short:
            assert not self.fits(legs)
            return
        assert self.fits(legs)
        self.note(entry)
        self.made.append((draft, entry))

    @rule(kind=st.sampled_from(sorted(ONE_WAY)), building=BUILDING, flat=FLAT, case=CASE, fen=FEN)
    def happens(self, *, kind: str, building: str, flat: str, case: str, fen: int) -> None:
        """One of the happenings with two legs."""
        self.book_one(kind, building, flat=flat, case=case, fen=fen)

    @rule(building=BUILDING, case=CASE, fens=st.lists(FEN, min_size=1, max_size=3))
    def drawn(self, building: str, case: str, fens: list[int]) -> None:
        """Never refused: what is short is owed, and what is set aside is all that was asked."""
        shares = [
            Share(account("principal", flat, building), fen)
            for flat, fen in zip(FLATS, fens, strict=False)
        ]
        own = {
            flat: sum(
                self.held[account(kind, flat, building).id] for kind in ("principal", "interest")
            )
            for flat in FLATS
        }
        with self.books.begin() as work:
            entry = draw(work, shares, case=case, **self.given())
        self.note(entry)
        aside = account("clearing", case, building).id
        assert sum(x.amount for x in entry.postings if x.account == aside) == -sum(fens)
        owed = {account_of(x.account).of: x.amount for x in entry.postings if "receiv" in x.account}
        short = {flat: fen - own[flat] for flat, fen in zip(FLATS, fens, strict=False)}
        assert owed == {flat: fen for flat, fen in short.items() if fen > 0}

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def taken_back_once(self, data: st.DataObject) -> None:
        """Unless it was, or what it brought is gone."""
        _, entry = data.draw(st.sampled_from(self.made))
        turned = tuple(Leg(x.account, -x.amount) for x in entry.postings)
        try:
            with self.books.begin() as work:
                back = take_back(work, entry.n, **self.given())
        except Short:
            assert not self.fits(turned)
        except CannotBook:
            assert entry.n in self.taken_back
        else:
            assert entry.n not in self.taken_back
            self.taken_back.add(entry.n)
            self.note(back)

    @precondition(lambda self: self.made)
    @rule(data=st.data(), changed=st.booleans())
    def asked_again(self, data: st.DataObject, changed: bool) -> None:
        """The same key: the same answer, or a refusal of another body; nothing moves."""
        draft, entry = data.draw(st.sampled_from(self.made))
        with self.books.begin() as work:
            if not changed:
                assert book(work, draft) == entry
                return
            memo = Draft(**{n: getattr(draft, n) for n in draft.__struct_fields__} | {"memo": "x"})
            with pytest.raises(KeyTaken):
                book(work, memo)

    @rule(building=BUILDING, fen=FEN)
    def dies_before_the_commit(self, building: str, fen: int) -> None:
        """It was never there, not even its number."""
        bank, flat = (account(k, o, building).id for k, o in (("bank", "ccb"), ("principal", "1")))
        legs = (Leg(bank, fen), Leg(flat, -fen))
        with pytest.raises(ZeroDivisionError), self.books.begin() as work:
            book(work, Draft(kind="deposit", legs=legs, **self.given()))
            raise ZeroDivisionError

    @invariant()
    def the_books_hold_what_the_model_holds(self) -> None:
        """Every account, and no other; nothing is below zero."""
        assert all_held(self.books) == {k: self.held[k] for k in all_held(self.books)}
        assert {k for k, v in self.held.items() if v} <= all_held(self.books).keys()
        assert min(self.held.values(), default=0) >= 0
        assert self.books.fund_head().n == len(self.answers)

    @invariant()
    def every_building_is_whole(self) -> None:
        """Bank and receivables are what households, cases, subsidies and insurers hold."""
        sums: defaultdict[str, int] = defaultdict(int)
        for name, fen in all_held(self.books).items():
            one = account_of(name)
            sums[one.building] += fen if one.side == DEBIT else -fen
        assert set(sums.values()) <= {0}

    def teardown(self) -> None:
        """All of it verifies, and is what was answered."""
        verdict = checked(self.books)
        assert verdict.good, verdict
        assert verdict.balances == all_held(self.books)
        assert list(self.books.fund_journal(10**6)) == self.answers
        self.books.close()


class SqliteBooks(Books):
    """The same on SQLite."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self.folder.name)}/books.sqlite"
        self.books = open_books(url, fund_keys=(KEY,))

    def teardown(self) -> None:
        """And the file goes."""
        super().teardown()
        self.folder.cleanup()


SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


def test_random_sequences_in_memory() -> None:
    """Many of them."""
    run_state_machine_as_test(
        Books,
        settings=settings(max_examples=60, stateful_step_count=30, suppress_health_check=SLOW),
    )


def test_random_sequences_on_a_database() -> None:
    """Fewer, with transactions and triggers."""
    run_state_machine_as_test(
        SqliteBooks,
        settings=settings(max_examples=8, stateful_step_count=25, suppress_health_check=SLOW),
    )

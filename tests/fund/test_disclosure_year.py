"""What is disclosed of a year is what the books hold: property tests over random journals."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.clock import day_of, parse_ms
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.disclosure import masked, reconciled
from liftwatch.fund.disclosure_report import Seen, report
from liftwatch.fund.disclosure_year import BuildingYear, building_year
from liftwatch.fund.journal import Draft, Leg, Short
from liftwatch.fund.posted import Entry
from liftwatch.handlers.fund_book import book, take_back
from tests.contracts.ledger import KEY, account

YEARS = (2024, 2025, 2026)
NOW_MS = parse_ms("2027-01-05T09:00:00+08:00")
OF = {"bank": "ccb", "public": "parking", "subsidy": "bond", "clearing": "c1", "insurer": "c1"}
WAYS = {
    "opening": ("bank", "principal"),
    "deposit": ("bank", "principal"),
    "interest": ("bank", "interest"),
    "income": ("bank", "public"),
    "subsidy": ("bank", "subsidy"),
    "share": ("public", "interest"),
    "return": ("subsidy", "bank"),
    "reserve": ("principal", "clearing"),
    "pay": ("clearing", "bank"),
    "give_back": ("bank", "clearing"),
    "release": ("clearing", "principal"),
    "advance": ("clearing", "insurer"),
    "reimburse": ("insurer", "bank"),
    "refund": ("principal", "bank"),
}
PLACE = {"area": "320583", "estate": "garden", "building": "7"}
STEP = st.tuples(
    st.sampled_from(sorted(WAYS)),
    st.sampled_from(("1201", "1202", "1203")),
    st.integers(1, 900),
    st.integers(day_of("2024-01-01"), day_of("2026-12-31")),
    st.booleans(),
)


def journal(steps: list[tuple[str, str, int, int, bool]]) -> tuple[MemoryBooks, list[Entry]]:
    """Books of building 7, beside an entry of building 8; what cannot be booked is left out."""
    books = MemoryBooks(fund_keys=(KEY,))
    made: list[Entry] = []

    def one(kind: str, legs: tuple[Leg, ...], day: int, **more: Any) -> Entry:
        fields = {"day": day, "at_ms": NOW_MS, "person": "p", "second": "q"} | more
        with books.begin() as work:
            key = f"key-{len(made):05}-{kind}"
            return book(work, Draft(kind=kind, legs=legs, key=key, **fields))

    opening = [("deposit", flat, 5_000, day_of("2024-01-01"), False) for flat in ("1201", "1202")]
    for kind, flat, fen, day, undone in (*opening, *steps):
        debit, credit = (account(side, OF.get(side, flat)).id for side in WAYS[kind])
        case = "c1" if {"clearing", "insurer"} & set(WAYS[kind]) else None
        try:
            entry = one(kind, (Leg(debit, fen), Leg(credit, -fen)), day, case=case)
            made.append(entry)
            if undone:
                with books.begin() as work:
                    given = {"key": f"back-{entry.n:05}", "day": day, "at_ms": NOW_MS}
                    made.append(take_back(work, entry.n, person="p", second="q", **given))
        except Short:
            continue
    eight = (Leg(account("bank", "ccb", "8").id, 77), Leg(account("principal", "1", "8").id, -77))
    one("deposit", eight, day_of("2025-05-05"))
    return books, made


def years_of(made: list[Entry]) -> list[BuildingYear]:
    """The disclosed books of each year."""
    return [building_year(made, year) for year in YEARS]


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_a_disclosed_year_is_what_the_books_hold(
    steps: list[tuple[str, str, int, int, bool]],
) -> None:
    """Sums of every year follow from the one before, and the last one is the books to the fen."""
    books, made = journal(steps)
    years = years_of(made)
    opening = 0
    for one in years:
        assert reconciled(one.cash)[-1].amount_fen == one.closing_fen
        assert one.opening_fen == opening
        assert one.debit_fen == one.credit_fen
        opening = one.closing_fen
        sums = {row.kind: row.after_fen for row in one.kinds}
        homes = one.homes.values()
        assert sum(home.after_fen for home in homes) == sums["principal"] + sums["interest"]
        for name, home in one.homes.items():
            assert home.before_fen + home.came_fen - home.went_fen == home.after_fen
            moved = sum(x.principal_fen + x.interest_fen for x in one.moves.get(name, ()))
            assert moved == home.after_fen - home.before_fen
            last = one.moves.get(name, ())[-1:]
            assert all(x.balance_fen == home.after_fen for x in last)
    held = books.fund_held(AccountFilter(building="7"), limit=500)
    by_kind: dict[str, int] = {}
    for name, fen in held:
        kind = account_of(name).kind
        by_kind[kind] = by_kind.get(kind, 0) + fen
    assert {row.kind: row.after_fen for row in years[-1].kinds if row.after_fen} == {
        kind: fen for kind, fen in by_kind.items() if fen
    }
    spent = sum(sum(one.spent.values()) for one in years)
    paid = sum(-x.amount for e in made for x in e.postings if _is_of_case(e, made, x.account))
    assert spent == paid


def _is_of_case(entry: Entry, made: list[Entry], name: str) -> bool:
    """Whether a posting is bank money of a case, reckoned another way than the code does."""
    meant = next((x for x in made if x.n == entry.reverses), entry)
    return name.startswith("bank/") and meant.kind in ("pay", "reimburse", "give_back")


def test_what_is_taken_back_was_never_received() -> None:
    """A deposit by mistake and its reversal are no income, and no expense."""
    _, made = journal([("deposit", "1203", 700, day_of("2025-03-03"), True)])
    year = building_year(made, 2025)
    assert (year.received, year.left, year.spent) == ({}, {}, {})
    assert [move.kind for move in year.moves["1203"]] == ["deposit", "reversal"]


def test_what_was_taken_over_is_no_balance() -> None:
    """It came in the year in which these books began, under a name of its own."""
    _, made = journal([("opening", "1203", 700, day_of("2025-03-03"), False)])
    year = building_year(made, 2025)
    assert year.received == {"taken_over": 700}
    assert [row.what for row in reconciled(year.cash)] == ["opening", "taken_over", "closing"]


def test_what_is_booked_late_counts_on_its_day() -> None:
    """Money of December that is booked in March is of the old year, and moves stand by day."""
    _, made = journal(
        [
            ("interest", "1201", 5, day_of("2026-03-01"), False),
            ("interest", "1201", 7, day_of("2025-12-31"), False),
        ]
    )
    old, new = building_year(made, 2025), building_year(made, 2026)
    assert (old.received, new.received) == ({"interest": 7}, {"interest": 5})
    assert [move.balance_fen for move in new.moves["1201"]] == [5_012]


NAMES = st.text(min_size=2, max_size=12).filter(lambda name: len(name.strip()) > 1)


@settings(max_examples=200, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_a_masked_name_never_leaks(names: list[str]) -> None:
    """All that is disclosed is the same for names that begin alike: nothing else of them is in it,
    not even how long they are; one's own stands in full."""
    _, made = journal([])
    books = building_year(made, 2025)

    def told(name: str) -> bytes:
        seen = Seen(names={"1201": "Own Name", "1202": name}, own={"1201"})
        return msgspec.json.encode(report(books, [], seen, closed=False, now_ms=0, **PLACE))

    first, other = names
    begin = masked(first).removesuffix("**")
    assert told(first) == told(begin + other if begin else "1" * len(other))
    assert b"Own Name" in told(first)


@pytest.mark.parametrize("name", ["", "**", "12 34", "王", "=1+1"])
def test_odd_names_are_masked(name: str) -> None:
    """Whatever was typed as a name, at most its first letter is told."""
    assert masked(name) in ("**", "王**")
